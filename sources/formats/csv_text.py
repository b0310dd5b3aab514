"""CSV files: UTF-8 or windows-1258, comma, semicolon or tab, title lines above the header allowed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from sources.formats.base import REJECTS_SCHEMA, FormatError, Limits, RawTable, at_once, clean_text
from sources.formats.code_pages import sample
from sources.formats.layout import HEAD_ROWS, Header, body_table, find_header, header_missing, title_text
from sources.formats.sniff import decode, read_bytes, refuse_other_container

_SEPARATORS = (",", ";", "\t")
_HEAD_CHARACTERS = 1024 * 1024
_BLOCK = 8 * 1024 * 1024
_MOST_LINES = 20  # in one field of a file whose quotes do not pair


def read_csv(path: Path, wanted: frozenset[str], limits: Limits) -> RawTable:
    """Rows of a CSV file as text.

    Row numbers count records from the file's first line (a quoted field may hold line ends). A
    record with more or fewer fields than the header is not guessed at: it goes to ``rejects`` with
    rule ``wrong_column_count`` and its text.
    """
    data = read_bytes(path, limits)
    refuse_other_container(data[: 64 * 1024], "csv")
    text = decode(data)
    del data
    if "\n" not in text and "\r" in text:
        text = text.replace("\r", "\n")  # line ends of old Macintosh programs
    separator, head, header, lines = _find(text, wanted)
    width = max(len(header.names), 1)
    if width > limits.columns:
        raise FormatError(
            f"Tệp có {width} cột, vượt giới hạn {limits.columns} | "
            f"The file has {width} columns, over the limit of {limits.columns}"
        )
    columns, refused = _parse(text, separator, lines, width)
    height = len(columns[0]) + len(refused)
    if height > limits.rows:
        raise FormatError(
            f"Tệp có {height} dòng, vượt giới hạn {limits.rows} | "
            f"The file has {height} rows, over the limit of {limits.rows}"
        )
    # Arrow numbers a refused record as the skipped lines plus its place; ours start at header.end.
    wrong = np.array([row.number - lines + header.end for row in refused], dtype=np.int64)
    numbers = np.setdiff1d(np.arange(header.end + 1, header.end + 1 + height, dtype=np.int64), wrong)
    rejects = pa.table(
        {
            "_row_number": pa.array(wrong, pa.int64()),
            "_label": pa.nulls(len(refused), pa.string()),
            "rule": pa.array(["wrong_column_count"] * len(refused), pa.string()),
            "column": pa.nulls(len(refused), pa.string()),
            "expected": pa.array([f"{row.expected_columns} cột | columns" for row in refused], pa.string()),
            "text": pa.array([row.text for row in refused], pa.string()),
        },
        schema=REJECTS_SCHEMA,
    )
    clean = at_once(columns, clean_text)
    return body_table(clean, numbers, header, title_text(head[: header.start]), rejects)


def _find(text: str, wanted: frozenset[str]) -> tuple[str, list[list[str | None]], Header, int]:
    """The separator under which the header is best recognised, the first rows, the header, and how
    many lines of the file end with the header."""
    best: tuple[int, str, list[list[str | None]], Header, list[int]] | None = None
    start = text[:_HEAD_CHARACTERS]
    for separator in _SEPARATORS:
        head, ends = _head(start, separator)
        header = find_header(head, wanted)
        if header is not None and (best is None or len(header.matched) > best[0]):
            best = (len(header.matched), separator, head, header, ends)
    if best is None:
        if not text.strip():
            raise FormatError("Tệp không có nội dung | The file has no content")
        raise header_missing(wanted, [sample(text)])
    _, separator, head, header, ends = best
    return separator, head, header, ends[header.end - 1]


def _head(sample: str, separator: str) -> tuple[list[list[str | None]], list[int]]:
    """The first records, and the number of the line on which each ends."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    rows: list[list[str | None]] = []
    ends: list[int] = []
    try:
        for record in reader:
            rows.append([cell.strip() or None for cell in record])
            ends.append(reader.line_num)
            if len(rows) >= HEAD_ROWS + 5:
                break
    except csv.Error:
        # A field without end within the sample: what was read so far is enough to look for a header.
        pass
    return rows, ends


def _parse(
    text: str, separator: str, skip: int, width: int
) -> tuple[list[pa.ChunkedArray], list[arrow_csv.InvalidRow]]:
    refused: list[arrow_csv.InvalidRow] = []

    def keep_refused(row: arrow_csv.InvalidRow) -> str:
        refused.append(row)
        return "skip"

    names = [f"c{position}" for position in range(width)]
    encoded = text.encode("utf-8")
    if not encoded.endswith(b"\n"):
        encoded += b"\n"
    if encoded.count(b"\n") <= skip:
        return [pa.chunked_array([], pa.string())] * width, refused
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(encoded),
            # One thread: only then does Arrow number the records it refuses.
            read_options=arrow_csv.ReadOptions(
                use_threads=False, skip_rows=skip, column_names=names, block_size=_BLOCK
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator,
                newlines_in_values=b'"' in encoded,
                ignore_empty_lines=False,
                invalid_row_handler=keep_refused,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in names}, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        raise FormatError(
            f"Tệp CSV bị hỏng, có thể do dấu ngoặc kép không đóng: {error} | "
            f"The CSV file is damaged, perhaps a quote that never ends: {error}"
        ) from error
    columns = table.columns
    _refuse_open_quote(columns, refused, encoded)
    return columns, refused


def _refuse_open_quote(columns: list[pa.ChunkedArray], refused: list[arrow_csv.InvalidRow], encoded: bytes) -> None:
    """A quote that never ends swallows the rest of the file into one field: nothing must be lost so."""
    if encoded.count(b'"') % 2 == 0:
        return
    texts = [*columns, pa.chunked_array([[row.text for row in refused]], pa.string())]
    if max(pc.max(pc.count_substring(values, "\n")).as_py() or 0 for values in texts) > _MOST_LINES:
        raise FormatError("Tệp CSV có dấu ngoặc kép không đóng | The CSV file has a quote that never ends")
