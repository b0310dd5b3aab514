"""Where the records of a JSON text stand: its bytes scanned once (numpy) for depth and the record list's borders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sources.formats.base import FormatError, Limits

_OPEN, _CLOSE, _COMMA, _COLON, _QUOTE, _DOT = 1, 2, 3, 4, 5, 6
_CLASSES = np.zeros(256, dtype=np.uint8)
for _letters, _class in (
    (b"[{", _OPEN),
    (b"]}", _CLOSE),
    (b",", _COMMA),
    (b":", _COLON),
    (b'"', _QUOTE),
    (b".eE", _DOT),
):
    for _letter in _letters:
        _CLASSES[_letter] = _class
_NUMBER = np.zeros(256, dtype=bool)
for _letter in b"0123456789+-.eE":
    _NUMBER[_letter] = True
_MAX_CANDIDATES = 1_000
_LONGEST_NUMBER = 400


@dataclass(frozen=True)
class Structure:
    """Marks of the text that stand outside strings: places, classes, and the depth after each."""

    data: np.ndarray
    places: np.ndarray
    classes: np.ndarray
    depths: np.ndarray


def _hidden_escapes(data: bytes) -> bytes:
    """The same length of text without escaped quotes, so that each quote begins or ends a string."""
    return data.replace(b"\\\\", b"__").replace(b'\\"', b"__") if b"\\" in data else data


def _marks(data: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Places and classes of the marks outside strings (quotes that open a string included)."""
    classes = _CLASSES[np.frombuffer(_hidden_escapes(data), dtype=np.uint8)]
    places = np.flatnonzero(classes)
    classes = classes[places]
    quotes = classes == _QUOTE
    inside = (np.cumsum(quotes, dtype=np.int32) & 1).astype(bool)
    if len(inside) and inside[-1]:
        raise _truncated()
    # Of a string only its opening quote remains: after a mark is counted, the closing one is outside.
    keep = (~inside & ~quotes) | (inside & quotes)
    return places[keep], classes[keep]


def quote_decimals(data: bytes) -> bytes:
    """Put decimal numbers in quotes, so that "1.10" or 19 digits stay as the file has them."""
    places, classes = _marks(data)
    dots = places[classes == _DOT]
    if len(dots) == 0:
        return data
    letters = np.frombuffer(data, dtype=np.uint8)
    digits = letters[dots - 1]
    dots = dots[(digits >= 48) & (digits <= 57)]  # the "e" of true and false follows a letter
    if len(dots) == 0:
        return data
    starts, ends = dots.copy(), dots.copy()
    moving = np.ones(len(dots), dtype=bool)
    for _ in range(_LONGEST_NUMBER):
        moving &= _NUMBER[letters[np.maximum(starts - 1, 0)]] & (starts > 0)
        if not moving.any():
            break
        starts[moving] -= 1
    reached = moving.any()
    moving = np.ones(len(dots), dtype=bool)
    for _ in range(_LONGEST_NUMBER):
        moving &= _NUMBER[letters[np.minimum(ends, len(letters) - 1)]] & (ends < len(letters))
        if not moving.any():
            break
        ends[moving] += 1
    if reached or moving.any():
        raise FormatError(
            f"Tệp JSON có số dài hơn {_LONGEST_NUMBER} chữ số | "
            f"The JSON file has a number longer than {_LONGEST_NUMBER} digits"
        )
    borders = np.concatenate([np.unique(starts), np.unique(ends)])
    return bytes(np.insert(letters, borders, ord('"')).tobytes())


def scan(data: bytes, limits: Limits) -> Structure:
    """The structure of a whole JSON text; FormatError when it is cut short, too deep or not one value."""
    places, classes = _marks(data)
    steps = (classes == _OPEN).astype(np.int32) - (classes == _CLOSE).astype(np.int32)
    depths = np.cumsum(steps, dtype=np.int32)
    deepest = int(depths.max(initial=0))
    if deepest > limits.depth:
        raise FormatError(
            f"JSON lồng nhau {deepest} tầng, vượt giới hạn {limits.depth} | "
            f"The JSON is nested {deepest} deep, over the limit of {limits.depth}"
        )
    if len(depths) == 0 or depths[-1] != 0 or depths.min() < 0:
        raise _truncated()
    finished = np.flatnonzero(depths == 0)
    if finished[0] != len(depths) - 1 or places[-1] != len(data) - 1:
        raise FormatError(
            "Sau nội dung JSON còn dữ liệu khác (có thể là nhiều tệp nối nhau) | "
            "There is more after the JSON content (perhaps several files joined)"
        )
    return Structure(np.frombuffer(data, dtype=np.uint8), places, classes, depths)


