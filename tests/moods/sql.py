"""The bad moods of an SQL database: what is asked, how the server is disturbed, and what becomes of the delivery."""

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


MOODS: tuple[SqlMood, ...] = (
    SqlMood(
        "killed_once", "mất kết nối giữa chừng, một lần", "the connection is lost half way, once",
        Recovered("attempt 1: the connection"), disturbed="killed", repaired=True,
    ),
    SqlMood(
        "killed_always", "mất kết nối mọi lần", "the connection is lost every time",
        Failed("unreachable", "mất kết nối"), query="select pg_terminate_backend(pg_backend_pid()) as so order by 1",
    ),
    SqlMood(
        "starts_late", "máy chủ đang khởi động", "the server comes up between two attempts",
        Recovered("cannot be reached"), disturbed="down", repaired=True,
    ),
    SqlMood(
        "down", "máy chủ không chạy", "the server is down", Failed("unreachable", "không kết nối được"),
        disturbed="down",
    ),
    SqlMood(
        "crowded", "máy chủ hết chỗ kết nối", "the server takes no more connections",
        Failed("unreachable", "không kết nối được"), user="crowded",
    ),
    SqlMood(
        "frozen", "máy chủ đứng yên giữa chừng", "the server freezes half way", Failed("unreachable", "im lặng"),
        disturbed="frozen", timeout_seconds=1.5,
    ),
    SqlMood(
        "too_slow", "truy vấn quá lâu", "the query takes too long", Failed("unreachable", "trong thời hạn"),
        query="select pg_sleep(60)::text as so order by 1", timeout_seconds=0.2,
    ),
    SqlMood(
        "conflict_once", "xung đột giao dịch, một lần", "a transaction conflict, once", Recovered("(40001)"),
        query="select settled() as so, ghi_chu from dong order by id", disturbed="conflict", repaired=True,
    ),
    SqlMood(
        "conflict_always", "xung đột giao dịch mọi lần", "a transaction conflict every time",
        Failed("unreachable", "(40001)"), query="select settled() as so from dong order by id", disturbed="conflict",
    ),
    SqlMood(
        "wrong_password", "sai mật khẩu", "a wrong password", Failed("login_refused", "mật khẩu"), password="wrong"
    ),
    SqlMood("no_password", "không có mật khẩu", "no password", Failed("login_refused", "mật khẩu"), password="none"),
    SqlMood("unknown_user", "người dùng không có", "an unknown user", Failed("login_refused", "tên"), user="stranger"),
    SqlMood(
        "no_database", "không có cơ sở dữ liệu", "no such database", Failed("rejected", "cơ sở dữ liệu"),
        database="khong_co",
    ),
    SqlMood(
        "no_table", "không có bảng", "no such table", Failed("rejected", 'relation "khong_co" does not exist'),
        query="select so from khong_co order by 1",
    ),
    SqlMood(
        "renamed_column", "cột đã đổi tên", "a renamed column", Failed("rejected", 'column "ma_xa" does not exist'),
        query="select ma_xa from dong order by 1",
    ),
    SqlMood(
        "no_right", "không có quyền đọc bảng", "no right to read the table", Failed("rejected", "permission denied"),
        query="select so from kin order by 1",
    ),
    SqlMood(
        "writes", "truy vấn ghi vào máy chủ", "the query would write", Failed("rejected", "read-only transaction"),
        query="select write_one() as so order by 1",
    ),
    SqlMood(
        "bad_value", "giá trị làm truy vấn hỏng", "a value that breaks the query", Failed("rejected", "InvalidText"),
        query="select ghi_chu::int as so from dong order by 1",
    ),
    SqlMood(
        "twice_named", "hai cột cùng tên", "two columns of one name", Failed("rejected", "cùng tên so"),
        query="select id as so, id as so from dong order by 1",
    ),
    SqlMood(
        "not_configured", "chưa đặt biến địa chỉ", "the address variable is not set",
        Failed("not_configured", "chưa đặt"), is_configured=False,
    ),
)  # fmt: skip

TRANSPORT = Transport(
    "Cơ sở dữ liệu SQL",
    "SQL databases",
    MOODS,
    "tests/test_transport_sql.py::test_each_mood_ends_as_the_page_says",
)
