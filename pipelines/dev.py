"""`make dev`: Dagster's web UI and daemon on 127.0.0.1, over the home of real deliveries or else the sandbox's.

With LANGSON_INBOX set it is alive: what is dropped there becomes a release, or a refusal with its reason.
"""

import os
import sys
from pathlib import Path

from pipelines.errors import HomeBusy
from pipelines.holders import free_dead_runs, sole_use
from pipelines.home import ROOT, Home, home_for_intake, home_from

PORT = "3000"


def main() -> None:
    """Set the home's environment and become `dagster dev`; never comes back."""
    home = home_for_intake(None, True) if os.environ.get("LANGSON_INBOX") else home_from()
    home.enter()
    os.chdir(ROOT)
    bury_the_dead(home)
    print(f"Dagster: http://127.0.0.1:{os.environ.get('PORT', PORT)} — {home.root}", flush=True)
    dagster = Path(sys.executable).with_name("dagster")
    arguments = ["dev", "-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", os.environ.get("PORT", PORT)]
    os.execv(dagster, [str(dagster), *arguments])


def bury_the_dead(home: Home) -> None:
    """Close the runs that a power cut left open: runs take turns, and the queue would wait for them for ever."""
    import dagster as dg

    try:
        with sole_use(home, "make dev"), dg.DagsterInstance.get() as instance:
            free_dead_runs(instance)
    except HomeBusy as error:
        print(error, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
