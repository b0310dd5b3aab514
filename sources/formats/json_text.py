"""JSON deliveries: a list of records at the root or in an envelope, every value as text.

The bytes are scanned once for their structure (numpy): depth, the record list and the borders of
its records. The records go to DuckDB as a column of texts, so one broken record is one reject.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
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
from sources.formats.layout import header_missing
from sources.formats.sniff import decode, read_bytes, refuse_other_container

_OPEN, _CLOSE, _COMMA, _COLON, _QUOTE, _DOT = 1, 2, 3, 4, 5, 6
_CLASSES = np.zeros(256, dtype=np.uint8)
for _letters, _class in (
    (b"[{", _OPEN),
    (b"]}", _CLOSE),
    (b",", _COMMA),
    (b":", _COLON),
    (b'"', _QUOTE),
    (b".eE", _DOT),
):
    for _letter in _letters:
        _CLASSES[_letter] = _class
_NUMBER = np.zeros(256, dtype=bool)
for _letter in b"0123456789+-.eE":
    _NUMBER[_letter] = True
_MAX_CANDIDATES = 1_000
_LONGEST_NUMBER = 400


@dataclass(frozen=True)
class _Structure:
    """Marks of the text that stand outside strings: places, classes, and the depth after each."""

    data: np.ndarray
    places: np.ndarray
    classes: np.ndarray
    depths: np.ndarray


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
    structure = _scan(_quote_decimals(data), limits)
    texts = _single_record(structure, records, single) if single else None
    if texts is None:
        texts = _records(structure, *_list_place(structure, records))
    if len(texts) > limits.rows:
        raise FormatError(
            f"Tệp có {len(texts)} bản ghi, vượt giới hạn {limits.rows} | "
            f"The file has {len(texts)} records, over the limit of {limits.rows}"
        )
    return _table(texts, unnest, wanted, limits)


def _hidden_escapes(data: bytes) -> bytes:
    """The same length of text without escaped quotes, so that each quote begins or ends a string."""
    return data.replace(b"\\\\", b"__").replace(b'\\"', b"__") if b"\\" in data else data


def _marks(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Places and classes of the marks outside strings (quotes that open a string included)."""
    classes = _CLASSES[np.frombuffer(_hidden_escapes(data), dtype=np.uint8)]
    places = np.flatnonzero(classes)
    classes = classes[places]
    quotes = classes == _QUOTE
    inside = (np.cumsum(quotes, dtype=np.int32) & 1).astype(bool)
    if len(inside) and inside[-1]:
        raise _truncated()
    # Of a string only its opening quote remains: after a mark is counted, the closing one is outside.
    keep = (~inside & ~quotes) | (inside & quotes)
    return places[keep], classes[keep]


def _quote_decimals(data: bytes) -> bytes:
    """Put decimal numbers in quotes, so that "1.10" or 19 digits stay as the file has them."""
    places, classes = _marks(data)
    dots = places[classes == _DOT]
    if len(dots) == 0:
        return data
    letters = np.frombuffer(data, dtype=np.uint8)
    digits = letters[dots - 1]
    dots = dots[(digits >= 48) & (digits <= 57)]  # the "e" of true and false follows a letter
    if len(dots) == 0:
        return data
    starts, ends = dots.copy(), dots.copy()
    moving = np.ones(len(dots), dtype=bool)
    for _ in range(_LONGEST_NUMBER):
        moving &= _NUMBER[letters[np.maximum(starts - 1, 0)]] & (starts > 0)
        if not moving.any():
            break
        starts[moving] -= 1
    reached = moving.any()
    moving = np.ones(len(dots), dtype=bool)
    for _ in range(_LONGEST_NUMBER):
        moving &= _NUMBER[letters[np.minimum(ends, len(letters) - 1)]] & (ends < len(letters))
        if not moving.any():
            break
        ends[moving] += 1
    if reached or moving.any():
        raise FormatError(
            f"Tệp JSON có số dài hơn {_LONGEST_NUMBER} chữ số | "
            f"The JSON file has a number longer than {_LONGEST_NUMBER} digits"
        )
    borders = np.concatenate([np.unique(starts), np.unique(ends)])
    return bytes(np.insert(letters, borders, ord('"')).tobytes())


