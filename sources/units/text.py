"""Vietnamese text as the resolver compares it: syllables, free of how they were typed.

A syllable is its letters with their shape marks, then its tone. So NFC and NFD, "Hoà" and "Hòa", capitals and ð for đ
are equal, while every accent still distinguishes. Nothing about units belongs here.
"""

import re
import unicodedata
from typing import NamedTuple

_SHAPES = "\u0302\u0306\u031b"  # circumflex, breve, horn
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook, dot below
_BREAKS = frozenset(",;:()[]/|\\-_\u2010\u2011\u2012\u2013\u2014\u2015\u2212\n\r")
# H., P., T. are levels (huyện, phường, thị), never list numbers.
_NUMBERED = re.compile(r"^\s*(?:\d{1,3}|[IVX]{1,5}|[A-GI-OQRSU-ZĐ])\s*[.)]\s*")


class Syllable(NamedTuple):
    """One word: `exact` keeps shape marks and the tone (last), `plain` has neither. A separator has both empty."""

    exact: str
    plain: str


SEPARATOR = Syllable("", "")


def syllables(text: str) -> list[Syllable]:
    """Words and separators of a text, in order; dots and spaces only part words."""
    found: list[Syllable] = []
    letters: list[str] = []
    tone = ""

    def close() -> None:
        nonlocal tone
        if letters:
            exact = unicodedata.normalize("NFC", "".join(letters))
            plain = "".join("d" if letter == "đ" else letter for letter in letters if letter not in _SHAPES)
            found.append(Syllable(exact + tone, plain))
        letters.clear()
        tone = ""

    for character in unicodedata.normalize("NFD", text.replace("ð", "đ").replace("Ð", "Đ").casefold()):
        if character in _TONES:
            tone = character
        elif character in _SHAPES or character.isalnum():
            letters.append(character)
        elif unicodedata.category(character) not in ("Cf", "Mn"):
            close()
            if character in _BREAKS and found and found[-1] != SEPARATOR:
                found.append(SEPARATOR)
    close()
    while found and found[-1] == SEPARATOR:
        found.pop()
    return found


def without_number(text: str) -> str | None:
    """The text behind a leading "1.", "II." or "A)"; None when it has none."""
    shorter = _NUMBERED.sub("", text, count=1)
    return shorter if shorter != text and shorter.strip() else None


def is_plain(words: list[Syllable]) -> bool:
    """Whether no word carries any accent."""
    return all(word.exact == word.plain for word in words)


def exact_words(text: str) -> tuple[str, ...]:
    """The words of a text with their accents, without separators."""
    return tuple(word.exact for word in syllables(text) if word != SEPARATOR)


def plain_words(text: str) -> tuple[str, ...]:
    """The words of a text without accents and separators."""
    return tuple(word.plain for word in syllables(text) if word != SEPARATOR)
