"""Cells of an answer as Vietnamese readers write them."""

from datetime import date, datetime
from decimal import Decimal

from publishing.words import NOTHING, day, moment, number


def shown(value: object) -> str:
    """One cell: 0.8125 is `0,8125`, 1234 is `1.234`, a day `31/12/2022`, true `có`, nothing a dash."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, int):
        return number(value)
    if isinstance(value, float | Decimal):
        whole, _, fraction = number(float(value), 4).partition(",")
        fraction = fraction.rstrip("0")
        return f"{whole},{fraction}" if fraction else whole
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list):
        return ", ".join(map(shown, value))
    return str(value)
