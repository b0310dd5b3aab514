"""The last assets: the candidate, what is said and shown of it, and the release that verifies its own gate."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.assets.raw import team
from pipelines.automation.downstream import behind_landing
from pipelines.errors import GateRefused
from pipelines.release.candidate import build_candidate
from pipelines.release.marts import mart_tables
from pipelines.resources import HomeResource

CANDIDATE = dg.AssetKey("candidate")
DESCRIPTION = dg.AssetKey("candidate_description")
OPEN_DATA = dg.AssetKey("open_data")
SITE = dg.AssetKey("site")
RELEASE = dg.AssetKey("release")
BEHIND_GATE = frozenset({DESCRIPTION, OPEN_DATA, SITE, RELEASE})
"""What is made of a candidate that the gate let pass."""


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


def description_asset(required: Sequence[str]) -> dg.AssetsDefinition:
    """The asset of what is written once the gate has spoken; it reads the verdicts itself."""

    @dg.asset(
        key=DESCRIPTION,
        deps=[CANDIDATE],
        group_name="release",
        owners=[team("Sở Thông tin và Truyền thông")],
        kinds={"duckdb", "parquet"},
        automation_condition=behind_landing(),
        description="Kết quả kiểm tra, nguồn gốc, thay đổi, tệp DuckDB | Verdicts, origin, changes, the DuckDB file",
    )
    def candidate_description(home: HomeResource) -> dg.MaterializeResult[None]:
        from pipelines.definitions_step import parent_of
        from pipelines.release.publish import describe

        place = home.get()
        with refusals():
            return _shown(describe(place, required, parent_of(place)))

    return candidate_description


@contextmanager
def refusals() -> Iterator[None]:
    """What the gate refuses fails its step in words, and is not tried again."""
    try:
        yield
    except GateRefused as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error


def _shown(path: Path | None) -> dg.MaterializeResult[None]:
    """Where the work lies; nothing when a release says all this already."""
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(str(path)) if path else "–"})


def open_data_asset(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The asset of the open data and the dictionary."""

    @dg.asset(
        key=OPEN_DATA,
        deps=[DESCRIPTION],
        group_name="release",
        owners=[team("Sở Thông tin và Truyền thông")],
        kinds={"excel", "csv"},
        automation_condition=behind_landing(),
        description="Dữ liệu mở và từ điển dữ liệu | Open data and the dictionary of the tables",
    )
    def open_data(home: HomeResource) -> dg.MaterializeResult[None]:
        from publishing.open_data.build import build_open_data

        from pipelines.release.publish import described_candidate

        with refusals():
            folder = described_candidate(home.get())
        if folder:
            build_open_data(folder, manifest)
        return _shown(folder)

    return open_data


@dg.asset(
    key=SITE,
    deps=[OPEN_DATA],
    group_name="release",
    owners=[team("Sở Thông tin và Truyền thông")],
    kinds={"html"},
    automation_condition=behind_landing(),
    description="Trang bảng điểm, mở được từ thư mục | The scoreboard site, which opens from a folder",
)
def site_asset(home: HomeResource) -> dg.MaterializeResult[None]:
    """Every page of the site, from the described candidate's tables."""
    from publishing.site.build import build_site

    from pipelines.release.publish import described_candidate

    with refusals():
        folder = described_candidate(home.get())
    if folder:
        build_site(folder)
    return _shown(folder)


def release_asset(required: Sequence[str]) -> dg.AssetsDefinition:
    """The asset that publishes; it reads the gate's verdicts again, whoever starts it."""

    @dg.asset(
        key=RELEASE,
        deps=[CANDIDATE, DESCRIPTION, OPEN_DATA, SITE],
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
        with refusals():
            published = publish(place, required, parent_of(place))
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
