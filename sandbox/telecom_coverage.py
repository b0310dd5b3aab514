"""Where signal reaches in the simulated province: villages as surveyed each quarter, and the operators' stations.

A survey goes by places: a village, or, where its people still say so, each of the villages it was made of. All figures
are made up.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandbox import villages
from sandbox.frame import Delivered, DirtTally, MeasureValue, World, month_end, roll_up_stock
from sandbox.villages import Village

OPERATORS = ("viettel", "vnpt", "mobifone", "vietnamobile")
NO_SIGNAL, WEAK, GOOD = range(3)
_REACH = ((0.93, 0.88), (0.84, 0.79), (0.62, 0.52), (0.15, 0.05))  # of 3G and 4G: how remote a place may be
_GROWTH = 0.022  # a quarter
_WEAK_BELT = 0.05
_TRIALS, _PLANNED = 16, 10
LOST_KINDS = ("unknown_village", "unknown_rating", "unreadable_number")
SPOIL_KINDS = (
    "leading_zero_lost", "upper_case_name", "decomposed_accents", "name_without_accents", "listed_twice",
    "old_and_new_name",
)  # fmt: skip
MEASURES = (
    "villages_covered_3g_or_4g",
    "villages_covered_3g",
    "villages_covered_4g",
    "villages_covered_3g_and_4g",
    "villages_covered_or_weak",
    "villages_with_95_percent_of_households_covered",
)


@dataclass
class Place:
    """One row of a survey: a village or a former one. `covered` are the households with a signal, by survey."""

    village: Village
    name: str
    households: int
    covered: list[int]
    first: int = 0  # the first survey that knows it
    lost: str = ""
    spoiled: str = ""


@dataclass(frozen=True)
class Station:
    """One base station. On trial from `trial` (if any), in service from `service` (if ever)."""

    code: str
    operator: int
    commune: str
    has_3g: bool
    has_4g: bool
    trial: date | None
    service: date | None
    lost: bool = False

    def state(self, day: date) -> str:
        """hoat_dong, thu_nghiem or ke_hoach on a day."""
        if self.service is not None and self.service <= day:
            return "hoat_dong"
        return "thu_nghiem" if self.trial is not None and self.trial <= day else "ke_hoach"


@dataclass
class Coverage:
    """`quality` is (place, survey, operator, technology); `of_village`: the places of (list day, commune, name)."""

    listed: villages.Villages
    days: list[date]
    places: list[Place]
    quality: NDArray[np.int8]
    stations: list[Station]
    of_village: dict[tuple[date, str, str], list[int]] = field(default_factory=dict)
    silent_stations: set[date] = field(default_factory=set)  # closing days whose list of stations never came


def survey_days(world: World) -> list[date]:
    """The end of the year before the last, and the quarters' ends of the last."""
    last = world.settings.last.year
    return [date(last - 1, 12, 31), *(month_end(date(last, month, 1)) for month in (3, 6, 9, 12))]


def build(world: World) -> Coverage:
    """Places, what they hear, and the stations; nearer places hear more operators, and reach grows by the quarter."""
    generator = world.random("telecom_coverage")
    listed = villages.build(world)
    days = survey_days(world)
    places = _places(listed, days, generator)
    remote = generator.uniform(0, 1, len(places))[:, None, None, None]
    noise = generator.normal(0, 0.03, (len(places), 1, len(OPERATORS), 2))
    reach = np.array(_REACH)[None, None] + _GROWTH * np.arange(len(days))[None, :, None, None] + noise
    quality = np.where(reach > remote, GOOD, np.where(reach + _WEAK_BELT > remote, WEAK, NO_SIGNAL)).astype(np.int8)
    coverage = Coverage(listed, days, places, quality, _stations(world, generator))
    for place, best in zip(places, quality.max(axis=(2, 3)), strict=True):
        place.covered = [_covered(place.households, int(rating), generator) for rating in best]
    by_place = defaultdict(list)
    for number, place in enumerate(places):
        by_place[place.village.commune, place.village.name].append(number)
    for day, members in listed.lists.items():
        for village in members:
            numbers = by_place[village.commune, village.name]
            if not numbers:  # made of two others since the first survey
                numbers = [number for name in village.former for number in by_place[village.commune, name]]
            coverage.of_village[day, village.commune, village.name] = numbers
    if world.settings.dirt:
        _spoil(coverage, world)
    return coverage


