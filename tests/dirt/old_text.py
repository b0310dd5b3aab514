"""Vietnamese text as programs of before Unicode wrote it: the way back from what the readers recognise.

The tables are written from the fonts' own charts, not taken from the readers, so that one checks the other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

# One row per vowel: plain, grave, acute, hook, tilde, dot below, as bytes of the .Vn fonts shown in Latin-1.
_TCVN3_ROWS = {
    "a": "aµ¸¶·¹", "ă": "¨»¾¼½Æ", "â": "©ÇÊÈÉË", "e": "eÌÐÎÏÑ", "ê": "ªÒÕÓÔÖ", "i": "i×ÝØÜÞ",
    "o": "oßãáâä", "ô": "«åèæçé", "ơ": "¬êíëìî", "u": "uïóñòô", "ư": "\u00adõøö÷ù", "y": "yúýûüþ",
}  # fmt: skip
_VNI_BASES = {"a": "a", "e": "e", "i": "i", "o": "o", "u": "u", "y": "y", "ơ": "ô", "ư": "ö"}
_VNI_HATS = {"â": "a", "ê": "e", "ô": "o"}
_ORDER = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")


def _parts(letter: str) -> tuple[str, int]:
    """The vowel with its shape mark, and which tone it has."""
    marks = unicodedata.normalize("NFD", letter)
    tone = next((mark for mark in marks if mark in _ORDER[1:]), "")
    return unicodedata.normalize("NFC", marks.replace(tone, "") if tone else marks), _ORDER.index(tone)


def to_tcvn3(text: str) -> str:
    """As typed in .VnTime; accented capitals come out small, for the font of capitals showed them."""
    written = []
    for letter in unicodedata.normalize("NFC", text):
        vowel, tone = _parts(letter.lower())
        if letter.lower() == "đ":
            written.append("®" if letter == "đ" else "§")
        elif vowel in _TCVN3_ROWS and not letter.isascii():
            written.append(_TCVN3_ROWS[vowel][tone])
        else:
            written.append(letter)
    return "".join(written)


def to_vni(text: str) -> str:
    """As typed in VNI-Times: the letter, then its marks as a letter of its own."""
    written = []
    for letter in unicodedata.normalize("NFC", text):
        small = letter.lower()
        vowel, tone = _parts(small)
        if small == "đ":
            made = "ñ"
        elif (vowel, tone) in (("i", 3), ("i", 4), ("i", 5), ("y", 5)):
            made = {("i", 3): "æ", ("i", 4): "ó", ("i", 5): "ò", ("y", 5): "î"}[vowel, tone]
        elif vowel in _VNI_BASES:
            made = _VNI_BASES[vowel] + ("" if tone == 0 else "øùûõï"[tone - 1])
        elif vowel in _VNI_HATS:
            made = _VNI_HATS[vowel] + "âàáåãä"[tone]
        elif vowel == "ă":
            made = "a" + "êèéúüë"[tone]
        else:
            made = small
        written.append(made.upper() if letter != small else made)
    return "".join(written)


def windows_1258(text: str) -> bytes:
    """As Windows writes it: base letter with its own mark, then the tone as a letter of its own."""
    pieces = []
    for letter in unicodedata.normalize("NFC", text):
        vowel, tone = _parts(letter)
        pieces.append(vowel + _ORDER[tone])
    return "".join(pieces).encode("cp1258")


def read_as_western(data: bytes) -> str:
    """Bytes as a Western program shows them: windows-1252, and Latin-1 where that has no letter."""
    return "".join(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in data)


OLD_PAGES: dict[str, Callable[[str], str]] = {
    "TCVN3": to_tcvn3,
    "VNI": to_vni,
    "windows-1258": lambda text: read_as_western(windows_1258(text)),
    "UTF-8": lambda text: read_as_western(text.encode("utf-8")),
}
"""Text of each page as it looks once a program without its font or its name has read it."""
