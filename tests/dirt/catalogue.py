"""What a kind of dirt is, and the outcomes it may have. The kinds themselves stand in `kinds_*.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.dirt.deliveries import Delivery


@dataclass(frozen=True)
class Repaired:
    """The rows landed are exactly those of the clean delivery."""

    clean: Delivery


@dataclass(frozen=True)
class Rejected:
    """The row alone is turned away under this rule for this column; the other rows land."""

    rule: str
    column: str | None


@dataclass(frozen=True)
class Excluded:
    """The row is left out by this rule and counted; the other rows land."""

    rule: str


@dataclass(frozen=True)
class Refused:
    """The whole delivery is turned away; the reason holds these words."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class SameUnit:
    """Every spelling means the one unit (a text that names more than one, or none, means none)."""

    spellings: tuple[str, ...]
    unit_code: str | None
    part: str = ""


@dataclass(frozen=True)
class Settled:
    """Decided behind the door, over several deliveries: shown by the named test (a dbt unit test or a Python test)."""

    test: str
    vi: str
    en: str


Outcome = Repaired | Rejected | Excluded | Refused | SameUnit | Settled


@dataclass(frozen=True)
class Kind:
    """One kind of dirt, alone in one delivery."""

    code: str
    vi: str
    en: str
    example: str
    outcome: Outcome
    dirty: Delivery | None = None


@dataclass(frozen=True)
class Family:
    """Kinds of one nature and the real systems in which they were seen, by their numbers S01 … S16."""

    vi: str
    en: str
    seen: str
    kinds: Sequence[Kind]
