"""The SQL that turns a reader's texts into typed columns, and says of each text it cannot take what was expected.

One expression a column, run over whole columns by DuckDB: no Python object per cell.
"""

from dataclasses import dataclass

from sources.contract import Column
from sources.door.money import dong_of
from sources.formats.base import fold

_STRPTIME = {
    "dd/MM/yyyy": "%d/%m/%Y",
    "dd/MM/yyyy HH:mm": "%d/%m/%Y %H:%M",
    "dd/MM/yyyy HH:mm:ss": "%d/%m/%Y %H:%M:%S",
    "yyyyMMddHHmmss": "%Y%m%d%H%M%S",
    "yyyyMMdd": "%Y%m%d",
    "yyyy-MM-dd": "%Y-%m-%d",
    "MM/yyyy": "%m/%Y",
    "yyyyMM": "%Y%m",
}
_EXACT_SHAPE = {"yyyyMMddHHmmss": "[0-9]{14}", "yyyyMMdd": "[0-9]{8}", "yyyyMM": "[0-9]{6}"}
_RANGE = r"([0-9]{1,2})(/[0-9]{1,2})?(/[0-9]{4})?\s*[-–]\s*([0-9]{1,2})(/[0-9]{1,2})(/[0-9]{4})"
"""Days of a course as people write them: 15-17/8/2022, 29/8-2/9/2022, 29/12/2021-3/1/2022."""
_CELL_DATE = "%Y-%m-%d %H:%M:%S"
"""How every reader writes a real date cell, whatever the contract's text formats."""
_YEAR_FIRST = ("%Y/%m/%d", "%Y/%m/%d %H:%M:%S")
"""The gateways' own way to write a date, edXML's and LGSP's: it can mean nothing else, so no contract need list it."""
_PLAUSIBLE = "between timestamp '1900-01-01' and timestamp '2100-01-01'"

OTHER_WORD = "*"
"""Of a code list: the text that stands for every word not listed."""
_WORD_ENDS = "[,;/+|&]| va "

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


def raw_of(name: str, column: Column) -> str:
    """SQL of a column's text as delivered: the field of a nested value, without a prefix that is no part of it."""
    raw = f'"{name}"'
    if column.json_ and column.json_.startswith("value "):
        raw = json_value(raw, column.json_)
    if column.drop_prefix:
        prefix = literal(rf"^\s*{column.drop_prefix}\s*")
        raw = f"regexp_replace({raw}, {prefix}, '')"
    return raw


def folded(text: str) -> str:
    """SQL of `fold`: no accents, no case, runs of white space as one space."""
    plain = f"strip_accents(lower(replace(replace({text}, 'đ', 'd'), 'Đ', 'D')))"
    return rf"trim(regexp_replace({plain}, '\s+', ' ', 'g'))"


def timestamp_of(text: str, formats: tuple[str, ...]) -> str:
    """SQL of the first of the formats that reads the text, as a local timestamp; null when none does."""
    tries = [f"try_strptime({text}, {literal(shape)})" for shape in (_CELL_DATE, *_YEAR_FIRST)]
    for name in formats:
        if name == "serial":
            day = f"try_cast({text} as double)"
            shape = rf"regexp_full_match({text}, '[0-9]{{4,5}}(\.[0-9]+)?')"
            # A spreadsheet counts days from 1899-12-30; the fraction is the time, kept to the second.
            seconds = f"to_seconds(cast(round({day} * 86400) as bigint))"
            tries.append(f"case when {shape} then timestamp '1899-12-30' + {seconds} end")
        elif name == "range_end":
            tries.append(last_day_of_range(text))
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


def last_day_of_range(text: str) -> str:
    """SQL of the last day of a range of days; null when it is none, or ends before it starts."""
    part = {number: f"regexp_extract({text}, {literal(_RANGE)}, {number})" for number in range(1, 7)}
    month, year = f"coalesce(nullif({part[2]}, ''), {part[5]})", f"coalesce(nullif({part[3]}, ''), {part[6]})"
    first = f"try_strptime({part[1]} || {month} || {year}, '%d/%m/%Y')"
    last = f"try_strptime({part[4]} || {part[5]} || {part[6]}, '%d/%m/%Y')"
    # Without a year of its own the first day of a course over New Year lies in the year before the last day's.
    over_new_year = f"{part[2]} <> '' and {part[3]} = '' and {last} - ({first} - interval 1 year) < interval 60 days"
    whole = f"regexp_full_match({text}, {literal(_RANGE)})"
    return f"case when {whole} and ({first} <= {last} or ({over_new_year})) then {last} end"


def json_value(raw: str, rule: str) -> str:
    """SQL of the first field of a JSON object that is not empty (`value KEY …`); a text that is no object stays."""
    fields = ", ".join(
        f"nullif(trim(json_extract_string({raw}, {literal('$.' + key)})), '')" for key in rule.split()[1:]
    )
    return f"case when starts_with({raw}, '{{') and json_valid({raw}) then coalesce({fields}) else {raw} end"


def decimal_text(text: str) -> str:
    """SQL of a number's text with Vietnamese or English separators made plain (1.234.567, 1,234,567.5 and 12,5).

    One comma before exactly three digits is null: it may be 1.234 or 1234, and is not guessed.
    """
    return (
        rf"case when regexp_full_match({text}, '-?[0-9]{{1,3}}(\.[0-9]{{3}}){{2,}}(,[0-9]+)?') "
        rf"or regexp_full_match({text}, '-?[0-9]{{1,3}}\.[0-9]{{3}},[0-9]+') "
        rf"then replace(replace({text}, '.', ''), ',', '.') "
        rf"when regexp_full_match({text}, '-?[0-9]{{1,3}}(,[0-9]{{3}}){{2,}}(\.[0-9]+)?') "
        rf"or regexp_full_match({text}, '-?[0-9]{{1,3}},[0-9]{{3}}\.[0-9]+') then replace({text}, ',', '') "
        rf"when regexp_full_match({text}, '-?[1-9][0-9]{{0,2}},[0-9]{{3}}') then null "
        rf"when regexp_full_match({text}, '-?[0-9]+,[0-9]+') then replace({text}, ',', '.') "
        rf"when regexp_full_match({text}, '-?[0-9]+(\.[0-9]+)?([eE][+]?[0-9]+)?') then {text} end"
    )


