"""Writes a release's published tables to a PostgreSQL schema, for BI tools, in one transaction.

Rows are deleted and written anew in that transaction: PostgreSQL's readers keep the snapshot they began with, so none
sees a mixture and none is blocked, and a reader that stays in a transaction for an hour does not stop the publication.
Putting new tables in the place of the old would: a rename waits for every reader of a table, and every later reader
waits behind it. Only where the shape of a table itself has changed are the tables dropped and made anew; that does
wait, for a few seconds at a time, and is tried again.
"""

import hashlib
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import tenacity
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from publishing.dictionary.declared import Table

READER = "langson_reader"
"""The role that may only read; people's own roles are made members of it."""
LOCK_TIMEOUT = "5s"
ATTEMPTS = 6
MARK = "langson-shape:"
"""In the schema's comment, before the digest of its shape: the schema is this program's own."""
TYPES = {
    "varchar": "text",
    "bigint": "bigint",
    "double": "double precision",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "varchar[]": "text[]",
}


class PostgresError(Exception):
    """The release was not published; the message says why and holds no password."""


@dataclass(frozen=True)
class Published:
    """What a publication did: `is_changed` is false when the schema already held the release. Rows by table."""

    release_id: str
    is_changed: bool
    rows: Mapping[str, int]


def publish(
    folder: Path,
    declared: Mapping[str, Table],
    url: str,
    schema: str,
    step: Callable[[str], None] = lambda _: None,
) -> Published:
    """Write the release in a folder; `step` is told each table once it is written, inside the transaction.

    Raises PostgresError when the server, its rights or the schema do not allow it; the schema is then as it was.
    """
    if not re.fullmatch(r"(?!pg_|public$|information_schema$)[a-z][a-z0-9_]{0,62}", schema):
        raise PostgresError(
            f"tên schema {schema!r} không dùng được: chữ thường, số, gạch dưới, không phải public hay pg_…"
            " | not a schema this writes to: lower-case letters, digits, underscores, neither public nor pg_…"
        )
    secrets = _secrets(url)
    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(psycopg.errors.LockNotAvailable),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_random_exponential(multiplier=1, max=20),
        reraise=True,
    )
    try:
        return attempts(_publish, folder, declared, url, schema, step)
    except psycopg.errors.LockNotAvailable as error:
        raise PostgresError(
            f"bảng trong schema {schema} đang bị giữ lâu, chưa thay được: hãy chạy lại khi ít người đọc"
            " | tables are held by long readers: run again later"
        ) from error
    except psycopg.Error as error:
        text = str(error)
        for secret in secrets:
            text = text.replace(secret, "***")
        raise PostgresError(f"PostgreSQL từ chối | PostgreSQL refused: {text}") from None


def _secrets(url: str) -> list[str]:
    """Texts that no message may hold: the password, as it is and as it is written in the address."""
    try:
        password = conninfo_to_dict(_plain(url)).get("password")
    except psycopg.ProgrammingError:
        # What is wrong with it is not said: the sentence would quote the address.
        raise PostgresError("địa chỉ PostgreSQL không đọc được | the PostgreSQL address cannot be read") from None
    written = re.match(r"\w+://[^:/@]*:([^@/]*)@", _plain(url))
    return [secret for secret in (str(password or ""), written[1] if written else "") if secret]


def _plain(url: str) -> str:
    """The address without the driver that SQLAlchemy writes into it."""
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)


def _publish(
    folder: Path, declared: Mapping[str, Table], url: str, schema: str, step: Callable[[str], None]
) -> Published:
    release_id = str(pq.read_table(folder / "parquet" / "release_info.parquet").column("release_id")[0].as_py())
    shape = _shape(declared, schema)
    with psycopg.connect(_plain(url), application_name="langson") as connection:
        connection.execute(sql.SQL("set local lock_timeout = {}").format(LOCK_TIMEOUT))
        connection.execute("select pg_advisory_xact_lock(hashtext(%s))", [f"langson publish {schema}"])
        held = _held_shape(connection, schema)
        if held == shape and _held_release(connection, schema) == release_id:
            return Published(release_id, False, {})
        if held != shape:
            _make_tables(connection, declared, schema, held is not None, shape)
        rows = {}
        for name, table in declared.items():
            if held == shape:
                connection.execute(sql.SQL("delete from {}").format(sql.Identifier(schema, name)))
            _describe(connection, table, schema)
            rows[name] = _copy(connection, folder / "parquet" / f"{name}.parquet", table, schema)
            connection.execute(sql.SQL("analyze {}").format(sql.Identifier(schema, name)))
            step(name)
        return Published(release_id, True, rows)


def _held_shape(connection: "psycopg.Connection[Any]", schema: str) -> str | None:
    """The digest of the shape that the schema has, None where there is no schema; refuses one that is not ours."""
    found = connection.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", [schema]
    ).fetchone()
    if found is None:
        return None
    comment = found[0] or ""
    if MARK not in comment:
        raise PostgresError(
            f"schema {schema} đã có và không do chương trình này lập: hãy chọn tên khác"
            " | the schema exists and is not this program's: choose another name"
        )
    return str(comment.rsplit(MARK, 1)[1].strip())


