"""Files of many rows, written fast and always as the same bytes: plain XLSX lists, delimited text, zips of documents."""

import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from sandbox.spelling import serial

ListCell = str | int | float | date | None
_MADE = datetime(2022, 1, 1)
_MEMBER_TIME = (2022, 1, 1, 0, 0, 0)


def write_list_xlsx(
    path: Path,
    title: Sequence[str],
    header: Sequence[str],
    rows: Iterable[Sequence[ListCell]],
    signature: Sequence[str] = (),
) -> None:
    """Title rows, one header row, the rows, and below an empty row the signatures. A date becomes a real date cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": "MÔ PHỎNG / SIMULATED", "created": _MADE})
    as_date = book.add_format({"num_format": "dd/mm/yyyy"})
    page = book.add_worksheet("Sheet1")
    row_number = 0
    for line in title:
        page.write_string(row_number, 0, line)
        row_number += 1
    for column, name in enumerate(header):
        page.write_string(row_number, column, name)
    write_string, write_number = page.write_string, page.write_number
    for row in rows:
        row_number += 1
        for column, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    write_string(row_number, column, value)
            elif isinstance(value, date):
                write_number(row_number, column, serial(datetime(value.year, value.month, value.day)), as_date)
            elif value is not None:
                write_number(row_number, column, value)
    row_number += 2
    for line in signature:
        page.write_string(row_number, 1, line)
        row_number += 1
    book.close()


def write_lines(path: Path, lines: Iterable[str], encoding: str = "utf-8") -> None:
    """Delimited text with the line ends of Windows, as the real systems write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))


def write_documents(path: Path, documents: Iterable[tuple[str, str]]) -> None:
    """A zip of (member name, text)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in documents:
            member = zipfile.ZipInfo(name, _MEMBER_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, text.encode("utf-8"))
