"""Where the header of an office table is, and which of its rows are not data.

Only the first rows are looked at one by one; the classification of the body is columnar. A row is
taken out only when it can be nothing else (a row of one text, a roman numeral with one text, a
"Tổng cộng" row, the block of signatures at the end); whatever is in doubt stays a data row, so
that the door rejects it in the open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sources.formats.base import (
    BLOCK,
    GROUP,
    LABEL,
    ROW_NUMBER,
    FormatError,
    RawTable,
    collapse,
    empty_rejects,
    fold,
    no_skips,
    unique_names,
)
from sources.formats.code_pages import recognise, refusal

HEAD_ROWS = 40
_MAX_HEADER_ROWS = 4
_STT_NAMES = frozenset({"stt", "tt", "so tt", "so thu tu", "#", "no", "no."})
_NUMBERING = re.compile(r"^\(?(\d{1,3}|[A-Za-zĐđ])\)?\s*(=.*)?$")

# RE2 patterns (pyarrow). Written with accents on purpose: "Tổng công ty" is no total.
_TOTAL_WHOLE = (
    r"(?i)^(tổng cộng|tổng số|tổng|cộng chung|tổng chung|cộng|lũy kế|luỹ kế|tong cong|tong so|tong|cong|"
    r"grand total|subtotal|total)\s*[:.]*$"
)
_TOTAL_START = r"(?i)^(tổng cộng|tổng số|cộng)[\s:(]"
_TOTAL_LIKE = r"(?i)^(tổng|cộng|lũy kế|luỹ kế|tong|cong|grand total|subtotal|total)"
_OUTLINE = r"^([IVXLC]+(\.\d+)*|[A-ZĐ])[.)]?$"
_OUTLINE_PREFIX = r"^([IVXLC]+(\.\d+)*|[A-ZĐ]|\d+)[.)]\s+"
_SIGNATURE = (
    r"(?i)^(người lập|nguoi lap|thủ trưởng|thu truong|(kt|tm|tl|tuq|q)\.|giám đốc|phó giám đốc|chủ tịch|phó chủ tịch|"
    r"kế toán|chánh văn phòng|trưởng phòng|nơi nhận|xác nhận của|đại diện|\(?ký,? |"
    r"(.{2,40}, )?ngày .{1,6} tháng .{1,6} năm)"
)

_LETTER = r"[A-Za-z\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{24f}\x{1e00}-\x{1eff}]"
"""A Latin letter, with or without marks; a search for any letter at all costs forty times as much to prepare."""

_DATA, _BLANK, _GROUP, _TOTAL, _SIGNED, _HEADER = 0, 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Header:
    """The header block found: ``start`` is its first row (0-based), ``end`` the first row after."""

    start: int
    end: int
    names: tuple[str, ...]
    leaves: tuple[str | None, ...]
    matched: tuple[int, ...]


def find_header(head: Sequence[Sequence[str | None]], wanted: frozenset[str]) -> Header | None:
    """The row, or block of up to four rows, naming the most wanted columns (two at least, or all)."""
    best: tuple[int, int, int] | None = None
    # A match needs its leaf among the wanted names: rows of data hold none, so nearly every block is passed over.
    leaves = wanted | {name.rsplit("/", 1)[-1] for name in wanted}
    possible = [sum(fold(cell) in leaves for cell in row if cell) for row in head]
    for start in range(min(len(head), HEAD_ROWS)):
        for height in range(1, _MAX_HEADER_ROWS + 1):
            block = head[start : start + height]
            if len(block) < height or not any(block[-1]):
                break
            most = sum(possible[start : start + height])
            if not most or (best is not None and most < -best[0]):
                continue
            found = {name for name in _shown(_paths(block), wanted) if fold(name) in wanted}
            candidate = (-len({fold(name) for name in found}), start + height, height)
            if best is None or candidate < best:
                best = candidate
    if best is None or -best[0] < max(1, min(2, len(wanted))):
        return None
    _, end, height = best
    start = end - height
    while end < len(head) and end - start < _MAX_HEADER_ROWS and _continues(head[start:end], head[end]):
        end += 1
    paths = _paths(head[start:end])
    shown = _shown(paths, wanted)
    matched = tuple(position for position, name in enumerate(shown) if fold(name) in wanted)
    _refuse_repeated(shown, matched, start + 1)
    if end < len(head) and _is_numbering(head[end]):
        end += 1
    return Header(start, end, unique_names(shown), tuple(path[-1] if path else None for path in paths), matched)


def header_missing(wanted: frozenset[str], texts: Iterable[str]) -> FormatError:
    """The error when no row of the file names the contract's columns.

    `texts` are what the file says instead: an old code page makes every header unknown, and is the better reason.
    """
    if found := recognise(texts):
        return refusal(found)
    sample = ", ".join(sorted(wanted)[:8])
    return FormatError(
        f"Không tìm thấy dòng tiêu đề trong {HEAD_ROWS} dòng đầu (cần các cột như: {sample}) | "
        f"No header row within the first {HEAD_ROWS} rows (columns such as: {sample} are needed)"
    )


def title_text(rows: Sequence[Sequence[str | None]]) -> str:
    """Title rows and notes, one line each."""
    lines = [" ".join(dict.fromkeys(collapse(cell) for cell in row if cell)) for row in rows]
    return "\n".join(line for line in lines if line)


def _paths(block: Sequence[Sequence[str | None]]) -> list[list[str]]:
    """Group and leaf names of each column of a header block; a merged group reaches to the right."""
    width = max((len(row) for row in block), default=0)
    cells = [[collapse(cell) if cell else "" for cell in row] + [""] * (width - len(row)) for row in block]
    carried = [""] * len(cells)
    paths: list[list[str]] = []
    for column in range(width):
        path: list[str] = []
        for level, row in enumerate(cells):
            below = any(lower[column] for lower in cells[level + 1 :])
            if row[column]:
                # A cell with nothing below it is a leaf merged downwards: it ends the group before it.
                carried[level:] = [row[column] if below else ""] + [""] * (len(cells) - level - 1)
                path.append(row[column])
            elif below and carried[level]:
                path.append(carried[level])
            elif not below:
                carried[level] = ""
        paths.append([name for place, name in enumerate(path) if place == 0 or name != path[place - 1]])
    return paths


def _shown(paths: Sequence[Sequence[str]], wanted: frozenset[str]) -> list[str]:
    """Each column's name: the longest ending of "Group/Leaf" that is wanted, else all of it."""
    names: list[str] = []
    for path in paths:
        endings = ["/".join(path[start:]) for start in range(len(path))]
        names.append(next((name for name in endings if fold(name) in wanted), endings[0] if endings else ""))
    # A leaf that stands under several groups says too little: all of its columns keep their groups.
    folded = [fold(name) for name in names]
    return [
        "/".join(path) if len(path) > 1 and folded.count(fold(name)) > 1 else name
        for path, name in zip(paths, names, strict=True)
    ]


