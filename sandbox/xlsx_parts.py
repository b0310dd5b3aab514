"""The sheet of an XLSX file: rows of cells, merged ranges, shared strings.

`bulk_files` writes plain lists with it and `workbooks` registers. Each says for itself what stands in a cell, because
real exports differ there: some hold their texts inline, some in a table that the cells point into.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from string import ascii_uppercase
from typing import Any
from xml.sax.saxutils import escape

from sandbox.xlsx_members import HEAD, MAIN

Range = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""

COLUMNS = (*ascii_uppercase, *(first + second for first in ascii_uppercase for second in ascii_uppercase))
"""The letters of the columns, A to ZZ: no sheet here is wider."""

_NEEDS_CARE = re.compile("[\x00-\x1f&<>\ufffe\uffff]|_x")
_LIKE_AN_ESCAPE = re.compile("(_x[0-9a-fA-F]{4}_)")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_SPACE_THAT_COUNTS = re.compile(r"^\s|\s$|\n")


def row_xml(number: int, cells: Sequence[object], content: Callable[[Any], str], style: str = "") -> str:
    """One row, counted from 1; `content` is all of a cell after its place. An empty cell is written only if styled."""
    parts = [f'<row r="{number}">']
    rest = f'{number}"{style}'
    for column, value in zip(COLUMNS, cells, strict=False):
        if value is not None and value != "":
            parts.append(f'<c r="{column}{rest}{content(value)}</c>')
        elif style:
            parts.append(f'<c r="{column}{rest}/>')
    parts.append("</row>")
    return "".join(parts)


def sheet_xml(rows: Iterable[str], before: str = "", after: str = "") -> str:
    """The whole member, with elements that stand before and after the rows."""
    return f'{HEAD}<worksheet xmlns="{MAIN}">{before}<sheetData>{"".join(rows)}</sheetData>{after}</worksheet>'


def merged_cells(ranges: Iterable[Range]) -> str:
    """The element of merged ranges, without those of one cell."""
    cells = [
        f'<mergeCell ref="{COLUMNS[left]}{top + 1}:{COLUMNS[right]}{bottom + 1}"/>'
        for top, left, bottom, right in ranges
        if (top, left) != (bottom, right)
    ]
    return f'<mergeCells count="{len(cells)}">{"".join(cells)}</mergeCells>' if cells else ""


class SharedStrings:
    """The texts of a sheet, each once, in the order of their first cells."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._cells = 0

    def content(self, value: str | float) -> str:
        """What a cell holds: the place of its text in the table, or a number, whole ones without a decimal point."""
        if isinstance(value, str):
            self._cells += 1
            return f' t="s"><v>{self._places.setdefault(value, len(self._places))}</v>'
        return f"><v>{value:.16G}</v>"

    def xml(self) -> str:
        """The member that holds the table."""
        counts = f'count="{self._cells}" uniqueCount="{len(self._places)}"'
        return f'{HEAD}<sst xmlns="{MAIN}" {counts}>{"".join(map(_shared, self._places))}</sst>'


def _shared(text: str) -> str:
    """A text of the table. What XML cannot hold becomes _xHHHH_, so a text that looks like that is escaped as well."""
    if text == text.strip() and not _NEEDS_CARE.search(text):
        return f"<si><t>{text}</t></si>"
    kept = _LIKE_AN_ESCAPE.sub(r"_x005F\1", text)
    kept = _NOT_IN_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", kept)
    space = ' xml:space="preserve"' if _SPACE_THAT_COUNTS.search(kept) else ""
    return f"<si><t{space}>{escape(kept)}</t></si>"
