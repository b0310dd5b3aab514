"""E-invoices as entities: who issued them, when, in which state they were first listed and what became of them.

An invoice is first delivered in one format, by its day: an XML document (days 1-10, and all of the years before the
last), the portal's JSON list (11-24) or its XLSX list (25 onwards). Some stand once more, in a later JSON list of
invoices that changed. Columns of numpy, because there are millions at full scale.
"""

from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sandbox.enterprises import Enterprise, tax_code
from sandbox.frame import World, month_end

PER_YEAR = 3_000_000
_EARLIER_SHARE = 0.1  # of a year's invoices: in the years before the last the new format had only begun
XML, JSON, XLSX = range(3)
NEW, REPLACING, ADJUSTING, REPLACED, ADJUSTED, CANCELLED = 1, 2, 3, 4, 5, 6
LOST_KINDS = {
    XML: ("", "bad_check_digit", "broken_document", "unreadable_date"),
    JSON: ("", "bad_check_digit", "unknown_state", "unreadable_date"),
    XLSX: ("", "bad_check_digit", "unknown_state", "unreadable_date"),
}
_VALID_CHECKS = (5, 6, 8)
_FIRST_JSON_DAY, _FIRST_XLSX_DAY = 11, 25
_FOLLOWED = ("replaced_first", "adjusted_first")
"""Sellers of two invoices: the second, a month later, replaces or adjusts the first; only its XML document says so."""


@dataclass
class Seller:
    """Who issues invoices: a taxpayer of the register or a firm of another province. Days are ordinals."""

    code: str
    name: str
    first: int
    last: int
    conduct: str
    letter: str  # C with the authority's code, K without
    form: str  # T ordinary, M cash register
    never_lost: bool = False


@dataclass
class Invoices:
    """One entry per invoice, in order of seller, day and number."""

    sellers: list[Seller]
    seller: NDArray[np.int64]
    day: NDArray[np.int64]
    number: NDArray[np.int64]
    format: NDArray[np.int8]
    state: NDArray[np.int8]  # `tthai` when first delivered
    check: NDArray[np.int8]  # `ttxly`
    listed_again: NDArray[np.bool_]
    later_state: NDArray[np.int8]
    replaces: NDArray[np.int64]  # the invoice that this one replaces, -1 for none
    replaced_by: NDArray[np.int64]
    lost: NDArray[np.int8]
    later_lost: NDArray[np.bool_]
    adjusts: NDArray[np.int64] = field(init=False)  # the invoice that this one adjusts, which stays valid
    letters: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.adjusts = np.full(len(self.day), -1, np.int64)
        self.letters = [f"{chr(65 + place // 24 % 24)}{chr(65 + place % 24)}" for place in range(len(self.sellers))]

    def series(self, place: int) -> str:
        """Ký hiệu hóa đơn: C or K, two digits of the year, T or M, two letters of the seller."""
        seller = self.sellers[self.seller[place]]
        year = date.fromordinal(int(self.day[place])).year % 100
        return f"{seller.letter}{year:02d}{seller.form}{self.letters[self.seller[place]]}"

    def has_code(self) -> NDArray[np.bool_]:
        """Whether the tax authority gave the invoice a code."""
        return np.isin(self.check, (5, 8))

    def valid(self, reached: bool) -> NDArray[np.bool_]:
        """Valid use by the newest row of each invoice; only rows that can be read count when `reached`."""
        first = ~(reached & (self.lost > 0))
        again = self.listed_again & ~(reached & self.later_lost)
        check = np.isin(self.check, _VALID_CHECKS)
        without_code = np.array([seller.letter == "K" for seller in self.sellers])[self.seller]
        by_first = np.where(
            self.format == XML, self.has_code() | without_code, check & ~np.isin(self.state, (REPLACED, CANCELLED))
        )
        by_later = check & ~np.isin(self.later_state, (REPLACED, CANCELLED))
        # An XML document that replaces another names it; lists mark the original themselves.
        named = np.zeros(len(self.day), bool)
        has_successor = np.flatnonzero((self.replaced_by >= 0) & (self.format == XML))
        named[has_successor] = first[self.replaced_by[has_successor]]
        return np.where(again, by_later, first & by_first) & ~named

    def first_valid(self, reached: bool) -> dict[str, int]:
        """Each seller's first day (ordinal) with a valid invoice."""
        days = np.full(len(self.sellers), np.iinfo(np.int64).max)
        valid = self.valid(reached)
        np.minimum.at(days, self.seller[valid], self.day[valid])
        return {
            seller.code: int(day)
            for seller, day in zip(self.sellers, days, strict=True)
            if day < np.iinfo(np.int64).max
        }


