"""HTML tables as office systems export them: one page, the largest table with the wanted header."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from lxml import etree, html

from sources.formats.base import FormatError, Limits, RawTable, at_once, clean_text, collapse, fold
from sources.formats.code_pages import sample
from sources.formats.layout import HEAD_ROWS, Header, body_table, find_header, header_missing, title_text
from sources.formats.sniff import decode, is_login_page, read_bytes, refuse_other_container

_DECLARED_ENCODING = re.compile(r"^\s*<\?xml[^>]*\?>")


@dataclass(frozen=True)
class _Grid:
    """A table's own cells as a rectangle. A wide cell leads and leaves empty places; a tall one
    repeats downwards in ``filled`` (for data) and not in ``leading`` (for headers)."""

    leading: list[list[str | None]]
    filled: list[list[str | None]]
    attributes: list[dict[str, str]]
    """Of each row element itself: office systems keep the key and the marks of a row there."""


def read_html_table(path: Path, wanted: frozenset[str], limits: Limits) -> RawTable:
    """Rows of the largest table that has the wanted header.

    Scripts, styles, comments and other attributes are ignored, entities are resolved, line ends
    inside a cell become spaces. An attribute of the row elements that bears a wanted name is a
    column after the cells'. Row numbers count the table's own rows from 1. Text of the page before
    the table is the title.
    """
    data = read_bytes(path, limits)
    refuse_other_container(data[: 64 * 1024], "html")
    text = _DECLARED_ENCODING.sub("", decode(data), count=1)
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        page = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise FormatError("Tệp HTML không có nội dung | The HTML file has no content") from error
    etree.strip_elements(page, "script", "style", "template", with_tail=False)
    best: tuple[_Grid, Header, html.HtmlElement] | None = None
    for table in page.iter("table"):
        grid = _grid(table, limits)
        header = find_header(grid.leading[: HEAD_ROWS + 5], wanted)
        if header is not None and (best is None or len(grid.filled) > len(best[0].filled)):
            best = (grid, header, table)
    if best is None:
        if is_login_page(data):
            raise FormatError(
                "Tệp là trang đăng nhập của hệ thống, không phải dữ liệu; hãy đăng nhập rồi xuất lại | "
                "The file is the system's login page, not data; log in and export again"
            )
        raise header_missing(wanted, [sample(page.text_content())])
    grid, header, table = best
    width = max(len(row) for row in grid.filled)
    body = [row + [None] * (width - len(row)) for row in grid.filled[header.end :]]
    texts = [pa.chunked_array([[row[place] for row in body]], pa.string()) for place in range(width)]
    columns = at_once(texts, clean_text)
    numbers = np.arange(header.end + 1, len(grid.filled) + 1, dtype=np.int64)
    header, beside = _beside(grid, header, width, wanted)
    title = "\n".join(line for line in (_text_before(table), title_text(grid.leading[: header.start])) if line)
    return body_table(columns + beside, numbers, header, title)


def _beside(grid: _Grid, header: Header, width: int, wanted: frozenset[str]) -> tuple[Header, list[pa.ChunkedArray]]:
    """The header and the columns that wanted attributes of the rows add to the cells."""
    body = grid.attributes[header.end :]
    named = {fold(name) for name in header.names}
    found = sorted({name for row in body for name in row if fold(name) in wanted and fold(name) not in named})
    if not found:
        return header, []
    longer = Header(
        header.start,
        header.end,
        (*header.names, *("" for _ in range(width - len(header.names))), *found),
        (*header.leaves, *(None for _ in range(width - len(header.leaves))), *found),
        (*header.matched, *range(width, width + len(found))),
    )
    texts = [pa.chunked_array([[row.get(name) for row in body]], pa.string()) for name in found]
    return longer, at_once(texts, clean_text)


def _grid(table: html.HtmlElement, limits: Limits) -> _Grid:
    rows = table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr")
    if len(rows) > limits.rows:
        raise FormatError(
            f"Bảng có {len(rows)} dòng, vượt giới hạn {limits.rows} | "
            f"The table has {len(rows)} rows, over the limit of {limits.rows}"
        )
    grid = _Grid([], [], [])
    tall: dict[int, tuple[int, str | None]] = {}
    for row in rows:
        leading: list[str | None] = []
        filled: list[str | None] = []
        for cell in row.iterchildren("td", "th"):
            _continue_tall(leading, filled, tall)
            text = collapse(" ".join(cell.itertext())) or None
            high = _span(cell.get("rowspan"), limits.rows)
            for step in range(_span(cell.get("colspan"), limits.columns + 1)):
                value = text if step == 0 else None
                if high > 1:
                    tall[len(filled)] = (high - 1, value)
                leading.append(value)
                filled.append(value)
            if len(filled) > limits.columns:
                raise FormatError(
                    f"Bảng rộng hơn {limits.columns} cột | The table is wider than {limits.columns} columns"
                )
        _continue_tall(leading, filled, tall)
        grid.leading.append(leading)
        grid.filled.append(filled)
        grid.attributes.append({name: collapse(value) for name, value in row.attrib.items()})
    return grid


def _continue_tall(
    leading: list[str | None], filled: list[str | None], tall: dict[int, tuple[int, str | None]]
) -> None:
    """Continue the cells that reach down from rows above into the next free places."""
    while len(filled) in tall:
        place = len(filled)
        left, value = tall.pop(place)
        if left > 1:
            tall[place] = (left - 1, value)
        leading.append(None)
        filled.append(value)


def _span(text: str | None, limit: int) -> int:
    number = int(text) if text is not None and text.strip().isdecimal() and len(text) < 8 else 1
    return max(1, min(number, limit))


def _text_before(table: html.HtmlElement) -> str:
    """Text of the page above the table, one line per element."""
    lines = [collapse(text) for text in table.xpath("preceding::text()[not(ancestor::table)][not(ancestor::head)]")]
    return "\n".join(line for line in lines if line)
