"""The citizen app Công dân số - Xứ Lạng: accounts by place of residence, age group and month since its launch in May.

The app hands over counts, not persons. Its counters are cumulative and go down once, when doubled accounts are removed.
People are counted where they say they live, some in the city where they work; what names no commune stays at the
district, what names no place or another province belongs to nobody here. All figures are made up.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandbox import population
from sandbox.frame import Delivered, DirtTally, MeasureValue, World, month_end, roll_up_stock

LAUNCH = date(2022, 5, 12)
GROUPS = ("<15", "15-17", "18-59", "60+")
_EAGERNESS = np.array([0.22, 1.05, 1.12, 0.38])  # of each age group against its commune
_CURVE = np.array([0.12, 0.28, 0.43, 0.57, 0.70, 0.81, 0.91, 1.0])  # May to December
CLEAN_UP = 4  # in the fifth month doubled accounts were removed
_CITY = "178"
_REGISTERED, ACTIVATED, _IDENTIFIED, ACTIVE = range(4)
MEASURES = {
    "people_15_and_over_with_app_installed": _REGISTERED,
    "people_15_and_over_with_activated_app_account": ACTIVATED,
    "people_15_and_over_active_in_app": ACTIVE,
}


@dataclass
class CitizenApp:
    """`counts[month, place, age group, counter]`; places are the communes, then the districts (commune not known)."""

    days: list[date]
    places: list[str]
    counts: NDArray[np.int64]
    lost: dict[tuple[int, int, int], str] = field(default_factory=dict)  # (month, place, age group): why


def build(world: World) -> CitizenApp:
    """Accounts that follow each commune's people; by December about 40 to 90 % of those of 15 and over."""
    generator = world.random("citizen_app")
    people_of = population.build(world)
    reference = people_of.newest(world.settings.last.year)
    assert reference is not None, "the population has a reference date in the last year"
    residents = people_of.by_date[reference]
    people = np.array([entry.people for entry in residents], float)
    days = [month_end(month) for month in world.months() if month_end(month) >= LAUNCH]
    curve = np.interp(np.arange(len(days)), np.arange(len(_CURVE)), _CURVE)
    in_city = np.array([world.units[entry.commune].parent == _CITY for entry in residents])
    reached = generator.uniform(0.4, 0.84, len(residents)) + np.where(in_city, 0.05, 0.0)
    activated = curve[:, None, None] * reached[None, :, None] * _EAGERNESS[None, None, :] * people[None]
    registered = activated * generator.uniform(1.06, 1.16, (1, len(residents), 1))
    registered[:CLEAN_UP] *= 1.22  # doubled telephones and numbers, not yet removed
    activated[:CLEAN_UP] *= 1.16
    identified = activated * generator.uniform(0.4, 0.8, (1, len(residents), 1))
    active = activated * generator.uniform(0.35, 0.7, (len(days), len(residents), 1))
    of_communes = np.stack([registered, activated, identified, active], axis=-1)
    districts = world.of_level("district")
    shares = generator.uniform(0.002, 0.008, len(districts))
    of_districts = np.stack(
        [
            of_communes[:, [world.units[entry.commune].parent == district.code for entry in residents]].sum(1) * share
            for district, share in zip(districts, shares, strict=True)
        ],
        axis=1,
    )
    counts = np.round(np.concatenate([of_communes, of_districts], axis=1)).astype(np.int64)
    places = [entry.commune for entry in residents] + [district.code for district in districts]
    app = CitizenApp(days, places, counts)
    if world.settings.dirt:
        _spoil(app, world)
    return app


def _spoil(app: CitizenApp, world: World) -> None:
    """Some rows of each month are lost: an unknown code, an unreadable counter, an unknown age group."""
    generator = world.random("citizen_app dirt")
    communes = sum(len(place) == 5 for place in app.places)
    for month in range(len(app.days)):
        for number, place in enumerate(generator.choice(communes, 6, replace=False)):
            why = ("unknown_commune_code", "unreadable_counter", "unknown_age_group")[number % 3]
            app.lost[month, int(place), int(generator.integers(1, len(GROUPS)))] = why


def truth(entities: CitizenApp, world: World, reached: bool) -> list[MeasureValue]:
    """Registered, activated and active accounts of people of 15 and over at each month's end."""
    rows = []
    for measure_code, counter in MEASURES.items():
        held: dict[tuple[str, str, date], int] = defaultdict(int)
        for month, day in enumerate(entities.days):
            for place, code in enumerate(entities.places):
                for group in range(1, len(GROUPS)):
                    if not (reached and (month, place, group) in entities.lost):
                        held["place", code, day.replace(day=1)] += int(entities.counts[month, place, group, counter])
        rows += roll_up_stock(world, measure_code, held)
    return rows


def write(entities: CitizenApp, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One answer per closing day; see `sandbox.citizen_app_files`."""
    from sandbox.citizen_app_files import AppFiles

    return AppFiles(entities, world, inbox, tally).write_all()
