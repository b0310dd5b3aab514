"""The releases of a home: which there are, which one is current, going back, and whether each is still whole."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.errors import LangsonError
from pipelines.files import read_json, sha256_of, sync_folder, write_json
from pipelines.home import Home
from pipelines.release.candidate import content_hash
from pipelines.release.gate import require_passed

KEPT = 12
INVENTORY = "manifest.json"
SEAL = "sealed"
"""A folder of this name in a release keeps it for good."""
PIN = "pinned.json"


@dataclass(frozen=True)
class Release:
    """One published folder, as its inventory tells."""

    path: Path
    sequence: int
    as_of: datetime
    parent: str | None
    origin: str

    @property
    def release_id(self) -> str:
        return self.path.name


def load_release(path: Path) -> Release:
    """Read a release's inventory; raises LangsonError when it has none."""
    inventory = read_json(path / INVENTORY)
    if inventory is None:
        raise LangsonError(f"bản phát hành {path.name} không có danh mục tệp | release {path.name} has no inventory")
    return Release(
        path,
        int(inventory["sequence"]),
        datetime.fromisoformat(inventory["as_of"]),
        inventory["parent"],
        str(inventory["origin"]),
    )


def releases(home: Home) -> list[Release]:
    """Every release of the home, in the order of publication."""
    if not home.releases.exists():
        return []
    found = [
        load_release(path)
        for path in home.releases.iterdir()
        if path.is_dir() and not path.is_symlink() and (path / INVENTORY).exists() and "." not in path.name
    ]
    return sorted(found, key=lambda release: (release.sequence, release.release_id))


def current_id(home: Home) -> str | None:
    """The id `current` points at, None before the first release."""
    return str(home.current.readlink()) if home.current.is_symlink() else None


def find_release(home: Home, release_id: str | None) -> Release:
    """The release of that id, or the current one; raises LangsonError."""
    wanted = release_id or current_id(home)
    if wanted is None:
        raise LangsonError("chưa có bản phát hành nào | there is no release yet")
    path = home.releases / Path(wanted).name
    if not path.is_dir():
        raise LangsonError(f"không có bản phát hành {wanted} | there is no release {wanted}")
    return load_release(path)


def parent_for(home: Home) -> Release | None:
    """What a new candidate is compared with: the current release."""
    return find_release(home, None) if current_id(home) else None


def point_current(home: Home, release_id: str) -> None:
    """Move `current` in one step: a reader sees the old or the new, never none."""
    temporary = home.releases / f".current-{os.getpid()}"
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(release_id)
    temporary.replace(home.current)
    sync_folder(home.releases)


def inventory_of(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a release but its inventory and its seal."""
    return {
        str(path.relative_to(folder)): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in (INVENTORY, SEAL)
    }


def verify(home: Home, release_id: str | None, required: Sequence[str]) -> list[str]:
    """What is wrong with a release, one sentence each; an empty list means it is whole and passed its gate."""
    release = find_release(home, release_id)
    wanted: dict[str, str] = read_json(release.path / INVENTORY)["files"]
    found = inventory_of(release.path)
    problems = [f"thiếu tệp {name} | file {name} is missing" for name in sorted(wanted.keys() - found.keys())]
    problems += [f"tệp lạ {name} | file {name} does not belong here" for name in sorted(found.keys() - wanted.keys())]
    problems += [
        f"tệp {name} đã bị thay đổi | file {name} was changed"
        for name in sorted(wanted.keys() & found.keys())
        if wanted[name] != found[name]
    ]
    if not release.release_id.endswith(content_hash(release.path)[:12]):
        problems.append("mã phát hành không khớp nội dung | the release id does not match the content")
    try:
        require_passed(release.path, required)
    except LangsonError as error:
        problems.append(str(error))
    return problems


def pinned(home: Home) -> dict[str, Any] | None:
    """The pin, when a rollback holds `current` where it is."""
    pin: dict[str, Any] | None = read_json(home.releases / PIN)
    return pin


def rollback(home: Home, release_id: str | None, required: Sequence[str]) -> Release:
    """Point `current` at an earlier release (by default the one published before it) and hold it there."""
    all_releases = releases(home)
    now = current_id(home)
    if release_id is None:
        position = next((n for n, release in enumerate(all_releases) if release.release_id == now), 0)
        if position == 0:
            raise LangsonError("không có bản nào trước bản hiện hành | there is no release before the current one")
        release_id = all_releases[position - 1].release_id
    target = find_release(home, release_id)
    problems = verify(home, target.release_id, required)
    if problems:
        raise LangsonError(
            f"không lùi về {target.release_id}: {'; '.join(problems)} | not rolled back: that release is damaged"
        )
    # The pin first: whatever a crash leaves, no later run moves `current` against a person's decision.
    write_json(home.releases / PIN, {"release_id": target.release_id, "instead_of": now})
    point_current(home, target.release_id)
    return target


def unpin(home: Home, required: Sequence[str]) -> Release:
    """Let runs move `current` again, and point it at the newest release; raises LangsonError when that is damaged."""
    all_releases = releases(home)
    if not all_releases:
        raise LangsonError("chưa có bản phát hành nào | there is no release yet")
    newest = all_releases[-1]
    problems = verify(home, newest.release_id, required)
    if problems:
        raise LangsonError(f"{newest.release_id} đã hỏng: {'; '.join(problems)} | the newest release is damaged")
    point_current(home, newest.release_id)
    (home.releases / PIN).unlink(missing_ok=True)
    return newest


def prune(home: Home) -> list[str]:
    """Delete what is not among the newest, sealed, its month's last, current, pinned, or the parent of these two."""
    all_releases = releases(home)
    kept = {release.release_id for release in all_releases[-KEPT:]}
    kept |= {release.release_id for release in all_releases if (release.path / SEAL).exists()}
    kept |= set({f"{release.as_of:%Y-%m}": release.release_id for release in all_releases}.values())
    now, pin = current_id(home), pinned(home)
    kept |= {now or "", str((pin or {}).get("release_id", ""))}
    shown = (now, (pin or {}).get("release_id"))
    kept |= {release.parent or "" for release in all_releases if release.release_id in shown}
    gone = [release for release in all_releases if release.release_id not in kept]
    for release in gone:
        # Out of sight first: a folder half deleted is never taken for a release.
        doomed = home.releases / f".deleted-{release.release_id}"
        release.path.replace(doomed)
        shutil.rmtree(doomed)
    for leftover in home.releases.glob(".deleted-*"):
        shutil.rmtree(leftover)
    return [release.release_id for release in gone]
