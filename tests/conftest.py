"""Homes made by the command line, once a session: what every end-to-end test looks at."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session")
def sandbox_release(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, bool], Path]:
    """Homes with a simulated province, run once for each seed and dirt."""
    made: dict[tuple[int, bool], Path] = {}

    def release(seed: int, dirt: bool) -> Path:
        if (seed, dirt) not in made:
            home = tmp_path_factory.mktemp(f"seed{seed}{'dirty' if dirt else 'clean'}") / "home"
            done = run_langson(
                "run", "--home", home, "--seed", str(seed), "--scale", SCALE, "--dirty" if dirt else "--clean"
            )
            assert done.returncode in (0, 3), done.stdout[-3000:] + done.stderr[-3000:]
            made[seed, dirt] = home
        return made[seed, dirt]

    return release


@pytest.fixture
def dirty_home(sandbox_release: Callable[[int, bool], Path], tmp_path: Path) -> Path:
    """A copy of a home with a release, for a test to do things to."""
    home = tmp_path / "home"
    shutil.copytree(sandbox_release(2022, True), home, symlinks=True)
    return home
