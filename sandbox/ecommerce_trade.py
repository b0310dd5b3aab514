"""Orders at the province's shops and what accounts did, from the spring of 2021, when the platforms began here.

The first year is small and the second some times larger. An order's state changes; a returned one was successful first.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from sandbox.ecommerce_households import PLATFORMS, Households
from sandbox.frame import PROVINCE, MeasureValue, World, months_between, recount_distinct, roll_up_flow

FIRST = date(2021, 3, 1)
_ORDERS_2021, _LEAST_ORDERS, _GROWTH = 4_200, 70, 5.9
_USERS_2021, _LEAST_USERS, _USER_GROWTH = 9_000, 60, 3.7
ORDER_LOST = ("unreadable_date", "unknown_state")
ORDER_SPOILED = ("completion_date_missing", "decomposed_accents", "listed_twice")
KINDS = ("trung_bay", "tim_san_pham", "trao_doi", "giao_dich")
LOGIN = "dang_nhap"
NEVER = date(2999, 1, 1)


@dataclass(slots=True)
class Order:
    """One order. `ended` is the day it was delivered or cancelled, `returned` the day it came back."""

    code: str
    platform: str
    shop: str
    ordered: date
    ended: date
    cancelled: bool
    returned: date
    amount: int
    is_test: bool = False
    lost: str = ""
    spoiled: str = ""

    def state(self, day: date) -> str:
        """Its state at the end of a day."""
        if self.ended > day:
            return "moi" if self.ordered >= day - timedelta(days=1) else "dang_giao"
        if self.cancelled:
            return "huy"
        return "tra_hang" if self.returned <= day else "thanh_cong"

    def touched(self, first: date, last: date) -> bool:
        """Whether anything of it happened between two days."""
        return any(first <= day <= last for day in (self.ordered, self.ended, self.returned))


@dataclass(slots=True)
class Act:
    """What an account did on a day."""

    day: date
    kind: str
    shows_phone: bool
    lost: str = ""


@dataclass(slots=True)
class User:
    """One person's accounts: by platform its code, its acts. Without a telephone it is on one platform only."""

    number: int
    phone: str
    accounts: dict[str, tuple[str, list[Act]]] = field(default_factory=dict)


@dataclass
class Trade:
    """All orders and users."""

    orders: list[Order]
    users: list[User]


def build_trade(world: World, households: Households) -> Trade:
    """Orders and users of the two years."""
    return Trade(_orders(world, households), _users(world))


def _per_month(world: World, yearly: int, growth: float) -> list[tuple[date, int]]:
    """Counts by month that rise within each year."""
    found = []
    for month in months_between(FIRST, world.settings.last):
        is_last = month.year == world.settings.last.year
        weight = (0.7 + 0.06 * month.month) / 12
        found.append((month, max(2, round(yearly * (growth if is_last else 0.92) * weight))))
    return found


def _orders(world: World, households: Households) -> list[Order]:
    generator = world.random("ecommerce orders")
    shops = {name: [shop.code for shop in households.shops if shop.platform == name] for name in PLATFORMS}
    yearly = max(_LEAST_ORDERS, round(_ORDERS_2021 * world.settings.scale))
    orders: list[Order] = []
    numbers = dict.fromkeys(PLATFORMS, 0)  # each operator numbers its own: one number is two orders
    for month, count in _per_month(world, yearly, _GROWTH):
        for _ in range(count):
            platform = PLATFORMS[int(generator.random() < 0.42)]
            ordered = month + timedelta(days=int(generator.integers(0, 28)))
            ended = ordered + timedelta(days=int(generator.integers(1, 12)))
            chance, amount = generator.random(), int(generator.integers(20, 2500)) * 1000
            came_back = ended + timedelta(days=int(generator.integers(3, 40))) if chance > 0.93 else NEVER
            numbers[platform] += 1
            code = f"DH{numbers[platform]:07d}"
            shop = shops[platform][int(generator.integers(len(shops[platform])))]
            order = Order(code, platform, shop, ordered, ended, chance < 0.12, came_back, amount)
            dirt = generator.random()
            if generator.random() < 0.03:
                order.is_test, order.code = True, code if generator.random() < 0.5 else f"TEST{code[2:]}"
            elif world.settings.dirt and dirt < 0.12:
                _spoil(order, dirt, world.settings.last)
            orders.append(order)
    return orders


