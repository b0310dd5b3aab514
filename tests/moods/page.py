"""`docs/transports.md`, written from the moods whose outcomes the tests show."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import tests.moods
from tests.moods.catalogue import Failed, Mood, Recovered, Refused, Transport, Waits

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "transports.md"

_HEAD = """# Khi nguồn trục trặc | When what we fetch from stumbles

Trang này do `python -m tests.moods` viết ra từ chính các kiểm thử (`tests/moods/`); đừng sửa tay. Mỗi kiểu trục trặc
được gây ra một mình trên máy chủ thật; kết quả ghi ở đây là điều kiểm thử đòi hỏi.

This page is written by `python -m tests.moods` from the tests themselves (`tests/moods/`); do not edit it. Each mood is
caused alone on a real server; the outcome told here is what the test demands.

| Kết quả | Outcome | nghĩa là | meaning |
| --- | --- | --- | --- |
| tự khắc phục | recovered | bản nhận về đúng như ngày tốt | the delivery is that of a good day |
| không lấy được | failed | không giữ gì, báo người vận hành | nothing is kept, a person is alerted |
| chờ | waits | tệp đang được ghi, lần xem sau sẽ lấy | a file in the making is taken at the next look |
| trả lại | refused | lấy về trọn vẹn, cửa nhận trả lại, kèm lý do | fetched whole, turned away at the door |

Không lấy được thì số liệu trước vẫn giữ nguyên. Where nothing is fetched, what stood before stays.

| Nguyên nhân | Cause |
| --- | --- |
| chưa khai báo địa chỉ hoặc mật khẩu | `not_configured` |
| không trả lời sau mọi lần thử | `unreachable` |
| không cho đăng nhập | `login_refused` |
| yêu cầu bị từ chối | `rejected` |
| câu trả lời không đủ một kỳ | `incomplete` |
"""


def transports() -> list[Transport]:
    """Every transport of this package, in the order of its modules' names."""
    modules = [import_module(f"tests.moods.{found.name}") for found in iter_modules(tests.moods.__path__)]
    return [module.TRANSPORT for module in modules if hasattr(module, "TRANSPORT")]


def written() -> str:
    """The whole page."""
    lines = [_HEAD]
    for transport in transports():
        lines += [
            f"## {transport.vi} | {transport.en}",
            "",
            "| Trục trặc | Mood | Kết quả · Outcome | Ghi lại · Told |",
            "| --- | --- | --- | --- |",
            *(_row(mood) for mood in transport.moods),
            "",
        ]
    return "\n".join(lines[:-1]) + "\n"


def _row(mood: Mood) -> str:
    match mood.outcome:
        case Recovered(note):
            outcome, told = "tự khắc phục · recovered", note
        case Failed(cause, told):
            outcome = f"không lấy được · failed: `{cause}`"
        case Refused(told):
            outcome = "trả lại · refused"
        case Waits():
            outcome, told = "chờ lần xem sau · waits", ""
    return f"| {_cell(mood.vi)} | {_cell(mood.en)} | {outcome} | {_cell(told) or '–'} |"


def _cell(text: str) -> str:
    """A text inside a Markdown table."""
    return text.replace(" | ", " · ").replace("|", "·").replace("\n", " ").strip()
