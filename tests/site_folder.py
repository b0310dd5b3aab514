"""What tests read of a release folder and its site, by other means than the site does."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from lxml import html


def rows(folder: Path, table: str, **wanted: Any) -> list[dict[str, Any]]:
    """Rows of a published table by pyarrow, those whose columns equal what is wanted."""
    found = pq.read_table(folder / "parquet" / f"{table}.parquet").to_pylist()
    return [row for row in found if all(row[name] == value for name, value in wanted.items())]


def page(folder: Path, path: str) -> html.HtmlElement:
    """A page of the site, parsed."""
    return html.fromstring((folder / "site" / path).read_text(encoding="utf-8"))


def text(elements: Iterable[html.HtmlElement]) -> str:
    """What a reader sees of one element, its blanks made single."""
    (element,) = elements
    return " ".join(element.text_content().split())


def ratio(numerator: int | None, denominator: int | None) -> str:
    """A share in percent with one decimal, halves up, by whole numbers alone."""
    if numerator is None or not denominator:
        return "–"
    tenths = (2000 * numerator + denominator) // (2 * denominator)
    return f"{count(tenths // 10)},{tenths % 10} %"


def multiple(numerator: int | None, denominator: int | None) -> str:
    """So many times, with two decimals, halves up, by whole numbers alone."""
    if numerator is None or not denominator:
        return "–"
    hundredths = (200 * numerator + denominator) // (2 * denominator)
    return f"{count(hundredths // 100)},{hundredths % 100:02d} lần"


def count(number: int) -> str:
    """A whole number with points between the thousands."""
    digits = str(number)
    first = len(digits) % 3
    return ".".join(([digits[:first]] if first else []) + [digits[at : at + 3] for at in range(first, len(digits), 3)])


def month(day: date) -> str:
    """12/2022."""
    return f"{day.month:02d}/{day.year}"