def _truncated() -> FormatError:
    return FormatError(
        "Tệp JSON bị cắt cụt hoặc thiếu dấu đóng ngoặc; hãy tải lại | "
        "The JSON file is cut short or a bracket is not closed; download it again"
    )


def _named_lists(structure: Structure) -> dict[str, tuple[int, int]]:
    """Of each list in the root object, or one envelope deep: its opening mark and depth, by name."""
    opens = structure.classes == _OPEN
    letters = structure.data[structure.places]
    parents = np.flatnonzero(opens & (structure.depths == 2))
    found: dict[str, tuple[int, int]] = {}
    for depth in (2, 3):  # a list in the root object stands at depth 2, in an envelope at depth 3
        starts = np.flatnonzero(opens & (structure.depths == depth) & (letters == ord("[")))
        if depth == 3:  # an envelope is an object; a list in a list is no list of records
            starts = starts[letters[parents[np.searchsorted(parents, starts) - 1]] == ord("{")]
        for start in starts[:_MAX_CANDIDATES]:
            name = _key_before(structure, int(start))
            if name is not None:
                found.setdefault(name, (int(start), depth))
    return found


def single_record(structure: Structure, records: Sequence[str], single: Sequence[str]) -> pa.Array | None:
    """The one record of an answer that has no list of records; None when it has one, or no such record."""
    letters = structure.data[structure.places]
    if letters[0] == ord("[") or _named_lists(structure).keys() & set(records):
        return None
    objects = np.flatnonzero((structure.classes == _OPEN) & (structure.depths == 2) & (letters == ord("{")))
    found = {_key_before(structure, int(start)): int(start) for start in objects[:_MAX_CANDIDATES]}
    for name in single:
        start = 0 if name == "." else found.get(name)
        if start is not None:
            end = start + 1 + int(np.argmax(structure.depths[start + 1 :] == structure.depths[start] - 1))
            first, last = int(structure.places[start]), int(structure.places[end])
            return pa.array([structure.data[first : last + 1].tobytes().decode("utf-8")], pa.large_string())
    return None


def list_place(structure: Structure, records: Sequence[str]) -> tuple[int, int]:
    """Marks (indices) of the opening and closing bracket of the record list."""
    if structure.data[structure.places[0]] == ord("["):
        return 0, len(structure.places) - 1
    found = _named_lists(structure)
    for name in records:
        if name in found:
            start, depth = found[name]
            later = structure.depths[start + 1 :] == depth - 1
            return start, start + 1 + int(np.argmax(later))
    listed, lists = ", ".join(records), ", ".join(found) or "-"
    raise FormatError(
        f"Không thấy danh sách bản ghi ({listed}); tệp chỉ có các danh sách: {lists} | "
        f"No list of records ({listed}); the lists in the file are: {lists}"
    )


def _key_before(structure: Structure, mark: int) -> str | None:
    if mark < 2 or structure.classes[mark - 1] != _COLON or structure.classes[mark - 2] != _QUOTE:
        return None
    text = structure.data[structure.places[mark - 2] : structure.places[mark - 1]].tobytes()
    try:
        name = json.loads(text)
    except ValueError:
        return None
    return name if isinstance(name, str) else None


def records_of(structure: Structure, start: int, end: int) -> pa.Array:
    """The list's elements as a column of JSON texts, cut at the commas of its own depth."""
    depth = int(structure.depths[start])
    marks = slice(start + 1, end)
    commas = structure.places[marks][(structure.classes[marks] == _COMMA) & (structure.depths[marks] == depth)]
    first, last = int(structure.places[start]) + 1, int(structure.places[end])
    body = structure.data[first:last].copy()
    if not body.tobytes().strip():
        return pa.array([], pa.large_string())
    body[commas - first] = ord(" ")
    offsets = np.concatenate([[0], commas - first, [len(body)]]).astype(np.int64)
    return pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(body))
