"""What every simulated source shares: settings, units, deliveries, the tally of dirt, and the counting of truth.

A source module of the sandbox exposes `build(world)`, `truth(entities, world, reached)` and
`write(entities, world, inbox, tally)`. What one source needs alone belongs in its own module, not here.
"""

import csv
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

PROVINCE = "20"
AS_OF = datetime(2023, 1, 31, 18, 0)  # every delivery has come by then, late ones too
UNITS_FILE = Path(__file__).parents[1] / "sources" / "reference" / "units_2022.csv"

# The 16 departments of QĐ 1045/QĐ-UBND: a fact that the sandbox states for itself, so that it stays independent.
DEPARTMENTS = {
    "SO_CT": "Sở Công Thương",
    "SO_GDDT": "Sở Giáo dục và Đào tạo",
    "SO_GTVT": "Sở Giao thông vận tải",
    "SO_KHDT": "Sở Kế hoạch và Đầu tư",
    "SO_KHCN": "Sở Khoa học và Công nghệ",
    "SO_LDTBXH": "Sở Lao động - Thương binh và Xã hội",
    "SO_NGV": "Sở Ngoại vụ",
    "SO_NV": "Sở Nội vụ",
    "SO_NNPTNT": "Sở Nông nghiệp và Phát triển nông thôn",
    "SO_TC": "Sở Tài chính",
    "SO_TNMT": "Sở Tài nguyên và Môi trường",
    "SO_TTTT": "Sở Thông tin và Truyền thông",
    "SO_TP": "Sở Tư pháp",
    "SO_VHTTDL": "Sở Văn hóa, Thể thao và Du lịch",
    "SO_XD": "Sở Xây dựng",
    "SO_YT": "Sở Y tế",
}


@dataclass(frozen=True)
class Settings:
    """What decides every byte made: equal settings and code make equal files."""

    seed: int
    scale: float = 0.02
    dirt: bool = True
    first: date = date(2021, 1, 1)
    last: date = date(2022, 12, 31)


@dataclass(frozen=True)
class Unit:
    """One administrative unit or department. `level` is province, district, commune or department."""

    code: str
    level: str
    name: str
    parent: str | None


class Served(NamedTuple):
    """What a delivery answers when its system is asked over the network: dataset, part and window."""

    dataset: str
    part: str
    first: date
    last: date


class Delivered(NamedTuple):
    """One file in the inbox: its path relative to the inbox, and when the door shall say it came.

    One that is `served` is no file of the inbox: it lies under `served/`, and a simulated server answers with its rows
    from that moment on.
    """

    path: str
    received_at: datetime
    served: Served | None = None


class MeasureValue(NamedTuple):
    """One true value, in the shape of the pipeline's `int_measure_value`."""

    measure_code: str
    tier: str
    unit_code: str
    period_start: date
    value_month: int
    value_to_date: int


@dataclass
class World:
    """The province of one set of settings. All chance comes from `random(name)`."""

    settings: Settings
    units: dict[str, Unit]
    ancestors: dict[str, tuple[str, ...]] = field(init=False)  # of each unit: itself, then upwards to the province

    def __post_init__(self) -> None:
        self.ancestors = {}
        for code in self.units:
            chain: list[str] = []
            above: str | None = code
            while above is not None:
                chain.append(above)
                above = self.units[above].parent
            self.ancestors[code] = tuple(chain)

    def of_level(self, level: str) -> list[Unit]:
        """Units of one level, by code."""
        return sorted((unit for unit in self.units.values() if unit.level == level), key=lambda unit: unit.code)

    def children(self, code: str, level: str) -> list[Unit]:
        """Units of one level directly below a unit, by code."""
        return [unit for unit in self.of_level(level) if unit.parent == code]

    def random(self, name: str) -> np.random.Generator:
        """A generator of its own for each purpose, so that one source's draws never move another's."""
        return np.random.default_rng([self.settings.seed, zlib.crc32(name.encode("utf-8"))])

    def months(self) -> list[date]:
        """First days of all months from `first` to `last`."""
        return months_between(self.settings.first, self.settings.last)


