"""What every transport is asked, gives back, and says when it cannot."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sources.door.window import Window

Cause = Literal["not_configured", "unreachable", "login_refused", "rejected", "incomplete"]
"""Why a pull failed: no address or secret; no answer after all attempts; wrong user; the server says the request is
wrong; or the answers do not add up to a whole window."""


@dataclass(frozen=True)
class Ask:
    """One delivery to fetch: a window (of a snapshot, its closing day twice) of one part of a dataset."""

    source_code: str
    dataset: str
    part: str
    window: Window

    def __str__(self) -> str:
        part = "" if self.part == "-" else f" [{self.part}]"
        return f"{self.source_code}.{self.dataset}{part} {self.window.start:%d/%m/%Y}-{self.window.end:%d/%m/%Y}"

    def file_name(self, template: str) -> str:
        """The delivery's name from a contract's template."""
        return template.format(start=f"{self.window.start:%Y%m%d}", end=f"{self.window.end:%Y%m%d}", part=self.part)


@dataclass(frozen=True)
class Pulled:
    """A whole delivery, in a file of the folder that was given; `notes` tell what had to be done again."""

    ask: Ask
    path: Path
    rows: int
    requests: int
    notes: tuple[str, ...] = ()


class PullFailed(Exception):
    """A delivery that could not be fetched whole; nothing of it is kept. The text never holds an address's secrets."""

    def __init__(self, ask: Ask, cause: Cause, vi: str, en: str) -> None:
        super().__init__(f"{ask}: {vi} | {en}")
        self.ask, self.cause, self.vi, self.en = ask, cause, vi, en
