"""The award snapshot: a release frozen with everything that made it, and made again from the landing to prove it.

A seal lies in the release as the folder `sealed/`: `seal.json` (who, when, why; commit, lock file and rules; each
delivery with the hash of its landed rows), the decisions of people, and the parent release's tables, which revisions
and jumps are measured against. With the landing and the code of that commit it is all a clean machine needs.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from publishing.tables import table_of
from sources.door.intake import now_local
from sources.door.receipts import read_receipts

from pipelines.errors import LangsonError
from pipelines.files import read_json, sha256_of, sync_folder, sync_tree, write_json
from pipelines.home import ROOT, Home, decisions_folder
from pipelines.inputs import code_hash
from pipelines.release.marts import AFTER_GATE
from pipelines.release.publish import commit_of, lock_hash
from pipelines.release.store import INVENTORY, SEAL, Release, find_release, load_release

FACTS = "seal.json"
PARENT = "parent"
DECISIONS = "decisions"


def seal(home: Home, year: int, release_id: str | None, reason: str, by: str) -> Release:
    """Freeze a release as the one that a year is judged by. Raises LangsonError when the year may still change."""
    if not reason.strip() or not by.strip():
        raise LangsonError("phải nói ai niêm phong và vì sao | a seal says who and why")
    release = find_release(home, release_id)
    place = release.path / SEAL
    if place.exists():
        raise LangsonError(f"{release.release_id} đã niêm phong rồi | is sealed already")
    _refuse_an_open_year(release, year)
    _refuse_other_code(home, release)
    staged = release.path.with_name(f".{SEAL}-{release.release_id}")
    if staged.exists():
        shutil.rmtree(staged)
    shutil.copytree(decisions_folder(), staged / DECISIONS)
    if release.parent:
        parent = find_release(home, release.parent)
        shutil.copytree(parent.path / "parquet", staged / PARENT / "parquet")
        shutil.copy2(parent.path / INVENTORY, staged / PARENT / INVENTORY)
    write_json(staged / FACTS, _facts(home, release, year, reason, by))
    sync_tree(staged)
    staged.replace(place)
    sync_folder(release.path)
    return release


def _facts(home: Home, release: Release, year: int, reason: str, by: str) -> dict[str, Any]:
    landed = [
        {
            "delivery_id": receipt.delivery_id,
            "sha256": receipt.sha256,
            "landing_path": receipt.landing_path,
            "landed_sha256": sha256_of(home.root / receipt.landing_path) if receipt.landing_path else "",
        }
        for receipt in read_receipts(home.root)
        if receipt.received_at <= release.as_of
    ]
    return {
        "year": year,
        "release_id": release.release_id,
        "as_of": release.as_of.isoformat(),
        "sealed_at": now_local().isoformat(),
        "by": by,
        "reason": reason,
        "values": maturity(release, year),
        "inventory_sha256": sha256_of(release.path / INVENTORY),
        "commit": commit_of(),
        "lock_sha256": lock_hash(),
        "rules_sha256": code_hash(),
        "scoring_sha256": sha256_of(ROOT / "indicators" / "scoring.yml"),
        "decisions": {path.name: sha256_of(path) for path in sorted(decisions_folder().glob("*.yml"))},
        "deliveries": sorted(landed, key=lambda one: one["delivery_id"]),
    }


def _refuse_an_open_year(release: Release, year: int) -> None:
    """A year is judged when it is over. What of it may still change is told in the seal, for people to weigh."""
    if release.as_of < datetime(year + 1, 1, 1):
        raise LangsonError(
            f"{release.release_id} mới tính đến {release.as_of:%d/%m/%Y}, năm {year} chưa hết | "
            f"counts up to {release.as_of:%d/%m/%Y} only: {year} is not over"
        )
    table = release.path / "parquet" / "fct_indicator_value.parquet"
    found = duckdb.sql(
        f"select count(*) from read_parquet('{table}') where year(period_start) = {year} and status = 'computed'"
    ).fetchall()
    if not found[0][0]:
        raise LangsonError(f"{release.release_id} không có số liệu năm {year} | has no figures of {year}")


def maturity(release: Release, year: int) -> dict[str, int]:
    """How many values of a year's headlines have each status, those that may still change apart."""
    table = release.path / "parquet" / "fct_indicator_value.parquet"
    found = duckdb.sql(
        f"select status || case when status = 'computed' then ' ' || data_maturity else '' end, count(*) "
        f"from read_parquet('{table}') where year(period_start) = {year} and definition = 'headline' "
        "group by 1 order by 1"
    ).fetchall()
    return {str(name): int(count) for name, count in found}


