"""What the education database and the department's survey know of the schools, and how many schools that truly is.

Three lists speak of the same schools (`sandbox.schools`): the school list at the end of each quarter, the survey's
rounds, and the report of who submitted data. What was told on a day is told by that day's list, so each month shows
the newest list up to its end: that is the rule of a state, stated here on its own.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from sandbox.frame import AS_OF, Delivered, DirtTally, MeasureValue, World, month_end, roll_up_stock
from sandbox.schools import LOWER, PRIMARY, UPPER, School, build_schools

NEVER = date(2999, 1, 1)
LISTED_LOST = ("short_code", "unknown_commune", "unknown_level", "unknown_status")
LISTED_SPOILED = ("code_as_float", "stray_white_space", "leading_zero_lost", "listed_twice")
SURVEY_LOST = ("short_code", "unknown_answer", "unreadable_school_year")
SURVEY_SPOILED = (
    "code_as_float",
    "other_answer_words",
    "other_school_year_spelling",
    "decomposed_accents",
    "listed_twice",
)
SENT_LOST = ("short_code", "unreadable_date")
SENT_SPOILED = ("code_as_float", "more_submitted_than_there_are")
KINDS_OF_DATA = 3  # staff, classes, pupils: each is submitted on days of its own


@dataclass
class Practice:
    """What one school does, and since when. `stem` and `skills`: the first activity of each school year, if any."""

    school: School
    responds: bool
    lms_from: date
    content_from: date
    named_from: date  # a platform of the department's list
    other_from: date  # any other tool
    stem: dict[int, date]
    skills: dict[int, date]
    partner: str  # the software that submits its data; "" when somebody types it in
    withdrawn: bool  # its submissions were taken back: days without figures
    sent: list[tuple[date, int]]  # day, kind of data
    has_commune: bool = True
    listed_lost: str = ""
    listed_spoiled: str = ""
    survey_lost: str = ""
    survey_spoiled: str = ""
    sent_lost: str = ""
    sent_spoiled: str = ""


@dataclass
class Education:
    """All schools and the days of the lists."""

    practices: list[Practice]
    list_days: list[date]
    survey_days: list[date]
    sent_days: list[date]


def school_year(day: date) -> int:
    """The year a day's school year began in; it begins on 1 September."""
    return day.year if day.month >= 9 else day.year - 1


def build(world: World) -> Education:
    """Practices of every school, drawn apart from the schools themselves."""
    generator = world.random("education")
    year = world.settings.last.year
    practices = [_practice(school, generator, year) for school in build_schools(world)]
    if world.settings.dirt:
        _spoil(practices, world)
    ends = [date(year - 1, 12, 31), date(year, 3, 31), date(year, 6, 30), date(year, 9, 30), date(year, 12, 31)]
    return Education(
        practices,
        list_days=[date(year - 1, 9, 30), *ends],
        survey_days=[
            date(year - 1, 11, 30), date(year, 5, 31), date(year, 9, 30), date(year, 11, 15), date(year, 12, 31),
        ],
        sent_days=sorted([*ends, date(year, 1, 31)]),
    )  # fmt: skip


def _day(generator: np.random.Generator, first: date, last: date) -> date:
    return first + timedelta(days=int(generator.integers((last - first).days + 1)))


def _since(generator: np.random.Generator, before: float, during: float, year: int) -> date:
    """Long ago, some day of the year, or never."""
    chance, day = generator.random(), _day(generator, date(year, 1, 1), date(year, 12, 20))
    if chance < before:
        return date(2020, 9, 1)
    return day if chance < before + during else NEVER


def _first_activities(generator: np.random.Generator, shares: dict[int, float]) -> dict[int, date]:
    found = {}
    for begun, share in shares.items():
        chance, day = generator.random(), _day(generator, date(begun, 9, 5), date(begun, 12, 28))
        if chance < share:
            found[begun] = day
    return found


def _practice(school: School, generator: np.random.Generator, year: int) -> Practice:
    lms = _since(generator, 0.74, 0.2, year)
    content = _since(generator, 0.66, 0.24, year)
    partner = ("SMAS", "SMAS", "VNPT_LSN", "VNPT_LSN", "SMAS", "VNPT_LSN", "SMAS", "SMAS", "VNPT_LSN", "SMAS")[
        int(generator.integers(10))
    ]
    return Practice(
        school=school,
        responds=bool(generator.random() < 0.98),
        lms_from=lms,
        content_from=content if generator.random() < 0.93 else date(2020, 9, 1),
        named_from=_since(generator, 0.32, 0.34, year),
        other_from=_since(generator, 0.55, 0.3, year),
        stem=_first_activities(generator, {year - 1: 0.6, year: 0.55}),
        skills=_first_activities(generator, {year - 1: 0.6, year: 0.62}),
        partner="" if generator.random() < 0.05 else partner,
        withdrawn=bool(generator.random() < 0.02),
        sent=sorted(_sent(generator, year)),
    )


def _sent(generator: np.random.Generator, year: int) -> Iterator[tuple[date, int]]:
    """Days on which each kind of data was submitted: in September of a year, at the end of a term, or not at all."""
    spans = (
        (date(year - 1, 9, 10), date(year - 1, 10, 20), 0.9), (date(year - 1, 12, 10), date(year, 1, 31), 0.8),
        (date(year, 2, 1), date(year, 6, 30), 0.9), (date(year, 7, 1), date(year, 8, 31), 0.1),
        (date(year, 9, 5), date(year, 9, 30), 0.75), (date(year, 10, 1), date(year, 12, 31), 0.85),
    )  # fmt: skip
    for first, last, share in spans:
        if generator.random() < share:
            for kind in range(KINDS_OF_DATA):
                if generator.random() < 0.7:
                    yield _day(generator, first, last), kind


