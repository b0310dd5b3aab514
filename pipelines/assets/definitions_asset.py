"""The asset `definitions`: the directive, units and decisions as typed Parquet, for dbt to read as sources."""

from datetime import datetime
from pathlib import Path

import dagster as dg
from sources.registry import contracts

from pipelines.assets.raw import raw_key, team
from pipelines.automation.downstream import behind_landing
from pipelines.resources import HomeResource

DEFINITIONS = dg.AssetKey("definitions")
AS_OF_TAG, PARENT_TAG = "langson/as_of", "langson/parent"
"""Tags by which `langson run` fixes the moment and the parent of a run."""


@dg.asset(
    key=DEFINITIONS,
    group_name="definitions",
    owners=[team("Sở Thông tin và Truyền thông")],
    kinds={"parquet"},
    automation_condition=behind_landing(),
    # The spellings of units that the landing holds are resolved here.
    deps=[raw_key(contract.code, name) for contract in contracts().values() for name in contract.datasets],
    description="Chỉ thị, chỉ tiêu, đơn vị, quyết định | The directive, indicators, units, decisions, as_of",
    metadata={
        "written from": dg.MetadataValue.md(
            "`indicators/`, `sources/reference/`, `sources/*/corrections.yml`, `decisions/`"
        )
    },
)
def definitions_asset(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """Write every definition table of this home, for the moment and parent that the run names or for the newest."""
    from pipelines.definitions_step import current_parent, write_definitions
    from pipelines.release.store import load_release

    place, tags = home.get(), context.run.tags
    as_of = datetime.fromisoformat(tags[AS_OF_TAG]) if AS_OF_TAG in tags else None
    named = tags.get(PARENT_TAG)
    parent = load_release(Path(named)) if named else None
    # A run that names its moment names its parent too: none means there is none.
    rows = write_definitions(place, as_of, parent if as_of else current_parent(place))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(rows.values()),
            "tables": dg.MetadataValue.json(rows),
        }
    )
