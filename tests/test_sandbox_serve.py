"""`langson sandbox serve`: the simulated systems as a real installation meets them, each asked by its own transport."""

import re
import shlex
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.intake import Notes, take_in
from sources.door.receipts import Receipt
from tests.conftest import LANGSON, ROOT


@pytest.fixture(scope="module")
def systems(sandbox_warehouse: Callable[[int, bool], Path]) -> Iterator[dict[str, str]]:
    """The variables that a running `langson sandbox serve` tells."""
    process = subprocess.Popen(
        [LANGSON, "sandbox", "serve", "--home", sandbox_warehouse(2022, False)], cwd=ROOT, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    told = {}
    for line in process.stdout:
        if line.startswith("#"):
            break
        name, _, value = line.removeprefix("export ").strip().partition("=")
        told[name] = shlex.split(value)[0]
    yield told
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0, "Ctrl-C ends it in order"


@pytest.fixture
def real(tmp_path: Path, systems: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Home:
    for name, value in systems.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LANGSON_HASH_KEY", "5" * 64)
    home = Home(tmp_path / "real")
    home.root.mkdir()
    return home


def months(receipts: list[Receipt], part: str) -> set[str]:
    return {f"{one.window_end:%Y-%m}" for one in receipts if one.part == part and one.outcome == "accepted"}


def test_closed_months_of_the_citizen_app_are_fetched_and_what_is_not_there_is_told(real: Home) -> None:
    notes = Notes()
    receipts = take_in(real, None, "citizen_app", notes=notes)
    assert months(receipts, "-") >= {f"2022-{month:02d}" for month in range(6, 13)}
    assert notes.failed and all("citizen_app.accounts" in text for text in notes.failed)
    again = take_in(real, None, "citizen_app", notes=Notes())
    assert again == [], "the same answers are no new deliveries"


def test_health_records_of_every_district_come_from_the_database(real: Home) -> None:
    receipts = take_in(real, None, "health_records", notes=Notes())
    assert {one.part for one in receipts if one.outcome == "accepted"} >= {"178", "180", "181", "183"}
    assert all(re.fullmatch(r"HSSK_\d{3}_\d{8}\.parquet", one.file_name) for one in receipts)


def test_files_left_on_the_sftp_server_are_taken(real: Home, systems: dict[str, str]) -> None:
    receipts = take_in(real, systems["LANGSON_INBOX"], "digital_radio", notes=Notes())
    assert [one for one in receipts if one.source_code == "digital_radio" and one.outcome == "accepted"]
