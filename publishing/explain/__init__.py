"""Where a published value comes from: definition, counts, units below, deliveries, corrections, checks, earlier values.

Reads a release's published tables, and the declared facts (`indicators/`, contracts) that name what they count. The
command and the pages take it from here.
"""

from collections.abc import Iterator
from datetime import date

from publishing.explain.compose import compose
from publishing.explain.deliveries import month_end
from publishing.explain.model import Explanation, NotPublished
from publishing.explain.names import find_indicator, find_unit, no_value
from publishing.explain.shelf import directive_of, fill, indicators_of, units_of
from publishing.explain.units import unit_name
from publishing.tables import Tables

__all__ = ["Explanation", "NotPublished", "explain", "explain_newest_headlines"]

HEADLINE = "headline"


def explain(tables: Tables, indicator: str, unit: str, period: date, definition: str = HEADLINE) -> Explanation:
    """The explanation of one value; `unit` is a code, a key (`code@valid_from`) or an exact Vietnamese name.

    `period` is any day of the month. Raises NotPublished, naming the nearest there is, when the release has no such
    indicator, definition, unit or month.
    """
    period = period.replace(day=1)
    directive = directive_of(tables, period)
    indicators = indicators_of(tables, directive)
    asked = find_indicator(indicators, indicator, definition)
    found = find_unit(units_of(tables, directive), unit, month_end(period))
    values = tables.rows(
        "from fct_indicator_value where directive_code = ? and indicator_code = ? and definition = ?"
        " order by unit_key, period_start",
        [directive, asked["indicator_code"], asked["definition"]],
    )
    months = [row["period_start"] for row in values if row["unit_key"] == found["unit_key"]]
    if period not in months:
        raise no_value(asked["indicator_code"], found, asked["levels"], period, months)
    of_code = [row for row in indicators if row["indicator_code"] == asked["indicator_code"]]
    return compose(fill(tables, directive, of_code, values, [period]), asked, unit_name(found), period)


def explain_newest_headlines(tables: Tables) -> Iterator[Explanation]:
    """Of the newest directive's headlines and units with a computed value: that of the newest computed month."""
    directive = directive_of(tables)
    indicators = indicators_of(tables, directive)
    values = tables.rows(
        "from fct_indicator_value where directive_code = ? and definition = ?"
        " order by indicator_code, unit_key, period_start",
        [directive, HEADLINE],
    )
    newest = {
        (row["indicator_code"], row["unit_key"]): row["period_start"] for row in values if row["status"] == "computed"
    }
    shelf = fill(tables, directive, indicators, values, sorted(set(newest.values())))
    by_key = {row["unit_key"]: unit_name(row) for row in shelf.units}
    headlines = {row["indicator_code"]: row for row in indicators if row["definition"] == HEADLINE}
    for (code, unit_key), period in newest.items():
        yield compose(shelf, headlines[code], by_key[unit_key], period)
