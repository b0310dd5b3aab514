"""The schools of the simulated province, whoever writes about them: the education database, surveys, fee collection.

All names, codes and openings are made up; the shape of a code is that of the education database: province, district
(000 = run by the Sở), level digit and number.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from sandbox.frame import World

PRESCHOOL, PRIMARY, LOWER, UPPER, CONTINUING = "45", "1", "2", "3", "6"
CONTINUING_AND_SECONDARY = "236"
_LEVEL_DIGITS = {PRESCHOOL: 3, PRIMARY: 4, LOWER: 5, UPPER: 7, CONTINUING: 9, CONTINUING_AND_SECONDARY: 9}
_KINDS = {
    PRESCHOOL: "Trường Mầm non",
    PRIMARY: "Trường Tiểu học",
    LOWER: "Trường THCS",
    "12": "Trường Tiểu học và THCS",
    "23": "Trường THCS và THPT",
    UPPER: "Trường THPT",
    CONTINUING: "Trung tâm GDNN-GDTX",
    CONTINUING_AND_SECONDARY: "Trung tâm GDNN-GDTX",
}
PER_COMMUNE = 4
"""Schools a commune has at full scale; the real province has about 700."""


@dataclass(frozen=True)
class School:
    """One school. `levels` is the CAP_HOC code: 1 primary, 2 lower, 3 upper secondary, 45 preschool, 6 continuing.

    A centre of continuing education that teaches general levels too has them in its code, and is no general school.
    """

    code: str
    name: str
    levels: str
    commune: str
    opened: date
    closed: date | None
    collects_fees: bool

    def is_active(self, day: date) -> bool:
        """Whether it teaches on that day."""
        return self.opened <= day and (self.closed is None or day < self.closed)

    @property
    def is_continuing(self) -> bool:
        """Continuing education, whatever else it teaches."""
        return CONTINUING in self.levels

    @property
    def is_general(self) -> bool:
        """Primary to upper secondary, in any combination, without continuing education."""
        return not self.is_continuing and any(level in self.levels for level in (PRIMARY, LOWER, UPPER))


def build_schools(world: World) -> list[School]:
    """The same schools for every module that asks, by code. At small scales each district still has several kinds."""
    generator = world.random("schools")
    numbers: dict[tuple[str, int], int] = {}
    schools = []
    for place, district in enumerate(world.of_level("district")):
        communes = world.children(district.code, "commune")
        per_district = max(8, round(PER_COMMUNE * len(communes) * min(1.0, world.settings.scale * 10)))
        # Every other district's centre of continuing education teaches secondary levels.
        plan = [(CONTINUING, CONTINUING_AND_SECONDARY)[place % 2], UPPER, "23", "12"] + [
            (PRESCHOOL, PRIMARY, LOWER, "12")[n % 4] for n in range(per_district - 4)
        ]
        for levels in plan:
            commune = communes[int(generator.integers(len(communes)))]
            schools.append(_school(levels, district.code, commune.code, commune.name, numbers, generator))
    return sorted(schools, key=lambda school: school.code)


def _school(
    levels: str, district: str, commune: str, commune_name: str, numbers: dict[tuple[str, int], int],
    generator: np.random.Generator,
) -> School:  # fmt: skip
    is_lasting = levels == UPPER or CONTINUING in levels  # neither opened nor closed in these years
    digit = _LEVEL_DIGITS[levels if levels in _LEVEL_DIGITS else levels[0]]
    owner = "000" if is_lasting or levels == "23" else district
    number = numbers[owner, digit] = numbers.get((owner, digit), 0) + 1
    place = commune_name.split(" ", 1)[1] if " " in commune_name else commune_name
    opened, closed = date(2005, 9, 5), None
    chance = generator.random()
    if chance < 0.04 and not is_lasting:
        closed = date(2022, int(generator.integers(3, 12)), 1)
    elif chance < 0.07 and not is_lasting:
        opened = date(2022, int(generator.integers(2, 12)), 1)
    return School(
        code=f"20{owner}{digit}{number:02d}", name=f"{_KINDS[levels]} {place} {number}", levels=levels,
        commune=commune, opened=opened, closed=closed, collects_fees=bool(generator.random() < 0.9),
    )  # fmt: skip
