"""What a person meets at the command line: one readable message, the right exit code, and no waiting."""

import json
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.errors import LangsonError
from pipelines.holders import own_stamp, process_stamp, sole_use
from pipelines.home import Home
from pipelines.intake import manifest_arrivals, months_of, new_offers
from pipelines.outcome import Outcome
from pipelines.run import Request, month_groups
from publishing.words import multiple, number, percent
from sources.door.reading import Arrival
from sources.door.receipts import Receipt, write_receipts
from sources.registry import contracts

ROOT = Path(__file__).parents[1]
CONTRACT = contracts()["e_office"].datasets["work_files"].contract_hash


def langson(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LANGSON_HOME": str(home), "LANGSON_HASH_KEY": "ab" * 32, "COLUMNS": "200"}
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("settings", "arguments", "home", "is_simulated"),
    [
        ({}, [], "data/sandbox", True),
        ({"LANGSON_HOME": "/kho"}, [], "/kho", False),
        ({"LANGSON_INBOX": "/hop"}, [], "data/real", False),
        ({"LANGSON_HOME": "/kho", "LANGSON_INBOX": "/hop"}, [], "/kho", False),
        ({"LANGSON_INBOX": "/hop"}, ["--home", "/khac"], "/khac", False),
        ({"LANGSON_HOME": "/kho"}, ["--home", "/khac"], "/khac", True),
        ({"LANGSON_HOME": "/kho", "LANGSON_INBOX": "/hop"}, ["--seed", "77"], "data/sandbox", True),
        ({"LANGSON_HOME": "/kho"}, ["--inbox", "/hop"], "/kho", False),
    ],
)
def test_in_an_operators_environment_nothing_is_simulated_unless_it_is_asked_for(
    settings: dict[str, str], arguments: list[str], home: str, is_simulated: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Request] = []

    def taken(request: Request, say: object) -> Outcome:
        asked.append(request)
        raise LangsonError("thử | a trial")

    monkeypatch.setattr("pipelines.run.run", taken)
    for name in ("LANGSON_HOME", "LANGSON_INBOX"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    CliRunner().invoke(app, ["run", *arguments])
    assert [(one.home.root, one.simulate is not None) for one in asked] == [(ROOT / home, is_simulated)]


def receipt(**changes: object) -> Receipt:
    values: dict[str, object] = {
        "delivery_id": "d1", "rejected_by_rule": "{}",
        "source_code": "e_office", "dataset": "work_files", "part": "SO_TTTT", "file_name": "a.xlsx",
        "window_start": date(2022, 1, 1), "window_end": date(2022, 2, 28), "received_at": datetime(2022, 3, 8, 9),
        "file_modified_at": None, "sha256": "0", "contract_hash": CONTRACT,
        "outcome": "accepted", "reason": "", "rows_read": 3, "rows_landed": 2, "rows_rejected": 1, "rows_excluded": 0,
        "excluded_by_rule": "{}", "kind": "register", "landing_path": "", "origin": "sandbox",
        "key_fingerprint": "k",
    }  # fmt: skip
    return Receipt(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["verify"], "there is no release yet"),
        (["rollback"], "there is no release before"),
        (["rejects", "nothing"], "no such delivery"),
        (["check", "no_source", "x.xlsx"], "there is no source no_source"),
        (["check", "e_office", "x.xlsx"], "no such file"),
    ],
)
def test_an_expected_error_is_one_message_and_exit_code_1(arguments: list[str], told: str, tmp_path: Path) -> None:
    done = langson(*arguments, home=tmp_path)
    assert done.returncode == 1
    assert told in done.stderr and "Traceback" not in done.stderr


