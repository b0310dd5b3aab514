"""The jobs of assets: everything from the landing to the release, and the daily question who is late."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

MAIN = "main"
FRESHNESS = "freshness"


def main_job() -> UnresolvedAssetJobDefinition:
    """Every asset and every check, in one process: dbt holds the warehouse alone anyway."""
    return dg.define_asset_job(
        MAIN,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Từ số liệu nhận được tới bản phát hành đã kiểm tra | From the deliveries to a gated release",
    )


def freshness_job(checks: dg.AssetChecksDefinition) -> UnresolvedAssetJobDefinition:
    """The checks of lateness alone: time makes a source late, not a delivery."""
    return dg.define_asset_job(
        FRESHNESS,
        selection=dg.AssetSelection.checks(*checks.check_keys),
        executor_def=dg.in_process_executor,
        description="Nguồn nào quá hạn theo hợp đồng | Which sources are late by their contracts",
    )
