"""Run by a test in a process of its own: pulls some rows, hands them to the door, and prints the peak after each."""

import os
import resource
import sys
from datetime import date
from pathlib import Path

import sources.formats.parquet
from sources.door.intake import accept
from sources.door.reading import Arrival
from sources.door.window import Window
from sources.transports.base import Ask
from sources.transports.model import SqlPull
from sources.transports.sql import SqlSession

PIECE = 5_000
"""Rows taken at once: fewer than in life, so that a smaller table shows the same."""


def peak() -> int:
    """Megabytes this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    """Address variable, rows, folder."""
    address, rows, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir()
    query = f"select ma_ho_so, ma_xa, ngay_tao, trang_thai, dia_chi from lon where so <= {rows} order by ma_ho_so"
    how = SqlPull(address=address, query=query, file="HSSK_{part}_{end}.parquet", chunk_rows=PIECE)
    sources.formats.parquet.BATCH_ROWS = PIECE
    ask = Ask("health_records", "records", "180", Window(date(2022, 1, 31), date(2022, 1, 31)))
    with SqlSession(address, os.environ) as session:
        pulled = session.pull(ask, how, folder)
    assert pulled.rows == rows
    print(peak())
    [receipt] = accept(folder / "home", [Arrival(pulled.path, "health_records")], "inbox")
    assert (receipt.outcome, receipt.rows_landed) == ("accepted", rows), receipt.reason
    print(peak())


if __name__ == "__main__":
    main()
