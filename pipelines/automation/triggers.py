"""The schedule and the sensors. They run by themselves over a home of real deliveries, never over a simulation's."""

import json
import os
import time
from collections.abc import Sequence

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.automation.deliveries import DELIVERIES, deliveries_job
from pipelines.automation.looks import ask_again, due_pulls, failed_pulls, new_in_inbox
from pipelines.automation.troubles import tell_failure, tell_gate
from pipelines.errors import LangsonError
from pipelines.home import Home
from pipelines.resources import HomeResource

TIME_ZONE = "Asia/Ho_Chi_Minh"
INBOX = "LANGSON_INBOX"
INBOX_SECONDS = 10
"""Between two looks at a folder of this machine; at a server six times as long."""


def is_real(home: Home) -> bool:
    """Whether this home is for real deliveries."""
    return home.origin() == "inbox"


def schedules(home: Home, freshness: UnresolvedAssetJobDefinition) -> list[dg.ScheduleDefinition]:
    """Every morning: everything new and everything due, then who is late."""
    status = dg.DefaultScheduleStatus.RUNNING if is_real(home) else dg.DefaultScheduleStatus.STOPPED
    return [
        dg.ScheduleDefinition(
            name="daily",
            job=deliveries_job,
            cron_schedule="30 6 * * *",
            execution_timezone=TIME_ZONE,
            default_status=status,
            description="Hằng ngày: nhận mọi số liệu mới và tới hạn, báo nơi chậm | Daily: all that is new and due",
        ),
        dg.ScheduleDefinition(
            name="daily_freshness",
            job=freshness,
            cron_schedule="0 7 * * *",
            execution_timezone=TIME_ZONE,
            default_status=status,
            description="Hằng ngày: nguồn nào quá hạn | Daily: which sources are late",
        ),
    ]


def sensors(home: Home) -> list[dg.SensorDefinition]:
    """What looks between the schedules, and what tells of a crash."""
    status = dg.DefaultSensorStatus.RUNNING if is_real(home) else dg.DefaultSensorStatus.STOPPED
    at_server = "://" in os.environ.get(INBOX, "").removeprefix("file://")

    @dg.sensor(
        name="inbox",
        job=deliveries_job,
        minimum_interval_seconds=INBOX_SECONDS * (6 if at_server else 1),
        default_status=status,
        description="Hộp nhận có tệp mới không | Is there a new file in the inbox?",
    )
    def inbox_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SensorResult | dg.SkipReason:
        inbox = os.environ.get(INBOX)
        if not inbox:
            return dg.SkipReason(f"chưa đặt {INBOX} | {INBOX} is not set")
        try:
            new = new_in_inbox(home.get(), inbox)
        except LangsonError as error:
            # The run meets the same trouble, with more patience, and tells it.
            new = [str(error)]
        return _requested(context, new, "inbox")

    @dg.sensor(
        name="windows",
        job=deliveries_job,
        minimum_interval_seconds=3600,
        default_status=status,
        description="Có kỳ nào tới hạn lấy hay lần trước chưa lấy được | Is a window due, or was one missed?",
    )
    def windows_sensor(context: dg.SensorEvaluationContext, home: HomeResource) -> dg.SensorResult | dg.SkipReason:
        place = home.get()
        due, missed = due_pulls(place), failed_pulls(place)
        known = set(json.loads(context.cursor)["windows"]) if context.cursor else set()
        fresh = [window for window in due if window not in known]
        if not fresh and not missed:
            return dg.SkipReason(f"{len(due)} kỳ, đã hỏi cả | windows, all asked for")
        # A system that is down is asked again at every look: its windows must not wait for tomorrow.
        key = f"windows-{int(time.time()) // 60}"
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_key=key, tags={"langson/windows": str(len(fresh) or len(missed))})],
            cursor=json.dumps({"windows": due}),
        )

    @dg.run_failure_sensor(
        name="crashes",
        default_status=status,
        minimum_interval_seconds=30,
        description="Lượt chạy hỏng thì báo | Tells of a run that crashed",
    )
    def crashes_sensor(context: dg.RunFailureSensorContext, home: HomeResource) -> dg.SkipReason | None:
        if was_told(context):
            return dg.SkipReason("đã báo | told by the run itself")
        run = context.dagster_run
        if failed_steps(context) == {"gate"}:
            tell_gate(home.get())
            return None
        reason = f"{run.job_name} {run.run_id[:8]}: {context.failure_event.message or ''}"
        not_told = tell_failure(home.get(), LangsonError(reason), run.run_id)
        return dg.SkipReason(f"chưa báo được | could not alert: {', '.join(not_told)}") if not_told else None

    return [inbox_sensor, windows_sensor, crashes_sensor]


def was_told(context: dg.RunFailureSensorContext) -> bool:
    """Whether the run failed in words of its own, which its process has told already."""
    steps = context.get_step_failure_events()
    return context.dagster_run.job_name == DELIVERIES and bool(steps) and all(_in_words(step) for step in steps)


def failed_steps(context: dg.RunFailureSensorContext) -> set[str]:
    """The steps that failed by themselves."""
    return {str(event.step_key) for event in context.get_step_failure_events()}


def _in_words(event: dg.DagsterEvent) -> bool:
    return event.step_failure_data.user_failure_data is not None


def _requested(context: dg.SensorEvaluationContext, new: Sequence[str], what: str) -> dg.SensorResult | dg.SkipReason:
    """A run for a sight that was not asked for yet."""
    if not new:
        return dg.SkipReason("không có gì mới | nothing new")
    memory = ask_again(json.loads(context.cursor or "{}"), list(new), time.time())
    if memory is None:
        return dg.SkipReason(f"{len(new)} tệp, đã yêu cầu nhận | files, a run was asked for")
    key = f"{what}-{memory['seen']}-{int(memory['asked'])}"
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=key, tags={f"langson/{what}": str(len(new))})], cursor=json.dumps(memory)
    )
