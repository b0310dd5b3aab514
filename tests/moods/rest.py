"""The bad moods of a REST interface."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sandbox.http_moods import Mood as Stumble
from sandbox.http_platforms import PLATFORMS
from sources.door.window import Window
from sources.registry import contracts
from sources.transports.base import Ask, Cause
from sources.transports.model import Cursor, Login, PageHeader, PageNumber, RestPull
from tests.moods.catalogue import Failed, Mood, Recovered, Transport

SIZE = 10
MONTH = Window(date(2022, 3, 1), date(2022, 3, 31))
DAY = Window(date(2022, 5, 31), date(2022, 5, 31))


@dataclass(frozen=True)
class RestMood(Mood):
    """A mood with what the server is to do, and the interface that does it."""

    stumbles: tuple[Stumble, ...] = ()
    source: str = "border_gate"
    is_wrong_password: bool = False


def pull_of(source: str) -> RestPull:
    """The contract's own pull with small pages, asked as fast as may be; the radio's has its count in a header."""
    if source == "digital_radio":
        return RestPull(
            address="LANGSON_DIGITAL_RADIO_URL", path="/api/v1/device", query={"date": "{end}"},
            login=Login(
                path="/api/v1/login", user="LANGSON_DIGITAL_RADIO_USER", password="LANGSON_DIGITAL_RADIO_PASSWORD",
                token="token",
            ),
            paging=PageHeader(
                style="page_header", number="page", size_name="page_size", size=SIZE, header="x-pagination-page_count"
            ),
            rows=("data",), key=("mac",), file="device_{end}.json", requests_per_second=1e6, timeout_seconds=10,
        )  # fmt: skip
    [pull] = [dataset.pull for dataset in contracts()[source].datasets.values() if dataset.pull]
    assert pull.rest is not None
    paging: PageNumber | Cursor | PageHeader = pull.rest.paging.model_copy(update={"size": SIZE})
    return pull.rest.model_copy(update={"paging": paging, "requests_per_second": 1e6, "timeout_seconds": 10})


def ask_of(source: str) -> Ask:
    """The window that `write_home` has an answer for."""
    dataset = {"border_gate": "platform_declarations", "citizen_app": "accounts", "digital_radio": "devices"}[source]
    return Ask(source, dataset, "-", MONTH if source == "border_gate" else DAY)


def records_of(source: str, count: int = 25) -> list[dict[str, Any]]:
    """Synthetic records in the shape of a source's answers."""
    if source == "border_gate":
        return [
            {
                "numberOfDeclaration": f"20220301{number:05d}",
                "createDate": f"2022-03-{number % 28 + 1:02d}T08:00:00.5",
                "gate": {"code": "TT"}, "company": {"taxCode": None}, "weight": 12500.5,
                "registrationTransportGoods": [], "registrationTransportDetails": [],
            }
            for number in range(count)
        ]  # fmt: skip
    if source == "citizen_app":
        return [
            {"ngay_chot": "2022-05-31", "ma_huyen": "178", "ma_xa": f"{6000 + number:05d}", "nhom_tuoi": "18-59"}
            for number in range(count)
        ]
    return [{"mac": f"LS{number:04d}", "status": 1} for number in range(count)]


def write_home(home: Path, contents: Mapping[str, object]) -> None:
    """A sandbox's home with one answer for each source."""
    entries = []
    for source, content in contents.items():
        path = home / "served" / source / "answer.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        ask = ask_of(source)
        window = {"start": ask.window.start.isoformat(), "end": ask.window.end.isoformat()}
        entries.append(
            {
                "path": f"{source}/answer.json", "received_at": "2022-06-03T08:40:00",
                "served": {"dataset": ask.dataset, "part": "-", **window},
            }
        )  # fmt: skip
    (home / "inbox").mkdir(parents=True)
    (home / "inbox" / "manifest.json").write_text(json.dumps({"deliveries": entries}), encoding="utf-8")


def content_of(source: str, records: Sequence[object]) -> object:
    """A source's answer as the sandbox keeps it."""
    return {"data": {"listData": records} if source == "border_gate" else records}


assert set(PLATFORMS) == {"border_gate", "citizen_app", "digital_radio"}


def _once_and_for_ever(
    code: str, vi: str, en: str, stumble: Stumble, passes: Recovered, failed: Failed, source: str = "border_gate"
) -> list[RestMood]:
    """A mood that passes, and the same that stays."""
    stays = Stumble(stumble.kind, stumble.page, None, stumble.at, stumble.retry_after)
    return [
        RestMood(code, f"{vi}, một lần", f"{en}, once", passes, (stumble,), source),
        RestMood(f"{code}_stays", f"{vi}, mãi", f"{en}, for ever", failed, (stays,), source),
    ]


def _again(what: tuple[str, str]) -> Recovered:
    """One request was made again."""
    return Recovered(f"{what[0]}, đã hỏi lại | {what[1]}, asked again")


