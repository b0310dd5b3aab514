"""The administrative units and provincial agencies, read from the dated lists of `sources/reference`.

Every generation is here: 2022's districts and communes, and the communes after the mergers of 2024 and 2025. What a
unit is called in a delivery is the resolver's business.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from sources.units.text import exact_words

REFERENCE = Path(__file__).parents[1] / "reference"
PROVINCE = "20"

# type in the official list: (level, words before the name, how English says it)
_TYPES = {
    "tinh": ("province", "Tỉnh ", "{} province"),
    "huyen": ("district", "Huyện ", "{} district"),
    "thanh_pho": ("district", "Thành phố ", "{} city"),
    "xa": ("commune", "Xã ", "{} commune"),
    "phuong": ("commune", "Phường ", "{} ward"),
    "thi_tran": ("commune", "Thị trấn ", "{} township"),
}
_BLOCS = {"district": "districts", "commune": "communes"}
_ORDER = {"province": "1", "department": "2", "district": "3", "commune": "4"}
_ALPHABET = {letter: f"{place:02d}" for place, letter in enumerate("0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}


@dataclass(frozen=True)
class Unit:
    """One unit in one generation; `unit_type` is the official list's (agencies: `agency`), `names` how it is called."""

    unit_code: str
    unit_level: str
    unit_type: str
    label_vi: str
    label_en: str
    sort_key: str
    parent_unit_code: str | None
    bloc_code: str | None
    valid_from: date
    valid_to: date | None  # last day in force
    provisional: bool
    names: tuple[str, ...]

    @property
    def unit_key(self) -> str:
        """Code and first day: 2025 reuses codes of 2022 for other places."""
        return f"{self.unit_code}@{self.valid_from.isoformat()}"

    def in_force(self, day: date) -> bool:
        """Whether the unit exists on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Generation(NamedTuple):
    """The units of the days between two changes.

    `units_from` names the generation by its first day; `first_day` and `last_day` bound it, open where None: the first
    list also stands for the days before it, since nothing older is known. `codes_from` is the day since which every
    code has meant one unit: figures of one code may only meet within it.
    """

    units_from: date
    codes_from: date
    first_day: date | None
    last_day: date | None

    def covers(self, day: date) -> bool:
        """Whether the units in force on a day are those of this generation."""
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)


@cache
def load_units() -> tuple[Unit, ...]:
    """Every unit of every generation, ordered by first day, level and code."""
    units = [*_places("units_2022.csv"), *_places("units_2025.csv"), *_agencies()]
    units.sort(key=lambda unit: (unit.valid_from, _ORDER[unit.unit_level], unit.unit_code))
    return tuple(units)


@cache
def load_generations() -> tuple[Generation, ...]:
    """Every generation, oldest first: units change where one begins and on the day after one ends."""
    units = load_units()
    begun = {unit.valid_from for unit in units}
    days = sorted(begun | {unit.valid_to + timedelta(days=1) for unit in units if unit.valid_to})
    found: list[Generation] = []
    known: dict[str, str] = {}
    codes_from = days[0]
    for place, day in enumerate(days):
        in_force = {unit.unit_code: unit.unit_key for unit in units if unit.in_force(day)}
        if any(known.get(code, key) != key for code, key in in_force.items()):
            codes_from, known = day, {}
        known |= in_force
        following = days[place + 1] - timedelta(days=1) if place + 1 < len(days) else None
        found.append(Generation(day, codes_from, day if place else None, following))
    return tuple(found)


def generation_on(day: date) -> Generation:
    """The generation of units in force on a day."""
    return next(generation for generation in load_generations() if generation.covers(day))


def rows_of(file_name: str) -> list[dict[str, str]]:
    """The rows of one reference list."""
    with (REFERENCE / file_name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def unit_tables() -> dict[str, pa.Table]:
    """Definition tables `units`, `unit_generation` and `unit_successors` (by date, old and new code)."""
    units = sorted(load_units(), key=lambda unit: unit.unit_key)
    text = [
        "unit_key",
        "unit_code",
        "unit_level",
        "label_vi",
        "label_en",
        "sort_key",
        "parent_unit_code",
        "bloc_code",
    ]
    columns = {name: pa.array([getattr(unit, name) for unit in units], pa.string()) for name in text}
    columns["valid_from"] = pa.array([unit.valid_from for unit in units], pa.date32())
    columns["valid_to"] = pa.array([unit.valid_to for unit in units], pa.date32())
    columns["provisional"] = pa.array([unit.provisional for unit in units], pa.bool_())
    mergers = rows_of("unit_mergers.csv")
    successors = {
        "old_unit_code": pa.array([row["old_code"] for row in mergers], pa.string()),
        "new_unit_code": pa.array([row["new_code"] for row in mergers], pa.string()),
        "valid_from": pa.array([date.fromisoformat(row["valid_from"]) for row in mergers], pa.date32()),
        "note": pa.array([row["note"] for row in mergers], pa.string()),
    }
    generations = {
        name: pa.array([getattr(generation, name) for generation in load_generations()], pa.date32())
        for name in Generation._fields
    }
    return {
        "units": pa.table(columns),
        "unit_generation": pa.table(generations),
        "unit_successors": pa.table(successors),
    }


def _places(file_name: str) -> Iterator[Unit]:
    rows = rows_of(file_name)
    bare = {row["code"]: row["name"].removeprefix(_TYPES[row["type"]][1]) for row in rows}
    for row in rows:
        code, parent = row["code"], row["parent_code"] or None
        level, _, english = _TYPES[row["type"]]
        above = f"{_alphabetical(bare[parent])}." if level == "commune" and parent in bare else ""
        yield Unit(
            unit_code=code,
            unit_level=level,
            unit_type=row["type"],
            label_vi=row["name"],
            label_en=english.format(bare[code].removeprefix("NT ")),
            sort_key=f"{_ORDER[level]}.{above}{_alphabetical(bare[code])}.{code}",
            parent_unit_code=parent,
            bloc_code=_BLOCS.get(level),
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            provisional=False,
            names=_names(bare[code]),
        )


def _names(bare: str) -> tuple[str, ...]:
    # "NT" in an official name is Nông Trường (state farm): written out, or left out behind the level.
    if bare.startswith("NT "):
        rest = bare.removeprefix("NT ")
        return (bare, f"Nông Trường {rest}", rest)
    return (bare,)


def _agencies() -> Iterator[Unit]:
    for row in rows_of("agencies.csv"):
        yield Unit(
            unit_code=row["code"],
            unit_level="department",
            unit_type="agency",
            label_vi=row["name_vi"],
            label_en=row["name_en"],
            sort_key=f"{_ORDER['department']}.{'1' if row['bloc'] else '2'}.{_alphabetical(row['name_vi'])}",
            parent_unit_code=PROVINCE,
            bloc_code=row["bloc"] or None,
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            provisional=row["provisional"] == "true",
            names=(row["name_vi"], *filter(None, row["short_names"].split(";"))),
        )


def _alphabetical(name: str) -> str:
    """A key that sorts as a Vietnamese dictionary does: letters with their shapes, tones only to part equals."""
    tones = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
    words = exact_words(name)
    letters = [word[:-1] if word[-1] in tones else word for word in words]
    marks = "".join(tones.get(word[-1], "0") for word in words)
    spelled = " ".join("".join(_ALPHABET.get(letter, "99") for letter in word) for word in letters)
    return f"{spelled} {marks}"
