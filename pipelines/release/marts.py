"""Which tables are published and what their keys are: read from dbt's manifest, where both are declared."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import LangsonError

AFTER_GATE = ("quality_results", "release_info")
"""Written once the gate has spoken; they stay outside the content hash."""
REVISIONS = ("fct_indicator_revision", "revision_delivery")
"""What a release says about its parent; they alone do not make a new release."""


@dataclass(frozen=True)
class MartTable:
    """One published table: its name and the columns that identify a row."""

    name: str
    key: tuple[str, ...] = ()


def load_manifest(path: Path) -> Mapping[str, Any]:
    """dbt's manifest; raises LangsonError when it was not prepared."""
    if not path.exists():
        raise LangsonError(
            "thiếu manifest của dbt, hãy chạy `dbt parse` (make làm) | dbt's manifest is missing: run `dbt parse`"
        )
    manifest: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest


def mart_tables(manifest: Mapping[str, Any]) -> list[MartTable]:
    """Every model under marts/, with the key its `unique_key` (or `unique`) test states."""
    keys: dict[str, tuple[str, ...]] = {}
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {}
        if node["resource_type"] == "test" and test.get("name") in ("unique_key", "unique"):
            arguments = test["kwargs"].get("arguments") or test["kwargs"]
            columns = arguments.get("columns") or [arguments.get("column_name")]
            # The widest stated key: a table may also state that one column alone is unique.
            model = node.get("attached_node") or ""
            keys[model] = max(keys.get(model, ()), tuple(columns), key=len)
    return [
        MartTable(node["name"], keys.get(identity, ()))
        for identity, node in sorted(manifest["nodes"].items())
        if node["resource_type"] == "model" and node["path"].startswith("marts/")
    ]
