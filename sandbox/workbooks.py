"""The layouts of office exports: title rows, merged headers, group rows, totals and the block of signatures."""

import html
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.bulk_files import zipped
from sandbox.xlsx_members import REGISTER_MEMBERS
from sandbox.xlsx_parts import COLUMNS, Range, SharedStrings, merged_cells, row_xml, sheet_xml

Cell = str | float | int | None
_BOLD = ' s="1"'
_MEMBERS = zipped(REGISTER_MEMBERS)


@dataclass(frozen=True)
class Header:
    """A header of one or two rows: each column's name and the group above it ("" when it stands alone)."""

    names: tuple[str, ...]
    groups: tuple[str, ...] = ()

    def spans(self) -> list[tuple[int, int, str]]:
        """First and last column of each named group."""
        found: list[tuple[int, int, str]] = []
        for position, group in enumerate(self.groups):
            if group and found and found[-1][2] == group and found[-1][1] == position - 1:
                found[-1] = (found[-1][0], position, group)
            elif group:
                found.append((position, position, group))
        return found


@dataclass
class Sheet:
    """One register as a person would export it: its rows in groups, each group under its own heading."""

    title: list[str]
    header: Header
    groups: list[tuple[str, list[list[Cell]]]] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    merged_column: int | None = None
    """A column whose text is merged with the empty cells of the rows under it."""


_ROMAN = ((100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """The number in roman numerals, as group rows are counted."""
    text = ""
    for value, letters in _ROMAN:
        while number >= value:
            text += letters
            number -= value
    return text


def lay_out(sheet: Sheet) -> list[list[Cell]]:
    """All rows below the header: numbered data under group rows, the total, the signatures."""
    rows: list[list[Cell]] = []
    number = 0
    for place, (heading, members) in enumerate(sheet.groups, start=1):
        if heading:
            rows.append([roman(place), heading])
        for member in members:
            number += 1
            rows.append([number, *member])
    rows.append([None, "Tổng cộng", None, None, number])
    if sheet.signature:
        rows.append([])
        rows += [[None, None, line] for line in sheet.signature]
    return rows


def _merged(rows: list[list[Cell]], column: int, width: int) -> list[tuple[int, int]]:
    """First and last row of every run of full rows whose cell in the column is empty but the first."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for place, row in enumerate([*rows, []]):
        if len(row) == width and start is not None and row[column] is None:
            continue
        if start is not None and place - start > 1:
            found.append((start, place - 1))
        start = place if len(row) == width and row[column] is not None else None
    return found


def _header(header: Header, top: int) -> tuple[list[list[str]], list[Range]]:
    """The header's rows, the first at `top`, and its merged ranges: a name without a group reaches over both rows."""
    spans = header.spans()
    if not spans:
        return [list(header.names)], []
    upper, lower = list(header.names), [""] * len(header.names)
    alone = set(range(len(upper)))
    for first, last, group in spans:
        lower[first : last + 1] = upper[first : last + 1]
        upper[first : last + 1] = [group, *[""] * (last - first)]
        alone.difference_update(range(first, last + 1))
    merged = [(top, first, top, last) for first, last, _ in spans]
    return [upper, lower], merged + [(top, column, top + 1, column) for column in sorted(alone)]


def write_xlsx(path: Path, sheet: Sheet) -> None:
    """The sheet as an XLSX file with shared strings; the same sheet always gives the same bytes."""
    width = len(sheet.header.names)
    header, header_ranges = _header(sheet.header, len(sheet.title) + 1)
    head = [*([line, *[""] * (width - 1)] for line in sheet.title), [], *header]
    ranges = [*((row, 0, row, width - 1) for row in range(len(sheet.title))), *header_ranges]
    rows = lay_out(sheet)
    if sheet.merged_column is not None:
        column = sheet.merged_column
        for first, last in _merged(rows, column, width):
            ranges.append((len(head) + first, column, len(head) + last, column))
    strings = SharedStrings()
    lines = [row_xml(number, row, strings.content, _BOLD) for number, row in enumerate(head, start=1)]
    lines += [row_xml(number, row, strings.content) for number, row in enumerate(rows, start=len(head) + 1)]
    corner = f"{COLUMNS[max(width, *map(len, rows)) - 1]}{len(lines)}"
    page = sheet_xml(lines, f'<dimension ref="A1:{corner}"/>', merged_cells(ranges))
    members = [("xl/worksheets/sheet1.xml", page), ("xl/sharedStrings.xml", strings.xml())]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(zipped(members, _MEMBERS))


def write_html(path: Path, sheet: Sheet) -> None:
    """The sheet as the HTML page an office system calls an export."""
    path.parent.mkdir(parents=True, exist_ok=True)
    width = len(sheet.header.names)
    lines = ["<html><head><meta charset='utf-8'><title>MÔ PHỎNG / SIMULATED</title></head><body>"]
    lines += [f"<p>{html.escape(line)}</p>" for line in sheet.title]
    lines.append("<table border='1'><tr>" + "".join(f"<th>{html.escape(name)}</th>" for name in sheet.header.names))
    lines.append("</tr>")
    for row in lay_out(sheet):
        padded = [*row, *([None] * (width - len(row)))]
        cells = "".join(f"<td>{'' if value is None else html.escape(str(value))}</td>" for value in padded)
        lines.append(f"<tr>{cells}</tr>")
    lines.append("</table></body></html>")
    path.write_text("\n".join(lines), encoding="utf-8")
