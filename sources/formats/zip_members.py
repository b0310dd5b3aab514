"""The members of a zip of documents, unpacked one after the other with a bound on each.

The container must have passed ``limits.check_zip``. Unpacking goes by the directory straight to the bytes, because
the zipfile module spends more time on opening a member of a few kilobytes than on unpacking it.
"""

from __future__ import annotations

import mmap
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple, cast

from isal import isal_zlib

from sources.formats.base import FormatError

MAX_DOCUMENT_BYTES = 32 * 1024 * 1024  # one message is at most a few megabytes; above this it is not a message
_MOST_DEFLATE_GAINS = 1032  # no deflate stream grows more than this many times
_LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, lengths of the name and of the extra field
_DAMAGED = cast("type[Exception]", isal_zlib.error)  # its stub calls the class an instance
_ARCHIVES = frozenset({".zip", ".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz"})
_SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


class Member(NamedTuple):
    """One member: its bytes, or the rule it breaks and why (``vi | en``)."""

    name: str
    data: bytes
    rule: str = ""
    reason: str = ""


def classify(name: str) -> str:
    """``document``, ``archive`` or ``other`` to read or reject; ``directory`` or ``system_file`` to pass over."""
    if name.endswith(".xml") and "._" not in name and "__MACOSX" not in name:
        return "document"  # nearly all are: no path object for these
    if name.endswith("/"):
        return "directory"
    path = PurePosixPath(name.replace("\\", "/"))
    if path.parts[:1] == ("__MACOSX",) or path.name.startswith("._") or path.name.lower() in _SYSTEM_FILES:
        return "system_file"
    suffix = path.suffix.lower()
    if suffix == ".xml":
        return "document"
    return "archive" if suffix in _ARCHIVES else "other"


def read_members(path: Path, skipped: dict[str, int]) -> Iterator[Member]:
    """Every member that is a document or must be rejected, in the container's order; the rest is counted."""
    try:
        with zipfile.ZipFile(path) as container:
            directory = container.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise FormatError(
            "Tệp nén zip bị hỏng; hãy tải lại | The zip container is damaged; download it again"
        ) from error
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for info in directory:
            match classify(info.filename):
                case "document":
                    yield _unpack(content, info)
                case "archive":
                    yield Member(
                        info.filename, b"", "nested_archive",
                        "Tệp nén nằm trong tệp nén không được đọc; hãy giải nén rồi gửi riêng | "
                        "An archive inside the archive is not read; unpack it and send it by itself",
                    )  # fmt: skip
                case "other":
                    yield Member(
                        info.filename, b"", "not_a_document",
                        "Chỉ đọc các tệp .xml trong tệp nén | Only .xml members are read",
                    )  # fmt: skip
                case what:
                    skipped[what] = skipped.get(what, 0) + 1


def _unpack(content: mmap.mmap, info: zipfile.ZipInfo) -> Member:
    if info.file_size > MAX_DOCUMENT_BYTES:
        return _bad(info, f"tài liệu lớn hơn {MAX_DOCUMENT_BYTES} byte | a document over {MAX_DOCUMENT_BYTES} bytes")
    at = info.header_offset
    signature, name_length, extra_length = b"", 0, 0
    if 0 <= at <= len(content) - _LOCAL_HEADER.size:
        signature, name_length, extra_length = _LOCAL_HEADER.unpack_from(content, at)
    if signature != b"PK\x03\x04":
        return _bad(info, "mục lục của tệp nén trỏ sai chỗ | the directory of the container points to a wrong place")
    start = at + _LOCAL_HEADER.size + name_length + extra_length
    packed = content[start : start + info.compress_size]
    try:
        if info.compress_type == zipfile.ZIP_STORED:
            data = packed
        elif info.compress_type != zipfile.ZIP_DEFLATED:
            method = info.compress_type
            return _bad(info, f"cách nén số {method} không được đọc | compression method {method} is not read")
        elif len(packed) * _MOST_DEFLATE_GAINS <= MAX_DOCUMENT_BYTES:
            data = isal_zlib.decompress(packed, -15, info.file_size + 1)
        else:
            # The directory may lie about the size, so a member that could grow large is stopped on the way.
            data = isal_zlib.decompressobj(-15).decompress(packed, info.file_size + 1)
    except _DAMAGED:
        return _bad(info, "dữ liệu nén bị hỏng | the packed data is damaged")
    if len(data) != info.file_size or isal_zlib.crc32(data) != info.CRC:
        return _bad(info, "dữ liệu không khớp mục lục (kích thước, CRC) | the data does not match its size or CRC")
    return Member(info.filename, data)


def _bad(info: zipfile.ZipInfo, reason: str) -> Member:
    vietnamese, english = reason.split(" | ")
    return Member(
        info.filename, b"", "unreadable_document",
        f"Không giải nén được: {vietnamese} | Cannot be unpacked: {english}",
    )  # fmt: skip
