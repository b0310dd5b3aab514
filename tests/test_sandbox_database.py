"""The simulated database of health records: what a reader sees at a moment, and what it may not."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from sandbox.database import ADDRESS, HealthDatabase
from sandbox.health_files import CODES
from sources.door.window import Window
from sources.registry import contracts
from sources.transports.base import Ask
from sources.transports.sql import SqlSession

JANUARY = date(2022, 1, 31)
VERSIONS = (
    ("180", "HSSK_180_20220131_lan1.csv", datetime(2022, 2, 3, 9, 15), ("A1",)),
    ("180", "HSSK_180_20220131.csv", datetime(2022, 2, 12, 9, 15), ("A1", "A2")),
    ("181", "HSSK_181_20220131.csv", datetime(2022, 2, 5, 9, 15), ("B1", "B1")),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HealthDatabase]:
    """A home with two districts' state of one day, one of them incomplete at first."""
    home = tmp_path_factory.mktemp("home")
    (home / "inbox").mkdir()
    (home / "served" / "health_records").mkdir(parents=True)
    entries = []
    for part, name, known_at, numbers in VERSIONS:
        lines = [f'{number},,,"Ông A, Bà B",1980,1,,05977,31/02/2022,,Đang ở' for number in numbers]
        path = home / "served" / "health_records" / name
        path.write_bytes("\r\n".join([",".join(CODES), *lines, ""]).encode())
        served = {"dataset": "records", "part": part, "start": f"{JANUARY}", "end": f"{JANUARY}"}
        entries.append({"path": f"health_records/{name}", "received_at": known_at.isoformat(), "served": served})
    (home / "inbox" / "manifest.json").write_text(json.dumps({"deliveries": entries}), encoding="utf-8")
    with HealthDatabase(home) as running:
        yield running


def pulled(database: HealthDatabase, part: str, folder: Path) -> list[dict[str, str | None]]:
    """What the contract's own pull brings of a district."""
    import pyarrow.parquet as pq

    pull = contracts()["health_records"].datasets["records"].pull
    assert pull and pull.sql
    with SqlSession(pull.sql.address, database.environment()) as session:
        ask = Ask("health_records", "records", part, Window(JANUARY, JANUARY))
        return list(pq.read_table(session.pull(ask, pull.sql, folder).path).to_pylist())


@pytest.mark.parametrize(
    ("moment", "first", "second"),
    [
        (datetime(2022, 2, 1), [], []),
        (datetime(2022, 2, 3, 9, 15), ["A1"], []),
        (datetime(2022, 2, 11), ["A1"], ["B1", "B1"]),
        (datetime(2022, 3, 1), ["A1", "A2"], ["B1", "B1"]),
    ],
)
def test_a_reader_sees_the_newest_state_that_had_come(
    database: HealthDatabase, tmp_path: Path, moment: datetime, first: list[str], second: list[str]
) -> None:
    database.set_clock(moment)
    assert [row["ma_ho_so"] for row in pulled(database, "180", tmp_path)] == first
    assert [row["ma_ho_so"] for row in pulled(database, "181", tmp_path)] == second


def test_the_dirt_of_the_senders_stays_and_personal_columns_are_not_asked_for(
    database: HealthDatabase, tmp_path: Path
) -> None:
    database.set_clock(datetime(2022, 3, 1))
    assert pulled(database, "180", tmp_path)[0] == {
        "ma_ho_so": "A1", "so_cccd": None, "ma_the_bhyt": None, "nam_sinh": "1980", "ma_xa": "05977",
        "ngay_tao": "31/02/2022", "ngay_cap_nhat_cuoi": None, "trang_thai": "Đang ở",
    }  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    ["select * from ban_ghi", "update dong_ho set gio = now()", "create table t (a int)"],
)
def test_the_reader_may_read_one_view_and_no_more(database: HealthDatabase, statement: str) -> None:
    engine = sa.create_engine(database.environment()[ADDRESS], poolclass=sa.NullPool)
    with engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError) as refused:
        connection.exec_driver_sql(statement)
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_the_server_and_its_folder_are_gone_afterwards(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "manifest.json").write_text('{"deliveries": []}')
    with HealthDatabase(tmp_path) as running:
        host = Path(running.server.host)
        assert host.exists()
    assert not host.exists()
