"""A copy of the project in which a test may change files: what a reader of the docs would do, done for real."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.conftest import ROOT, plain_environment
from tests.warm import run_warm, sources_of

LEFT_OUT = frozenset({".git", ".venv", "data", "tests", "docs", "benchmarks"})
"""Folders of the root that no command needs."""


@dataclass(frozen=True)
class Tree:
    """A temporary checkout that runs with this environment's packages and its own code."""

    root: Path

    def path(self, name: str) -> Path:
        return self.root / name

    def replace(self, name: str, old: str, new: str) -> None:
        """Change one place of one file; the old text must stand there exactly once."""
        path = self.path(name)
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name}: {old!r} stands there {text.count(old)} times"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def document(self, name: str) -> dict:
        """A YAML file as data."""
        return yaml.safe_load(self.path(name).read_text(encoding="utf-8"))

    def write(self, name: str, text: str) -> None:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *command: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """A command with the tree's code, the way an operator's shell would run it."""
        environment = self._environment(env)
        command = [str(part) for part in command]
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)

    def langson(self, *arguments: str | Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """`langson …` of the tree."""
        return run_warm("pipelines.cli:main", arguments, self._environment(env), self.root, self.root)

    def _environment(self, env: Mapping[str, str] | None) -> dict[str, str]:
        own = {"PYTHONPATH": str(self.root), "DAGSTER_HOME": str(self.root), "COLUMNS": "200"}
        return {**plain_environment(), **own, **(env or {})}

    def prepare(self) -> None:
        """What `make setup` does after the packages: dbt's manifest; fails with dbt's own words."""
        home = self.root / "data" / "parse"
        # dbt reads anew only what differs from the parse that this checkout has.
        target = self.root / "dbt_project" / "target"
        target.mkdir(exist_ok=True)
        shutil.copy(ROOT / "dbt_project" / "target" / "partial_parse.msgpack", target)
        told = {
            "LANGSON_SOURCES": sources_of(self.root),
            "DBT_TARGET_PATH": str(self.root / "dbt_project" / "target"),
        }
        parse = ["--quiet", "parse", "--project-dir", "dbt_project", "--profiles-dir", "dbt_project"]
        done = run_warm("dbt.cli.main:cli", [*parse, "--log-path", home], self._environment(told), self.root, self.root)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def copy_tree(folder: Path) -> Tree:
    """The working tree as it is, without what git, make or tests keep beside it."""
    root = folder / "tree"
    made = shutil.ignore_patterns("target", "__pycache__", ".*_cache", "*.egg-info")

    def left_out(place: str, names: list[str]) -> set[str]:
        return made(place, names) | (LEFT_OUT & set(names) if Path(place) == ROOT else set())

    shutil.copytree(ROOT, root, ignore=left_out)
    return Tree(root)
