"""Numbers and words as Vietnamese readers write them, the English beside: pages, files and tables take them here."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

MATURITY = {"final": "đã chốt", "provisional": "tạm tính"}
MATURITY_EN = {"final": "final", "provisional": "provisional"}
STATUS = {
    "source_missing": "thiếu số liệu",
    "before_start": "chưa đến kỳ",
    "held": "bị giữ, chờ xác nhận",
    "no_denominator": "không phát sinh",
    "not_applicable": "không áp dụng",
    "computed": "đã tính",
}
STATUS_EN = {
    "source_missing": "data missing",
    "before_start": "not started",
    "held": "held, to be confirmed",
    "no_denominator": "nothing to count",
    "not_applicable": "not applicable",
    "computed": "computed",
}
NOTHING = "–"


def percent(value: float | None) -> str:
    """0.812 is `81,2 %`, nothing is a dash."""
    return NOTHING if value is None else f"{number(_exact(value) * 100, 1)} %"


def multiple(value: float | None) -> str:
    """3.25 is `3,25 lần`."""
    return NOTHING if value is None else f"{number(value, 2)} lần"


def shown(value: float | None, value_kind: str) -> str:
    """A value of an indicator of that kind: `ratio` in percent, `multiple` in times."""
    return {"ratio": percent, "multiple": multiple}[value_kind](value)


def number(value: float | Decimal, decimals: int = 0) -> str:
    """12345.6 with one decimal is `12.345,6`; halves are rounded up, as readers do: 28.75 is `28,8`."""
    rounded = _exact(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded:,f}".translate(str.maketrans(",.", ".,"))


def _exact(value: float | Decimal) -> Decimal:
    """The number as it is written in decimals: 0.2875 itself, not the nearest binary fraction below it."""
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def day(value: date) -> str:
    """`31/12/2022`."""
    return f"{value:%d/%m/%Y}"


def month(value: date) -> str:
    """`12/2022`."""
    return f"{value:%m/%Y}"


def moment(value: datetime) -> str:
    """`31/01/2023 15:00`."""
    return f"{value:%d/%m/%Y %H:%M}"


def verdict(is_met: bool | None) -> str:
    """Whether a target is met, in words."""
    return {True: "đạt", False: "chưa đạt", None: "chưa xét"}[is_met]


def verdict_en(is_met: bool | None) -> str:
    """The same in English."""
    return {True: "met", False: "not met", None: "not judged"}[is_met]