def _spoil(practices: list[Practice], world: World) -> None:
    """Mark the schools whose rows are lost or repairable, the same ones in every delivery of a list."""
    generator = world.random("education dirt")
    for practice in practices:
        chances, places = generator.random(7), generator.integers(0, 60, 6)
        practice.has_commune = bool(chances[0] > 0.13)
        if chances[1] < 0.02:
            practice.listed_lost = LISTED_LOST[places[0] % len(LISTED_LOST)]
            practice.has_commune = practice.has_commune or practice.listed_lost == "unknown_commune"
        elif chances[2] < 0.12:
            practice.listed_spoiled = LISTED_SPOILED[places[1] % len(LISTED_SPOILED)]
        if chances[3] < 0.02:
            practice.survey_lost = SURVEY_LOST[places[2] % len(SURVEY_LOST)]
        elif chances[4] < 0.15:
            practice.survey_spoiled = SURVEY_SPOILED[places[3] % len(SURVEY_SPOILED)]
        if chances[5] < 0.02:
            practice.sent_lost = SENT_LOST[places[4] % len(SENT_LOST)]
        elif chances[6] < 0.15:
            practice.sent_spoiled = SENT_SPOILED[places[5] % len(SENT_SPOILED)]


def _newest(days: Sequence[date], month: date) -> date | None:
    """The newest closing day a month's end shows: not after it, and younger than twelve months."""
    end = month_end(month)
    return max((day for day in days if day <= end and day.replace(year=day.year + 1) > end), default=None)


def _levels(school: School) -> int:
    """How many of primary, lower and upper secondary it teaches."""
    return sum(level in school.levels for level in (PRIMARY, LOWER, UPPER)) if school.is_general else 0


def truth(entities: Education, world: World, reached: bool) -> list[MeasureValue]:
    """Schools active on the newest list of each month, and what the newest survey and report say of them."""
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    for month in world.months():
        listed = _newest(entities.list_days, month)
        if listed is None:
            continue
        asked, sent = _newest(entities.survey_days, month), _newest(entities.sent_days, month)
        for practice in entities.practices:
            if not practice.school.is_active(listed) or (reached and practice.listed_lost):
                continue
            unit = practice.school.commune
            if reached and not practice.has_commune:
                unit = world.units[unit].parent or ""
            for measure, quantity in _counted(practice, month_end(month), asked, sent, reached):
                counts[measure]["place", unit, month] += quantity
    return [value for measure in sorted(counts) for value in roll_up_stock(world, measure, counts[measure])]


def _counted(
    practice: Practice, end: date, asked: date | None, sent: date | None, reached: bool
) -> Iterator[tuple[str, int]]:
    """The measures one active school counts in, and how often."""
    school = practice.school
    teaches_pupils = school.is_general or school.is_continuing
    yield "schools_active", 1
    if teaches_pupils:
        yield "schools_active_without_preschool", 1
        yield "general_schools_and_continuing_education", 1
    if school.is_general:
        yield "general_schools", 1
        yield "general_school_levels", _levels(school)
    if asked and practice.responds and school.is_active(asked) and not (reached and practice.survey_lost):
        yield from _surveyed(practice, asked, end, teaches_pupils)
    if sent and practice.partner and not practice.withdrawn and not (reached and practice.sent_lost):
        yield from _submitted(practice, sent)


def _surveyed(practice: Practice, asked: date, end: date, teaches_pupils: bool) -> Iterator[tuple[str, int]]:
    school = practice.school
    if min(practice.lms_from, practice.content_from) <= asked:
        yield "schools_with_digital_teaching", 1
        if teaches_pupils:
            yield "schools_with_digital_teaching_without_preschool", 1
    if practice.named_from <= asked:
        yield "schools_using_named_platform", 1
    if min(practice.named_from, practice.other_from) <= asked:
        yield "schools_using_any_platform", 1
    if school.collects_fees:
        yield "schools_collecting_fees", 1
    begun = school_year(asked)
    if begun != school_year(end):
        return  # the activities of the year before are not this year's
    done = [activity.get(begun, NEVER) <= asked for activity in (practice.stem, practice.skills)]
    if school.is_general and any(done):
        yield "general_schools_with_stem_or_digital_skills", 1
    if all(done):
        if school.is_general:
            yield "general_schools_with_stem_and_digital_skills", 1
            yield "general_school_levels_with_stem_and_digital_skills", _levels(school)
        if teaches_pupils:
            yield "general_schools_and_continuing_education_with_stem_and_digital_skills", 1


def _submitted(practice: Practice, sent: date) -> Iterator[tuple[str, int]]:
    """At least once since 1 September, and in each term (to January, to June) that is over on the report's day."""
    begun = school_year(sent)
    days = [day for day, _ in practice.sent if date(begun, 9, 1) <= day <= sent and practice.school.opened <= day]
    if not days:
        return
    yield "schools_sending_management_data", 1
    terms = ((date(begun, 9, 1), date(begun + 1, 1, 31)), (date(begun + 1, 2, 1), date(begun + 1, 6, 30)))
    if all(any(first <= day <= last for day in days) for first, last in terms if last <= sent):
        yield "schools_sending_management_data_all_semesters", 1


def write(entities: Education, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """The three lists; see `sandbox.education_files`."""
    from sandbox.education_files import EducationFiles

    return EducationFiles(entities, world, inbox, tally).write_all()


def received_on(day: date, days: int) -> datetime:
    """So many days after a closing day, in the morning; never after the sandbox's last day."""
    return min(datetime(day.year, day.month, day.day, 10, 5) + timedelta(days=days), AS_OF)
