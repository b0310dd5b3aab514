"""`make dev`: Dagster's web UI and daemon on 127.0.0.1, over the home of real deliveries or else the sandbox's.

With LANGSON_INBOX set it is alive: what is dropped there becomes a release, or a refusal with its reason.
"""

import os
import sys
from pathlib import Path

from pipelines.holders import bury_the_dead
from pipelines.home import ROOT, home_for_intake, home_from

PORT = "3000"


def main() -> None:
    """Set the home's environment and become `dagster dev`; never comes back."""
    home = home_for_intake(None, True) if os.environ.get("LANGSON_INBOX") else home_from()
    home.enter()
    os.chdir(ROOT)
    bury_the_dead(home, "make dev")
    print(f"Dagster: http://127.0.0.1:{os.environ.get('PORT', PORT)} — {home.root}", flush=True)
    dagster = Path(sys.executable).with_name("dagster")
    arguments = ["dev", "-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", os.environ.get("PORT", PORT)]
    os.execv(dagster, [str(dagster), *arguments])


if __name__ == "__main__":
    main()
