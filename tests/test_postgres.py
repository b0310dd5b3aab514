"""The current release in PostgreSQL, on a real server: equal row for row, never a mixture, read only, no password."""

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.cli_bi import ADDRESS
from pipelines.home import MANIFEST
from publishing import postgres
from publishing.dictionary.declared import Table, declared_tables
from publishing.postgres import PostgresError, publish
from sandbox.database import Server
from tests.conftest import ROOT, run_langson

PASSWORD = "chim-sao-nau-77%2F0c"  # a canary, with a letter that an address must write otherwise
WRITTEN = PASSWORD.replace("%", "%25")
SCHEMA = "langson"
READS_TWO = "select (select release_id from langson.release_info), (select count(*) from langson.fct_measure_value)"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as found:
        found.create("bi")
        with found.owner() as connection:
            connection.execute(f"create role publisher login createrole password '{PASSWORD}'".encode())
            connection.execute("alter database bi owner to publisher")
        yield found


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """The publisher's address of an empty database, as SQLAlchemy writes it."""
    yield server.url("publisher", WRITTEN, "bi")
    with server.owner("bi") as connection:
        for (name,) in connection.execute("select nspname from pg_namespace where nspname like 'langson%'").fetchall():
            connection.execute(f"drop schema {name} cascade".encode())
        if connection.execute("select 1 from pg_roles where rolname = 'langson_reader'").fetchone():
            connection.execute("drop owned by langson_reader; drop role langson_reader")


