"""Programs forked from a process that has loaded what most of them need: their own start costs seconds, and tests
start many. Nothing but loading is shared: each program has its own process, folder, environment, and output.

The installed `langson` itself is started by the tests of killing, serving, and the analysts' prompt.
"""

import atexit
import gc
import importlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing import get_context, reduction
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).parents[1]
ADDRESS = "WARM_ADDRESS"
"""The environment variable that names the socket of the forking process: one for all workers of a test run."""
SOCKET = "socket"
LOADED = (
    "alembic.command",
    "altair",
    "dagster",
    "dagster._core.storage.sqlite_storage",
    "dagster_dbt",
    "dbt.adapters.duckdb",
    "dbt.cli.main",
    "fastexcel",
    "great_expectations",
    "holidays",
    "httpx",
    "jsonschema",
    "psycopg",
    "pysdmx.io.json.sdmxjson2.writer",
    "rdflib",
    "rich.progress",
    "typer",
    "xlsxwriter",
)
"""Of others only: the project's own modules are those of the checkout that a program is run in."""


# --- who asks ---------------------------------------------------------------------------------------------------------


def address() -> str:
    """Where the forking process answers; starts one, which ends with this process, when there is none."""
    if ADDRESS not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="warm-"))
        # It looks for garbage as rarely as this process: it loads nothing of the project, where that is declared.
        rarely = [str(threshold) for threshold in gc.get_threshold()]
        command = [sys.executable, "-m", "tests.warm", folder, *rarely]
        serving = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)
        atexit.register(shutil.rmtree, folder)
        # The end of its input is the end of whoever started it, however that came about.
        atexit.register(serving.communicate)
        while not (folder / SOCKET).exists():
            assert serving.poll() is None, "the forking process ended"
            select.select([], [], [], 0.01)
        os.environ[ADDRESS] = str(folder / SOCKET)
    return os.environ[ADDRESS]


def start(
    program: str,
    arguments: Sequence[str | Path],
    environment: Mapping[str, str],
    folder: Path,
    code: Path,
    files: Sequence[int],
    where: str,
) -> tuple[int, Connection]:
    """Start `module:function` of a checkout in a folder, with that environment alone and those three open files.

    Gives its process number, and what its exit code can be received from.
    """
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(where)
        connection = Connection(asking.detach())
    connection.send((program, [str(one) for one in arguments], dict(environment), Path(folder), code))
    for file in files:
        reduction.send_handle(connection, file, None)
    return connection.recv(), connection


def run_warm(
    program: str, arguments: Sequence[str | Path], environment: Mapping[str, str], folder: Path, code: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, as `subprocess.run` does with its output captured."""
    with Path(os.devnull).open() as nothing, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        files = [nothing.fileno(), out.fileno(), err.fileno()]
        _, ending = start(program, arguments, environment, folder, code, files, address())
        exit_code = ending.recv()
        ending.close()
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode())
    return subprocess.CompletedProcess([program, *map(str, arguments)], exit_code, *said)


def sources_of(root: Path) -> str:
    """The sources of a checkout as make tells dbt: it parses all anew where it is told otherwise."""
    return " ".join(sorted(path.parent.name for path in root.glob("sources/*/source.yml")))


def write_langson(folder: Path) -> None:
    """Write a `langson` for a shell's PATH that does what the installed one does, forked."""
    text = f"""#!{sys.executable}
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from tests.warm import ROOT, start
asked = start("pipelines.cli:main", sys.argv[1:], os.environ, os.getcwd(), ROOT, [0, 1, 2], {address()!r})
sys.exit(asked[1].recv())
"""
    folder.mkdir()
    (folder / "langson").write_text(text, encoding="utf-8")
    (folder / "langson").chmod(0o755)


class ForkedDbt:
    """dbt as dagster-dbt starts it: as much of `subprocess.Popen` as that uses."""

    where = ""
    """Where the forking process answers; what is forked from it has another environment, that may not tell."""

    def __init__(self, args: Sequence[str], stdout: int, stderr: int, env: Mapping[str, str], cwd: Path) -> None:
        assert (stdout, stderr) == (subprocess.PIPE, subprocess.STDOUT)
        self.args, self.returncode = args, None
        read, written = os.pipe()
        with Path(os.devnull).open() as nothing:
            files = [nothing.fileno(), written, written]
            self.pid, self._ending = start("dbt.cli.main:cli", args[1:], env, cwd, ROOT, files, self.where or address())
        os.close(written)
        self.stdout = os.fdopen(read, "rb")

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            self.returncode = self._ending.recv()
            self._ending.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


FORKING_DBT = SimpleNamespace(Popen=ForkedDbt, PIPE=subprocess.PIPE, STDOUT=subprocess.STDOUT)
"""In the place of `subprocess` in dagster-dbt: dbt is forked, not started."""


# --- who forks --------------------------------------------------------------------------------------------------------


def serve(folder: Path) -> None:
    """Fork what is asked for at a socket in this folder, until the input ends."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "early"))
        listening.listen(16)
        # Whoever sees it can ask; what is asked meanwhile waits for the loading.
        (folder / "early").rename(folder / SOCKET)
        _load()
        ForkedDbt.where = str(folder / SOCKET)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while sys.stdin not in select.select([listening, sys.stdin], [], [])[0]:
            asked, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _fork(Connection(asked.detach()))
                os._exit(0)
            asked.close()


def _load() -> None:
    os.environ.update({"GX_ANALYTICS_ENABLED": "false", "DAGSTER_DISABLE_TELEMETRY": "true"})
    for name in LOADED:
        importlib.import_module(name)
    importlib.import_module("dagster_dbt.core.dbt_cli_invocation").subprocess = FORKING_DBT
    _parse()
    # What was loaded is never garbage: neither here nor in what is forked from it.
    gc.collect()
    gc.freeze()


def _parse() -> None:
    """Have dbt read the project once: it makes the code that its classes need only as they are first used."""
    from dbt.cli.main import dbtRunner

    project = ROOT / "dbt_project"
    os.environ["LANGSON_SOURCES"] = sources_of(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(project / "target" / "partial_parse.msgpack", folder)
        told = {"project-dir": project, "profiles-dir": project, "target-path": folder, "log-path": folder}
        done = dbtRunner().invoke(["--quiet", "parse", *(f"--{name}={path}" for name, path in told.items())])
    assert done.success, done.exception


def _fork(connection: Connection) -> None:
    """Run what one asker wants, and tell its process number and its exit code."""
    program, arguments, environment, folder, code = connection.recv()
    files = [reduction.recv_handle(connection) for _ in range(3)]
    process = get_context("fork").Process(target=_run, args=(program, arguments, environment, folder, code, files))
    process.start()
    for file in files:
        os.close(file)
    with suppress(BrokenPipeError):
        connection.send(process.pid)
        process.join()
        connection.send(process.exitcode)


def _run(
    program: str, arguments: list[str], environment: dict[str, str], folder: Path, code: Path, files: list[int]
) -> None:
    """What the forked process does; its exit code is that of the program."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    module, _, function = program.partition(":")
    sys.argv = [module, *arguments]
    sys.path.insert(0, str(code))
    try:
        getattr(importlib.import_module(module), function)()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    gc.set_threshold(*map(int, sys.argv[2:]))
    serve(Path(sys.argv[1]))
