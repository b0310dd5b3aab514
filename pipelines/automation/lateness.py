"""Who is late: parts whose period is past its contract's grace, in working days, with nothing received for it.

The same question as the mart `rpt_delivery_timeliness` answers, but of now: lateness comes by time alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sources.contract import Dataset
from sources.door.intake import now_local
from sources.door.receipts import Receipt, read_receipts
from sources.registry import contracts, due_at, months_until, next_month, parts_of

from pipelines.home import Home
from pipelines.inputs import newest_reception

MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}


@dataclass(frozen=True)
class Late:
    """One part of a dataset: how many of its periods are missing, and the first of them."""

    part: str
    periods: int
    first_month: date
    """The last month of the first missing period."""
    since: datetime
    """When its grace ended."""
    never: bool
    """Whether nothing ever came of this part."""

    def __str__(self) -> str:
        part = "" if self.part == "-" else f"{self.part}: "
        never = "chưa từng gửi, " if self.never else ""
        return (
            f"{part}{never}thiếu {self.periods} kỳ, sớm nhất kỳ tới {self.first_month:%m/%Y}, quá hạn từ "
            f"{self.since:%d/%m/%Y}"
        )


def moment_of(home: Home) -> datetime:
    """Now; for a simulation the clock of its own deliveries."""
    if home.origin() == "sandbox":
        return newest_reception(read_receipts(home.root)) or now_local()
    return now_local()


def late_parts(home: Home, now: datetime) -> dict[tuple[str, str], list[Late]]:
    """The late parts of every dataset, by source and dataset; a dataset without any is not in it."""
    from sources.units import unit_tables

    from pipelines.definitions_step import senders

    by_level = senders(unit_tables()["units"])
    accepted: dict[tuple[str, str], list[Receipt]] = {}
    for receipt in read_receipts(home.root):
        if receipt.outcome != "refused" and receipt.window_end is not None:
            accepted.setdefault((receipt.source_code, receipt.dataset), []).append(receipt)
    found = {}
    for source in contracts().values():
        for name, dataset in source.datasets.items():
            had = accepted.get((source.code, name), [])
            late = late_of(dataset, date.fromisoformat(source.earliest), parts_of(dataset, by_level), had, now)
            if late:
                found[source.code, name] = late
    return found


def late_of(
    dataset: Dataset, earliest: date, parts: Sequence[str], had: Sequence[Receipt], now: datetime
) -> list[Late]:
    """The late parts of one dataset."""
    periods = [
        (start, month, due)
        for start, month in _periods(dataset.cadence, earliest, now)
        if (due := due_at(_last_day(month), dataset.grace_working_days)) < now
    ]
    found = []
    for part in parts:
        mine = [receipt for receipt in had if receipt.part in (part, "-")]
        missing = [period for period in periods if not any(_brings(receipt, *period[:2]) for receipt in mine)]
        if missing:
            _, month, due = missing[0]
            found.append(Late(part, len(missing), month, due, not mine))
    return found


def _periods(cadence: str, earliest: date, now: datetime) -> list[tuple[date, date]]:
    """First day and last month of each period of a cadence that has begun."""
    length = MONTHS[cadence]
    return [
        (_months_before(month, length - 1), month)
        for month in months_until(now.date())
        if month >= earliest.replace(day=1) and month.month % length == 0
    ]


def _months_before(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 - count
    return date(index // 12, index % 12 + 1, 1)


def _last_day(month: date) -> date:
    return date.fromordinal(next_month(month).toordinal() - 1)


def _brings(receipt: Receipt, start: date, month: date) -> bool:
    """Whether a delivery brings something of a period."""
    assert receipt.window_start is not None and receipt.window_end is not None
    first = receipt.window_end if receipt.kind == "snapshot" else receipt.window_start
    return receipt.window_end >= start and first <= _last_day(month)
