"""Zip files that have the same bytes whenever they hold the same files: no clock, no order of chance."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can name."""


@contextmanager
def new_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """A zip file to be filled, in the order in which its members are to lie."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        yield archive


@contextmanager
def new_member(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    """A member of an archive, to be written to."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3  # Unix, wherever it was made
    info.external_attr = 0o644 << 16
    with archive.open(info, "w") as member:
        yield member
