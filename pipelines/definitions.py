"""The code location: puts the assets, checks, jobs, triggers and resources together and does nothing else.

Loading it reads the contracts and dbt's manifest; it imports neither Great Expectations nor pandas.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import dagster as dg

from pipelines.assets.definitions_asset import definitions_asset
from pipelines.assets.raw import raw_assets
from pipelines.assets.release import (
    candidate_asset,
    description_asset,
    open_data_asset,
    release_asset,
    site_asset,
)
from pipelines.assets.warehouse import warehouse_assets
from pipelines.automation.deliveries import deliveries_job
from pipelines.automation.downstream import downstream_sensor
from pipelines.automation.triggers import schedules, sensors
from pipelines.checks.candidate import gate_checks
from pipelines.checks.freshness import freshness_checks
from pipelines.checks.landing import landing_checks
from pipelines.fast_dbt import dbt_resource
from pipelines.home import MANIFEST
from pipelines.jobs import freshness_job, main_job
from pipelines.load_ahead import collect_rarely
from pipelines.release.judgement import required_checks
from pipelines.release.marts import load_manifest
from pipelines.resources import HomeResource


def build_defs(resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """The whole code location; tests put their own resources in place of the real ones."""
    collect_rarely()
    with warnings.catch_warnings():
        # Dagster tells of features in beta; this code location uses them on purpose.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return _assembled(dict(resource_overrides or {}))


def _assembled(resource_overrides: Mapping[str, Any]) -> dg.Definitions:
    manifest = load_manifest(MANIFEST)
    required = required_checks()
    home = HomeResource()
    resources: dict[str, Any] = {"home": home, "dbt": dbt_resource(), **resource_overrides}
    behind_landing = [
        definitions_asset,
        warehouse_assets(manifest),
        candidate_asset(manifest),
        description_asset(required),
        open_data_asset(manifest),
        site_asset,
        release_asset(required),
    ]
    late, place = freshness_checks(), home.get()
    daily = freshness_job(late)
    return dg.Definitions(
        assets=[*raw_assets(), *behind_landing],
        asset_checks=[landing_checks(), late, gate_checks(required)],
        jobs=[main_job(), deliveries_job, daily],
        schedules=schedules(place, daily),
        sensors=[*sensors(place), downstream_sensor(place, dg.AssetSelection.assets(*behind_landing))],
        resources=resources,
        executor=dg.in_process_executor,
    )


defs = build_defs()
