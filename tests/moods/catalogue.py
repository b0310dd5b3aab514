"""What a mood is, and the outcomes it may have. The moods themselves stand in a module of each transport."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sources.transports.base import Cause


@dataclass(frozen=True)
class Recovered:
    """The delivery is exactly that of a good day; its notes hold this text (empty: nothing to tell)."""

    note: str = ""


@dataclass(frozen=True)
class Failed:
    """Nothing is kept and a person is alerted: the cause, and what the failure's text holds."""

    cause: Cause
    told: str


@dataclass(frozen=True)
class Refused:
    """The delivery came whole, and the door turns it away for a reason that holds this text."""

    told: str


@dataclass(frozen=True)
class Waits:
    """Nothing is taken yet: the next look finds it."""


@dataclass(frozen=True)
class Mood:
    """One bad mood, alone."""

    code: str
    vi: str
    en: str
    outcome: Recovered | Failed | Refused | Waits


@dataclass(frozen=True)
class Transport:
    """One way deliveries are fetched, its moods, and the test (`file::name`) that shows each outcome."""

    vi: str
    en: str
    moods: Sequence[Mood]
    test: str
