"""Which windows are asked for, on which day: the open month so far, months in their grace, and what was never had."""

from datetime import date, datetime

import pytest

from pipelines.pulls import due_asks
from sources.door.receipts import Receipt
from sources.registry import contracts

PLATFORM = {"LANGSON_BORDER_GATE_URL": "http://127.0.0.1:9"}
APP = {"LANGSON_CITIZEN_APP_URL": "http://127.0.0.1:9"}


def receipt(source: str, dataset: str, first: date, last: date, **changes: object) -> Receipt:
    contract = contracts()[source].datasets[dataset]
    values = {
        "delivery_id": "1", "source_code": source, "dataset": dataset, "part": "-", "file_name": "a.json",
        "window_start": first, "window_end": last, "received_at": datetime(2022, 1, 1), "file_modified_at": None,
        "sha256": "0", "contract_hash": contract.contract_hash, "outcome": "accepted", "reason": "", "rows_read": 1,
        "rows_landed": 1, "rows_rejected": 0, "rows_excluded": 0, "excluded_by_rule": "{}", "rejected_by_rule": "{}",
        "kind": contract.kind, "landing_path": "", "origin": "inbox", "key_fingerprint": "",
    }  # fmt: skip
    return Receipt(**{**values, **changes})  # type: ignore[arg-type]


def windows(had: list[Receipt], now: datetime, environment: dict[str, str]) -> list[tuple[date, date]]:
    asks = due_asks(had, now, {}, environment=environment)
    return [(ask.window.start, ask.window.end) for ask in asks]


JANUARY = receipt("border_gate", "platform_declarations", date(2021, 1, 1), date(2021, 1, 31))


def test_nothing_is_asked_of_a_system_whose_address_is_not_known() -> None:
    assert windows([], datetime(2021, 3, 15, 8), {}) == []


def test_the_running_month_is_asked_for_up_to_yesterday_and_months_never_had_whole() -> None:
    assert windows([], datetime(2021, 3, 15, 8), PLATFORM) == [
        (date(2021, 1, 1), date(2021, 1, 31)),
        (date(2021, 2, 1), date(2021, 2, 28)),
        (date(2021, 3, 1), date(2021, 3, 14)),
    ]


def test_a_month_that_was_had_is_asked_for_again_only_within_its_grace() -> None:
    within, after = datetime(2021, 2, 4, 8), datetime(2021, 2, 25, 8)
    assert (date(2021, 1, 1), date(2021, 1, 31)) in windows([JANUARY], within, PLATFORM)
    assert (date(2021, 1, 1), date(2021, 1, 31)) not in windows([JANUARY], after, PLATFORM)


@pytest.mark.parametrize(
    "short",
    [
        receipt("border_gate", "platform_declarations", date(2021, 1, 1), date(2021, 1, 30)),
        receipt("border_gate", "platform_declarations", date(2021, 1, 1), date(2021, 1, 31), outcome="refused"),
        receipt("border_gate", "platform_declarations", date(2021, 1, 1), date(2021, 1, 31), contract_hash="older"),
    ],
    ids=["a day is missing", "refused", "read under another contract"],
)
def test_a_month_had_in_part_refused_or_read_otherwise_is_asked_for_however_late(short: Receipt) -> None:
    assert (date(2021, 1, 1), date(2021, 1, 31)) in windows([short], datetime(2021, 2, 25, 8), PLATFORM)


def test_of_a_state_only_closings_of_months_that_ended_are_asked_for() -> None:
    assert windows([], datetime(2022, 7, 10, 8), APP) == [(date(2022, 5, 31),) * 2, (date(2022, 6, 30),) * 2]
