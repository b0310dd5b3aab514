"""Links of facilities to upper-level hospitals, and the sessions held over them: entities and who is connected when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from sandbox.facilities import Facility
from sandbox.frame import World, month_end

HOSPITALS = ("Bệnh viện Bạch Mai", "Bệnh viện Hữu nghị Việt Đức", "Bệnh viện Nhi Trung ương", "Bệnh viện E")
PLATFORMS = ("Viettel Telehealth", "VNPT Telehealth", "Zoom")
UNLISTED = "20988"
"""An infirmary that holds sessions and is on no list of Sở Y tế."""
HABITS = (
    "always", "always", "in_year", "trial", "always", "never_used", "last_year", "always", "in_year", "none", "always",
    "seldom", "in_year", "always", "seldom",
)  # fmt: skip
"""How the province and district facilities use their links, in turn."""


@dataclass
class Link:
    """A link of one facility. `connected` is the day it was signed; sessions may have been tried before it."""

    facility: str
    hospital: str
    platform: str
    connected: date | None
    habit: str
    sessions: dict[date, int] = field(default_factory=dict)
    lost: bool = False

    def exists(self, day: date) -> bool:
        """Whether the link is signed by then."""
        return self.connected is not None and self.connected <= day

    def is_logged(self, month: date) -> bool:
        """Whether the log of a month has a row of the link: it stands, or sessions were held."""
        return self.exists(month_end(month)) or month in self.sessions


def build_links(world: World, facilities: list[Facility]) -> list[Link]:
    """One link or two of every province and district facility, some of stations, a clinic and the infirmary."""
    generator = world.random("telehealth")
    year = world.settings.last.year
    upper = [facility for facility in facilities if facility.public and facility.tier in (2, 3)]
    others = [facility for facility in facilities if facility.tier == 4][::23]
    others += [facility for facility in facilities if not facility.public][::7]
    links = []
    turn = int(generator.integers(len(HABITS)))
    for place, facility in enumerate(upper):
        habit = HABITS[(place + turn) % len(HABITS)]
        links.append(_link(facility.code, habit, place, year, world, generator))
        if place % 4 == 1:
            links.append(_link(facility.code, "never_used", place + 1, year, world, generator))
    links += [_link(facility.code, "always", place, year, world, generator) for place, facility in enumerate(others)]
    links.append(_link(UNLISTED, "in_year", 0, year, world, generator))
    if world.settings.dirt:
        alone = [
            link for link in links if link.habit == "always" and sum(o.facility == link.facility for o in links) == 1
        ]
        alone[0].lost = True
    return [link for link in links if link.habit != "none"]


def _link(code: str, habit: str, place: int, year: int, world: World, generator: np.random.Generator) -> Link:
    early = date(year - 1, 1, 4) - timedelta(days=int(generator.integers(30, 300)))
    later = date(year, int(generator.integers(2, 11)), int(generator.integers(5, 26)))
    connected = later if habit in ("in_year", "trial") else early
    link = Link(code, HOSPITALS[place % len(HOSPITALS)], PLATFORMS[place % len(PLATFORMS)], connected, habit)
    resumed = int(generator.integers(5, 11))
    for month in world.months():
        held = int(generator.integers(1, 9))
        since = (month.year - connected.year) * 12 + month.month - connected.month
        if habit == "never_used" or (habit == "last_year" and month.year == year and month.month < resumed):
            continue
        if habit == "seldom" and month.month % 5 != 3:
            continue
        # A link in trial has its sessions two months before it is signed; others begin in the month after.
        if since >= (-2 if habit == "trial" else 1):
            link.sessions[month] = held
    return link


def connected_facilities(links: Iterable[Link], day: date, reached: bool) -> tuple[set[str], set[str]]:
    """Codes with a signed link by a day, and with a session in the year up to that day; `reached`: as logs can show."""
    readable = [link for link in links if not (reached and link.lost)]
    signed = {link.facility for link in readable if link.exists(day)}
    in_session = {
        link.facility
        for link in readable
        if any(month.year == day.year and month <= day and held for month, held in link.sessions.items())
    }
    return signed, in_session
