"""Which sources there are, and what is expected of each and when.

A source is found by its folder: nothing is registered by hand.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache

import holidays
import pyarrow as pa

from sources.contract import SOURCES, Dataset, SourceContract, load_contract

FIRST_MONTH = date(2021, 1, 1)
"""The baseline year of the directive's comparisons starts here."""


@cache
def contracts() -> Mapping[str, SourceContract]:
    """Every source's contract by its code, in the order of the source numbers."""
    found = [load_contract(path) for path in SOURCES.glob("*/source.yml")]
    return {contract.code: contract for contract in sorted(found, key=lambda contract: contract.number)}


def dataset(source_code: str, name: str) -> Dataset:
    """One dataset's contract; raises KeyError for an unknown one."""
    return contracts()[source_code].datasets[name]


@cache
def _vietnamese_holidays() -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=range(2020, 2036))


@cache
def due_at(period_end: date, working_days: int) -> datetime:
    """The last moment of the grace: so many working days of Vietnam's calendar after the period's end."""
    calendar = _vietnamese_holidays()
    day = period_end
    while working_days:
        day += timedelta(days=1)
        working_days -= calendar.is_working_day(day)
    return datetime.combine(day, time(23, 59, 59))


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def months_until(last: date) -> list[date]:
    """First days of all months from the baseline year's start to the month of `last`."""
    months = [FIRST_MONTH]
    while next_month(months[-1]) <= last:
        months.append(next_month(months[-1]))
    return months


def parts_of(item: Dataset, units_by_level: Mapping[str, Sequence[str]]) -> list[str]:
    """The parts a contract expects: its named senders, or one of each unit of a level."""
    each = [unit for level in item.parts.each for unit in (["-"] if level == "-" else sorted(units_by_level[level]))]
    return [*sorted(item.parts.named), *each]


def expectation_tables(
    units_by_level: Mapping[str, list[str]], last: date, all_contracts: Mapping[str, SourceContract] | None = None
) -> dict[str, pa.Table]:
    """`datasets`, `expected_parts` (who sends what) and `calendar` (when each month is due), as typed tables.

    `units_by_level` gives the unit codes of each level that may stand in a contract's `parts`; `last` is as_of's day.
    """
    parts: list[dict[str, object]] = []
    calendar: list[dict[str, object]] = []
    datasets: list[dict[str, object]] = []
    for source in (all_contracts or contracts()).values():
        for name, item in source.datasets.items():
            senders = parts_of(item, units_by_level)
            keys = {"source_code": source.code, "dataset": name}
            datasets.append(
                {
                    **keys,
                    "kind": item.kind,
                    "state_of": item.state_of,
                    "max_age_months": item.max_age_months,
                    "names_units": item.unit is not None or bool(item.resolve),
                }
            )
            parts += [{**keys, "part": part, "cadence": item.cadence, "kind": item.kind} for part in senders]
            calendar += [
                {
                    **keys,
                    "period_start": month,
                    "due_at": due_at(next_month(month) - timedelta(days=1), item.grace_working_days),
                }
                for month in months_until(last)
                if month >= date.fromisoformat(source.earliest)  # nothing is due of a system that did not exist
            ]
    return {
        "datasets": pa.Table.from_pylist(datasets, DATASETS_SCHEMA),
        "expected_parts": pa.Table.from_pylist(parts, EXPECTED_PARTS_SCHEMA),
        "calendar": pa.Table.from_pylist(calendar, CALENDAR_SCHEMA),
    }


DATASETS_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("source_code", "dataset", "kind", "state_of")]
    + [("max_age_months", pa.int64()), ("names_units", pa.bool_())]
)
EXPECTED_PARTS_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("source_code", "dataset", "part", "cadence", "kind")]
)
CALENDAR_SCHEMA = pa.schema(
    [
        ("source_code", pa.string()),
        ("dataset", pa.string()),
        ("period_start", pa.date32()),
        ("due_at", pa.timestamp("us")),
    ]
)
