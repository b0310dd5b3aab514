"""The villages of the simulated province and the lists of them: source `reference`. All names and mergers are made up.

Their number is official: 1,523 thôn and 153 tổ dân phố after NQ 57/NQ-HĐND of 9 December 2021, at every scale, as
communes are. In May of the last year one merger and one new village change the list, but not its length. Communes are
counted here too.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from sandbox.bulk_files import write_lines
from sandbox.frame import Delivered, DirtTally, MeasureValue, World, month_end, roll_up_stock
from sandbox.spelling import decomposed

SOURCE = "reference"
THON, TO_DAN_PHO = 1_523, 153
HAMLET, QUARTER = "Thôn", "Tổ dân phố"
_FIRST = ("Nà", "Bản", "Khuổi", "Pác", "Lũng", "Co", "Phai", "Nặm", "Kéo", "Cốc")
_SECOND = (
    "Lừa", "Pàn", "Mò", "Khoang", "Hoà", "Thuỷ", "Chuông", "Slao", "Đeng", "Luông", "Pài", "Toàn", "Mười",
    "Vài", "Giàng", "Ỏi",
)  # fmt: skip
ACCENT_PAIR = ("Lũng Sa", "Lũng Sả")  # one commune's two villages, alike but for an accent
_LOST, _EMPTY = 3, 4


@dataclass(frozen=True)
class Village:
    """One village of a list. `former` are the villages it was made of; a name without its kind."""

    commune: str
    name: str
    kind: str
    households: int
    former: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name as the list has it."""
        return f"{self.kind} {self.name}"


@dataclass
class Villages:
    """The lists by the day each is of, and the villages (commune, name) whose row is lost in every list."""

    lists: dict[date, list[Village]]
    lost: set[tuple[str, str]]
    empty: list[Village]  # without a household, so outside the count

    def newest(self, day: date) -> date | None:
        """The list in force on a day."""
        return max((known for known in self.lists if known <= day), default=None)


def list_days(world: World) -> tuple[date, date]:
    """The list after the resolution, and the one that follows the changes of May."""
    last = world.settings.last.year
    return date(last - 1, 12, 31), date(last, 5, 31)


def _shares(generator: np.random.Generator, total: int, places: int) -> list[int]:
    """A number split over places, at least three each."""
    weights = generator.uniform(0.6, 1.4, places)
    counts = 3 + np.floor(weights / weights.sum() * (total - 3 * places)).astype(int)
    counts[: total - int(counts.sum())] += 1
    return [int(count) for count in counts]


def build(world: World) -> Villages:
    """The villages of every commune: thôn in a xã, tổ dân phố in a ward or town."""
    generator = world.random("villages")
    communes = world.of_level("commune")
    rural = [unit.code for unit in communes if unit.name.startswith("Xã")]
    urban = [unit.code for unit in communes if not unit.name.startswith("Xã")]
    villages: list[Village] = []
    for codes, total, kind in ((rural, THON, HAMLET), (urban, TO_DAN_PHO, QUARTER)):
        for code, count in zip(codes, _shares(generator, total, len(codes)), strict=True):
            villages += _of_commune(code, count, kind, generator)
    first, second = list_days(world)
    later = _changed(villages, rural)
    empty = [Village(rural[place * 7], f"Lân Hoang {place + 1}", HAMLET, 0) for place in range(_EMPTY)]
    lost: set[tuple[str, str]] = set()
    if world.settings.dirt:
        plain = [village for village in villages if not village.former and village.name not in ACCENT_PAIR]
        for number in generator.choice(np.arange(200, len(plain)), _LOST, replace=False):
            lost.add((plain[int(number)].commune, plain[int(number)].name))
    return Villages({first: villages, second: later}, lost, empty)


