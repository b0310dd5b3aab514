"""A simulated province up to dbt: taken in and defined, in a process of its own because a home is entered once."""

import sys
from pathlib import Path

from pipelines.definitions_step import write_definitions
from pipelines.home import Home
from pipelines.intake import take_in
from pipelines.sandbox_step import make_sandbox
from tests.conftest import SCALE


def main() -> None:
    """Make the home that the arguments name, of a seed, clean or dirty; raises what any of the steps raises."""
    root, seed, dirt = sys.argv[1:]
    home = Home(Path(root))
    home.enter()
    make_sandbox(home, int(seed), float(SCALE), dirt == "dirty")
    home.enter()
    take_in(home, home.inbox)
    write_definitions(home)
