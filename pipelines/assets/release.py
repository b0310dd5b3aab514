"""The last two assets: the candidate, and the release that verifies its own gate."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

from pipelines.assets.raw import team
from pipelines.automation.downstream import behind_landing
from pipelines.errors import GateRefused
from pipelines.release.candidate import build_candidate
from pipelines.release.marts import mart_tables
from pipelines.resources import HomeResource

CANDIDATE = dg.AssetKey("candidate")
RELEASE = dg.AssetKey("release")


def candidate_asset(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The asset that copies every mart out of the warehouse."""
    tables = mart_tables(manifest)

    @dg.asset(
        key=CANDIDATE,
        deps=[dg.AssetKey(table.name) for table in tables],
        group_name="release",
        pool="warehouse",
        owners=[team("Sở Thông tin và Truyền thông")],
        kinds={"parquet", "csv"},
        automation_condition=behind_landing(),
        description="Bản dự thảo: mọi bảng công bố, chờ kiểm tra | The candidate: every table, waiting for the gate",
    )
    def candidate(home: HomeResource) -> dg.MaterializeResult[None]:
        built = build_candidate(home.get(), tables)
        return dg.MaterializeResult(
            metadata={
                "release_id": built.release_id,
                "content_hash": built.content_hash,
                "path": dg.MetadataValue.path(str(built.path)),
                "dagster/row_count": sum(built.rows.values()),
                "rows": dg.MetadataValue.json(built.rows),
            }
        )

    return candidate


def release_asset(required: Sequence[str]) -> dg.AssetsDefinition:
    """The asset that publishes; it reads the gate's verdicts again, whoever starts it."""

    @dg.asset(
        key=RELEASE,
        deps=[CANDIDATE],
        group_name="release",
        owners=[team("Sở Thông tin và Truyền thông")],
        kinds={"duckdb", "parquet"},
        automation_condition=behind_landing(),
        description="Bản phát hành, chỉ từ bản dự thảo đạt mọi kiểm tra | The release of a candidate that passed",
    )
    def release(home: HomeResource) -> dg.MaterializeResult[None]:
        from pipelines.definitions_step import parent_of
        from pipelines.release.publish import publish

        place = home.get()
        try:
            published = publish(place, required, parent_of(place))
        except GateRefused as error:
            raise dg.Failure(description=str(error), allow_retries=False) from error
        return dg.MaterializeResult(
            metadata={
                "release_id": published.release_id,
                "path": dg.MetadataValue.path(str(published.path)),
                "is_new": published.created,
                "current_moved": published.moved,
                "pinned_to": published.pinned_to or "",
            }
        )

    return release