def _scan(data: bytes, limits: Limits) -> _Structure:
    places, classes = _marks(data)
    steps = (classes == _OPEN).astype(np.int32) - (classes == _CLOSE).astype(np.int32)
    depths = np.cumsum(steps, dtype=np.int32)
    deepest = int(depths.max(initial=0))
    if deepest > limits.depth:
        raise FormatError(
            f"JSON lồng nhau {deepest} tầng, vượt giới hạn {limits.depth} | "
            f"The JSON is nested {deepest} deep, over the limit of {limits.depth}"
        )
    if len(depths) == 0 or depths[-1] != 0 or depths.min() < 0:
        raise _truncated()
    finished = np.flatnonzero(depths == 0)
    if finished[0] != len(depths) - 1 or places[-1] != len(data) - 1:
        raise FormatError(
            "Sau nội dung JSON còn dữ liệu khác (có thể là nhiều tệp nối nhau) | "
            "There is more after the JSON content (perhaps several files joined)"
        )
    return _Structure(np.frombuffer(data, dtype=np.uint8), places, classes, depths)


def _truncated() -> FormatError:
    return FormatError(
        "Tệp JSON bị cắt cụt hoặc thiếu dấu đóng ngoặc; hãy tải lại | "
        "The JSON file is cut short or a bracket is not closed; download it again"
    )


def _named_lists(structure: _Structure) -> dict[str, tuple[int, int]]:
    """Of each list in the root object, or one envelope deep: its opening mark and depth, by name."""
    opens = structure.classes == _OPEN
    letters = structure.data[structure.places]
    parents = np.flatnonzero(opens & (structure.depths == 2))
    found: dict[str, tuple[int, int]] = {}
    for depth in (2, 3):  # a list in the root object stands at depth 2, in an envelope at depth 3
        starts = np.flatnonzero(opens & (structure.depths == depth) & (letters == ord("[")))
        if depth == 3:  # an envelope is an object; a list in a list is no list of records
            starts = starts[letters[parents[np.searchsorted(parents, starts) - 1]] == ord("{")]
        for start in starts[:_MAX_CANDIDATES]:
            name = _key_before(structure, int(start))
            if name is not None:
                found.setdefault(name, (int(start), depth))
    return found


def _single_record(structure: _Structure, records: Sequence[str], single: Sequence[str]) -> pa.Array | None:
    """The one record of an answer that has no list of records; None when it has one, or no such record."""
    letters = structure.data[structure.places]
    if letters[0] == ord("[") or _named_lists(structure).keys() & set(records):
        return None
    objects = np.flatnonzero((structure.classes == _OPEN) & (structure.depths == 2) & (letters == ord("{")))
    found = {_key_before(structure, int(start)): int(start) for start in objects[:_MAX_CANDIDATES]}
    for name in single:
        start = 0 if name == "." else found.get(name)
        if start is not None:
            end = start + 1 + int(np.argmax(structure.depths[start + 1 :] == structure.depths[start] - 1))
            first, last = int(structure.places[start]), int(structure.places[end])
            return pa.array([structure.data[first : last + 1].tobytes().decode("utf-8")], pa.large_string())
    return None


def _list_place(structure: _Structure, records: Sequence[str]) -> tuple[int, int]:
    """Marks (indices) of the opening and closing bracket of the record list."""
    if structure.data[structure.places[0]] == ord("["):
        return 0, len(structure.places) - 1
    found = _named_lists(structure)
    for name in records:
        if name in found:
            start, depth = found[name]
            later = structure.depths[start + 1 :] == depth - 1
            return start, start + 1 + int(np.argmax(later))
    listed, lists = ", ".join(records), ", ".join(found) or "-"
    raise FormatError(
        f"Không thấy danh sách bản ghi ({listed}); tệp chỉ có các danh sách: {lists} | "
        f"No list of records ({listed}); the lists in the file are: {lists}"
    )


def _key_before(structure: _Structure, mark: int) -> str | None:
    if mark < 2 or structure.classes[mark - 1] != _COLON or structure.classes[mark - 2] != _QUOTE:
        return None
    text = structure.data[structure.places[mark - 2] : structure.places[mark - 1]].tobytes()
    try:
        name = json.loads(text)
    except ValueError:
        return None
    return name if isinstance(name, str) else None


def _records(structure: _Structure, start: int, end: int) -> pa.Array:
    """The list's elements as a column of JSON texts, cut at the commas of its own depth."""
    depth = int(structure.depths[start])
    marks = slice(start + 1, end)
    commas = structure.places[marks][(structure.classes[marks] == _COMMA) & (structure.depths[marks] == depth)]
    first, last = int(structure.places[start]) + 1, int(structure.places[end])
    body = structure.data[first:last].copy()
    if not body.tobytes().strip():
        return pa.array([], pa.large_string())
    body[commas - first] = ord(" ")
    offsets = np.concatenate([[0], commas - first, [len(body)]]).astype(np.int64)
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(body))


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
