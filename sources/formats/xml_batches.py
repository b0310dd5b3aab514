"""Thousands of small documents of one shape read at once into Arrow columns.

The documents are joined into one, each inside an element of ours, and parsed in one call that makes no Python object
per element. The parser is fast and trusting: another element gives no rows, an unread entity is not looked at. So a
document comes here only after a look at its first bytes (``shape_of``), its batch is searched for what the parser
does not check, and afterwards each document must have given the rows it should. Whatever is in doubt goes to
``xml_strict``, one document at a time, and so the outcome of a document never depends on its neighbours.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from xml2arrow import XmlToArrowParser
from xml2arrow.exceptions import Xml2ArrowError

from sources.formats.base import Limits, clean_text
from sources.formats.xml_kinds import ELEMENT_KINDS, ENVELOPE, NOTICE_MARKS, paths_of

_WRAPPER = b"wrapped-document-of-a-batch"
_OPEN, _CLOSE = b"<" + _WRAPPER + b">", b"</" + _WRAPPER + b">"
_ELEMENTS = (b"HDon", b"TKhai", b"TBao", b"DNghi")
_ROOT = re.compile(rb"<(HDon|TKhai|TBao|DNghi|TDiep)(?=[\s>])[^>]*(?<!/)>")
_FIRST_ITEM = re.compile(rb"<DLieu>\s*<(HDon|TKhai|TBao|DNghi)[\s>]")
_ITEM_END = {name: re.compile(rb"</%s>\s*<(/DLieu>|%s[\s>])" % (name, name)) for name in _ELEMENTS}
# A reference that needs care: not one of the five names, nor a number that is plainly an allowed character.
_DOUBTFUL_REFERENCE = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos|#(?:9|1[03]|3[2-9]|[4-9]\d|[1-9]\d{2,3})"
    rb"|#x(?:9|[aAdD]|[2-9a-fA-F][0-9a-fA-F]|[1-9a-fA-F][0-9a-fA-F]{2}|[1-9a-cA-C][0-9a-fA-F]{3}));)"
)


class Shape(NamedTuple):
    """Which document element, and whether inside the envelope."""

    element: str
    enveloped: bool


@dataclass(frozen=True)
class BatchResult:
    """Rows of the documents that were read, and the positions in the batch of those that must be read strictly."""

    positions: np.ndarray  # per row: position of its document in the batch
    items: np.ndarray  # per row: which document of its message, from 0
    kinds: pa.Array
    columns: dict[str, pa.Array]  # by path below the document element
    doubtful: list[int]


def shape_of(data: bytes) -> Shape | None:
    """The shape of a document by its first bytes (the root element's) and its last; None: to be read strictly."""
    root = _ROOT.match(data)
    if root is None or not data.endswith(b"</" + root[1] + b">"):
        return None
    if root[1] != ENVELOPE.encode():
        return Shape(root[1].decode(), False)
    item = _FIRST_ITEM.search(data, root.end())
    if item is None or not _only_items(data, item):
        return None
    return Shape(item[1].decode(), True)


def _only_items(data: bytes, first: re.Match[bytes]) -> bool:
    """True when the envelope holds documents of one element and nothing else.

    The parser passes over an element it was not told of in silence, so a document of another kind would be lost.
    """
    ends = [match[1] == b"/DLieu>" for match in _ITEM_END[first[1]].finditer(data, first.end())]
    if ends[-1:] != [True] or any(ends[:-1]):
        return False
    if len(ends) != data.count(b"</" + first[1]) or b"<!--" in data[: first.start()]:
        return False
    return b"<DLieu" not in data[data.rindex(b"</" + first[1]) :]


def read_batch(shape: Shape, documents: Sequence[bytes], limits: Limits) -> list[tuple[int, BatchResult]]:
    """Results of a batch with the offset of each; a batch that fails is halved until the bad document is alone."""
    if not documents:
        return []
    result = _read(shape, documents, limits)
    if result is not None:
        return [(0, result)]
    if len(documents) == 1:
        return [(0, _nothing(shape, [0]))]
    middle = len(documents) // 2
    left = read_batch(shape, documents[:middle], limits)
    right = read_batch(shape, documents[middle:], limits)
    return [*left, *((offset + middle, part) for offset, part in right)]


def _read(shape: Shape, documents: Sequence[bytes], limits: Limits) -> BatchResult | None:
    # The empty element at the end proves that the parser came as far as that.
    first, *others = documents
    joined = (_CLOSE + _OPEN).join([b"<b>" + _OPEN + first, *others, _CLOSE + b"</b>"])
    if not _plain(joined, documents, limits):
        return None
    if b"\r" in joined:  # XML reads every line end as a line feed; the parser leaves them as they are
        joined = joined.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        tables = _parser(shape).parse(joined)
    except Xml2ArrowError:
        return None
    count = len(documents)
    roots = _index(tables["roots" if shape.enveloped else "items"], "message")
    if tables["messages"].num_rows != count + 1 or not np.array_equal(roots, np.arange(count)):
        return None
    return _judge(shape, tables["items"], count)


def _judge(shape: Shape, table: pa.RecordBatch, count: int) -> BatchResult:
    """Keep the documents that gave rows, each of them with some text and a known kind."""
    positions = _index(table, "message")
    columns = {path: _clean(table.column(path)) for path in paths_of(shape.element)}
    held = np.zeros(table.num_rows, dtype=bool)
    for column in columns.values():
        if held.all():
            break
        held |= column.is_valid().to_numpy(zero_copy_only=False)
    kinds = _kinds(shape, columns, table.num_rows)
    held &= kinds.is_valid().to_numpy(zero_copy_only=False)
    whole = np.ones(count, dtype=bool)
    whole[positions[~held]] = False
    whole &= np.bincount(positions, minlength=count) > 0
    keep = whole[positions]
    firsts = np.searchsorted(positions, positions)  # rows come in document order
    items = np.arange(table.num_rows) - firsts
    mask = pa.array(keep)
    return BatchResult(
        positions=positions[keep],
        items=items[keep],
        kinds=kinds.filter(mask),
        columns={path: column.filter(mask) for path, column in columns.items()},
        doubtful=[int(position) for position in np.flatnonzero(~whole)],
    )


def _clean(column: pa.Array) -> pa.Array:
    if column.null_count == len(column):
        return column  # most invoices relate to no other: nothing to trim in those columns
    return clean_text(pa.chunked_array([column])).combine_chunks()


def _kinds(shape: Shape, columns: dict[str, pa.Array], rows: int) -> pa.Array:
    if shape.element != "TBao":
        return pa.array([ELEMENT_KINDS[shape.element]] * rows, pa.string())
    kinds = pa.nulls(rows, pa.string())
    for kind, marks in reversed(list(NOTICE_MARKS.items())):
        present = np.logical_and.reduce([columns[mark].is_valid().to_numpy(zero_copy_only=False) for mark in marks])
        kinds = pc.if_else(pa.array(present), kind, kinds)
    return kinds


def _nothing(shape: Shape, doubtful: list[int]) -> BatchResult:
    none = np.zeros(0, dtype=np.int64)
    empty = pa.nulls(0, pa.string())
    return BatchResult(none, none, empty, dict.fromkeys(paths_of(shape.element), empty), doubtful)


def _plain(joined: bytes, documents: Sequence[bytes], limits: Limits) -> bool:
    """True when the joined documents hold nothing that the parser would let pass and a strict one would not."""
    if joined.count(_WRAPPER) != 2 * (len(documents) + 1):
        return False
    if b"&" in joined and _DOUBTFUL_REFERENCE.search(joined):
        return False
    letters = np.frombuffer(joined, dtype=np.uint8)
    controls = np.count_nonzero(letters < 0x20)
    if controls and controls != sum(int(np.count_nonzero(letters == ord(space))) for space in "\t\n\r"):
        return False
    try:
        pa.array([joined], pa.binary()).cast(pa.string())  # checks UTF-8 and, unlike bytes.decode, lets others run
    except pa.ArrowInvalid:
        return False
    opening = np.flatnonzero(letters == ord("<"))
    declarations = opening[letters[opening + 1] == ord("!")]  # the last tag is ours, so two bytes follow each
    if not np.isin(letters[declarations + 2], (ord("-"), ord("["))).all():
        return False  # neither a comment nor CDATA
    lengths = np.array([len(document) + len(_OPEN) + len(_CLOSE) for document in documents])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]]) + len(b"<b>")
    return not _deeper_than(limits.depth, letters, opening, starts)


