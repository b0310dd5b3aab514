"""The candidate: every mart as Parquet and CSV in a folder named after their content.

Byte-identity rests on the total order: the key first, then every other column, so that no two rows can swap places.
"""

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from publishing.tables import csv_path

from pipelines.errors import LangsonError
from pipelines.files import sha256_of
from pipelines.home import Home
from pipelines.release.marts import AFTER_GATE, REVISIONS, MartTable

STAGED = ".staged"
SETTINGS = "set threads = 2; set timezone = 'UTC'; set preserve_insertion_order = true"


@dataclass(frozen=True)
class Candidate:
    """A folder of files that may become a release."""

    path: Path
    release_id: str
    content_hash: str
    rows: dict[str, int]


def content_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every content table's Parquet file, by table name."""
    return {
        path.stem: sha256_of(path)
        for path in sorted((folder / "parquet").glob("*.parquet"))
        if path.stem not in AFTER_GATE
    }


def content_hash(folder: Path) -> str:
    """The hash over the sorted hashes of the content tables: what a candidate is."""
    lines = sorted(f"{digest}  {name}" for name, digest in content_hashes(folder).items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def release_id_of(as_of: datetime, digest: str) -> str:
    """as_of's Vietnamese date and the first 12 digits of the content's hash."""
    return f"{as_of:%Y-%m-%d}-{digest[:12]}"


def as_of_of(definitions: Path) -> tuple[datetime, datetime | None, str]:
    """as_of, the parent's as_of and the origin, as the definitions of this run state them."""
    row = duckdb.sql(f"select as_of, parent_as_of, origin from read_parquet('{definitions}/as_of.parquet')").fetchall()
    as_of, parent_as_of, origin = row[0]
    return as_of, parent_as_of, origin


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def write_table(connection: duckdb.DuckDBPyConnection, relation: str, table: MartTable, folder: Path) -> int:
    """Write one relation as Parquet and CSV in its total order; returns the number of rows."""
    columns = connection.sql(f"select * from {relation} limit 0")
    missing = [name for name in table.key if name not in columns.columns]
    if missing:
        raise LangsonError(
            f"bảng {table.name} thiếu cột khóa {', '.join(missing)} | table {table.name} lacks these key columns"
        )
    order = [*table.key, *(name for name in columns.columns if name not in table.key)]
    ordered = f"select * from {relation} order by {', '.join(f'{quoted(name)} nulls last' for name in order)}"
    parquet, csv = folder / "parquet" / f"{table.name}.parquet", csv_path(folder, table.name)
    connection.execute(f"copy ({ordered}) to '{parquet}' (format parquet, compression zstd)")
    # A list has no CSV form of its own: its members are joined by semicolons.
    lists = [name for name, kind in zip(columns.columns, columns.types, strict=True) if str(kind).endswith("[]")]
    shown = "*" + (
        f" replace ({', '.join(f'array_to_string({quoted(n)}, $$;$$) as {quoted(n)}' for n in lists)})" if lists else ""
    )
    connection.execute(
        f"copy (select {shown} from read_parquet('{parquet}')) to '{csv}' (format csv, header, compression gzip)"
    )
    return int(connection.execute(f"select count(*) from read_parquet('{parquet}')").fetchall()[0][0])


def build_candidate(home: Home, tables: Sequence[MartTable]) -> Candidate:
    """Copy the marts out of the warehouse into `releases/<id>.staged/`, replacing older candidates."""
    if not tables:
        raise LangsonError("dbt không khai báo bảng công bố nào | dbt declares no published table")
    home.releases.mkdir(parents=True, exist_ok=True)
    for leftover in (*home.releases.glob(f"*{STAGED}"), *home.releases.glob(".building-*")):
        shutil.rmtree(leftover)
    building = home.releases / f".building-{os.getpid()}"
    for kind in ("parquet", "csv"):
        (building / kind).mkdir(parents=True)
    rows: dict[str, int] = {}
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        connection.execute(SETTINGS)
        for table in tables:
            rows[table.name] = write_table(connection, quoted(table.name), table, building)
    digest = content_hash(building)
    release_id = release_id_of(as_of_of(home.definitions)[0], digest)
    path = home.releases / f"{release_id}{STAGED}"
    building.replace(path)
    return Candidate(path, release_id, digest, rows)


def staged_candidate(home: Home) -> Candidate:
    """The one candidate that waits for its gate or its release."""
    found = sorted(home.releases.glob(f"*{STAGED}"))
    if len(found) != 1:
        raise LangsonError("không có bản dự thảo nào để xét | there is no candidate to judge")
    return Candidate(found[0], found[0].name.removesuffix(STAGED), content_hash(found[0]), {})


def says_the_same(candidate: Path, release: Path) -> bool:
    """Whether two folders hold the same tables, what they say about their parents aside."""

    def said(folder: Path) -> dict[str, str]:
        return {name: digest for name, digest in content_hashes(folder).items() if name not in REVISIONS}

    return said(candidate) == said(release)
