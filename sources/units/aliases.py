"""Aliases that people decided: spellings the resolver cannot place by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

import yaml

from sources.units.model import load_units

_FIELDS = {"text", "unit_code", "source_code", "part", "reason", "decided_by", "decided_at"}


@dataclass(frozen=True)
class Alias:
    """One spelling and its unit; an empty `source_code` or `part` means any."""

    text: str
    unit_code: str
    decided_at: datetime
    source_code: str = ""
    part: str = ""
    reason: str = ""


def load_aliases(decisions: Path, as_of: datetime) -> tuple[Alias, ...]:
    """Aliases of `unit_aliases.yml` decided by a moment; a faulty entry raises ValueError naming it."""
    path = decisions / "unit_aliases.yml"
    if not path.exists():
        return ()
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    if not isinstance(entries, list):
        raise ValueError(f"{path.name}: phải là một danh sách | must be a list")
    aliases = [_alias(entry, f"{path.name}, mục {number} | entry {number}") for number, entry in enumerate(entries, 1)]
    return tuple(alias for alias in aliases if alias.decided_at <= as_of)


def _alias(entry: object, place: str) -> Alias:
    if not isinstance(entry, Mapping):
        raise ValueError(f"{place}: phải có text, unit_code, decided_at | needs text, unit_code, decided_at")
    if unknown := set(entry) - _FIELDS:
        raise ValueError(f"{place}: không hiểu {sorted(map(str, unknown))} | unknown fields")
    text, code, decided = entry.get("text"), entry.get("unit_code"), entry.get("decided_at")
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{place}: thiếu text | text is missing")
    if code not in {unit.unit_code for unit in load_units()}:
        raise ValueError(f"{place}: không có đơn vị {code!r} (mã cần trong dấu nháy) | no such unit (quote the code)")
    if isinstance(decided, date) and not isinstance(decided, datetime):
        decided = datetime.combine(decided, time.min)
    if not isinstance(decided, datetime):
        raise ValueError(f"{place}: decided_at phải là ngày giờ | decided_at must be a date and time")
    return Alias(
        text=text,
        unit_code=str(code),
        decided_at=decided,
        source_code=str(entry.get("source_code") or ""),
        part=str(entry.get("part") or ""),
        reason=str(entry.get("reason") or ""),
    )
