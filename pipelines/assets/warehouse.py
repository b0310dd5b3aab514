"""dbt's models as assets. The warehouse is derived and private: a whole build starts from a fresh file."""

import shutil
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliInvocation, dbt_assets
from sources.registry import contracts

from pipelines.assets.definitions_asset import DEFINITIONS
from pipelines.assets.raw import raw_key, team
from pipelines.automation.downstream import behind_landing
from pipelines.fast_dbt import FastDbt
from pipelines.files import write_json
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


def keep_test_results(home: Home, invocation: DbtCliInvocation, manifest: Mapping[str, Any]) -> None:
    """Keep what dbt's tests found, for `quality_results`: outcome and failures, no times."""
    results = invocation.get_artifact("run_results.json")["results"]
    kept = []
    for result in results:
        node = manifest["nodes"].get(result["unique_id"])
        if node is None or node["resource_type"] != "test":
            continue
        kept.append(
            {
                "check": node["name"],
                "outcome": "passed" if result["status"] == "pass" else str(result["status"]),
                "severity": str(node["config"]["severity"]).lower(),
                "failures": result["failures"] or 0,
                "description": node.get("description") or "",
            }
        )
    write_json(home.dbt_results, sorted(kept, key=lambda entry: str(entry["check"])))


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
        with loading_ahead():
            yield from invocation.stream()
        if whole and (invocation.target_path / "run_results.json").exists():
            keep_test_results(place, invocation, manifest)
        left = invocation.target_path / PARSED
        if left.exists():
            shutil.copyfile(left, place.root / "dbt_target" / PARSED)
        if not invocation.is_successful():
            raise dg.Failure(
                description=_failure(invocation), metadata={"log": str(invocation.target_path / "dbt.log")}
            )

    return warehouse


def _failure(invocation: DbtCliInvocation) -> str:
    """Which models or tests failed, in dbt's own words."""
    try:
        results = invocation.get_artifact("run_results.json")["results"]
    except FileNotFoundError:
        return f"dbt dừng giữa chừng | dbt stopped half-way: {invocation.target_path}"
    failed = [entry for entry in results if entry["status"] in ("error", "fail")]
    said = "; ".join(f"{entry['unique_id']}: {(entry['message'] or '').strip()[:300]}" for entry in failed[:10])
    return f"dbt: {len(failed)} mục hỏng | failed: {said}"
