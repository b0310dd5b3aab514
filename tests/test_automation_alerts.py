"""What people are told: one message per trouble, once more when it is over, and no secret anywhere."""

import json
import logging
from datetime import date, datetime
from pathlib import Path

import pytest

from pipelines.automation.alerts import ADDRESSES, Trouble, addresses, tell
from pipelines.automation.causes import CAUSES
from pipelines.automation.troubles import missed_pulls, refusals
from pipelines.home import Home
from sources.door.receipts import Receipt
from tests.conftest import run_langson
from tests.receiver import CANARY, Receiver


def refused(name: str) -> Trouble:
    return Trouble("delivery_refused", f"e_office/{name}", "thiếu cột ma_hscv | the column ma_hscv is missing")


def test_a_message_names_the_delivery_the_reason_and_what_to_do_vietnamese_first(
    receiver: Receiver, tmp_path: Path
) -> None:
    assert tell(Home(tmp_path), [refused("so_SO_YT.html")]) == []
    [message] = receiver.take()
    assert message["title"] == "Lượt nhận bị từ chối: e_office/so_SO_YT.html"
    text = message["message"]
    assert "thiếu cột ma_hscv" in text and "langson confirm shrink" in text
    assert "docs/operating.md#delivery-refused" in text
    assert text.index("Cần làm") < text.index("What to do")


def test_what_lasts_is_told_once_and_its_end_is_told_once(receiver: Receiver, tmp_path: Path) -> None:
    home = Home(tmp_path)
    tell(home, [refused("a.html"), refused("b.html")])
    assert len(receiver.take()) == 2
    tell(home, [refused("a.html"), refused("b.html")])
    assert receiver.take() == []
    tell(home, [refused("a.html")])
    [end] = receiver.take()
    assert end["title"].startswith("Đã xong") and "b.html" in end["title"]
    tell(home, [refused("a.html")])
    assert receiver.take() == []
    tell(home, [refused("a.html"), refused("b.html")])
    assert len(receiver.take()) == 1  # it came again


def test_only_the_causes_that_were_looked_at_can_be_over(receiver: Receiver, tmp_path: Path) -> None:
    home = Home(tmp_path)
    tell(home, [refused("a.html")])
    receiver.take()
    tell(home, [], {"delivery_late"})
    assert receiver.take() == []


def test_many_troubles_of_one_cause_are_one_message(receiver: Receiver, tmp_path: Path) -> None:
    home = Home(tmp_path)
    many = [refused(f"{number:03d}.html") for number in range(60)]
    tell(home, many)
    [message] = receiver.take()
    assert message["title"] == "Lượt nhận bị từ chối: 60 mục"
    assert "000.html" in message["message"] and "20 mục nữa" in message["message"]
    tell(home, many)
    tell(home, [])
    [end] = receiver.take()
    assert end["title"].startswith("Đã xong")


def test_what_could_not_be_sent_is_sent_later_and_no_secret_is_written(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(ADDRESSES, f"{receiver.address}, json://khac:{CANARY}@127.0.0.1:9/ khong-co://{CANARY}/x")
    home = Home(tmp_path)
    assert tell(home, [refused("a.html")]) == ["LANGSON_ALERTS #2 (json)", "LANGSON_ALERTS #3 (khong-co)"]
    receiver.status = 500
    monkeypatch.setenv(ADDRESSES, receiver.address)
    assert tell(home, [refused("a.html")]) == ["LANGSON_ALERTS #1 (json)"]
    receiver.status = 200
    receiver.take()
    assert tell(home, [refused("a.html")]) == []
    assert len(receiver.take()) == 1
    written = [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    captured = capfd.readouterr()
    assert not [text for text in [*written, caplog.text, captured.out, captured.err] if CANARY in text]


def test_addresses_are_parted_by_spaces_or_commas_but_not_inside_one() -> None:
    given = {ADDRESSES: " mailto://a:b@c.vn?to=x@y.vn,z@y.vn, tgram://token/1\nzalo://t/2 "}
    assert addresses(given) == ["mailto://a:b@c.vn?to=x@y.vn,z@y.vn", "tgram://token/1", "zalo://t/2"]
    assert addresses({}) == []


def test_without_addresses_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ADDRESSES, raising=False)
    assert tell(Home(tmp_path), [refused("a.html")]) == []
    assert not list(tmp_path.iterdir())


def test_every_cause_has_words_in_both_languages_and_an_anchor_of_its_own() -> None:
    assert len({cause.anchor for cause in CAUSES.values()}) == len(CAUSES)
    for cause in CAUSES.values():
        assert all((cause.title_vi, cause.title_en, cause.todo_vi, cause.todo_en)), cause.code
    from typing import get_args

    from sources.transports.base import Cause as Failure

    assert {f"pull_{name}" for name in get_args(Failure)} <= set(CAUSES)


def test_the_command_line_tells_an_unreachable_inbox_once(receiver: Receiver, tmp_path: Path) -> None:
    for _ in range(2):
        done = run_langson(
            "run", "--home", tmp_path / "home", "--inbox", tmp_path / "nowhere", env={ADDRESSES: receiver.address}
        )
        assert done.returncode == 1
    [message] = receiver.take()
    assert message["title"].startswith("Không đọc được hộp nhận") and "nowhere" in message["message"]


def receipt(name: str, outcome: str, hour: int, **other: object) -> Receipt:
    """A delivery of one month, taken or refused."""
    empty: dict[str, object] = dict.fromkeys(Receipt.__dataclass_fields__, "")
    numbers = dict.fromkeys(("rows_read", "rows_landed", "rows_rejected", "rows_excluded"), 1)
    window = {"window_start": date(2022, 1, 1), "window_end": date(2022, 1, 31)}
    given = {"delivery_id": f"{name}{hour}", "source_code": "e_office", "dataset": "work_files", "file_name": name}
    told = {"outcome": outcome, "reason": "thiếu cột", "received_at": datetime(2022, 2, 1, hour)}
    return Receipt(**{**empty, **numbers, **window, **given, **told, **other})  # type: ignore[arg-type]


def test_a_refusal_is_over_when_the_same_window_or_the_same_file_came_right() -> None:
    bad, unread = receipt("a.html", "refused", 1), receipt("b.html", "refused", 1, window_end=None, window_start=None)
    assert [one.subject for one in refusals([bad, unread])] == [
        "e_office/a.html (a.html1, 01/02/2022 01:00)", "e_office/b.html (b.html1, 01/02/2022 01:00)"
    ]  # fmt: skip
    resent = receipt("a_sua.html", "accepted", 2)
    assert [one.key for one in refusals([bad, unread, resent])] == ["b.html1"]
    assert refusals([bad, unread, resent, receipt("b.html", "accepted", 3)]) == []


def test_windows_that_could_not_be_fetched_are_one_trouble_for_a_dataset_and_cause(tmp_path: Path) -> None:
    told = {"since": "2022-02-01", "cause": "unreachable", "vi": "không trả lời", "en": "no answer"}
    asks = ("border_gate.declarations 01/01/2022-31/01/2022", "border_gate.declarations 01/02/2022-05/02/2022")
    home = Home(tmp_path)
    home.pulls.write_text(json.dumps(dict.fromkeys(asks, told)))
    [trouble] = missed_pulls(home)
    assert (trouble.code, trouble.subject) == ("pull_unreachable", "border_gate.declarations")
    assert "không trả lời" in trouble.reason and "2 kỳ" in trouble.reason
