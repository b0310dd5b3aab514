"""Large deliveries, typed piece by piece: memory stays flat whatever their size.

Only where a row is read by itself: a format whose reader gives a `rest` has no titles and no merged cells.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from sources.door.layout import Mapping, Refusal
from sources.door.receipts import publish_file, temporary_name
from sources.door.window import Window
from sources.formats.base import FormatError
from sources.formats.code_pages import refuse_legacy_table

if TYPE_CHECKING:
    from sources.door.prepare import Prepared

_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")


def typed_in_batches(mapping: Mapping, directory: Path, type_rows: "Callable[[Mapping], Prepared]") -> "Prepared":
    """The delivery typed by `type_rows`, at once when it is small. Raises Refusal."""
    if mapping.raw.rest is None:
        return type_rows(mapping)
    done: list[Prepared] = []
    rows = _new_file(directory)
    writer: pa.ipc.RecordBatchFileWriter | None = None
    try:
        for batch in _batches(mapping):
            typed = type_rows(batch)
            assert typed.rows is not None, "a batch that is typed has rows"
            table = kept_rows(typed.rows)
            typed.rows.unlink()
            writer = writer or pa.ipc.new_file(rows, table.schema, options=_COMPRESSED)
            writer.write_table(table)
            done.append(typed)
        return _joined(done, rows, mapping)
    except FormatError as error:
        # Told with the rows that the file speaks of: none of them is landed.
        raise Refusal(error.reason, mapping.dataset, mapping.raw.height) from error
    except Refusal as refusal:
        raise Refusal(refusal.reason, refusal.dataset, mapping.raw.height) from refusal
    finally:
        if writer is not None:
            writer.close()


def _batches(mapping: Mapping) -> Iterator[Mapping]:
    raw = mapping.raw
    assert raw.rest is not None
    yield replace(mapping, raw=replace(raw, rest=None))
    for rows in raw.rest.tables:
        following = replace(raw, rows=rows, rejects=raw.rejects.slice(0, 0), rest=None)
        refuse_legacy_table(following)
        yield replace(mapping, raw=following)


def _joined(done: "list[Prepared]", rows: Path, mapping: Mapping) -> "Prepared":
    parts = {typed.part for typed in done}
    if len(parts) > 1:
        raise Refusal(
            "tệp lớn gồm dữ liệu của nhiều đơn vị: tên tệp phải nói đơn vị gửi | "
            "a large file with rows of several units: its name must say who sends it",
            mapping.dataset,
            mapping.raw.height,
        )
    excluded: Counter[str] = Counter()
    for typed in done:
        excluded.update(typed.excluded)
    return replace(
        done[0],
        window=_window(done, mapping),
        rows=rows,
        rows_read=sum(typed.rows_read for typed in done),
        rows_landed=sum(typed.rows_landed for typed in done),
        rejects=pa.concat_tables(typed.rejects for typed in done).combine_chunks(),
        excluded=dict(sorted(excluded.items())),
    )


def _window(done: "list[Prepared]", mapping: Mapping) -> Window | None:
    windows = [typed.window for typed in done if typed.window]
    if not windows:
        return None
    if mapping.contract.kind == "snapshot" and len(set(windows)) > 1:
        raise Refusal(
            "tệp có nhiều ngày chốt; mỗi tệp một ngày | the file holds several closing dates; one per file",
            mapping.dataset,
            mapping.raw.height,
        )
    return Window(min(window.start for window in windows), max(window.end for window in windows))


def keep_rows(rows: pa.Table, directory: Path) -> Path:
    """Put typed rows aside until their delivery is decided about; they are written as Parquet only once they land."""
    path = _new_file(directory)
    with pa.ipc.new_file(path, rows.schema, options=_COMPRESSED) as writer:
        writer.write_table(rows.combine_chunks())
    return path


def _new_file(directory: Path) -> Path:
    """An empty file of a name of its own, closed: an inbox may have more files than a process may hold open."""
    with tempfile.NamedTemporaryFile(suffix=".arrow", dir=directory, delete=False) as file:
        return Path(file.name)


def kept_rows(path: Path) -> pa.Table:
    """The rows that `keep_rows` put aside."""
    with pa.ipc.open_file(path) as kept:
        return kept.read_all()


def land_rows(prepared: Path, path: Path, delivery_id: str) -> None:
    """Put the typed rows in their place under the delivery's name, a row group at a time."""
    temporary = temporary_name(path)
    with pa.ipc.open_file(prepared) as source:
        at = source.schema.get_field_index("_delivery_id")
        with pq.ParquetWriter(temporary, source.schema, compression="zstd") as target:
            for number in range(source.num_record_batches):
                rows = pa.Table.from_batches([source.get_batch(number)])
                stamp = pa.repeat(pa.scalar(delivery_id), rows.num_rows)
                target.write_table(rows.set_column(at, "_delivery_id", stamp))
    publish_file(temporary, path)