def _spoil(order: Order, chance: float, last: date) -> None:
    number = int(chance * 10_000)
    if chance < 0.02:
        order.lost = ORDER_LOST[number % len(ORDER_LOST)]
        return
    order.spoiled = ORDER_SPOILED[number % len(ORDER_SPOILED)]
    if order.spoiled == "completion_date_missing":
        # Only of an order that was delivered in the month it was placed and stayed delivered: its month is still known.
        same_month = order.ended.replace(day=1) == order.ordered.replace(day=1)
        if order.state(last) != "thanh_cong" or order.returned != NEVER or not same_month:
            order.spoiled = "listed_twice"


def _users(world: World) -> list[User]:
    generator = world.random("ecommerce users")
    early = max(_LEAST_USERS, round(_USERS_2021 * world.settings.scale))
    late = round(early * _USER_GROWTH)
    curve = np.cumsum([month.month + 8 for month in months_between(date(2022, 1, 1), world.settings.last)])
    users = []
    for number in range(late):
        is_early = number < early
        joined = FIRST.replace(month=int(generator.integers(3, 13))) if is_early else None
        if joined is None:
            place = int(np.searchsorted(curve / curve[-1], generator.random()))
            joined = date(2022, place + 1, 1)
        with_phone = generator.random() > 0.08
        on_both = with_phone and generator.random() < 0.25
        user = User(number, f"060{8_000_000 + number:07d}" if with_phone else "")
        chosen = PLATFORMS if on_both else (PLATFORMS[int(generator.random() < 0.45)],)
        logs_in_only = generator.random() < 0.06
        for platform in chosen:
            code = f"{platform[:2].upper()}{number + 1:07d}"
            user.accounts[platform] = (code, _acts(world, generator, joined, with_phone, logs_in_only))
        users.append(user)
    return users


def _acts(
    world: World, generator: np.random.Generator, joined: date, with_phone: bool, logs_in_only: bool
) -> list[Act]:
    """The first act always tells the telephone and can be read; later ones may not."""
    acts: list[Act] = []
    for month in months_between(joined, world.settings.last):
        if month != joined and generator.random() > 0.3:
            continue
        day = month + timedelta(days=int(generator.integers(0, 28)))
        kind = LOGIN if logs_in_only or generator.random() < 0.1 else KINDS[int(generator.integers(len(KINDS)))]
        act = Act(day, kind, with_phone)
        told = [other for other in acts if other.kind != LOGIN]
        if told and world.settings.dirt and (chance := generator.random()) < 0.08:
            if chance < 0.03:
                act.lost = ("unreadable_date", "unknown_activity")[int(chance * 1000) % 2]
            else:
                act.shows_phone = False
        acts.append(act)
    return acts


def truth_of_trade(entities: Trade, world: World, reached: bool) -> list[MeasureValue]:
    """Orders created, delivered, successful by month; users active, each once over both platforms."""
    last = world.settings.last
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    for order in entities.orders:
        if order.is_test or (reached and order.lost):
            continue
        counts["shop_orders_created"]["place", PROVINCE, order.ordered.replace(day=1)] += 1
        state = order.state(last)
        if state in ("thanh_cong", "tra_hang"):
            counts["shop_orders_delivered"]["place", PROVINCE, order.ended.replace(day=1)] += 1
        if state == "thanh_cong":
            counts["shop_orders_successful"]["place", PROVINCE, order.ended.replace(day=1)] += 1
    active = [
        ("place", PROVINCE, act.day.replace(day=1), str(user.number))
        for user in entities.users
        for _, acts in user.accounts.values()
        for act in acts
        if act.kind != LOGIN and not (reached and act.lost)
    ]
    flows = [row for measure, values in sorted(counts.items()) for row in roll_up_flow(world, measure, values)]
    return [*flows, *recount_distinct(world, "shop_users_active", active)]
