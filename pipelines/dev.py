"""`make dev`: Dagster's web UI and daemon on 127.0.0.1 over the home the command line would mean."""

import os
import sys
from pathlib import Path

from pipelines.home import ROOT, home_from

PORT = "3000"


def main() -> None:
    """Set the home's environment and become `dagster dev`; never comes back."""
    home = home_from()
    home.enter()
    os.chdir(ROOT)
    print(f"Dagster: http://127.0.0.1:{os.environ.get('PORT', PORT)} — {home.root}", flush=True)
    dagster = Path(sys.executable).with_name("dagster")
    arguments = ["dev", "-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", os.environ.get("PORT", PORT)]
    os.execv(dagster, [str(dagster), *arguments])


if __name__ == "__main__":
    main()
