"""The rows of a query as Arrow tables of texts, piece by piece: by COPY from PostgreSQL, else by a streaming cursor.

The first table has no rows: it says the columns.
"""

import selectors
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import sqlalchemy as sa
from psycopg import pq as libpq

from sources.transports.model import SqlPull
from sources.transports.sql_errors import incomplete, silent, twice_named

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_CHUNK_BYTES = 32_000_000
_BOOLEAN, _MOMENT = 16, 1184
"""The type numbers of PostgreSQL's boolean and timestamp with time zone."""


def _empty(names: Sequence[str]) -> pa.Table:
    if len(set(names)) < len(names):
        raise twice_named(names)
    return pa.schema([(name, pa.string()) for name in names]).empty_table()


def fetched(connection: sa.Connection, how: SqlPull, values: Mapping[str, object]) -> Iterator[pa.Table]:
    """The rows by a streaming cursor, `chunk_rows` at a time."""
    dates = [sa.bindparam(name, type_=sa.Date) for name, value in values.items() if isinstance(value, date)]
    streaming = connection.execution_options(stream_results=True, max_row_buffer=how.chunk_rows)
    result = streaming.execute(sa.text(how.query).bindparams(*dates), dict(values))
    names = list(result.keys())
    yield _empty(names)
    for rows in result.partitions(how.chunk_rows):
        columns = [pa.array(map(plain, column), pa.string()) for column in zip(*rows, strict=True)]
        yield pa.table(columns, names)


def plain(value: object) -> str | None:
    """A driver's value as the text the door reads."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        local = value.astimezone(_VIETNAM).replace(tzinfo=None) if value.tzinfo else value
        return local.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    return str(value)


def copied(connection: sa.Connection, how: SqlPull, values: Mapping[str, object]) -> Iterator[pa.Table]:
    """The rows by PostgreSQL's COPY: its own texts, parsed by Arrow, with no Python object per value.

    Raises psycopg.Error, and a Trouble when the server is silent for too long or rows are missing.
    """
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    driver.execute(f"set local statement_timeout = {how.timeout_seconds * 1000:.0f}".encode())
    compiled = sa.text(how.query).compile(dialect=connection.dialect)
    # COPY takes no parameters: the driver writes them as literals.
    query = psycopg.ClientCursor(driver).mogrify(str(compiled), dict(values))
    described = driver.execute(f"select * from ({query}\n) as asked limit 0".encode()).description or []
    names = [column.name for column in described]
    kinds = [column.type_code for column in described]
    yield _empty(names)
    came = 0
    with selectors.DefaultSelector() as selector:
        # The server's own time-out comes first, while it still works.
        copy = _Copy(driver.pgconn, selector, how.timeout_seconds * 1.5)
        copy.begin(f"copy ({query}\n) to stdout (format csv)".encode())
        while lines := copy.next_lines(how.chunk_rows):
            yield _parsed(lines, copy.count, names, kinds)
            came += copy.count
    if came != copy.told:
        raise incomplete(copy.told or 0, came)


class _Copy:
    """One COPY to this side. libpq is spoken to directly: psycopg's own loop costs ten times as much per line."""

    def __init__(self, server: libpq.abc.PGconn, selector: selectors.BaseSelector, patience: float) -> None:
        self._server, self._selector, self._patience = server, selector, patience
        self.count = 0
        """How many lines came last."""
        self.told: int | None = None
        """How many rows the server says it sent, once it has sent them all."""

    def begin(self, command: bytes) -> None:
        """Send the command and see it begun; raises psycopg.Error."""
        self._selector.register(self._server.socket, selectors.EVENT_READ)
        self._server.send_query(command)
        self._server.flush()
        result = self._result()
        if result.status != libpq.ExecStatus.COPY_OUT:
            raise psycopg.errors.error_from_result(result)

    def next_lines(self, most: int) -> bytearray:
        """Whole lines, at most so many and not many more bytes than a chunk has; none at the end."""
        lines, count = bytearray(), 0
        receive = self._server.get_copy_data
        while self.told is None and count < most and len(lines) < _CHUNK_BYTES:
            length, line = receive(1)  # one message is one row, says PostgreSQL's protocol
            if length > 0:
                lines += line
                count += 1
            elif length == 0:
                self._wait()
            else:
                self._end()
        self.count = count
        return lines

    def _end(self) -> None:
        """After the rows stands how the command ended."""
        result = self._result()
        if result.status != libpq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)
        self.told = result.command_tuples or 0
        while self._server.get_result() is not None:
            pass

    def _result(self) -> libpq.abc.PGresult:
        while self._server.is_busy():
            self._wait()
        result = self._server.get_result()
        if result is None:
            raise psycopg.OperationalError("the server ended the command without a result")
        return result

    def _wait(self) -> None:
        if not self._selector.select(self._patience):
            raise silent(self._patience)
        self._server.consume_input()


def _parsed(lines: bytearray, count: int, names: list[str], kinds: list[int]) -> pa.Table:
    """Lines of COPY's CSV as texts: an empty field is null, a quoted empty one is an empty text."""
    table = arrow_csv.read_csv(
        pa.BufferReader(pa.py_buffer(lines)),
        read_options=arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(lines) + 1),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    if table.num_rows != count:
        raise incomplete(count, table.num_rows)
    for place, kind in enumerate(kinds):
        if kind == _BOOLEAN:
            spelt = pc.if_else(pc.equal(table.column(place), "t"), "true", "false")
            table = table.set_column(place, names[place], spelt)
        elif kind == _MOMENT:
            local = pc.replace_substring_regex(table.column(place), r"[+-]\d\d(:\d\d)*$", "")
            table = table.set_column(place, names[place], local)
    return table