def _continues(block: Sequence[Sequence[str | None]], row: Sequence[str | None]) -> bool:
    """Whether a row still belongs to the header: it names only what the rows above leave open."""
    if not any(row) or not any(block[-1]):
        return False
    named = [any(position < len(above) and above[position] for above in block) for position in range(len(row))]
    opened = sum(1 for position, cell in enumerate(row) if cell and not named[position])
    beside = [position for position, cell in enumerate(row) if not cell and named[position]]
    return opened > 0 and len(beside) > 0 and not any(cell.isdigit() for cell in row if cell)


def _is_numbering(row: Sequence[str | None]) -> bool:
    """The row "(1) (2) (3)" or "A B 1 2" that forms carry under the header."""
    cells = [collapse(cell) for cell in row if cell]
    found = [_NUMBERING.match(cell) for cell in cells]
    bracketed = all(cell.startswith("(") for cell in cells)
    if len(cells) < (2 if bracketed else 4) or not all(found):
        return False
    numbers = [int(match[1]) for match in found if match is not None and match[1].isdigit()]
    return bool(numbers) and numbers == list(range(1, len(numbers) + 1)) and len(numbers) * 2 >= len(cells)


def _refuse_repeated(names: Sequence[str], matched: Sequence[int], row: int) -> None:
    seen: set[str] = set()
    for position in matched:
        name = fold(names[position])
        if name in seen:
            raise FormatError(
                f"Cột «{names[position]}» có hai lần ở dòng tiêu đề; hãy bỏ bớt một cột | "
                f"Column '{names[position]}' stands twice in the header; remove one",
                row=row,
                column=names[position],
            )
        seen.add(name)


