"""A session on one release's DuckDB file that can read it and do nothing else.

No other file, no network, no extension, no setting: whoever types SQL here can break nothing and take nothing along.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

DATABASE = "indicators.duckdb"
LOCKED = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # A release is never written to, not even for what does not fit into memory.
    "temp_directory": "",
    "lock_configuration": "true",
}


class QueryRefused(Exception):
    """The query was not answered; the message says why, Vietnamese first."""


@dataclass(frozen=True)
class Answer:
    """The result of one statement: column names and rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Session:
    """One locked-down connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def ask(self, text: str) -> Iterator[Answer]:
        """The answers of one or more statements, in turn; raises QueryRefused at the first that is not answered."""
        try:
            statements = self._connection.extract_statements(text)
        except duckdb.Error as error:
            raise QueryRefused(_told(error)) from error
        for statement in statements:
            if statement.type == duckdb.StatementType.ATTACH:
                raise QueryRefused(f"{LIMITS}: ATTACH")
            try:
                cursor = self._connection.execute(statement)
                columns = tuple(column[0] for column in cursor.description or ())
                yield Answer(columns, tuple(cursor.fetchall()))
            except duckdb.Error as error:
                raise QueryRefused(_told(error)) from error


LIMITS = (
    "phiên này chỉ đọc bản phát hành: không mở tệp khác, không ghi, không đổi cấu hình"
    " | this session only reads the release: no other file, no writing, no settings"
)


def _told(error: duckdb.Error) -> str:
    """What DuckDB says, after a sentence in Vietnamese and English."""
    text = str(error)
    if isinstance(error, duckdb.PermissionException) or "configuration has been locked" in text or "read-only" in text:
        what = LIMITS
    elif isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        what = "không có bảng, cột hoặc hàm như vậy | there is no such table, column or function"
    elif isinstance(error, duckdb.ParserException):
        what = "câu lệnh SQL sai cú pháp | the SQL is not well formed"
    else:
        what = "câu lệnh không chạy được | the query failed"
    return f"{what}: {text}"


@contextmanager
def open_session(folder: Path) -> Iterator[Session]:
    """A session on the release in a folder; raises FileNotFoundError when it has no DuckDB file."""
    database = folder / DATABASE
    if not database.is_file():
        raise FileNotFoundError(database)
    with duckdb.connect(str(database), read_only=True, config=dict(LOCKED)) as connection:
        yield Session(connection)
