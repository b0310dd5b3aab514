"""Reads what explanations need out of a release, once: everything about one indicator, or about all of them at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sources.catalogue import Catalogue, own_catalogue
from sources.contract import Dataset, SourceContract
from sources.registry import contracts

from publishing.explain.deliveries import DeliveryShelf, add_months, month_end
from publishing.explain.model import Check, Revision
from publishing.explain.units import UnitTree
from publishing.tables import Tables

Row = Mapping[str, Any]
ValueKey = tuple[str, str, str, date]
"""indicator_code, definition, unit_key, period_start"""
MeasureKey = tuple[str, str, str, date]
"""measure_code, tier, unit_code, period_start"""


@dataclass(frozen=True)
class Shelf:
    """The published rows behind some values, by their keys."""

    release: Row
    indicators: Sequence[Row]
    units: Sequence[Row]
    clauses: Mapping[str, Row]
    values: Mapping[ValueKey, Row]
    measures: Mapping[MeasureKey, Row]
    deliveries: DeliveryShelf
    checks: Mapping[str, tuple[Check, ...]]
    """The results of each stage: `gate`, `dbt`, `correction`."""
    revisions: Mapping[ValueKey, Sequence[Revision]]
    catalogue: Catalogue
    sources: Mapping[str, SourceContract]
    trees: dict[date, UnitTree]

    def tree(self, period: date) -> UnitTree:
        """The units in force on the last day of a month."""
        if period not in self.trees:
            self.trees[period] = UnitTree(self.units, month_end(period))
        return self.trees[period]

    def corrections(self, source_codes: frozenset[str]) -> tuple[Check, ...]:
        """The results of the decided corrections of some sources."""
        prefixes = tuple(f"correction_{code}_" for code in sorted(source_codes))
        return tuple(check for check in self.checks["correction"] if check.check.startswith(prefixes))


def directive_of(tables: Tables, period: date | None = None) -> str:
    """The directive whose year a month lies in; of no month, or one of no directive, the newest."""
    rows = tables.rows(
        "select directive_code from dim_period where is_measured"
        " order by period_start is not distinct from ? desc, period_start desc, directive_code desc limit 1",
        [period],
    )
    return str(rows[0]["directive_code"])


def fill(
    tables: Tables, directive: str, indicators: Sequence[Row], values: Sequence[Row], periods: Sequence[date]
) -> Shelf:
    """A shelf for some indicators of one directive and all their `values`; measures are read for `periods` alone."""
    sources = contracts()
    return Shelf(
        release=tables.rows("from release_info")[0],
        indicators=indicators,
        units=units_of(tables, directive),
        clauses={
            row["clause"]: row
            for row in tables.rows(
                "from rpt_coverage where item_type = 'clause' and directive_code = ? order by item_code", [directive]
            )
        },
        values={value_key(row): row for row in values},
        measures=_measures(tables, directive, indicators, periods),
        deliveries=DeliveryShelf(
            tables.rows("from deliveries where directive_code = ? order by delivery_id", [directive]),
            _datasets(sources),
        ),
        checks=_checks(tables),
        revisions=_revisions(tables, directive),
        catalogue=own_catalogue(),
        sources=sources,
        trees={},
    )


def indicators_of(tables: Tables, directive: str) -> list[dict[str, Any]]:
    """The rows of `dim_indicator` of one directive."""
    return tables.rows("from dim_indicator where directive_code = ? order by indicator_code, definition", [directive])


def units_of(tables: Tables, directive: str) -> list[dict[str, Any]]:
    """The rows of `dim_unit` of one directive."""
    return tables.rows("from dim_unit where directive_code = ? order by unit_key", [directive])


def value_key(row: Row) -> ValueKey:
    """The key of a row that names a value."""
    return row["indicator_code"], row["definition"], row["unit_key"], row["period_start"]


def _datasets(sources: Mapping[str, SourceContract]) -> dict[str, Dataset]:
    return {
        f"{source.code}.{name}": dataset for source in sources.values() for name, dataset in source.datasets.items()
    }


def _measures(
    tables: Tables, directive: str, indicators: Sequence[Row], periods: Sequence[date]
) -> dict[MeasureKey, Row]:
    """The measures of the indicators in the months explained, those a definition moves to and those it takes off."""
    codes = {row[side] for row in indicators for side in ("numerator_measure", "denominator_measure")}
    shifts = {int(row["denominator_shift_months"] or 0) for row in indicators} | {0}
    months = {add_months(period, shift) for period in periods for shift in shifts}
    starts = {row["starts"].replace(day=1) for row in indicators}
    months |= {add_months(start, shift - 1) for start in starts for shift in shifts}
    rows = tables.rows(
        "select measure_code, tier, unit_code, period_start, value_month, value_to_date from fct_measure_value"
        " where directive_code = ? and list_contains(?, measure_code) and list_contains(?::date[], period_start)"
        " order by all",
        [directive, sorted(codes), sorted(months)],
    )
    return {(row["measure_code"], row["tier"], row["unit_code"], row["period_start"]): row for row in rows}


def _revisions(tables: Tables, directive: str) -> dict[ValueKey, list[Revision]]:
    delivered: dict[tuple[object, ...], list[str]] = {}
    for row in tables.rows(
        "from revision_delivery where directive_code = ? order by new_as_of, delivery_id", [directive]
    ):
        delivered.setdefault((*value_key(row), row["new_as_of"]), []).append(row["delivery_id"])
    found: dict[ValueKey, list[Revision]] = {}
    for row in tables.rows(
        "from fct_indicator_revision where directive_code = ?"
        " order by indicator_code, definition, unit_key, period_start, new_as_of",
        [directive],
    ):
        found.setdefault(value_key(row), []).append(
            Revision(
                old_as_of=row["old_as_of"],
                new_as_of=row["new_as_of"],
                old_numerator=row["old_numerator"],
                old_denominator=row["old_denominator"],
                old_value=row["old_value"],
                old_status=row["old_status"],
                new_numerator=row["new_numerator"],
                new_denominator=row["new_denominator"],
                new_value=row["new_value"],
                new_status=row["new_status"],
                reason=row["reason"],
                delivery_ids=tuple(delivered.get((*value_key(row), row["new_as_of"]), ())),
            )
        )
    return found


def _checks(tables: Tables) -> dict[str, tuple[Check, ...]]:
    rows = tables.rows('from quality_results order by stage, "check"')
    return {
        stage: tuple(
            Check(row["check"], row["outcome"], row["severity"], row["observed"], row["reason"])
            for row in rows
            if row["stage"] == stage
        )
        for stage in ("gate", "dbt", "correction")
    }


def first_day_counted(period: date, starts: date, shift: int) -> date:
    """The first day a value counts: 1 January, or of the month the indicator starts in (dbt: int_indicator_need)."""
    last = add_months(period, shift)
    return max(date(last.year, 1, 1), add_months(starts.replace(day=1), shift))


def month_taken_off(period: date, starts: date, shift: int, accumulation: str) -> date | None:
    """The month whose count to date is taken off: that before a start within the year (dbt: int_indicator_count)."""
    start = add_months(starts.replace(day=1), shift)
    if accumulation == "flow" and start.year == add_months(period, shift).year and start.month > 1:
        return (start - timedelta(days=1)).replace(day=1)
    return None