def _held_release(connection: "psycopg.Connection[Any]", schema: str) -> str | None:
    found = connection.execute(
        sql.SQL("select release_id from {}").format(sql.Identifier(schema, "release_info"))
    ).fetchone()
    return str(found[0]) if found else None


def _data_type(declared: str) -> str:
    """PostgreSQL's name of a declared type; raises PostgresError for one that has none."""
    plain = declared.lower().replace(" ", "")
    if re.fullmatch(r"decimal\(\d+,\d+\)", plain):
        return plain.replace("decimal", "numeric")
    if plain not in TYPES:
        raise PostgresError(f"kiểu {declared} chưa có trong PostgreSQL | no PostgreSQL type for {declared}")
    return TYPES[plain]


def _definition(table: Table, schema: str) -> sql.Composed:
    """The statement that makes one table: names, types, what may not be empty, key."""
    columns = [
        sql.SQL("{} {}{}").format(
            sql.Identifier(column.name),
            sql.SQL(_data_type(column.data_type)),
            sql.SQL(" not null" if column.is_required else ""),
        )
        for column in table.columns
    ]
    key = sql.SQL("primary key ({})").format(sql.SQL(", ").join(map(sql.Identifier, table.key)))
    return sql.SQL("create table {} ({})").format(
        sql.Identifier(schema, table.name), sql.SQL(", ").join([*columns, key])
    )


def _describe(connection: "psycopg.Connection[Any]", table: Table, schema: str) -> None:
    """What the dictionary says of a table and of its columns, as comments; readers are not in the way of these."""
    place = sql.Identifier(schema, table.name)
    connection.execute(_comment("table", place, f"{table.description.vi} | {table.description.en}"))
    for column in table.columns:
        where = sql.Identifier(schema, table.name, column.name)
        connection.execute(_comment("column", where, f"{column.description.vi} | {column.description.en}"))


def _comment(kind: str, place: sql.Identifier, text: str) -> sql.Composed:
    return sql.SQL("comment on {} {} is {}").format(sql.SQL(kind), place, text)


def _shape(declared: Mapping[str, Table], schema: str) -> str:
    """Digest of every statement that makes the tables."""
    text = "\n".join(_definition(table, schema).as_string() for table in declared.values())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _make_tables(
    connection: "psycopg.Connection[Any]", declared: Mapping[str, Table], schema: str, is_there: bool, shape: str
) -> None:
    if not connection.execute("select 1 from pg_roles where rolname = %s", [READER]).fetchone():
        connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(READER)))
    place, reader = sql.Identifier(schema), sql.Identifier(READER)
    if is_there:
        there = connection.execute("select tablename from pg_tables where schemaname = %s order by 1", [schema])
        for (name,) in there.fetchall():
            connection.execute(sql.SQL("drop table {}").format(sql.Identifier(schema, name)))
    else:
        connection.execute(sql.SQL("create schema {}").format(place))
        connection.execute(sql.SQL("grant usage on schema {} to {}").format(place, reader))
        connection.execute(
            sql.SQL("alter default privileges in schema {} grant select on tables to {}").format(place, reader)
        )
    for table in declared.values():
        connection.execute(_definition(table, schema))
    text = (
        "Chuyển đổi số Lạng Sơn, bản phát hành hiện hành; chỉ đọc"
        f" | Lạng Sơn's digital directive, the current release; read only. {MARK} {shape}"
    )
    connection.execute(_comment("schema", place, text))


def _copy(connection: "psycopg.Connection[Any]", path: Path, table: Table, schema: str) -> int:
    """Copy one Parquet file; a null is an empty field, an empty text is a quoted one. Returns its rows."""
    names = [column.name for column in table.columns]
    file = pq.ParquetFile(path)
    if file.schema_arrow.names != names:
        raise PostgresError(
            f"{path.name}: các cột {file.schema_arrow.names}, từ điển khai {names} | the columns are not those declared"
        )
    target = sql.SQL("copy {} ({}) from stdin (format csv)").format(
        sql.Identifier(schema, table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    options = pa.csv.WriteOptions(include_header=False, quoting_style="all_valid")
    with connection.cursor() as cursor, cursor.copy(target) as copy:
        for batch in file.iter_batches(batch_size=50_000):
            buffer = io.BytesIO()
            pa.csv.write_csv(_with_plain_lists(batch), buffer, options)
            copy.write(buffer.getvalue())
    return int(file.metadata.num_rows)


def _with_plain_lists(batch: pa.RecordBatch) -> pa.Table:
    """Lists of texts as PostgreSQL writes arrays."""
    columns = [
        pa.array([None if value is None else _array(value) for value in column.to_pylist()], pa.string())
        if pa.types.is_list(column.type)
        else column
        for column in batch.columns
    ]
    return pa.Table.from_arrays(columns, names=batch.schema.names)


def _array(texts: Sequence[str]) -> str:
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"
