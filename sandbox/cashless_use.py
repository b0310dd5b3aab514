"""Who truly had a cashless method and used it, among the schools that collect fees and the health facilities.

Which school or facility counts, and where it stands, is what the education database and the facility list tell: their
own simulated systems say what of it reaches a reader.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from sandbox import education, health_facilities
from sandbox.facilities import build_facilities, listed
from sandbox.frame import MeasureValue, World, month_end, roll_up_stock

if TYPE_CHECKING:
    from sandbox.cashless_payments import Payments

Members = Iterator[tuple[date, str, str, list[str]]]
"""Month, code, place and the beginnings of the measures the unit belongs to."""


def quarter_ends(world: World) -> list[date]:
    """Closing days of the lists of installed methods: the end of the year before the last, then of each quarter."""
    last = world.settings.last.year
    wanted = [date(last - 1, 12, 1), *(date(last, month, 1) for month in (3, 6, 9, 12))]
    return [month_end(month) for month in wanted if month in world.months()]


def _newest(days: list[date], month: date, months_old: int) -> date | None:
    """The newest closing day up to a month's end that is less than so many months old."""
    oldest = date(month.year - (months_old >= month.month), (month.month - months_old - 1) % 12 + 1, 1)
    return max((day for day in days if month_end(oldest) < day <= month_end(month)), default=None)


def _fee_schools(world: World, reached: bool) -> Members:
    told = education.build(world)
    for month in world.months():
        on_list, asked = _newest(told.list_days, month, 12), _newest(told.survey_days, month, 12)
        for practice in told.practices if on_list and asked else []:
            school = practice.school
            is_listed = on_list and school.is_active(on_list) and not (reached and practice.listed_lost)
            is_asked = (
                asked and practice.responds and school.is_active(asked) and not (reached and practice.survey_lost)
            )
            if is_listed and is_asked and school.collects_fees:
                district = world.units[school.commune].parent or ""
                place = school.commune if practice.has_commune or not reached else district
                yield month, school.code, place, ["schools"]


def _facilities(world: World, reached: bool) -> Members:
    for day in health_facilities.closing_days(world):
        for facility, place in listed(world, build_facilities(world), day, reached):
            sets = ["health_facilities"]
            if facility.public and facility.tier in (2, 3):
                sets.append("provincial_and_district_facilities")
            if facility.collects_fees:
                sets.append("fee_collecting_facilities")
            yield day.replace(day=1), facility.code, place, sets


def use_rows(payments: "Payments", world: World, reached: bool) -> list[MeasureValue]:
    """Units that installed, used, or both, at each month's end."""
    used: set[tuple[str, date]] = set()
    for collector, receipt in payments.counted(reached):
        if receipt.is_payment and receipt.is_cashless and receipt.payer == "nguoi_dan" and receipt.patient_amount > 0:
            used.add((collector.code, receipt.day.replace(day=1)))
    collectors = {collector.code: collector for collector in payments.collectors}
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    for members in (_fee_schools(world, reached), _facilities(world, reached)):
        for month, code, place, sets in members:
            as_at = _newest(quarter_ends(world), month, 3)
            installed = as_at is not None and payments.installed(collectors[code], as_at, reached)
            is_used = any((code, month.replace(month=number)) in used for number in range(1, month.month + 1))
            for name, belongs in (
                ("installed_and_used", installed and is_used), ("installed", installed), ("used", is_used),
            ):  # fmt: skip
                for set_name in sets if name == "installed_and_used" else sets[:1]:
                    counts[f"{set_name}_with_cashless_{name}"]["place", place, month] += belongs
    return [row for measure, places in sorted(counts.items()) for row in roll_up_stock(world, measure, places)]
