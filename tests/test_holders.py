"""Who holds a home: the living are waited for or named, the dead are buried."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from pipelines.errors import HomeBusy
from pipelines.holders import PROCESS_TAG, TAKES_HOME, free_dead_runs, own_stamp, process_stamp, sole_use
from pipelines.home import Home


def test_a_second_holder_is_told_who_holds_or_waits(tmp_path: Path) -> None:
    home, entered = Home(tmp_path), threading.Event()
    order: list[str] = []

    def second() -> None:
        with pytest.raises(HomeBusy, match="lệnh đầu"), sole_use(home, "second"):
            pass
        entered.set()
        with sole_use(home, "second", wait_seconds=60):
            order.append("second")

    with sole_use(home, "lệnh đầu"):
        waiting = threading.Thread(target=second)
        waiting.start()
        assert entered.wait(60)
        order.append("first")
    waiting.join(60)
    assert order == ["first", "second"]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def dead_stamp() -> str:
    """The stamp of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    stamp = process_stamp(process.pid)
    process.communicate()
    assert stamp is not None
    return stamp


def test_the_dead_are_closed_and_the_living_named(instance: dg.DagsterInstance) -> None:
    dead = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED, tags={PROCESS_TAG: dead_stamp()})
    assert free_dead_runs(instance) == [dead.run_id]
    create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED, tags={PROCESS_TAG: own_stamp()})
    with pytest.raises(HomeBusy, match=str(os.getpid())):
        free_dead_runs(instance)


def test_a_run_that_waits_for_the_home_is_neither_in_the_way_nor_dead(instance: dg.DagsterInstance) -> None:
    tags = {TAKES_HOME: "true"}
    waiting = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED, tags={**tags, PROCESS_TAG: own_stamp()})
    killed = create_run_for_test(instance, status=dg.DagsterRunStatus.STARTED, tags={**tags, PROCESS_TAG: dead_stamp()})
    assert free_dead_runs(instance) == [killed.run_id]
    run = instance.get_run_by_id(waiting.run_id)
    assert run is not None and run.status == dg.DagsterRunStatus.STARTED


def test_a_run_that_the_daemon_just_launched_is_alive(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = create_run_for_test(instance, status=dg.DagsterRunStatus.NOT_STARTED)
    event = dg.DagsterEvent(event_type_value="PIPELINE_STARTING", job_name=run.job_name)
    instance.report_dagster_event(event, run.run_id)
    with pytest.raises(HomeBusy, match="starting"):
        free_dead_runs(instance)
    long_after = time.time() + 200
    monkeypatch.setattr("pipelines.holders.time.time", lambda: long_after)
    assert free_dead_runs(instance) == [run.run_id]
