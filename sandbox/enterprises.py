"""Taxpayers of the province: who they are, where, in which state and when, and how they registered for e-invoices.

The check digit of a tax code is computed here on its own (weights of domain notes, S10), so that the oracle stays
independent of the library the pipeline uses.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from sandbox.frame import Unit, World, month_end

_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
ACTIVE, SUSPENDED, STOPPED, CLOSED = "hoat_dong", "tam_ngung", "ngung", "dong"
REGISTER_LOST = ("bad_check_digit", "unknown_status", "unknown_place")
REGISTER_SPOILED = ("stray_white_space", "leading_zero_lost", "other_spelling", "decomposed_accents", "listed_twice")
ACCEPTED, REFUSED = 1, 2
OUTSIDE_OFFICES = ("Cục Thuế thành phố Hà Nội", "Cục Thuế tỉnh Bắc Giang")
_MONTHLY_SHARES = (8, 10, 12, 14, 13, 11, 8.8, 7, 5.6, 4.5, 3.7, 3.1)  # of the registrations of 2022, by month
_BEFORE_LAST_YEAR = 0.15
FIRST_NOTICE = datetime(2021, 12, 1, 8, 0)  # before it no office of the province confirmed a registration


def check_digit(base: str) -> str | None:
    """The tenth digit of a tax code whose first nine are given; None where the tax authority never issues the code."""
    remainder = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, base, strict=True)) % 11
    return None if remainder == 0 else str(10 - remainder)


def tax_code(prefix: str, serial: int) -> str:
    """The first issued code of a province's prefix at or after a serial number."""
    while True:
        base = f"{prefix}{serial:07d}"
        digit = check_digit(base)
        if digit is not None:
            return base + digit
        serial += 1


def spoiled_code(code: str) -> str:
    """The code with a wrong check digit."""
    return f"{code[:9]}{(int(code[9]) + 1) % 10}{code[10:]}"


@dataclass
class Message:
    """One registration document: a declaration (TKhai), its receipt (I_2) or the decision on it (I_3)."""

    kind: str
    moment: datetime
    accepted: int | None = None  # of an I_3: 1 accepted, 2 refused
    form: int = 1  # of a TKhai: 1 new registration, 2 change
    lost: str = ""


@dataclass
class Enterprise:
    """One taxpayer. `kind` is DN, HTX, HKD, CN (branch) or SN (public unit); `changes`: (day, new state) in order."""

    code: str
    kind: str
    name: str
    office: str
    is_local: bool  # managed by a tax office of the province
    district: str
    granted: date
    changes: list[tuple[date, str]] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    conduct: str = "regular"  # how it issues invoices: see `_enterprise`
    lost: str = ""  # why its rows in the tax register are lost, in every delivery
    spoiled: str = ""

    def state(self, day: date) -> str:
        """Its state at the end of a day."""
        known = [state for when, state in self.changes if when <= day]
        return known[-1] if known else ACTIVE

    @property
    def closed(self) -> date | None:
        """The day its tax code was closed."""
        return next((when for when, state in self.changes if state == CLOSED), None)

    def accepted_on(self, reached: bool) -> date | None:
        """The day of its first accepted registration, counting only notices that can be read when `reached`."""
        days = [
            message.moment.date()
            for message in self.messages
            if message.kind == "I_3" and message.accepted == ACCEPTED and not (reached and message.lost)
        ]
        return min(days, default=None)


def office_of(district: Unit) -> str:
    """The tax office of a district."""
    return "Chi cục Thuế " + district.name[0].lower() + district.name[1:]


