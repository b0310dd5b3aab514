"""A release's published tables as relations of one DuckDB connection: the only way anything here reads figures."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

CSV_SUFFIX = ".csv.gz"
"""Of the CSV form of a table: plain, its repeated codes would be half of every release."""


def csv_path(folder: Path, table: str) -> Path:
    """Where the CSV form of a table lies in a release folder."""
    return folder / "csv" / f"{table}{CSV_SUFFIX}"


def table_of(path: Path) -> str:
    """The table that a file of a release holds, in whatever form."""
    return path.name.partition(".")[0]


@dataclass(frozen=True)
class Tables:
    """The tables of one release folder (or of a candidate that passed its gate), each a table of the connection."""

    folder: Path
    connection: duckdb.DuckDBPyConnection

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """The answer of a query, a dict for each row."""
        cursor = self.connection.execute(query, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def names(self) -> list[str]:
        """The tables there are, in order of their names."""
        return sorted(path.stem for path in (self.folder / "parquet").glob("*.parquet"))


@contextmanager
def open_tables(folder: Path, directive_code: str | None = None) -> Iterator[Tables]:
    """Load every Parquet file of a release into memory: a release is read once and asked many times.

    With a directive named, of each table that tells directives apart only that one's rows.
    """
    with duckdb.connect() as connection:
        connection.execute("set threads = 2; set preserve_insertion_order = true")
        for path in sorted((folder / "parquet").glob("*.parquet")):
            connection.execute(f'create table "{path.stem}" as from read_parquet(?)', [str(path)])
            columns = connection.table(path.stem).columns
            if directive_code is not None and "directive_code" in columns:
                connection.execute(f'delete from "{path.stem}" where directive_code <> ?', [directive_code])
        yield Tables(folder, connection)
