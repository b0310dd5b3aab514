"""What a run's result is a function of: when none of it changed, there is nothing to run.

The parent release is left out on purpose: a release must not make its own inputs look changed.
"""

import hashlib
import os
from datetime import date, datetime, time
from pathlib import Path

import yaml
from sources.door.intake import now_local
from sources.door.receipts import Receipt, read_receipts

from pipelines.files import sha256_of
from pipelines.home import ROOT, Home, decisions_folder

CODE = ("indicators", "sources", "dbt_project", "expectations", "pipelines/release")
SINGLE = ("pipelines/definitions_step.py", "requirements.lock")
SUFFIXES = frozenset({".py", ".sql", ".yml", ".csv", ".json", ".lock"})
LEFT_OUT = frozenset({"target", "logs", "__pycache__", "fixtures"})


def code_files(root: Path = ROOT) -> list[Path]:
    """Every file that decides what a number means: declarations, SQL, readers, the release's own rules."""
    found = [
        path
        for room in CODE
        for path in (root / room).rglob("*")
        if path.is_file() and path.suffix in SUFFIXES and not LEFT_OUT & set(path.relative_to(root).parts)
    ]
    return sorted([*found, *(root / name for name in SINGLE if (root / name).exists())])


def code_hash() -> str:
    """One hash over every file that decides what a number means."""
    digest = hashlib.sha256()
    for path in code_files():
        digest.update(f"{path.relative_to(ROOT)} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def fingerprint(home: Home, as_of: datetime) -> str:
    """One hash over the receipts, the declarations, the decisions and as_of."""
    digest = hashlib.sha256(as_of.isoformat().encode())
    for receipt in sorted(read_receipts(home.root), key=lambda one: one.delivery_id):
        digest.update(f"{receipt.delivery_id} {receipt.outcome} {receipt.rows_landed}\n".encode())
    digest.update(f"{code_hash()}\n".encode())
    for path in sorted(decisions_folder().glob("*.yml")):
        digest.update(f"{path.name} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def newest_moment(home: Home, until: datetime | None = None) -> datetime | None:
    """as_of unless another is asked for: the newest delivery, or what was decided since; None when nothing came yet.

    A simulated home goes by its own deliveries' clock, so decisions about it count only from a folder of their own.
    """
    newest = newest_reception(read_receipts(home.root))
    if newest is None or (home.origin() == "sandbox" and not os.environ.get("LANGSON_DECISIONS")):
        return newest
    now = until or now_local()
    return max([newest, *(moment for moment in _decided(home) if moment <= now)])


def _decided(home: Home) -> list[datetime]:
    """When each decision that this home knows was made."""
    files = [decisions_folder() / name for name in ("confirmations.yml", "unit_aliases.yml")]
    if home.origin() != "sandbox":
        files += sorted((ROOT / "sources").glob("*/corrections.yml"))
    moments = []
    for path in files:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
        lists = list(found.values()) if isinstance(found, dict) else [found]
        for entry in (entry for one in lists if isinstance(one, list) for entry in one if isinstance(entry, dict)):
            decided = entry.get("decided_at")
            if isinstance(decided, datetime):
                moments.append(decided)
            elif isinstance(decided, date):
                moments.append(datetime.combine(decided, time.min))
    return moments


def end_of_second(home: Home, asked: datetime) -> datetime:
    """The moment that a person names by its second: with all that was received within it."""
    within = [receipt.received_at for receipt in read_receipts(home.root)]
    return max((moment for moment in within if moment.replace(microsecond=0) == asked), default=asked)


def newest_reception(receipts: list[Receipt]) -> datetime | None:
    """The moment of the newest delivery."""
    return max((receipt.received_at for receipt in receipts), default=None)
