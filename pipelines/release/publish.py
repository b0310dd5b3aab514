"""The release step: it trusts no one's word that the gate was passed, and moves `current` last of all."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from publishing.tables import csv_path

from pipelines.errors import GateRefused, LangsonError
from pipelines.files import read_json, sha256_of, sync_folder, sync_tree, write_json, write_text
from pipelines.home import ROOT, Home
from pipelines.release.candidate import (
    SETTINGS,
    STAGED,
    Candidate,
    as_of_of,
    quoted,
    release_id_of,
    says_the_same,
    staged_candidate,
)
from pipelines.release.changes import changes_text
from pipelines.release.gate import Verdict, require_passed
from pipelines.release.store import (
    INVENTORY,
    Release,
    current_id,
    find_release,
    inventory_of,
    parent_for,
    pinned,
    point_current,
    prune,
    releases,
    verify,
)

DESCRIPTION = "changes.md"
"""The last file of a candidate's description."""
PARTS = ("site", "open_data", "dictionary", "datapackage.json", "SHA256SUMS")
"""What people see of a release, made of its described candidate; the site last, for its page of downloads."""
SIMULATED = "MÔ PHỎNG: số liệu giả lập, không phải số liệu thật | SIMULATED: invented figures, not real ones"


@dataclass(frozen=True)
class Published:
    """What the release step did: `created` a new release or found it there, `moved` current to it or not."""

    release_id: str
    path: Path
    created: bool
    moved: bool
    pinned_to: str | None


