"""What the simulated servers answer with: every version of every delivery that is fetched, and the simulated clock.

The files lie under `served/` of a sandbox's home; a server answers a window with the newest version that was there at
the moment of its clock.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path


@dataclass(frozen=True)
class Version:
    """One version of one answer, there from `known_at` on."""

    source: str
    dataset: str
    part: str
    first: date
    last: date
    known_at: datetime
    path: Path


def versions(home: Path, source: str) -> list[Version]:
    """Every version of a source's answers, oldest first."""
    manifest = json.loads((home / "inbox" / "manifest.json").read_text(encoding="utf-8"))
    found = [
        Version(
            source,
            entry["served"]["dataset"],
            entry["served"]["part"],
            date.fromisoformat(entry["served"]["start"]),
            date.fromisoformat(entry["served"]["end"]),
            datetime.fromisoformat(entry["received_at"]),
            home / "served" / entry["path"],
        )
        for entry in manifest["deliveries"]
        if "served" in entry and entry["path"].split("/")[0] == source
    ]
    return sorted(found, key=lambda version: (version.known_at, str(version.path)))


def newest(found: list[Version], dataset: str, part: str, first: date, last: date, now: datetime) -> Version | None:
    """The version of one window that was there at a moment; None when nothing was yet."""
    wanted = (dataset, part, first, last)
    there = [
        version
        for version in found
        if (version.dataset, version.part, version.first, version.last) == wanted and version.known_at <= now
    ]
    return there[-1] if there else None
