"""The gate's verdicts about one candidate, kept beside it and bound to its content.

A verdict counts only for the very bytes it was given about: the release step reads them again and compares.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.errors import GateRefused
from pipelines.files import read_json, write_json
from pipelines.home import Home
from pipelines.release.candidate import content_hash

VERDICTS = "gate.json"


@dataclass(frozen=True)
class Verdict:
    """What one check found: `reason` is readable, Vietnamese first; `observed` is the number or list it rests on."""

    check: str
    passed: bool
    reason: str
    observed: str = ""
    severity: str = "error"


def write_verdicts(candidate: Path, verdicts: Sequence[Verdict]) -> None:
    """Keep the verdicts with the hash of what they were given about."""
    write_json(
        candidate / VERDICTS,
        {
            "content_hash": content_hash(candidate),
            "checks": [asdict(v) for v in sorted(verdicts, key=lambda v: v.check)],
        },
    )


def read_verdicts(candidate: Path) -> list[Verdict]:
    """The verdicts kept beside a candidate or a release; none when it was never judged."""
    kept = read_json(candidate / VERDICTS)
    return [Verdict(**entry) for entry in kept["checks"]] if kept else []


def refused_checks(home: Home) -> list[str]:
    """What the gate found wrong with the candidate that lies in a home, a line for each check."""
    staged = sorted(home.releases.glob("*.staged"))
    verdicts = read_verdicts(staged[0]) if len(staged) == 1 else []
    failed = [verdict for verdict in verdicts if not verdict.passed and verdict.severity == "error"]
    return [f"{verdict.check}: {verdict.reason}" for verdict in failed]


def require_passed(candidate: Path, required: Sequence[str]) -> list[Verdict]:
    """The verdicts, if every required check passed for exactly these bytes; raises GateRefused otherwise."""
    kept = read_json(candidate / VERDICTS)
    if not kept:
        raise GateRefused("bản dự thảo chưa qua cổng kiểm tra | the candidate was never judged by the gate")
    if kept["content_hash"] != content_hash(candidate):
        raise GateRefused(
            "kết quả kiểm tra là của một bản khác, không phải các tệp này | the verdicts are about other bytes"
        )
    verdicts = read_verdicts(candidate)
    absent = sorted(set(required) - {verdict.check for verdict in verdicts})
    if absent:
        raise GateRefused(f"chưa kiểm tra: {', '.join(absent)} | not checked: {', '.join(absent)}")
    failed = [verdict for verdict in verdicts if not verdict.passed and verdict.severity == "error"]
    if failed:
        raise GateRefused("\n".join(f"{verdict.check}: {verdict.reason}" for verdict in failed))
    return verdicts