def commit_of(root: Path = ROOT) -> str:
    """The commit the code stands at; `unknown` outside a git checkout."""
    # A service runs as another user than the one who installed the code, and git would not answer it.
    command = ["git", "-c", f"safe.directory={root}", "-C", str(root), "rev-parse", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return "unknown"
    return answer.stdout.strip() or "unknown"


def lock_hash(root: Path = ROOT) -> str:
    """SHA-256 of the lock file: which versions made these bytes."""
    path = root / "requirements.lock"
    return sha256_of(path) if path.exists() else "unknown"


def quality_table(verdicts: Sequence[Verdict], home: Home) -> pa.Table:
    """`quality_results`: the gate's verdicts and the dbt tests of the build behind them."""
    rows = [
        {
            "check": verdict.check,
            "stage": "correction" if verdict.check.startswith("correction_") else "gate",
            "outcome": "passed" if verdict.passed else "failed",
            "severity": verdict.severity,
            "observed": verdict.observed,
            "reason": verdict.reason,
        }
        for verdict in verdicts
    ]
    for test in read_json(home.dbt_results) or []:
        rows.append(
            {
                "check": test["check"],
                "stage": "dbt",
                "outcome": test["outcome"],
                "severity": test["severity"],
                "observed": str(test["failures"]),
                "reason": test["description"],
            }
        )
    schema = pa.schema(
        [(name, pa.string()) for name in ("check", "stage", "outcome", "severity", "observed", "reason")]
    )
    return pa.Table.from_pylist(sorted(rows, key=lambda row: (row["stage"], row["check"])), schema)


def info_table(home: Home, release_id: str, digest: str, parent: Release | None) -> pa.Table:
    """`release_info`: one row that says what this release is and what made it."""
    as_of, parent_as_of, origin = as_of_of(home.definitions)
    row = {
        "release_id": release_id,
        "as_of": as_of,
        "parent_as_of": parent_as_of,
        "parent_release_id": parent.release_id if parent else None,
        "origin": origin,
        "is_simulated": origin == "sandbox",
        "notice": SIMULATED if origin == "sandbox" else "",
        "commit": commit_of(),
        "lock_hash": lock_hash(),
        "content_hash": digest,
    }
    kinds = {"as_of": pa.timestamp("us"), "parent_as_of": pa.timestamp("us"), "is_simulated": pa.bool_()}
    return pa.Table.from_pylist([row], pa.schema([(name, kinds.get(name, pa.string())) for name in row]))


def write_extra(folder: Path, name: str, table: pa.Table) -> None:
    """One of the tables that are written after the gate."""
    pq.write_table(table, folder / "parquet" / f"{name}.parquet", compression="zstd")
    with pa.CompressedOutputStream(csv_path(folder, name), "gzip") as stream:
        pyarrow.csv.write_csv(table, stream)


def write_database(folder: Path) -> None:
    """`indicators.duckdb`, made of the gated Parquet files and of nothing else."""
    path = folder / "indicators.duckdb"
    for leftover in (path, path.with_name(path.name + ".wal")):
        leftover.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(SETTINGS)
        for file in sorted((folder / "parquet").glob("*.parquet")):
            connection.execute(f"create table {quoted(file.stem)} as from read_parquet('{file}')")
        connection.execute("checkpoint")


def _standing(home: Home, staged: Candidate) -> Path | None:
    """The release that already says what the candidate says."""
    same = home.releases / staged.release_id
    if same.exists():
        return same
    if current_id(home) and says_the_same(staged.path, find_release(home, None).path):
        return find_release(home, None).path
    return None


def describe(home: Home, required: Sequence[str], parent: Release | None = None) -> Path | None:
    """Write what is said of a candidate that passed: the gate's verdicts, what made it, its database, its changes.

    Gives the folder that open data and site are made in; None when a release says all this already. Raises GateRefused
    unless every required check passed for exactly the candidate's bytes.
    """
    staged = staged_candidate(home)
    parent = parent or parent_for(home)
    verdicts = require_passed(staged.path, required)
    if _standing(home, staged):
        return None
    for part in PARTS:
        # What was made of an earlier description does not belong to this one.
        path = staged.path / part
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    write_extra(staged.path, "quality_results", quality_table(verdicts, home))
    write_extra(staged.path, "release_info", info_table(home, staged.release_id, staged.content_hash, parent))
    write_database(staged.path)
    write_text(staged.path / DESCRIPTION, changes_text(staged.path, parent.path if parent else None, staged.release_id))
    return staged.path


def described_candidate(home: Home) -> Path | None:
    """The folder of the described candidate, None when there is nothing new to describe; raises GateRefused."""
    staged = staged_candidate(home)
    if _standing(home, staged):
        return None
    if not (staged.path / DESCRIPTION).exists():
        raise GateRefused(
            "bản dự thảo chưa được mô tả: hãy chạy candidate_description | the candidate was not described yet"
        )
    return staged.path


def publish(
    home: Home, required: Sequence[str], parent: Release | None = None, parts: Sequence[str] = PARTS
) -> Published:
    """Turn the staged candidate into a release and make it current.

    Raises GateRefused unless every required check passed for exactly the candidate's bytes and every part was made of
    it, and LangsonError when an existing release of the same id is damaged.
    """
    staged = staged_candidate(home)
    parent = parent or parent_for(home)
    as_of, _, origin = as_of_of(home.definitions)
    if staged.release_id != release_id_of(as_of, staged.content_hash):
        raise GateRefused(
            "tên bản dự thảo không khớp nội dung của nó | the candidate's name does not match its content"
        )
    require_passed(staged.path, required)
    already = _standing(home, staged)
    if already:
        problems = verify(home, already.name, required)
        if problems:
            raise LangsonError(
                f"bản phát hành {already.name} có sẵn nhưng đã hỏng: {'; '.join(problems)} | "
                "the existing release of this id is damaged"
            )
        shutil.rmtree(staged.path)
        return _make_current(home, already.name, created=False)
    absent = [part for part in (DESCRIPTION, *parts) if not (staged.path / part).exists()]
    if absent:
        raise GateRefused(f"bản dự thảo còn thiếu: {', '.join(absent)} | the candidate still lacks {', '.join(absent)}")
    sequence = max((release.sequence for release in releases(home)), default=0) + 1
    inventory = {
        "sequence": sequence,
        "as_of": as_of.isoformat(),
        "origin": origin,
        "parent": parent.release_id if parent else None,
        "files": inventory_of(staged.path),
    }
    write_json(staged.path / INVENTORY, inventory)
    sync_tree(staged.path)
    target = home.releases / staged.release_id
    staged.path.replace(target)
    sync_folder(home.releases)
    published = _make_current(home, target.name, created=True)
    prune(home)
    return published


def _make_current(home: Home, release_id: str, created: bool) -> Published:
    pin = pinned(home)
    held_at = str(pin["release_id"]) if pin else None
    moved = False
    if held_at is None and current_id(home) != release_id:
        point_current(home, release_id)
        moved = True
    return Published(release_id, home.releases / release_id, created, moved, held_at if held_at != release_id else None)


__all__ = ["PARTS", "SIMULATED", "STAGED", "Published", "describe", "described_candidate", "publish"]
