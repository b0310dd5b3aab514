"""The schedule and the sensors, asked directly: when they request a run, and when they stay still."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.automation import looks, triggers
from pipelines.automation.deliveries import DELIVERIES
from pipelines.home import SANDBOX_HOME, Home
from pipelines.jobs import freshness_job
from pipelines.resources import HomeResource
from tests.receiver import Receiver


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setenv("LANGSON_INBOX", str(tmp_path / "inbox"))
    (tmp_path / "inbox" / "e_office").mkdir(parents=True)
    yield Home(tmp_path / "home")


def sensor(home: Home, name: str) -> dg.SensorDefinition:
    return next(one for one in triggers.sensors(home) if one.name == name)


def ask(home: Home, name: str, cursor: str | None) -> tuple[list[dg.RunRequest], str | None]:
    """One tick: what was requested, and the cursor after it."""
    with dg.build_sensor_context(cursor=cursor, resources={"home": HomeResource(root=str(home.root))}) as context:
        found = sensor(home, name)(context)
    if isinstance(found, dg.SkipReason):
        return [], cursor
    assert isinstance(found, dg.SensorResult)
    return list(found.run_requests or []), found.cursor


def drop(home: Home, name: str, text: str = "x") -> Path:
    path = home.root.parent / "inbox" / "e_office" / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_inbox_requests_nothing(home: Home) -> None:
    assert ask(home, "inbox", None) == ([], None)


def test_a_file_is_asked_for_once_and_another_file_again(home: Home) -> None:
    drop(home, "a.html")
    [first], cursor = ask(home, "inbox", None)
    assert ask(home, "inbox", cursor) == ([], cursor)
    drop(home, "b.html")
    [second], after = ask(home, "inbox", cursor)
    assert second.run_key != first.run_key
    assert ask(home, "inbox", after) == ([], after)


def test_what_the_door_was_given_is_not_new_until_it_is_written_again(home: Home) -> None:
    path = drop(home, "a.html")
    status = path.stat()
    home.root.mkdir()
    entry = {"stamp": status.st_mtime_ns, "bytes": status.st_size, "sha256": "00"}
    home.ledger.write_text(json.dumps({"e_office:e_office/a.html": entry}))
    assert ask(home, "inbox", None) == ([], None)
    drop(home, "a.html", "resent")
    assert len(ask(home, "inbox", None)[0]) == 1


def test_a_file_still_being_written_waits(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop(home, "a.html")
    drop(home, ".b.html.part")
    monkeypatch.setenv("LANGSON_INBOX_SETTLE_SECONDS", "60")
    assert ask(home, "inbox", None) == ([], None)
    os.utime(path, (path.stat().st_mtime - 61,) * 2)
    assert len(ask(home, "inbox", None)[0]) == 1


def test_a_folder_of_no_source_is_a_run_that_tells_it(home: Home) -> None:
    (home.root.parent / "inbox" / "khong_co").mkdir()
    (home.root.parent / "inbox" / "khong_co" / "a.csv").write_text("x")
    requests, cursor = ask(home, "inbox", None)
    assert len(requests) == 1
    assert ask(home, "inbox", cursor) == ([], cursor)


def test_the_same_sight_is_asked_for_again_after_a_while_but_not_for_ever() -> None:
    now, memory, asked = 0.0, {}, []
    for _ in range(3000):
        now += 60
        if found := looks.ask_again(memory, ["a"], now):
            memory = found
            asked.append(now)
    assert asked == [60, 960, 4560, 18960]


def test_windows_are_asked_for_when_new_or_missed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    due = ["border_gate.declarations 01/01/2022-31/01/2022"]
    monkeypatch.setattr(triggers, "due_pulls", lambda _: list(due))
    [_], cursor = ask(home, "windows", None)
    assert ask(home, "windows", cursor) == ([], cursor)
    due.append("border_gate.declarations 01/02/2022-02/02/2022")
    [_], cursor = ask(home, "windows", cursor)
    home.root.mkdir()
    home.pulls.write_text(json.dumps({due[0]: {"since": "", "cause": "unreachable", "vi": "", "en": ""}}))
    assert len(ask(home, "windows", cursor)[0]) == 1


def test_no_window_is_due_where_no_address_is_known(home: Home) -> None:
    assert looks.due_pulls(home) == []


def test_they_run_by_themselves_over_real_deliveries_and_never_over_a_simulation(home: Home) -> None:
    from pipelines.checks.freshness import freshness_checks

    daily = freshness_job(freshness_checks())
    for place, expected in ((home, "RUNNING"), (Home(SANDBOX_HOME), "STOPPED")):
        found = [*triggers.sensors(place), *triggers.schedules(place, daily)]
        assert {one.default_status.value for one in found} == {expected}


def test_the_daily_schedule_is_by_the_provinces_clock(home: Home) -> None:
    from datetime import datetime

    from pipelines.checks.freshness import freshness_checks

    daily, late = triggers.schedules(home, freshness_job(freshness_checks()))
    assert (daily.job_name, late.job_name) == (DELIVERIES, "freshness")
    assert (daily.cron_schedule, daily.execution_timezone) == ("30 6 * * *", "Asia/Ho_Chi_Minh")
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2023, 1, 1, 6, 30))
    assert len(daily.evaluate_tick(context).run_requests or []) == 1


def test_the_code_location_loads_with_its_names_unique(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.definitions import build_defs

    monkeypatch.setenv("LANGSON_HOME", str(home.root))
    repository = build_defs().get_repository_def()
    repository.load_all_definitions()
    assert {one.name for one in repository.sensor_defs} == {"inbox", "windows", "crashes", "downstream"}
    assert {one.name for one in repository.schedule_defs} == {"daily", "daily_freshness"}
    assert {DELIVERIES, "main", "freshness"} <= {job.name for job in repository.get_all_jobs()}


@dg.job(name=DELIVERIES)
def in_words() -> None:
    """Fails as the real one does when it could not be done: in words that its process told."""

    @dg.op
    def fails() -> None:
        raise dg.Failure(description="không đọc được | unreadable")

    fails()


@dg.job(name="main")
def at_the_gate() -> None:
    """Fails as the main job does when it was started from the web UI and its candidate is refused."""

    @dg.op
    def gate() -> None:
        raise RuntimeError("check failed")

    gate()


@dg.job(name="other")
def crashed() -> None:
    """Fails by a bug."""

    @dg.op
    def breaks() -> None:
        raise ZeroDivisionError("chia cho không")

    breaks()


@pytest.mark.parametrize(
    ("job", "title"),
    [(in_words, None), (at_the_gate, "Bản dự thảo không qua cổng kiểm tra"), (crashed, "Lượt chạy hỏng")],
)
def test_a_failed_run_is_told_by_its_cause_unless_its_own_process_told_it(
    job: dg.JobDefinition, title: str | None, home: Home, receiver: Receiver
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        for _ in range(2):  # the second failure is the same trouble
            done = job.execute_in_process(instance=instance, raise_on_error=False)
            context = dg.build_run_status_sensor_context(
                sensor_name="crashes",
                dagster_event=done.get_run_failure_event(),
                dagster_instance=instance,
                dagster_run=done.dagster_run,
                resources={"home": HomeResource(root=str(home.root))},
            ).for_run_failure()
            sensor(home, "crashes")(context)
    assert [message["title"].split(":")[0] for message in receiver.take()] == ([title] if title else [])
