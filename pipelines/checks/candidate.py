"""The gate: every check is required, blocks, and leaves its verdict beside the candidate."""

from collections.abc import Iterator, Sequence

import dagster as dg

from pipelines.assets.release import CANDIDATE
from pipelines.resources import HomeResource


def gate_checks(required: Sequence[str]) -> dg.AssetChecksDefinition:
    """One blocking check per required name, all judged over the candidate's files in one step."""
    specs = [
        dg.AssetCheckSpec(
            name,
            asset=CANDIDATE,
            blocking=True,
            description=f"Cổng kiểm tra bản dự thảo: {name} | The candidate's gate: {name}",
        )
        for name in required
    ]

    @dg.multi_asset_check(specs=specs, name="gate")
    def gate(home: HomeResource) -> Iterator[dg.AssetCheckResult]:
        from pipelines.gate_step import run_gate

        for verdict in run_gate(home.get()):
            yield dg.AssetCheckResult(
                asset_key=CANDIDATE,
                check_name=verdict.check,
                passed=verdict.passed,
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={"reason": verdict.reason, "observed": verdict.observed, "severity": verdict.severity},
            )

    return gate