def body_table(
    columns: Sequence[pa.ChunkedArray],
    row_numbers: np.ndarray,
    header: Header,
    title: str,
    rejects: pa.Table | None = None,
) -> RawTable:
    """Data rows of cleaned text columns (body only), with the layout rows taken out and counted."""
    keep = [
        position
        for position, values in enumerate(columns)
        if (position < len(header.leaves) and header.leaves[position]) or values.null_count < len(values)
    ]
    names = [header.names[position] if position < len(header.names) else "" for position in keep]
    unnamed = [name if name else f"column_{position + 1}" for position, name in zip(keep, names, strict=True)]
    table = pa.table([columns[position] for position in keep], names=[f"c{place}" for place in range(len(keep))])
    leaves = [header.leaves[position] if position < len(header.leaves) else None for position in keep]
    matched = [place for place, position in enumerate(keep) if position in header.matched]
    kinds, groups = _kinds(table, leaves, matched)
    counts = np.bincount(kinds, minlength=6)
    skipped = no_skips() | {
        "blank": int(counts[_BLANK]),
        "group": int(counts[_GROUP]),
        "total": int(counts[_TOTAL]),
        "signature": int(counts[_SIGNED]),
        "header": int(counts[_HEADER]),
    }
    data = pa.array(kinds == _DATA)
    group_place = pa.array(np.cumsum(kinds == _GROUP) - 1)
    group_place = pc.if_else(pc.less(group_place, 0), pa.scalar(None, pa.int64()), group_place)
    # A blank row parts nothing: a page break may leave one inside a merged cell.
    block = np.cumsum(np.isin(kinds, (_GROUP, _TOTAL, _SIGNED, _HEADER)))
    full = (
        table.append_column(ROW_NUMBER, pa.array(row_numbers, pa.int64()))
        .append_column(LABEL, pa.nulls(len(table), pa.string()))
        .append_column(GROUP, groups.take(group_place))
        .append_column(BLOCK, pa.array(block, pa.int64()))
    )
    return RawTable(
        unique_names(unnamed), full.filter(data), title, skipped, empty_rejects() if rejects is None else rejects
    )


