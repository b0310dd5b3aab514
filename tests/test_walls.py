"""The walls of the house that the linter cannot see: what is loaded when, and who reads whom."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def modules_loaded_by(statement: str) -> set[str]:
    """Top-level packages in memory after a statement ran in a fresh interpreter."""
    code = f"import sys\n{statement}\nprint('\\n'.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


def test_definitions_load_without_great_expectations_and_pandas() -> None:
    assert modules_loaded_by("import pipelines.definitions") & {"great_expectations", "pandas", "sandbox"} == set()


def test_the_command_line_starts_without_the_graph_and_the_engines() -> None:
    heavy = {"dagster", "dagster_dbt", "dbt", "great_expectations", "pandas", "duckdb", "pyarrow", "sandbox"}
    assert modules_loaded_by("import pipelines.cli") & heavy == set()


def test_the_door_knows_no_orchestrator_and_no_sandbox() -> None:
    loaded = modules_loaded_by("import sources.door.intake, sources.door.inspect, sources.catalogue, sources.units")
    assert loaded & {"dagster", "sandbox", "pandas", "great_expectations"} == set()


def test_the_sandbox_knows_nothing_of_the_sources() -> None:
    assert modules_loaded_by("import sandbox.generate") & {"sources", "pipelines", "dagster"} == set()


def dbt_references(folder: str) -> set[tuple[str, str]]:
    """(model, what it reads) of every model under a folder; sources are told as "source name"."""
    found = set()
    for path in (ROOT / "dbt_project" / "models" / folder).rglob("*.sql"):
        text = path.read_text(encoding="utf-8")
        found |= {(path.stem, name) for name in re.findall(r"ref\('([a-z_0-9]+)'\)", text)}
        found |= {(path.stem, f"source {name}") for name in re.findall(r"source\('([a-z_0-9]+)'", text)}
    return found


def test_marts_read_only_intermediate_models() -> None:
    assert {pair for pair in dbt_references("marts") if not pair[1].startswith("int_")} == set()


def test_intermediate_models_read_only_staging_definitions_and_intermediate() -> None:
    allowed = ("stg_", "base_", "int_", "source definitions")
    assert {pair for pair in dbt_references("intermediate") if not pair[1].startswith(allowed)} == set()


@pytest.mark.parametrize("path", sorted((ROOT / "dbt_project" / "models").rglob("*.sql")), ids=lambda path: path.stem)
def test_every_pick_of_one_row_has_a_unique_order(path: Path) -> None:
    """`row_number` without an order, and `any_value`/`first`, give another row every run."""
    text = path.read_text(encoding="utf-8").lower()
    assert re.findall(r"\b(any_value|first|last|arbitrary)\s*\(", text) == []
    for window in re.findall(r"row_number\(\)\s+over\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)", text):
        assert "order by" in window, f"{path.name}: row_number() over ({window.strip()})"
