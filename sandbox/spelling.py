"""How people write a unit's name, a date or a word: the repairable dirt of domain notes, sections 4 and 5.

Every spelling made here names one unit only, given its parent and level; what names none is lost dirt and belongs to
the source modules.
"""

import unicodedata
from datetime import date, datetime, timedelta

import numpy as np

from sandbox.frame import Unit, World

UNKNOWN_UNITS = ("Ban Quản lý dự án số 9", "Trung tâm Dịch vụ tổng hợp Hoa Sim", "Xã Thượng Lâm Mới")
"""Names that are no unit of the province, under any reading."""

_SHORT_TYPES = {"Huyện": "H.", "Xã": "X.", "Thị trấn": "TT.", "Phường": "P.", "Thành phố": "TP."}
_OLD_TONES = {"Hòa": "Hoà", "Thụy": "Thuỵ", "Hóa": "Hoá", "Thủy": "Thuỷ"}
_EPOCH = datetime(1899, 12, 30)


def without_accents(text: str) -> str:
    """The text as typed on a keyboard without Vietnamese."""
    plain = text.replace("đ", "d").replace("Đ", "D")
    return "".join(letter for letter in unicodedata.normalize("NFD", plain) if not unicodedata.combining(letter))


def decomposed(text: str) -> str:
    """NFD, as files saved on some systems have it."""
    return unicodedata.normalize("NFD", text)


def formal_name(unit: Unit) -> str:
    """The office of the unit: "UBND xã Tân Thanh", "Sở Xây dựng"."""
    if unit.level == "department":
        return unit.name
    return "UBND " + unit.name[0].lower() + unit.name[1:]


def full_name(unit: Unit, world: World) -> str:
    """The formal name, a commune's with its district's: across the province commune names repeat."""
    if unit.level != "commune":
        return formal_name(unit)
    return f"{formal_name(unit)} - {world.units[unit.parent or ''].name}"


def _type_and_name(unit: Unit) -> tuple[str, str]:
    kind = next(kind for kind in _SHORT_TYPES if unit.name.startswith(kind + " "))
    return kind, unit.name[len(kind) + 1 :]


def _is_plain_name_unique(unit: Unit, world: World) -> bool:
    """Whether the name without accents is still one unit's among its siblings."""
    siblings = world.children(unit.parent or "", unit.level)
    plain = without_accents(unit.name).casefold()
    return sum(without_accents(sibling.name).casefold() == plain for sibling in siblings) == 1


def spellings(unit: Unit, world: World) -> list[str]:
    """Other ways to write one unit in its own or its district's file; none is the formal name itself."""
    formal = formal_name(unit)
    ways: list[str] = [formal.upper(), decomposed(formal), f"  {formal} ", formal.replace(" ", "  "), f"{formal}\t"]
    if _is_plain_name_unique(unit, world):
        ways.append(without_accents(formal))
    if unit.level == "department":
        return ways
    kind, name = _type_and_name(unit)
    ways += [unit.name, f"{_SHORT_TYPES[kind]} {name}", f"{_SHORT_TYPES[kind]}{name}", formal.replace("đ", "ð")]
    old_tones = formal
    for new, old in _OLD_TONES.items():
        old_tones = old_tones.replace(new, old)
    if old_tones != formal:
        ways.append(old_tones)
    if unit.level == "commune":
        district_kind, district_name = _type_and_name(world.units[unit.parent or ""])
        ways.append(f"{formal} - {_SHORT_TYPES[district_kind]} {district_name}")
    return [way for way in dict.fromkeys(ways) if way != formal]


class Speller:
    """Spellings of every unit, made once and drawn from one generator."""

    def __init__(self, world: World, generator: np.random.Generator) -> None:
        self._world = world
        self._generator = generator
        self._made: dict[str, list[str]] = {}

    def __call__(self, unit: Unit) -> str:
        """Another way to write the unit's name."""
        ways = self._made.setdefault(unit.code, spellings(unit, self._world))
        return ways[int(self._generator.integers(len(ways)))]


def day_text(day: date | None) -> str:
    """dd/MM/yyyy; nothing for no date."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}" if day else ""


def moment_text(moment: datetime | None) -> str:
    """dd/MM/yyyy HH:mm:ss; nothing for no date."""
    if moment is None:
        return ""
    return f"{day_text(moment)} {moment.hour:02d}:{moment.minute:02d}:{moment.second:02d}"


def compact_text(moment: datetime | None) -> str | None:
    """yyyyMMddHHmmss, as the national interface writes it."""
    return f"{moment:%Y%m%d%H%M%S}" if moment else None


def serial(moment: datetime) -> float:
    """A spreadsheet's number of a moment: days since 1899-12-30."""
    return round((moment - _EPOCH) / timedelta(days=1), 6)