def _kinds(table: pa.Table, leaves: Sequence[str | None], matched: Sequence[int]) -> tuple[np.ndarray, pa.Array]:
    """What each row is, and the texts of the group rows in order."""
    height, width = len(table), table.num_columns
    kinds = np.zeros(height, dtype=np.int8)
    no_groups = pa.array([], pa.string())
    if height == 0 or width == 0:
        return kinds, no_groups
    columns = table.columns
    filled = np.zeros(height, dtype=np.int16)
    for values in columns:
        filled += values.is_valid().to_numpy()
    first = pc.coalesce(*columns)
    sparse = (filled <= max(1, min(4, width // 2))) & (filled < width)
    outline = _true(pc.match_substring_regex(columns[0], _OUTLINE))
    candidate = sparse | outline | _true(pc.match_substring_regex(first, _TOTAL_LIKE))
    kinds[_repeats_header(columns, leaves, matched, height)] = _HEADER
    kinds[filled == 0] = _BLANK
    candidate &= kinds == _DATA
    places = np.flatnonzero(candidate)
    if len(places) == 0:
        return kinds, no_groups
    few = table.take(pa.array(places)).combine_chunks()
    kinds[places] = _candidate_kinds(few, filled[places], outline[places], leaves)
    _mark_signatures(kinds, sparse, few, places)
    grouped = pa.array(kinds[places] == _GROUP)
    second = few.column(1) if width > 1 else few.column(0)
    text = pc.if_else(pa.array(outline[places] & (filled[places] > 1)), second, pc.coalesce(*few.columns))
    text = pc.replace_substring_regex(text, _OUTLINE_PREFIX, "")
    return kinds, pa.chunked_array(text).filter(grouped).combine_chunks() if len(few) else no_groups


def _candidate_kinds(
    few: pa.Table, filled: np.ndarray, outline: np.ndarray, leaves: Sequence[str | None]
) -> np.ndarray:
    """Kinds of the rows that might be layout; what is in doubt is data."""
    width = few.num_columns
    first = pc.coalesce(*few.columns)
    letters = _matches(few, _LETTER)
    texts = letters.sum(axis=0, dtype=np.int16)
    numbered = leaves[0] is None or fold(leaves[0]) in _STT_NAMES
    valid = np.stack([values.is_valid().to_numpy() for values in few.columns])
    has_text = np.take_along_axis(letters, valid.argmax(axis=0)[np.newaxis], axis=0)[0]
    leading = valid[:2].any(axis=0)
    second_text = letters[1] if width > 1 else np.zeros(len(few), dtype=bool)
    kinds = np.zeros(len(few), dtype=np.int8)
    if width >= 3:
        kinds[(filled == 1) & leading & has_text] = _GROUP
        if numbered:
            kinds[outline & second_text & (texts == 2)] = _GROUP
    if numbered and leaves[0] is not None:  # a form's line with its number and nothing else
        only_number = (filled == 1) & valid[0] & ~has_text
        kinds[only_number] = _BLANK
    second = few.column(1) if width > 1 else few.column(0)
    label = pc.if_else(pa.array(outline & second_text & numbered), second, first)
    whole = _true(pc.match_substring_regex(label, _TOTAL_WHOLE))
    started = _true(pc.match_substring_regex(label, _TOTAL_START)) & (texts - outline.astype(np.int16) <= 1)
    kinds[whole | started] = _TOTAL
    return kinds


def _mark_signatures(kinds: np.ndarray, sparse: np.ndarray, few: pa.Table, places: np.ndarray) -> None:
    """The block of signatures: from the first such words after the last full data row to the end."""
    full_rows = np.flatnonzero((kinds == _DATA) & ~sparse)
    last = int(full_rows[-1]) if len(full_rows) else -1
    possible = np.flatnonzero(sparse[places] & (places > last))
    if len(possible) == 0:
        return
    said = _matches(few.take(pa.array(possible)).combine_chunks(), _SIGNATURE).any(axis=0)
    starts = places[possible[said]]
    if len(starts):
        tail = kinds[starts[0] :]
        tail[tail != _BLANK] = _SIGNED


def _repeats_header(
    columns: Sequence[pa.ChunkedArray], leaves: Sequence[str | None], matched: Sequence[int], height: int
) -> np.ndarray:
    """Rows that repeat the header, as hand-merged files and page breaks leave them."""
    if len(matched) < 2:
        return np.zeros(height, dtype=bool)
    same = np.ones(height, dtype=bool)
    for place in matched[:2]:
        same &= _true(pc.equal(columns[place], leaves[place]))
    return same


def _matches(table: pa.Table, pattern: str) -> np.ndarray:
    """Which cells match, columns by rows; in one go, because compiling a pattern costs more than a small file."""
    cells = pa.concat_arrays([values for column in table.columns for values in column.chunks])
    return _true(pc.match_substring_regex(cells, pattern)).reshape(table.num_columns, len(table))


def _true(mask: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """A Boolean Arrow column as numpy, null as false."""
    return np.asarray(pc.fill_null(mask, False).to_numpy(zero_copy_only=False), dtype=bool)
