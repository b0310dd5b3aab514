"""Trade through the two border gates: customs declarations, platform declarations, and who truly used the platform.

An enterprise is its ten-digit tax code. A branch (`…-001`) trades for it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from sandbox.enterprises import tax_code
from sandbox.exports import monthly_counts
from sandbox.frame import (
    PROVINCE,
    Delivered,
    DirtTally,
    MeasureValue,
    World,
    month_end,
    recount_distinct,
    recount_stock,
)

GATES = {"CKHN": "huu_nghi", "TT": "tan_thanh"}
OTHER_GATES = ("CM", "CN")
COMPULSORY = date(2022, 2, 21)
PILOT = date(2021, 9, 30)
FAR = date(2999, 1, 1)
CUSTOMS_LOST = ("bad_check_digit", "unknown_gate", "unreadable_date")
_PER_YEAR = 60_000
_LEAST_PER_MONTH = 60
_ADOPTION = ((0.16, date(2021, 10, 1), date(2021, 12, 31)), (0.14, date(2022, 1, 1), date(2022, 2, 20)),
             (0.4, date(2022, 2, 21), date(2022, 4, 30)), (0.25, date(2022, 5, 1), date(2022, 12, 20)))  # fmt: skip


@dataclass
class Trader:
    """An enterprise that trades: where, since when, and from which day it declares on the platform."""

    code: str
    gate: str
    since: date
    adopted: date
    known_to_customs: bool = True


@dataclass
class CustomsDeclaration:
    """One customs declaration. `code` None: a trader without a tax code; `wrong_code`: what an amendment put right."""

    number: str  # eleven digits
    day: date
    code: str | None
    gate: str
    wrong_code: str = ""
    lost: str = ""


@dataclass
class GoodsLine:
    """One owner's goods in a platform declaration, with the customs declaration they are under."""

    number: int
    code: str | None
    customs_number: str | None
    lost: str = ""  # bad_check_digit


@dataclass
class PlatformDeclaration:
    """One declaration on the platform. `lost`: unreadable_date (all of it), bad_declarant (its own row)."""

    number: str
    created: datetime
    gate: str
    declarant: str | None
    fee_payer: str | None
    finished: datetime | None
    vehicles: int
    removed: int
    lines: list[GoodsLine] = field(default_factory=list)
    lost: str = ""
    listed_twice: bool = False

    @property
    def is_valid(self) -> bool:
        """Whether at least one of its vehicles was not taken back."""
        return self.removed < self.vehicles


@dataclass
class BorderGate:
    """All declarations of both systems."""

    customs: list[CustomsDeclaration]
    platform: list[PlatformDeclaration]


def _traders(world: World, generator: np.random.Generator) -> list[Trader]:
    found = []
    serial = 500_000
    for gate, at_full_scale, least in (("CKHN", 900, 50), ("TT", 600, 40)):
        for place in range(max(least, round(at_full_scale * world.settings.scale))):
            serial += int(generator.integers(3, 60))
            code = tax_code(str(generator.choice(("49", "01", "23", "02"))), serial)
            chance, adopted = float(generator.random()), FAR
            for share, first, last in _ADOPTION:
                if 0 <= chance < share:
                    adopted = first + timedelta(days=int(generator.integers(0, (last - first).days + 1)))
                chance -= share
            early = generator.random() < 0.75
            since = date(2021, 1, 1) + timedelta(
                days=int(generator.integers(0, 365) if early else generator.integers(365, 700))
            )
            if place % 25 == 7:  # on the platform from the start, never in the customs list
                found.append(Trader(code, gate, since, min(adopted, date(2022, 3, 1)), known_to_customs=False))
            else:
                branch = f"-{place % 3 + 1:03d}" if place % 20 == 3 else ""
                found.append(Trader(code + branch, gate, since, adopted))
            if place % 8 == 5:  # it trades at the other gate too
                other = "TT" if gate == "CKHN" else "CKHN"
                found.append(Trader(code, other, since + timedelta(days=60), adopted))
    return found


