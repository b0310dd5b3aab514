"""Vocational institutions: their staff, the courses in digital transformation, and who of the payroll was trained."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from sandbox.frame import PROVINCE, Delivered, DirtTally, MeasureValue, World, month_end, roll_up_stock

GROUPS = ("quan_ly", "nha_giao", "vien_chuc", "lao_dong")
COLLEGES = ("Trường Cao đẳng Mô Phỏng", "Trường Cao đẳng nghề Mô Phỏng", "Trường Trung cấp Mô Phỏng")
_LEAST_STAFF = 14
_STAFF_AT_FULL_SCALE = 55


@dataclass
class Member:
    """One member of an institution's staff; the number is the institution's own."""

    institution: str
    number: str
    person: int
    group: str
    joined: date
    left: date | None
    is_contractor: bool
    lost: str = ""  # unreadable_date, unknown_group: in every list
    spoiled: str = ""

    def on_payroll(self, day: date) -> bool:
        """Whether at work, and no contractor, at the end of a day."""
        return not self.is_contractor and self.joined <= day and (self.left is None or self.left > day)


@dataclass
class Attendance:
    """One member in one course."""

    member: Member
    certified: bool
    lost: str = ""  # name_only, unreadable_date
    mistyped: bool = False  # under a number that nobody has


@dataclass
class Course:
    """One course; it counts on its last day."""

    code: str
    first: date
    last: date
    attendances: list[Attendance] = field(default_factory=list)


@dataclass
class VocationalTraining:
    """All staff and courses."""

    institutions: dict[str, str]
    staff: list[Member]
    courses: list[Course]


def build(world: World) -> VocationalTraining:
    """Three colleges and a centre in every district; about half of the staff is trained by the end of the last year."""
    generator = world.random("vocational_training")
    names = [*COLLEGES, *(f"Trung tâm GDNN-GDTX {unit.name}" for unit in world.of_level("district"))]
    institutions = {f"GDNN{place + 1:03d}": name for place, name in enumerate(names)}
    staff: list[Member] = []
    for code in institutions:
        size = _LEAST_STAFF + int(generator.integers(0, 8)) + round(_STAFF_AT_FULL_SCALE * world.settings.scale)
        for number in range(1, size + 1):
            staff.append(_member(generator, code, number, len(staff)))
    found = VocationalTraining(institutions, staff, _courses(world, generator, staff))
    if world.settings.dirt:
        _spoil(found, world)
    return found


def _member(generator: np.random.Generator, institution: str, number: int, person: int) -> Member:
    chance = generator.random()
    if chance < 0.82:
        joined = date(2008, 1, 1) + timedelta(days=int(generator.integers(0, 4700)))
    elif chance < 0.87:
        joined = date(2022, 1, 1) + timedelta(days=int(generator.integers(0, 2)))
    else:
        joined = date(2021, 1, 4) + timedelta(days=int(generator.integers(0, 700)))
    left = None
    if generator.random() < 0.12:
        left = max(joined, date(2021, 6, 1)) + timedelta(days=int(generator.integers(20, 560)))
    group = str(generator.choice(GROUPS, p=(0.1, 0.6, 0.2, 0.1)))
    return Member(institution, f"NV{number:03d}", person, group, joined, left, bool(generator.random() < 0.08))


def _courses(world: World, generator: np.random.Generator, staff: list[Member]) -> list[Course]:
    courses: list[Course] = []
    for month in world.months():
        for turn in range(2 if month.year == world.settings.last.year else 1):
            last = month + timedelta(days=int(generator.integers(1, month_end(month).day)))
            first = last - timedelta(days=int(generator.integers(0, 4)))
            course = Course(f"CDS-{month:%y%m}-{turn + 1}", first, last)
            there = [each for each in staff if each.joined <= first and (each.left is None or each.left > first)]
            for place in generator.choice(len(there), max(6, len(there) // 24), replace=False):
                course.attendances.append(Attendance(there[int(place)], bool(generator.random() < 0.85)))
            course.attendances[0].mistyped = turn == 0
            courses.append(course)
    return courses


def _spoil(found: VocationalTraining, world: World) -> None:
    generator = world.random("vocational_training dirt")
    for member in found.staff:
        chance = generator.random()
        if chance < 0.01:
            member.lost = ("unreadable_date", "unknown_group")[int(generator.integers(2))]
        elif chance < 0.15:
            kinds = ("stray_white_space", "lower_case", "decomposed_accents", "listed_twice")
            member.spoiled = kinds[int(generator.integers(len(kinds)))]
    for course in found.courses:
        for attendance in course.attendances:
            chance = generator.random()
            if chance < 0.06:
                attendance.lost = "name_only" if chance < 0.045 else "unreadable_date"


def closing_days(world: World) -> list[date]:
    """The last day of the year before the last, and of each month of the last year."""
    last = world.settings.last.year
    return [month_end(month) for month in world.months() if month >= date(last - 1, 12, 1)]


def truth(entities: VocationalTraining, world: World, reached: bool) -> list[MeasureValue]:
    """The payroll of each month's end, and those of it with a certified course that ended in the year."""
    counts: Counter[tuple[str, date]] = Counter()
    for day in closing_days(world):
        trained: dict[tuple[str, str], bool] = {}  # by institution and number: whether it is nobody's number
        for course in entities.courses:
            if course.last.year != day.year or course.last > day:
                continue
            for each in course.attendances:
                if each.certified and not (reached and each.lost):
                    trained[each.member.institution, f"{each.member.number}{'X' if each.mistyped else ''}"] = (
                        each.mistyped
                    )
        for member in entities.staff:
            if not member.on_payroll(day) or (reached and member.lost):
                continue
            is_trained = trained.pop((member.institution, member.number), None) is not None
            counts["vocational_staff", day] += 1
            counts["vocational_staff_trained", day] += is_trained
            if member.joined <= date(day.year, 1, 1):
                counts["vocational_staff_at_year_start", day] += 1
                counts["vocational_staff_at_year_start_trained", day] += is_trained
        counts["vocational_staff_trained_unmatched", day] = len(trained)
    measures = sorted({measure for measure, _ in counts})
    return [
        row
        for measure in measures
        for row in roll_up_stock(
            world,
            measure,
            {("place", PROVINCE, day): count for (code, day), count in counts.items() if code == measure},
        )
    ]


def write(entities: VocationalTraining, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """Staff lists and lists of attendance; see `sandbox.vocational_training_files`."""
    from sandbox.vocational_training_files import write_courses, write_staff

    return [*write_staff(entities, world, inbox, tally), *write_courses(entities, world, inbox, tally)]
