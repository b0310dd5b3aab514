"""Excel books: fastexcel to Arrow, every cell as text, no Python object per cell."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from isal import isal_zlib

from sources.formats.base import BLOCK, FormatError, Limits, RawTable, at_once, clean_text
from sources.formats.layout import HEAD_ROWS, Header, body_table, find_header, header_missing, title_text
from sources.formats.limits import check_size, check_zip
from sources.formats.sniff import encrypted_book, refuse_other_container

# The reader holds a sheet as a full rectangle in memory, so one stray cell at XFD1048576 would cost
# hundreds of gigabytes: the rectangle is measured on the XML first.
_MAX_CELLS = 64_000_000
_FAR_REFERENCE = re.compile(rb"""r=["'](?:([A-Z]{2,3})\d+|[A-Z]\d{6,})""")
_REFERENCE = re.compile(rb"""r=["']([A-Z]{1,3})(\d+)""")
_PACKED = 128 * 1024
_OVERLAP = 24
_SAID_ROWS = 200
_NEEDS_CARE = r"[\x{300}-\x{36f}]|\d\d:\d\d:\d\d\.\d+$"
_FRACTION = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d+$"


@dataclass(frozen=True)
class _Sheet:
    name: str
    columns: list[pa.ChunkedArray]
    head: list[list[str | None]]
    header: Header


def read_xlsx(path: Path, wanted: frozenset[str], limits: Limits) -> RawTable:
    """Rows of the first visible sheet whose header names the wanted columns.

    Further sheets with the very same header are read after it; others are named in the title.
    Row numbers are the sheet's own, from 1. Raises FormatError for what is not an .xlsx book.
    """
    _check_book(path, limits)
    try:
        book = fastexcel.read_excel(path)
        names = book.sheet_names
    except fastexcel.FastExcelError as error:
        raise _damaged() from error
    sheets: list[_Sheet] = []
    unread: list[str] = []
    texts: list[str] = []
    for position, name in enumerate(names):
        sheet, said = _load(book, position, name, wanted, limits)
        texts += said
        if sheet is None:
            continue
        if sheets and sheet.header.names != sheets[0].header.names:
            unread.append(name)
        else:
            sheets.append(sheet)
    if not sheets:
        if not texts:
            raise FormatError("Sổ Excel không có dữ liệu | The Excel book has no data")
        raise header_missing(wanted, texts)
    tables = [_body(sheet) for sheet in sheets]
    return _joined(tables, [sheet.name for sheet in sheets], unread)


def _check_book(path: Path, limits: Limits) -> None:
    check_size(path, limits)
    with path.open("rb") as file:
        start = file.read(64 * 1024)
    if start.startswith(bytes.fromhex("d0cf11e0a1b11ae1")) and encrypted_book(path.read_bytes()):
        raise FormatError(
            "Sổ Excel đặt mật khẩu; hãy bỏ mật khẩu rồi gửi lại | The Excel book is encrypted; remove the password"
        )
    refuse_other_container(start, "xlsx")
    if not start.startswith(b"PK"):
        raise FormatError(
            "Tệp không phải sổ Excel .xlsx; hãy lưu lại từ Excel | Not an .xlsx book; save it again from Excel"
        )
    check_zip(path, limits)
    with zipfile.ZipFile(path) as container:
        members = container.namelist()
        if "xl/workbook.xml" not in (member.lstrip("/") for member in members):
            raise FormatError(
                "Tệp nén không phải sổ Excel .xlsx (Word, .ods, .xlsb hoặc tệp zip); hãy lưu lại thành .xlsx | "
                "The container is no .xlsx book (Word, .ods, .xlsb or a zip); save it as .xlsx"
            )
        sheets = [member for member in container.infolist() if "/worksheets/" in member.filename]
    for member in sheets:
        if member.filename.endswith(".xml"):
            _check_area(path, member, limits)


def _check_area(path: Path, member: zipfile.ZipInfo, limits: Limits) -> None:
    """Refuse a sheet whose used rectangle is too wide or too large, from its cell references."""
    widest, lowest = 26, 99_999
    for piece in _pieces(path, member):
        for match in _FAR_REFERENCE.finditer(piece):
            if match[1] is not None:
                widest = max(widest, _column_number(match[1]))
            else:
                lowest = 1_048_576
    if widest * lowest <= _MAX_CELLS and widest <= limits.columns:
        return
    widest = lowest = 1
    for piece in _pieces(path, member):
        for match in _REFERENCE.finditer(piece):
            widest = max(widest, _column_number(match[1]))
            lowest = max(lowest, int(match[2][:9]))
    if widest > limits.columns or widest * lowest > _MAX_CELLS:
        raise FormatError(
            f"Trang tính trải tới {lowest} dòng x {widest} cột; hãy xóa các ô lạc ở xa rồi lưu lại | "
            f"The sheet reaches over {lowest} rows x {widest} columns; delete stray far cells and save again"
        )


