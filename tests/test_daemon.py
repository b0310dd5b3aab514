"""`make dev` left alone: a file dropped into the inbox becomes a release, or a refusal with its reason.

The real daemon, web server and browser, started once for the module over a home of one source.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from pipelines.automation.alerts import ADDRESSES
from tests.browser import CHROMIUM, browser
from tests.conftest import ROOT
from tests.hand_written import KEY, work_files
from tests.receiver import CANARY, Receiver
from tests.test_end_to_end import ask

pytestmark = pytest.mark.slow

T = TypeVar("T")
PATIENCE = 300
"""Seconds for one thing to happen on a machine that does other work too; alone it is well under a minute."""
CHECK = """query($key: AssetKeyInput!, $name: String!) {
  assetCheckExecutions(assetKey: $key, checkName: $name, limit: 1) {
    runId status evaluation { severity metadataEntries { label ... on TextMetadataEntry { text } } } } }"""
PIDS = """query($run: ID!) { logsForRun(runId: $run) { ... on EventConnection { events {
  ... on EngineEvent { metadataEntries { label ... on TextMetadataEntry { text } } } } } } }"""
RUNS = "{ runsOrError { ... on Runs { results { runId jobName status } } } }"


class Living:
    """A running `make dev`."""

    def __init__(self, root: Path, receiver: Receiver) -> None:
        self.root, self.inbox, self.home, self.receiver = root, root / "inbox", root / "home", receiver
        (self.inbox / "e_office").mkdir(parents=True)
        self.log = root / "dev.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("LANGSON_", "DBT_", "DAGSTER_"))
        }
        told = {
            "LANGSON_HOME": str(self.home),
            "LANGSON_INBOX": str(self.inbox),
            ADDRESSES: receiver.address,
            "PORT": str(port),
            **KEY,
        }
        # A child started without a terminal inherits signals as ignored, and could not be stopped.
        self.process = subprocess.Popen(
            ["env", "--default-signal=INT,TERM", sys.executable, "-m", "pipelines.dev"],
            cwd=ROOT, env={**inherited, **told}, stdout=self.log.open("w"), stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip

    def wait(self, what: str, look: Callable[[], T | None]) -> T:
        """What a look finds, once it finds something."""
        deadline = time.monotonic() + PATIENCE
        while True:
            assert self.process.poll() is None, f"make dev ended:\n{self.log.read_text()[-3000:]}"
            assert "Error loading repository" not in self.log.read_text(), self.log.read_text()[-3000:]
            if found := look():
                return found
            assert time.monotonic() < deadline, f"{what}: never\n{self.runs()}\n{self.log.read_text()[-6000:]}"
            time.sleep(0.5)

    def graphql(self, query: str, **variables: Any) -> Any:
        try:
            answer = httpx.post(f"{self.address}/graphql", json={"query": query, "variables": variables}, timeout=30)
        except httpx.TransportError:
            return {}
        return (answer.json().get("data") or {}) if answer.status_code == 200 else {}

    def runs(self) -> dict[str, tuple[str, str]]:
        found = self.graphql(RUNS).get("runsOrError", {}).get("results", [])
        return {run["runId"]: (run["jobName"], run["status"]) for run in found}

    def worker(self) -> int | None:
        """The process of the only run there is."""
        for run_id in self.runs():
            events = self.graphql(PIDS, run=run_id).get("logsForRun", {}).get("events", [])
            entries = [entry for event in events for entry in event.get("metadataEntries", [])]
            return next((int(entry["text"]) for entry in entries if entry["label"] == "pid"), None)
        return None

    def all_done(self) -> dict[str, tuple[str, str]] | None:
        runs = self.runs()
        return runs if runs and {status for _, status in runs.values()} <= {"SUCCESS", "FAILURE"} else None

    def releases(self) -> list[Path]:
        folder = self.home / "releases"
        return sorted(path for path in folder.glob("*") if path.suffix == "" and not path.is_symlink())

    def refusal(self) -> dict[str, Any] | None:
        """The newest outcome of the check of refusals of the register of work files, when it failed."""
        key = {"path": ["landing", "e_office", "work_files"]}
        found = self.graphql(CHECK, key=key, name="deliveries_accepted").get("assetCheckExecutions")
        return found[0] if found and found[0]["status"] == "FAILED" and found[0]["evaluation"] else None

    def alert(self, title: str) -> dict[str, str] | None:
        """The first message whose title begins so."""
        return next((one for one in self.receiver.messages if one["title"].startswith(title)), None)

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(60)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    receiver = Receiver()
    made = Living(tmp_path_factory.mktemp("living"), receiver)
    try:
        yield made
    finally:
        made.stop()
        receiver.close()


def test_a_good_file_becomes_a_release_though_its_run_was_killed_once(living: Living) -> None:
    living.wait("the web server", lambda: living.graphql("{ version }"))
    work_files(living.inbox / "e_office/so_SO_TTTT_202201.html", rows=4)
    os.kill(living.wait("the run's process", living.worker), signal.SIGKILL)
    living.wait("the alert", lambda: living.alert("Lượt chạy hỏng"))
    current = living.home / "releases/current"
    living.wait("a release", lambda: current.exists() or None)
    [(denominator, status)] = ask(
        living.home,
        """select denominator, status from fct_indicator_value where indicator_code = 'a2'
        and definition = 'headline' and unit_code = 'SO_TTTT' and period_start = '2022-01-01'""",
    )
    assert (denominator, status) == (4, "computed")


def test_a_broken_file_is_a_refusal_with_its_reason_in_the_log_and_in_an_alert(living: Living) -> None:
    living.wait("the first run's end", living.all_done)
    before = living.releases()
    work_files(living.inbox / "e_office/so_SO_YT_202201.html", header="Mã số hồ sơ")
    dropped = time.monotonic()
    refusal = living.wait("the refusal", living.refusal)
    refused = time.monotonic()
    assert refusal["evaluation"]["severity"] == "ERROR"
    reason = next(entry["text"] for entry in refusal["evaluation"]["metadataEntries"] if entry["label"] == "reason")
    assert "so_SO_YT_202201.html" in reason and "ma_hscv" in reason
    living.wait("the release that shows it", lambda: len(living.releases()) > len(before) or None)
    released = time.monotonic()
    print(f"refused {refused - dropped:.0f} s and released {released - dropped:.0f} s after it was dropped")
    alert = living.wait("the alert", lambda: living.alert("Lượt nhận bị từ chối: e_office/so_SO_YT_202201.html"))
    assert "ma_hscv" in alert["message"] and "#delivery-refused" in alert["message"]
    living.wait("the second run's end", living.all_done)
    # The other sender's number stands, and what was refused is part of a release of its own.
    [(refused, delivery), (standing, _)] = ask(living.home, "select outcome, delivery_id from deliveries order by 1")
    assert (refused, standing) == ("refused", "standing") and delivery in alert["message"]
    assert len(living.releases()) == len(before) + 1


def test_each_file_was_one_run_and_the_crash_one_more_and_no_secret_was_written(living: Living) -> None:
    runs = living.wait("the end of every run", living.all_done)
    jobs = sorted(runs.values())
    # Nothing else ran: what flows by conditions had nothing left to do.
    assert [job for job in jobs if job[0] != "main"] == [("deliveries", "FAILURE"), *[("deliveries", "SUCCESS")] * 2]
    assert {job for job in jobs if job[0] == "main"} == {("main", "SUCCESS")}
    titles = [message["title"] for message in living.receiver.messages]
    assert len([title for title in titles if title.startswith("Lượt nhận bị từ chối")]) == 1
    assert len([title for title in titles if "Lượt chạy hỏng" in title]) == 2, "a crash is told, and its end"
    written = [path for path in living.root.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(written) > 50
    assert [path for path in written if CANARY.encode() in path.read_bytes()] == []


@pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="no chromium on this machine")
def test_the_graph_and_a_refusal_with_its_reason_can_be_read_in_the_web_ui(living: Living, tmp_path: Path) -> None:
    living.wait("the refusal", living.refusal)
    with browser(tmp_path / "profile") as page:
        page.open(f"{living.address}/asset-groups")
        page.wait_for("e_office", "release", "definitions")
        assert len(page.picture(tmp_path / "graph.png")) > 20_000
        page.open(f"{living.address}/assets/landing/e_office/work_files?view=checks&checkDetail=deliveries_accepted")
        page.wait_for("deliveries_accepted", "so_SO_YT_202201.html", "ma_hscv")
        assert len(page.picture(tmp_path / "refusal.png")) > 20_000
