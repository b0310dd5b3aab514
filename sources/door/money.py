"""Amounts of money: in which unit a file counts them, and their texts as whole đồng.

The unit is what the file says ("Đơn vị tính: triệu đồng" in a title row, "(triệu đồng)" in a header), never what the
size of the numbers suggests: a small school in đồng and a hospital in millions of đồng look alike.
"""

import re

from sources.formats.base import fold

_AMOUNT = r"(dong|vnd|nghin dong|ngan dong|1[.,]?000 dong|1[.,]?000d|trieu dong|ty dong)"
_LINE = re.compile(rf"(?:don vi tinh|don vi tien(?: te)?|dvt)\s*:?\s*\(?\s*{_AMOUNT}(?![a-z])")
_BRACKET = re.compile(rf"\(\s*(?:(?:don vi tinh|dvt)\s*:?\s*)?{_AMOUNT}\s*\)")
_SCALES = {"dong": 1, "vnd": 1, "nghin dong": 1_000, "ngan dong": 1_000, "trieu dong": 1_000_000, "ty dong": 10**9}


def scale_in_header(header: str) -> int | None:
    """How many đồng one unit of a column is, by the brackets in its header; None when it does not say."""
    return _scale(_BRACKET.search(fold(header)))


def scale_in_title(title: str) -> int | None:
    """How many đồng one unit of a file's amounts is, by its title rows; None when they do not say."""
    lines = (fold(line) for line in title.splitlines())
    return next((_scale(found) for line in lines if (found := _LINE.search(line) or _BRACKET.search(line))), None)


def _scale(found: re.Match[str] | None) -> int | None:
    return _SCALES.get(found[1], 1_000) if found else None


def dong_of(text: str, scale: int) -> str:
    """SQL of the text as whole đồng, null when it is no such amount.

    Counted in đồng there are no fractions, so dots and commas between groups of three are thousands and only zeros may
    follow a decimal mark. Counted in thousands or more, one separator alone is the decimal mark of Vietnam or of a
    spreadsheet, except a comma before exactly three digits: "1,250" may be 1.25 or 1250 and is not guessed.
    """
    grouped = rf"regexp_full_match({text}, '-?[0-9]{{1,3}}((\.[0-9]{{3}}){{2,}}|(,[0-9]{{3}}){{2,}})')"
    plain = f"try_cast(regexp_replace({text}, '[.,]', '', 'g') as decimal(18,0))"
    if scale == 1:
        thousands = rf"regexp_full_match({text}, '-?[0-9]{{1,3}}((\.[0-9]{{3}})+|(,[0-9]{{3}})+)')"
        whole = rf"regexp_full_match({text}, '-?[0-9]{{1,18}}([.,]0{{1,2}})?')"
        before_mark = rf"try_cast(regexp_extract({text}, '^-?[0-9]+') as decimal(18,0))"
        return f"try_cast(case when {thousands} then {plain} when {whole} then {before_mark} end as bigint)"
    decimal = rf"regexp_full_match({text}, '-?[0-9]{{1,12}}([.,][0-9]{{1,9}})?')"
    unclear = rf"regexp_full_match({text}, '-?[0-9]{{1,3}},[0-9]{{3}}')"
    number = (
        f"case when {unclear} then null when {grouped} then cast({plain} as decimal(27,9)) "
        f"when {decimal} then try_cast(replace({text}, ',', '.') as decimal(27,9)) end"
    )
    amount = f"cast({number} as decimal(27,9)) * {scale}"
    return f"try_cast(case when {amount} = trunc({amount}) then {amount} end as bigint)"
