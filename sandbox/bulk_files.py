"""Files of many rows, written fast and always as the same bytes: plain XLSX lists, delimited text, zips of documents.

The XLSX writer is our own because a list of millions of cells takes a general library five times as long; it writes
what the lists need: text, numbers, real date cells. Registers with merged headers are in `workbooks`.
"""

import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from sandbox.spelling import serial

ListCell = str | int | float | date | None
_MEMBER_TIME = (2022, 1, 1, 0, 0, 0)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIXED_MEMBERS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/>'
        "</sheets></workbook>"
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/worksheet" '
        f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        "</Relationships>"
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}


@cache
def _column(place: int) -> str:
    """The letters of a column: A, B, … Z, AA."""
    return (chr(64 + place // 26) if place >= 26 else "") + chr(65 + place % 26)


def _row(number: int, cells: Sequence[ListCell]) -> str:
    parts = [f'<row r="{number}">']
    for place, value in enumerate(cells):
        if isinstance(value, str):
            if value:
                text = escape(value) if "&" in value or "<" in value or ">" in value else value
                parts.append(
                    f'<c r="{_column(place)}{number}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
                )
        elif isinstance(value, date):
            day = serial(datetime(value.year, value.month, value.day))
            parts.append(f'<c r="{_column(place)}{number}" s="1"><v>{int(day)}</v></c>')
        elif value is not None:
            parts.append(f'<c r="{_column(place)}{number}"><v>{value}</v></c>')
    parts.append("</row>")
    return "".join(parts)


def write_list_xlsx(
    path: Path,
    title: Sequence[str],
    header: Sequence[str],
    rows: Iterable[Sequence[ListCell]],
    signature: Sequence[str] = (),
) -> None:
    """Title rows, one header row, the rows, and below an empty row the signatures. A date becomes a real date cell."""
    sheet = [_HEAD, f'<worksheet xmlns="{_MAIN}"><sheetData>']
    sheet += [_row(number, [line]) for number, line in enumerate(title, start=1)]
    sheet.append(_row(len(title) + 1, header))
    last = len(title) + 1
    for number, row in enumerate(rows, start=last + 1):
        sheet.append(_row(number, row))
        last = number
    sheet += [_row(last + 2 + place, [None, line]) for place, line in enumerate(signature)]
    sheet.append("</sheetData></worksheet>")
    members = [(name, _HEAD + text) for name, text in _FIXED_MEMBERS.items()]
    write_documents(path, [*members, ("xl/worksheets/sheet1.xml", "".join(sheet))])


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
