"""What facilities answer about cashless methods and digital platforms each quarter: entities and who has what when."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sandbox.facilities import Facility
from sandbox.frame import World, month_end

METHODS = ("pos", "qr", "transfer", "card")
PLATFORMS = ("VNPT-HIS", "Viettel HIS", "Hồ sơ sức khỏe V20", "Telehealth", "Tiêm chủng quốc gia", "PACS Minerva")
ALONE = (("pos",), ("transfer",), ("qr",), ("card",), METHODS, ("transfer", "qr"))
NO_PLATFORM = ("", "Không", "Chưa có", "Đang triển khai", "-")
PLANNED_DAYS = 45
"""What is to be deployed within so many days is answered as there, with its day."""
LOST_KINDS = ("unknown_answer", "unreadable_date", "malformed_code")


@dataclass
class Answer:
    """One facility's ways. `deployed` is the day its cashless methods began, `platform_since` that of its platforms."""

    facility: Facility
    methods: frozenset[str]
    deployed: date | None
    says_date: bool
    platforms: tuple[str, ...]
    platform_since: date | None
    responds: bool
    lost: str = ""

    def is_given(self, day: date, reached: bool) -> bool:
        """Whether the survey of a day holds the answer."""
        return self.responds and self.facility.is_active(day) and not (reached and self.lost)

    def tells_methods(self, day: date) -> bool:
        """Whether the survey of a day says that the methods are there, or will be within weeks."""
        return self.deployed is not None and self.deployed <= day + timedelta(days=PLANNED_DAYS)

    def names_platform(self, day: date) -> bool:
        """Whether the survey of a day names a platform."""
        return self.platform_since is not None and self.platform_since <= day


def survey_days(world: World) -> list[date]:
    """The ends of the quarters, from the one before the last year."""
    last = world.settings.last.year
    return [month_end(m) for m in world.months() if m >= date(last - 1, 12, 1) and m.month % 3 == 0]


def build_answers(world: World, facilities: list[Facility]) -> list[Answer]:
    """Every facility's answers; those of province and district are nearly all cashless, stations about half."""
    generator = world.random("health survey")
    year = world.settings.last.year
    answers = [_answer(facility, year, generator) for facility in facilities]
    # Among the few of province and district each method stands alone somewhere.
    upper = [
        answer for answer in answers if answer.deployed and answer.facility.public and answer.facility.tier in (2, 3)
    ]
    for place, answer in enumerate(upper):
        answer.methods = frozenset(ALONE[place % len(ALONE)])
    if world.settings.dirt:
        struck = [answer for answer in answers if answer.responds and answer.methods and answer.deployed]
        for place, number in enumerate(generator.permutation(len(struck))[:6]):
            struck[int(number)].lost = LOST_KINDS[place % len(LOST_KINDS)]
    return answers


def _day(generator: np.random.Generator, year: int, early: float) -> date:
    """A day before the year with that chance, else one in it."""
    chance, offset = generator.random(), int(generator.integers(0, 365))
    return (
        date(year - 1, 1, 1) + timedelta(days=offset) if chance < early else date(year, 1, 1) + timedelta(days=offset)
    )


def _answer(facility: Facility, year: int, generator: np.random.Generator) -> Answer:
    upper = facility.public and facility.tier in (2, 3)
    share = 0.95 if upper else (0.45 if facility.public else 0.7)
    chances = generator.random(6)
    deployed = _day(generator, year, 0.4)
    since = _day(generator, year, 0.55)
    methods = frozenset({"transfer"})
    if chances[1] < 0.7:
        methods = frozenset(method for method, chance in zip(METHODS, generator.random(4), strict=True) if chance < 0.6)
        methods |= {("pos", "qr", "card")[int(generator.integers(3))]}
    first, second = int(generator.integers(len(PLATFORMS))), int(generator.integers(len(PLATFORMS)))
    return Answer(
        facility=facility,
        methods=methods if chances[0] < share else frozenset(),
        deployed=deployed if chances[0] < share else None,
        says_date=bool(chances[2] < 0.8),
        platforms=(PLATFORMS[first], PLATFORMS[second]) if first != second else (PLATFORMS[first],),
        platform_since=since if chances[3] < (0.95 if upper else 0.7) else None,
        responds=upper or bool(chances[4] < 0.95),
    )


def counted(answers: list[Answer], days: list[date], month_last: date, reached: bool) -> dict[str, set[str]]:
    """Codes with a cashless method, one beyond a transfer, and a platform, as the newest survey up to a day tells."""
    found: dict[str, set[str]] = {"cashless": set(), "beyond_transfer": set(), "platform": set()}
    asked = [day for day in days if day <= month_last]
    if not asked:
        return found
    day = asked[-1]
    for answer in answers:
        if not answer.is_given(day, reached):
            continue
        code = answer.facility.code
        if answer.names_platform(day):
            found["platform"].add(code)
        if answer.deployed and answer.tells_methods(day) and answer.deployed <= month_last:
            found["cashless"].add(code)
            if answer.methods != {"transfer"}:
                found["beyond_transfer"].add(code)
    return found
