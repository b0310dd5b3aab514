"""Running Great Expectations suites that are kept as data. Imported inside a check only: it takes seconds to load."""

import json
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from pipelines.home import ROOT
from pipelines.release.gate import Verdict

SUITES = ROOT / "expectations"


@cache
def _frames() -> Any:
    """A batch definition for whatever data frame is given to it: one serves all suites."""
    import logging

    import great_expectations as gx

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return (
        context.data_sources.add_pandas("files")
        .add_dataframe_asset("frame")
        .add_batch_definition_whole_dataframe("all")
    )


def suite_files(room: str) -> list[Path]:
    """The suites of `release` or `landing`, by name."""
    return sorted(path for path in (SUITES / room).glob("*.json") if path.stem != "parameters")


def parameters() -> dict[str, Any]:
    """The release gate's bounds, declared once in expectations/release/parameters.json."""
    declared: dict[str, Any] = json.loads((SUITES / "release" / "parameters.json").read_text(encoding="utf-8"))
    return {name: entry["value"] for name, entry in declared.items()}


def run_suite(path: Path, frame: Any, values: Mapping[str, Any], check: str) -> Verdict:
    """Validate one data frame against one suite; the reason names every expectation that failed."""
    import great_expectations as gx

    declared = json.loads(path.read_text(encoding="utf-8"))
    suite = gx.ExpectationSuite(name=declared["name"], expectations=declared["expectations"], meta=declared.get("meta"))
    judged = partial(_frames().get_batch({"dataframe": frame}).validate, suite, expectation_parameters=dict(values))
    # What was seen instead is looked for only where something failed: it is more than half of the work.
    result = judged(result_format="BOOLEAN_ONLY")
    if not result.success:
        result = judged(result_format="SUMMARY")
    failed = [_explained(item) for item in result.results if not item.success]
    about = declared["meta"]["about"]
    return Verdict(
        check,
        passed=not failed,
        reason=f"{about}: đạt | {declared['meta']['about_en']}: holds"
        if not failed
        else f"{about}: " + "; ".join(failed),
        observed=f"{len(frame)} rows, {len(result.results) - len(failed)}/{len(result.results)} expectations",
    )


def _explained(item: Any) -> str:
    """One failed expectation: the sentence its suite gives, and what was seen instead."""
    meta = item.expectation_config.meta or {}
    said = (
        meta.get("reason")
        or f"{item.expectation_config.type} {item.expectation_config.kwargs.get('column', '')}".strip()
    )
    found = item.result or {}
    seen = {
        name: found[name]
        for name in ("observed_value", "unexpected_count", "partial_unexpected_list", "details")
        if found.get(name) not in (None, [], {})
    }
    raised = [
        entry.get("exception_message") for entry in (item.exception_info or {}).values() if isinstance(entry, dict)
    ]
    return f"{said} ({str(seen)[:300]}{' ' + str(raised[0])[:200] if raised and raised[0] else ''})"
