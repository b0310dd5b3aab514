"""The bad moods of an SQL database: what is asked, how the server is disturbed, and what becomes of the delivery.

Of a text that is told, " … " stands for what differs from one database to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.moods.catalogue import Failed, Mood, Recovered, Transport

ROWS, HELD_AT = 5_000, 3_000
"""Rows of a good day, and the row that waits while another holds a lock: then some are sent and some are not."""
GOOD = "select hold(id) as so, ghi_chu from dong order by dong.id"

Disturbance = Literal["none", "killed", "frozen", "conflict", "down"]


@dataclass(frozen=True)
class SqlMood(Mood):
    """A mood with what is asked, by whom, and what happens to the server. `repaired`: it is well before the retry."""

    query: str = GOOD
    user: str = "reader"
    password: Literal["right", "wrong", "none"] = "right"
    database: str = "kho"
    disturbed: Disturbance = "none"
    repaired: bool = False
    timeout_seconds: float = 60
    is_configured: bool = True


_LOST = "mất kết nối, hoặc máy chủ | the connection was lost, or the server"
_NOT_REACHED = "không kết nối được máy chủ | cannot be reached"
_LOGIN = "không nhận tên hoặc mật khẩu | does not accept the user or the password"


def _again(what: str) -> Recovered:
    vi, en = what.split(" | ")
    return Recovered(f"{vi} …, đã hỏi lại | {en} …, asked again")


def _rejected(words: str) -> Failed:
    return Failed("rejected", f"máy chủ không nhận truy vấn: {words} | the server rejects the query: {words}")


MOODS: tuple[SqlMood, ...] = (
    SqlMood(
        "killed_once",
        "mất kết nối giữa chừng, một lần",
        "the connection is lost half way, once",
        _again(_LOST),
        disturbed="killed",
        repaired=True,
    ),
    SqlMood(
        "killed_always",
        "mất kết nối mọi lần",
        "the connection is lost every time",
        Failed("unreachable", _LOST),
        query="select pg_terminate_backend(pg_backend_pid()) as so order by 1",
    ),
    SqlMood(
        "starts_late",
        "máy chủ đang khởi động",
        "the server comes up between two attempts",
        _again(_NOT_REACHED),
        disturbed="down",
        repaired=True,
    ),
    SqlMood(
        "down",
        "máy chủ không chạy",
        "the server is down",
        Failed("unreachable", _NOT_REACHED),
        disturbed="down",
    ),
    SqlMood(
        "crowded",
        "máy chủ hết chỗ kết nối",
        "the server takes no more connections",
        Failed("unreachable", _NOT_REACHED),
        user="crowded",
    ),
    SqlMood(
        "frozen",
        "máy chủ đứng yên giữa chừng",
        "the server freezes half way",
        Failed("unreachable", "máy chủ im lặng quá 2.25 giây | the server was silent for more than 2.25 seconds"),
        disturbed="frozen",
        timeout_seconds=1.5,
    ),
    SqlMood(
        "too_slow",
        "truy vấn quá lâu",
        "the query takes too long",
        Failed("unreachable", "không làm xong truy vấn trong thời hạn | did not finish the query in time"),
        query="select pg_sleep(60)::text as so order by 1",
        timeout_seconds=0.2,
    ),
    SqlMood(
        "conflict_once",
        "xung đột giao dịch, một lần",
        "a transaction conflict, once",
        _again("đang bận (40001) | is busy (40001)"),
        query="select settled() as so, ghi_chu from dong order by id",
        disturbed="conflict",
        repaired=True,
    ),
    SqlMood(
        "conflict_always",
        "xung đột giao dịch mọi lần",
        "a transaction conflict every time",
        Failed("unreachable", "đang bận (40001) | is busy (40001)"),
        query="select settled() as so from dong order by id",
        disturbed="conflict",
    ),
    SqlMood("wrong_password", "sai mật khẩu", "a wrong password", Failed("login_refused", _LOGIN), password="wrong"),
    SqlMood("no_password", "không có mật khẩu", "no password", Failed("login_refused", _LOGIN), password="none"),
    SqlMood("unknown_user", "người dùng không có", "an unknown user", Failed("login_refused", _LOGIN), user="stranger"),
    SqlMood(
        "no_database",
        "không có cơ sở dữ liệu",
        "no such database",
        Failed("rejected", "không có cơ sở dữ liệu này | no such database"),
        database="khong_co",
    ),
    SqlMood(
        "no_table",
        "không có bảng",
        "no such table",
        _rejected('relation "khong_co" does not exist'),
        query="select so from khong_co order by 1",
    ),
    SqlMood(
        "renamed_column",
        "cột đã đổi tên",
        "a renamed column",
        _rejected('column "ma_xa" does not exist'),
        query="select ma_xa from dong order by 1",
    ),
    SqlMood(
        "no_right",
        "không có quyền đọc bảng",
        "no right to read the table",
        _rejected("permission denied for table kin"),
        query="select so from kin order by 1",
    ),
    SqlMood(
        "writes",
        "truy vấn ghi vào máy chủ",
        "the query would write",
        _rejected("cannot execute INSERT in a read-only transaction"),
        query="select write_one() as so order by 1",
    ),
    SqlMood(
        "bad_value",
        "giá trị làm truy vấn hỏng",
        "a value that breaks the query",
        _rejected("InvalidTextRepresentation"),
        query="select ghi_chu::int as so from dong order by 1",
    ),
    SqlMood(
        "twice_named",
        "hai cột cùng tên",
        "two columns of one name",
        Failed("rejected", "truy vấn trả hai cột cùng tên so | the query gives two columns named so"),
        query="select id as so, id as so from dong order by 1",
    ),
    SqlMood(
        "not_configured",
        "chưa đặt biến địa chỉ",
        "the address variable is not set",
        Failed("not_configured", "chưa đặt | is not set"),
        is_configured=False,
    ),
)

TRANSPORT = Transport(
    "Cơ sở dữ liệu SQL",
    "SQL databases",
    MOODS,
    "tests/test_transport_sql.py::test_each_mood_ends_as_the_page_says",
)
