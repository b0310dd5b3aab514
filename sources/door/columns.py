"""The SQL that turns a reader's texts into typed columns, and says of each text it cannot take what was expected.

One expression a column, run over whole columns by DuckDB: no Python object per cell.
"""

from dataclasses import dataclass

from sources.contract import Column
from sources.formats.base import fold

_STRPTIME = {
    "dd/MM/yyyy": "%d/%m/%Y",
    "dd/MM/yyyy HH:mm": "%d/%m/%Y %H:%M",
    "dd/MM/yyyy HH:mm:ss": "%d/%m/%Y %H:%M:%S",
    "yyyyMMddHHmmss": "%Y%m%d%H%M%S",
    "yyyyMMdd": "%Y%m%d",
    "yyyy-MM-dd": "%Y-%m-%d",
}
_EXACT_SHAPE = {"yyyyMMddHHmmss": "[0-9]{14}", "yyyyMMdd": "[0-9]{8}"}
_CELL_DATE = "%Y-%m-%d %H:%M:%S"
"""How every reader writes a real date cell, whatever the contract's text formats."""
_PLAUSIBLE = "between timestamp '1900-01-01' and timestamp '2100-01-01'"

_YES = ("1", "true", "co", "x", "yes", "y")
_NO = ("0", "false", "khong", "no", "n")


@dataclass(frozen=True)
class TypedColumn:
    """SQL for one column: its value, and when a present text is a rejection, of which rule, against what."""

    value: str
    bad: str
    rule: str
    expected: str


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def text_of(raw: str) -> str:
    """SQL of the composed (NFC) text without white space at its edges."""
    return f"nullif(trim(nfc_normalize({raw}), ' \t\r\n\u00a0'), '')"


def folded(text: str) -> str:
    """SQL of `fold`: no accents, no case, runs of white space as one space."""
    plain = f"strip_accents(lower(replace(replace({text}, 'đ', 'd'), 'Đ', 'D')))"
    return rf"trim(regexp_replace({plain}, '\s+', ' ', 'g'))"


def timestamp_of(text: str, formats: tuple[str, ...]) -> str:
    """SQL of the first of the formats that reads the text, as a local timestamp; null when none does."""
    tries = [f"try_strptime({text}, {literal(_CELL_DATE)})"]
    for name in formats:
        if name == "serial":
            day = f"try_cast({text} as double)"
            shape = rf"regexp_full_match({text}, '[0-9]{{4,5}}(\.[0-9]+)?')"
            # A spreadsheet counts days from 1899-12-30; the fraction is the time, kept to the second.
            seconds = f"to_seconds(cast(round({day} * 86400) as bigint))"
            tries.append(f"case when {shape} then timestamp '1899-12-30' + {seconds} end")
        elif name == "iso":
            tries.append(f"case when not ends_with({text}, 'Z') then try_cast({text} as timestamp) end")
        elif name == "iso_utc":
            local = f"try_cast({text} as timestamptz) at time zone 'Asia/Ho_Chi_Minh'"
            tries.append(f"case when ends_with({text}, 'Z') then {local} end")
        else:
            read = f"try_strptime({text}, {literal(_STRPTIME[name])})"
            exact = _EXACT_SHAPE.get(name)
            tries.append(f"case when regexp_full_match({text}, '{exact}') then {read} end" if exact else read)
    return f"coalesce({', '.join(tries)})"


def decimal_text(text: str) -> str:
    """SQL of a number's text with Vietnamese or English separators made plain (1.234.567 and 1,234,567 and 12,5)."""
    return (
        rf"case when regexp_full_match({text}, '-?[0-9]{{1,3}}(\.[0-9]{{3}}){{2,}}(,[0-9]+)?') "
        rf"then replace(replace({text}, '.', ''), ',', '.') "
        rf"when regexp_full_match({text}, '-?[0-9]{{1,3}}(,[0-9]{{3}})+(\.[0-9]+)?') then replace({text}, ',', '') "
        rf"when regexp_full_match({text}, '-?[0-9]+,[0-9]+') then replace({text}, ',', '.') "
        rf"when regexp_full_match({text}, '-?[0-9]+(\.[0-9]+)?([eE][+]?[0-9]+)?') then {text} end"
    )