def _sellers(world: World, enterprises: list[Enterprise]) -> list[Seller]:
    generator = world.random("sellers")
    last = world.settings.last.toordinal()
    first_year = world.settings.first
    parents = {enterprise.code[:10] for enterprise in enterprises if len(enterprise.code) > 10}
    sellers: dict[str, Seller] = {}
    for enterprise in enterprises:
        early, unregistered = generator.random(2)
        delay = int(generator.integers(1, 20))
        letter, form = ("K", "T") if generator.random() < 0.15 else ("C", "M" if enterprise.kind == "HKD" else "T")
        start_of_early = first_year.toordinal() + int(generator.integers(0, 330))
        accepted = enterprise.accepted_on(reached=False)
        if enterprise.conduct == "none" or (accepted is None and unregistered > 0.2):
            continue
        start = accepted.toordinal() + delay if accepted else start_of_early + 300
        if early < 0.12:
            start = start_of_early
        start = max(start, enterprise.granted.toordinal() + 5)
        if enterprise.conduct in _FOLLOWED and date.fromordinal(start).day >= _FIRST_JSON_DAY:
            start = _in_next_month(start)
        end = enterprise.closed.toordinal() if enterprise.closed else last
        if start <= min(end, last):
            if enterprise.conduct in ("invalid_only", *_FOLLOWED):
                letter, form = "C", "T"
            sellers[enterprise.code] = Seller(
                enterprise.code, enterprise.name, start, min(end, last), enterprise.conduct, letter, form,
                enterprise.code in parents,
            )  # fmt: skip
    for enterprise in enterprises:
        parent = sellers.get(enterprise.code[:10])
        if len(enterprise.code) > 10 and parent and parent.first + 45 <= last:
            sellers[enterprise.code] = Seller(
                enterprise.code, enterprise.name, parent.first + 45, last, "regular", parent.letter, "T", True
            )
    for place in range(max(6, round(400 * world.settings.scale))):
        code = tax_code("24" if place % 2 else "01", 500_000 + 37 * place)
        first = date(world.settings.last.year, 1, 1).toordinal()
        sellers[code] = Seller(code, f"Công ty Ngoài Tỉnh Mô Phỏng {place}", first, last, "regular", "C", "T")
    return [sellers[code] for code in sorted(sellers)]


def _in_next_month(day: int) -> int:
    """A day of the next month on which invoices are XML documents."""
    return month_end(date.fromordinal(day)).toordinal() + 1 + day % (_FIRST_JSON_DAY - 1)


def build_invoices(world: World, enterprises: list[Enterprise]) -> Invoices:
    """All invoices; every regular seller's first one is valid and stays so."""
    generator = world.random("invoices")
    sellers = _sellers(world, enterprises)
    firsts = np.array([seller.first for seller in sellers])
    lasts = np.array([seller.last for seller in sellers])
    conduct = np.array([seller.conduct for seller in sellers])
    regular = conduct == "regular"
    weights = np.exp(generator.normal(0, 1.3, len(sellers)))
    followed = np.isin(conduct, _FOLLOWED)
    who, when = [np.flatnonzero(regular | followed)], [firsts[regular | followed]]
    second = np.array([_in_next_month(int(day)) for day in firsts])
    is_followed = followed & (second <= lasts)
    who.append(np.flatnonzero(is_followed))
    when.append(second[is_followed])
    few = np.flatnonzero(~regular & ~followed)
    repeated = np.repeat(few, generator.integers(1, 4, len(few)))
    who.append(repeated)
    when.append(firsts[repeated] + np.floor(generator.random(len(repeated)) * 40).astype(np.int64))
    for month in world.months():
        share = 1.0 if month.year == world.settings.last.year else _EARLIER_SHARE
        count = round(PER_YEAR * world.settings.scale * share / 12 * float(generator.uniform(0.95, 1.05)))
        start, end = month.toordinal(), month_end(month).toordinal()
        open_ = np.flatnonzero(regular & (firsts <= end) & (lasts >= start))
        if not len(open_):
            continue
        # Who begins late in a month issues little in it: days crowded by chance make the next file look cut short.
        low, high = np.maximum(firsts, start), np.minimum(lasts, end)
        busy = weights[open_] * (high - low + 1)[open_]
        chosen = generator.choice(open_, count, p=busy / busy.sum())
        low, high = low[chosen], high[chosen]
        who.append(chosen)
        when.append(low + np.floor(generator.random(count) * (high - low + 1)).astype(np.int64))
    seller, day = np.concatenate(who), np.concatenate(when)
    day = np.minimum(day, lasts[seller])
    order = np.lexsort((day, seller))
    seller, day = seller[order], day[order]
    invoices = _bare(sellers, seller, day, world)
    _give_states(invoices, world, conduct[seller])
    if world.settings.dirt:
        _spoil(invoices, world, conduct[seller] == "small")
    return invoices


