"""One delivery, from file to typed rows: reads, types, excludes and rejects; decides nothing about standing.

Everything a column at a time in DuckDB. What a person's row held and the contract drops is never selected.
"""

import hashlib
import json
import re
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
from stdnum.exceptions import ValidationError
from stdnum.vn import mst

from sources.contract import Column, Dataset
from sources.door import columns as sql
from sources.door.batches import typed_in_batches
from sources.door.layout import Mapping, Refusal, recognise
from sources.door.money import scale_in_header, scale_in_title
from sources.door.personal import macros
from sources.door.window import Window, month_window, named_part, part_in_name, window_in_name, window_in_title
from sources.formats.base import REJECTS_SCHEMA
from sources.registry import contracts

LANDED_TYPES = {"text": "varchar", "code": "varchar", "code_list": "varchar", "integer": "bigint", "money": "bigint"}

LANDING_REJECTS_SCHEMA = pa.schema(
    [("delivery_id", pa.string()), ("row_number", pa.int64())]
    + [(name, pa.string()) for name in ("row_label", "rule", "column_name", "expected", "text")]
)


@dataclass(frozen=True)
class Prepared:
    """A delivery read and typed, not yet landed. `rows` waits in a temporary file; `refusal` says why there is none."""

    source_code: str
    path: Path
    sha256: str
    dataset: str
    contract_hash: str
    kind: str
    part: str
    window: Window | None
    rows: Path | None
    rows_read: int
    rows_landed: int
    rejects: pa.Table
    excluded: dict[str, int]
    skipped: dict[str, int]
    refusal: str


def sql_type(column: Column) -> str:
    """The landed column's type in DuckDB."""
    return LANDED_TYPES.get(column.type, column.type)


def landed_schema(contract: Dataset) -> str:
    """`name type, …` of a dataset's landed rows."""
    fields = [f"{name} {sql_type(column)}" for name, column in contract.landed.items()]
    return ", ".join([*fields, "_delivery_id varchar", "_row_number bigint"])


def connect() -> duckdb.DuckDBPyConnection:
    """A private in-memory engine that reaches nothing outside."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "threads": "1",
    }
    return duckdb.connect(":memory:", config=config)


def sha256_of(path: Path) -> str:
    """The delivery's content hash, read in pieces."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


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


