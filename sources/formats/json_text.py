"""JSON deliveries: a list of records at the root or in an envelope, every value as text.

`json_scan` finds the records; they go to DuckDB as a column of texts, so one broken record is one reject.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from sources.formats.base import (
    GROUP,
    LABEL,
    REJECTS_SCHEMA,
    ROW_NUMBER,
    FormatError,
    Limits,
    RawTable,
    at_once,
    clean_text,
    fold,
    no_skips,
    unique_names,
)
from sources.formats.json_scan import list_place, quote_decimals, records_of, scan, single_record
from sources.formats.layout import header_missing
from sources.formats.sniff import decode, read_bytes, refuse_other_container


def read_json(
    path: Path,
    records: Sequence[str],
    unnest: str | None,
    wanted: frozenset[str],
    limits: Limits,
    single: Sequence[str] = (),
) -> RawTable:
    """Records of a JSON file as text columns; nested values stay as their JSON text.

    A field of a nested object is a column of its own, "field.sub", where a wanted name says so.
    ``records``: names of the list, at the root or one envelope deep (the root may be the list).
    ``unnest``: a list field whose elements become rows with headers "Field.Sub", after the record's
    own row, in which those are null: what a record says for all stands beside what it says for one.
    ``single``: where one record may stand instead of the list: names of an object in the envelope,
    or "." for the root; looked for only when there is no list.
    Row numbers are the record's place, from 1. An element
    that is no object goes to ``rejects`` with rule ``unreadable_record``.
    """
    raw = read_bytes(path, limits)
    refuse_other_container(raw[: 64 * 1024], "json")
    data = decode(raw).strip().encode("utf-8")
    if not data.startswith((b"[", b"{")):
        raise FormatError(
            "Tệp không bắt đầu bằng một danh sách hay đối tượng JSON | "
            "The file does not start with a JSON list or object"
        )
    structure = scan(quote_decimals(data), limits)
    texts = single_record(structure, records, single) if single else None
    if texts is None:
        texts = records_of(structure, *list_place(structure, records))
    if len(texts) > limits.rows:
        raise FormatError(
            f"Tệp có {len(texts)} bản ghi, vượt giới hạn {limits.rows} | "
            f"The file has {len(texts)} records, over the limit of {limits.rows}"
        )
    return _table(texts, unnest, wanted, limits)


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """One engine for all answers of this process: starting one costs more than reading a small answer."""
    return duckdb.connect(config={"threads": 2})


def _table(texts: pa.Array, unnest: str | None, wanted: frozenset[str], limits: Limits) -> RawTable:
    source = pa.table({"row_number": pa.array(np.arange(1, len(texts) + 1)), "record": texts})
    with _engine().cursor() as connection:
        connection.register("source", source)
        connection.execute(
            "create temp table checked as select row_number, record::varchar as record, coalesce("
            "case when json_valid(record) then json_type(record) = 'OBJECT' end, false) as is_readable from source"
        )
        rejects = _rejects(connection, "checked", "record", None)
        keys = _keys(connection, "checked", "record")
        if unnest is None or unnest not in keys:
            columns = [("record", _pointer(key), key) for key in keys]
            columns += _inside(connection, "checked", "record", "", keys, wanted)
            connection.execute("create temp table exploded as select row_number, record from checked where is_readable")
        else:
            _explode(connection, unnest)
            rejects = pa.concat_tables([rejects, _rejects(connection, "elements", "element", unnest)])
            own = [key for key in keys if key != unnest]
            listed = _keys(connection, "elements", "element")
            columns = [("record", _pointer(key), key) for key in own]
            columns += _inside(connection, "checked", "record", "", own, wanted)
            columns += [("element", _pointer(key), f"{unnest}.{key}") for key in listed]
            columns += _inside(connection, "elements", "element", f"{unnest}.", listed, wanted)
        if len(columns) > limits.columns:
            raise FormatError(
                f"Bản ghi có {len(columns)} trường, vượt giới hạn {limits.columns} | "
                f"The records have {len(columns)} fields, over the limit of {limits.columns}"
            )
        names = [name for _, _, name in columns]
        known = {fold(name) for name in names} & wanted
        if len(texts) and len(known) < min(2, len(wanted)) and len(rejects) < len(texts):
            raise header_missing(wanted, names)
        rows = _extract(connection, columns)
    return RawTable(unique_names(names), rows, "", no_skips(), rejects)


def _keys(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> list[str]:
    """Every key of the readable objects, in the order they are first met."""
    found = connection.execute(
        f"select key, min(row_number * 10000 + place) as first_met from (select row_number, "
        f"unnest(json_keys({column})) as key, generate_subscripts(json_keys({column}), 1) as place "
        f"from {table} where is_readable and {column} is not null) group by key order by first_met, key"
    )
    return [row[0] for row in found.fetchall()]


def _inside(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    side: str,
    prefix: str,
    keys: Sequence[str],
    wanted: frozenset[str],
) -> list[tuple[str, str, str]]:
    """The fields of nested objects that a wanted name "field.sub" asks for: side, pointer, name."""
    found = []
    for key in keys:
        start = fold(f"{prefix}{key}") + "."
        if not any(name.startswith(start) for name in wanted):
            continue
        inner = connection.execute(
            f"select distinct unnest(json_keys({side}, $pointer)) as key from {table} "
            f"where is_readable and json_type({side}, $pointer) = 'OBJECT' order by key",
            {"pointer": _pointer(key)},
        ).fetchall()
        found += [
            (side, _pointer(key) + _pointer(sub), f"{prefix}{key}.{sub}")
            for (sub,) in inner
            if fold(f"{prefix}{key}.{sub}") in wanted
        ]
    return found


def _explode(connection: duckdb.DuckDBPyConnection, field: str) -> None:
    """The record's own row, then one per element of the list; an object in its place is a list of one."""
    connection.execute(
        """
        create temp table elements as
        with lists as (
            select row_number, record, json_extract(record, $pointer) as list from checked where is_readable
        ),
        typed as (select *, json_type(list) as kind from lists),
        exploded as (
            select
                row_number,
                record,
                unnest(case
                    when kind = 'ARRAY' and json_array_length(list) > 0
                        then list_prepend(null::json, from_json(list, '["JSON"]'))
                    when kind is null or kind in ('NULL', 'ARRAY') then [null::json]
                    else [null::json, list]
                end) as element
            from typed
        )
        select
            row_number,
            record,
            element::varchar as element,
            element is null or json_type(element) = 'OBJECT' as is_readable
        from exploded
        """,
        {"pointer": _pointer(field)},
    )
    connection.execute(
        "create temp table exploded as select row_number, record, element from elements where is_readable"
    )