def _places(listed: villages.Villages, days: list[date], generator: np.random.Generator) -> list[Place]:
    """Every village under its own name, or half of the merged ones under their former names."""
    first, second = sorted(listed.lists)
    known = {(village.commune, village.name) for village in listed.lists[first]}
    places = []
    for village in listed.lists[first]:
        if village.former and generator.random() < 0.5:
            part = max(1, village.households // len(village.former))
            places += [Place(village, name, part, []) for name in village.former]
        else:
            places.append(Place(village, village.name, village.households, []))
    start = next(number for number, day in enumerate(days) if day >= second)
    for village in listed.lists[second]:
        if (village.commune, village.name) not in known and not village.former:
            places.append(Place(village, village.name, village.households, [], first=start))
    return places


def _covered(households: int, best: int, generator: np.random.Generator) -> int:
    """Households with a signal: often exactly 95 %, seldom more than there are."""
    chance = generator.random()
    if chance < 0.004:
        return households + 3
    if best == GOOD:
        return households * 95 // 100 if chance < 0.35 else round(households * (0.93 + 0.07 * chance))
    return round(households * (0.3 + 0.65 * chance if best == WEAK else 0.2 * chance))


def _stations(world: World, generator: np.random.Generator) -> list[Station]:
    """A station or two an operator and commune; some communes have only one on trial, or only one that is planned."""
    communes = [unit.code for unit in world.of_level("commune")]
    last = world.settings.last.year
    chosen = generator.permutation(len(communes))
    trials = {communes[int(number)] for number in chosen[:_TRIALS]}
    planned = {communes[int(number)] for number in chosen[_TRIALS : _TRIALS + _PLANNED]}
    found: list[Station] = []
    for place, commune in enumerate(communes):
        for operator, name in enumerate(OPERATORS):
            stem = f"{name[:3].upper()}-LSN{place + 1:04d}"
            old = date(2015 + int(generator.integers(0, 6)), int(generator.integers(1, 13)), 15)
            trial = date(last, int(generator.integers(1, 7)), 10) if place % 2 else date(last - 1, 12, 5)
            service = date(last, int(generator.integers(7, 13)), 20) if place % 3 else None
            if operator < 2 and commune in trials:
                found.append(Station(f"{stem}-1", operator, commune, True, place % 4 != 0, trial, service))
            elif operator < 2 and commune in planned:
                found.append(Station(f"{stem}-1", operator, commune, True, True, None, None))
            elif generator.random() < (0.95, 0.85, 0.6, 0.1)[operator]:
                found.append(Station(f"{stem}-1", operator, commune, True, generator.random() < 0.8, None, old))
                if generator.random() < 0.15:
                    found.append(Station(f"{stem}-2", operator, commune, False, True, trial, service))
    return found


def _spoil(coverage: Coverage, world: World) -> None:
    """Mark the places and stations whose rows are lost or repairable, the same ones in every survey."""
    generator = world.random("telecom_coverage dirt")
    merged = {number for numbers in coverage.of_village.values() if len(numbers) > 1 for number in numbers}
    for number, place in enumerate(coverage.places):
        chance = generator.random()
        if chance < 0.012:
            place.lost = LOST_KINDS[int(generator.integers(len(LOST_KINDS)))]
        elif chance < 0.12:
            place.spoiled = SPOIL_KINDS[int(generator.integers(len(SPOIL_KINDS)))]
        if place.spoiled == "name_without_accents" and place.name in villages.ACCENT_PAIR:
            place.spoiled = ""
        village = place.village
        can_be_both = number not in merged and bool(village.former) and village.name not in village.former
        if place.spoiled == "old_and_new_name" and not can_be_both:
            place.spoiled = ""
        elif can_be_both and not place.lost and number % 5 == 0:
            place.spoiled = "old_and_new_name"
    for number in generator.choice(len(coverage.stations), 4, replace=False):
        coverage.stations[int(number)] = _lost(coverage.stations[int(number)])
    trial = next(number for number, station in enumerate(coverage.stations) if station.trial and station.has_3g)
    coverage.stations[trial] = _lost(coverage.stations[trial])
    coverage.silent_stations.add(coverage.days[1])


def _lost(station: Station) -> Station:
    return Station(**{**vars(station), "lost": True})


def _only_on_trial(coverage: Coverage, day: date, reached: bool) -> set[tuple[str, int, int]]:
    """(commune, operator, technology) that have stations on the air, none of them in service."""
    on_trial, in_service = set(), set()
    for station in coverage.stations:
        if reached and station.lost:
            continue
        state = station.state(day)
        for technology, has in enumerate((station.has_3g, station.has_4g)):
            if has and state != "ke_hoach":
                (in_service if state == "hoat_dong" else on_trial).add((station.commune, station.operator, technology))
    return on_trial - in_service


def truth(entities: Coverage, world: World, reached: bool) -> list[MeasureValue]:
    """The villages of the month's list that the newest survey shows as covered, each way it can be counted."""
    counts: dict[str, dict[tuple[str, str, date], int]] = {measure: {} for measure in MEASURES}
    counted: dict[tuple[date, int, date], dict[tuple[str, str], int]] = {}
    for month in world.months():
        end = month_end(month)
        listed = entities.listed.newest(end)
        survey = sum(day <= end for day in entities.days) - 1
        if listed is None or survey < 0:
            continue
        stations = [day for day in entities.days if day <= end and not (reached and day in entities.silent_stations)]
        state = (listed, survey, stations[-1])
        if state not in counted:
            counted[state] = _count(entities, *state, reached)
        for (measure, commune), number in counted[state].items():
            counts[measure]["place", commune, month] = number
    return [row for measure, values in counts.items() for row in roll_up_stock(world, measure, values)]


def _count(
    entities: Coverage, listed: date, survey: int, station_day: date, reached: bool
) -> dict[tuple[str, str], int]:
    """Villages by (measure, commune) in one state of the three lists."""
    heard = entities.quality[:, survey].copy()
    of_commune = defaultdict(list)
    for number, place in enumerate(entities.places):
        of_commune[place.village.commune].append(number)
    for commune, operator, technology in _only_on_trial(entities, station_day, reached):
        heard[of_commune[commune], operator, technology] = NO_SIGNAL
    best = heard.max(axis=1).tolist()  # of 3G and of 4G, by place
    found: dict[tuple[str, str], int] = defaultdict(int)
    for village in entities.listed.lists[listed]:
        if reached and (village.commune, village.name) in entities.listed.lost:
            continue
        every = entities.of_village[listed, village.commune, village.name]
        numbers = [n for n in every if entities.places[n].first <= survey and not (reached and entities.places[n].lost)]
        places = [entities.places[number] for number in numbers]
        # A village one of whose places is missing is not known to be covered, unless the only row left bears its name:
        # nobody who reads that row can tell that it once was of a part.
        if not numbers or (len(numbers) < len(every) and [place.name for place in places] != [village.name]):
            continue
        flags = _flags(places, [best[number] for number in numbers], survey)
        for measure, is_so in zip(MEASURES, flags, strict=True):
            found[measure, village.commune] += is_so
    return found


def _flags(places: list[Place], best: list[list[int]], survey: int) -> tuple[bool, ...]:
    """Of one village, in the order of MEASURES."""
    households, covered = sum(place.households for place in places), sum(place.covered[survey] for place in places)
    return (
        all(max(of) == GOOD for of in best),
        all(of[0] == GOOD for of in best),
        all(of[1] == GOOD for of in best),
        all(min(of) == GOOD for of in best),
        all(max(of) >= WEAK for of in best),
        covered * 100 >= households * 95 and covered <= households,
    )


def write(entities: Coverage, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One file a survey, one a list of stations; see `sandbox.telecom_coverage_files`."""
    from sandbox.telecom_coverage_files import CoverageFiles

    return CoverageFiles(entities, world, inbox, tally).write_all()
