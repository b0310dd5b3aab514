"""Types the rows of deliveries, those of one layout together: what costs is planning the SQL, not running it.

Everything a column at a time in DuckDB. What a person's row held and the contract drops is never selected.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import duckdb
import pyarrow as pa
from stdnum.exceptions import ValidationError
from stdnum.vn import mst

from sources.contract import Column, Dataset
from sources.door import columns as sql
from sources.door.layout import Mapping, Refusal
from sources.door.money import scale_in_header, scale_in_title
from sources.door.sender import labelled_line
from sources.formats.base import REJECTS_SCHEMA

LANDED_TYPES = {"text": "varchar", "code": "varchar", "code_list": "varchar", "integer": "bigint", "money": "bigint"}

LANDING_REJECTS_SCHEMA = pa.schema(
    [("delivery_id", pa.string()), ("row_number", pa.int64())]
    + [(name, pa.string()) for name in ("row_label", "rule", "column_name", "expected", "text")]
)


def sql_type(column: Column) -> str:
    """The landed column's type in DuckDB."""
    return LANDED_TYPES.get(column.type, column.type)


def landed_schema(contract: Dataset) -> str:
    """`name type, …` of a dataset's landed rows."""
    fields = [f"{name} {sql_type(column)}" for name, column in contract.landed.items()]
    return ", ".join([*fields, "_delivery_id varchar", "_row_number bigint"])


@dataclass(frozen=True)
class RawRows:
    """One delivery's texts in the contract's names, without the columns it drops, and đồng per unit of its money."""

    mapping: Mapping
    table: pa.Table
    scales: tuple[tuple[str, int], ...]

    @cached_property
    def layout(self) -> Hashable:
        """What deliveries that are typed by the same SQL have in common."""
        return (
            self.mapping.dataset,
            self.scales,
            tuple(zip(self.table.column_names, self.table.schema.types, strict=True)),
        )


def raw_rows(mapping: Mapping) -> RawRows:
    """Pick the contract's kept columns; the engine never sees the others. Raises Refusal for money of unknown unit."""
    raw, contract = mapping.raw, mapping.contract
    kept: dict[str, pa.ChunkedArray] = {}
    own = _own_rows(mapping)
    for name, column in contract.landed.items():
        at = mapping.positions.get(name, ())
        texts = [raw.rows.column(position) for position in at]
        if not texts:
            kept[name] = pa.chunked_array([pa.nulls(raw.rows.num_rows, pa.string())])
        elif len(texts) == 1:
            kept[name] = texts[0]
        elif (between := contract.columns[name].join) is not None:
            kept[name] = pa.compute.binary_join_element_wise(*texts, between, null_handling="skip")
        else:
            kept[name] = pa.compute.coalesce(*texts)
        if column.once:
            kept[name] = pa.compute.if_else(own, kept[name], pa.scalar(None, pa.string()))
    for name in ("_row_number", "_label", "_group", "_block"):
        if name in raw.rows.column_names:
            kept[name] = raw.rows.column(name)
    if any("title" in column.fill for column in contract.landed.values()):
        line = labelled_line(raw.title) or None
        kept["_title"] = pa.chunked_array([pa.repeat(pa.scalar(line, pa.string()), raw.rows.num_rows)])
    scales = tuple(
        (name, _scale_of(mapping, name)) for name, column in contract.landed.items() if column.type == "money"
    )
    return RawRows(mapping, pa.table(kept), scales)


