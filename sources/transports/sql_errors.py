"""What a database's errors mean: whether they pass, whose matter they are, and how a person is told.

The server's own words are repeated only where they speak of tables and rights. Others may hold an address or a value
of a person's row.
"""

import re
from collections.abc import Sequence

import psycopg
import sqlalchemy as sa

from sources.transports.base import Cause

_PASSING = re.compile("08...|57P0[1-5]|57014|53...|40001|40P01|55P03|58...|XX...")
"""Lost connections, a server that stops or starts, its time-out, no room, conflicts, locks, the server's own faults."""
_TELLING = re.compile("42...|3D000|3F000|25006|0A000")
"""The server speaks of tables, columns, rights or syntax."""
_LOGIN = re.compile(
    r'authentication failed|no password supplied|role ".*" does not exist|no pg_hba\.conf entry|not permitted to log in'
    r"|permission denied for database|certificate"
)
_NO_DATABASE = re.compile(r'database ".*" does not exist')


class Trouble(Exception):
    """One attempt that failed; `passes` when the next may succeed."""

    def __init__(self, cause: Cause, vi: str, en: str, passes: bool = False) -> None:
        super().__init__(f"{vi} | {en}")
        self.cause, self.vi, self.en, self.passes = cause, vi, en, passes


def incomplete(told: int, came: int) -> Trouble:
    """Fewer or more rows came than the server says it sent."""
    return Trouble(
        "incomplete",
        f"máy chủ nói có {told} dòng, nhận được {came}",
        f"the server speaks of {told} rows, {came} came",
        passes=True,
    )


def silent(seconds: float) -> Trouble:
    """Nothing came for as long as the contract waits."""
    return Trouble(
        "unreachable",
        f"máy chủ im lặng quá {seconds:g} giây",
        f"the server was silent for more than {seconds:g} seconds",
        passes=True,
    )


def twice_named(names: Sequence[str]) -> Trouble:
    """Two columns of the answer have one name."""
    twice = ", ".join(sorted({name for name in names if names.count(name) > 1}))
    return Trouble("rejected", f"truy vấn trả hai cột cùng tên {twice}", f"the query gives two columns named {twice}")


def of_connecting(address: str, error: Exception) -> Trouble:
    """Why there is no connection to the server that the variable `address` names."""
    original = _original(error)
    text = str(original)
    needs_password = isinstance(original, psycopg.Error) and bool(original.pgconn and original.pgconn.needs_password)
    if needs_password or _LOGIN.search(text):
        return Trouble(
            "login_refused",
            f"máy chủ ở {address} không nhận tên hoặc mật khẩu",
            f"the server of {address} does not accept the user or the password",
        )
    if _NO_DATABASE.search(text):
        return Trouble(
            "rejected",
            f"máy chủ ở {address} không có cơ sở dữ liệu này",
            f"the server of {address} has no such database",
        )
    return Trouble(
        "unreachable",
        f"không kết nối được máy chủ ở {address}",
        f"the server of {address} cannot be reached",
        passes=True,
    )


def of_reading(address: str, error: Exception) -> Trouble:
    """Why a query of a connected server failed."""
    original = _original(error)
    state = original.sqlstate if isinstance(original, psycopg.Error) else None
    lost = isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated
    if state == "57014":
        return Trouble(
            "unreachable",
            f"máy chủ ở {address} không làm xong truy vấn trong thời hạn",
            f"the server of {address} did not finish the query in time",
            passes=True,
        )
    if lost or (state is None and isinstance(original, psycopg.OperationalError)) or _PASSING.fullmatch(state or ""):
        told = f" ({state})" if state else ""
        return Trouble(
            "unreachable",
            f"mất kết nối, hoặc máy chủ ở {address} đang bận{told}",
            f"the connection was lost, or the server of {address} is busy{told}",
            passes=True,
        )
    if state is not None and _TELLING.fullmatch(state):
        assert isinstance(original, psycopg.Error)
        words = original.diag.message_primary or ""
        return Trouble(
            "rejected", f"máy chủ không nhận truy vấn: {words}", f"the server rejects the query: {words} ({state})"
        )
    kind = type(original).__name__
    return Trouble(
        "rejected",
        f"máy chủ không nhận truy vấn: {kind}{f' ({state})' if state else ''}",
        f"the server rejects the query: {kind}",
    )


def _original(error: Exception) -> BaseException:
    """The driver's own error, where SQLAlchemy wraps one."""
    return error.orig if isinstance(error, sa.exc.DBAPIError) and error.orig is not None else error
