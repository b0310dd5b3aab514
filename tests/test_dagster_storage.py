"""Dagster's runs and events: in SQLite files, or by one variable in PostgreSQL; tried on a real server."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.home import INSTANCE_DATABASE, ROOT
from sandbox.database import Server

PASSWORD = "chim-hoang-yen-9b21"  # a canary
# A small job and what is recorded of it, in a process of its own as an operator's would be.
SCRIPT = """
import sys
from pathlib import Path
from pipelines.home import Home

Home(Path(sys.argv[1])).enter()

import dagster

@dagster.asset
def dem() -> None:
    pass

with dagster.DagsterInstance.get() as instance:
    done = dagster.materialize([dem], instance=instance)
    [run] = instance.get_runs()
    assert run.run_id == done.run_id and run.is_success
    assert instance.all_logs(run.run_id)
    instance.upgrade()
    print(type(instance.run_storage).__name__)
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A database for Dagster alone, owned by a user of its own."""
    with Server() as server:
        server.create("dagster")
        with server.owner() as connection:
            connection.execute(f"create role dagster login password '{PASSWORD}'".encode())
            connection.execute("alter database dagster owner to dagster")
        # As an operator writes it: no driver named.
        yield server.url("dagster", PASSWORD, "dagster").replace("+psycopg", "")


def run(home: Path, *command: str, database: str = "") -> subprocess.CompletedProcess[str]:
    """A command with the operator's variable, and none of this process's own settings."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LANGSON_", "DAGSTER_"))}
    told = {INSTANCE_DATABASE: database} if database else {}
    return subprocess.run(
        [sys.executable, *command, str(home)], cwd=ROOT, env={**inherited, **told}, capture_output=True, text=True
    )


def test_a_run_is_recorded_in_the_database_and_the_password_nowhere(address: str, tmp_path: Path) -> None:
    done = run(tmp_path, "-c", SCRIPT, database=address)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "PostgresRunStorage"
    info = run(
        tmp_path, "-c",
        "import sys, pathlib, subprocess; from pipelines.home import Home; Home(pathlib.Path(sys.argv[1])).enter();"
        "sys.exit(subprocess.run([sys.executable, '-m', 'dagster', 'instance', 'info']).returncode)",
        database=address,
    )  # fmt: skip
    assert info.returncode == 0, info.stderr
    versions = re.findall(r"current: (\w+)\s+latest: (\w+)", info.stdout)
    assert versions and all(current == latest for current, latest in versions), info.stdout
    told = [done.stdout, done.stderr, info.stdout, info.stderr]
    told += [path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()]
    assert [text for text in told if PASSWORD in text] == []
    assert not list((tmp_path / "dagster" / "storage").rglob("*.db")), "something went to SQLite"


def test_without_the_variable_runs_are_in_files_of_the_home(tmp_path: Path) -> None:
    done = run(tmp_path, "-c", SCRIPT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "KeptRunStorage"
    assert list((tmp_path / "dagster" / "storage").rglob("*.db"))
    assert not (tmp_path / "dagster" / "instance").exists()


def test_the_two_instances_differ_in_their_storage_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    from pipelines.home import Home

    for name in Home(tmp_path).environment():
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.setenv(INSTANCE_DATABASE, "postgres://somebody@nowhere/dagster")
    Home(tmp_path).enter()
    assert os.environ["DAGSTER_HOME"] == str(tmp_path / "dagster" / "instance")
    ours, theirs = (
        yaml.safe_load((folder / "dagster.yaml").read_text()) for folder in (ROOT, tmp_path / "dagster" / "instance")
    )
    assert theirs.pop("storage") == {"postgres": {"postgres_url": {"env": INSTANCE_DATABASE}}}
    ours.pop("storage")
    assert ours == theirs


def test_what_kept_connections_wrote_is_what_dagsters_own_storage_reads(tmp_path: Path) -> None:
    import dagster as dg
    from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

    from pipelines.dagster_storage import MOST_SHARDS

    @dg.asset
    def counted() -> int:
        return 1

    def instance(module: str, storage: str) -> dg.DagsterInstance:
        folder = tmp_path / storage
        folder.mkdir()
        config = {"module": module, "class": storage, "config": {"base_dir": str(tmp_path / "storage")}}
        (folder / "dagster.yaml").write_text(
            json.dumps({"storage": {"custom": config}, "telemetry": {"enabled": False}})
        )
        return dg.DagsterInstance.from_config(str(folder))

    theirs = instance("dagster._core.storage.sqlite_storage", DagsterSqliteStorage.__name__)
    with instance("pipelines.dagster_storage", "KeptSqliteStorage") as ours:
        # More runs than event logs stay open, and the first one's asked for again at the end.
        runs = [dg.materialize([counted], instance=ours).run_id for _ in range(MOST_SHARDS + 2)]
        told = {run: [entry.message for entry in ours.all_logs(run)] for run in runs}
        # While ours are still open: another process may look at any time.
        assert {run: [entry.message for entry in theirs.all_logs(run)] for run in runs} == told
        assert all(len(messages) > 5 for messages in told.values())
        assert len(theirs.fetch_materializations(counted.key, limit=100).records) == len(runs)
        dg.materialize([counted], instance=theirs)
        assert len(ours.fetch_materializations(counted.key, limit=100).records) == len(runs) + 1
        ours.wipe()
        assert theirs.get_runs() == [] and not theirs.fetch_materializations(counted.key, limit=1).records
        assert dg.materialize([counted], instance=ours).success
    assert [run.status for run in theirs.get_runs()] == [dg.DagsterRunStatus.SUCCESS]
