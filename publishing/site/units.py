"""A page for each unit that has values in this release, and the list of them all."""

from publishing.site import paths, wording
from publishing.site.pages import Desk, Pages
from publishing.site.release import Release, Row, newest_ranks
from publishing.site.rows import trend, unit_row


def unit_pages(desk: Desk) -> Pages:
    """`units/index.html`, and `units/<unit>.html` for every row of `measured_units`."""
    release = desk.release
    yield desk.page(
        "units/index.html",
        "units.html",
        levels=[
            (level, [unit for unit in release.units.values() if unit["unit_level"] == level])
            for level in wording.LEVELS
        ],
        children=release.children,
    )  # fmt: skip
    ranks = newest_ranks(release)
    for unit_key, unit in release.units.items():
        codes = [code for code in release.indicators if (unit_key, code) in release.series]
        rows = [_row(release, unit, code) for code in codes]
        yield desk.page(
            paths.unit_page(unit),
            "unit.html",
            unit=unit,
            parent=release.parent(unit),
            children=release.children.get(unit_key, []),
            rows=rows,
            met=sum(row["is_met"] is True for row in rows),
            judged=sum(row["is_met"] is not None for row in rows),
            provisional=sum(row["data_maturity"] == "provisional" for row in rows),
            months=[row["period_start"] for row in release.series[unit_key, codes[0]]],
            ranks=ranks.get(unit_key, []),
            blocs={bloc.code: bloc for bloc in release.catalogue.directives[release.directive_code].blocs},
        )


def _row(release: Release, unit: Row, code: str) -> Row:
    """The newest computed month of a headline; `later` is the newest month where that one is another."""
    months = release.series[unit["unit_key"], code]
    newest = release.newest(unit["unit_key"], code)
    return {
        **unit_row(release, unit, newest),
        "indicator": release.indicators[code],
        "later": months[-1] if months[-1] is not newest else None,
        "spark": trend(release, unit["unit_key"], code),
        "months": [{**month, "shown": release.shown(code, month["value"])} for month in months],
    }
