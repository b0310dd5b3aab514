"""The simulated databases: what a reader sees at a moment, and what it may not."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from sandbox.cashless_payments_files import HEALTH_COLUMNS
from sandbox.database import DATABASES, Databases, Server
from sandbox.health_files import CODES
from sources.door.window import Window
from sources.registry import contracts
from sources.transports.base import Ask
from sources.transports.sql import SqlSession
from tests.conftest import ROOT

JANUARY = date(2022, 1, 31)
VERSIONS = (
    ("180", "HSSK_180_20220131_lan1.csv", datetime(2022, 2, 3, 9, 15), ("A1",)),
    ("180", "HSSK_180_20220131.csv", datetime(2022, 2, 12, 9, 15), ("A1", "A2")),
    ("181", "HSSK_181_20220131.csv", datetime(2022, 2, 5, 9, 15), ("B1", "B1")),
)


COLLECTED = (
    ("BienLai_2021.csv", date(2021, 1, 1), date(2021, 12, 31), datetime(2022, 1, 9), (("BL1", "12/2021"),)),
    ("BienLai_202201.csv", date(2022, 1, 1), JANUARY, datetime(2022, 2, 9), (("BL2", "01/2022"),)),
    (
        "BienLai_202201_sua.csv",
        date(2022, 1, 1),
        JANUARY,
        datetime(2022, 2, 15),
        (("BL2", "01/2022"), ("BL3", "01/2022")),
    ),
)
"""Loads of receipts: file, first and last day, when it came, numbers and months."""


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
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
    (home / "served" / "cashless_payments").mkdir()
    for name, first, last, known_at, receipts in COLLECTED:
        lines = [
            f'20001,"A, B",05977,{month},31/02/2022,{number},BHYT,Bà C,,0,BHXH,Đã thu,0,0,9'
            for number, month in receipts
        ]
        path = home / "served" / "cashless_payments" / name
        path.write_bytes("\r\n".join([",".join(HEALTH_COLUMNS), *lines, ""]).encode())
        served = {"dataset": "health_receipts", "part": "-", "start": f"{first}", "end": f"{last}"}
        entries.append({"path": f"cashless_payments/{name}", "received_at": known_at.isoformat(), "served": served})
    (home / "inbox" / "manifest.json").write_text(json.dumps({"deliveries": entries}), encoding="utf-8")
    with Databases(home) as running:
        yield running


def collected(database: Databases, first: date, last: date, folder: Path) -> list[dict[str, str | None]]:
    """What the contract's own pull brings of the facilities' receipts."""
    import pyarrow.parquet as pq

    pull = contracts()["cashless_payments"].datasets["health_receipts"].pull
    assert pull and pull.sql
    with SqlSession(pull.sql.address, database.environment()) as session:
        ask = Ask("cashless_payments", "health_receipts", "-", Window(first, last))
        return list(pq.read_table(session.pull(ask, pull.sql, folder).path).to_pylist())


def pulled(database: Databases, part: str, folder: Path) -> list[dict[str, str | None]]:
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
    database: Databases, tmp_path: Path, moment: datetime, first: list[str], second: list[str]
) -> None:
    database.set_clock(moment)
    assert [row["ma_ho_so"] for row in pulled(database, "180", tmp_path)] == first
    assert [row["ma_ho_so"] for row in pulled(database, "181", tmp_path)] == second


def test_the_dirt_of_the_senders_stays_and_personal_columns_are_not_asked_for(
    database: Databases, tmp_path: Path
) -> None:
    database.set_clock(datetime(2022, 3, 1))
    assert pulled(database, "180", tmp_path)[0] == {
        "ma_ho_so": "A1", "so_cccd": None, "ma_the_bhyt": None, "nam_sinh": "1980", "ma_xa": "05977",
        "ngay_tao": "31/02/2022", "ngay_cap_nhat_cuoi": None, "trang_thai": "Đang ở",
    }  # fmt: skip


def test_receipts_are_those_of_the_months_asked_for_in_their_newest_state(database: Databases, tmp_path: Path) -> None:
    everything, december = (date(2021, 1, 1), JANUARY), (date(2021, 12, 1), date(2021, 12, 31))
    database.set_clock(datetime(2022, 2, 10))
    assert [row["so_bien_lai"] for row in collected(database, *everything, tmp_path)] == ["BL1", "BL2"]
    database.set_clock(datetime(2022, 3, 1))
    assert [row["so_bien_lai"] for row in collected(database, *everything, tmp_path)] == ["BL1", "BL2", "BL3"]
    # A month is found in whichever load brought it; who paid is not asked for, and an amount of 0 is no empty one.
    assert collected(database, *december, tmp_path) == [
        {
            "ma_cskcb": "20001", "ma_xa": "05977", "ngay_thu": "31/02/2022", "so_bien_lai": "BL1", "loai_khoan": "BHYT",
            "hinh_thuc": None, "so_tien": "0", "nguon": "BHXH", "trang_thai": "Đã thu",
            "t_bntt": "0", "t_bncct": "0", "t_bhtt": "9",
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    ["select * from ban_ghi", "update dong_ho set gio = now()", "create table t (a int)"],
)
def test_the_reader_may_read_one_view_and_no_more(database: Databases, statement: str) -> None:
    engine = sa.create_engine(database.environment()[DATABASES["health_records"].address], poolclass=sa.NullPool)
    with engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError) as refused:
        connection.exec_driver_sql(statement)
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_the_next_server_ends_one_whose_owner_was_killed() -> None:
    code = "from sandbox.database import Server\nserver = Server()\nprint(server.host, flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdin=-1, stdout=-1, text=True) as owner:
        assert owner.stdout is not None
        host = Path(owner.stdout.readline().strip())
        postmaster = Path("/proc") / next(host.rglob("postmaster.pid")).read_text().splitlines()[0]
        owner.kill()
    assert postmaster.exists() and host.exists(), "a killed owner takes nothing with it"
    with Server() as later:
        assert not host.exists()
        with later.owner() as connection:
            assert connection.execute("select 1").fetchall() == [(1,)]
    deadline = time.monotonic() + 60
    while postmaster.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not postmaster.exists()


def test_the_server_and_its_folder_are_gone_afterwards(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "manifest.json").write_text('{"deliveries": []}')
    with Databases(tmp_path) as running:
        host = Path(running.server.host)
        assert host.exists()
    assert not host.exists()
