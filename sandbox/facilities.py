"""The health facilities of the simulated province, whoever writes about them: facility list, telehealth, cashiers.

All names and openings are made up; a code is the province (20) and three digits. What the facility list can say of them
is here too (`listed`), because every count of facilities rests on that list.
"""

from dataclasses import dataclass
from datetime import date

from sandbox.frame import World

PROVINCIAL = ("Bệnh viện Đa khoa tỉnh", "Bệnh viện Phổi", "Bệnh viện Y học cổ truyền", "Bệnh viện Phục hồi chức năng")
PRIVATE_PER_DISTRICT = 2


@dataclass(frozen=True)
class Facility:
    """One facility. `tier` is 2 province, 3 district, 4 commune (tuyến); a private one has the tier of its licence."""

    code: str
    name: str
    tier: int
    public: bool
    has_beds: bool
    collects_fees: bool
    commune: str
    opened: date
    closed: date | None

    def is_active(self, day: date) -> bool:
        """Whether it works on that day."""
        return self.opened <= day and (self.closed is None or day < self.closed)


def _small(name: str) -> str:
    return name[0].lower() + name[1:]


def build_facilities(world: World) -> list[Facility]:
    """The same facilities for every module that asks: four provincial, one centre a district, a station a commune."""
    generator = world.random("facilities")
    found: list[tuple[str, int, bool, bool, bool, str]] = []
    city = world.children("178", "commune")
    for place, name in enumerate(PROVINCIAL):
        found.append((name, 2, True, place != 3, True, city[place % len(city)].code))
    for number, district in enumerate(world.of_level("district")):
        communes = world.children(district.code, "commune")
        found.append((f"Trung tâm Y tế {_small(district.name)}", 3, True, number % 5 != 2, True, communes[0].code))
        for commune in communes:
            has_beds = len(found) % 3 == 0  # beds alone make no facility of the province or a district
            collects_fees = bool(generator.random() < 0.7)
            found.append((f"Trạm Y tế {_small(commune.name)}", 4, True, has_beds, collects_fees, commune.code))
        for place in range(PRIVATE_PER_DISTRICT):
            commune = communes[int(generator.integers(len(communes)))]
            name = f"Phòng khám Đa khoa số {place + 1} {district.name}"
            found.append((name, 3, False, place == 0, True, commune.code))
    facilities = []
    for number, (name, tier, public, beds, fees, commune) in enumerate(found):
        opened, closed = date(2010, 1, 1), None
        chance = generator.random()
        if tier == 4 and chance < 0.03:
            closed = date(2022, int(generator.integers(3, 12)), 1)
        elif (tier == 4 or not public) and chance < 0.06:
            opened = date(2022, int(generator.integers(2, 12)), 1)
        facilities.append(Facility(f"20{number + 1:03d}", name, tier, public, beds, fees, commune, opened, closed))
    return facilities


LOST_KINDS = ("unknown_unit", "unknown_status", "malformed_code")
"""What makes a facility's row unreadable in every list."""


@dataclass(frozen=True)
class Listed:
    """What the facility list tells of each facility, by code, in every month alike."""

    has_commune: frozenset[str]
    """Facilities whose commune the list gives; the others stand at their district."""
    wrong_commune: frozenset[str]
    """Dirt: the commune's code is none, so that only the district is known."""
    lost: dict[str, str]
    """Dirt: nothing can be made of the facility's row; of which kind."""


def listing(world: World, facilities: list[Facility]) -> Listed:
    """The same for every module that asks. What dirt strikes are commune stations and private clinics."""
    generator = world.random("facilities listing")
    chances = generator.random((len(facilities), 2))
    has_commune = frozenset(
        facility.code for facility, (chance, _) in zip(facilities, chances, strict=True) if chance > 0.06
    )
    if not world.settings.dirt:
        return Listed(has_commune, frozenset(), {})
    struck = [
        facility.code
        for _, facility in sorted(zip(chances[:, 1], facilities, strict=True), key=lambda pair: pair[0])
        if (facility.tier == 4 or not facility.public) and facility.code in has_commune
    ]
    lost = {code: LOST_KINDS[place % len(LOST_KINDS)] for place, code in enumerate(struck[:6])}
    return Listed(has_commune, frozenset(struck[6:10]), lost)


def listed(world: World, facilities: list[Facility], day: date, reached: bool) -> list[tuple[Facility, str]]:
    """The facilities that work on a day, each with the unit it stands at; `reached`: as the lists can show."""
    told = listing(world, facilities)
    found = []
    for facility in facilities:
        if not facility.is_active(day) or (reached and facility.code in told.lost):
            continue
        is_placed = facility.code in told.has_commune and not (reached and facility.code in told.wrong_commune)
        found.append((facility, facility.commune if is_placed else world.units[facility.commune].parent or ""))
    return found
