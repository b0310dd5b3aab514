"""Which deliveries lie behind a value: by dataset, sender and the windows that the way of counting needs.

A release does not say which delivery each counted row came from; it says which deliveries *can* have brought one. That
is the same rule by which a revision names the deliveries behind it (dbt: `int_indicator_revision_delivery`).
"""

import calendar
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sources.contract import Dataset
from sources.units import generation_on

from publishing.explain.model import DeliveryLine
from publishing.explain.units import UnitTree

DEFAULT_MAX_AGE_MONTHS = 3


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """A date moved by whole months; a day the month does not have becomes its last."""
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    return first.replace(day=min(day.day, calendar.monthrange(first.year, first.month)[1]))


class DeliveryShelf:
    """The rows of `deliveries` by dataset and sender; answers are kept, since many units share them."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], datasets: Mapping[str, Dataset]) -> None:
        self._datasets = datasets
        self._by_part: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
        for row in rows:
            parts = self._by_part.setdefault(f"{row['source_code']}.{row['dataset']}", {})
            parts.setdefault(row["part"], []).append(row)
        self._answers: dict[tuple[object, ...], tuple[DeliveryLine, ...]] = {}

    def behind(
        self,
        dataset: str,
        tree: UnitTree,
        unit_code: str,
        tiers: tuple[str, ...],
        first: date,
        last: date,
        is_state: bool,
    ) -> tuple[DeliveryLine, ...]:
        """The deliveries of one dataset that can hold rows counted for a unit, oldest window first.

        `first` is the first day counted, `last` the first day of the last month; `is_state` says that what happened
        before `first` may count too. Refused deliveries of the same windows are among them.
        """
        by_part = self._by_part.get(dataset, {})
        parts = tuple(part for part in sorted(by_part) if tree.reaches(part, unit_code, tiers))
        asked = (dataset, parts, first, last, is_state)
        if asked not in self._answers:
            contract = self._datasets[dataset]
            found: list[DeliveryLine] = []
            for part in parts:
                if contract.kind == "snapshot":
                    found += _states(by_part[part], contract, last)
                else:
                    found += _windows(by_part[part], contract, first, last, is_state)
            found.sort(
                key=lambda line: (line.window_start, line.window_end, line.part, line.received_at, line.delivery_id)
            )
            self._answers[asked] = tuple(found)
        return self._answers[asked]


def _states(rows: Iterable[Mapping[str, Any]], contract: Dataset, last: date) -> list[DeliveryLine]:
    """Of one sender: the state that the month shows, and what was refused of it or of a newer one."""
    end = month_end(last)
    until = date(end.year, 12, 31) if contract.state_of == "year_end" else end
    rows = [row for row in rows if row["window_end"] <= until]
    if contract.unit is not None or contract.resolve:
        # What names units stands only in months whose codes mean what they meant when it closed.
        codes_from = generation_on(end).codes_from
        rows = [row for row in rows if generation_on(row["window_end"]).codes_from == codes_from]
    if contract.state_of == "month_end":
        age = contract.max_age_months or DEFAULT_MAX_AGE_MONTHS
        rows = [row for row in rows if add_months(row["window_end"], age) > end]
    standing = [row["window_end"] for row in rows if row["outcome"] == "standing"]
    newest = max(standing, default=None)
    return [
        _line(row, "window")
        for row in rows
        if (
            row["window_end"] == newest
            if row["outcome"] != "refused"
            else newest is None or row["window_end"] >= newest
        )
    ]


def _windows(
    rows: Iterable[Mapping[str, Any]], contract: Dataset, first: date, last: date, is_state: bool
) -> list[DeliveryLine]:
    """Of one sender: the deliveries whose window touches the time counted, and the others that may hold rows of it."""
    end = month_end(last)
    is_register = contract.kind == "register"
    found = []
    for row in rows:
        if row["window_end"] < first:
            # A yearly register speaks of its year when it reaches into the twelve months before.
            if is_state or (contract.cadence == "yearly" and row["window_end"] >= add_months(last, -12)):
                found.append(_line(row, "earlier"))
        elif row["window_start"] <= end:
            found.append(_line(row, "window"))
        elif (is_register or contract.cadence == "yearly") and row["window_start"] <= date(end.year, 12, 31):
            found.append(_line(row, "later"))
    return found


def _line(row: Mapping[str, Any], role: str) -> DeliveryLine:
    return DeliveryLine(
        row["delivery_id"],
        row["source_code"],
        row["dataset"],
        row["part"],
        row["file_name"],
        row["sha256"],
        row["received_at"],
        row["window_start"],
        row["window_end"],
        row["outcome"],
        row["reason"] or None,
        row["rows_read"],
        row["rows_landed"],
        row["rows_rejected"],
        row["rows_excluded"],
        role,
    )