def _extract(connection: duckdb.DuckDBPyConnection, columns: Sequence[tuple[str, str, str]]) -> pa.Table:
    """All fields of each record in one pass, as columns c0..cN."""
    selected: list[str] = []
    parameters: dict[str, list[str]] = {}
    for side in ("record", "element"):
        pointers = [pointer for place, pointer, _ in columns if place == side]
        if pointers:
            parameters[side] = pointers
    base = ["row_number", *(f"json_extract_string({side}, ${side}::varchar[]) as {side}_values" for side in parameters)]
    counters = dict.fromkeys(parameters, 0)
    for position, (side, _, _) in enumerate(columns):
        counters[side] += 1
        selected.append(f"{side}_values[{counters[side]}] as c{position}")
    query = (
        f"with extracted as (select {', '.join(base)} from exploded) "
        f"select {', '.join([*selected, 'row_number'])} from extracted"
    )
    result = connection.execute(query, parameters).to_arrow_table()
    clean = at_once(result.columns[: len(columns)], clean_text)
    table = pa.table(
        {f"c{position}": values for position, values in enumerate(clean)}
        | {ROW_NUMBER: result.column("row_number").cast(pa.int64())}
    )
    empty = pa.nulls(len(table), pa.string())
    return table.append_column(LABEL, empty).append_column(GROUP, empty)


def _rejects(connection: duckdb.DuckDBPyConnection, table: str, column: str, field: str | None) -> pa.Table:
    found = connection.execute(
        f"select row_number as {ROW_NUMBER}, null::varchar as {LABEL}, 'unreadable_record' as rule, "
        f"$field::varchar as \"column\", 'đối tượng JSON | a JSON object' as expected, trim({column}) as text "
        f"from {table} where not is_readable order by row_number",
        {"field": field},
    ).to_arrow_table()
    return found.cast(REJECTS_SCHEMA)


def _pointer(key: str) -> str:
    """JSON pointer of a key (RFC 6901)."""
    return "/" + key.replace("~", "~0").replace("/", "~1")
