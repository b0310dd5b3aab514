"""The receipt of every delivery the door saw: the one table that says what is in the landing.

It is written last, so that a row file left by a crash is invisible.
"""

import os
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA = pa.schema(
    [
        ("delivery_id", pa.string()),
        ("source_code", pa.string()),
        ("dataset", pa.string()),
        ("part", pa.string()),
        ("file_name", pa.string()),
        ("window_start", pa.date32()),
        ("window_end", pa.date32()),
        ("received_at", pa.timestamp("us")),
        ("file_modified_at", pa.timestamp("us")),
        ("sha256", pa.string()),
        ("contract_hash", pa.string()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("rows_read", pa.int64()),
        ("rows_landed", pa.int64()),
        ("rows_rejected", pa.int64()),
        ("rows_excluded", pa.int64()),
        ("excluded_by_rule", pa.string()),
        ("rejected_by_rule", pa.string()),
        ("kind", pa.string()),
        ("landing_path", pa.string()),
        ("origin", pa.string()),
        ("key_fingerprint", pa.string()),
    ]
)


@dataclass(frozen=True)
class Receipt:
    """One delivery as the door took or refused it; rows_read = rows_landed + rows_rejected + rows_excluded."""

    delivery_id: str
    source_code: str
    dataset: str
    part: str
    file_name: str
    window_start: date | None
    window_end: date | None
    received_at: datetime
    file_modified_at: datetime | None
    sha256: str
    contract_hash: str
    outcome: str
    reason: str
    rows_read: int
    rows_landed: int
    rows_rejected: int
    rows_excluded: int
    excluded_by_rule: str
    rejected_by_rule: str
    kind: str
    landing_path: str
    origin: str
    key_fingerprint: str

    @property
    def place(self) -> tuple[str, str, str, date | None, date | None]:
        """What a newer delivery of the same stands in for."""
        return (self.source_code, self.dataset, self.part, self.window_start, self.window_end)


def receipts_path(home: Path) -> Path:
    """Where a home keeps its receipts."""
    return home / "landing" / "receipts.parquet"


def read_receipts(home: Path) -> list[Receipt]:
    """All receipts in the order they were given; none when nothing came yet."""
    path = receipts_path(home)
    try:
        status = path.stat()
    except FileNotFoundError:
        return []
    return list(_receipts_in(path, (status.st_ino, status.st_mtime_ns, status.st_size)))


@lru_cache(maxsize=2)
def _receipts_in(path: Path, version: tuple[int, int, int]) -> tuple[Receipt, ...]:
    """The receipts of one version of the file, which is only ever replaced as a whole; a run asks for them often."""
    return tuple(Receipt(**row) for row in pq.ParquetFile(path).read().to_pylist())


def write_receipts(home: Path, receipts: list[Receipt]) -> None:
    """Replace the table of receipts as a whole."""
    columns = {name: [getattr(receipt, name) for receipt in receipts] for name in SCHEMA.names}
    write_parquet(receipts_path(home), pa.Table.from_pydict(columns, SCHEMA))


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write under a temporary name, bring it to the disk, then put it in its place in one step."""
    temporary = temporary_name(path)
    pq.write_table(table, temporary, compression="zstd")
    publish_file(temporary, path)


def temporary_name(path: Path) -> Path:
    """Where a file is written before it takes its place, in the same folder, which is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def publish_file(temporary: Path, path: Path) -> None:
    """Bring a finished file of a `temporary_name` to the disk and give it its name in one step."""
    with temporary.open("rb") as handle:
        os.fsync(handle.fileno())
    temporary.replace(path)