def _read_again(what: tuple[str, str]) -> Recovered:
    """The whole window was read again."""
    return Recovered(f"{what[0]}, đã đọc lại từ đầu | {what[1]}, read again from the start")


def _at_last(cause: Cause, what: tuple[str, str]) -> Failed:
    """Asked as often as the contract says."""
    return Failed(cause, f"{what[0]}, sau 6 lần hỏi | {what[1]}, asked 6 times")


def _incomplete(what: tuple[str, str]) -> Failed:
    """Read twice, and no whole window."""
    return Failed("incomplete", " | ".join(what))


def _status(number: int) -> tuple[str, str]:
    return f"máy chủ báo {number}", f"the server says {number}"


def _of(total: int, found: int) -> tuple[str, str]:
    return (
        f"máy chủ nói có {total} bản ghi, chỉ nhận được {found}",
        f"the server tells of {total} records and gave {found}",
    )


_CUT = ("câu trả lời bị cắt ngang", "the answer was cut short")
_JSON = ("JSON bị cắt hoặc hỏng", "the JSON is cut or broken")
_WEB = ("máy chủ trả một trang web thay cho dữ liệu", "a web page came instead of data")
_NO_LIST = ("câu trả lời không có danh sách bản ghi", "the answer has no list of records")
_LATE = ("máy chủ không trả lời kịp", "no answer in time")
_RESET = ("không nối được với máy chủ", "no connection to the server")
_EMPTY = ("trang 2 trống giữa chừng", "page 2 is empty mid-way")
_REPEATED = ("trang 2 lặp lại trang trước", "page 2 repeats the page before")
_CIRCLE = ("con trỏ trang quay vòng", "the states go round in a circle")
_SHRUNK = ("tổng số giảm giữa chừng", "the count of rows went down mid-way")
_OVERLAP = ("bản ghi của trang trước lặp lại ở trang sau", "records of one page come again on another")
_RENEWED = Recovered("mã đăng nhập hết hạn giữa chừng, đã đăng nhập lại | the token ended mid-way, logged in again")
_NOT_LET_IN = Failed(
    "login_refused",
    "đăng nhập được nhưng máy chủ vẫn không cho đọc (401) | logged in, and still not let in (401)",
)
_NO_LOGIN = Failed(
    "login_refused",
    "máy chủ không nhận tên hoặc mật khẩu | the server does not take the user or the password",
)