def build(world: World) -> BorderGate:
    """Every month, at every gate: what was traded, how much of it was declared on the platform, and by whom."""
    generator = world.random("border_gate")
    traders = _traders(world, generator)
    agents = [trader.code[:10] for trader in traders[:: max(1, len(traders) // 8)]]
    found = BorderGate([], [])
    counts = monthly_counts(world, generator, _PER_YEAR, _LEAST_PER_MONTH)
    for month, count in zip(world.months(), counts, strict=True):
        for _ in range(count):
            day = month + timedelta(days=int(generator.integers(0, month_end(month).day)))
            trading = [trader for trader in traders if trader.since <= day]
            if not trading:
                continue
            trader = trading[int(generator.integers(len(trading)))]
            customs = _customs(found, trader, day, generator)
            if trader.adopted <= day and generator.random() < 0.9:
                _platform(found, trader, customs, day, agents, traders, generator)
    if world.settings.dirt:
        _spoil(found, world)
    return found


def _customs(found: BorderGate, trader: Trader, day: date, generator: np.random.Generator) -> CustomsDeclaration | None:
    if not trader.known_to_customs:
        return None
    gate = trader.gate
    code: str | None = trader.code
    chance = generator.random()
    if chance < 0.05:
        gate = str(generator.choice((*OTHER_GATES, *GATES)))
    elif chance < 0.07:
        code = None
    number = f"{10_400_000_000 + len(found.customs) * 7}"
    declaration = CustomsDeclaration(number, day, code, gate)
    if generator.random() < 0.02 and code:
        declaration.wrong_code = tax_code("37", 10_000 + len(found.customs) * 13)
    found.customs.append(declaration)
    return declaration


def _platform(
    found: BorderGate, trader: Trader, customs: CustomsDeclaration | None, day: date, agents: list[str],
    traders: list[Trader], generator: np.random.Generator,
) -> None:  # fmt: skip
    serial = len(found.platform)
    shift = int(generator.integers(-2, 3))  # some declare on the platform first, some after customs
    moment = datetime(day.year, day.month, day.day, 7, 15) + timedelta(
        days=shift, seconds=int(generator.integers(0, 40_000))
    )
    if moment.date() < PILOT or moment.date() > date(2022, 12, 31):
        return
    gate = trader.gate if generator.random() > 0.05 else str(generator.choice((*OTHER_GATES, *GATES)))
    numbered = customs is not None and generator.random() > 0.15
    lines = [GoodsLine(serial * 4, trader.code, f"{customs.number}0" if customs and numbered else None)]
    for more in range(int(generator.choice((0, 1, 2), p=(0.6, 0.3, 0.1)))):
        other = traders[int(generator.integers(len(traders)))]
        chance = generator.random()
        if chance < 0.12:
            lines.append(GoodsLine(serial * 4 + 1 + more, None, None))
        elif other.adopted <= moment.date() and other.gate == trader.gate:
            lines.append(GoodsLine(serial * 4 + 1 + more, other.code, None))
    declarant: str | None = trader.code if generator.random() < 0.6 else agents[int(generator.integers(len(agents)))]
    if generator.random() < 0.02:
        declarant = None
    fee_payer = declarant if generator.random() < 0.7 else trader.code
    finished = moment + timedelta(hours=int(generator.integers(2, 80))) if generator.random() < 0.88 else None
    vehicles = int(generator.integers(1, 4))
    chance = generator.random()
    removed = vehicles if chance < 0.04 else int(chance < 0.1 and vehicles > 1)
    found.platform.append(
        PlatformDeclaration(
            f"{moment:%Y%m%d}{serial % 100_000:05d}",
            moment,
            gate,
            declarant,
            fee_payer,
            finished,
            vehicles,
            removed,
            lines,
        )
    )


def _spoil(found: BorderGate, world: World) -> None:
    """Rows that are lost, and declarations that two pages of one answer list."""
    generator = world.random("border_gate dirt")
    for declaration in found.platform:
        chance = generator.random()
        if chance < 0.006:
            declaration.lost = "unreadable_date"
        elif chance < 0.012 and declaration.declarant:
            declaration.lost = "bad_declarant"
        elif chance < 0.05:
            declaration.listed_twice = declaration.gate in GATES
        elif chance < 0.07 and declaration.lines[0].code:
            declaration.lines[0].lost = "bad_check_digit"
    for customs in found.customs:
        if generator.random() < 0.012 and customs.code and customs.gate in GATES and not customs.wrong_code:
            customs.lost = CUSTOMS_LOST[int(generator.integers(len(CUSTOMS_LOST)))]


def _uses(entities: BorderGate, reached: bool) -> Iterator[tuple[str, str, str, date]]:
    """(part played, gate, enterprise, day) of every valid declaration."""
    gates = {each.number: each.gate for each in entities.customs if each.code and not (reached and each.lost)}
    for declaration in entities.platform:
        lost = declaration.lost if reached else ""
        if declaration.gate not in GATES or not declaration.is_valid or lost == "unreadable_date":
            continue
        day = declaration.created.date()
        if declaration.declarant and lost != "bad_declarant":
            yield "declarants_on_border_platform", declaration.gate, declaration.declarant[:10], day
        if declaration.fee_payer and lost != "bad_declarant":
            yield "fee_payers_on_border_platform", declaration.gate, declaration.fee_payer[:10], day
        for line in declaration.lines:
            if line.code is None or (reached and line.lost):
                continue
            yield "goods_owners_on_border_platform", declaration.gate, line.code[:10], day
            crossed = gates.get(line.customs_number[:11]) if line.customs_number else None
            if crossed in GATES and declaration.finished:
                yield "goods_owners_on_border_platform_exit", crossed, line.code[:10], declaration.finished.date()


def truth(entities: BorderGate, world: World, reached: bool) -> list[MeasureValue]:
    """Enterprises at a gate to date, those of them that used the platform, and users that customs does not list."""
    listed: dict[tuple[str, str, int], dict[str, list[date]]] = defaultdict(lambda: defaultdict(list))
    uses: dict[tuple[str, str, str, int], dict[str, list[date]]] = defaultdict(lambda: defaultdict(list))
    for customs in entities.customs:
        if customs.gate in GATES and customs.code and not (reached and customs.lost):
            for since in _since(customs.day):
                listed[customs.gate, since, customs.day.year][customs.code[:10]].append(customs.day)
    for part, gate, code, day in _uses(entities, reached):
        for since in _since(day):
            uses[part, gate, since, day.year][code].append(day)
    items: dict[str, list[tuple[str, str, date, str]]] = defaultdict(list)
    for (gate, since, _), firms in listed.items():
        items[f"customs_enterprises_{GATES[gate]}{since}"] += [
            ("place", PROVINCE, day.replace(day=1), code) for code, days in firms.items() for day in days
        ]
    for (part, gate, since, year), firms in uses.items():
        if since and part != "goods_owners_on_border_platform":
            continue
        there = listed[gate, since, year]
        items[f"{part}_{GATES[gate]}{since}"] += [
            ("place", PROVINCE, max(day, min(there[code])).replace(day=1), code)
            for code, days in firms.items() if code in there for day in days
        ]  # fmt: skip
    rows = [row for measure, found in sorted(items.items()) for row in recount_distinct(world, measure, found)]
    for gate, name in GATES.items():
        unmatched = []
        for month in world.months():
            users = uses["goods_owners_on_border_platform", gate, "", month.year]
            known = listed[gate, "", month.year]
            for code, days in users.items():
                if min(days) <= month_end(month) and not any(day <= month_end(month) for day in known.get(code, ())):
                    unmatched.append(("place", PROVINCE, month, code))
        rows += recount_stock(world, f"goods_owners_on_border_platform_unmatched_{name}", unmatched)
    return rows


def _since(day: date) -> tuple[str, ...]:
    """Which of the two countings an event is in: since the platform became compulsory, and since January."""
    return ("", "_since_january") if day >= COMPULSORY else ("_since_january",)


def write(entities: BorderGate, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """The platform's answers and the customs lists; see `sandbox.border_gate_files`."""
    from sandbox.border_gate_files import write_customs, write_platform

    return [
        *write_platform(entities.platform, world, inbox, tally),
        *write_customs(entities.customs, world, inbox, tally),
    ]
