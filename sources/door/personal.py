"""Personal identifiers become keyed hashes at the door, and nothing else of a person passes.

HMAC-SHA-256 (RFC 2104) written as SQL over SHA-256, so that a column of identifiers is hashed as a column.
"""

import hashlib
import os
from pathlib import Path

from sources.door.columns import literal

KEY_VARIABLE = "LANGSON_HASH_KEY"
_BLOCK = 64  # bytes of a SHA-256 block


class KeyError_(Exception):
    """The hash key is missing or is not the one this landing was made with."""


def load_key(home: Path, origin: str) -> bytes:
    """The key of a home: the sandbox's own beside its landing, else from the environment only.

    Raises KeyError_ when there is none, or it is not at least 32 bytes as hexadecimal digits.
    """
    own = home / "sandbox.key"
    text = own.read_text().strip() if origin == "sandbox" and own.exists() else os.environ.get(KEY_VARIABLE, "")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) < 32:
        raise KeyError_(
            f"Thiếu khóa băm {KEY_VARIABLE} (ít nhất 64 chữ số thập lục phân; tạo bằng: openssl rand -hex 32) | "
            f"No hash key in {KEY_VARIABLE} (at least 64 hexadecimal digits; make one with: openssl rand -hex 32)"
        )
    return key


def fingerprint(key: bytes) -> str:
    """What a receipt keeps of a key: enough to refuse a second one, nothing to find it by."""
    return hashlib.sha256(b"langson key fingerprint" + key).hexdigest()[:16]


def macros(key: bytes) -> list[str]:
    """SQL macros `normalised(kind, text)` and `hashed(kind, text)`; 32 hexadecimal digits, null for null.

    A text that its normaliser cannot read gives null: the door rejects the row.
    """
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    inner = bytes(byte ^ 0x36 for byte in block).hex()
    outer = bytes(byte ^ 0x5C for byte in block).hex()
    message = f"unhex({literal(inner)}) || encode(kind || ':' || normalised(kind, t))"
    return [
        r"""create or replace temp macro normalised_text(kind, t) as case kind
            when 'text' then upper(t)
            when 'citizen_number' then case
                when regexp_full_match(regexp_replace(t, '\D', '', 'g'), '[0-9]{10,12}')
                    and not regexp_matches(t, '[A-Za-z]')
                    then lpad(regexp_replace(t, '\D', '', 'g'), 12, '0')
                when regexp_full_match(trim(t), '[0-9]{9}') then trim(t) end
            when 'insurance_tail' then
                nullif(regexp_extract(
                    upper(regexp_replace(t, '\s', '', 'g')), '^([A-Z]{2}[0-9]{3})?([0-9]{10})$', 2), '')
            -- The national number without its leading 0, which a spreadsheet loses: 9 digits, 10 of a fixed line.
            when 'phone' then
                nullif(regexp_extract(
                    regexp_replace(regexp_replace(t, '\.0$', ''), '[\s.()+-]', '', 'g'),
                    '^(0084|84|0)?([1-9][0-9]{8,9})$', 2), '')
            end""",
        # A number read as a decimal ends in ".0": kept, its zero would be one more digit of another person's number.
        r"""create or replace temp macro normalised(kind, given) as normalised_text(kind,
            regexp_replace(given, '^([0-9]+)\.0+$', '\1'))""",
        f"""create or replace temp macro hashed(kind, t) as
            left(sha256(unhex({literal(outer)}) || unhex(sha256({message}))), 32)""",
    ]
