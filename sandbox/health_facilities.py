"""S13, the health facilities: what Sở Y tế lists, and how many of which kind there truly are at each month's end."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sandbox.facilities import Facility, build_facilities, listed, listing
from sandbox.frame import PROVINCE, Delivered, DirtTally, MeasureValue, World, month_end, roll_up_stock
from sandbox.health_survey import Answer, build_answers, counted, survey_days
from sandbox.telehealth import Link, build_links, connected_facilities


@dataclass
class HealthFacilities:
    """The facilities, their links and answers, and the days on which the list and the survey are closed."""

    facilities: list[Facility]
    links: list[Link]
    answers: list[Answer]
    closing_days: list[date]
    survey_days: list[date]


def closing_days(world: World) -> list[date]:
    """The last day of the year before the last, and of each month of the last year."""
    last = world.settings.last.year
    return [month_end(month) for month in world.months() if month >= date(last - 1, 12, 1)]


def build(world: World) -> HealthFacilities:
    """The facilities of the province and what is told of them."""
    facilities = build_facilities(world)
    links, answers = build_links(world, facilities), build_answers(world, facilities)
    return HealthFacilities(facilities, links, answers, closing_days(world), survey_days(world))


def truth(entities: HealthFacilities, world: World, reached: bool) -> list[MeasureValue]:
    """Working facilities at each closing day, where they stand; with `reached`, as the files can show them."""
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    lost = listing(world, entities.facilities).lost
    for day in entities.closing_days:
        month = day.replace(day=1)
        signed, in_session = connected_facilities(entities.links, day, reached)
        answered = counted(entities.answers, entities.survey_days, day, reached)
        for facility, place in listed(world, entities.facilities, day, reached):
            found = _kinds(facility) + _platforms(facility, answered["platform"])
            if facility.public and facility.tier in (2, 3):
                found += _upper(facility, signed, in_session)
                found += _payments(facility.code, answered)
            for measure in found:
                counts[measure]["place", place, month] += 1
        on_list = {facility.code for facility in entities.facilities if facility.opened <= day}
        known = on_list - lost.keys() if reached else on_list
        counts["telehealth_facilities_unlisted"]["place", PROVINCE, month] = len(signed - known)
    return [row for measure, places in sorted(counts.items()) for row in roll_up_stock(world, measure, places)]


def _kinds(facility: Facility) -> list[str]:
    """The sets a working facility belongs to."""
    found = ["health_facilities", "public_health_facilities" if facility.public else "private_health_facilities"]
    return [*found, "health_facilities_collecting_fees"] if facility.collects_fees else found


def _platforms(facility: Facility, named: set[str]) -> list[str]:
    if facility.code not in named:
        return []
    kind = "public" if facility.public else "private"
    return ["health_facilities_using_platform", f"{kind}_health_facilities_using_platform"]


def _upper(facility: Facility, signed: set[str], in_session: set[str]) -> list[str]:
    """The counts of d2a that a public facility of province or district level is part of."""
    name = "provincial_and_district_facilities"
    found = [name, f"{name}_with_beds"] if facility.has_beds else [name]
    if facility.code in signed:
        found.append(f"{name}_with_connection")
    if facility.code in signed & in_session:
        found.append(f"{name}_connected")
        if facility.has_beds:
            found.append(f"{name}_with_beds_connected")
    return found


def _payments(code: str, answered: dict[str, set[str]]) -> list[str]:
    name = "provincial_and_district_facilities_with_e_payment"
    found = [name] if code in answered["cashless"] else []
    return [*found, f"{name}_beyond_transfer"] if code in answered["beyond_transfer"] else found


def write(entities: HealthFacilities, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """The lists, logs and surveys as Sở Y tế hands them over."""
    from sandbox.health_facility_files import FacilityLists
    from sandbox.health_log_files import write_logs, write_surveys

    lists = FacilityLists(entities, world, inbox, tally).write_all()
    return [*lists, *write_logs(entities, world, inbox, tally), *write_surveys(entities, world, inbox, tally)]
