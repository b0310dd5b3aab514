"""People and households by commune and age group at two reference dates: source `reference`. All figures are made up.

The province's total follows the census of 1 April 2019 (781,655 people); the split by commune and age is invented.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandbox.bulk_files import write_lines
from sandbox.frame import Delivered, DirtTally, MeasureValue, World, roll_up_stock

CENSUS = 781_655
AGE_GROUPS = ("0-14", "15-17", "18-59", "60+")
_AGE_SHARES = (0.27, 0.045, 0.575, 0.11)
_PERSONS_PER_HOUSEHOLD = 4.1
# Counted at midnight of New Year, so that each year has a figure of its own and neither is the newest of all for both.
_RECEIVED = {date(2021, 1, 1): datetime(2021, 3, 10, 9, 0), date(2022, 1, 1): datetime(2022, 3, 15, 10, 30)}
_GROWTH = {date(2021, 1, 1): 0.994, date(2022, 1, 1): 1.0}
_LEAST_PEOPLE = 20
_LOST_ROWS = 2
_AGE_WORDS = {"0-14": "dưới 15", "60+": "từ 60"}


@dataclass
class CommunePopulation:
    """One commune at one reference date: people by age group and households."""

    commune: str
    people: tuple[int, ...]
    households: int


@dataclass
class Population:
    """All communes at each reference date, and the rows (date, commune, age group) whose code is lost."""

    by_date: dict[date, list[CommunePopulation]]
    lost: set[tuple[date, str, str]]

    def newest(self, year: int) -> date | None:
        """The reference date that counts for a year."""
        return max((day for day in self.by_date if day <= date(year, 12, 31)), default=None)


def _apportion(total: int, shares: NDArray[np.float64], least: int) -> NDArray[np.int64]:
    """Whole numbers of the given sum, close to the shares, none below `least`."""
    exact = shares / shares.sum() * (total - least * len(shares))
    counts: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    missing = int(total - least * len(shares) - counts.sum())
    counts[np.argsort(-(exact - counts), kind="stable")[:missing]] += 1
    counts += least
    return counts


def build(world: World) -> Population:
    """People of every commune; the parts add up to the census figure times the scale exactly."""
    generator = world.random("population")
    communes = world.of_level("commune")
    sizes = np.exp(generator.normal(0, 0.4, len(communes)))
    sizes *= np.array([2.2 if unit.name.startswith(("Phường", "Thị trấn")) else 1.0 for unit in communes])
    by_date: dict[date, list[CommunePopulation]] = {}
    for day, growth in _GROWTH.items():
        total = max(round(CENSUS * world.settings.scale * growth), _LEAST_PEOPLE * len(communes))
        people = _apportion(total, sizes, _LEAST_PEOPLE)
        by_date[day] = []
        for unit, count in zip(communes, people, strict=True):
            ages = _apportion(int(count), np.array(_AGE_SHARES), 0)
            households = max(1, round(int(count) / _PERSONS_PER_HOUSEHOLD))
            by_date[day].append(CommunePopulation(unit.code, tuple(int(number) for number in ages), households))
    lost: set[tuple[date, str, str]] = set()
    if world.settings.dirt:
        newest = max(by_date)
        for number in generator.choice(len(communes), _LOST_ROWS, replace=False):
            lost.add((newest, communes[int(number)].code, "15-17"))
    return Population(by_date, lost)


def truth(entities: Population, world: World, reached: bool) -> list[MeasureValue]:
    """`population`, `population_15_and_over`, `households`: one figure for all months of a year."""
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    for month in world.months():
        day = entities.newest(month.year)
        for commune in entities.by_date[day] if day else ():
            place = ("place", commune.commune, month)
            for group, people in zip(AGE_GROUPS, commune.people, strict=True):
                if reached and (day, commune.commune, group) in entities.lost:
                    continue
                counts["population"][place] += people
                if group != "0-14":
                    counts["population_15_and_over"][place] += people
            counts["households"][place] += commune.households
    return [row for measure, values in sorted(counts.items()) for row in roll_up_stock(world, measure, values)]


def write(entities: Population, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One CSV per reference date; households stand on each commune's first row only."""
    generator = world.random("population files")
    deliveries = []
    for day, communes in entities.by_date.items():
        lines = [
            "SỐ LIỆU MÔ PHỎNG - không phải số liệu thống kê chính thức / SIMULATED FIGURES",
            "ngay_thong_ke,ma_xa,ten_xa,nhom_tuoi,so_nguoi,so_ho",
        ]
        for commune in communes:
            for place, (group, people) in enumerate(zip(AGE_GROUPS, commune.people, strict=True)):
                code, word = commune.commune, group
                if (day, commune.commune, group) in entities.lost:
                    code = "99" + code[2:]
                    tally.add("reference", "unknown_commune_code", lost=1)
                elif world.settings.dirt and generator.random() < 0.03:
                    code = code.lstrip("0")
                    tally.add("reference", "leading_zero_lost", repairable=1)
                elif world.settings.dirt and group in _AGE_WORDS and generator.random() < 0.05:
                    word = _AGE_WORDS[group]
                    tally.add("reference", "age_group_in_words", repairable=1)
                households = str(commune.households) if place == 0 else ""
                name = world.units[commune.commune].name
                lines.append(f"{day:%d/%m/%Y},{code},{name},{word},{people},{households}")
        path = f"reference/DanSo_{day:%Y%m%d}.csv"
        write_lines(inbox / path, lines, "utf-8-sig")
        deliveries.append(Delivered(path, _RECEIVED[day]))
    return deliveries
