"""Parquet deliveries: columns of texts, as a pull from a database writes them; read piece by piece, however large."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sources.formats.base import (
    LABEL,
    ROW_NUMBER,
    FormatError,
    Limits,
    RawTable,
    Rest,
    clean_text,
    empty_rejects,
    no_skips,
    unique_names,
)
from sources.formats.limits import check_size
from sources.formats.sniff import refuse_other_container

BATCH_ROWS = 50_000
_BATCH_BYTES = 256_000_000
"""The most text of one batch: a dictionary may say one long text for every row."""
_RATIO_FLOOR = 4 * 1024 * 1024
_UNREADABLE = (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError)


def read_parquet(path: Path, limits: Limits) -> RawTable:
    """The first rows as text, and behind `rest` the others.

    Row numbers count rows from 1. A file that is damaged further on raises FormatError when its rest is read.
    """
    check_size(path, limits)
    with path.open("rb") as handle:
        refuse_other_container(handle.read(64 * 1024), "parquet")
    try:
        names = _text_columns(pq.read_schema(path), limits)
        # What repeats stays a dictionary until its size as text is known.
        file = pq.ParquetFile(
            path, read_dictionary=names, pre_buffer=False, buffer_size=1 << 20, page_checksum_verification=True
        )
    except _UNREADABLE as error:
        raise _damaged(error) from error
    _check_contents(file, path, limits)
    height = file.metadata.num_rows
    tables = _tables(file, names, limits)
    first = next(tables, None)
    if first is None:
        first = _numbered([pa.chunked_array([], pa.string()) for _ in names], 1)
    rest = Rest(height - first.num_rows, tables) if height > first.num_rows else None
    return RawTable(unique_names(names), first, "", no_skips(), empty_rejects(), rest)


def _damaged(error: Exception) -> FormatError:
    first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
    return FormatError(
        f"Tệp Parquet bị hỏng hoặc chưa ghi xong: {first_line} | "
        f"The Parquet file is damaged or was cut short: {first_line}"
    )


def _text_columns(schema: pa.Schema, limits: Limits) -> list[str]:
    names = list(schema.names)
    if len(names) > limits.columns:
        raise FormatError(
            f"Tệp có {len(names)} cột, vượt giới hạn {limits.columns} | "
            f"The file has {len(names)} columns, over the limit of {limits.columns}"
        )
    others = [field.name for field in schema if not _is_text(field.type)]
    if others:
        told = ", ".join(others[:10])
        raise FormatError(f"Cột không phải dạng chữ: {told} | Columns that are no text: {told}")
    return names


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _check_contents(file: pq.ParquetFile, path: Path, limits: Limits) -> None:
    metadata = file.metadata
    if metadata.num_rows > limits.rows:
        raise FormatError(
            f"Tệp có {metadata.num_rows} dòng, vượt giới hạn {limits.rows} | "
            f"The file has {metadata.num_rows} rows, over the limit of {limits.rows}"
        )
    unpacked = sum(metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups))
    if unpacked > limits.unpacked:
        raise _too_large(limits.unpacked)
    if unpacked > _RATIO_FLOOR and unpacked > limits.ratio * path.stat().st_size:
        raise FormatError(
            f"Tệp nén quá {limits.ratio} lần (nghi bom nén) | "
            f"The file unpacks more than {limits.ratio} times (a decompression bomb?)"
        )


def _too_large(limit: int) -> FormatError:
    return FormatError(
        f"Nội dung giải nén vượt giới hạn {limit} byte | The unpacked content is over the limit of {limit} bytes"
    )


def _tables(file: pq.ParquetFile, names: list[str], limits: Limits) -> Iterator[pa.Table]:
    """All rows, at most BATCH_ROWS at a time. Raises FormatError."""
    come, size = 0, 0
    try:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
            texts = sum(_bytes_of(column) for column in batch.columns)
            size += texts
            if texts > _BATCH_BYTES or size > limits.unpacked:
                raise _too_large(min(_BATCH_BYTES, limits.unpacked))
            columns = [pa.chunked_array([column.cast(pa.string())]) for column in batch.columns]
            for column in columns:
                column.validate(full=True)
            yield _numbered([clean_text(column) for column in columns], come + 1)
            come += batch.num_rows
    except _UNREADABLE as error:
        raise _damaged(error) from error
    if come != file.metadata.num_rows:
        raise FormatError(
            f"Tệp nói có {file.metadata.num_rows} dòng, đọc được {come} | "
            f"The file speaks of {file.metadata.num_rows} rows, {come} were read"
        )


def _bytes_of(column: pa.Array) -> int:
    """How many bytes a column has as texts."""
    if isinstance(column, pa.DictionaryArray):
        lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
        return pc.sum(lengths.cast(pa.int64())).as_py() or 0
    return int(column.nbytes)


def _numbered(columns: list[pa.ChunkedArray], first: int) -> pa.Table:
    table = pa.table(columns, names=[f"c{place}" for place in range(len(columns))])
    numbers = pa.array(range(first, first + table.num_rows), pa.int64())
    return table.append_column(ROW_NUMBER, numbers).append_column(LABEL, pa.nulls(table.num_rows, pa.string()))
