"""How everything is counted, whole: generated from the published dimensions and from `indicators/`."""

from typing import Any

from publishing.site import wording
from publishing.site.indicators import formula
from publishing.site.pages import Desk, Pages

WEIGHTS = """
    select distinct bloc_code, indicator_code, weight from rpt_score_part order by bloc_code, indicator_code, weight
"""


def methodology_pages(desk: Desk) -> Pages:
    """`methodology.html`: clauses, definitions, statuses, maturity, scoring, pace."""
    release = desk.release
    directive = release.catalogue.directives[release.directive_code]
    weights: dict[str, list[tuple[str, int]]] = {}
    for row in release.tables.rows(WEIGHTS):
        weights.setdefault(row["bloc_code"], []).append((row["indicator_code"], row["weight"]))
    targets: dict[tuple[str, str], list[Any]] = {}
    for row in release.tables.rows("""
        select distinct fact.indicator_code, fact.definition, fact.target_numerator, fact.target_denominator,
            fact.comparator, fact.target_source
        from fct_indicator_value as fact where fact.target_numerator is not null order by all"""):
        shown = release.shown(row["indicator_code"], row["target_numerator"] / row["target_denominator"])
        targets.setdefault((row["indicator_code"], row["definition"]), []).append({**row, "shown": shown})
    yield desk.page(
        "methodology.html",
        "methodology.html",
        directive=directive,
        clauses=release.tables.rows("select * from rpt_coverage where item_type = 'clause' order by item_code"),
        groups=[
            (label, [
                (indicator, [
                    {**row, **formula(release, row), "targets": targets.get((code, row["definition"]), [])}
                    for row in release.definitions[code]
                ])
                for code, indicator in release.indicators.items() if indicator["group_code"] == group
            ])
            for group, label in wording.GROUPS.items()
        ],
        weights=weights,
        blocs=directive.blocs,
        rules=release.catalogue.scoring[release.directive_code],
        bands=release.tables.rows("select distinct band, band_label_vi, band_label_en from rpt_pace order by band"),
    )  # fmt: skip