class Preparer:
    """Reads deliveries one after the other with one engine and one key."""

    def __init__(self, key: bytes, unit_codes: frozenset[str]) -> None:
        self._engine = connect()
        for statement in macros(key):
            self._engine.execute(statement)
        self._unit_codes = unit_codes

    def prepare(self, source_code: str, path: Path, directory: Path) -> Prepared:
        """Read one file. `directory` takes the temporary rows; a file that breaks its contract comes back refused."""
        digest = sha256_of(path)
        try:
            mapping = recognise(contracts()[source_code], path)
            return typed_in_batches(
                mapping, directory, lambda part: self._type(source_code, path, digest, part, directory)
            )
        except Refusal as refusal:
            contract = contracts()[source_code].datasets.get(refusal.dataset)
            return Prepared(
                source_code, path, digest, refusal.dataset, contract.contract_hash if contract else "-",
                contract.kind if contract else "-", self._part_of_refused(path.name, contract),
                window_in_name(path.name, bool(contract and contract.kind == "snapshot")), None,
                refusal.rows_read, 0, LANDING_REJECTS_SCHEMA.empty_table(), {}, {}, refusal.reason,
            )  # fmt: skip

    def _type(self, source_code: str, path: Path, digest: str, mapping: Mapping, directory: Path) -> Prepared:
        contract = mapping.contract
        self._create_raw(mapping)
        rejects = self._create_typed(mapping)
        excluded = dict(
            self._engine.execute(
                "select _excluded, count(*) from typed where _excluded is not null group by 1 order by 1"
            ).fetchall()
        )
        part = self._part(path, mapping)
        window = self._window(path, mapping)
        _refuse_names_before_their_day(mapping, window)
        rows = Path(tempfile.mkstemp(suffix=".parquet", dir=directory)[1])
        names = ", ".join(
            f'cast("{name}" as {sql_type(column)}) as "{name}"' for name, column in contract.landed.items()
        )
        landed = self._engine.execute(
            f"copy (select {names}, '' as _delivery_id, _row_number from typed "
            "where _excluded is null and _rejected is null order by _row_number) "
            f"to {sql.literal(str(rows))} (format parquet, compression zstd)"
        ).fetchall()[0][0]
        read = mapping.raw.rows.num_rows + mapping.raw.rejects.num_rows
        if read != landed + rejects.num_rows + sum(excluded.values()):
            raise AssertionError(f"{path.name}: {read} rows read, but {landed} + {rejects.num_rows} + {excluded}")
        return Prepared(
            source_code, path, digest, mapping.dataset, contract.contract_hash, contract.kind, part, window, rows,
            read, landed, rejects, excluded, mapping.raw.skipped, "",
        )  # fmt: skip

    def _create_raw(self, mapping: Mapping) -> None:
        """Only the contract's kept columns, in the contract's names; the engine never sees the dropped ones."""
        raw = mapping.raw
        kept: dict[str, pa.ChunkedArray] = {}
        own = _own_rows(mapping)
        for name, column in mapping.contract.landed.items():
            at = mapping.positions.get(name, ())
            texts = [raw.rows.column(position) for position in at]
            if not texts:
                kept[name] = pa.chunked_array([pa.nulls(raw.rows.num_rows, pa.string())])
            elif len(texts) == 1:
                kept[name] = texts[0]
            elif (between := mapping.contract.columns[name].join) is not None:
                kept[name] = pa.compute.binary_join_element_wise(*texts, between, null_handling="skip")
            else:
                kept[name] = pa.compute.coalesce(*texts)
            if column.once:
                kept[name] = pa.compute.if_else(own, kept[name], pa.scalar(None, pa.string()))
        for name in ("_row_number", "_label", "_group", "_block"):
            if name in raw.rows.column_names:
                kept[name] = raw.rows.column(name)
        self._engine.register("delivered", pa.table(kept))
        distinct = []
        for name, column in mapping.contract.landed.items():
            if column.check == "tax_code":
                distinct += self._engine.execute(
                    f'select distinct {sql.text_of(sql.raw_of(name, column))} from delivered where "{name}" is not null'
                ).fetchall()
        known = _tax_codes([text for (text,) in distinct if text])
        keys = "[" + ", ".join(map(sql.literal, known)) + "]::varchar[]"
        values = "[" + ", ".join(map(sql.literal, known.values())) + "]::varchar[]"
        self._engine.execute(f"set variable known_tax_codes = map({keys}, {values})")

    def _create_typed(self, mapping: Mapping) -> pa.Table:
        contract = mapping.contract
        title_unit = sql.literal(_sender_line(mapping.raw.title))
        texts, values, problems = [], [], []
        for name, column in contract.landed.items():
            raw, text = sql.raw_of(name, column), f'"text of {name}"'
            if column.fill:
                filled = {"above": _above(raw), "group": "_group", "title": f"nullif({title_unit}, '')"}
                raw = f"coalesce({raw}, {', '.join(filled[kind] for kind in column.fill)})"
            scale = _scale_of(mapping, name) if column.type == "money" else 1
            typed = sql.typed(column, text, f'"{name}"', scale)
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
            f"select _row_number, _label, {', '.join(texts)} from delivered order by _row_number"
        )
        self._engine.unregister("delivered")
        self._engine.execute(f"create or replace temp table valued as select *, {', '.join(values)} from texts")
        self._engine.execute(
            f"create or replace temp table typed as select *, case {numbered} end as _rejected, "
            f"{excluded} as _excluded from valued"
        )
        return self._rejects(mapping, problems)

    def _rejects(self, mapping: Mapping, problems: list[tuple[str, str, str, str]]) -> pa.Table:
        """What the reader and the types reject. The telling of a row is planned only for the problems that occur."""
        occurred = self._engine.execute(
            "select distinct _rejected from typed where _excluded is null and _rejected is not null order by 1"
        ).fetchall()
        told = []
        for (number,) in occurred:
            _, name, rule, expected = problems[number]
            told.append(
                f"select '' as delivery_id, _row_number as row_number, _label as row_label, "
                f"{sql.literal(rule)} as rule, {sql.literal(name)} as column_name, "
                f"{sql.literal(expected)} as expected, "
                f"{self._shown(mapping.contract.columns[name], name)} as text "
                f"from typed where _excluded is null and _rejected = {number}"
            )
        if mapping.raw.rejects.num_rows:
            self._engine.register("reader_rejects", mapping.raw.rejects.cast(REJECTS_SCHEMA))
            # What a reader could not even split into columns may hold a name: only its shape is kept.
            told.append(
                "select '' as delivery_id, _row_number as row_number, _label as row_label, rule, "
                f'"column" as column_name, expected, {_shape("text")} as text from reader_rejects'
            )
        if not told:
            return LANDING_REJECTS_SCHEMA.empty_table()
        rejects = self._engine.execute(" union all ".join(told) + " order by 2, 3, 4").to_arrow_table()
        return rejects.cast(LANDING_REJECTS_SCHEMA)

    @staticmethod
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

    def _window(self, path: Path, mapping: Mapping) -> Window | None:
        snapshot = mapping.contract.kind == "snapshot"
        for origin in mapping.contract.window:
            window = None
            if origin == "title":
                window = window_in_title(mapping.raw.title, snapshot)
            elif origin == "filename":
                window = window_in_name(path.name, snapshot)
            elif origin == "column":
                name = mapping.contract.as_at_column
                first, last = self._engine.execute(f'select min("{name}"), max("{name}") from typed').fetchall()[0]
                if first != last:
                    raise Refusal(
                        f"cột {name} có nhiều ngày chốt ({first} … {last}); mỗi tệp một ngày | "
                        f"column {name} holds several closing dates; one per file",
                        mapping.dataset,
                        mapping.raw.rows.num_rows,
                    )
                window = Window(last, last) if last else None
            elif origin == "rows":
                window = self._window_of_rows(mapping.contract.window_dates)
            if window:
                return window
        return None

    def _window_of_rows(self, names: tuple[str, ...]) -> Window | None:
        dates = ", ".join(f'cast("{name}" as date)' for name in names)
        # A wrong tax code rejects the row, never the file: where no good row says the dates, the others may.
        good = "filter (where _rejected is null)"
        first, last = self._engine.execute(
            f"select coalesce(min(d) {good}, min(d)), coalesce(max(d) {good}, max(d)) from "
            f"(select coalesce({dates}) as d, _rejected from typed where _excluded is null)"
        ).fetchall()[0]
        if not isinstance(first, date) or not isinstance(last, date):
            return None
        return Window(month_window(first.year, first.month).start, month_window(last.year, last.month).end)

    def _part_of_refused(self, name: str, contract: Dataset | None) -> str:
        if contract and contract.parts.named:
            return named_part(name.rsplit(".", 1)[0], contract.parts.named) or "-"
        return part_in_name(name, self._unit_codes) or "-"

    def _part(self, path: Path, mapping: Mapping) -> str:
        if mapping.contract.parts.each == ("-",):
            return "-"
        if operators := mapping.contract.parts.named:
            operator = named_part(path.stem, operators) or named_part(mapping.raw.title, operators)
            if operator is None:
                known = ", ".join(operators)
                raise Refusal(
                    f"tên tệp và tiêu đề không nói bên nào gửi ({known}) | "
                    f"neither the file name nor the title says who sends it ({known})",
                    mapping.dataset,
                    mapping.raw.rows.num_rows,
                )
            return operator
        if named := part_in_name(path.name, self._unit_codes):
            return named
        from sources.door.sender import sender_of

        unit = mapping.contract.unit
        assert unit is not None, "a dataset sent by units names its unit column"
        column = unit.name or unit.code
        named_in_rows = self._engine.execute(
            f'select distinct "{column}" from typed where _excluded is null and "{column}" is not null limit 500'
        ).fetchall()
        return sender_of(
            mapping.raw.title, [text for (text,) in named_in_rows], mapping.contract.parts.each, by_code=not unit.name
        )


