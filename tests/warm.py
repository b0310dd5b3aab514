"""Programs forked from a process that has loaded what most of them need: their own start costs seconds, and tests
start many. Nothing but loading is shared: each program has its own process, folder, environment, and output.

The installed `langson` itself is started by the tests of killing, serving, backup, and the analysts' prompt.
"""

import gc
import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOADED = (
    "altair",
    "dagster",
    "dagster_dbt",
    "dbt.adapters.duckdb",
    "dbt.cli.main",
    "fastexcel",
    "great_expectations",
    "holidays",
    "jsonschema",
    "psycopg",
    "typer",
    "xlsxwriter",
)
"""Of others only: the project's own modules are those of the checkout that a program is run in."""


def load() -> None:
    """Load the modules; the forking process does it once, by importing `tests.warm_modules`."""
    os.environ.update({"GX_ANALYTICS_ENABLED": "false", "DAGSTER_DISABLE_TELEMETRY": "true"})
    for name in LOADED:
        importlib.import_module(name)
    # What was loaded is never garbage: neither here nor in what is forked from it.
    gc.collect()
    gc.freeze()


@cache
def _forking() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.warm_modules"])
    return context


def run_warm(
    program: str, arguments: Sequence[str | Path], environment: Mapping[str, str], folder: Path, code: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run `module:function` of a checkout as a program in a folder, with that environment alone."""
    told = [str(one) for one in arguments]
    with tempfile.TemporaryDirectory() as written:
        out, err = (Path(written) / name for name in ("stdout", "stderr"))
        process = _forking().Process(target=_call, args=(program, told, dict(environment), folder, code, out, err))
        process.start()
        process.join()
        assert process.exitcode is not None
        said = [path.read_text(encoding="utf-8") if path.exists() else "" for path in (out, err)]
    return subprocess.CompletedProcess([program, *told], process.exitcode, *said)


def _call(
    program: str, arguments: list[str], environment: dict[str, str], folder: Path, code: Path, out: Path, err: Path
) -> None:
    """What the forked process does; its exit code is that of the program."""
    for number, path in ((0, Path(os.devnull)), (1, out), (2, err)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
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
