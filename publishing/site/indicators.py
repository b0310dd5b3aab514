"""A page for each indicator: what is asked, how it is counted, what other readings would change, every unit's value."""

from typing import Any

from publishing import words
from publishing.site import charts, paths, wording
from publishing.site.map_pages import indicator_map
from publishing.site.pages import Desk, Pages
from publishing.site.release import Release, Row
from publishing.site.rows import month_row, unit_row

SENSITIVITY = """
    select indicator_code, definition, count(*) as units, count(*) filter (where is_verdict_changed) as changed
    from rpt_definition_sensitivity as row
    where period_start = (
        select max(period_start) from rpt_definition_sensitivity where indicator_code = row.indicator_code
    )
    group by indicator_code, definition
"""


def indicator_pages(desk: Desk) -> Pages:
    """`indicators/<code>.html` for every indicator of dim_indicator."""
    release = desk.release
    coverage = {
        (row["item_type"], row["item_code"]): row
        for row in release.tables.rows("select * from rpt_coverage order by item_type, item_code")
    }
    effects = {(row["indicator_code"], row["definition"]): row for row in release.tables.rows(SENSITIVITY)}
    target_sources: dict[tuple[str, str], list[str]] = {}
    for row in release.tables.rows("""
        select distinct indicator_code, definition, target_source from fct_indicator_value
        where target_source is not null order by all"""):
        target_sources.setdefault((row["indicator_code"], row["definition"]), []).append(row["target_source"])
    for code, indicator in release.indicators.items():
        month = release.month_of(code)
        rows = [unit_row(release, unit, row) for unit, row in release.at(code, month)]
        yield desk.page(
            paths.indicator_page(code),
            "indicator.html",
            indicator=indicator,
            question=release.catalogue.indicators[code].question,
            bounds=release.catalogue.indicators[code].definitions["headline"].bounds,
            clause=coverage["clause", indicator["clause"]],
            covered=coverage["indicator", code],
            definitions=[
                {**row, **formula(release, row), "effect": effects.get((code, row["definition"])),
                 "target_sources": target_sources.get((code, row["definition"]), [])}
                for row in release.definitions[code]
            ],
            month=month,
            rows=rows,
            province=release.scorecard.get(code),
            provinces=[row for row in rows if row["unit"]["unit_level"] == "province"],
            months=[month_row(release, row) for row in province_months(release, code)],
            chart=series_chart(release, code, province_months(release, code)),
            tally=tally(rows),
            map=indicator_map(release, desk.geographies, code),
        )  # fmt: skip


def formula(release: Release, definition: Row) -> dict[str, Any]:
    """A definition's two counts with their labels, as declared in measures.yml."""
    measures = release.catalogue.measures
    return {
        "numerator": measures[definition["numerator_measure"]],
        "denominator": measures[definition["denominator_measure"]],
    }


def province_months(release: Release, code: str) -> list[Row]:
    """The months of the unit that stands above all others."""
    for unit_key, unit in release.units.items():
        if unit["unit_level"] == "province" and (unit_key, code) in release.series:
            return release.series[unit_key, code]
    return []


def tally(rows: list[Row]) -> list[tuple[str, int, int, int]]:
    """Per level of units: how many met the target, did not, were not judged."""
    counted = []
    for level in wording.LEVELS:
        verdicts = [row["is_met"] for row in rows if row["unit"]["unit_level"] == level]
        if verdicts and level != "province":
            counted.append((level, verdicts.count(True), verdicts.count(False), verdicts.count(None)))
    return counted


def series_chart(release: Release, code: str, months: list[Row]) -> charts.Spec:
    """The chart of a series of months."""
    return charts.series(
        release.indicators[code]["value_kind"],
        [{"month": words.month(row["period_start"]), "value": row["value"], "target": row["target"]} for row in months],
    )
