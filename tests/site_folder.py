"""A release folder with its site, built once a session, and what tests read of it by other means than the site does."""

import fcntl
import os
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from lxml import html


def built_release(home: Path, factory: pytest.TempPathFactory) -> Path:
    """A copy of the home's current release with `site/`, whichever worker asks first builds it."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "release-with-site"
    with (shared / "release-with-site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "site").exists():
            from publishing.site.build import build_site

            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(home / "releases" / "current", folder)
            shutil.rmtree(folder / "site", ignore_errors=True)
            build_site(folder)
    return folder


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
