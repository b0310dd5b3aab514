"""Is every source on time? One check per dataset, by its contract's cadence and grace; it warns and blocks nothing."""

from collections.abc import Iterator

import dagster as dg
from sources.registry import contracts

from pipelines.assets.raw import raw_key
from pipelines.checks import AFTER_ALL
from pipelines.resources import HomeResource

ON_TIME = "on_time"


def freshness_checks() -> dg.AssetChecksDefinition:
    """The checks of all datasets, judged together: who is late, and since when."""
    specs = [
        dg.AssetCheckSpec(
            ON_TIME,
            asset=raw_key(source.code, name),
            blocking=False,
            description=f"Đúng hạn không: {dataset.cadence}, {dataset.grace} | On time by the contract?",
        )
        for source in contracts().values()
        for name, dataset in source.datasets.items()
    ]

    @dg.multi_asset_check(specs=specs, name="lateness", can_subset=True, op_tags=AFTER_ALL)
    def lateness(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[dg.AssetCheckResult]:
        from pipelines.automation.lateness import late_parts, moment_of

        place = home.get()
        now = moment_of(place)
        late = late_parts(place, now)
        for check in sorted(context.selected_asset_check_keys, key=str):
            _, source_code, dataset = check.asset_key.path
            parts = late.get((source_code, dataset), [])
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=not parts,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "reason": "; ".join(map(str, parts[:20])) or "đúng hạn | on time",
                    "late_parts": len(parts),
                    "as_of": now.isoformat(),
                },
            )

    return lateness
