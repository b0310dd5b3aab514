"""What a run's result is a function of: when none of it changed, there is nothing to run.

The parent release is left out on purpose: a release must not make its own inputs look changed.
"""

import hashlib
from datetime import datetime
from pathlib import Path

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


def fingerprint(home: Home, as_of: datetime) -> str:
    """One hash over the receipts, the declarations, the decisions and as_of."""
    digest = hashlib.sha256(as_of.isoformat().encode())
    for receipt in sorted(read_receipts(home.root), key=lambda one: one.delivery_id):
        digest.update(f"{receipt.delivery_id} {receipt.outcome} {receipt.rows_landed}\n".encode())
    for path in code_files():
        digest.update(f"{path.relative_to(ROOT)} {sha256_of(path)}\n".encode())
    for path in sorted(decisions_folder().glob("*.yml")):
        digest.update(f"{path.name} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def newest_reception(receipts: list[Receipt]) -> datetime | None:
    """The moment of the newest delivery: as_of unless another is asked for."""
    return max((receipt.received_at for receipt in receipts), default=None)
