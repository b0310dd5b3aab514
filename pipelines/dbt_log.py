"""What dbt tells of a build in its structured log, as it goes."""

from collections.abc import Mapping
from typing import Any

from pipelines.files import write_json
from pipelines.home import Home

_NO_REASON = ("LogModelResult", "LogTestResult", "RunResultFailure")
"""dbt's events that say that something failed and not why: another one follows that does."""


class Told:
    """What dbt tells of a build in its log as it goes: how each test ended, and why something failed.

    It would write the same into run_results.json, but only together with the manifest, twice.
    """

    def __init__(self) -> None:
        self.tests: dict[str, tuple[str, int]] = {}
        """Of each test, by its dbt id, its status and how many rows failed."""
        self.errors: list[str] = []
        """What failed with its reason, in dbt's own words."""
        self.finished = False

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take note of one event of dbt's structured log."""
        name, said = event["info"]["name"], event["info"]["msg"].strip()
        node = event["data"].get("node_info", {})
        if node.get("resource_type") == "test" and name in ("LogTestResult", "SkippingDetails"):
            self.tests[node["unique_id"]] = (node["node_status"], event["data"].get("num_failures", 0))
        elif name == "FinishedRunningStats":
            self.finished = True
        elif event["info"]["level"] == "error" and name not in _NO_REASON:
            self.errors.append(f"{node['unique_id']}: {said}" if node else said)


def keep_test_results(home: Home, told: Told, manifest: Mapping[str, Any]) -> None:
    """Keep what dbt's tests found, for `quality_results`: outcome and failures, no times."""
    kept = []
    for unique_id, (status, failures) in told.tests.items():
        node = manifest["nodes"][unique_id]
        kept.append(
            {
                "check": node["name"],
                "outcome": "passed" if status == "pass" else status,
                "severity": str(node["config"]["severity"]).lower(),
                "failures": failures,
                "description": node.get("description") or "",
            }
        )
    write_json(home.dbt_results, sorted(kept, key=lambda entry: str(entry["check"])))


def failure(told: Told) -> str:
    """Which models or tests failed, in dbt's own words."""
    if not told.errors:
        return "dbt dừng giữa chừng, xem nhật ký lượt chạy | dbt stopped half-way, see the run's log"
    said = "; ".join(reason[:500] for reason in told.errors[:10])
    return f"dbt: {len(told.errors)} mục hỏng | failed: {said}"
