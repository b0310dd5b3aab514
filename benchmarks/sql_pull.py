"""1,000,000 rows of six columns out of PostgreSQL, each way in a process of its own, one after the other.

The pull, and the pull with the door behind it, beside a plain `pandas.read_sql` of the same query: rows per second and
the most memory the process had. `python -m benchmarks.sql_pull`.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

ROWS = 1_000_000
ADDRESS = "LANGSON_BENCHMARK_URL"
QUERY = "select ma_ho_so, ma_xa, ngay_tao, trang_thai, nam_sinh, so_cccd from ho_so order by ma_ho_so"
SCHEMA = f"""
create table ho_so as
select 'LS' || lpad(i::text, 8, '0') as ma_ho_so, '05977'::text as ma_xa,
  timestamp '2022-01-01' + (i % 300) * interval '1 day' as ngay_tao, 'hoat_dong'::text as trang_thai,
  (1930 + i % 90)::numeric(6, 0) as nam_sinh, case when i % 4 > 0 then '0202' || lpad(i::text, 8, '0') end as so_cccd
from generate_series(1, {ROWS}) i;
alter table ho_so add primary key (ma_ho_so);
"""


def pull(folder: Path) -> Path:
    """Our own way."""
    from sources.door.window import Window
    from sources.transports.base import Ask
    from sources.transports.model import SqlPull
    from sources.transports.sql import SqlSession

    ask = Ask("health_records", "records", "180", Window(date(2022, 12, 31), date(2022, 12, 31)))
    how = SqlPull(address=ADDRESS, query=QUERY, file="HSSK_{part}_{end}.parquet")
    with SqlSession(ADDRESS, os.environ) as session:
        pulled = session.pull(ask, how, folder)
    assert pulled.rows == ROWS
    return pulled.path


def pull_and_door(folder: Path) -> None:
    """Pulled, typed and landed."""
    from sources.door.intake import accept
    from sources.door.reading import Arrival

    [receipt] = accept(folder / "home", [Arrival(pull(folder), "health_records")], "inbox")
    assert receipt.rows_landed == ROWS, receipt.reason


def pandas(folder: Path) -> None:
    """What one would write by hand; nothing is written."""
    import pandas as pd
    import sqlalchemy as sa

    with sa.create_engine(os.environ[ADDRESS]).connect() as connection:
        assert len(pd.read_sql(QUERY, connection)) == ROWS


WAYS = {"pull": pull, "pull and door": pull_and_door, "pandas.read_sql": pandas}


def main() -> None:
    """Without arguments all ways; with one that way alone, in this process."""
    if len(sys.argv) > 1:
        with tempfile.TemporaryDirectory() as folder:
            started, used = time.monotonic(), time.process_time()
            WAYS[sys.argv[1]](Path(folder))
            seconds, cpu = time.monotonic() - started, time.process_time() - used
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{sys.argv[1]:16} {ROWS / seconds:10,.0f} rows/s  {seconds:6.2f} s  CPU {cpu:6.2f} s  {peak:6.0f} MB")
        return
    from sandbox.database import Server

    with Server() as server:
        server.create("benchmark")
        with server.owner("benchmark") as connection:
            connection.execute(SCHEMA.encode())
        told = {ADDRESS: server.url("postgres", "", "benchmark"), "LANGSON_HASH_KEY": bytes(range(32)).hex()}
        for way in WAYS:
            subprocess.run([sys.executable, "-m", "benchmarks.sql_pull", way], env={**os.environ, **told}, check=True)


if __name__ == "__main__":
    main()
