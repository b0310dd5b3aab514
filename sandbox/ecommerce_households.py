"""Households on Postmart and Voso: their shops, their buyers' accounts, and how many households each place truly has.

A household may stand on both platforms, with its code on one and only its telephone on the other; every such pair made
here can be linked, so that the truth may simply count households. Nobody here exists.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sandbox import population
from sandbox.frame import MeasureValue, World, month_end, roll_up_stock

PLATFORMS = ("postmart", "voso")
ACTIVE, LOCKED, WAITING = "hoat_dong", "khoa", "chua_kich_hoat"
BOTH, PHONE_ONLY, CODE_ONLY, NEITHER = range(4)
LOST_KINDS = ("unknown_place", "unreadable_date", "unknown_owner_kind", "unreadable_phone")
SPOILED_KINDS = ("other_place_spelling", "phone_with_separators", "phone_with_country_code", "listed_twice")
SILENT = ("voso", date(2022, 8, 31))  # with dirt, this list of shops never comes
_PAIRS = ((BOTH, BOTH), (BOTH, PHONE_ONLY), (BOTH, CODE_ONLY), (CODE_ONLY, BOTH), (PHONE_ONLY, PHONE_ONLY))
NEVER = date(2999, 1, 1)


@dataclass(slots=True)
class Record:
    """A shop or a buyer's account of one owner on one platform. `owner` is a household's number, or None for a firm."""

    code: str
    platform: str
    owner: int | None
    owner_kind: str
    household_code: str
    phone: str
    place: str  # a commune, or the district when no more is known
    since: date
    shows: int
    activated: date  # NEVER: registered, never activated
    locked: date
    pays_from: date
    products: int = 0
    lost: str = ""
    spoiled: str = ""

    def state(self, day: date) -> str:
        """Its state at the end of a day."""
        if self.locked <= day:
            return LOCKED
        return ACTIVE if self.activated <= day else WAITING


@dataclass
class Households:
    """All shops and buyers' accounts, by the day they began."""

    shops: list[Record] = field(default_factory=list)
    accounts: list[Record] = field(default_factory=list)


def closing_days(world: World) -> list[date]:
    """Shops are listed at the end of the year before the last and of each month of the last year."""
    return [month_end(month) for month in world.months() if month >= date(world.settings.last.year - 1, 12, 1)]


def quarter_days(world: World) -> list[date]:
    """Buyers' accounts are listed at the ends of quarters."""
    return [day for day in closing_days(world) if day.month % 3 == 0]