def load_world(settings: Settings) -> World:
    """Units of 2022 (a reference file of official facts) and the departments."""
    levels = {"tinh": "province", "huyen": "district", "thanh_pho": "district"}
    units: dict[str, Unit] = {}
    with UNITS_FILE.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            level = levels.get(row["type"], "commune")
            units[row["code"]] = Unit(row["code"], level, row["name"], row["parent_code"] or None)
    for code, name in DEPARTMENTS.items():
        units[code] = Unit(code, "department", name, PROVINCE)
    return World(settings, units)


def months_between(first: date, last: date) -> list[date]:
    """First days of the months from one date's to another's."""
    return [
        date(number // 12, number % 12 + 1, 1)
        for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ]


@cache
def month_end(day: date) -> date:
    """Last day of a date's month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


class DirtTally:
    """What was spoiled on purpose: per source and kind, how much a reader can repair and how much is lost."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], tuple[int, int]] = {}

    def add(self, source: str, kind: str, repairable: int = 0, lost: int = 0) -> None:
        """Count spoiled things (rows, or files where the kind says so)."""
        old_repairable, old_lost = self.counts.get((source, kind), (0, 0))
        self.counts[source, kind] = (old_repairable + repairable, old_lost + lost)

    def as_json(self) -> dict[str, dict[str, dict[str, int]]]:
        """Source, then kind, then {"repairable": n, "lost": n}; kinds that never struck are left out."""
        result: dict[str, dict[str, dict[str, int]]] = {}
        for (source, kind), (repairable, lost) in sorted(self.counts.items()):
            if repairable or lost:
                result.setdefault(source, {})[kind] = {"repairable": repairable, "lost": lost}
        return result


def roll_up_flow(world: World, measure_code: str, counts: Mapping[tuple[str, str, date], int]) -> list[MeasureValue]:
    """Counts by (tier, unit, month) to every ancestor; `value_to_date` adds up from each January."""
    totals: dict[tuple[str, str], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for (tier, unit, day), count in counts.items():
        month = day.replace(day=1)
        for ancestor in world.ancestors[unit]:
            totals[tier, ancestor][month] += count
    rows = []
    months = world.months()
    for (tier, unit), by_month in sorted(totals.items()):
        to_date = 0
        for month in months:
            to_date = by_month.get(month, 0) + (0 if month.month == 1 else to_date)
            if to_date:
                rows.append(MeasureValue(measure_code, tier, unit, month, by_month.get(month, 0), to_date))
    return rows


def roll_up_stock(world: World, measure_code: str, counts: Mapping[tuple[str, str, date], int]) -> list[MeasureValue]:
    """States by (tier, unit, month) to every ancestor; the month's value is the state on its last day."""
    totals: dict[tuple[str, str, date], int] = defaultdict(int)
    for (tier, unit, day), count in counts.items():
        month = day.replace(day=1)
        for ancestor in world.ancestors[unit]:
            totals[tier, ancestor, month] += count
    return [
        MeasureValue(measure_code, tier, unit, month, count, count)
        for (tier, unit, month), count in sorted(totals.items())
        if count
    ]


def recount_distinct(
    world: World, measure_code: str, items: Iterable[tuple[str, str, date, str]]
) -> list[MeasureValue]:
    """Distinct keys of (tier, unit, month, key), counted afresh in each subtree; to date since each January."""
    keys: dict[tuple[str, str], dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for tier, unit, day, key in set(items):
        month = day.replace(day=1)
        for ancestor in world.ancestors[unit]:
            keys[tier, ancestor][month].add(key)
    rows = []
    months = world.months()
    for (tier, unit), by_month in sorted(keys.items()):
        seen: set[str] = set()
        for month in months:
            this_month = by_month.get(month, set())
            seen = set(this_month) if month.month == 1 else seen | this_month
            if seen:
                rows.append(MeasureValue(measure_code, tier, unit, month, len(this_month), len(seen)))
    return rows


def recount_stock(world: World, measure_code: str, items: Iterable[tuple[str, str, date, str]]) -> list[MeasureValue]:
    """Distinct keys in force on each month's last day, counted afresh in each subtree."""
    keys: dict[tuple[str, str, date], set[str]] = defaultdict(set)
    for tier, unit, day, key in items:
        month = day.replace(day=1)
        for ancestor in world.ancestors[unit]:
            keys[tier, ancestor, month].add(key)
    return [
        MeasureValue(measure_code, tier, unit, month, len(found), len(found))
        for (tier, unit, month), found in sorted(keys.items())
    ]
