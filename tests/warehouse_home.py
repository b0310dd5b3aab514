"""A simulated province up to the warehouse: taken in, defined and built by dbt, but not judged or published.

`python -m tests.warehouse_home HOME SEED clean|dirty`, in a process of its own because a home is entered once.
"""

import sys
from pathlib import Path

from pipelines.definitions_step import write_definitions
from pipelines.home import Home
from pipelines.intake import take_in
from pipelines.sandbox_step import make_sandbox
from tests.conftest import SCALE
from tests.dbt_home import build


def main(root: str, seed: str, dirt: str) -> None:
    """Make the home; raises what any of the steps raises."""
    home = Home(Path(root))
    home.enter()
    make_sandbox(home, int(seed), float(SCALE), dirt == "dirty")
    home.enter()
    take_in(home, home.inbox)
    write_definitions(home)
    build(home.root)


if __name__ == "__main__":
    main(*sys.argv[1:])
