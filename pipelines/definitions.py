"""The code location: puts the assets, checks, job and resources together and does nothing else.

Loading it reads the contracts and dbt's manifest; it imports neither Great Expectations nor pandas.
"""

import warnings
from collections.abc import Mapping
from typing import Any

import dagster as dg

from pipelines.assets.definitions_asset import definitions_asset
from pipelines.assets.raw import raw_assets
from pipelines.assets.release import candidate_asset, release_asset
from pipelines.assets.warehouse import warehouse_assets
from pipelines.checks.candidate import gate_checks
from pipelines.checks.landing import landing_checks
from pipelines.home import MANIFEST
from pipelines.jobs import main_job
from pipelines.release.judgement import required_checks
from pipelines.release.marts import load_manifest
from pipelines.resources import HomeResource, dbt_resource


def build_defs(resource_overrides: Mapping[str, Any] | None = None) -> dg.Definitions:
    """The whole code location; tests put their own resources in place of the real ones."""
    with warnings.catch_warnings():
        # Dagster tells of features in beta; this code location uses them on purpose.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return _assembled(dict(resource_overrides or {}))


def _assembled(resource_overrides: Mapping[str, Any]) -> dg.Definitions:
    manifest = load_manifest(MANIFEST)
    required = required_checks()
    resources: dict[str, Any] = {"home": HomeResource(), "dbt": dbt_resource(), **resource_overrides}
    return dg.Definitions(
        assets=[
            *raw_assets(),
            definitions_asset,
            warehouse_assets(manifest),
            candidate_asset(manifest),
            release_asset(required),
        ],
        asset_checks=[landing_checks(), gate_checks(required)],
        jobs=[main_job()],
        resources=resources,
        executor=dg.in_process_executor,
    )


defs = build_defs()
