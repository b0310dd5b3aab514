"""dbt's models as assets. The warehouse is derived and private: a whole build starts from a fresh file."""

import shutil
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
from sources.registry import contracts

from pipelines.assets.definitions_asset import DEFINITIONS
from pipelines.assets.raw import raw_key, team
from pipelines.automation.downstream import behind_landing
from pipelines.dbt_log import Told, failure, keep_test_results
from pipelines.fast_dbt import FastDbt
from pipelines.home import MANIFEST, Home
from pipelines.load_ahead import loading_ahead
from pipelines.resources import HomeResource

PARSED = "partial_parse.msgpack"


class Translator(DagsterDbtTranslator):
    """dbt's sources are the assets that write them; models keep their names, grouped by room."""

    def __init__(self) -> None:
        super().__init__(
            DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_duplicate_source_asset_keys=True)
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        name = dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] != "source":
            return dg.AssetKey(name)
        source = dbt_resource_props["source_name"]
        if source in contracts() and name in contracts()[source].datasets:
            return raw_key(source, name)
        # The receipts belong to every raw asset; `definitions` comes after them all.
        return DEFINITIONS

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return str(dbt_resource_props["fqn"][1]) if len(dbt_resource_props["fqn"]) > 2 else "warehouse"

    def get_automation_condition(self, dbt_resource_props: Mapping[str, Any]) -> dg.AutomationCondition | None:  # type: ignore[type-arg]
        return behind_landing()

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        return [team("Sở Thông tin và Truyền thông")]


def start_fresh(home: Home) -> None:
    """Remove the warehouse and its log: what a killed build left of it is worth nothing."""
    from pipelines.holders import end_orphans

    end_orphans(home)
    for path in (home.warehouse, home.warehouse.with_name(home.warehouse.name + ".wal")):
        path.unlink(missing_ok=True)


def bring_parse(home: Home) -> None:
    """Give dbt the parse that make (or the last build) left, and drop the logs of builds before the last."""
    parsed = home.root / "dbt_target" / PARSED
    for old in parsed.parent.glob("warehouse-*"):
        shutil.rmtree(old)
    prepared = MANIFEST.with_name(PARSED)
    if prepared.exists() and (not parsed.exists() or parsed.stat().st_mtime < prepared.stat().st_mtime):
        shutil.copyfile(prepared, parsed)


def warehouse_assets(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """Every model and test of the project; unit tests are for CI."""

    @dbt_assets(manifest=MANIFEST, dagster_dbt_translator=Translator(), pool="warehouse", name="warehouse")
    def warehouse(context: dg.AssetExecutionContext, dbt: FastDbt, home: HomeResource) -> Iterator[Any]:
        place = home.get()
        whole = not context.is_subset
        bring_parse(place)
        if whole:
            start_fresh(place)
        arguments = ["build", "--exclude-resource-type", "unit_test"]
        invocation = dbt.at(place).cli(arguments, context=context, raise_on_error=False)
        told = Told()
        with loading_ahead():
            for event in invocation.stream_raw_events():
                told.hear(event.raw_event)
                yield from event.to_default_asset_events(
                    invocation.manifest, invocation.dagster_dbt_translator, invocation.context, invocation.target_path
                )
        if whole and told.finished:
            keep_test_results(place, told, manifest)
        left = invocation.target_path / PARSED
        if left.exists():
            shutil.copyfile(left, place.root / "dbt_target" / PARSED)
        if not invocation.is_successful():
            raise dg.Failure(description=failure(told))

    return warehouse