class TypedRows:
    """The rows of some deliveries of one layout, typed; each delivery is asked for by its place among them."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, deliveries: Sequence[RawRows]) -> None:
        self._engine = engine
        self._contract = deliveries[0].mapping.contract
        self._rejecting = [delivery.mapping.raw.rejects for delivery in deliveries]
        numbered = [
            delivery.table.append_column("_file", pa.repeat(pa.scalar(place, pa.int32()), delivery.table.num_rows))
            for place, delivery in enumerate(deliveries)
        ]
        engine.register("delivered", pa.concat_tables(numbered))
        self._know_tax_codes()
        problems = self._type(dict(deliveries[0].scales))
        engine.unregister("delivered")
        self._landed = _by_file(self._all_landed(), len(deliveries))
        self._rejects = _by_file(self._all_rejects(problems), len(deliveries))
        self._excluded: dict[int, dict[str, int]] = {}
        for place, rule, count in engine.execute(
            "select _file, _excluded, count(*) from typed where _excluded is not null group by 1, 2 order by 1, 2"
        ).fetchall():
            self._excluded.setdefault(place, {})[rule] = count

    def landed(self, place: int) -> pa.Table:
        """The good rows in the landed types, in the order of the file."""
        return self._landed[place]

    def rejects(self, place: int) -> pa.Table:
        """The rejected rows, of LANDING_REJECTS_SCHEMA."""
        return self._rejects[place]

    def excluded(self, place: int) -> dict[str, int]:
        """How many rows each rule left out."""
        return self._excluded.get(place, {})

    def ends(self, place: int, name: str) -> tuple[object, object]:
        """The least and the greatest value of a column, whatever its row's fate."""
        found = self._engine.execute(f'select min("{name}"), max("{name}") from typed where _file = {place}').fetchall()
        return found[0][0], found[0][1]

    def dates(self, place: int, names: Sequence[str]) -> tuple[object, object]:
        """First and last date of the rows: a wrong tax code rejects the row, never the file's window."""
        dates = ", ".join(f'cast("{name}" as date)' for name in names)
        # Where no good row says the dates, the others may.
        good = "filter (where _rejected is null)"
        found = self._engine.execute(
            f"select coalesce(min(d) {good}, min(d)), coalesce(max(d) {good}, max(d)) from "
            f"(select coalesce({dates}) as d, _rejected from typed where _excluded is null and _file = {place})"
        ).fetchall()
        return found[0][0], found[0][1]

    def texts(self, place: int, name: str) -> list[str]:
        """Some of the distinct values of a column, of the rows that no rule leaves out."""
        found = self._engine.execute(
            f'select distinct "{name}" from typed where _excluded is null and "{name}" is not null '
            f"and _file = {place} limit 500"
        ).fetchall()
        return [text for (text,) in found]

    def _know_tax_codes(self) -> None:
        distinct: list[tuple[str]] = []
        for name, column in self._contract.landed.items():
            if column.check == "tax_code":
                distinct += self._engine.execute(
                    f'select distinct {sql.text_of(sql.raw_of(name, column))} from delivered where "{name}" is not null'
                ).fetchall()
        known = _tax_codes([text for (text,) in distinct if text])
        keys = "[" + ", ".join(map(sql.literal, known)) + "]::varchar[]"
        values = "[" + ", ".join(map(sql.literal, known.values())) + "]::varchar[]"
        self._engine.execute(f"set variable known_tax_codes = map({keys}, {values})")

    def _type(self, scales: dict[str, int]) -> list[tuple[str, str, str, str]]:
        """Make the table `typed`; gives back each problem a row can have: its test, column, rule, what was expected."""
        contract = self._contract
        texts, values, problems = [], [], []
        for name, column in contract.landed.items():
            raw, text = sql.raw_of(name, column), f'"text of {name}"'
            if column.fill:
                filled = {"above": _above(raw), "group": "_group", "title": "_title"}
                raw = f"coalesce({raw}, {', '.join(filled[kind] for kind in column.fill)})"
            typed = sql.typed(column, text, f'"{name}"', scales.get(name, 1))
            texts.append(f"{sql.text_of(raw)} as {text}")
            values.append(f'{typed.value} as "{name}"')
            if typed.bad:
                problems.append((typed.bad, name, typed.rule, typed.expected))
            if column.required is True:
                problems.append((f'"{name}" is null', name, "required_empty", "không được trống | a value"))
        numbered = " ".join(f"when {bad} then {number}" for number, (bad, *_) in enumerate(problems))
        rules = " ".join(f"when {rule.when} then {sql.literal(rule.rule)}" for rule in contract.exclude)
        excluded = f"case {rules} end" if rules else "cast(null as varchar)"
        self._engine.execute(
            "create or replace temp table texts as "
            f"select _file, _row_number, _label, {', '.join(texts)} from delivered"
        )
        self._engine.execute(f"create or replace temp table valued as select *, {', '.join(values)} from texts")
        self._engine.execute(
            f"create or replace temp table typed as select *, case {numbered} end as _rejected, "
            f"{excluded} as _excluded from valued"
        )
        return problems

    def _all_landed(self) -> pa.Table:
        names = ", ".join(
            f'cast("{name}" as {sql_type(column)}) as "{name}"' for name, column in self._contract.landed.items()
        )
        return self._engine.execute(
            f"select _file, {names}, '' as _delivery_id, _row_number from typed "
            "where _excluded is null and _rejected is null order by _file, _row_number"
        ).to_arrow_table()

    def _all_rejects(self, problems: list[tuple[str, str, str, str]]) -> pa.Table:
        """What the reader and the types reject. The telling of a row is planned only for the problems that occur."""
        occurred = self._engine.execute(
            "select distinct _rejected from typed where _excluded is null and _rejected is not null order by 1"
        ).fetchall()
        told = []
        for (number,) in occurred:
            _, name, rule, expected = problems[number]
            told.append(
                f"select _file, '' as delivery_id, _row_number as row_number, _label as row_label, "
                f"{sql.literal(rule)} as rule, {sql.literal(name)} as column_name, "
                f"{sql.literal(expected)} as expected, "
                f"{_shown(self._contract.columns[name], name)} as text "
                f"from typed where _excluded is null and _rejected = {number}"
            )
        if any(rejects.num_rows for rejects in self._rejecting):
            numbered = [
                rejects.cast(REJECTS_SCHEMA).append_column(
                    "_file", pa.repeat(pa.scalar(place, pa.int32()), len(rejects))
                )
                for place, rejects in enumerate(self._rejecting)
            ]
            self._engine.register("reader_rejects", pa.concat_tables(numbered))
            # What a reader could not even split into columns may hold a name: only its shape is kept.
            told.append(
                "select _file, '' as delivery_id, _row_number as row_number, _label as row_label, rule, "
                f'"column" as column_name, expected, {_shape("text")} as text from reader_rejects'
            )
        if not told:
            return pa.table({"_file": pa.array([], pa.int32())} | _columns(LANDING_REJECTS_SCHEMA.empty_table()))
        found = self._engine.execute(" union all ".join(told) + " order by 1, 3, 4, 5").to_arrow_table()
        return found.cast(pa.schema([pa.field("_file", pa.int32()), *LANDING_REJECTS_SCHEMA]))


