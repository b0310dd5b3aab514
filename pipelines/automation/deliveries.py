"""The job the daemon starts: `langson run` in a run of its own.

Which months a delivery touches is known only once it was read, so the run that reads it cannot carry their partitions.
It takes the deliveries in and then runs the main job in the same process, by the very function of the command line: the
same release comes out, whoever asked for it. The runs of the main job carry this run's id.
"""

import dagster as dg

from pipelines.automation.troubles import tell_standing
from pipelines.errors import LangsonError, NothingYet
from pipelines.holders import TAKES_HOME
from pipelines.home import Home
from pipelines.outcome import REFUSED, Outcome
from pipelines.resources import HomeResource

DELIVERIES = "deliveries"
ASKED_BY = "langson/asked_by"
"""Tag of the runs of the main job: the run of `deliveries` they belong to."""
WAIT_SECONDS = 1800
"""How long a run waits for somebody at the command line."""


@dg.op(
    name="take_in_and_release",
    pool="landing",
    out=dg.Out(dg.Nothing),
    description="Nhận số liệu mới, tính, kiểm tra, phát hành | Take in what is new, compute, gate, release",
)
def take_in_and_release(context: dg.OpExecutionContext, home: HomeResource) -> None:
    """One whole `langson run`; a refusal or a failure is told in the run's own words and never retried.

    A home that is busy for too long is such a failure: what is new is still there, and its sensor asks again.
    """
    from pipelines.run import Request, run

    place = home.get()
    try:
        outcome = run(Request(place, wait_seconds=WAIT_SECONDS, by={ASKED_BY: context.run_id}))
    except NothingYet as error:
        context.log.info(str(error))
        _warn(context, tell_standing(place))
        return
    except LangsonError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error
    _warn(context, outcome.not_told)
    _log(context, outcome, place)
    if outcome.exit_code == REFUSED:
        raise dg.Failure(description=f"{outcome.headline} {'; '.join(outcome.gate)}", allow_retries=False)


def _log(context: dg.OpExecutionContext, outcome: Outcome, home: Home) -> None:
    """What `langson run` prints, in the run's log."""
    context.log.info(outcome.headline)
    context.add_output_metadata(
        {
            "release": outcome.release.name if outcome.release else "",
            "headline": outcome.headline,
            "refused": dg.MetadataValue.json(outcome.refused),
            "held": dg.MetadataValue.json(outcome.held),
            "not_fetched": dg.MetadataValue.json(outcome.not_fetched),
            "home": dg.MetadataValue.path(str(home.root)),
        }
    )
    titles = ("Bị từ chối | Refused", outcome.refused), ("Chưa lấy được | Not fetched", outcome.not_fetched)
    for title, lines in titles:
        for line in lines:
            context.log.warning(f"{title}: {line}")


def _warn(context: dg.OpExecutionContext, not_told: list[str]) -> None:
    if not_told:
        context.log.error(f"Chưa báo được tới | Could not alert: {', '.join(not_told)}")


@dg.job(
    name=DELIVERIES,
    executor_def=dg.in_process_executor,
    tags={TAKES_HOME: "true"},
    description="Nhận mọi số liệu mới rồi chạy các tháng có thay đổi | Take in all that is new, then run what changed",
)
def deliveries_job() -> None:
    """One step: the home has one writer."""
    take_in_and_release()
