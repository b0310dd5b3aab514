"""Files of many rows, written fast and always as the same bytes: plain XLSX lists, delimited text, zips of documents.

The XLSX writer is our own because a list of millions of cells takes a general library five times as long; it writes
what the lists need: inline text, numbers, real date cells. Registers with merged headers are in `workbooks`.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from sandbox.spelling import serial
from sandbox.xlsx_members import LIST_MEMBERS
from sandbox.xlsx_parts import row_xml, sheet_xml

ListCell = str | int | float | date | None
_MEMBER_TIME = (2022, 1, 1, 0, 0, 0)
_LEVEL = 1
"""Packs in half the time, into files an eighth larger."""


def _content(value: str | float | date) -> str:
    if isinstance(value, str):
        text = escape(value) if "&" in value or "<" in value or ">" in value else value
        return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is>'
    if isinstance(value, date):
        return f' s="1"><v>{int(serial(datetime(value.year, value.month, value.day)))}</v>'
    return f"><v>{value}</v>"


def write_list_xlsx(
    path: Path,
    title: Sequence[str],
    header: Sequence[str],
    rows: Iterable[Sequence[ListCell]],
    signature: Sequence[str] = (),
) -> None:
    """Title rows, one header row, the rows, and below an empty row the signatures. A date becomes a real date cell."""
    sheet = [row_xml(number, [line], _content) for number, line in enumerate(title, start=1)]
    sheet.append(row_xml(len(title) + 1, header, _content))
    last = len(title) + 1
    for number, row in enumerate(rows, start=last + 1):
        sheet.append(row_xml(number, row, _content))
        last = number
    sheet += [row_xml(last + 2 + place, [None, line], _content) for place, line in enumerate(signature)]
    write_documents(path, [*LIST_MEMBERS, ("xl/worksheets/sheet1.xml", sheet_xml(sheet))])


def write_lines(path: Path, lines: Iterable[str], encoding: str = "utf-8") -> None:
    """Delimited text with the line ends of Windows, as the real systems write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))


def write_documents(path: Path, documents: Iterable[tuple[str, str]]) -> None:
    """A zip of (member name, text)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zipped(documents))


def zipped(documents: Iterable[tuple[str, str]], members_before: bytes = b"") -> bytes:
    """A zip of (member name, text), after the members of another zip: what many files begin with is packed once."""
    buffer = io.BytesIO(members_before)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, text in documents:
            member = zipfile.ZipInfo(name, _MEMBER_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            # The level goes with the member: one that is given to the archive is not used for a ZipInfo.
            archive.writestr(member, text.encode("utf-8"), compresslevel=_LEVEL)
    return buffer.getvalue()