def _columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    return dict(zip(table.column_names, table.columns, strict=True))


def _by_file(table: pa.Table, deliveries: int) -> list[pa.Table]:
    """The rows of each delivery, of a table that is in the order of `_file`."""
    counts = [0] * deliveries
    for found in table.column("_file").value_counts().to_pylist():
        counts[found["values"]] = found["counts"]
    parts, start, bare = [], 0, table.drop_columns(["_file"])
    for count in counts:
        parts.append(bare.slice(start, count))
        start += count
    return parts


def _shown(column: Column, name: str) -> str:
    """SQL of what a rejection may tell: the text of a public column that matches its pattern, else its shape."""
    text = f'"text of {name}"'
    shape = _shape(text)
    if column.public is True or column.type in ("code", "date", "timestamp", "boolean"):
        # The words of a list and the dates of a file name nobody: long free text does not belong there.
        return f"case when length({text}) <= 60 then {text} else {shape} end"
    if isinstance(column.public, str):
        return f"case when regexp_full_match({text}, {sql.literal(column.public)}) then {text} else {shape} end"
    return shape


def _scale_of(mapping: Mapping, name: str) -> int:
    """How many đồng one unit of a money column is: its header says, else a title row; Refusal when nothing does."""
    headers = [mapping.raw.header[position] for position in mapping.positions.get(name, ())]
    said = next((scale for header in headers if (scale := scale_in_header(header))), None)
    said = said or scale_in_title(mapping.raw.title)
    if said is None and headers and mapping.contract.columns[name].counted_in == "as_said":
        raise Refusal(
            f"không rõ cột {name} tính bằng đồng hay triệu đồng: hãy ghi «Đơn vị tính: …» trên tiêu đề | "
            f"nothing says whether column {name} is in đồng or millions: write «Đơn vị tính: …» above the header",
            mapping.dataset,
            mapping.raw.rows.num_rows,
        )
    return said or 1


def _own_rows(mapping: Mapping) -> pa.ChunkedArray:
    """Which rows are a record's own: all fields of the list that was made into rows are empty."""
    raw, prefix = mapping.raw, f"{mapping.layout.unnest}."
    own = pa.chunked_array([pa.repeat(True, raw.rows.num_rows)])
    for position, header in enumerate(raw.header):
        if mapping.layout.unnest and header.startswith(prefix):
            own = pa.compute.and_(own, pa.compute.is_null(raw.rows.column(position)))
    return own


def _above(cell: str) -> str:
    """SQL of the nearest value above an empty cell in its block of rows: a merged cell has its text in the first."""
    return (
        f"last_value({cell} ignore nulls) over "
        "(partition by _file, _block order by _row_number rows between unbounded preceding and current row)"
    )


def _shape(text: str) -> str:
    """SQL of a text's shape: which kinds of letters and digits it has, and none of them."""
    return (
        f"left(regexp_replace(regexp_replace(regexp_replace({text}, '[0-9]', '9', 'g'), "
        r"'\p{Lu}', 'A', 'g'), '\p{Ll}|\p{Lo}', 'a', 'g'), 60)"
    )


def _tax_codes(texts: list[str]) -> dict[str, str]:
    """What python-stdnum says of the distinct texts, once a spreadsheet's lost zero is back and its ".0" gone."""
    found = {}
    for text in texts:
        plain = "".join(text.split())
        plain = plain.partition(".")[0] if re.fullmatch(r"\d+\.0+", plain) else plain
        head, dash, branch = plain.partition("-")
        candidate = (head.zfill(10) if head.isdigit() and len(head) == 9 else head) + dash + branch
        try:
            found[text] = mst.format(mst.validate(candidate))
        except ValidationError:
            continue
    return found
