"""S15, cashless payments: what schools and health facilities collected, by which method, and what was installed where.

A unit sends its receipts or, some small ones, only monthly summaries; the truth counts the receipts either way. The
files are in `cashless_payments_files`, the drawing of receipts in `cashless_receipts`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from sandbox.cashless_payments_files import write
from sandbox.cashless_receipts import Collector, Receipt, draw_receipts
from sandbox.cashless_use import use_rows
from sandbox.facilities import build_facilities
from sandbox.frame import MeasureValue, World, roll_up_flow, roll_up_stock
from sandbox.schools import build_schools

__all__ = ["Payments", "build", "truth", "write"]

RECEIPT_LOST = ("method", "date", "amount", "number", "collector", "place")
Places = dict[tuple[str, str, date], int]


@dataclass
class Payments:
    """Everyone who may collect, their receipts in the order of collector and day, and what dirt made unreadable."""

    collectors: list[Collector]
    receipts: dict[str, list[Receipt]]  # by collector code
    lost_summaries: set[tuple[str, date]] = field(default_factory=set)
    lost_methods: set[tuple[str, str]] = field(default_factory=set)

    def counted(self, reached: bool) -> Iterator[tuple[Collector, Receipt]]:
        """Receipts that were truly collected; with `reached`, without what no reader can read."""
        for collector in self.collectors:
            for receipt in self.receipts[collector.code]:
                unread = receipt.lost or (collector.code, receipt.day.replace(day=1)) in self.lost_summaries
                if receipt.state == "da_thu" and not (reached and unread):
                    yield collector, receipt

    def installed(self, collector: Collector, day: date, reached: bool) -> bool:
        """Whether any cashless method works at the unit on that day."""
        return any(
            method.installed <= day and (method.removed is None or method.removed > day)
            for method in collector.methods
            if not (reached and (collector.code, method.kind) in self.lost_methods)
        )


def build(world: World) -> Payments:
    """All collectors and receipts; about one receipt a month at the smallest units however small the scale."""
    generator = world.random("cashless_payments")
    collectors = _collectors(world)
    receipts = {collector.code: draw_receipts(world, generator, collector) for collector in collectors}
    for drawn in receipts.values():
        if drawn:
            drawn[0].is_first = True
    payments = Payments(collectors, receipts)
    if world.settings.dirt:
        _mark_lost(payments, world)
    return payments


def _collectors(world: World) -> list[Collector]:
    """Schools and facilities with their share and methods; districts differ, so that some meet 50 % and some not."""
    generator = world.random("cashless_payments collectors")
    places = {unit.code: place for place, unit in enumerate(world.of_level("district"))}
    found = []
    for number, school in enumerate(build_schools(world)):
        eager = 0.3 + 0.055 * ((places[world.units[school.commune].parent or ""] * 4) % len(places))
        found.append(
            Collector.draw(
                world, generator, "school", school.code, school.name, school.commune, school.opened, school.closed,
                rare=not school.collects_fees, eager=eager, per_year=300, summary=number % 5 == 3,
            )
        )  # fmt: skip
    for number, facility in enumerate(build_facilities(world)):
        eager = 0.15 + 0.05 * ((places[world.units[facility.commune].parent or ""] * 7) % len(places))
        volume = {2: 12_000, 3: 5_000 if facility.public else 1_500, 4: 400}[facility.tier]
        found.append(
            Collector.draw(
                world, generator, "health", facility.code, facility.name, facility.commune, facility.opened,
                facility.closed, rare=not facility.collects_fees, eager=eager if facility.tier == 4 else eager + 0.3,
                per_year=volume, summary=facility.tier == 4 and number % 4 == 1,
            )
        )  # fmt: skip
    return found


def _mark_lost(payments: Payments, world: World) -> None:
    """A few receipts, summaries and methods that no reader can read."""
    generator = world.random("cashless_payments dirt")
    for collector in payments.collectors:
        receipts = payments.receipts[collector.code]
        if collector.sends_summary:
            if receipts and generator.random() < 0.12:
                month = receipts[int(generator.integers(len(receipts)))].day.replace(day=1)
                payments.lost_summaries.add((collector.code, month))
            continue
        for receipt in receipts[1:]:
            # What pays back or follows another receipt keeps its number, and is lost with nothing.
            if not receipt.shares_number and generator.random() < 0.012:
                receipt.lost = RECEIPT_LOST[int(generator.integers(len(RECEIPT_LOST)))]
    for collector in payments.collectors:
        for method in collector.methods:
            if generator.random() < 0.03:
                payments.lost_methods.add((collector.code, method.kind))


def truth(entities: Payments, world: World, reached: bool) -> list[MeasureValue]:
    """True flows by month, and the sum of the schools' shares of the year so far at each month's end."""
    flows: dict[str, Places] = defaultdict(lambda: defaultdict(int))
    schools: dict[tuple[str, str], dict[date, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for collector, receipt in entities.counted(reached):
        month = receipt.day.replace(day=1)
        place = ("place", collector.commune, month)
        for measure, quantity in _counts(collector, receipt):
            flows[measure][place] += quantity
        if collector.sector == "school" and receipt.is_payment and receipt.payer == "nguoi_dan":
            seen = schools[collector.commune, collector.code][month]
            seen[0] += 1
            seen[1] += receipt.is_cashless
    rows = [row for measure, places in sorted(flows.items()) for row in roll_up_flow(world, measure, places)]
    return rows + _share_rows(world, schools) + use_rows(entities, world, reached)


def _counts(collector: Collector, receipt: Receipt) -> Iterator[tuple[str, int]]:
    """The flows one receipt belongs to."""
    if not receipt.is_payment:
        return
    paid = [("", True), ("_cashless", receipt.is_cashless)]
    if collector.sector == "school":
        for suffix, belongs in paid:
            if belongs and receipt.payer == "nguoi_dan":
                yield f"school_receipts{suffix}", 1
                yield f"school_amount{suffix}_vnd", receipt.amount
            if belongs and receipt.payer in ("nguoi_dan", "nsnn"):
                yield f"school_amount{suffix}_with_subsidies_vnd", receipt.amount
        return
    for suffix, belongs in paid:
        if not belongs or receipt.payer != "nguoi_dan" or not receipt.patient_amount:
            continue
        yield f"patient_receipts_with_advances{suffix}", 1
        if receipt.item != "tam_ung":
            yield f"patient_receipts{suffix}", 1
            yield f"patient_amount{suffix}_vnd", receipt.patient_amount
            yield f"treatment_amount{suffix}_vnd", receipt.patient_amount
    if receipt.payer in ("nguoi_dan", "bhxh"):
        for suffix in ("", "_cashless"):
            yield f"treatment_amount{suffix}_vnd", receipt.fund_amount


def _share_rows(world: World, schools: dict[tuple[str, str], dict[date, list[int]]]) -> list[MeasureValue]:
    whole: Places = defaultdict(int)
    cashless: Places = defaultdict(int)
    for (commune, _), months in schools.items():
        receipts = without_cash = 0
        for month in world.months():
            if month.month == 1:
                receipts = without_cash = 0
            if month in months:
                receipts += months[month][0]
                without_cash += months[month][1]
            if receipts:
                share, rest = divmod(10_000 * without_cash, receipts)
                whole["place", commune, month] += 10_000
                cashless["place", commune, month] += share + (1 if 2 * rest >= receipts else 0)
    return [
        *roll_up_stock(world, "school_share_basis_points", whole),
        *roll_up_stock(world, "school_share_basis_points_cashless", cashless),
    ]