def build_enterprises(world: World) -> list[Enterprise]:
    """All taxpayers, by code; at least 15 enterprises in every district."""
    generator = world.random("enterprises")
    scale, last = world.settings.scale, world.settings.last
    districts = world.of_level("district")
    shares = np.array([3.0 if unit.name.startswith("Thành phố") else 1.0 for unit in districts])
    shares[[place for place, unit in enumerate(districts) if unit.name.endswith(("Cao Lộc", "Hữu Lũng"))]] = 1.8
    found: list[Enterprise] = []
    serial = 1000
    for district, share in zip(districts, shares / shares.sum(), strict=True):
        firms = max(15, round(4000 * scale * float(share)))
        for kind, count in (("DN", firms), ("HTX", firms // 8), ("HKD", firms // 2), ("SN", firms // 10)):
            for _ in range(count):
                serial += int(generator.integers(3, 60))
                found.append(_enterprise(world, generator, kind, district, serial))
    _register_all([enterprise for enterprise in found if enterprise.is_local], generator, last)
    found += _branches(found, generator, last)
    _declare_changes(found, generator, world)
    if world.settings.dirt:
        _spoil(found, world)
    return sorted(found, key=lambda enterprise: enterprise.code)


def _enterprise(world: World, generator: np.random.Generator, kind: str, district: Unit, serial: int) -> Enterprise:
    last = world.settings.last
    prefix = str(generator.choice(("49", "01", "02"), p=(0.86, 0.09, 0.05))) if kind == "DN" else "49"
    year = last.year if generator.random() < 0.06 else int(generator.integers(2006, last.year))
    granted = date(year, 1, 1) + timedelta(days=int(generator.integers(0, 330)))
    is_local = kind != "DN" or generator.random() > 0.03
    office = office_of(district)
    if not is_local:
        office = OUTSIDE_OFFICES[int(generator.integers(len(OUTSIDE_OFFICES)))]
    elif kind == "DN" and generator.random() < 0.2:
        office = "Cục Thuế tỉnh Lạng Sơn"
    conducts = ("regular", "small", "invalid_only", "none", "replaced_first", "adjusted_first")
    conduct = str(generator.choice(conducts, p=(0.72, 0.1, 0.03, 0.05, 0.05, 0.05)))
    code = tax_code(prefix, serial)
    words = {"DN": "Công ty TNHH", "HTX": "Hợp tác xã", "HKD": "Hộ kinh doanh", "SN": "Đơn vị sự nghiệp"}
    name = f"{words[kind]} Mô Phỏng {serial}"
    return Enterprise(
        code, kind, name, office, is_local, district.code, granted, _changes(generator, granted, last), [], conduct
    )


def _changes(generator: np.random.Generator, granted: date, last: date) -> list[tuple[date, str]]:
    """About one in six is suspended for a while, stops, or is closed."""
    start = max(granted, date(last.year - 2, 1, 1)).toordinal() + 30
    if start >= last.toordinal() - 60:
        return []
    when = date.fromordinal(int(generator.integers(start, last.toordinal())))
    chance = generator.random()
    if chance < 0.07:
        return [(when, SUSPENDED), (when + timedelta(days=int(generator.integers(40, 300))), ACTIVE)]
    if chance < 0.11:
        return [(when, STOPPED)]
    if chance < 0.16:
        return [(when, STOPPED), (when + timedelta(days=45), CLOSED)]
    return []


def _register_all(taxpayers: list[Enterprise], generator: np.random.Generator, last: date) -> None:
    """Declaration, receipt and decision; one in twelve is refused first and declares again.

    The days follow a smooth curve: a month with far fewer messages than the one before looks like a file cut short.
    """
    share = {"DN": 0.985, "HTX": 0.9, "SN": 0.5, "HKD": 0.35}
    chosen = [enterprise for enterprise in taxpayers if generator.random() < share[enterprise.kind]]
    curve = np.cumsum(_MONTHLY_SHARES) / sum(_MONTHLY_SHARES)
    for place, number in enumerate(generator.permutation(len(chosen))):
        enterprise = chosen[int(number)]
        quantile = (place + float(generator.random())) / len(chosen)
        if quantile < _BEFORE_LAST_YEAR:
            day = FIRST_NOTICE.date() - timedelta(days=int(generator.integers(1, 12)))
        else:
            rest = (quantile - _BEFORE_LAST_YEAR) / (1 - _BEFORE_LAST_YEAR)
            month = int(np.searchsorted(curve, rest, side="right"))
            day = date(2022, month + 1, 1) + timedelta(days=int(generator.integers(0, 28)))
        day = max(day, enterprise.granted + timedelta(days=10))
        moment = datetime(day.year, day.month, day.day, int(generator.integers(8, 17)), int(generator.integers(0, 60)))
        if generator.random() < 1 / 12:
            moment = _decide(enterprise, generator, moment, REFUSED) + timedelta(days=int(generator.integers(3, 20)))
        _decide(enterprise, generator, moment, ACCEPTED)
        limit = datetime(last.year, last.month, last.day, 23, 59)
        enterprise.messages = [message for message in enterprise.messages if message.moment <= limit]


def _declare_changes(found: list[Enterprise], generator: np.random.Generator, world: World) -> None:
    """Every month some registered taxpayers declare a change (form 2), which the office accepts again."""
    for month in world.months():
        if month < date(2022, 1, 1):
            continue
        known = [
            enterprise
            for enterprise in found
            if (day := enterprise.accepted_on(reached=False)) is not None and day < month and len(enterprise.code) == 10
        ]
        for number in generator.choice(len(known), min(len(known), max(2, len(known) // 50)), replace=False):
            of_month = int(generator.integers(2, 18))
            moment = datetime(month.year, month.month, of_month, 14, int(generator.integers(0, 60)))
            _decide(known[int(number)], generator, moment, ACCEPTED, form=2)


def _decide(
    enterprise: Enterprise, generator: np.random.Generator, declared: datetime, decision: int, form: int = 1
) -> datetime:
    """One declaration and what the tax office answers; returns the moment of the decision."""
    received = declared + timedelta(minutes=int(generator.integers(2, 90)))
    decided = max(declared + timedelta(days=int(generator.integers(1, 5))), FIRST_NOTICE)
    enterprise.messages += [
        Message("TKhai", declared, form=form), Message("I_2", received), Message("I_3", decided, decision),
    ]  # fmt: skip
    return decided


def _branches(found: list[Enterprise], generator: np.random.Generator, last: date) -> list[Enterprise]:
    """Branches of active, registered, regularly issuing firms; each registers some weeks after its parent."""
    branches = []
    for parent in found:
        accepted = parent.accepted_on(reached=False)
        is_parent = parent.kind == "DN" and parent.is_local and parent.conduct == "regular" and not parent.changes
        if not is_parent or accepted is None or generator.random() > 0.12:
            continue
        kind = "DN" if generator.random() < 0.2 else "CN"  # some registers list a branch as an enterprise
        code = f"{parent.code}-{int(generator.integers(1, 9)):03d}"
        branch = Enterprise(
            code, kind, f"Chi nhánh {parent.name}", parent.office, True, parent.district, parent.granted, [], [], "none"
        )
        moment = datetime(accepted.year, accepted.month, accepted.day, 9, 30) + timedelta(days=40)
        if month_end(moment.date()) < last:
            _decide(branch, generator, moment, ACCEPTED)
        branches.append(branch)
    return branches


def _spoil(found: list[Enterprise], world: World) -> None:
    """Lost and repairable rows of the register, lost notices.

    Firms with branches stay whole: then it does not matter to a count whether a branch speaks for its parent.
    """
    generator = world.random("enterprises dirt")
    parents = {enterprise.code[:10] for enterprise in found if len(enterprise.code) > 10}
    for enterprise in found:
        chance, other, notice = generator.random(3)
        place = int(generator.integers(0, 60))
        if enterprise.code[:10] in parents:
            continue
        if chance < 0.02:
            enterprise.lost = REGISTER_LOST[place % len(REGISTER_LOST)]
        elif other < 0.15:
            enterprise.spoiled = REGISTER_SPOILED[place % len(REGISTER_SPOILED)]
            if enterprise.spoiled == "leading_zero_lost" and not enterprise.code.startswith("0"):
                enterprise.spoiled = "stray_white_space"
        if notice < 0.02:
            for message in enterprise.messages:
                if message.kind == "I_3":
                    message.lost = ("bad_check_digit", "unreadable_date", "broken_document")[place % 3]
