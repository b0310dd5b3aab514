"""Which dataset a file is, and which of its headers is which column of the contract."""

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sources.contract import Dataset, DeliveryLayout, SourceContract
from sources.formats.base import FormatError, RawTable, fold
from sources.formats.code_pages import LegacyCodePage, refuse_legacy_table

_LAX_FORMATS = ("json", "xml", "xml_zip")
"""Interfaces answer with many more fields than anyone needs; sheets do not, so there an unknown column is a rename."""


@dataclass(frozen=True)
class Mapping:
    """A file read as one dataset: for each contract column the positions of its headers, in the contract's order."""

    dataset: str
    contract: Dataset
    layout: DeliveryLayout
    raw: RawTable
    positions: dict[str, tuple[int, ...]]


class Refusal(Exception):
    """The delivery as a whole is not taken; the text says why, Vietnamese first."""

    def __init__(self, reason: str, dataset: str = "-", rows_read: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.dataset = dataset
        self.rows_read = rows_read


def read_layout(path: Path, layout: DeliveryLayout, contract: Dataset) -> RawTable:
    """Read the file the way the layout says; raises FormatError, also for readable text in an old code page."""
    raw = _read(path, layout, contract)
    refuse_legacy_table(raw)
    return raw


def _read(path: Path, layout: DeliveryLayout, contract: Dataset) -> RawTable:
    limits = contract.reader_limits
    match layout.format:
        case "xlsx":
            from sources.formats.xlsx import read_xlsx

            return read_xlsx(path, contract.wanted, limits)
        case "csv":
            from sources.formats.csv_text import read_csv

            return read_csv(path, contract.wanted, limits)
        case "html_table":
            from sources.formats.html_table import read_html_table

            return read_html_table(path, contract.wanted, limits)
        case "json":
            from sources.formats.json_text import read_json

            return read_json(path, layout.records, layout.unnest, contract.wanted, limits, layout.single)
        case "xml":
            from sources.formats.xml_documents import read_xml

            return read_xml(path, limits, frozenset(layout.kinds))
        case "xml_zip":
            from sources.formats.xml_documents import read_xml_zip

            return read_xml_zip(path, limits, frozenset(layout.kinds))
        case "parquet":
            from sources.formats.parquet import read_parquet

            return read_parquet(path, limits)


def _candidates(source: SourceContract, path: Path) -> Iterator[tuple[str, Dataset, DeliveryLayout]]:
    for name, contract in source.datasets.items():
        for layout in contract.deliveries:
            if fnmatch.fnmatchcase(path.name.lower(), layout.match.lower()):
                yield name, contract, layout


def _positions(contract: Dataset, header: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    whole: dict[str, list[int]] = {}
    leaf: dict[str, list[int]] = {}
    for position, name in enumerate(header):
        whole.setdefault(fold(name), []).append(position)
        leaf.setdefault(fold(name.rsplit("/", 1)[-1]), []).append(position)
    found = {}
    for column in contract.columns:
        at = [p for name in contract.names_of(column) for p in (whole.get(fold(name)) or leaf.get(fold(name)) or [])]
        if at:
            found[column] = tuple(dict.fromkeys(at))
    return found


def _complaints(mapping: Mapping) -> list[str]:
    """What keeps this file from being this dataset; empty when nothing does."""
    contract, header = mapping.contract, mapping.raw.header
    if not header and not mapping.raw.rows.num_rows:
        return []  # an interface that answers with an empty list says nothing of its columns
    needed = {name for name, column in contract.columns.items() if column.required} | set(mapping.layout.needs)
    missing = [name for name in contract.columns if name in needed and name not in mapping.positions]
    used = {position for at in mapping.positions.values() for position in at}
    strange = [
        name
        for position, name in enumerate(header)
        if position not in used
        and fold(name) not in contract.ignored
        and fold(name.rsplit("/", 1)[-1]) not in contract.ignored
        and mapping.raw.rows.column(position).null_count < mapping.raw.rows.num_rows
    ]
    complaints = []
    if missing:
        expected = "; ".join(f"{name} ({' / '.join(contract.names_of(name))})" for name in missing)
        others = f"; cột lạ trong tệp / unknown columns in the file: {', '.join(strange)}" if strange else ""
        complaints.append(f"thiếu cột / missing columns: {expected}{others}")
    elif strange and mapping.layout.format not in _LAX_FORMATS:
        absent = [name for name in contract.columns if name not in mapping.positions]
        if absent:
            complaints.append(
                f"cột lạ / unknown columns: {', '.join(strange)}; trong khi thiếu / while absent: {', '.join(absent)} "
                "(cột đã đổi tên? | a renamed column?)"
            )
    for name, at in mapping.positions.items():
        column = contract.columns[name]
        if len(at) > 1 and column.landed and not column.coalesce and column.join is None:
            names = ", ".join(header[position] for position in at)
            complaints.append(f"hai cột cùng là {name} / two columns are {name}: {names}")
    return complaints


def recognise(source: SourceContract, path: Path) -> Mapping:
    """Read the file as the dataset whose contract it fits; raises Refusal naming the nearest one and what is wrong."""
    candidates = list(_candidates(source, path))
    if not candidates:
        known = ", ".join(sorted({item.match for data in source.datasets.values() for item in data.deliveries}))
        raise Refusal(f"không nhận loại tệp này, chỉ nhận {known} | this kind of file is not taken, only {known}")
    fitting: list[Mapping] = []
    misfits: list[tuple[int, str, str, int]] = []
    for name, contract, layout in candidates:
        try:
            raw = read_layout(path, layout, contract)
        except LegacyCodePage as error:
            # No other dataset reads the file better. Where its columns are unknown too, it may be any of them.
            is_sure = error.header_found or len(candidates) == 1
            raise Refusal(error.reason, name if is_sure else "-") from error
        except FormatError as error:
            misfits.append((-1, name, error.reason, 0))
            continue
        mapping = Mapping(name, contract, layout, raw, _positions(contract, raw.header))
        if not raw.rows.num_rows and raw.rejects.num_rows and layout.format == "xml_zip" and len(candidates) > 1:
            # A zip of another dataset's documents: all of them are of another kind.
            misfits.append((0, name, _first_reject(raw), raw.rejects.num_rows))
            continue
        if complaints := _complaints(mapping):
            misfits.append((len(mapping.positions), name, "; ".join(complaints), raw.height))
            continue
        if mapping.raw.rows.num_rows or len(candidates) == 1:
            return mapping
        fitting.append(mapping)
    if fitting:
        return fitting[0]
    _, name, reason, rows = max(misfits, key=lambda misfit: misfit[0])
    raise Refusal(reason, name, rows)


def _first_reject(raw: RawTable) -> str:
    first = raw.rejects.slice(0, 1).to_pylist()[0]
    return f"{first['_label'] or first['_row_number']}: {first['expected']} ({first['text']})"
