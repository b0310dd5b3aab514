"""The one job: everything from the landing to the release, in one process."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

MAIN = "main"


def main_job() -> UnresolvedAssetJobDefinition:
    """Every asset and every check, in one process: dbt holds the warehouse alone anyway."""
    return dg.define_asset_job(
        MAIN,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Từ số liệu nhận được tới bản phát hành đã kiểm tra | From the deliveries to a gated release",
    )
