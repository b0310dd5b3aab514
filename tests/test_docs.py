"""The pages about adding a source and an indicator: what they say is done in a copy of the project, then looked at."""

import json
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.grown_home import steps

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(grown: Path) -> Path:
    """A home run by a copy of the project after both pages were followed."""
    return grown / "home"


def value(home: Path, indicator: str, unit: str, month: date) -> tuple | None:
    with duckdb.connect(str(home / "releases/current/indicators.duckdb"), read_only=True) as release:
        found = release.execute(
            """select numerator, denominator, status, is_met from fct_indicator_value
            where indicator_code = ? and definition = 'headline' and unit_code = ? and period_start = ?""",
            [indicator, unit, month],
        ).fetchall()
    return found[0] if found else None


def test_a_target_over_counts_that_exist_is_one_file() -> None:
    first_part = [step.file for step in steps("adding-an-indicator.md")][:1]
    assert first_part == ["indicators/b9.yml"]


def test_a_target_with_a_new_count_adds_an_entry_and_one_branch() -> None:
    assert {step.file for step in steps("adding-an-indicator.md")[1:]} == {
        "indicators/measures.yml",
        "indicators/a7.yml",
        "dbt_project/models/intermediate/measures/int_e_office__measures.sql",
    }


def test_a_source_is_its_folders_one_model_and_one_suite() -> None:
    touched = {step.file for step in steps("adding-a-source.md")}
    own = re.compile(
        r"sources/digital_certificates/.+|dbt_project/models/staging/digital_certificates/.+"
        r"|dbt_project/models/intermediate/measures/int_digital_certificates__measures\.sql"
        r"|expectations/landing/digital_certificates__certificates\.json"
    )
    assert {file for file in touched if not own.fullmatch(file)} == {"indicators/measures.yml", "indicators/a8.yml"}


def test_the_new_sources_own_fixture_passes_its_door(grown: Path) -> None:
    said = json.loads((grown / "said.json").read_text(encoding="utf-8"))
    assert [(item["rows_read"], item["rows_landed"]) for item in json.loads(said["check"])] == [(5, 4)]


def test_the_indicator_over_existing_counts_is_computed(home: Path) -> None:
    assert value(home, "b9", "183", date(2022, 1, 1)) == (1, 3, "computed", False)
    assert value(home, "b9", "181", date(2022, 1, 1)) == (None, None, "source_missing", None)


def test_the_new_count_is_counted(home: Path) -> None:
    assert value(home, "a7", "SO_TTTT", date(2022, 1, 1)) == (3, 4, "computed", False)


def test_the_new_source_is_counted_within_its_age(home: Path) -> None:
    # Of the four landed rows: Sở Y tế has one of two in force, Sở Nội vụ one of two; the test row never lands.
    assert value(home, "a8", "SO_YT", date(2022, 3, 1)) == (1, 2, "computed", False)
    assert value(home, "a8", "SO_NV", date(2022, 8, 1)) == (1, 2, "computed", False)
    assert value(home, "a8", "20", date(2022, 3, 1)) == (2, 4, "computed", False)
    assert value(home, "a8", "SO_NV", date(2022, 2, 1)) == (None, None, "source_missing", None)
    assert value(home, "a8", "SO_NV", date(2022, 9, 1)) == (None, None, "source_missing", None)
