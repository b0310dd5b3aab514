"""Pulls from a real PostgreSQL: what comes of them on good days and in each bad mood, and that no secret is told."""

import hashlib
import logging
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from sandbox.database import Server
from sources.door.window import Window
from sources.registry import contracts
from sources.transports.base import Ask, Pulled, PullFailed
from sources.transports.model import SqlPull
from sources.transports.sql import SqlSession
from tests.moods.catalogue import Failed, Recovered
from tests.moods.sql import GOOD, HELD_AT, MOODS, ROWS, SqlMood

ROOT = Path(__file__).parents[1]
ADDRESS = "LANGSON_TEST_DATABASE_URL"
PASSWORD = "chim-hoang-yen-7f3a"  # looked for wherever something is told: a canary
JANUARY = Ask("health_records", "records", "180", Window(date(2022, 1, 31), date(2022, 1, 31)))
HELD_LOCK, CONFLICT_LOCK = 7, 8

SCHEMA = f"""
create table dong as select id, 'ghi chú ' || id as ghi_chu from generate_series(1, {ROWS}) id;
alter table dong add primary key (id);
create table kin as select 1 as so;
create table viet (so int);
create function hold(id int) returns int language plpgsql as $$
begin if id = {HELD_AT} then perform pg_advisory_xact_lock_shared({HELD_LOCK}); end if; return id; end $$;
create function settled() returns int language plpgsql as $$
begin
  if not pg_try_advisory_xact_lock_shared({CONFLICT_LOCK}) then
    raise exception 'conflict with recovery' using errcode = '40001';
  end if;
  return 1;
end $$;
create function write_one() returns int language sql as 'insert into viet values (1) returning so';
create role reader login password '{PASSWORD}';
create role crowded login password '{PASSWORD}' connection limit 0;
grant select on dong to reader;
grant all on viet to reader;
vacuum analyze dong;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One server for all tests here, with a table and what disturbs its reading."""
    with Server() as running:
        running.create("kho")
        with running.owner("kho") as connection:
            for statement in _statements(SCHEMA):
                connection.execute(statement.encode())
        yield running


def _statements(script: str) -> list[str]:
    """Statements of a script one by one: vacuum may not stand with others."""
    parts, inside = [""], False
    for line in script.splitlines():
        inside ^= line.count("$$") % 2 == 1
        parts[-1] += line + "\n"
        if line.endswith(";") and not inside:
            parts.append("")
    return [part for part in parts if part.strip()]


def pull_of(query: str, **changed: Any) -> SqlPull:
    """A pull of small pieces."""
    told = {"address": ADDRESS, "query": query, "file": "HSSK_{part}_{end}.parquet", "chunk_rows": 1_000, "attempts": 3}
    return SqlPull(**{**told, **changed})


def environment(
    server: Server, user: str = "reader", password: str = PASSWORD, database: str = "kho"
) -> dict[str, str]:
    """The address of a database for a user."""
    return {ADDRESS: server.url(user, password, database)}


def pull(server: Server, folder: Path, query: str, **changed: Any) -> Pulled:
    """One pull in a session of its own."""
    with SqlSession(ADDRESS, environment(server)) as session:
        return session.pull(JANUARY, pull_of(query, **changed), folder)


def rows_of(pulled: Pulled) -> list[dict[str, str | None]]:
    """The rows of a delivery."""
    return list(pq.read_table(pulled.path).to_pylist())