def _refuse_other_code(home: Home, release: Release) -> None:
    """Only the code that made a release can prove it again."""
    last = read_json(home.last_run) or {}
    info = duckdb.sql(f"select commit from read_parquet('{release.path}/parquet/release_info.parquet')").fetchall()
    if last.get("release_id") != release.release_id or info[0][0] != commit_of():
        raise LangsonError(
            f"mã nguồn đã đổi từ khi làm ra {release.release_id}; hãy chạy lại langson run rồi niêm phong bản mới | "
            "the code has changed since this release was made: run again and seal the new release"
        )


def facts_of(release: Release) -> dict[str, Any]:
    """What a seal says; raises LangsonError when the release has none."""
    facts: dict[str, Any] | None = read_json(release.path / SEAL / FACTS)
    if facts is None:
        raise LangsonError(f"{release.release_id} chưa niêm phong | is not sealed")
    return facts


def differences(home: Home, release: Release) -> list[str]:
    """What of a seal's inputs is not here as it was: a sentence each, before anything is made again."""
    facts = facts_of(release)
    problems = []
    if sha256_of(release.path / INVENTORY) != facts["inventory_sha256"]:
        problems.append("danh mục tệp đã bị thay đổi | the inventory was changed")
    if code_hash() != facts["rules_sha256"] or lock_hash() != facts["lock_sha256"]:
        problems.append(
            f"mã nguồn ở đây khác bản niêm phong: hãy lấy commit {facts['commit']} | "
            f"the code here is not that of the seal: check out commit {facts['commit']}"
        )
    for name, digest in facts["decisions"].items():
        path = release.path / SEAL / DECISIONS / name
        if not path.exists() or sha256_of(path) != digest:
            problems.append(f"quyết định {name} đã bị thay đổi | decisions {name} were changed")
    for told in facts["deliveries"]:
        if told["landing_path"]:
            path = home.root / told["landing_path"]
            if not path.exists():
                problems.append(f"thiếu lượt nhận {told['delivery_id']} | delivery {told['delivery_id']} is missing")
            elif sha256_of(path) != told["landed_sha256"]:
                problems.append(f"lượt nhận {told['delivery_id']} đã bị thay đổi | was changed")
    return problems


def parent_of_seal(release: Release) -> Release | None:
    """The sealed copy of the parent."""
    folder = release.path / SEAL / PARENT
    return load_release(folder) if folder.exists() else None


@contextmanager
def sealed_decisions(release: Release) -> Iterator[None]:
    """What people had decided when the release was sealed stands in for what they decided since."""
    before = os.environ.get("LANGSON_DECISIONS")
    os.environ["LANGSON_DECISIONS"] = str(release.path / SEAL / DECISIONS)
    try:
        yield
    finally:
        if before is None:
            del os.environ["LANGSON_DECISIONS"]
        else:
            os.environ["LANGSON_DECISIONS"] = before


def unlike(release: Release, rebuilt: Path) -> list[str]:
    """Files of the release's content that were not made again byte for byte."""
    problems = []
    for kind in ("parquet", "csv"):
        wanted = {path.name for path in (release.path / kind).iterdir() if table_of(path) not in AFTER_GATE}
        for name in sorted(wanted):
            again = rebuilt / kind / name
            if not again.exists() or again.read_bytes() != (release.path / kind / name).read_bytes():
                problems.append(f"{kind}/{name} dựng lại không giống | was not made again the same")
    return problems