def _bare(sellers: list[Seller], seller: NDArray[np.int64], day: NDArray[np.int64], world: World) -> Invoices:
    """Numbers run on per seller and year; every invoice is new and found in order."""
    size = len(day)
    days = (day - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    day_of_month = (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    is_new = np.ones(size, bool)
    is_new[1:] = (seller[1:] != seller[:-1]) | (year[1:] != year[:-1])
    starts = np.flatnonzero(is_new)
    number = np.arange(size) - np.repeat(starts, np.diff(np.append(starts, size))) + 1
    format_ = np.where(day_of_month < _FIRST_JSON_DAY, XML, np.where(day_of_month < _FIRST_XLSX_DAY, JSON, XLSX))
    format_[year < world.settings.last.year] = XML
    base = np.array([6 if each.letter == "K" else (8 if each.form == "M" else 5) for each in sellers], np.int8)
    none = np.full(size, -1, np.int64)
    return Invoices(
        sellers, seller, day, number, format_.astype(np.int8), np.full(size, NEW, np.int8), base[seller],
        np.zeros(size, bool), np.full(size, NEW, np.int8), none, none.copy(), np.zeros(size, np.int8),
        np.zeros(size, bool),
    )  # fmt: skip


def _give_states(invoices: Invoices, world: World, conduct: NDArray[np.str_]) -> None:
    """Cancelled, replaced, adjusted and refused invoices; what an XML document cannot say, a later list says."""
    generator = world.random("invoice states")
    regular, invalid_only, small = (conduct == word for word in ("regular", "invalid_only", "small"))
    size = len(invoices.day)
    chance = generator.random(size)
    listed = invoices.format != XML
    is_xml = ~listed
    this_year = invoices.day >= date(world.settings.last.year, 1, 1).toordinal()
    first_of_seller = np.ones(size, bool)
    first_of_seller[1:] = invoices.seller[1:] != invoices.seller[:-1]
    ordinary = regular & ~first_of_seller
    coded = invoices.has_code()

    refused = ordinary & coded & (chance < 0.01)
    invoices.check[refused] = generator.choice((0, 1, 2, 4), int(refused.sum()))
    invoices.check[ordinary & ~coded & listed & (chance < 0.02)] = 7
    invoices.state[ordinary & listed & (chance >= 0.02) & (chance < 0.03)] = CANCELLED
    invoices.state[ordinary & listed & (chance >= 0.03) & (chance < 0.035)] = ADJUSTED
    invoices.state[ordinary & listed & (chance >= 0.035) & (chance < 0.04)] = ADJUSTING
    changed = ordinary & this_year & (chance >= 0.04) & (chance < 0.065)
    invoices.listed_again[changed] = True
    invoices.later_state[changed] = generator.choice((NEW, ADJUSTED, REPLACED, CANCELLED), int(changed.sum()))

    cancelled = small & this_year & (chance < 0.25)
    invoices.listed_again[cancelled] = True
    invoices.later_state[cancelled] = CANCELLED
    invoices.check[invalid_only & (is_xml | (chance < 0.5))] = 2
    invoices.state[invalid_only & listed & (chance >= 0.5)] = CANCELLED

    has_second = np.append(first_of_seller[:-1] & ~first_of_seller[1:], False)
    originals = np.flatnonzero(has_second & (conduct == "replaced_first"))
    invoices.replaced_by[originals], invoices.replaces[originals + 1] = originals + 1, originals
    adjusted = np.flatnonzero(has_second & (conduct == "adjusted_first"))
    invoices.adjusts[adjusted + 1] = adjusted

    free = ordinary & (chance >= 0.1)
    month = np.array([date.fromordinal(int(day)).replace(day=1).toordinal() for day in np.unique(invoices.day)])
    month_of = month[np.searchsorted(np.unique(invoices.day), invoices.day)]
    alike = np.zeros(size, bool)
    alike[:-1] = (
        free[:-1] & free[1:] & (invoices.seller[1:] == invoices.seller[:-1]) & (month_of[1:] == month_of[:-1])
        & (invoices.format[1:] == invoices.format[:-1]) & (invoices.number[1:] == invoices.number[:-1] + 1)
    )  # fmt: skip
    originals = np.flatnonzero(alike & (chance < 0.11))
    originals = originals[np.append(True, np.diff(originals) > 1)] if len(originals) else originals
    invoices.replaced_by[originals] = originals + 1
    invoices.replaces[originals + 1] = originals
    invoices.state[originals], invoices.state[originals + 1] = REPLACED, REPLACING


def _spoil(invoices: Invoices, world: World, small: NDArray[np.bool_]) -> None:
    """Lost rows: a few anywhere, and all rows of some sellers that issued one to three invoices."""
    generator = world.random("invoices dirt")
    size = len(invoices.day)
    sure = np.array([seller.never_lost for seller in invoices.sellers])[invoices.seller]
    unlucky = (generator.random(len(invoices.sellers)) < 0.3)[invoices.seller] & small
    lost = ((generator.random(size) < 0.002) | unlucky) & ~sure
    invoices.lost[lost] = generator.integers(1, 4, int(lost.sum()))
    invoices.later_lost = ((generator.random(size) < 0.02) | unlucky) & invoices.listed_again & ~sure