def _pieces(path: Path, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Pieces of an unpacked member, each beginning with the last bytes of the one before.

    isal inflates about twice as fast as the standard library; never more than the declared size.
    """
    with path.open("rb") as file:
        file.seek(member.header_offset + 26)
        name_length, extra_length = struct.unpack("<HH", file.read(4))
        file.seek(name_length + extra_length, 1)
        left, done, tail = member.compress_size, 0, b""
        inflate = isal_zlib.decompressobj(-15) if member.compress_type == zipfile.ZIP_DEFLATED else None
        if inflate is None and member.compress_type != zipfile.ZIP_STORED:
            raise _damaged()
        while left > 0 and done <= member.file_size:
            packed = file.read(min(_PACKED, left))
            if not packed:
                raise _damaged()
            left -= len(packed)
            try:
                piece = packed if inflate is None else inflate.decompress(packed)
            except isal_zlib.IsalError as error:  # type: ignore[misc]  # its stub declares an instance
                raise _damaged() from error
            done += len(piece)
            yield tail + piece
            tail = piece[-_OVERLAP:]
    if done != member.file_size:
        raise _damaged()


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _damaged() -> FormatError:
    return FormatError(
        "Sổ Excel bị hỏng hoặc tải xuống chưa xong; hãy mở và lưu lại bằng Excel | "
        "The Excel book is damaged or was cut short; open it in Excel and save it again"
    )


def _load(
    book: fastexcel.ExcelReader, position: int, name: str, wanted: frozenset[str], limits: Limits
) -> tuple[_Sheet | None, list[str]]:
    """A sheet as clean text columns if it has the header; and the texts it begins with (none: it is empty)."""
    try:
        loaded = book.load_sheet(position, header_row=None, skip_rows=0, dtypes="string")
        if loaded.visible != "visible" or loaded.width == 0 or loaded.total_height == 0:
            return None, []
        table = pa.Table.from_batches([pa.record_batch(loaded)])
    except fastexcel.FastExcelError as error:
        raise FormatError(
            f"Không đọc được trang tính «{name}»; hãy mở và lưu lại bằng Excel | "
            f"Sheet '{name}' cannot be read; open it in Excel and save it again"
        ) from error
    if len(table) > limits.rows or table.num_columns > limits.columns:
        raise FormatError(
            f"Trang tính «{name}» có {len(table)} dòng x {table.num_columns} cột, vượt giới hạn | "
            f"Sheet '{name}' has {len(table)} rows x {table.num_columns} columns, over the limit"
        )
    columns = at_once(table.columns, _text)
    head = [list(row) for row in zip(*(values.slice(0, HEAD_ROWS + 5).to_pylist() for values in columns), strict=True)]
    header = find_header(head, wanted)
    texts = [text for values in columns for text in values.drop_null().slice(0, _SAID_ROWS).to_pylist()]
    return (None if header is None else _Sheet(name, columns, head, header)), texts


def _text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Trimmed, composed text; real date cells to whole seconds (a serial's fraction is noise)."""
    clean = clean_text(values)
    if not pc.any(pc.match_substring_regex(clean, _NEEDS_CARE)).as_py():
        return clean
    clean = pc.utf8_normalize(clean, "NFC")
    fractional = pc.fill_null(pc.match_substring_regex(clean, _FRACTION), False)
    if not pc.any(fractional).as_py():
        return clean
    moments = pc.if_else(fractional, clean, pa.scalar(None, pa.string())).cast(pa.timestamp("us"))
    rounded = pc.strftime(pc.round_temporal(moments, unit="second").cast(pa.timestamp("s")), "%Y-%m-%d %H:%M:%S")
    return pc.if_else(fractional, rounded, clean)


def _body(sheet: _Sheet) -> RawTable:
    end = sheet.header.end
    height = len(sheet.columns[0])
    numbers = np.arange(end + 1, height + 1, dtype=np.int64)
    title = title_text(sheet.head[: sheet.header.start])
    return body_table([values.slice(end) for values in sheet.columns], numbers, sheet.header, title)


def _joined(tables: list[RawTable], names: list[str], unread: list[str]) -> RawTable:
    """One table of sheets with one header; sheets of another header are named in the title."""
    first = tables[0]
    same = [table for table in tables if table.header == first.header]
    unread = unread + [name for name, table in zip(names, tables, strict=True) if table.header != first.header]
    lines = list(dict.fromkeys(line for table in same for line in table.title.split("\n") if line))
    if unread:
        listed = ", ".join(unread)
        lines.append(f"Trang tính không đọc vì tiêu đề khác: {listed} | Sheets not read, another header: {listed}")
    if len(same) == 1:
        return RawTable(first.header, first.rows, "\n".join(lines), first.skipped, first.rejects)
    skipped = {kind: sum(table.skipped[kind] for table in same) for kind in first.skipped}
    rows = pa.concat_tables([_numbered_blocks(table.rows, sheet) for sheet, table in enumerate(same)])
    return RawTable(first.header, rows, "\n".join(lines), skipped, first.rejects)


def _numbered_blocks(rows: pa.Table, sheet: int) -> pa.Table:
    """The rows with block numbers of their own: no cell is merged from one sheet into the next."""
    place = rows.schema.get_field_index(BLOCK)
    return rows.set_column(place, BLOCK, pc.add(rows.column(BLOCK), pa.scalar(sheet * _MAX_CELLS, pa.int64())))
