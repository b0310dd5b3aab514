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

from pipelines.load_ahead import collect_rarely
from tests.receiver import Receiver
from tests.warm import ADDRESS, address, run_warm

if TYPE_CHECKING:
    from sandbox.sftp_server import SftpServer
    from tests.inboxes import Clock
    from tests.troubled_home import Troubled

ROOT = Path(__file__).parents[1]
SCALE = "0.002"
LANGSON = Path(sys.executable).with_name("langson")


KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONDONTWRITEBYTECODE", ADDRESS)
"""What a program needs of the environment; dbt looks through all of it for secrets at every line of its log."""


def plain_environment() -> dict[str, str]:
    """As little environment as a program can do with, and none of this process's own settings."""
    return {name: os.environ[name] for name in KEPT if name in os.environ}


def run_langson(*arguments: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """One command as an operator gives it; nothing of this process's own settings leaks in."""
    environment = {**plain_environment(), "COLUMNS": "200", **(env or {})}
    return run_warm("pipelines.cli:main", arguments, environment, ROOT)


Once = Callable[[str, Callable[[Path], None]], Path]
"""What the fixture `once` gives: the folder of a name, made by what is given when nobody made it yet."""

LONGEST_FIRST = (
    "test_truth.py",
    "test_truth_other_seed.py",
    "test_daemon.py",
    "test_end_to_end.py",
    "test_automation_runs.py",
    "test_docs.py",
    "test_docs_operating.py",
    "test_dbt_unit.py",
    "test_site_browser.py",
    "test_inbox_run.py",
    "test_sandbox_serve.py",
    "test_explain.py",
    "test_open_data.py",
    "test_sandbox.py",
    "test_transport_sql.py",
    "test_transport_rest.py",
    "test_units_by_day.py",
)
"""Files that take minutes: what is started last must be short, or one worker ends long after the other."""


def pytest_configure(config: pytest.Config) -> None:
    """One forking process for all the workers; it loads while they collect."""
    collect_rarely()
    if config.getoption("numprocesses", None):
        address()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first.

    What looks at a home that another file's tests make comes well after them: nobody waits while it is made.
    """
    rank = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """A folder of that name made once a session, whichever worker asks first; the others wait for it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def folder(name: str, make: Callable[[Path], None]) -> Path:
        made = shared / name
        made.mkdir(exist_ok=True)
        with (made / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (made / "done").exists():
                make(made)
                (made / "done").touch()
        return made

    return folder


@pytest.fixture(scope="session")
def sandbox_release(once: Once) -> Path:
    """The home of the dirty province of seed 2022 with its release, as the command line makes it."""

    def make(folder: Path) -> None:
        done = run_langson("run", "--home", folder / "home", "--seed", "2022", "--scale", SCALE, "--dirty")
        assert done.returncode in (0, 3), done.stdout[-3000:] + done.stderr[-3000:]

    return once("seed2022-dirty", make) / "home"


@pytest.fixture(scope="session")
def sandbox_warehouse(once: Once) -> Callable[[int, bool], Path]:
    """Homes with a simulated province of a seed, with or without dirt, up to the warehouse: nothing is published."""
    from tests.dbt_home import build

    def warehouse(seed: int, dirt: bool) -> Path:
        word = "dirty" if dirt else "clean"

        def make(folder: Path) -> None:
            told = [folder / "home", str(seed), word]
            done = run_warm("tests.warehouse_home:main", told, plain_environment(), ROOT)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
            build(folder / "home")

        return once(f"seed{seed}-{word}-warehouse", make) / "home"

    return warehouse


@pytest.fixture(scope="session")
def troubled(once: Once) -> "Troubled":
    """The home of files written by hand, two of them refused."""
    from tests.troubled_home import make_troubled, troubled_in

    return troubled_in(once("troubled", make_troubled))


@pytest.fixture(scope="session")
def grown(once: Once) -> Path:
    """Where a copy of the project grew by a source, indicators and a directive: its `home` and `said.json`."""
    from tests.grown_home import make_grown

    return once("grown", make_grown)


@pytest.fixture
def troubled_home(troubled: "Troubled", tmp_path: Path) -> Path:
    """A copy of the troubled home, for a test to do things to."""
    home = tmp_path / "home"
    shutil.copytree(troubled.home, home, symlinks=True)
    return home


@pytest.fixture
def dirty_home(sandbox_release: Path, tmp_path: Path) -> Path:
    """A copy of a home with a release, for a test to do things to."""
    home = tmp_path / "home"
    shutil.copytree(sandbox_release, home, symlinks=True)
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