def digest(path: Path) -> str:
    """What tells two deliveries apart."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- good days -----------------------------------------------------------------------------------------------------


def test_every_type_becomes_the_text_that_the_door_reads(server: Server, tmp_path: Path) -> None:
    query = r"""
        select 12345678901234567890.1200::numeric as so, timestamp '2022-01-02 03:04:05' as luc,
          timestamptz '2022-01-02 03:04:05+00' as luc_utc, date '2022-01-02' as ngay, true as co, false as khong,
          null::boolean as trong, ''::text as rong, E'a"b,\n\tc'::text as chu, ' 00123' as ma, 7::bigint as nguyen,
          :part as phan, :start as dau, cast(:end as text) as cuoi
        order by 1
    """
    pulled = pull(server, tmp_path, query)
    assert rows_of(pulled) == [
        {
            "so": "12345678901234567890.1200", "luc": "2022-01-02 03:04:05", "luc_utc": "2022-01-02 10:04:05",
            "ngay": "2022-01-02", "co": "true", "khong": "false", "trong": None, "rong": "", "chu": 'a"b,\n\tc',
            "ma": " 00123", "nguyen": "7", "phan": "180", "dau": "2022-01-31", "cuoi": "2022-01-31",
        }
    ]  # fmt: skip
    assert pulled.path.name == "HSSK_180_20220131.parquet"
    assert pulled.path.stat().st_mode & 0o077 == 0


def test_the_same_data_give_the_same_bytes_in_as_many_pieces(server: Server, tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    pulled = pull(server, first, GOOD)
    assert (pulled.rows, pulled.requests, pulled.notes) == (ROWS, 1, ())
    assert digest(pulled.path) == digest(pull(server, second, GOOD).path)
    assert pq.ParquetFile(pulled.path).num_row_groups == ROWS // 1_000


@pytest.mark.parametrize("rows", [0, 1, 1_000, 1_001])
def test_no_row_is_lost_at_the_edge_of_a_piece(server: Server, tmp_path: Path, rows: int) -> None:
    pulled = pull(server, tmp_path, f"select id as so, null::text as trong from dong where id <= {rows} order by 1")
    assert [row["so"] for row in rows_of(pulled)] == [str(number) for number in range(1, rows + 1)]
    assert pq.read_schema(pulled.path).names == ["so", "trong"]


def test_a_column_of_nulls_alone_keeps_its_rows(server: Server, tmp_path: Path) -> None:
    assert pull(server, tmp_path, "select null::text as trong from dong order by id").rows == ROWS


def test_all_pulls_of_a_session_see_one_moment_while_another_writes(server: Server, tmp_path: Path) -> None:
    counting = "select count(*) as so from viet order by 1"
    with (
        SqlSession(ADDRESS, environment(server)) as session,
        server.owner("kho") as other,
    ):
        before = rows_of(session.pull(JANUARY, pull_of(counting), tmp_path))
        other.execute("insert into viet select 5 from generate_series(1, 10)")
        assert rows_of(session.pull(JANUARY, pull_of(counting), tmp_path)) == before
        assert rows_of(pull(server, tmp_path, counting)) != before
        other.execute("delete from viet")


def test_a_session_that_had_to_begin_again_says_that_its_moment_is_a_later_one(server: Server, tmp_path: Path) -> None:
    with SqlSession(ADDRESS, environment(server)) as session:
        session.pull(JANUARY, pull_of(GOOD), tmp_path)
        with pytest.raises(PullFailed):
            session.pull(JANUARY, pull_of("select so from khong_co order by 1"), tmp_path)
        [note] = session.pull(JANUARY, pull_of(GOOD), tmp_path).notes
    assert "of a later moment" in note


def test_nothing_stays_open_after_a_session(server: Server, tmp_path: Path) -> None:
    pull(server, tmp_path, GOOD)
    with server.owner("kho") as connection:
        asked = "select count(*) from pg_stat_activity where usename = 'reader'"
        assert eventually(lambda: connection.execute(asked).fetchall() == [(0,)])


# --- bad moods -----------------------------------------------------------------------------------------------------


def eventually(holds: Any) -> bool:
    """Whether something comes true within half a minute."""
    pause = threading.Event()
    return any(holds() or pause.wait(0.01) for _ in range(3_000)) and holds()


class Disturbance:
    """What happens to the server while it is asked, and how it is made well again."""

    def __init__(self, server: Server, mood: SqlMood, folder: Path) -> None:
        self._mood = mood
        self._host = Path(server.host)
        self._link = folder / "host"  # the address names a folder that leads to the server, or to nothing
        self._owner = server.owner("kho")
        self._frozen: int | None = None
        self._watcher = threading.Thread(target=self._strike)
        self.pauses: list[float] = []
        password = {"right": PASSWORD, "wrong": PASSWORD + "x", "none": ""}[mood.password]
        url = f"postgresql://{mood.user}:{password}@/{mood.database}?host={self._link}"
        self.environment = {ADDRESS: url} if mood.is_configured else {}

    def __enter__(self) -> "Disturbance":
        if self._mood.disturbed != "down":
            self._link.symlink_to(self._host)
        if self._mood.disturbed == "conflict":
            self._owner.execute("select pg_advisory_lock(%s)", (CONFLICT_LOCK,))
        if self._mood.disturbed in ("killed", "frozen"):
            self._owner.execute("select pg_advisory_lock(%s)", (HELD_LOCK,))
            self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._watcher.ident:
            self._watcher.join()
        if self._frozen:
            os.kill(self._frozen, signal.SIGCONT)
        self._owner.close()

    def pause(self, seconds: float) -> None:
        """Stands for the pause between two attempts: nobody waits, and a server that recovers is well."""
        self.pauses.append(seconds)
        if not self._mood.repaired:
            return
        if self._mood.disturbed == "down":
            self._link.symlink_to(self._host)
        elif self._mood.disturbed == "conflict":
            self._owner.execute("select pg_advisory_unlock_all()")

    def _strike(self) -> None:
        """Wait until the reader waits half way through its rows, then kill it or stop it."""
        waiting = "select pid from pg_stat_activity where usename = 'reader' and wait_event = 'advisory'"
        assert eventually(lambda: self._owner.execute(waiting).fetchall())
        [(reader,)] = self._owner.execute(waiting).fetchall()
        if self._mood.disturbed == "frozen":
            os.kill(reader, signal.SIGSTOP)
            self._frozen = reader
            return
        self._owner.execute("select pg_terminate_backend(%s)", (reader,))
        self._owner.execute("select pg_advisory_unlock_all()")


def tells(text: str, expected: str) -> bool:
    """Whether a text in both languages has the pieces of another, in their order."""
    return re.search(".*".join(map(re.escape, re.split(r" \| | … ?", expected))), text) is not None


@pytest.mark.parametrize("mood", MOODS, ids=lambda mood: mood.code)
def test_each_mood_ends_as_the_page_says(
    server: Server, tmp_path: Path, mood: SqlMood, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    folder = tmp_path / "pulled"
    folder.mkdir()
    attempts = 1 if mood.disturbed == "frozen" else 3
    how = pull_of(mood.query, timeout_seconds=mood.timeout_seconds, attempts=attempts)
    told = ""
    with (
        Disturbance(server, mood, tmp_path) as disturbance,
        SqlSession(ADDRESS, disturbance.environment, sleep=disturbance.pause) as session,
    ):
        if isinstance(mood.outcome, Recovered):
            pulled = session.pull(JANUARY, how, folder)
            assert (pulled.rows, len(pulled.notes), pulled.requests) == (ROWS, 1, 2)
            told = str(pulled)
            assert tells(pulled.notes[0], mood.outcome.note)
        else:
            assert isinstance(mood.outcome, Failed)
            with pytest.raises(PullFailed) as failed:
                session.pull(JANUARY, how, folder)
            told = "".join(traceback.format_exception(failed.value))
            assert failed.value.cause == mood.outcome.cause, told
            assert tells(str(failed.value), mood.outcome.told), told
            assert list(folder.iterdir()) == [], "something is kept of a pull that failed"
            # Only what may pass is tried again, after ever longer pauses.
            passing = failed.value.cause == "unreachable"
            assert len(disturbance.pauses) == (attempts - 1 if passing else 0)
    with server.owner("kho") as connection:
        assert connection.execute("select count(*) from viet").fetchall() == [(0,)]
    for secret in (PASSWORD, "postgresql://", "ghi chú"):
        assert secret not in told and secret not in caplog.text, f"{secret} is told"


def test_an_unreadable_address_is_not_repeated(tmp_path: Path) -> None:
    for address in (
        f"postgres {PASSWORD}",
        f"nosuchdatabase://a:{PASSWORD}@b/c",
        f"postgresql://a:{PASSWORD}@b:port/c",
    ):
        with SqlSession(ADDRESS, {ADDRESS: address}) as session, pytest.raises(PullFailed) as failed:
            session.pull(JANUARY, pull_of(GOOD), tmp_path)
        assert failed.value.cause == "not_configured"
        assert PASSWORD not in "".join(traceback.format_exception(failed.value))


# --- contracts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "select a from b",
        "select a from (select a from b order by a) c",
        "select 'order by' as a from b -- order by a",
        "select a from b order by a; drop table b",
        "delete from b order by a",
        "select a from b where c = :month order by a",
    ],
)
def test_a_query_without_an_order_or_of_more_than_one_select_is_no_contract(query: str) -> None:
    with pytest.raises(ValidationError):
        pull_of(query)


def test_the_health_records_never_ask_for_names_or_addresses() -> None:
    dataset = contracts()["health_records"].datasets["records"]
    assert dataset.pull and dataset.pull.sql
    selected = dataset.pull.sql.query.lower().partition("from")[0]
    assert [name for name in dataset.landed if name not in selected] == []
    assert [name for name in dataset.columns if name not in dataset.landed and name in selected] == []


# --- size, other dialects ------------------------------------------------------------------------------------------


def test_memory_is_flat_whatever_the_size_of_the_table(server: Server, tmp_path: Path) -> None:
    with server.owner("kho") as connection:
        connection.execute(
            "create table lon as select so, 'LS' || so as ma_ho_so, '05977' as ma_xa, '2022-01-05' as ngay_tao,"
            " 'hoat_dong' as trang_thai, repeat(md5(so::text), 32) as dia_chi from generate_series(1, 120000) so"
        )
        connection.execute("grant select on lon to reader")
    peaks = {}
    for rows in (30_000, 120_000):
        told = subprocess.run(
            [sys.executable, "-m", "tests.sql_peak", ADDRESS, str(rows), str(tmp_path / str(rows))],
            cwd=ROOT, env={**os.environ, **environment(server), "LANGSON_HASH_KEY": bytes(range(32)).hex()},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        peaks[rows] = [int(number) for number in told.stdout.split()]
    # 90,000 rows more are 100 MB of text: after the pull, and after the door, hardly any of it may be seen.
    growth = [large - small for small, large in zip(peaks[30_000], peaks[120_000], strict=True)]
    assert max(growth) < 40, f"MB more for 90,000 rows more, after the pull and the door: {growth} ({peaks})"


def test_sqlite_is_read_by_the_same_session_and_not_written(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as made:
        made.execute("create table t (ma text, so real, ngay text, o blob)")
        made.executemany(
            "insert into t values (?, ?, ?, ?)", [(f"{n:03d}", n / 4, "2022-01-31", None) for n in range(3)]
        )
    told = {ADDRESS: f"sqlite:///{tmp_path}/a.db"}
    query = "select ma, so, o from t where ngay = :end order by ma"
    with SqlSession(ADDRESS, told) as session:
        pulled = session.pull(JANUARY, pull_of(query, chunk_rows=2), tmp_path)
        assert [tuple(row.values()) for row in rows_of(pulled)] == [
            ("000", "0.0", None),
            ("001", "0.25", None),
            ("002", "0.5", None),
        ]
        with pytest.raises(PullFailed) as failed:
            session.pull(JANUARY, pull_of("select ma from khong_co order by 1"), tmp_path)
        assert failed.value.cause == "rejected"