def json_count(text: str, rule: str) -> str:
    """SQL of a count over a JSON list: `count`, `count FIELD` (present, not empty) or `count FIELD = VALUE`."""
    words = rule.split()
    if len(words) == 1:
        return f"cast(json_array_length({text}) as bigint)"
    values = f"json_extract_string({text}, {literal(f'$[*].{words[1]}')})"
    test = f"v = {literal(words[3])}" if len(words) == 4 else "v is not null and v <> ''"
    return f"cast(len(list_filter({values}, lambda v: {test})) as bigint)"


def typed(column: Column, text: str, value_name: str) -> TypedColumn:
    """The SQL of one column over its trimmed text; `bad` may name the typed column, which stands under `value_name`."""
    unread = f"{text} is not null and {value_name} is null"
    if column.pii == "hash":
        return TypedColumn(
            f"hashed({literal(column.normalise or '')}, {text})",
            unread,
            "unreadable_identifier",
            "số định danh đúng dạng | a readable identifier",
        )
    if column.check == "tax_code":
        # Looked up in what python-stdnum said of the distinct texts.
        return TypedColumn(
            f"getvariable('known_tax_codes')[{text}]",
            unread,
            "invalid_tax_code",
            "mã số thuế 10 số đúng số kiểm tra, có thể thêm -NNN | a tax code whose check digit holds",
        )
    if column.type == "text":
        return TypedColumn(_text(column, text), "", "", "")
    if column.type == "code":
        return _code(column, text, value_name)
    if column.type in ("date", "timestamp"):
        moment = timestamp_of(text, column.formats)
        bad = f"{text} is not null and ({value_name} is null or not {value_name} {_PLAUSIBLE})"
        expected = "ngày dạng / a date as " + " | ".join(column.formats)
        return TypedColumn(f"cast({moment} as {column.type})", bad, "unreadable_date", expected)
    if column.type == "boolean":
        flag = folded(text)
        value = f"case when {flag} in {_YES} then true when {flag} in {_NO} then false end"
        return TypedColumn(value, unread, "unreadable_flag", "0/1, có/không | 0/1, yes/no")
    if column.type == "integer":
        value = f"try_cast(case when regexp_full_match({text}, '-?[0-9]{{1,18}}') then {text} end as bigint)"
        if column.json_:
            listed = f"starts_with({text}, '[') and json_valid({text})"
            value = f"case when {listed} then {json_count(text, column.json_)} else {value} end"
        return TypedColumn(value, unread, "unreadable_integer", "số nguyên | a whole number")
    return TypedColumn(f"try_cast({decimal_text(text)} as {column.type})", unread, "unreadable_number", "số | a number")


def _text(column: Column, text: str) -> str:
    if column.zero_fill:
        short = f"regexp_full_match({text}, '[0-9]{{1,{column.zero_fill}}}')"
        return f"case when {short} then lpad({text}, {column.zero_fill}, '0') else {text} end"
    if column.extract:
        return f"coalesce(nullif(regexp_extract({text}, {literal(column.extract)}, 1), ''), {text})"
    if column.strip_zeros:
        return f"coalesce(nullif(ltrim({text}, '0'), ''), case when {text} is not null then '0' end)"
    return text


def _code(column: Column, text: str, value_name: str) -> TypedColumn:
    words = {fold(word): code for code, texts in column.codes.items() for word in texts}
    empty = words.pop("", None)
    branches = " ".join(f"when {literal(word)} then {literal(code)}" for word, code in words.items())
    looked_up = f"case {folded(text)} {branches} end"
    value = f"case when {text} is null then {literal(empty)} else {looked_up} end" if empty else looked_up
    expected = ", ".join(sorted(text for texts in column.codes.values() for text in texts if text))
    unread = f"{text} is not null and {value_name} is null"
    return TypedColumn(value, unread, "unknown_code", f"một trong / one of: {expected}")
