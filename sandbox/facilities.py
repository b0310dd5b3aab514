"""The health facilities of the simulated province, whoever writes about them: facility list, telehealth, cashiers.

All names and openings are made up; a code is the province (20) and three digits.
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
            found.append(
                (f"Trạm Y tế {_small(commune.name)}", 4, True, False, bool(generator.random() < 0.7), commune.code)
            )
        for place in range(PRIVATE_PER_DISTRICT):
            commune = communes[int(generator.integers(len(communes)))]
            found.append((f"Phòng khám Đa khoa số {place + 1} {district.name}", 3, False, False, True, commune.code))
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
