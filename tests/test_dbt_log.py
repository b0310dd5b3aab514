"""What dbt tells of a build in its log: the outcome of every test is kept, and a failure is told with its reason."""

import json
from pathlib import Path

import pytest

from pipelines.dbt_log import Told, failure, keep_test_results
from pipelines.files import read_json
from pipelines.home import MANIFEST, Home
from tests.dbt_home import dbt, make_home

pytestmark = pytest.mark.slow


def test_a_build_that_fails_is_told_with_reasons_and_the_outcome_of_each_test_is_kept(tmp_path: Path) -> None:
    make_home(tmp_path, {"measures": [{"measure_code": "people", "accumulation": "yearly", "rollup": "subtree"}]})
    (tmp_path / "definitions/corrections.parquet").unlink()
    done = dbt(tmp_path, "--log-format", "json", "build", "--select", "source:definitions.measures", "stg_corrections")
    assert done.returncode == 1
    told = Told()
    for line in done.stdout.splitlines():
        told.hear(json.loads(line))
    assert told.finished
    assert len(told.errors) == 2
    said = failure(told)
    assert "model.langson.stg_corrections" in said and "definitions/corrections" in said
    assert "_accumulation_" in said and "Got 1 result" in said
    keep_test_results(Home(tmp_path), told, json.loads(MANIFEST.read_text(encoding="utf-8")))
    kept = read_json(Home(tmp_path).dbt_results)
    outcomes = {(entry["check"].split("measures_")[-1].split("__")[0], entry["outcome"]): entry for entry in kept}
    assert outcomes["accumulation", "fail"]["failures"] == 1
    assert outcomes["rollup", "passed"]["failures"] == 0
    assert {entry["outcome"] for entry in kept} == {"fail", "passed", "skipped"}


def test_a_build_that_ends_before_its_first_model_is_told_with_its_reason_or_where_to_look(tmp_path: Path) -> None:
    make_home(tmp_path, {})
    done = dbt(tmp_path, "--log-format", "json", "build", "--select", "stg_corrections", "--profile", "other")
    assert done.returncode == 2
    told = Told()
    for line in done.stdout.splitlines():
        told.hear(json.loads(line))
    assert not told.finished
    assert "Could not find profile named 'other'" in failure(told)
    assert "stopped half-way" in failure(Told())
