"""Is anything new there? Cheap looks, without reading a file or asking a system: what sensors do between runs."""

import hashlib
import os
import time
from collections.abc import Mapping
from typing import Any

from sources.door.intake import now_local
from sources.door.receipts import read_receipts
from sources.transports.inbox import InboxFailed, Options, is_address

from pipelines.errors import LangsonError
from pipelines.files import read_json
from pipelines.home import Home
from pipelines.intake import SETTLE, Ledger, arrivals_of, folder_of

PATIENCE = (900, 3600, 14400)
"""Seconds until the same sight is asked for again when its run did not take it in."""


def new_in_inbox(home: Home, inbox: str) -> list[str]:
    """Files of the inbox that no run has handed to the door and nobody is writing; raises LangsonError."""
    if is_address(inbox):
        from sources.transports.files import news

        try:
            options = Options(float(os.environ.get(SETTLE) or 30), attempts=2, timeout_seconds=10)
            found = news(inbox, os.environ, Ledger(home).seen(), options)
        except InboxFailed as error:
            raise LangsonError(str(error)) from error
        return sorted(f"{place} {mark.size} {mark.modified} {mark.etag}" for place, mark in found.items())
    folder = folder_of(inbox)
    arrivals, _ = arrivals_of(home, folder)
    settled = Ledger(home).settled()
    settle = float(os.environ.get(SETTLE) or 0)
    new = []
    for arrival in arrivals:
        try:
            status = arrival.path.stat()
        except FileNotFoundError:
            continue  # renamed or taken away since the listing
        mark = settled.get(f"{arrival.source_code}:{arrival.path.relative_to(folder)}")
        is_settled = mark is not None and (mark.size, mark.modified) == (status.st_size, status.st_mtime_ns)
        if not is_settled and not 0 <= time.time() - status.st_mtime < settle:
            new.append(f"{arrival.path} {status.st_size} {status.st_mtime_ns}")
    return sorted(new)


def due_pulls(home: Home) -> list[str]:
    """The windows that are due of the systems known here."""
    from sources.units import unit_tables

    from pipelines.definitions_step import senders
    from pipelines.pulls import due_asks

    asks = due_asks(read_receipts(home.root), now_local(), senders(unit_tables()["units"]))
    return sorted(map(str, asks))


def failed_pulls(home: Home) -> list[str]:
    """The windows that could not be fetched at the last look."""
    return sorted(read_json(home.pulls) or {})


def digest(sight: list[str]) -> str:
    """A sight in short."""
    return hashlib.sha256("\n".join(sight).encode()).hexdigest()[:16]


def ask_again(before: Mapping[str, Any], sight: list[str], now: float) -> dict[str, Any] | None:
    """The new memory when this sight is worth a run, else None: once, and again after a while, not for ever."""
    seen = digest(sight)
    if before.get("seen") != seen:
        return {"seen": seen, "asked": now, "times": 1}
    times = int(before["times"])
    if times > len(PATIENCE) or now - float(before["asked"]) < PATIENCE[times - 1]:
        return None
    return {"seen": seen, "asked": now, "times": times + 1}
