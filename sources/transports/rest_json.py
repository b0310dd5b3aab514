"""JSON answers: parsing them without changing a value, and finding what a contract's dotted paths name."""

import json

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class BrokenAnswer(Exception):
    """An answer that is none: cut, no JSON, or without what the contract says it holds."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} | {en}")
        self.vi, self.en = vi, en


def parsed(body: bytes) -> object:
    """The answer's value, decimal numbers as their texts: so the door reads them, and no digit is lost on the way.

    Raises BrokenAnswer.
    """
    start = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        raise BrokenAnswer("máy chủ trả một trang web thay cho dữ liệu", "a web page came instead of data")
    try:
        value: object = json.loads(body, parse_float=str)
    except (ValueError, RecursionError):
        raise BrokenAnswer("JSON bị cắt hoặc hỏng", "the JSON is cut or broken") from None
    return value


def canonical(value: object) -> bytes:
    """One text for equal values: sorted keys, no spaces, letters as they are."""
    return as_utf8(_ENCODER.encode(value))


def as_utf8(text: str) -> bytes:
    """The text's bytes; half a surrogate pair goes back to the escape it came as."""
    return text.encode("utf-8", "backslashreplace")


def at(value: object, place: str) -> object:
    """What stands at a dotted path; None when nothing does."""
    for name in place.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def whole_number(value: object) -> int | None:
    """A count, which some answers write as text; None when it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value)
    return None
