"""People with personal health records: their records over time, and how many people each commune truly has on file.

One person may have two records, in two communes or districts. The newer one says where the person lives. How records
of one person are linked (citizen number, tail of the insurance card) is in `IDENTIFIERS`; every pair made here can be
linked, so that the truth may simply count persons.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandbox import population
from sandbox.frame import AS_OF, Delivered, DirtTally, MeasureValue, World, month_end, roll_up_stock

Ordinals = NDArray[np.int32]
NEVER = np.int32(date(2999, 1, 1).toordinal())
ACTIVE, MOVED, DEAD, DUPLICATE = range(4)
BOTH, CITIZEN_ONLY, TAIL_ONLY, NEITHER = range(4)
LOST_KINDS = ("", "unknown_commune_code", "unreadable_date", "unknown_status", "unreadable_identifier")
SPOIL_KINDS = ("", "leading_zero_lost", "stray_white_space", "decomposed_accents", "other_date_form", "listed_twice")
SILENT_DISTRICT = "189"  # with dirt, this district never sends its closing state of August of the last year
_SINGLE = ((BOTH,), (CITIZEN_ONLY,), (TAIL_ONLY,), (NEITHER,))
_PAIRS = ((BOTH, BOTH), (BOTH, TAIL_ONLY), (TAIL_ONLY, BOTH), (BOTH, CITIZEN_ONLY), (CITIZEN_ONLY, CITIZEN_ONLY))


@dataclass
class HealthRecords:
    """One entry per record. Days are ordinals; `updates` holds each record's update days, 0 for none."""

    people: int
    communes: list[str]
    person: NDArray[np.int64]
    commune: NDArray[np.int64]  # place in `communes`
    created: Ordinals
    updates: Ordinals  # (records, 3)
    ended: Ordinals
    end_state: NDArray[np.int8]
    identifiers: NDArray[np.int8]
    birth_year: NDArray[np.int16]  # by person
    lost: NDArray[np.int8]
    spoiled: NDArray[np.int8]
    closing_days: list[date]
    silent: set[tuple[str, date]] = field(default_factory=set)  # (district, closing day) never delivered

    def updated(self, day: date) -> Ordinals:
        """Each record's newest update up to a day, 0 for none."""
        newest: Ordinals = np.where(self.updates <= day.toordinal(), self.updates, 0).max(axis=1).astype(np.int32)
        return newest

    def state(self, day: date) -> NDArray[np.int8]:
        """Each record's state at the end of a day."""
        return np.where(self.ended <= day.toordinal(), self.end_state, ACTIVE).astype(np.int8)


def closing_days(world: World) -> list[date]:
    """The last day of the year before the last, and of each month of the last year."""
    last = world.settings.last.year
    return [month_end(month) for month in world.months() if month >= date(last - 1, 12, 1)]


def _of_parity(days: NDArray[np.int64], role: NDArray[np.int64]) -> Ordinals:
    """Days moved back by at most one, so that a person's two records never share a day."""
    return (days - (days - role) % 2).astype(np.int32)


def build(world: World) -> HealthRecords:
    """Records of as many people as give each commune a coverage of its own, about 82 to 96 % at the end."""
    generator = world.random("health_records")
    people_of = population.build(world)
    reference = people_of.newest(world.settings.last.year)
    assert reference is not None, "the population has a reference date in the last year"
    residents = people_of.by_date[reference]
    communes = [entry.commune for entry in residents]
    sizes = np.array([sum(entry.people) for entry in residents])
    holders = np.round(sizes * generator.uniform(0.84, 0.975, len(sizes))).astype(np.int64)
    home = np.repeat(np.arange(len(communes)), holders)
    people = len(home)
    second = np.flatnonzero(generator.random(people) < 0.04)
    person = np.concatenate([np.arange(people), second])
    role = np.concatenate([np.zeros(people, np.int64), np.ones(len(second), np.int64)])
    elsewhere = generator.integers(0, len(communes), len(second))
    elsewhere = np.where(elsewhere == home[second], (elsewhere + 1) % len(communes), elsewhere)
    commune = np.concatenate([home, elsewhere])
    size = len(person)

    first_day, year_start = date(2018, 1, 1).toordinal(), date(world.settings.last.year, 1, 1).toordinal()
    last_day = world.settings.last.toordinal()
    early = generator.random(size) < 0.84
    days = np.where(
        early, generator.integers(first_day, year_start, size), generator.integers(year_start, last_day + 1, size)
    )
    created = _of_parity(days, role)
    updates = np.zeros((size, 3), np.int32)
    for place, (share, start) in enumerate(((0.5, first_day), (0.35, year_start), (0.4, year_start))):
        day = _of_parity(generator.integers(start + 2, last_day + 1, size), role)
        updates[:, place] = np.where((generator.random(size) < share) & (day > created), day, 0)

    ended = np.full(size, NEVER)
    end_state = np.zeros(size, np.int8)
    chance = generator.random(size)
    end_day = generator.integers(date(2021, 6, 1).toordinal(), last_day + 1, size).astype(np.int32)
    single = np.ones(people, bool)
    single[second] = False
    for state, low, high in ((MOVED, 0.0, 0.012), (DEAD, 0.012, 0.03)):
        chosen = np.zeros(size, bool)
        chosen[:people] = single & (chance[:people] >= low) & (chance[:people] < high)
        ended[chosen], end_state[chosen] = np.maximum(end_day, created + 1)[chosen], state
    for state, low, high in ((MOVED, 0.0, 0.3), (DUPLICATE, 0.3, 0.55)):
        # The first record of two is closed some time after the second was made.
        chosen_second = second[(chance[second] >= low) & (chance[second] < high)]
        made = created[people + np.searchsorted(second, chosen_second)]
        ended[chosen_second] = np.maximum(made, created[chosen_second]) + 20
        end_state[chosen_second] = state

    identifiers = np.zeros(size, np.int8)
    identifiers[:people] = generator.choice(4, people, p=(0.70, 0.17, 0.09, 0.04))
    pair = np.array(_PAIRS, np.int8)[generator.choice(len(_PAIRS), len(second), p=(0.4, 0.25, 0.15, 0.1, 0.1))]
    identifiers[second], identifiers[people:] = pair[:, 0], pair[:, 1]

    records = HealthRecords(
        people, communes, person, commune, created, updates, ended, end_state, identifiers,
        generator.integers(1930, 2018, people).astype(np.int16), np.zeros(size, np.int8), np.zeros(size, np.int8),
        closing_days(world),
    )  # fmt: skip
    if world.settings.dirt:
        _spoil(records, world)
    return records


