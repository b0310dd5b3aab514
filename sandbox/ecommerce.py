"""Postmart and Voso: what is true of the province's shops, orders and users, and the lists the two operators send."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.ecommerce_households import Households, build_households, truth_of_households
from sandbox.ecommerce_trade import Trade, build_trade, truth_of_trade
from sandbox.frame import Delivered, DirtTally, MeasureValue, World


@dataclass
class Ecommerce:
    """Shops and accounts of households, and the trade on both platforms."""

    households: Households
    trade: Trade


def build(world: World) -> Ecommerce:
    """Households first: orders are placed at their shops."""
    households = build_households(world)
    return Ecommerce(households, build_trade(world, households))


def truth(entities: Ecommerce, world: World, reached: bool) -> list[MeasureValue]:
    """Households by state, orders by month, users over both platforms."""
    return [
        *truth_of_households(entities.households, world, reached),
        *truth_of_trade(entities.trade, world, reached),
    ]


def write(entities: Ecommerce, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """Each operator's lists in its own layout."""
    from sandbox.ecommerce_files import write_accounts, write_shops
    from sandbox.ecommerce_trade_files import write_activity, write_orders

    return [
        *write_shops(entities.households.shops, world, inbox, tally),
        *write_accounts(entities.households.accounts, world, inbox, tally),
        *write_orders(entities.trade.orders, world, inbox, tally),
        *write_activity(entities.trade.users, world, inbox, tally),
    ]
