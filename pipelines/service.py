"""Dagster's parts as services of a server: `python -m pipelines.service webserver|daemon|migrate`.

`make dev` is one process for one person; a server runs the daemon and the web UI apart, so that either may be restarted
alone. Both get the environment of one home, which LANGSON_HOME must name: a service never falls back to the sandbox.
"""

import os
import sys
from pathlib import Path

from pipelines.errors import LangsonError
from pipelines.holders import bury_the_dead
from pipelines.home import MANIFEST, ROOT, home_from

PORT = "3000"


def command(part: str, arguments: list[str]) -> list[str]:
    """The Dagster command of a part; raises LangsonError for a part that is not known."""
    beside = Path(sys.executable).parent
    location = ["-m", "pipelines.definitions"]
    if part == "daemon":
        return [str(beside / "dagster-daemon"), "run", *location, *arguments]
    if part == "webserver":
        address = ["-h", "127.0.0.1", "-p", os.environ.get("PORT", PORT)]
        return [str(beside / "dagster-webserver"), *location, *address, *arguments]
    if part == "migrate":
        return [str(beside / "dagster"), "instance", "migrate", *arguments]
    raise LangsonError(f"không có phần {part}: webserver, daemon, migrate | there is no part {part}")


def main(given: list[str]) -> None:
    """Set the home's environment and become that part; never comes back. Raises LangsonError."""
    wanted = command(given[0] if given else "", given[1:])
    if not os.environ.get("LANGSON_HOME"):
        raise LangsonError("chưa đặt LANGSON_HOME | LANGSON_HOME is not set")
    if not MANIFEST.exists():
        raise LangsonError(f"chưa có {MANIFEST}: make setup | is not there: make setup")
    home = home_from()
    home.enter()
    os.chdir(ROOT)
    if given[0] == "daemon":
        bury_the_dead(home, "langson daemon")
    os.execv(wanted[0], wanted)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except LangsonError as error:
        sys.exit(f"Lỗi | Error: {error}")
