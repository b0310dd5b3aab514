"""What a file really is, whatever its name says, and its text encoding."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from sources.formats.base import FormatError, Limits
from sources.formats.code_pages import WINDOWS_1258, recognise, refusal, sample
from sources.formats.limits import check_size

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SAMPLE = 256 * 1024


def read_bytes(path: Path, limits: Limits) -> bytes:
    """The file's bytes, once its size is known to be within the limit."""
    check_size(path, limits)
    return path.read_bytes()


def refuse_other_container(start: bytes, expected: str) -> None:
    """Refuse what is plainly another kind of file: OLE, zip, PDF, Word, HTML where not expected."""
    if start.startswith(_OLE):
        raise FormatError(
            "Tệp là sổ Excel 97-2003 (.xls) hoặc tệp đặt mật khẩu; hãy lưu lại thành .xlsx không mật khẩu | "
            "An Excel 97-2003 book or an encrypted container; save it again as .xlsx without a password"
        )
    if start.startswith(b"PK\x03\x04") and expected != "xlsx":
        raise FormatError(
            "Tệp là tệp nén hoặc sổ Excel, không phải văn bản như tên tệp nói | "
            "The file is a zip or an Excel book, not the text its name says"
        )
    if start.startswith(b"%PDF"):
        raise FormatError(
            "Tệp là PDF; hãy xuất dữ liệu ra Excel hoặc CSV | The file is a PDF; export the data to Excel or CSV"
        )
    head = start[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if expected != "html" and head.startswith((b"<!doctype html", b"<html", b"<head", b"<table", b"<script")):
        raise html_instead(start, expected)


def html_instead(start: bytes, expected: str) -> FormatError:
    """The error for a web page under another name, a login page above all."""
    if is_login_page(start):
        return FormatError(
            "Tệp là trang đăng nhập của hệ thống, không phải dữ liệu; hãy đăng nhập rồi xuất lại | "
            "The file is the system's login page, not data; log in and export again"
        )
    return FormatError(
        f"Tệp là trang HTML mang tên .{expected}; hãy mở bằng Excel và lưu lại đúng định dạng | "
        f"The file is an HTML page named .{expected}; open it in Excel and save it in that format"
    )


def is_login_page(data: bytes) -> bool:
    """Whether an HTML page asks for a password."""
    return re.search(rb"type\s*=\s*[\"']?password|authenticationendpoint|login\.do", data[:_SAMPLE], re.I) is not None


def encrypted_book(data: bytes) -> bool:
    """Whether an OLE container holds an encrypted office book (its stream names are UTF-16)."""
    return "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data


def decode(data: bytes) -> str:
    """Text of UTF-8 (with or without BOM) or windows-1258 bytes, composed (NFC).

    Raises FormatError, naming the code page and what to do, for UTF-16, TCVN3, VNI or unknown bytes.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:_SAMPLE]:
        raise FormatError(
            "Tệp dùng bảng mã UTF-16 (hoặc là tệp nhị phân); hãy lưu lại dạng «CSV UTF-8» | "
            "The file is UTF-16 (or binary); save it again as 'CSV UTF-8'"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _decode_legacy(data, error)
    if any(mark in text for mark in "\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b"):
        return unicodedata.normalize("NFC", text)
    return text


def _decode_legacy(data: bytes, error: UnicodeDecodeError) -> str:
    found = recognise([sample(data.decode("latin-1"))], least=2)  # that it is no UTF-8 is known already
    if found is None:
        raise FormatError(
            f"Không rõ bảng mã (byte thứ {error.start + 1} không phải UTF-8); hãy lưu lại dạng «CSV UTF-8» | "
            f"Unknown encoding (byte {error.start + 1} is not UTF-8); save it again as 'CSV UTF-8'"
        ) from error
    if found.page.name != WINDOWS_1258:
        raise refusal(found) from error
    try:
        return unicodedata.normalize("NFC", data.decode("cp1258"))
    except UnicodeDecodeError as legacy:
        raise FormatError(
            f"Byte thứ {legacy.start + 1} không thuộc bảng mã windows-1258; hãy lưu lại dạng «CSV UTF-8» | "
            f"Byte {legacy.start + 1} is not windows-1258; save it again as 'CSV UTF-8'"
        ) from legacy