def _spoil(records: HealthRecords, world: World) -> None:
    """Mark the records whose rows are lost or repairable, the same ones in every delivery."""
    generator = world.random("health_records dirt")
    size = len(records.person)
    lost = generator.random(size) < 0.003
    records.lost[lost] = generator.integers(1, len(LOST_KINDS), int(lost.sum()))
    without_citizen_number = np.isin(records.identifiers, (TAIL_ONLY, NEITHER))
    records.lost[(records.lost == 4) & without_citizen_number] = 2
    spoiled = (generator.random(size) < 0.03) & ~lost
    records.spoiled[spoiled] = generator.integers(1, len(SPOIL_KINDS), int(spoiled.sum()))
    august = date(world.settings.last.year, 8, 31)
    if august in records.closing_days:
        records.silent.add((SILENT_DISTRICT, august))


def truth(entities: HealthRecords, world: World, reached: bool) -> list[MeasureValue]:
    """People with an active record at each month's end, in the commune of their newest active record."""
    district_codes = [world.units[code].parent or "" for code in entities.communes]
    district_of = np.array([int(code) for code in district_codes])[entities.commune]
    held: dict[tuple[str, str, date], int] = defaultdict(int)
    updated_in_year: dict[tuple[str, str, date], int] = defaultdict(int)
    for day in entities.closing_days:
        visible = np.zeros(len(entities.person), bool)
        updated = np.zeros(len(entities.person), np.int32)
        for district in sorted(set(district_codes)):
            as_at = day
            if reached and (district, day) in entities.silent:
                as_at = max(before for before in entities.closing_days if before < day)
            here = district_of == int(district)
            here &= (entities.created <= as_at.toordinal()) & (entities.state(as_at) == ACTIVE)
            visible |= here
            updated[here] = entities.updated(as_at)[here]
        if reached:
            visible &= entities.lost == 0
        rows = np.flatnonzero(visible)
        newest = np.where(updated[rows] > 0, updated[rows], entities.created[rows])
        order = rows[np.lexsort((newest, entities.person[rows]))]
        is_last = np.append(entities.person[order][1:] != entities.person[order][:-1], True)[: len(order)]
        chosen = order[is_last]
        in_year = chosen[updated[chosen] >= date(day.year, 1, 1).toordinal()]
        month = day.replace(day=1)
        for counts, found in ((held, chosen), (updated_in_year, in_year)):
            totals = np.bincount(entities.commune[found], minlength=len(entities.communes))
            for code, total in zip(entities.communes, totals, strict=True):
                counts["place", code, month] = int(total)
    return [
        *roll_up_stock(world, "people_with_health_record", held),
        *roll_up_stock(world, "people_with_health_record_updated_in_year", updated_in_year),
    ]


def write(entities: HealthRecords, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One file per district and closing day; see `sandbox.health_files`."""
    from sandbox.health_files import HealthFiles

    return HealthFiles(entities, world, inbox, tally).write_all()


def received_on(day: date, days: int) -> datetime:
    """So many days after a closing day, in the morning; never after the sandbox's last day."""
    return min(datetime(day.year, day.month, day.day, 9, 15) + timedelta(days=days), AS_OF)