def test_an_empty_inbox_is_told(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    done = langson("run", "--inbox", str(tmp_path / "inbox"), "--home", str(tmp_path / "home"), home=tmp_path)
    assert (done.returncode, "nothing was received yet" in done.stderr) == (1, True)


def test_check_tells_of_a_file_as_json_and_lands_nothing(tmp_path: Path) -> None:
    path = tmp_path / "SoHSCV_SO_TTTT_202203.xlsx"
    path.write_text("<html><form>login</form></html>", encoding="utf-8")
    done = langson("check", "e_office", str(path), "--json", home=tmp_path / "home")
    told = json.loads(done.stdout)[0]
    assert (done.returncode, told["file_name"], bool(told["refusal"])) == (3, path.name, True)
    assert not (tmp_path / "home").exists()


def test_a_home_in_use_is_told_with_its_holder(tmp_path: Path) -> None:
    home = Home(tmp_path)
    told = pytest.raises(LangsonError, match=rf"langson run \(pid {os.getpid()}\)")
    with sole_use(home, "langson run"), told, sole_use(home, "langson rollback"):
        pass
    with sole_use(home, "langson rollback"):
        pass


def test_a_dead_process_has_no_stamp_and_a_living_one_has() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    assert process_stamp(child.pid) is None
    assert process_stamp(os.getpid()) == own_stamp()


def test_months_of_a_window_are_all_it_touches_and_a_snapshot_is_its_last_day() -> None:
    assert months_of([receipt()]) == {("e_office", "work_files"): {"2022-01", "2022-02"}}
    assert months_of([receipt(kind="snapshot")]) == {("e_office", "work_files"): {"2022-02"}}
    assert months_of([receipt(window_start=None, window_end=None)]) == {}


def test_changed_months_run_in_groups_of_neighbours() -> None:
    a, b = "a", "b"
    groups = month_groups({a: {"2021-12", "2022-01"}, b: {"2022-01", "2022-05"}})  # type: ignore[dict-item]
    assert groups == [("2021-12", "2022-01", {a, b}), ("2022-05", "2022-05", {b})]


def inbox_with(home: Home, content: str) -> list[Arrival]:
    path = home.inbox / "e_office" / "a.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    manifest = {"deliveries": [{"path": "e_office/a.xlsx", "received_at": "2022-03-08T09:00:00"}]}
    (home.inbox / "manifest.json").write_text(json.dumps(manifest))
    return manifest_arrivals(home.inbox)


def test_a_file_handed_in_once_is_not_offered_again_even_when_superseded(tmp_path: Path) -> None:
    home = Home(tmp_path)
    arrivals = inbox_with(home, "one")
    offers, entries = new_offers(home, home.inbox, arrivals, "sandbox")
    assert [offer.arrival for offer in offers] == arrivals
    first = receipt(sha256=offers[0].digest)
    write_receipts(home.root, [first, receipt(delivery_id="d2", sha256="another", received_at=datetime(2022, 4, 1))])
    home.ledger.write_text(json.dumps(entries))
    assert new_offers(home, home.inbox, arrivals, "sandbox")[0] == []
    home.ledger.unlink()  # as after a kill between the door and the ledger: the receipt still tells
    assert new_offers(home, home.inbox, arrivals, "sandbox")[0] == []


def test_a_changed_file_and_a_changed_contract_are_offered(tmp_path: Path) -> None:
    home = Home(tmp_path)
    offers, entries = new_offers(home, home.inbox, inbox_with(home, "one"), "sandbox")
    home.ledger.write_text(json.dumps(entries))
    write_receipts(home.root, [receipt(sha256=offers[0].digest, contract_hash="older")])
    assert len(new_offers(home, home.inbox, manifest_arrivals(home.inbox), "sandbox")[0]) == 1
    write_receipts(home.root, [receipt(sha256=offers[0].digest)])
    assert len(new_offers(home, home.inbox, inbox_with(home, "two"), "sandbox")[0]) == 1


def test_numbers_are_written_as_in_vietnamese() -> None:
    assert (percent(0.812), percent(None), multiple(3.25), number(12345)) == ("81,2 %", "–", "3,25 lần", "12.345")
