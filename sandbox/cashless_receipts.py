"""Receipts of simulated cashiers: what is paid, by whom and how, with refunds, advances and transfers among it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np

from sandbox.frame import World, month_end

CASHLESS = ("CK", "POS", "QR", "VI", "THE_KCB")
MIXED = "TM/CK"
"""A code that does not say which part was cash: it counts as a receipt, never as a cashless one."""
Sector = Literal["school", "health"]


@dataclass(frozen=True)
class Method:
    """A cashless method at a unit, from its first day to the day it was taken away."""

    kind: str
    installed: date
    removed: date | None


@dataclass
class Collector:
    """A school or a health facility that takes money. `share` is how often it comes without cash at the year's end."""

    sector: Sector
    code: str
    name: str
    commune: str
    opened: date
    closed: date | None
    rare: bool
    share: float
    per_year: int
    sends_summary: bool
    methods: list[Method]

    @classmethod
    def draw(
        cls, world: World, generator: np.random.Generator, sector: Sector, code: str, name: str, commune: str,
        opened: date, closed: date | None, *, rare: bool, eager: float, per_year: int, summary: bool,
    ) -> "Collector":  # fmt: skip
        """A unit with methods at a chance of `eager`, and a share of its own."""
        kinds = ("CK", "POS", "QR", "VI") if sector == "school" else CASHLESS
        methods = []
        if generator.random() < eager:
            first = date(2020, 3, 1) if generator.random() < 0.45 else world.settings.last.replace(month=1, day=3)
            for kind in generator.permutation(np.array(kinds))[: int(generator.integers(1, 4))]:
                start = max(opened, first + timedelta(days=int(generator.integers(0, 300))))
                ends = generator.random() < 0.12
                removed = start + timedelta(days=int(generator.integers(40, 500))) if ends else None
                methods.append(Method(str(kind), start, removed))
        # Some install and never use; some take a transfer now and then without having announced any method.
        share = float(generator.uniform(0.25, 0.85)) if methods else 0.12
        if generator.random() < (0.15 if methods else 0.75):
            share = 0.0
        return cls(sector, code, name, commune, opened, closed, rare, share, per_year, summary, methods)

    def is_open(self, day: date) -> bool:
        """Whether it works on that day."""
        return self.opened <= day and (self.closed is None or day < self.closed)


@dataclass(slots=True)
class Receipt:
    """One line of a cashier's list as it truly is. `parts`: own, co-payment, fund; None where there is no such bill."""

    number: str
    day: date
    item: str
    method: str
    amount: int
    payer: str
    state: str = "da_thu"
    parts: tuple[int, int, int] | None = None
    shares_number: bool = False
    lost: str = ""
    is_first: bool = False

    @property
    def is_cashless(self) -> bool:
        """Whether it surely was without cash."""
        return self.method in CASHLESS

    @property
    def is_payment(self) -> bool:
        """Neither a refund nor a transfer within the house."""
        return self.amount >= 0 and self.item not in ("hoan", "noi_bo")

    @property
    def patient_amount(self) -> int:
        """What the patient bears."""
        return self.amount if self.parts is None else self.parts[0] + self.parts[1]

    @property
    def fund_amount(self) -> int:
        """What the insurance fund bears: on the bill, or all of a line that the fund pays."""
        if self.parts is not None:
            return self.parts[2]
        return self.amount if self.payer == "bhxh" else 0


def draw_receipts(world: World, generator: np.random.Generator, collector: Collector) -> list[Receipt]:
    """All receipts of a unit, numbered from 1 each year."""
    wanted = max(1.0, collector.per_year * min(1.0, world.settings.scale) / 12)
    receipts: list[Receipt] = []
    number, year = 0, 0
    for month in world.months():
        if month.year != year:
            number, year = 0, month.year
        if not (collector.is_open(month) and collector.is_open(month_end(month))):
            continue
        if collector.rare and (month.month + int(collector.code[-1])) % 3:
            continue
        share = collector.share * (0.6 if year < world.settings.last.year else 0.75 + 0.25 * month.month / 12)
        for _ in range(max(1, round(wanted * float(generator.uniform(0.9, 1.1))))):
            day = month + timedelta(days=int(generator.integers(0, 28)))
            number += 1
            receipts += _visit(generator, collector, f"BL{number:06d}", day, share)
    return receipts


