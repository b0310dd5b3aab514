"""One release as the pages need it: its tables read once, joined to units and indicators. No figure is made here."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sources.catalogue import Catalogue

from publishing import words
from publishing.site.paths import measured_units
from publishing.tables import Tables

Row = dict[str, Any]

VALUES = """
    select
        fact.indicator_code, fact.unit_key, fact.period_start, fact.numerator, fact.denominator, fact.value,
        fact.target_numerator, fact.target_denominator, fact.target_numerator / fact.target_denominator as target,
        fact.target_source, fact.comparator, fact.is_met, fact.status, fact.held_reason, fact.above_denominator,
        fact.data_maturity, pace.band, pace.band_label_vi, pace.band_label_en, pace.forecast, pace.method,
        pace.attainment
    from fct_indicator_value as fact
    inner join dim_indicator as indicator using (directive_code, indicator_code, definition)
    inner join rpt_pace as pace using (directive_code, indicator_code, definition, unit_key, period_start)
    where indicator.is_headline
    order by fact.unit_key, fact.indicator_code, fact.period_start
"""


@dataclass(frozen=True)
class Release:
    """What the pages of one release read.

    `series` holds, for a unit and an indicator, the headline's months in order; `units` and `indicators` are in the
    order of display; `definitions` are an indicator's rows of dim_indicator, the headline first.
    """

    tables: Tables
    catalogue: Catalogue
    info: Row
    directive_code: str
    units: dict[str, Row]
    parents: dict[str, Row]
    children: dict[str, list[Row]]
    indicators: dict[str, Row]
    definitions: dict[str, list[Row]]
    series: dict[tuple[str, str], list[Row]]
    scorecard: dict[str, Row]

    def shown(self, indicator_code: str, value: float | None) -> str:
        """A value of the indicator as readers write it."""
        return words.shown(value, self.indicators[indicator_code]["value_kind"])

    def newest(self, unit_key: str, indicator_code: str) -> Row:
        """The newest computed month of a unit's headline, else the newest month: the rule of rpt_scorecard."""
        months = self.series[unit_key, indicator_code]
        return next((month for month in reversed(months) if month["status"] == "computed"), months[-1])

    def month_of(self, indicator_code: str) -> date:
        """The month in which an indicator's units are compared: the one of the scorecard, else the newest."""
        if indicator_code in self.scorecard:
            month: date = self.scorecard[indicator_code]["period_start"]
            return month
        newest: date = max(
            months[-1]["period_start"] for (_, code), months in self.series.items() if code == indicator_code
        )
        return newest

    def at(self, indicator_code: str, month: date) -> list[tuple[Row, Row]]:
        """Every measured unit with its value of one month, in Vietnamese order."""
        found = []
        for unit_key, unit in self.units.items():
            for row in self.series.get((unit_key, indicator_code), ()):
                if row["period_start"] == month:
                    found.append((unit, row))
        return found

    def parent(self, unit: Row) -> Row | None:
        """The unit above, as it was in force beside this one."""
        return self.parents.get(unit["unit_key"])

    def label(self, unit_key: str) -> str:
        """A unit's Vietnamese name."""
        return str(self.units[unit_key]["label_vi"])


def read_release(tables: Tables, catalogue: Catalogue) -> Release:
    """Read what the pages need; ValueError when the release holds no or several directives."""
    directives = [row["directive_code"] for row in tables.rows("select distinct directive_code from dim_indicator")]
    if len(directives) != 1:
        raise ValueError(
            f"{tables.folder}/parquet/dim_indicator.parquet: one directive_code expected, not {directives}"
        )
    units = {unit["unit_key"]: unit for unit in measured_units(tables)}
    definitions: dict[str, list[Row]] = {}
    for row in tables.rows("select * from dim_indicator order by indicator_code, is_headline desc, definition"):
        definitions.setdefault(row["indicator_code"], []).append(row)
    series: dict[tuple[str, str], list[Row]] = {}
    for row in tables.rows(VALUES):
        series.setdefault((row["unit_key"], row["indicator_code"]), []).append(row)
    # An indicator of which nothing was computed yet has a row without a month.
    scorecard = tables.rows("select * from rpt_scorecard where unit_key is not null order by indicator_code")
    parents = _parents(units)
    children: dict[str, list[Row]] = {}
    for unit_key, parent in parents.items():
        children.setdefault(parent["unit_key"], []).append(units[unit_key])
    return Release(
        tables=tables,
        catalogue=catalogue,
        info=tables.rows("select * from release_info")[0],
        directive_code=directives[0],
        units=units,
        parents=parents,
        children=children,
        indicators={code: rows[0] for code, rows in definitions.items()},
        definitions=definitions,
        series=series,
        scorecard={row["indicator_code"]: row for row in scorecard},
    )


def _parents(units: dict[str, Row]) -> dict[str, Row]:
    """By unit_key the unit above that was in force beside it, in the units' order."""
    by_code: dict[str, list[Row]] = {}
    for unit in units.values():
        by_code.setdefault(unit["unit_code"], []).append(unit)
    found = {}
    for unit_key, unit in units.items():
        above = [row for row in by_code.get(unit["parent_unit_code"], ()) if _overlap(row, unit)]
        if above:
            found[unit_key] = above[0]
    return found


def _overlap(one: Row, other: Row) -> bool:
    """Whether two units were in force on a same day; an empty valid_to is still in force."""
    starts = max(one["valid_from"], other["valid_from"])
    return all(row["valid_to"] is None or row["valid_to"] >= starts for row in (one, other))


def newest_ranks(release: Release) -> dict[str, list[Row]]:
    """For each unit of a bloc its rows of rpt_emulation_ranking in the newest month with scores, else the newest.

    `ranked` is how many units of the bloc have a rank.
    """
    found: dict[str, list[Row]] = {}
    for row in release.tables.rows("""
        select *, count(rank) over (partition by bloc_code, method) as ranked
        from rpt_emulation_ranking as row
        where period_start = (
            select coalesce(max(period_start) filter (where score is not null), max(period_start))
            from rpt_emulation_ranking where bloc_code = row.bloc_code and method = row.method
        )
        order by bloc_code, method, rank nulls last, unit_key"""):
        found.setdefault(row["unit_key"], []).append(row)
    return found
