"""Declarative automation behind the landing: what is materialised by hand there flows on to a release.

The runs of `deliveries` and of `langson run` materialise the landing and everything behind it together, and these
conditions stay still. They fire when only the landing was materialised: a backfill from the web UI, one asset there.
Months that never came must not hold the rest back, so nothing waits for missing partitions.
"""

import dagster as dg

from pipelines.automation.triggers import is_real
from pipelines.home import Home


def behind_landing() -> dg.AutomationCondition:  # type: ignore[type-arg]
    """As `eager`, but for the months that never came."""
    return dg.AutomationCondition.eager().without(~dg.AutomationCondition.any_deps_missing()).with_label("downstream")


def downstream_sensor(home: Home, selection: dg.AssetSelection) -> dg.AutomationConditionSensorDefinition:
    """Evaluates the conditions of everything behind the landing."""
    return dg.AutomationConditionSensorDefinition(
        name="downstream",
        target=selection,
        minimum_interval_seconds=120,
        default_status=dg.DefaultSensorStatus.RUNNING if is_real(home) else dg.DefaultSensorStatus.STOPPED,
        description="Số liệu đổi thì tính và phát hành lại | What changed in the landing flows on to a release",
    )
