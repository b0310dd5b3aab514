"""Whose delivery it is and which dates it speaks of: from its title, its name, or its rows."""

import calendar
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sources.formats.base import fold

_DATE = r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"
_FROM_TO = re.compile(rf"từ\s*(?:ngày)?\s*{_DATE}\s*(?:đến|tới|-)\s*(?:hết)?\s*(?:ngày)?\s*{_DATE}", re.IGNORECASE)
_UNTIL = re.compile(rf"(?:tính\s+)?đến\s*(?:hết)?\s*(?:ngày)?\s*{_DATE}", re.IGNORECASE)
_MONTH_TITLE = re.compile(r"tháng\s*(\d{1,2})\s*(?:/|năm)\s*(\d{4})", re.IGNORECASE)
_QUARTER_TITLE = re.compile(r"quý\s*(IV|I{1,3}|[1-4])\s*(?:/|năm|-)?\s*(?:năm\s*)?(\d{4})", re.IGNORECASE)
_YEAR_TITLE = re.compile(r"năm\s*(\d{4})", re.IGNORECASE)
_NAME_RANGE = re.compile(r"(?<!\d)(\d{8})-(\d{8})(?!\d)")
_NAME_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})[_-]?([01]\d)[_-]?([0-3]\d)(?!\d)")
_NAME_MONTH = re.compile(r"(?<!\d)((?:19|20)\d{2})[_-]?([01]\d)(?!\d)")
_NAME_QUARTER = re.compile(
    r"(?:^|[_\- .])(?:q(?:uy)?[_-]?(IV|I{1,3}|[1-4])|(IV|I{1,3}))[_\-.]?(\d{4})(?!\d)", re.IGNORECASE
)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}


@dataclass(frozen=True)
class Window:
    """First and last day a delivery speaks of; for a snapshot both are its closing date."""

    start: date
    end: date


def _day(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _span(start: date | None, end: date | None) -> Window | None:
    return Window(start, end) if start and end and start <= end else None


def month_window(year: int, month: int) -> Window:
    """A whole month."""
    return Window(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def quarter_window(quarter: str, year: str) -> Window:
    """A whole quarter, its number written 1-4 or I-IV."""
    last = 3 * (_ROMAN.get(quarter.upper()) or int(quarter))
    return Window(date(int(year), last - 2, 1), month_window(int(year), last).end)


def window_in_title(title: str, snapshot: bool) -> Window | None:
    """ "Từ ngày … đến ngày …", "Tính đến ngày …", "Tháng 6/2022", "Quý II/2022" or "Năm 2022" in the title rows."""
    if found := _FROM_TO.search(title):
        span = _span(_day(*found.groups()[:3]), _day(*found.groups()[3:]))
        return Window(span.end, span.end) if span and snapshot else span
    if snapshot:
        found = _UNTIL.search(title)
        day = _day(*found.groups()) if found else None
        return _span(day, day)
    if (found := _MONTH_TITLE.search(title)) and 1 <= int(found[1]) <= 12:
        return month_window(int(found[2]), int(found[1]))
    if found := _QUARTER_TITLE.search(title):
        return quarter_window(found[1], found[2])
    if found := _YEAR_TITLE.search(title):
        return Window(date(int(found[1]), 1, 1), date(int(found[1]), 12, 31))
    return None


def window_in_name(name: str, snapshot: bool) -> Window | None:
    """`…_20220101-20220131`, `…_20220131`, `…_202201` or `…_Q1_2022` in the file's name."""
    if found := _NAME_RANGE.search(name):
        first, last = found.groups()
        span = _span(_day(first[6:], first[4:6], first[:4]), _day(last[6:], last[4:6], last[:4]))
        return Window(span.end, span.end) if span and snapshot else span
    if found := _NAME_DAY.search(name):
        day = _day(found[3], found[2], found[1])
        # One day in a name closes a snapshot; in the name of a register it is the day of export, which covers nothing.
        return _span(day, day) if snapshot else None
    if found := _NAME_QUARTER.search(name):
        span = quarter_window(found[1] or found[2], found[3])
        return Window(span.end, span.end) if snapshot else span
    if (found := _NAME_MONTH.search(name)) and 1 <= int(found[2]) <= 12:
        span = month_window(int(found[1]), int(found[2]))
        return Window(span.end, span.end) if snapshot else span
    return None


def named_part(text: str, named: Mapping[str, Sequence[str]]) -> str | None:
    """The one operator whose words stand in the text; none, or two of them, say nothing."""
    words = f" {re.sub(r'[^a-z0-9]+', ' ', fold(text))} "
    found = {part for part, names in named.items() for name in names if f" {fold(name)} " in words}
    return found.pop() if len(found) == 1 else None


def part_in_name(name: str, unit_codes: Collection[str]) -> str | None:
    """A unit's code standing between separators in the file's name."""
    found = _code_between_separators(frozenset(unit_codes)).findall(name.rsplit(".", 1)[0])
    # SO_TTTT also holds no other code, but 20 (the province) may be the day of an export: the longest wins.
    longest = max(found, key=len, default=None)
    return next(code for code in unit_codes if code.lower() == longest.lower()) if longest else None


@cache
def _code_between_separators(unit_codes: frozenset[str]) -> re.Pattern[str]:
    """Any of the codes as a whole word, the longest first."""
    codes = "|".join(re.escape(code) for code in sorted(unit_codes, key=lambda code: (-len(code), code)))
    return re.compile(rf"(?<![^_\- .])(?:{codes})(?![^_\- .])" if codes else r"(?!)", re.IGNORECASE)
