"""Homes made by the command line, once a session: what every end-to-end test looks at."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.receiver import Receiver

if TYPE_CHECKING:
    from sandbox.sftp_server import SftpServer
    from tests.inboxes import Clock

ROOT = Path(__file__).parents[1]
SCALE = "0.002"
LANGSON = Path(sys.executable).with_name("langson")


def run_langson(*arguments: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One command as an operator gives it; nothing of this process's own settings leaks in."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LANGSON_", "DBT_"))}
    return subprocess.run(
        [LANGSON, *map(str, arguments)],
        cwd=ROOT,
        env={**inherited, "COLUMNS": "200", **(env or {})},
        capture_output=True,
        text=True,
        check=False,
    )


LONGEST_FIRST = (
    "test_truth.py",
    "test_truth_other_seed.py",
    "test_end_to_end.py",
    "test_automation_runs.py",
    "test_docs_operating.py",
    "test_daemon.py",
    "test_dbt_unit.py",
    "test_docs.py",
    "test_next_year.py",
    "test_site_browser.py",
    "test_inbox_run.py",
    "test_sandbox_serve.py",
    "test_units_by_day.py",
)
"""Files that take minutes: what is started last must be short, or one worker ends long after the other."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first.

    What only looks at the home of seed 2022 comes after those that make homes: nobody waits while another makes it.
    """
    rank = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


@pytest.fixture(scope="session")
def sandbox_release(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, bool], Path]:
    """Homes with a simulated province, run once a session for each seed and dirt, whichever worker asks first."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def release(seed: int, dirt: bool) -> Path:
        home = shared / f"seed{seed}-{'dirty' if dirt else 'clean'}" / "home"
        home.parent.mkdir(exist_ok=True)
        with (home.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (home / "releases" / "current").exists():
                world = ("--seed", str(seed), "--scale", SCALE, "--dirty" if dirt else "--clean")
                done = run_langson("run", "--home", home, *world)
                assert done.returncode in (0, 3), done.stdout[-3000:] + done.stderr[-3000:]
        return home

    return release


@pytest.fixture
def dirty_home(sandbox_release: Callable[[int, bool], Path], tmp_path: Path) -> Path:
    """A copy of a home with a release, for a test to do things to."""
    home = tmp_path / "home"
    shutil.copytree(sandbox_release(2022, True), home, symlinks=True)
    return home


@pytest.fixture(scope="module")
def running_sftp(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[SftpServer]":
    """An SFTP server for the tests of one file."""
    from sandbox.sftp_server import serve  # what it needs takes half a second to load, for a few tests only

    with serve(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture
def server(running_sftp: "SftpServer") -> "SftpServer":
    """The SFTP server in a good mood and with an empty folder."""
    shutil.rmtree(running_sftp.root / "inbox", ignore_errors=True)
    (running_sftp.root / "inbox").mkdir()
    running_sftp.losses, running_sftp.reads, running_sftp.grow = 0, 0, None
    running_sftp.opened_for_writing.clear()
    running_sftp.trust()
    return running_sftp


@pytest.fixture
def clock() -> "Clock":
    """A clock that stands, an hour after every file of the tests."""
    from tests.inboxes import Clock

    return Clock(time.time() + 3600)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Somebody who is alerted: LANGSON_ALERTS of this process names it."""
    made = Receiver()
    monkeypatch.setenv("LANGSON_ALERTS", made.address)
    yield made
    made.close()