class _Maker:
    """Makes the records of one world, drawing from one generator."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._generator = world.random("ecommerce households")
        self._last = world.settings.last
        self._households = 0
        self._communes = [unit.code for unit in world.of_level("commune")]
        self.found = Households()

    def make(self) -> Households:
        people = population.build(self._world)
        reference = people.newest(self._last.year)
        assert reference is not None, "the population has a reference date in the last year"
        for place, entry in enumerate(people.by_date[reference]):
            with_shop = float(self._generator.uniform(0.36, 0.74))
            for _ in range(entry.households):
                self._household(entry.commune, with_shop)
            for _ in range(1 + entry.households // 40):
                self._firm(entry.commune)
            if place % 40 == 7:
                self._registrar(entry.commune)
        return self.found

    def _day(self, first: date, last: date, parity: int = 0) -> date:
        """A day between two, moved back by at most one so that a household's two records never share a day."""
        number = int(self._generator.integers(first.toordinal(), last.toordinal() + 1))
        return date.fromordinal(number - (number - parity) % 2)

    def _began(self, parity: int = 0) -> date:
        start = date(self._last.year, 1, 1)
        if self._generator.random() < 0.42:
            return self._day(date(start.year - 2, 9, 1), start - timedelta(days=3), parity)
        return self._day(start, self._last, parity)

    def _record(
        self, prefix: str, platform: str, owner: int | None, place: str, since: date, shows: int, kind: str
    ) -> Record:
        generator = self._generator
        count = len(self.found.shops) + len(self.found.accounts) + 1
        later = min(since + timedelta(days=int(generator.integers(20, 200))), NEVER)
        locked = since + timedelta(days=int(generator.integers(60, 400))) if generator.random() < 0.05 else NEVER
        slow = generator.random()
        number = owner if owner is not None else 5_000_000 + count
        return Record(
            f"{prefix}{count:06d}", platform, owner, kind, f"HO-{number:07d}" if owner is not None else "",
            f"060{number:07d}", place, since, shows,
            NEVER if slow < 0.03 else (later if slow < 0.08 else since), locked,
            later if generator.random() < 0.38 else NEVER, int(generator.integers(1, 40)),
        )  # fmt: skip

    def _elsewhere(self, commune: str, chance: float) -> str:
        """Now and then a record of the household names another commune."""
        if self._generator.random() >= chance:
            return commune
        other = self._communes[int(self._generator.integers(len(self._communes)))]
        return other if other != commune else commune

    def _household(self, commune: str, with_shop: float) -> None:
        generator = self._generator
        self._households += 1
        number = self._households
        has_shop = generator.random() < with_shop
        has_account = generator.random() < 0.27
        shops: list[Record] = []
        if has_shop:
            kind = "ho_sxnn" if generator.random() < 0.8 else "ca_nhan"
            on_both = generator.random() < 0.2
            first = PLATFORMS[int(generator.random() < 0.4)]
            if on_both:
                shows = _PAIRS[int(generator.integers(len(_PAIRS)))]
                for platform, shown, parity in zip(PLATFORMS, shows, (0, 1), strict=True):
                    place = self._elsewhere(commune, 0.12)
                    shops.append(self._record("GH", platform, number, place, self._began(parity), shown, kind))
                    self.found.shops.append(shops[-1])
            else:
                shown = int(generator.choice(4, p=(0.62, 0.18, 0.12, 0.08)))
                district = self._world.units[commune].parent or ""
                place = district if first == "voso" and generator.random() < 0.03 else commune
                shops.append(self._record("GH", first, number, place, self._began(), shown, kind))
                self.found.shops.append(shops[-1])
        if has_account and not any(shop.shows == NEITHER for shop in shops):
            self._accounts(number, commune, shops)
        elif len(shops) == 1 and not has_account:
            self._spoil(shops[0])

    def _accounts(self, number: int, commune: str, shops: list[Record]) -> None:
        """An account shows what links it to the household's shops, whichever of them are open by then."""
        generator = self._generator
        free = all(shop.shows == BOTH for shop in shops) and len(shops) < 2
        shows = int(generator.choice(3, p=(0.6, 0.25, 0.15))) if free else BOTH
        platform = PLATFORMS[int(generator.random() < 0.5)]
        place = self._elsewhere(commune, 0.06)
        account = self._record("TK", platform, number, place, self._began(), shows, "")
        self.found.accounts.append(account)
        if generator.random() < 0.15 and shows == BOTH:
            other = PLATFORMS[platform == "postmart"]
            # Without a shop, the telephone beside the first account's code links the second, which shows no code.
            second = BOTH if shops else PHONE_ONLY
            self.found.accounts.append(self._record("TK", other, number, commune, self._began(1), second, ""))
        elif not shops:
            self._spoil(account)

    def _spoil(self, record: Record) -> None:
        """Only a household's one record is lost or spoiled: the truth then loses the household or nothing."""
        chance = self._generator.random()
        if not self._world.settings.dirt:
            return
        number = int(chance * 10_000)
        if chance < 0.03:
            record.lost = LOST_KINDS[number % len(LOST_KINDS)]
            if record.lost == "unreadable_phone" and record.shows not in (BOTH, PHONE_ONLY):
                record.lost = "unreadable_date"
            if record.lost == "unknown_owner_kind" and not record.owner_kind:
                record.lost = "unknown_place"
        elif chance < 0.12:
            record.spoiled = SPOILED_KINDS[number % len(SPOILED_KINDS)]

    def _firm(self, commune: str) -> None:
        """A shop of an enterprise or a cooperative: none of a household's."""
        kind = "dn" if self._generator.random() < 0.4 else "htx"
        platform = PLATFORMS[int(self._generator.random() < 0.5)]
        self.found.shops.append(self._record("GH", platform, None, commune, self._began(), PHONE_ONLY, kind))

    def _registrar(self, commune: str) -> None:
        """One telephone for four households: three give their code, the fourth comes later and gives none."""
        early = date(self._last.year - 1, 3, 2)
        phone = ""
        for place in range(4):
            self._households += 1
            since = early if place < 3 else date(self._last.year, 4, 11)
            shown = BOTH if place < 3 else PHONE_ONLY
            shop = self._record("GH", "postmart", self._households, commune, since, shown, "ho_sxnn")
            phone = phone or shop.phone
            shop.phone = phone
            self.found.shops.append(shop)


def build_households(world: World) -> Households:
    """Shops and accounts of the whole province."""
    return _Maker(world).make()


def _listed(records: list[Record], platform: str, day: date, reached: bool) -> Iterator[Record]:
    for record in records:
        if record.platform == platform and record.since <= day and not (reached and record.lost):
            yield record


def truth_of_households(entities: Households, world: World, reached: bool) -> list[MeasureValue]:
    """Households with an active shop, or an e-payment account, or an active buyer's account, where they live."""
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    days, quarters = closing_days(world), quarter_days(world)
    for day in days:
        place: dict[int, tuple[bool, date, str]] = {}
        active: set[int] = set()
        pays: set[int] = set()
        buys: set[int] = set()
        for platform in PLATFORMS:
            as_at = day
            if reached and world.settings.dirt and (platform, day) == SILENT:
                as_at = max(before for before in days if before < day)
            listed = [(True, entities.shops, as_at)]
            if listed_at := max((before for before in quarters if before <= day), default=None):
                listed.append((False, entities.accounts, listed_at))
            for is_shop, records, when in listed:
                for record in _listed(records, platform, when, reached):
                    if record.owner is None:
                        continue
                    newest = (is_shop, record.since, record.place)
                    place[record.owner] = max(place.get(record.owner, newest), newest)
                    if record.pays_from <= when:
                        pays.add(record.owner)
                    if record.state(when) == ACTIVE:
                        (active if is_shop else buys).add(record.owner)
        month = day.replace(day=1)
        for measure, held in (
            ("households_with_active_shop", active),
            ("households_with_shop_or_e_payment_account", active | pays),
            ("households_with_shop_or_buyer_account", active | buys),
        ):
            for owner in held:
                counts[measure]["place", place[owner][2], month] += 1
    return [row for measure, values in sorted(counts.items()) for row in roll_up_stock(world, measure, values)]
