"""Over a real home: what flows on by itself, what does not flow twice, and a range of months in one run."""

import os
from collections.abc import Iterator

import dagster as dg
import pytest

from pipelines.assets.raw import raw_key
from pipelines.home import Home
from pipelines.release.store import releases
from pipelines.run import Request, range_tags, run
from tests.hand_written import KEY, work_files
from tests.warm import FORKING_DBT

pytestmark = pytest.mark.slow

WORK_FILES = raw_key("e_office", "work_files")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home of real deliveries, entered by this process."""
    root = tmp_path_factory.mktemp("runs")
    kept = dict(os.environ)
    os.environ.update({**KEY, "LANGSON_HOME": str(root / "home"), "LANGSON_INBOX": str(root / "inbox")})
    work_files(root / "inbox/e_office/so_SO_TTTT_202201.html")
    made = Home(root / "home")
    made.enter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dagster_dbt.core.dbt_cli_invocation.subprocess", FORKING_DBT)
        yield made
    os.environ.clear()
    os.environ.update(kept)


@pytest.fixture(scope="module")
def defs(home: Home) -> dg.Definitions:
    from pipelines.definitions import build_defs

    return build_defs()


def behind(defs: dg.Definitions) -> set[dg.AssetKey]:
    """Everything that is made of the landing."""
    return {key for key in defs.resolve_asset_graph().executable_asset_keys if key.path[0] != "landing"}


def test_a_whole_run_moves_nothing_twice_and_a_backfill_flows_on(home: Home, defs: dg.Definitions) -> None:
    with dg.DagsterInstance.get() as instance:
        tick = dg.evaluate_automation_conditions(defs, instance)
        assert tick.total_requested == 0  # nothing ever came, and that is no reason to run

        outcome = run(Request(home))
        assert outcome.release is not None
        tick = dg.evaluate_automation_conditions(defs, instance, cursor=tick.cursor)
        assert tick.total_requested == 0  # the run that brought the landing brought the release too

        # Any range of months again, in one run, though most of them never came.
        done = defs.resolve_job_def("main").execute_in_process(
            instance=instance, asset_selection=[WORK_FILES], tags=range_tags("2021-06", "2022-12")
        )
        months = [event.partition for event in done.get_asset_materialization_events()]
        assert done.success and len(months) == 19
        assert (months[0], months[-1]) == ("2021-06", "2022-12")
        tick = dg.evaluate_automation_conditions(defs, instance, cursor=tick.cursor)
        assert tick.total_requested == len(
            behind(defs)
        )  # the whole of it: a part would not be what `langson run` makes

        # What Dagster does: news in the tick after a request is taken for answered. The daily schedule is the net.
        instance.report_runless_asset_event(dg.AssetMaterialization(WORK_FILES, partition="2022-01"))
        tick = dg.evaluate_automation_conditions(defs, instance, cursor=tick.cursor)
        assert tick.total_requested == 0


def test_who_is_late_is_a_check_that_warns(home: Home, defs: dg.Definitions) -> None:
    with dg.DagsterInstance.get() as instance:
        done = defs.resolve_job_def("freshness").execute_in_process(instance=instance)
    assert done.success
    found = {check.asset_key: check for check in done.get_asset_check_evaluations()}
    check = found[WORK_FILES]
    assert not check.passed and check.severity == dg.AssetCheckSeverity.WARN
    reason = str(check.metadata["reason"].value)
    assert "SO_YT" in reason and "chưa từng gửi" in reason


def test_the_daily_run_gives_what_the_conditions_ask_for(home: Home, defs: dg.Definitions) -> None:
    work_files(home.root.parent / "inbox/e_office/so_SO_TTTT_202202.html", rows=5)
    before = [release.release_id for release in releases(home)]
    with dg.DagsterInstance.get() as instance:
        done = defs.resolve_job_def("deliveries").execute_in_process(instance=instance)
        assert done.success
        inner = instance.get_runs(dg.RunsFilter(tags={"langson/asked_by": done.run_id}))
        assert len(inner) >= 1 and all(one.is_success for one in inner)
        made = [release.release_id for release in releases(home)]
        assert made[:-1] == before and made[-1] not in before
        assert run(Request(home)).headline.startswith("Không có gì mới")
        # All that lies behind the landing once more: the same content, so no second release for one change.
        main = defs.resolve_job_def("main")
        assert main.execute_in_process(instance=instance, asset_selection=sorted(behind(defs))).success
    assert [release.release_id for release in releases(home)] == made