@pytest.fixture(scope="module")
def declared() -> Mapping[str, Table]:
    return declared_tables(json.loads(MANIFEST.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def releases(sandbox_release: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two small releases made of a real one: of two units, and the same with fewer measures under another name."""
    whole = sandbox_release / "releases" / "current"
    made = []
    for name, units in (("first", "'20', '183'"), ("second", "'20'")):
        folder = tmp_path_factory.mktemp(name) / "parquet"
        folder.mkdir()
        for path in sorted((whole / "parquet").glob("*.parquet")):
            columns = pq.read_schema(path).names
            keep = f"where unit_code in ({units})" if "unit_code" in columns else ""
            told = f"* replace ('{name}' as release_id)" if path.stem == "release_info" else "*"
            duckdb.sql(f"copy (select {told} from read_parquet('{path}') {keep}) to '{folder / path.name}'")
        made.append(folder.parent)
    return made


def rows_of(folder: Path, table: str) -> list[tuple[Any, ...]]:
    return duckdb.sql(f"from read_parquet('{folder}/parquet/{table}.parquet')").fetchall()


def counted(folder: Path) -> int:
    return len(rows_of(folder, "fct_measure_value"))


def comparable(rows: list[tuple[Any, ...]]) -> list[str]:
    return sorted(map(repr, rows))


def differing(connection: "psycopg.Connection[Any]", parquet: Path, csv: Path) -> int:
    """Rows that only one of a PostgreSQL table and its Parquet file has; by CSV, as half a million rows are many."""
    names, kinds = zip(
        *duckdb.sql(f"describe from '{parquet}'").project("column_name, column_type").fetchall(), strict=True
    )
    shown = ", ".join(
        f"array_to_string({name}, '+') as {name}" if kind.endswith("[]") else f'"{name}"'
        for name, kind in zip(names, kinds, strict=True)
    )
    with (
        connection.cursor() as cursor,
        csv.open("wb") as file,
        cursor.copy(f'copy (select {shown} from {SCHEMA}."{parquet.stem}") to stdout (format csv)'.encode()) as copy,
    ):
        for block in copy:
            file.write(block)
    columns = {name: "VARCHAR" if kind.endswith("[]") else kind for name, kind in zip(names, kinds, strict=True)}
    there = f"read_csv('{csv}', header = false, auto_detect = false, allow_quoted_nulls = false, columns = {columns})"
    here = f"(select {shown} from '{parquet}')"
    [(count,)] = duckdb.sql(
        f"select count(*) from ((from {there} except all from {here}) union all (from {here} except all from {there}))"
    ).fetchall()
    assert (
        duckdb.sql(f"select count(*) from {there}").fetchall() == duckdb.sql(f"select count(*) from {here}").fetchall()
    )
    return int(count)


def test_every_table_of_the_whole_release_is_there_row_for_row(
    sandbox_release: Path, server: Server, url: str, tmp_path: Path
) -> None:
    home = sandbox_release
    first = run_langson("publish-to-postgres", "--home", home, env={ADDRESS: url})
    assert first.returncode == 0, first.stderr
    again = run_langson("publish-to-postgres", "--home", home, env={ADDRESS: url})
    assert again.returncode == 0 and "không đổi gì" in again.stdout
    release = (home / "releases" / "current").resolve()
    assert release.name in first.stdout
    with server.owner("bi") as connection:
        for path in sorted((release / "parquet").glob("*.parquet")):
            assert differing(connection, path, tmp_path / "table.csv") == 0, path.stem
    for told in (first, again):
        assert PASSWORD not in told.stdout + told.stderr and WRITTEN not in told.stdout + told.stderr


def test_types_keys_and_descriptions_are_those_of_the_dictionary(
    releases: list[Path], declared: Mapping[str, Table], server: Server, url: str
) -> None:
    publish(releases[0], declared, url, SCHEMA)
    with server.owner("bi") as connection:
        kinds = dict(
            connection.execute(
                "select column_name, data_type from information_schema.columns"
                " where table_schema = 'langson'"
                " and table_name in ('fct_indicator_value', 'dim_indicator', 'rpt_score_part')"
            ).fetchall()
        )
        keys = connection.execute(
            "select array_agg(attname::text order by array_position(conkey, attnum)) from pg_constraint"
            " join pg_attribute on attrelid = conrelid and attnum = any(conkey)"
            " where conrelid = 'langson.fct_indicator_value'::regclass and contype = 'p'"
        ).fetchone()
        [comment] = connection.execute(
            "select col_description('langson.fct_indicator_value'::regclass, ordinal_position)"
            " from information_schema.columns where table_schema = 'langson' and table_name = 'fct_indicator_value'"
            " and column_name = 'numerator'"
        ).fetchone() or [""]
    wanted = {"numerator": "bigint", "value": "double precision", "is_met": "boolean", "period_start": "date",
              "unit_code": "text", "levels": "ARRAY", "points": "numeric"}  # fmt: skip
    assert {name: kinds[name] for name in wanted} == wanted
    assert keys == (["directive_code", "indicator_code", "definition", "unit_key", "period_start"],)
    described = next(column for column in declared["fct_indicator_value"].columns if column.name == "numerator")
    assert comment == f"{described.description.vi} | {described.description.en}"


def test_no_reader_sees_a_mixture_or_waits_while_the_next_release_is_written(
    releases: list[Path], declared: Mapping[str, Table], server: Server, url: str
) -> None:
    first, second = releases
    old, new = ("first", counted(first)), ("second", counted(second))
    assert old[1] != new[1]
    publish(first, declared, url, SCHEMA)
    seen: list[tuple[Any, ...] | None] = []
    with (
        server.owner("bi") as statement_reader,
        psycopg.connect(host=server.host, user="postgres", dbname="bi") as long_reader,
    ):
        long_reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        for reader in (statement_reader, long_reader):
            reader.execute("set lock_timeout = '200ms'")
        long_reader.commit()
        # Half of what it reads before the publication, half after: it must still be one release.
        assert long_reader.execute("select release_id from langson.release_info").fetchone() == ("first",)

        def look(_table: str) -> None:
            seen.append(statement_reader.execute(READS_TWO).fetchone())
            seen.append(long_reader.execute(READS_TWO).fetchone())

        done = publish(second, declared, url, SCHEMA, look)
        assert done.is_changed and done.rows["fct_measure_value"] == new[1]
        assert len(seen) == 2 * len(declared)
        assert set(seen) == {old}
        assert statement_reader.execute(READS_TWO).fetchone() == new
        assert long_reader.execute(READS_TWO).fetchone() == old
        long_reader.commit()
        assert long_reader.execute(READS_TWO).fetchone() == new


def test_a_failure_half_way_leaves_the_old_release_whole(
    releases: list[Path], declared: Mapping[str, Table], server: Server, url: str, tmp_path: Path
) -> None:
    first, second = releases
    publish(first, declared, url, SCHEMA)

    def power_cut(table: str) -> None:
        if table == "fct_measure_value":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(second, declared, url, SCHEMA, power_cut)
    broken = tmp_path / "broken"
    shutil.copytree(second, broken)
    target = broken / "parquet" / "rpt_scorecard.parquet"
    once = pq.read_table(target)
    pq.write_table(pa.concat_tables([once, once]), target)
    with pytest.raises(PostgresError, match="rpt_scorecard"):
        publish(broken, declared, url, SCHEMA)
    with server.owner("bi") as connection:
        for table in declared:
            there = connection.execute(f'select * from {SCHEMA}."{table}"'.encode()).fetchall()
            assert comparable(there) == comparable(rows_of(first, table)), table


def test_the_reader_reads_and_does_nothing_else(
    releases: list[Path], declared: Mapping[str, Table], server: Server, url: str
) -> None:
    publish(releases[0], declared, url, SCHEMA)
    with server.owner("bi") as connection:
        connection.execute("create role nguoi_xem login password 'x' in role langson_reader")
    try:
        address = server.url("nguoi_xem", "x", "bi").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as reader:
            for table in declared:
                reader.execute(f'select * from {SCHEMA}."{table}" limit 1'.encode())
            for forbidden in (
                "delete from langson.release_info",
                "insert into langson.release_info (release_id) values ('mine')",
                "update langson.fct_indicator_value set is_met = true",
                "truncate langson.dim_unit",
                "create table langson.mine (a int)",
                "drop table langson.dim_unit",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    reader.execute(forbidden)
    finally:
        with server.owner("bi") as connection:
            connection.execute("drop role nguoi_xem")


def test_a_changed_shape_is_made_anew_and_waits_for_readers_only_so_long(
    releases: list[Path], declared: Mapping[str, Table], server: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(releases[0], declared, url, SCHEMA)
    without = {name: table for name, table in declared.items() if name != "rpt_pace"}
    monkeypatch.setattr(postgres, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(postgres, "ATTEMPTS", 1)
    with psycopg.connect(host=server.host, user="postgres", dbname="bi") as reader:
        reader.execute("select count(*) from langson.dim_unit")
        with pytest.raises(PostgresError, match="đang bị giữ lâu"):
            publish(releases[1], without, url, SCHEMA)
        assert reader.execute(READS_TWO).fetchone() == ("first", counted(releases[0]))
    publish(releases[1], without, url, SCHEMA)
    with server.owner("bi") as connection:
        tables = {
            name for (name,) in connection.execute("select tablename from pg_tables where schemaname = 'langson'")
        }
    assert tables == set(without)


def test_a_schema_of_others_is_left_alone(
    releases: list[Path], declared: Mapping[str, Table], server: Server, url: str
) -> None:
    with server.owner("bi") as connection:
        connection.execute("create schema langson_khac; create table langson_khac.cua_ho (a int)")
    with pytest.raises(PostgresError, match="không do chương trình này lập"):
        publish(releases[0], declared, url, "langson_khac")
    for name in ("public", "pg_catalog", "Langson", "a b"):
        with pytest.raises(PostgresError, match="không dùng được"):
            publish(releases[0], declared, url, name)
    with server.owner("bi") as connection:
        assert connection.execute("select count(*) from langson_khac.cua_ho").fetchone() == (0,)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://publisher:{WRITTEN}@127.0.0.1:1/bi",
        f"postgresql://nobody:{WRITTEN}@/bi?host=HOST",
        f"postgresql//publisher:{WRITTEN}@127.0.0.1/bi",
        f"postgresql://publisher:{WRITTEN}@127.0.0.1/bi?nonsense=1",
    ],
)
def test_no_message_holds_the_password(address: str, sandbox_release: Path, server: Server) -> None:
    home = sandbox_release
    done = run_langson("publish-to-postgres", "--home", home, env={ADDRESS: address.replace("HOST", server.host)})
    assert done.returncode == 1 and "PostgreSQL" in done.stderr
    for secret in (PASSWORD, WRITTEN):
        assert secret not in done.stdout + done.stderr


def test_without_an_address_the_command_names_the_variable(sandbox_release: Path) -> None:
    assert ADDRESS not in os.environ
    done = run_langson("publish-to-postgres", "--home", sandbox_release)
    assert done.returncode == 1 and ADDRESS in done.stderr


DOCUMENT = (ROOT / "docs" / "bi.md").read_text(encoding="utf-8")


def test_what_the_document_tells_a_bi_tool_to_run_runs(
    releases: list[Path], declared: Mapping[str, Table], server: Server, url: str
) -> None:
    queries = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)
    assert len(queries) >= 3
    publish(releases[0], declared, url, SCHEMA)
    with server.owner("bi") as connection:
        for query in queries:
            for statement in filter(str.strip, query.split(";")):
                connection.execute(statement.encode())
        connection.execute("drop role if exists bi_so_tttt")
    named = set(re.findall(r"\b((?:dim|fct|rpt)_[a-z_]+|release_info)\b", DOCUMENT))
    assert named and named <= set(declared)
    assert {ADDRESS, postgres.READER} <= set(re.findall(r"[A-Za-z_]+", DOCUMENT))