def _visit(
    generator: np.random.Generator, collector: Collector, number: str, day: date, share: float
) -> Iterator[Receipt]:
    chance, cash, which, size = generator.random(4)
    method = _method(collector, share, cash, which)
    if collector.sends_summary:
        item = "hoc_phi" if collector.sector == "school" else "vien_phi"
        yield Receipt(number, day, item, method, 20_000 + 1_000 * int(size * 900), "nguoi_dan")
    elif collector.sector == "school":
        yield from _school_receipts(number, day, method, chance, which, size)
    else:
        yield from _health_receipts(number, day, method, chance, which, size)


def _method(collector: Collector, share: float, cash: float, which: float) -> str:
    if cash < share:
        kinds = [method.kind for method in collector.methods] or ["CK"]
        return kinds[int(which * len(kinds))]
    return MIXED if cash > 0.94 else "TM"


def _school_receipts(
    number: str, day: date, method: str, chance: float, which: float, size: float
) -> Iterator[Receipt]:
    amount = 45_000 + 1_000 * int(size * 700)
    if chance < 0.05:
        yield Receipt(number, day, "khac", "CK", amount * 40, "nsnn")
    elif chance < 0.07:
        yield Receipt(number, day, "bhyt", "CK", amount * 30, "bhxh")
    elif chance < 0.10:
        yield Receipt(number, day, "noi_bo", "CK", amount * 20, "nguoi_dan")
    elif chance < 0.13:
        yield Receipt(number, day, "hoan", method, amount, "nguoi_dan")
    elif chance < 0.16:
        yield Receipt(number, day, "hoc_phi", method, amount, "nguoi_dan", shares_number=True)
        yield Receipt(number, day, "hoc_phi", "TM", -amount, "nguoi_dan", shares_number=True)
    elif chance < 0.20:
        yield Receipt(number, day, "hoc_phi", method, amount, "nguoi_dan", "huy" if which < 0.6 else "cho")
    else:
        item = "bhyt" if chance < 0.35 else ("khac" if chance < 0.5 else "hoc_phi")
        yield Receipt(number, day, item, method, amount, "nguoi_dan")


def _health_receipts(
    number: str, day: date, method: str, chance: float, which: float, size: float
) -> Iterator[Receipt]:
    amount = 30_000 + 1_000 * int(size * size * 2_500)
    fund = amount * 4 if which < 0.8 else amount * 9
    if chance < 0.04:
        yield Receipt(number, day, "khac", "CK", amount * 50, "nsnn")
    elif chance < 0.09:
        yield Receipt(number, day, "bhyt", "CK", fund, "bhxh", parts=(0, 0, fund) if which < 0.5 else None)
    elif chance < 0.12:
        yield Receipt(number, day, "noi_bo", "CK", amount * 20, "nguoi_dan")
    elif chance < 0.20:
        # An advance by one method, its settlement by another, and what was paid too much given back.
        yield Receipt(
            number, day, "tam_ung", "QR" if method == "TM" and which < 0.3 else method, amount * 5, "nguoi_dan"
        )
        own = amount * 3
        yield Receipt(f"{number}-QT", day, "vien_phi", method, own, "nguoi_dan", parts=(amount, amount * 2, fund))
        yield Receipt(f"{number}-HU", day, "hoan", "TM", amount * 5 - own, "nguoi_dan")
    elif chance < 0.23:
        yield Receipt(number, day, "vien_phi", method, amount, "nguoi_dan", "huy", parts=(amount, 0, fund))
    elif chance < 0.26:
        yield Receipt(number, day, "vien_phi", method, amount, "nguoi_dan", shares_number=True)
        yield Receipt(number, day, "vien_phi", "TM", -amount, "nguoi_dan", shares_number=True)
    elif chance < 0.31:
        yield Receipt(number, day, "bhyt", method, 0, "nguoi_dan", parts=(0, 0, fund))
    elif chance < 0.55:
        yield Receipt(number, day, "vien_phi", method, amount, "nguoi_dan")
    else:
        own = amount // 3 // 1_000 * 1_000
        yield Receipt(number, day, "bhyt", method, amount, "nguoi_dan", parts=(own, amount - own, fund))
