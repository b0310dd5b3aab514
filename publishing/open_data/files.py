"""The files of a release folder as others must be able to name them: path, bytes, SHA-256."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

SUMS = "SHA256SUMS"
CONTENT = ("csv", "dictionary", "open_data", "parquet")
"""Folders whose files are content. `site/` is made of them afterwards; the release's own manifest covers it."""
CONTENT_FILES = ("datapackage.json", "indicators.duckdb")


@dataclass(frozen=True)
class File:
    """A file below a release folder; `path` is relative to it, with forward slashes."""

    path: str
    size: int
    sha256: str


def file_of(folder: Path, path: Path) -> File:
    """A file as it is now."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return File(path.relative_to(folder).as_posix(), path.stat().st_size, digest)


def files_below(folder: Path, *parts: str) -> dict[str, File]:
    """Every file of some folders of a release, by path, in order of paths."""
    found = [path for part in parts for path in (folder / part).rglob("*") if path.is_file()]
    return {file.path: file for file in (file_of(folder, path) for path in sorted(found))}


def write_sums(folder: Path) -> None:
    """Write `SHA256SUMS` at the release folder's root, so that `sha256sum -c SHA256SUMS` there checks every file."""
    files = files_below(folder, *CONTENT)
    files |= {name: file_of(folder, folder / name) for name in CONTENT_FILES if (folder / name).exists()}
    lines = [f"{file.sha256}  {file.path}\n" for _, file in sorted(files.items())]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
