"""One SQL database as a transport: each window of a query becomes one Parquet file of texts.

All pulls of a session see the database as it was at the first of them, in a transaction that can only read:

- PostgreSQL: REPEATABLE READ READ ONLY, fetched by COPY, with the time-outs of `SqlPull`;
- SQLite: one deferred transaction under `query_only`;
- other dialects: the strongest of SNAPSHOT, REPEATABLE READ and SERIALIZABLE that they know, by a streaming cursor.
  That they only read is then a matter of the user's rights, and their time-outs are those of the URL.

Texts are what the door reads: dates and times as ISO in Vietnam's time, decimals plain, true and false.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from sources.transports.base import Ask, Pulled, PullFailed
from sources.transports.model import SqlPull
from sources.transports.sql_errors import Trouble, of_connecting, of_reading
from sources.transports.sql_rows import copied, fetched

_ERRORS: tuple[type[Exception], ...] = (sa.exc.SQLAlchemyError, psycopg.Error, pa.ArrowInvalid)
"""What an attempt may fail with: SQLAlchemy's errors, the driver's own, and bytes that are no text."""
_CONNECT_SECONDS = 10
_ISOLATION = ("SNAPSHOT", "REPEATABLE READ", "SERIALIZABLE")
"""The levels whose reads are all of one moment, the least costly first."""


class SqlSession:
    """Pulls of one database, all of one moment. Connects at the first of them."""

    def __init__(
        self, address: str, environment: Mapping[str, str], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """`address` is the name of the variable that holds the SQLAlchemy URL."""
        self._address, self._environment, self._sleep = address, environment, sleep
        self._engine: sa.Engine | None = None
        self._connection: sa.Connection | None = None
        self._pulled_before = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._disconnect()
        if self._engine is not None:
            self._engine.dispose()

    def pull(self, ask: Ask, how: SqlPull, folder: Path) -> Pulled:
        """Fetch one delivery into `folder`, whole or not at all.

        A lost connection, a conflict, a server that starts or stalls is tried again with growing pauses. Of no rows a
        file without rows is made. Raises PullFailed.
        """
        path = folder / ask.file_name(how.file)
        notes: list[str] = []

        def before_sleep(state: RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            assert isinstance(error, Trouble)
            notes.append(f"{error.vi}, đã hỏi lại | {error.en}, asked again")

        again = Retrying(
            stop=stop_after_attempt(how.attempts),
            wait=wait_exponential_jitter(multiplier=0.25, max=20),
            retry=retry_if_exception(lambda error: isinstance(error, Trouble) and error.passes),
            before_sleep=before_sleep,
            sleep=self._sleep,
            reraise=True,
        )
        failed: PullFailed | None = None
        try:
            rows, newer = again(self._attempt, ask, how, path)
        except Trouble as trouble:
            tries = f" ({len(notes) + 1}/{how.attempts})" if trouble.passes else ""
            failed = PullFailed(ask, trouble.cause, f"{trouble.vi}{tries}", f"{trouble.en}{tries}")
        if failed is not None:
            # Out of the driver's error, which may tell the address: not even as its context does that go on.
            raise failed
        if newer:
            notes.append(
                "dữ liệu của một thời điểm sau các lần lấy trước trong phiên | "
                "of a later moment than the session's earlier pulls"
            )
        self._pulled_before = True
        return Pulled(ask, path, rows, len(notes) + 1 - newer, tuple(notes))

    def _attempt(self, ask: Ask, how: SqlPull, path: Path) -> tuple[int, bool]:
        """The number of rows written, and whether they are of a later moment than the pulls before."""
        newer = self._connection is None and self._pulled_before
        if self._connection is None:
            self._connect()
        assert self._connection is not None
        temporary = path.with_name(f".{path.name}.part")
        try:
            rows = _write(self._rows(self._connection, ask, how), temporary)
            temporary.replace(path)
        except _ERRORS as error:
            # A failed transaction answers no more: the next pull begins another.
            self._disconnect()
            raise of_reading(self._address, error) from None
        except Trouble:
            self._disconnect()
            raise
        finally:
            temporary.unlink(missing_ok=True)
        return rows, newer

    def _connect(self) -> None:
        if self._engine is None:
            self._engine = self._make_engine()
        try:
            connection = self._engine.connect()
        except _ERRORS as error:
            raise of_connecting(self._address, error) from None
        try:
            self._connection = _begin(connection)
        except _ERRORS as error:
            connection.close()
            raise of_reading(self._address, error) from None

    def _make_engine(self) -> sa.Engine:
        told = self._environment.get(self._address, "")
        if not told:
            raise Trouble(
                "not_configured", f"biến {self._address} chưa đặt", f"the variable {self._address} is not set"
            )
        try:
            url = sa.make_url(told)
            arguments: dict[str, Any] = {}
            if url.get_backend_name() in ("postgresql", "postgres"):
                url = url.set(drivername="postgresql+psycopg")
                alive = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
                arguments = {"connect_timeout": _CONNECT_SECONDS, "client_encoding": "utf8", **alive}
            return sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True, connect_args=arguments)
        except (sa.exc.ArgumentError, ImportError, ValueError):
            raise Trouble(
                "not_configured",
                f"biến {self._address} không phải địa chỉ SQLAlchemy đọc được, hoặc thiếu trình điều khiển",
                f"the variable {self._address} is no SQLAlchemy URL that can be read, or its driver is not installed",
            ) from None

    @staticmethod
    def _rows(connection: sa.Connection, ask: Ask, how: SqlPull) -> Iterator[pa.Table]:
        values = {"start": ask.window.start, "end": ask.window.end, "part": ask.part}
        taken = {name: value for name, value in values.items() if name in how.parameters}
        read = copied if connection.dialect.name == "postgresql" else fetched
        return read(connection, how, taken)

    def _disconnect(self) -> None:
        if self._connection is not None:
            # Not handed back but closed: whatever state it is in, nothing of it is used again.
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def _begin(connection: sa.Connection) -> sa.Connection:
    """Begin the one transaction of a session."""
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        connection.exec_driver_sql("set local timezone = 'Asia/Ho_Chi_Minh'")
        connection.exec_driver_sql("set local datestyle = 'ISO, YMD'")
        return connection
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("pragma query_only = on")
        connection.exec_driver_sql("begin")
        return connection
    dbapi = connection.connection.dbapi_connection
    assert dbapi is not None
    known = connection.dialect.get_isolation_level_values(dbapi)
    level = next((level for level in _ISOLATION if level in known), None)
    return connection.execution_options(isolation_level=level) if level else connection


def _write(tables: Iterator[pa.Table], path: Path) -> int:
    """Write the tables as row groups of one file that only its owner may read; returns the number of rows."""
    path.touch(mode=0o600)
    rows = 0
    schema = next(tables).schema
    with pq.ParquetWriter(path, schema, compression="zstd", write_statistics=False) as writer:
        for table in tables:
            writer.write_table(table)
            rows += table.num_rows
    return rows
