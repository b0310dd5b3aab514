"""Pages that tell where each newest headline comes from: the same explanation as `langson explain` gives.

The province, a department or a district has a page for each indicator; a commune one page with all of its indicators,
since two thousand pages of their own would weigh more than the rest of the site. `paths.explanation_page` makes paths.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from jinja2 import Environment

from publishing import words
from publishing.explain import explain_newest_headlines
from publishing.explain.model import DeliveryLine, Explanation
from publishing.explain.shelf import directive_of
from publishing.explain.texts import ACCUMULATIONS, COUNTED_AFRESH, DELIVERY_ROLES, LEVELS, OUTCOMES, ROLES, ROLLUPS
from publishing.site.paths import explanation_page, measured_units, root_of
from publishing.tables import Tables

FILES, FILES_OF_COMMUNE = 12, 3
"""Files named on a page; of more, the newest and how many there are."""


class Month(NamedTuple):
    """One month of the same indicator and unit, as published."""

    period_start: date
    numerator: int | None
    denominator: int | None
    value: float | None
    is_met: bool | None
    status: str


class Files(NamedTuple):
    """The deliveries behind a value: how many by dataset, role and outcome, and the newest of them."""

    groups: tuple[tuple[str, str, str, int], ...]
    newest: tuple[DeliveryLine, ...]
    total: int


def explanation_pages(tables: Tables, environment: Environment) -> Iterator[tuple[str, str]]:
    """Path under `site/` and HTML of every page, in the order of units and indicators."""
    units = {row["unit_key"]: row for row in measured_units(tables)}
    months = _months(tables)
    by_unit: dict[str, list[Explanation]] = {key: [] for key in units}
    for found in explain_newest_headlines(tables):
        by_unit[found.unit.unit_key].append(found)
    template = environment.get_template("explanation.html")
    texts = {
        "accumulations": ACCUMULATIONS,
        "rollups": ROLLUPS,
        "roles": ROLES,
        "delivery_roles": DELIVERY_ROLES,
        "outcomes": OUTCOMES,
        "levels": LEVELS,
        "counted_afresh": COUNTED_AFRESH,
        "explanation_page": explanation_page,
        "shown": words.shown,
        "units": units,
    }
    for unit_key, explanations in by_unit.items():
        unit = units[unit_key]
        pages: dict[str, list[Explanation]] = {}
        for found in explanations:
            page, _, _ = explanation_page(unit, found.definition.indicator_code).partition("#")
            pages.setdefault(page, []).append(found)
        for page, members in pages.items():
            most = FILES_OF_COMMUNE if unit["unit_level"] == "commune" else FILES
            told = [
                (found, months[found.definition.indicator_code, unit_key], _files(found.deliveries, most))
                for found in members
            ]
            yield page, template.render(page=page, root=root_of(page), unit=unit, told=told, **texts)


def _months(tables: Tables) -> dict[tuple[str, str], list[Month]]:
    rows = tables.connection.execute(
        "select indicator_code, unit_key, period_start, numerator, denominator, value, is_met, status"
        " from fct_indicator_value join dim_indicator using (directive_code, indicator_code, definition)"
        " where is_headline and directive_code = ? order by indicator_code, unit_key, period_start",
        [directive_of(tables)],
    ).fetchall()
    found: dict[tuple[str, str], list[Month]] = {}
    for indicator_code, unit_key, *month in rows:
        found.setdefault((indicator_code, unit_key), []).append(Month(*month))
    return found


def _files(lines: Sequence[DeliveryLine], most: int) -> Files:
    groups = Counter((f"{line.source_code}.{line.dataset}", line.role, line.outcome) for line in lines)
    newest = sorted(lines, key=lambda line: (line.received_at, line.delivery_id), reverse=True)[:most]
    return Files(tuple((*group, count) for group, count in sorted(groups.items())), tuple(newest), len(lines))
