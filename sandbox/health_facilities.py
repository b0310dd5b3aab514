"""S13, the health facilities: what Sở Y tế lists, and how many of which kind there truly are at each month's end."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sandbox.facilities import Facility, build_facilities, listed
from sandbox.frame import Delivered, DirtTally, MeasureValue, World, month_end, roll_up_stock


@dataclass
class HealthFacilities:
    """The facilities and the days their list is closed."""

    facilities: list[Facility]
    closing_days: list[date]


def closing_days(world: World) -> list[date]:
    """The last day of the year before the last, and of each month of the last year."""
    last = world.settings.last.year
    return [month_end(month) for month in world.months() if month >= date(last - 1, 12, 1)]


def build(world: World) -> HealthFacilities:
    """The facilities of the province."""
    return HealthFacilities(build_facilities(world), closing_days(world))


def is_province_or_district(facility: Facility) -> bool:
    """Whether it is a public facility of province or district level."""
    return facility.public and facility.tier in (2, 3)


def truth(entities: HealthFacilities, world: World, reached: bool) -> list[MeasureValue]:
    """Working facilities at each closing day, where they stand; with `reached`, those the lists can show."""
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    for day in entities.closing_days:
        for facility, place in listed(world, entities.facilities, day, reached):
            for measure in _measures_of(facility):
                counts[measure]["place", place, day.replace(day=1)] += 1
    return [row for measure, places in sorted(counts.items()) for row in roll_up_stock(world, measure, places)]


def _measures_of(facility: Facility) -> list[str]:
    """The counts a working facility is part of."""
    found = ["health_facilities", "public_health_facilities" if facility.public else "private_health_facilities"]
    if facility.collects_fees:
        found.append("health_facilities_collecting_fees")
    if is_province_or_district(facility):
        found.append("provincial_and_district_facilities")
        if facility.has_beds:
            found.append("provincial_and_district_facilities_with_beds")
    return found


def write(entities: HealthFacilities, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """The lists and logs as Sở Y tế hands them over; see `sandbox.health_facility_files`."""
    from sandbox.health_facility_files import FacilityLists

    return FacilityLists(entities, world, inbox, tally).write_all()
