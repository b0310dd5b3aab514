"""Zip archives of several deliveries: each member becomes a file of its own, or it is said why that cannot be.

A zip that the source's own contract reads (invoices by the thousand) is not opened, nor an office book, which is a zip
by nature.
"""

import fnmatch
import os
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from sources.formats.base import FormatError, Limits
from sources.formats.limits import check_zip
from sources.formats.zip_members import classify
from sources.registry import contracts
from sources.transports.inbox import is_half_written

LIMITS = Limits(members=2_000)
"""A sender's archive holds some dozens of deliveries."""
_OFFICE = frozenset({"[Content_Types].xml", "mimetype", "META-INF/manifest.xml"})
_UTF8_NAME = 0x800
_LONGEST_NAME = 255  # bytes, of a file system
_DAMAGE = (
    # How zipfile tells a wrong checksum, data cut short, an unknown compression, a password, a name of nonsense.
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError,
    # A member that is a folder to another one.
    FileExistsError, IsADirectoryError, NotADirectoryError,
)  # fmt: skip


class BrokenArchive(Exception):
    """The archive as a whole is not taken; the text says why, Vietnamese first."""


def is_archive(source_code: str, path: Path) -> bool:
    """Whether a file is to be opened: a zip by name or by bytes that no layout of its source reads."""
    name = path.name.lower()
    layouts = [layout for data in contracts()[source_code].datasets.values() for layout in data.deliveries]
    if any(fnmatch.fnmatchcase(name, layout.match.lower()) for layout in layouts):
        return False
    if name.endswith(".zip"):
        return not _is_office(path)
    with path.open("rb") as handle:
        return handle.read(4) == b"PK\x03\x04" and not path.suffix and not _is_office(path)


def _is_office(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as container:
            return not _OFFICE.isdisjoint(container.namelist()[:20])
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return False  # what is wrong with it is told when it is opened


def open_archive(path: Path, folder: Path, limits: Limits = LIMITS) -> list[Path]:
    """Every delivery of an archive, unpacked into `folder` with the archive's own time; raises BrokenArchive.

    All or nothing: of an archive that is cut short, what is whole is not taken either.
    """
    try:
        check_zip(path, limits)
        return _unpack(path, folder, limits)
    except FormatError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise BrokenArchive(error.reason) from error
    except _DAMAGE as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise BrokenArchive(
            "tệp nén zip hỏng hoặc có thành phần không giải nén được; hãy nén và gửi lại | "
            "the zip is damaged or a member cannot be unpacked: pack and send it again"
        ) from error


def _unpack(path: Path, folder: Path, limits: Limits) -> list[Path]:
    moment = path.stat().st_mtime_ns
    unpacked: list[Path] = []
    with zipfile.ZipFile(path) as container:
        for member in container.infolist():
            name = _name(member)
            if classify(name) in ("directory", "system_file") or is_half_written(name):
                continue
            target = folder.joinpath(*_safe(name))
            if target.exists():
                raise FormatError(
                    f"hai thành phần cùng tên «{name}» trong tệp nén | two members of the archive are named '{name}'"
                )
            if member.file_size > limits.bytes:
                raise FormatError(f"«{name}» vượt giới hạn {limits.bytes} byte | '{name}' is over {limits.bytes} bytes")
            target.parent.mkdir(parents=True, exist_ok=True)
            with container.open(member) as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain, 1024 * 1024)
            os.utime(target, ns=(moment, moment))
            unpacked.append(target)
    if not unpacked:
        raise FormatError("tệp nén không có tệp số liệu nào | the archive holds no delivery")
    return sorted(unpacked)


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name; programs that forget to say UTF-8 mostly mean it."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename


def _safe(name: str) -> tuple[str, ...]:
    """The parts of a member's name; one that would leave the folder makes the whole archive hostile."""
    plain = PurePosixPath(name.replace("\\", "/"))
    if plain.is_absolute() or ".." in plain.parts or ":" in plain.parts[0]:
        raise FormatError(
            f"tên thành phần «{name}» trỏ ra ngoài tệp nén; không mở | "
            f"member '{name}' points outside the archive: not opened"
        )
    if any(len(part.encode("utf-8", "replace")) > _LONGEST_NAME for part in plain.parts):
        raise FormatError("tên thành phần dài quá 255 byte | the name of a member is longer than 255 bytes")
    return plain.parts
