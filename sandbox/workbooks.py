"""The layouts of office exports: title rows, merged headers, group rows, totals and the block of signatures."""

import html
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import xlsxwriter

Cell = str | float | int | None


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


def _merged(rows: list[list[Cell]], column: int, width: int) -> list[tuple[int, int, str]]:
    """First and last row and the text of every run of full rows whose cell in the column is empty but the first."""
    found: list[tuple[int, int, str]] = []
    start: int | None = None
    for place, row in enumerate([*rows, []]):
        if len(row) == width and start is not None and row[column] is None:
            continue
        if start is not None and place - start > 1:
            found.append((start, place - 1, str(rows[start][column])))
        start = place if len(row) == width and row[column] is not None else None
    return found


def write_xlsx(path: Path, sheet: Sheet) -> None:
    """The sheet as an XLSX file; the same sheet always gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # In memory: hundreds of small books would otherwise make thousands of temporary files.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": "MÔ PHỎNG / SIMULATED", "created": datetime(2022, 1, 1)})
    bold = book.add_format({"bold": True, "align": "center"})
    page = book.add_worksheet("Sheet1")
    last_column = len(sheet.header.names) - 1
    for row, line in enumerate(sheet.title):
        page.merge_range(row, 0, row, last_column, line, bold)
    top = len(sheet.title) + 1
    spans = sheet.header.spans()
    grouped = {column for first, last, _ in spans for column in range(first, last + 1)}
    body = top + (2 if spans else 1)
    for first, last, group in spans:
        page.merge_range(top, first, top, last, group, bold)
    for column, name in enumerate(sheet.header.names):
        if column in grouped or not spans:
            page.write_string(body - 1, column, name, bold)
        else:
            page.merge_range(top, column, top + 1, column, name, bold)
    rows = lay_out(sheet)
    if sheet.merged_column is not None:
        for first, last, text in _merged(rows, sheet.merged_column, len(sheet.header.names)):
            page.merge_range(body + first, sheet.merged_column, body + last, sheet.merged_column, text)
    for row_number, row in enumerate(rows, start=body):
        for column, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    page.write_string(row_number, column, value)
            elif value is not None:
                page.write_number(row_number, column, value)
    book.close()


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