def whole_count(text: str) -> str:
    """SQL of a count's text as digits: a count has no fraction, so 1.234, 1,234 and 1 234 are thousands, 12.0 is 12."""
    grouped = "|".join(rf"[0-9]{{1,3}}({separator}[0-9]{{3}})+" for separator in (r"\.", ",", r"[ \x{a0}]"))
    return (
        rf"case when regexp_full_match({text}, '-?({grouped})') then regexp_replace({text}, '[^0-9-]', '', 'g') "
        rf"when regexp_full_match({text}, '-?[0-9]{{1,18}}(\.0{{1,2}})?') "
        rf"then regexp_extract({text}, '^-?[0-9]+') end"
    )


def without_fraction(text: str) -> str:
    """SQL of an identifier's text without the ".0" of a program that took it for a number."""
    return rf"regexp_replace({text}, '^(-?[0-9]+)\.0+$', '\1')"


def json_count(text: str, rule: str) -> str:
    """SQL of a count over a JSON list: `count`, `count FIELD` (present, not empty) or `count FIELD = VALUE`."""
    words = rule.split()
    if len(words) == 1:
        return f"cast(json_array_length({text}) as bigint)"
    values = f"json_extract_string({text}, {literal(f'$[*].{words[1]}')})"
    test = f"v = {literal(words[3])}" if len(words) == 4 else "v is not null and v <> ''"
    return f"cast(len(list_filter({values}, lambda v: {test})) as bigint)"


def typed(column: Column, text: str, value_name: str, scale: int = 1) -> TypedColumn:
    """The SQL of one column over its trimmed text; `bad` may name the typed column, which stands under `value_name`.

    `scale` is how many đồng one unit of a column of money is.
    """
    if column.strip_fraction:
        text = without_fraction(text)
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
        if not column.pattern:
            return TypedColumn(_text(column, text), "", "", "")
        wrong = f"{value_name} is not null and not regexp_full_match({value_name}, {literal(column.pattern)})"
        return TypedColumn(_text(column, text), wrong, "malformed_text", f"dạng / of the form {column.pattern}")
    if column.type == "code":
        return _code(column, text, value_name)
    if column.type == "code_list":
        return _code_list(column, text, value_name)
    if column.type in ("date", "timestamp"):
        moment = timestamp_of(text, column.formats)
        bad = f"{text} is not null and ({value_name} is null or not {value_name} {_PLAUSIBLE})"
        expected = "ngày dạng / a date as " + " | ".join(column.formats)
        return TypedColumn(f"cast({moment} as {column.type})", bad, "unreadable_date", expected)
    if column.matches:
        return TypedColumn(f"regexp_matches({folded(text)}, {literal(column.matches)})", "", "", "")
    if column.type == "boolean":
        flag = folded(text)
        value = f"case when {flag} in {_YES} then true when {flag} in {_NO} then false end"
        return TypedColumn(value, unread, "unreadable_flag", "0/1, có/không | 0/1, yes/no")
    if column.type == "money":
        expected = "số tiền chẵn đồng | an amount of whole đồng"
        return TypedColumn(dong_of(text, scale), unread, "unreadable_amount", expected)
    if column.type == "integer":
        value = f"try_cast({whole_count(text)} as bigint)"
        if column.json_:
            listed = f"starts_with({text}, '[') and json_valid({text})"
            value = f"case when {listed} then {json_count(text, column.json_)} else {value} end"
        return TypedColumn(value, unread, "unreadable_integer", "số nguyên | a whole number")
    plain = whole_count(text) if column.type.endswith(",0)") else decimal_text(text)
    return TypedColumn(f"try_cast({plain} as {column.type})", unread, "unreadable_number", "số | a number")


def _text(column: Column, text: str) -> str:
    text = without_fraction(text) if column.zero_fill or column.strip_zeros else text
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


def _code_list(column: Column, text: str, value_name: str) -> TypedColumn:
    """A text that names several things: their codes, each once, in order, joined by "|"."""
    words = {fold(word): code for code, texts in column.codes.items() for word in texts}
    other = words.pop(OTHER_WORD, None)
    branches = " ".join(f"when {literal(word)} then {literal(code)}" for word, code in words.items())
    # Lines of a cell are words too, and folding would join them.
    lines = rf"regexp_replace({text}, '[\r\n]+', ';', 'g')"
    named = f"list_filter(regexp_split_to_array({folded(lines)}, {literal(_WORD_ENDS)}), lambda w: trim(w) <> '')"
    unknown = literal(other) if other else "''"
    codes = f"list_transform({named}, lambda w: case trim(w) {branches} else {unknown} end)"
    value = f"nullif(array_to_string(list_sort(list_distinct({codes})), '|'), '')"
    if other:
        return TypedColumn(value, "", "", "")
    expected = ", ".join(sorted(word for texts in column.codes.values() for word in texts))
    known = f"case when not list_contains({codes}, '') then {value} end"
    unread = f"{text} is not null and {value_name} is null"
    return TypedColumn(known, unread, "unknown_code", f"trong số / among: {expected}")
