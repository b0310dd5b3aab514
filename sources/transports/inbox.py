"""What an inbox is asked, gives back, and says when it cannot: the words shared by the kinds of inbox."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

from sources.transports.base import Cause


@dataclass(frozen=True)
class Mark:
    """By what a file that was seen is known again; `modified` in nanoseconds of the server's own clock."""

    size: int
    modified: int
    etag: str = ""


@dataclass(frozen=True)
class Seen:
    """A file as it was at an earlier look; `waits_since` (our clock) when it was not taken then."""

    mark: Mark
    waits_since: float | None = None


@dataclass(frozen=True)
class Found:
    """A file in the listing of an inbox; `path` as its server names it, `name` below the inbox with `/`."""

    path: str
    name: str
    mark: Mark


@dataclass(frozen=True)
class Fetched:
    """A whole copy of one file; `place` tells where it is at the sender's, where it stays as it was."""

    path: Path
    source_code: str
    place: str
    mark: Mark


@dataclass(frozen=True)
class Look:
    """What one look at an inbox brought."""

    fetched: tuple[Fetched, ...] = ()
    waiting: Mapping[str, Seen] = field(default_factory=dict)
    """Files still being written, by place: they are looked at again the next time."""
    failed: tuple["InboxFailed", ...] = ()
    """Files that could not be fetched whole; nothing of them is kept."""


@dataclass(frozen=True)
class Options:
    """How patient an inbox is; tests pass their own clock and pause."""

    settle_seconds: float = 30
    """A file that changed this short a time ago may still be written."""
    attempts: int = 4
    timeout_seconds: float = 30
    pause: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time


class InboxFailed(Exception):
    """An inbox, or a file of it, that could not be fetched. The text never holds a secret."""

    def __init__(self, place: str, cause: Cause, vi: str, en: str) -> None:
        super().__init__(f"{place}: {vi} | {en}")
        self.place, self.cause, self.vi, self.en = place, cause, vi, en


class Lost(Exception):
    """The connection went, or the server was busy: to be tried again."""


class Gone(Exception):
    """The file is no longer there."""


class Store(Protocol):
    """One open connection to one kind of server; every method raises Lost, Gone or InboxFailed."""

    atomic: bool
    """Whether a file is there only once it is whole."""

    def listing(self) -> list[Found]:
        """Every file below the inbox's own folder."""

    def mark(self, found: Found) -> Mark:
        """How the file is now."""

    def copy(self, found: Found, target: Path) -> None:
        """The file's bytes."""

    def close(self) -> None:
        """End the connection; never raises."""


def is_half_written(name: str) -> bool:
    """Whether a file's own name says that it is not a delivery (yet): hidden, a lock of an office program, a part."""
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "~$")) for part in path.parts)
    return hidden or path.suffix.lower() in (".part", ".tmp", ".filepart", ".crdownload", ".partial")


def is_address(inbox: str) -> bool:
    """Whether an inbox is on a server; anything else is a folder of this machine."""
    return "://" in inbox and not inbox.startswith("file://")


def shown(address: str) -> str:
    """The address as it may be shown and kept: without user or password."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path.rstrip("/"), "", ""))


def named(environment: Mapping[str, str], variable: str, place: str, vi: str, en: str) -> str:
    """The value of a variable that must be set; raises InboxFailed naming it."""
    if value := environment.get(variable):
        return value
    raise InboxFailed(
        place, "not_configured", f"chưa đặt biến {variable} ({vi})", f"the variable {variable} is not set ({en})"
    )
