"""What the door would say of a file, without landing anything (`langson check`)."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from sources.door.prepare import Preparer
from sources.door.reading import unit_codes_of_senders


@dataclass(frozen=True)
class Inspection:
    """Read, landed, rejected (and why), excluded: of one file."""

    file_name: str
    source_code: str
    dataset: str
    part: str
    window_start: str
    window_end: str
    rows_read: int
    rows_landed: int
    excluded: dict[str, int]
    skipped: dict[str, int]
    rejects: list[dict[str, str | int | None]]
    refusal: str


def inspect(source_code: str, path: Path) -> Inspection:
    """Read one file as the door would. A throw-away key hashes what is personal; nothing is kept."""
    with tempfile.TemporaryDirectory() as scratch:
        # Nothing of the hashes is looked at, so any key does.
        prepared = Preparer(bytes(32), unit_codes_of_senders()).prepare(source_code, path, Path(scratch))
    window = prepared.window
    return Inspection(
        file_name=path.name,
        source_code=source_code,
        dataset=prepared.dataset,
        part=prepared.part,
        window_start=window.start.isoformat() if window else "",
        window_end=window.end.isoformat() if window else "",
        rows_read=prepared.rows_read,
        rows_landed=prepared.rows_landed,
        excluded=prepared.excluded,
        skipped=prepared.skipped,
        rejects=[{k: v for k, v in row.items() if k != "delivery_id"} for row in prepared.rejects.to_pylist()],
        refusal=prepared.refusal,
    )
