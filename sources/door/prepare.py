"""Deliveries, from file to typed rows: reads, names the part and the window; decides nothing about standing."""

import hashlib
import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from sources.contract import Dataset
from sources.door.batches import keep_rows, typed_in_batches
from sources.door.layout import Mapping, Refusal, recognise
from sources.door.personal import macros
from sources.door.rows import LANDING_REJECTS_SCHEMA, RawRows, TypedRows, raw_rows
from sources.door.window import Window, month_window, named_part, part_in_name, window_in_name, window_in_title
from sources.registry import contracts


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


@dataclass(frozen=True)
class _File:
    source_code: str
    path: Path
    digest: str


class Preparer:
    """Reads deliveries with one engine and one key; those of one layout are typed together."""

    def __init__(self, key: bytes, unit_codes: frozenset[str]) -> None:
        self._engine = connect()
        for statement in macros(key):
            self._engine.execute(statement)
        self._unit_codes = unit_codes

    def prepare(self, source_code: str, path: Path, directory: Path) -> Prepared:
        """Read one file. `directory` takes the temporary rows; a file that breaks its contract comes back refused."""
        return self.prepare_all([(source_code, path, "")], directory)[0]

    def prepare_all(self, files: Sequence[tuple[str, Path, str]], directory: Path) -> list[Prepared]:
        """Read several files, in their order: source, path, and the fault of one that need not be read to be refused.

        All are held in memory at once: the caller keeps them small.
        """
        found: dict[int, Prepared] = {}
        alike: dict[Hashable, list[tuple[int, _File, RawRows]]] = {}
        for number, (source_code, path, fault) in enumerate(files):
            file = _File(source_code, path, sha256_of(path))
            try:
                if fault:
                    raise Refusal(fault)
                mapping = recognise(contracts()[source_code], path)
                if mapping.raw.rest is not None:
                    found[number] = typed_in_batches(mapping, directory, partial(self._alone, file, directory))
                    continue
                raw = raw_rows(mapping)
            except Refusal as refusal:
                found[number] = self._refused(file, refusal)
            else:
                alike.setdefault((source_code, raw.layout), []).append((number, file, raw))
        for group in alike.values():
            typed = TypedRows(self._engine, [raw for _, _, raw in group])
            for place, (number, file, raw) in enumerate(group):
                try:
                    found[number] = self._typed(file, raw.mapping, typed, place, directory)
                except Refusal as refusal:
                    found[number] = self._refused(file, refusal)
        return [found[number] for number in range(len(files))]

    def _alone(self, file: "_File", directory: Path, mapping: Mapping) -> Prepared:
        return self._typed(file, mapping, TypedRows(self._engine, [raw_rows(mapping)]), 0, directory)

    def _refused(self, file: "_File", refusal: Refusal) -> Prepared:
        contract = contracts()[file.source_code].datasets.get(refusal.dataset)
        return Prepared(
            file.source_code, file.path, file.digest, refusal.dataset, contract.contract_hash if contract else "-",
            contract.kind if contract else "-", self._part_of_refused(file.path.name, contract),
            window_in_name(file.path.name, bool(contract and contract.kind == "snapshot")), None,
            refusal.rows_read, 0, LANDING_REJECTS_SCHEMA.empty_table(), {}, {}, refusal.reason,
        )  # fmt: skip

    def _typed(self, file: "_File", mapping: Mapping, typed: TypedRows, place: int, directory: Path) -> Prepared:
        contract, path = mapping.contract, file.path
        part = self._part(path, mapping, typed, place)
        window = self._window(path, mapping, typed, place)
        _refuse_names_before_their_day(mapping, window)
        landed, rejects, excluded = typed.landed(place), typed.rejects(place), typed.excluded(place)
        read = mapping.raw.rows.num_rows + mapping.raw.rejects.num_rows
        if read != landed.num_rows + rejects.num_rows + sum(excluded.values()):
            raise AssertionError(f"{path.name}: {read} rows read, but {len(landed)} + {len(rejects)} + {excluded}")
        rows = keep_rows(landed, directory)
        return Prepared(
            file.source_code, path, file.digest, mapping.dataset, contract.contract_hash, contract.kind, part, window,
            rows, read, landed.num_rows, rejects, excluded, mapping.raw.skipped, "",
        )  # fmt: skip

    @staticmethod
    def _window(path: Path, mapping: Mapping, typed: TypedRows, place: int) -> Window | None:
        snapshot = mapping.contract.kind == "snapshot"
        for origin in mapping.contract.window:
            window = None
            if origin == "title":
                window = window_in_title(mapping.raw.title, snapshot)
            elif origin == "filename":
                window = window_in_name(path.name, snapshot)
            elif origin == "column":
                name = mapping.contract.as_at_column
                first, last = typed.ends(place, str(name)) if name else (None, None)
                if first != last:
                    raise Refusal(
                        f"cột {name} có nhiều ngày chốt ({first} … {last}); mỗi tệp một ngày | "
                        f"column {name} holds several closing dates; one per file",
                        mapping.dataset,
                        mapping.raw.rows.num_rows,
                    )
                window = Window(last, last) if isinstance(last, date) else None
            elif origin == "rows":
                window = _window_of_rows(*typed.dates(place, mapping.contract.window_dates))
            if window:
                return window
        return None

    def _part_of_refused(self, name: str, contract: Dataset | None) -> str:
        if contract and contract.parts.named:
            return named_part(name.rsplit(".", 1)[0], contract.parts.named) or "-"
        return part_in_name(name, self._unit_codes) or "-"

    def _part(self, path: Path, mapping: Mapping, typed: TypedRows, place: int) -> str:
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
        said = typed.texts(place, str(column))
        return sender_of(mapping.raw.title, said, mapping.contract.parts.each, by_code=not unit.name)


def _window_of_rows(first: object, last: object) -> Window | None:
    """The whole months that the dates of the rows lie in."""
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    return Window(month_window(first.year, first.month).start, month_window(last.year, last.month).end)


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


def as_json(counts: dict[str, int]) -> str:
    """Counts by rule as a receipt keeps them."""
    return json.dumps(counts, ensure_ascii=False, sort_keys=True)
