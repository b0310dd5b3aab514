"""Landing suites as checks: they warn a person and block nothing."""

from collections.abc import Iterator

import dagster as dg

from pipelines.assets.raw import raw_key
from pipelines.checks import AFTER_ALL
from pipelines.release.suites import suite_files
from pipelines.resources import HomeResource


def landing_checks() -> dg.AssetChecksDefinition:
    """One check per suite in expectations/landing, on its raw asset."""
    suites = {path.stem: raw_key(*path.stem.split("__")) for path in suite_files("landing")}
    specs = [
        dg.AssetCheckSpec(
            "plausible",
            asset=key,
            blocking=False,
            description=f"Các lượt nhận có hợp lý không | Are deliveries plausible? (expectations/landing/{name}.json)",
        )
        for name, key in suites.items()
    ]

    @dg.multi_asset_check(specs=specs, name="landing_suites", can_subset=True, op_tags=AFTER_ALL)
    def landing_suites(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[dg.AssetCheckResult]:
        from pipelines.landing_checks import judge_landing

        for check in sorted(context.selected_asset_check_keys, key=str):
            _, source_code, dataset = check.asset_key.path
            verdict = judge_landing(home.get(), source_code, dataset)
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=verdict.passed,
                severity=dg.AssetCheckSeverity.ERROR,
                metadata={"reason": verdict.reason, "observed": verdict.observed},
            )

    return landing_suites
