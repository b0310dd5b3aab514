"""Who is late: by the contract's cadence and grace in working days, part by part."""

from dataclasses import replace
from datetime import date, datetime

from pipelines.automation.lateness import late_of
from sources.contract import Dataset
from sources.door.receipts import Receipt
from sources.registry import contracts, due_at

EARLIEST = date(2022, 1, 1)
MONTHLY = contracts()["e_office"].datasets["work_files"]


def received(first: date, last: date, part: str = "-", **other: str) -> Receipt:
    """A delivery that came and was landed."""
    empty = dict.fromkeys(Receipt.__dataclass_fields__, "")
    numbers = dict.fromkeys(("rows_read", "rows_landed", "rows_rejected", "rows_excluded"), 1)
    given = {"part": part, "window_start": first, "window_end": last, "outcome": "accepted", "kind": "events", **other}
    moments = {"received_at": datetime(2022, 2, 1), "file_modified_at": None}
    return Receipt(**{**empty, **numbers, **moments, **given})  # type: ignore[arg-type]


def dataset(cadence: str, grace_working_days: int) -> Dataset:
    """A contract's dataset with another rhythm; made anew: a copy keeps what was once computed of the other."""
    rhythm = {"cadence": cadence, "grace": f"{grace_working_days} working days"}
    return Dataset.model_validate(MONTHLY.model_dump(by_alias=True) | rhythm)


JANUARY = received(date(2022, 1, 1), date(2022, 1, 31))


def test_a_part_is_late_the_moment_after_its_grace_and_not_before() -> None:
    monthly = dataset("monthly", 5)
    due = due_at(date(2022, 1, 31), monthly.grace_working_days)
    # Tết of 2022 lasted to 6 February: the working days are those after it.
    assert due.date() == date(2022, 2, 11)
    assert late_of(monthly, EARLIEST, ["-"], [], due) == []
    [late] = late_of(monthly, EARLIEST, ["-"], [], datetime(2022, 2, 12))
    assert (late.periods, late.first_month, late.since, late.never) == (1, date(2022, 1, 1), due, True)
    assert late_of(monthly, EARLIEST, ["-"], [JANUARY], datetime(2022, 2, 12)) == []


def test_each_missing_part_is_told_with_its_first_period_and_others_are_not() -> None:
    monthly, now = dataset("monthly", 5), datetime(2022, 4, 20)
    both = [received(date(2022, 1, 1), date(2022, 1, 31), part) for part in ("SO_YT", "SO_TTTT")]
    rest = received(date(2022, 2, 1), date(2022, 3, 31), "SO_TTTT")
    [late] = late_of(monthly, EARLIEST, ["SO_TTTT", "SO_YT"], [*both, rest], now)
    assert (late.part, late.periods, late.first_month, late.never) == ("SO_YT", 2, date(2022, 2, 1), False)
    assert str(late) == "SO_YT: thiếu 2 kỳ, sớm nhất kỳ tới 02/2022, quá hạn từ 07/03/2022"


def test_one_delivery_for_all_parts_stands_for_each() -> None:
    assert late_of(dataset("monthly", 5), EARLIEST, ["SO_YT"], [JANUARY], datetime(2022, 2, 20)) == []


def test_longer_periods_are_due_with_their_last_month() -> None:
    quarter, now = dataset("quarterly", 5), datetime(2022, 4, 20)
    assert late_of(quarter, EARLIEST, ["-"], [], datetime(2022, 3, 31)) == []
    assert late_of(quarter, EARLIEST, ["-"], [], now)[0].periods == 1
    assert late_of(quarter, EARLIEST, ["-"], [JANUARY], now) == []
    assert late_of(dataset("yearly", 5), EARLIEST, ["-"], [], datetime(2022, 12, 31)) == []
    assert late_of(dataset("yearly", 5), EARLIEST, ["-"], [], datetime(2023, 2, 20))[0].periods == 1


def test_a_snapshot_brings_the_period_of_its_day_alone() -> None:
    state = replace(JANUARY, kind="snapshot", window_start=date(2022, 1, 1), window_end=date(2022, 2, 28))
    [late] = late_of(dataset("monthly", 5), EARLIEST, ["-"], [state], datetime(2022, 3, 20))
    assert (late.first_month, late.periods) == (date(2022, 1, 1), 1)


def test_nothing_is_due_of_a_system_that_did_not_exist() -> None:
    assert late_of(dataset("monthly", 5), date(2022, 3, 1), ["-"], [], datetime(2022, 3, 20)) == []