def _deeper_than(limit: int, letters: np.ndarray, opening: np.ndarray, starts: np.ndarray) -> bool:
    """Whether the elements of any one document nest deeper, counted from the tags alone.

    Tags inside comments or CDATA are counted too, within their own document only. This parser does not recurse, so
    depth cannot hurt it: the count only keeps its answer in step with the strict one's.
    """
    following = letters[opening + 1]
    closes = (following == ord("/")).astype(np.int32)
    depth = np.cumsum(1 - 2 * closes - ((following == ord("!")) | (following == ord("?"))))
    wrappers = np.searchsorted(opening, starts)
    if (np.maximum.reduceat(depth, wrappers) - depth[wrappers]).max() <= limit:
        return False
    # So far <element/> counted as opened and never closed.
    closing = np.flatnonzero(letters == ord(">"))
    depth -= np.searchsorted(closing[letters[closing - 1] == ord("/")], opening)
    return bool((np.maximum.reduceat(depth, wrappers) - depth[wrappers]).max() > limit)


def _index(table: pa.RecordBatch, level: str) -> np.ndarray:
    return np.asarray(table.column(f"<{level}>").to_numpy(zero_copy_only=False), dtype=np.int64)


@lru_cache(maxsize=16)
def _parser(shape: Shape) -> XmlToArrowParser:
    """The parser of one shape; the library takes its description only from a file."""
    message = f"/b/{_WRAPPER.decode()}"
    parent = f"{message}/{ENVELOPE}/DLieu" if shape.enveloped else message
    levels = ["message", "root", "item"] if shape.enveloped else ["message", "root"]

    def text(name: str, path: str) -> dict[str, str | bool]:
        return {"name": name, "xml_path": path, "data_type": "Utf8", "nullable": True}

    fields = [text(path, f"{parent}/{shape.element}/{path}") for path in paths_of(shape.element)]
    tables = [
        {"name": "messages", "xml_path": "/b", "levels": ["message"], "fields": [text("x", f"{message}/@x")]},
        {"name": "items", "xml_path": parent, "levels": levels, "fields": fields},
    ]
    if shape.enveloped:
        root = [text("x", f"{message}/{ENVELOPE}/@x")]
        tables.append({"name": "roots", "xml_path": message, "levels": ["message", "root"], "fields": root})
    with tempfile.TemporaryDirectory() as folder:
        description = Path(folder) / "shape.yml"
        description.write_text(yaml.safe_dump({"tables": tables}), encoding="utf-8")
        return XmlToArrowParser(description)
