"""Checks that stop a hostile file before it is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from sources.formats.base import FormatError, Limits

_RATIO_FLOOR = 4 * 1024 * 1024  # a member smaller than this unpacked cannot hurt, whatever its ratio


def check_size(path: Path, limits: Limits) -> None:
    """Refuse an empty file or one above the byte limit."""
    size = path.stat().st_size
    if size == 0:
        raise FormatError("Tệp rỗng (0 byte) | The file is empty (0 bytes)")
    if size > limits.bytes:
        raise FormatError(
            f"Tệp {size} byte vượt giới hạn {limits.bytes} byte | "
            f"The file has {size} bytes, over the limit of {limits.bytes}"
        )


def check_zip(path: Path, limits: Limits) -> None:
    """Refuse a zip container with too many members, too much content, or a bomb's ratio.

    Only the central directory is read. Its sizes can lie, so whoever unpacks a member must stop at
    the declared size; the zipfile module does (it never returns more than ``file_size`` bytes).
    """
    check_size(path, limits)
    try:
        with zipfile.ZipFile(path) as container:
            members = container.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError) as error:
        raise FormatError(
            "Tệp nén zip bị hỏng hoặc tải xuống chưa xong; hãy tải lại | "
            "The zip container is damaged or was cut short; download it again"
        ) from error
    if len(members) > limits.members:
        raise FormatError(
            f"Tệp nén có {len(members)} thành phần, vượt giới hạn {limits.members} | "
            f"The container has {len(members)} members, over the limit of {limits.members}"
        )
    if any(member.header_offset < 0 for member in members):
        raise FormatError(
            "Tệp nén zip bị mất phần đầu; hãy tải lại | The zip container has lost its beginning; download it again"
        )
    total = 0
    starts: set[int] = set()
    for member in members:
        if member.flag_bits & 0x1:
            raise FormatError(
                f"Thành phần «{member.filename}» đặt mật khẩu; hãy gửi tệp không mật khẩu | "
                f"Member '{member.filename}' is encrypted; send the file without a password"
            )
        if member.header_offset in starts:
            raise FormatError("Tệp nén có các thành phần chồng lên nhau | The container has overlapping members")
        starts.add(member.header_offset)
        total += member.file_size
        too_dense = member.file_size > limits.ratio * max(member.compress_size, 1)
        if member.file_size > _RATIO_FLOOR and too_dense:
            raise FormatError(
                f"Thành phần «{member.filename}» nén quá {limits.ratio} lần (nghi bom nén) | "
                f"Member '{member.filename}' unpacks more than {limits.ratio} times (a zip bomb?)"
            )
        if total > limits.unpacked:
            raise FormatError(
                f"Nội dung giải nén vượt giới hạn {limits.unpacked} byte | "
                f"The unpacked content is over the limit of {limits.unpacked} bytes"
            )
