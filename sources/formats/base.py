"""What every format reader gives back, and the limits it keeps to.

A reader turns one delivered file into a ``RawTable``: text columns only, in file order, with the
layout rows (titles, group rows, totals, signatures) taken out and counted. It knows nothing of
codes, dates or units: that is the door's work.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

# Unicode spaces that office programs leave at the edges of cells: no-break space, zero-width
# space, byte order mark, narrow no-break space, ideographic space.
EDGE_SPACE = " \t\r\n\v\f\u00a0\u200b\ufeff\u202f\u3000"
_SPACE_RUN = re.compile(r"[\s\u00a0\u200b\ufeff\u202f\u3000]+")
_NOT_BASE_LETTER = str.maketrans({"đ": "d", "Đ": "D"})

_SMALL_TABLE = 200_000
"""Cells of a table that is handled in one piece."""

ROW_NUMBER = "_row_number"
LABEL = "_label"
GROUP = "_group"
BLOCK = "_block"
"""Which run of rows between group rows, totals and repeated headers a row stands in: what a merged cell may span."""

REJECTS_SCHEMA = pa.schema(
    [
        (ROW_NUMBER, pa.int64()),
        (LABEL, pa.string()),
        ("rule", pa.string()),
        ("column", pa.string()),
        ("expected", pa.string()),
        ("text", pa.string()),
    ]
)


@dataclass(frozen=True)
class Limits:
    """The most a delivered file may hold; each limit is checked before the memory is spent."""

    bytes: int = 512 * 1024 * 1024
    unpacked: int = 4 * 1024 * 1024 * 1024
    ratio: int = 200
    members: int = 200_000
    depth: int = 64
    rows: int = 5_000_000
    columns: int = 1_024


class FormatError(Exception):
    """The file as a whole cannot be read; ``reason`` is one sentence, ``vi | en``."""

    def __init__(self, reason: str, row: int | None = None, column: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.row = row
        self.column = column


@dataclass(frozen=True)
class Rest:
    """The rows of a large file that follow the first ones: how many, and the tables that hold them, given once."""

    height: int
    tables: Iterator[pa.Table]


@dataclass(frozen=True)
class RawTable:
    """One delivered file as text columns ``c0..cN`` beside the header names it carried."""

    header: tuple[str, ...]
    rows: pa.Table
    title: str
    skipped: dict[str, int]
    rejects: pa.Table
    rest: Rest | None = None
    """Rows behind those in `rows`, not read yet, where a reader gives them piece by piece."""

    @property
    def height(self) -> int:
        """How many rows the file has for the door, read yet or not."""
        return int(self.rows.num_rows) + (self.rest.height if self.rest else 0)


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Header and code texts as compared: no accents, no case, spaces collapsed."""
    decomposed = unicodedata.normalize("NFD", text.translate(_NOT_BASE_LETTER))
    base = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", collapse(base).casefold())


def collapse(text: str) -> str:
    """Runs of any white space become one space; the edges are trimmed; composed (NFC)."""
    return unicodedata.normalize("NFC", _SPACE_RUN.sub(" ", text)).strip()


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Header names made unique: empty ones named by position, repeated ones numbered."""
    seen: set[str] = set()
    result: list[str] = []
    for position, raw in enumerate(names):
        name = collapse(raw) or f"column_{position + 1}"
        candidate, number = name, 1
        while candidate in seen:
            number += 1
            candidate = f"{name} ({number})"
        seen.add(candidate)
        result.append(candidate)
    return tuple(result)


def empty_rejects() -> pa.Table:
    """A rejects table with no rows."""
    return REJECTS_SCHEMA.empty_table()


def clean_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Trim white space at the edges of a text column; what is empty after that becomes null."""
    trimmed = pc.utf8_trim(values.cast(pa.string()), characters=EDGE_SPACE)
    return pc.if_else(pc.equal(pc.binary_length(trimmed), 0), pa.scalar(None, pa.string()), trimmed)


def at_once(
    columns: Sequence[pa.ChunkedArray], change: Callable[[pa.ChunkedArray], pa.ChunkedArray]
) -> list[pa.ChunkedArray]:
    """A change of single cells, made to all text columns of one height; of a small table in one call of it.

    A call costs more than a small column: the columns are laid end to end and cut again.
    """
    height = len(columns[0]) if columns else 0
    if len(columns) < 2 or height * len(columns) > _SMALL_TABLE:
        return [change(values) for values in columns]
    chunks = [chunk.cast(pa.string()) for values in columns for chunk in values.chunks]
    changed = change(pa.chunked_array([pa.concat_arrays(chunks)] if chunks else [], pa.string())).combine_chunks()
    return [pa.chunked_array([changed.slice(place * height, height)]) for place in range(len(columns))]


def no_skips() -> dict[str, int]:
    """Counts of layout rows, all zero; ``header`` counts repetitions of the header among the data."""
    return {"group": 0, "total": 0, "signature": 0, "blank": 0, "header": 0}