def _refuse_names_before_their_day(mapping: Mapping, window: Window | None) -> None:
    """A new name in a delivery of days before the source changed it is no known column; raises Refusal."""
    for column, at in mapping.positions.items():
        for position in at:
            header = mapping.raw.header[position]
            day = mapping.contract.known_from(column, header.rsplit("/", 1)[-1])
            if day and window and window.end < day:
                raise Refusal(
                    f"cột «{header}» chỉ có từ {day:%d/%m/%Y}, tệp này đến {window.end:%d/%m/%Y} | column '{header}' "
                    f"stands for {column} from {day} on, and this delivery ends before",
                    mapping.dataset,
                    mapping.raw.rows.num_rows,
                )


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
        "(partition by _block order by _row_number rows between unbounded preceding and current row)"
    )


def _shape(text: str) -> str:
    """SQL of a text's shape: which kinds of letters and digits it has, and none of them."""
    return (
        f"left(regexp_replace(regexp_replace(regexp_replace({text}, '[0-9]', '9', 'g'), "
        r"'\p{Lu}', 'A', 'g'), '\p{Ll}|\p{Lo}', 'a', 'g'), 60)"
    )


def _sender_line(title: str) -> str:
    """The unit a title names on a line "Đơn vị: …"; empty when none does."""
    from sources.door.sender import labelled_line

    return labelled_line(title)


def as_json(counts: dict[str, int]) -> str:
    """Counts by rule as a receipt keeps them."""
    return json.dumps(counts, ensure_ascii=False, sort_keys=True)