MOODS: list[RestMood] = [
    *_once_and_for_ever(
        "server_error", "Lỗi 500", "Status 500", Stumble("server_error", 2), _again(_status(500)),
        _at_last("unreachable", _status(500)),
    ),
    RestMood(
        "server_error_thrice", "Lỗi 500 ba lần liền", "Status 500 three times",
        Recovered(f"{_again(_status(500)).note} (×3)"), (Stumble("server_error", 2, 3),),
    ),
    RestMood(
        "unavailable", "Lỗi 503, hẹn 7 giây (Retry-After)", "Status 503, Retry-After 7 seconds",
        _again(_status(503)), (Stumble("unavailable", 2, 1, retry_after="7"),),
    ),
    RestMood(
        "unavailable_for_a_day", "Lỗi 503, hẹn một ngày", "Status 503, Retry-After a day",
        Failed(
            "unreachable",
            "máy chủ báo 503 và hẹn 86400 giây nữa | the server says 503 and asks to come back in 86400 seconds",
        ),
        (Stumble("unavailable", 2, 1, retry_after="86400"),),
    ),
    RestMood(
        "too_many", "Lỗi 429, hẹn 2 giây", "Status 429, Retry-After 2 seconds", _again(_status(429)),
        (Stumble("too_many", 1, 1, retry_after="2"),),
    ),
    *_once_and_for_ever(
        "stall", "Nhận yêu cầu rồi im lặng", "Takes the request and says nothing", Stumble("stall", 2), _again(_LATE),
        _at_last("unreachable", _LATE),
    ),
    *_once_and_for_ever(
        "reset", "Ngắt kết nối", "Connection reset", Stumble("reset", 2), _again(_RESET),
        _at_last("unreachable", _RESET),
    ),
    *_once_and_for_ever(
        "cut_body", "Đứt giữa câu trả lời", "Body cut off", Stumble("cut_body", 2), _again(_CUT),
        _at_last("incomplete", _CUT),
    ),
    *_once_and_for_ever(
        "cut_json", "JSON cụt mà độ dài vẫn khớp", "JSON cut, the length fits", Stumble("cut_json", 2), _again(_JSON),
        _at_last("incomplete", _JSON),
    ),
    *_once_and_for_ever(
        "web_page", "Trang web với mã 200", "A web page with status 200", Stumble("web_page", 2), _again(_WEB),
        _at_last("incomplete", _WEB),
    ),
    *_once_and_for_ever(
        "error_in_200", "Báo lỗi bên trong mã 200", "An error inside status 200", Stumble("error_in_200", 2),
        _again(_NO_LIST), _at_last("incomplete", _NO_LIST),
    ),
    *_once_and_for_ever(
        "expired_token", "Mã đăng nhập hết hạn giữa chừng", "The token ends mid-way", Stumble("expired_token", 2),
        _RENEWED, _NOT_LET_IN,
    ),
    RestMood("wrong_password", "Sai mật khẩu", "Wrong password", _NO_LOGIN, is_wrong_password=True),
    RestMood(
        "login_error", "Đăng nhập gặp lỗi 500", "Status 500 at the login", _again(_status(500)),
        (Stumble("server_error", at="login"),),
    ),
    RestMood(
        "login_without_token", "Đăng nhập bị từ chối bên trong mã 200", "Login refused inside status 200", _NO_LOGIN,
        (Stumble("error_in_200", at="login"),),
    ),
    RestMood(
        "forbidden", "Không có quyền (403)", "Forbidden (403)",
        Failed("rejected", "máy chủ không nhận yêu cầu (403) | the server turns the request down (403)"),
        (Stumble("forbidden", 2, None),),
    ),
    *_once_and_for_ever(
        "empty_page", "Trang trống giữa chừng", "An empty page mid-way", Stumble("empty_page", 2), _read_again(_EMPTY),
        _incomplete(_EMPTY),
    ),
    *_once_and_for_ever(
        "empty_last_page", "Trang cuối trống", "The last page empty", Stumble("empty_page", 3),
        _read_again(_of(25, 20)), _incomplete(_of(25, 20)),
    ),
    *_once_and_for_ever(
        "empty_state", "Con trỏ: trang trống giữa chừng", "Cursor: an empty page mid-way", Stumble("empty_page", 2),
        _read_again(_EMPTY), _incomplete(_EMPTY), "citizen_app",
    ),
    *_once_and_for_ever(
        "empty_page_of_header", "Số trang ở header: trang trống giữa chừng", "Count in a header: an empty page mid-way",
        Stumble("empty_page", 2), _read_again(_EMPTY), _incomplete(_EMPTY), "digital_radio",
    ),
    *_once_and_for_ever(
        "repeated_page", "Trang lặp lại trang trước", "A page repeats the page before", Stumble("repeated_page", 2),
        _read_again(_REPEATED), _incomplete(_REPEATED),
    ),
    *_once_and_for_ever(
        "repeated_state", "Con trỏ: trang lặp lại", "Cursor: a page repeats", Stumble("repeated_page", 2),
        _read_again(_REPEATED), _incomplete(_REPEATED), "citizen_app",
    ),
    *_once_and_for_ever(
        "repeated_page_of_header", "Số trang ở header: trang lặp lại", "Count in a header: a page repeats",
        Stumble("repeated_page", 2), _read_again(_REPEATED), _incomplete(_REPEATED), "digital_radio",
    ),
    *_once_and_for_ever(
        "same_state", "Con trỏ quay vòng", "The cursor goes round in a circle", Stumble("same_state", 2),
        Recovered("đã đọc lại từ đầu"), _incomplete(_CIRCLE), "citizen_app",
    ),
    *_once_and_for_ever(
        "shifted_page", "Trang lệch: một bản ghi lặp, một bản ghi mất",
        "A shifted page: one record comes twice, one is lost", Stumble("shifted_page", 2), _read_again(_of(25, 24)),
        _incomplete(_of(25, 24)),
    ),
    *_once_and_for_ever(
        "shifted_page_of_header", "Số trang ở header: trang lệch", "Count in a header: a shifted page",
        Stumble("shifted_page", 2), _read_again(_OVERLAP), _incomplete(_OVERLAP), "digital_radio",
    ),
    RestMood(
        "overlapping_page", "Bản ghi lặp ở hai trang, không mất gì", "A record on two pages, nothing lost",
        Recovered("bỏ 1 bản ghi gửi lại y hệt | equal records dropped: 1"), (Stumble("overlapping_page", 2, None),),
    ),
    *_once_and_for_ever(
        "total_grows", "Tổng số tăng giữa chừng mà không thấy dòng nào thêm", "The count grows and no row comes",
        Stumble("total_grows", 3), _read_again(_of(26, 25)), _incomplete(_of(26, 25)),
    ),
    *_once_and_for_ever(
        "total_shrinks", "Tổng số giảm giữa chừng", "The count goes down mid-way", Stumble("total_shrinks", 3),
        _read_again(_SHRUNK), _incomplete(_SHRUNK),
    ),
    RestMood(
        "wrong_total", "Tổng số khác số dòng gửi", "The count is not the rows given", _incomplete(_of(26, 25)),
        (Stumble("total_grows", None, None),),
    ),
]  # fmt: skip

TRANSPORT = Transport(
    "Giao diện REST", "REST interfaces", MOODS, "tests/test_transport_rest.py::test_a_mood_has_its_stated_outcome"
)