def _of_commune(code: str, count: int, kind: str, generator: np.random.Generator) -> list[Village]:
    """One commune's villages; a sixth of its thôn were made of two or three, some keeping a name of theirs."""
    if kind == QUARTER:
        return [Village(code, str(place), kind, int(generator.integers(60, 260))) for place in range(1, count + 1)]
    pool = [f"{first} {second}" for first in _FIRST for second in _SECOND]
    names = [pool[int(number)] for number in generator.permutation(len(pool))]
    if code.endswith("4"):
        names[:0] = list(ACCENT_PAIR)
    found, spare = [], count
    for place in range(count):
        households = (
            int(generator.integers(1, 8)) * 20 if generator.random() < 0.3 else int(generator.integers(18, 160))
        )
        former: tuple[str, ...] = ()
        if place > 1 and generator.random() < 0.17:
            number = 2 + int(generator.random() < 0.25)
            former = tuple(names[spare : spare + number])
            spare += number
            if generator.random() < 0.3:
                former = (names[place], *former[1:])
        found.append(Village(code, names[place], kind, households, former))
    return found


def _changed(villages: list[Village], rural: list[str]) -> list[Village]:
    """The list of May: two villages of the first commune are one, and the second commune has one more."""
    merged = [village for village in villages if village.commune == rural[0] and not village.former][-2:]
    whole = Village(
        rural[0], "Thống Nhất", HAMLET, sum(old.households for old in merged), tuple(v.name for v in merged)
    )
    added = Village(rural[1], "Tái Định Cư", HAMLET, 40)
    return [village for village in villages if village not in merged] + [whole, added]


def truth(entities: Villages, world: World, reached: bool) -> list[MeasureValue]:
    """`villages` of the list in force and `communes` of the year."""
    counts: dict[str, dict[tuple[str, str, date], int]] = {"villages": defaultdict(int), "communes": {}}
    for month in world.months():
        day = entities.newest(month_end(month))
        for village in entities.lists[day] if day else ():
            if not reached or (village.commune, village.name) not in entities.lost:
                counts["villages"]["place", village.commune, month] += 1
        for commune in world.of_level("commune"):
            counts["communes"]["place", commune.code, month] = 1
    return [row for measure, values in sorted(counts.items()) for row in roll_up_stock(world, measure, values)]


def write(entities: Villages, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One CSV per list."""
    generator = world.random("villages files")
    deliveries = []
    for day, villages in entities.lists.items():
        lines = [
            "DANH SÁCH THÔN, TỔ DÂN PHỐ (MÔ PHỎNG) / SIMULATED LIST OF VILLAGES",
            "ngay_chot;ma_xa;ten_xa;ten_thon;loai;so_ho;ten_cu;van_ban",
        ]
        for village in [*villages, *entities.empty]:
            lines += _lines(village, day, entities, world, generator, tally)
        path = f"{SOURCE}/DanhSachThon_{day:%Y%m%d}.csv"
        write_lines(inbox / path, lines, "utf-8-sig")
        deliveries.append(Delivered(path, datetime(day.year, day.month, day.day, 9, 40) + timedelta(days=20)))
    return deliveries


def _lines(
    village: Village, day: date, entities: Villages, world: World, generator: np.random.Generator, tally: DirtTally
) -> list[str]:
    """The village's row, or two when it is listed twice."""
    code, label = village.commune, village.label
    former = "; ".join(f"{village.kind} {name}" for name in village.former)
    former = f'"{former}"' if former else ""
    times, chance = 1, generator.random()
    if (village.commune, village.name) in entities.lost:
        code = "99" + code[2:]
        tally.add(SOURCE, "unknown_commune_code", lost=1)
    elif not world.settings.dirt or chance > 0.06:
        pass
    elif chance < 0.02:
        code = code.lstrip("0")
        tally.add(SOURCE, "leading_zero_lost", repairable=1)
    elif chance < 0.04:
        label = decomposed(label).replace(" ", "  ")
        tally.add(SOURCE, "decomposed_accents", repairable=1)
    elif chance < 0.05:
        label = village.name if village.kind == HAMLET else f"TDP {village.name}"
        tally.add(SOURCE, "short_village_name", repairable=1)
    else:
        times = 2
        tally.add(SOURCE, "listed_twice", repairable=1)
    kind = "thôn" if village.kind == HAMLET else "tổ dân phố"
    order = "NQ 57/NQ-HĐND" if village.former else ""
    name = world.units[village.commune].name
    return [f"{day:%d/%m/%Y};{code};{name};{label};{kind};{village.households};{former};{order}"] * times
