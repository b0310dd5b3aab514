"""Fetching what is fetched: which windows are due, asking the transports for them, and what could not be had.

A pull that fails leaves nothing behind: its window stays open, is asked for again at the next look, and until then its
months are not covered, so nothing short is ever taken for whole.
"""

import json
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sources.contract import Dataset, SourceContract
from sources.door.intake import now_local
from sources.door.reading import Arrival
from sources.door.receipts import Receipt, read_receipts
from sources.door.window import Window, month_window
from sources.registry import contracts, due_at, months_until, parts_of
from sources.transports.base import Ask, Pulled, PullFailed

from pipelines.files import read_json, sha256_of, write_json
from pipelines.home import Home

if TYPE_CHECKING:
    from sources.transports.rest import RestSession
    from sources.transports.sql import SqlSession

    from pipelines.sandbox_step import Servers


@dataclass
class Fetched:
    """The deliveries of one look, each in a folder of its own, and what could not be had."""

    arrivals: list[Arrival] = field(default_factory=list)
    failed: list[PullFailed] = field(default_factory=list)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the ledger keeps of a simulation's answers."""


class Sessions:
    """The transports' sessions of one look: one login a platform, one moment a database."""

    def __init__(self, environment: Mapping[str, str], pause: Callable[[float], None] = time.sleep) -> None:
        self._environment, self._pause = environment, pause
        self._stack = ExitStack()
        self._rest: dict[tuple[str, str], RestSession] = {}
        self._sql: dict[str, SqlSession] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def pull(self, ask: Ask, folder: Path) -> Pulled:
        """Fetch one delivery into a folder; raises PullFailed."""
        pull = contracts()[ask.source_code].datasets[ask.dataset].pull
        if pull is None:
            raise PullFailed(ask, "not_configured", "bộ số liệu này không tự lấy", "this dataset is not fetched")
        if pull.rest is not None:
            from sources.transports.rest import RestSession

            name = ask.source_code, ask.dataset
            if name not in self._rest:
                self._rest[name] = self._stack.enter_context(RestSession(pull.rest, self._environment, self._pause))
            return self._rest[name].pull(ask, folder)
        from sources.transports.sql import SqlSession

        assert pull.sql is not None
        if pull.sql.address not in self._sql:
            session = SqlSession(pull.sql.address, self._environment, self._pause)
            self._sql[pull.sql.address] = self._stack.enter_context(session)
        return self._sql[pull.sql.address].pull(ask, pull.sql, folder)


@dataclass(frozen=True)
class Simulated:
    """One answer a simulation's manifest tells to fetch, and the moment of it."""

    ask: Ask
    moment: datetime

    @property
    def place(self) -> str:
        """What the ledger knows it by."""
        return f"{self.ask.source_code}:{self.ask} {self.moment.isoformat()}"


def simulated_pulls(inbox: Path, receipts: Iterable[Receipt], ledger: Collection[str]) -> list[Simulated]:
    """The answers of a simulation that were not handed over yet, in the order of their moments."""
    told = json.loads((inbox / "manifest.json").read_text(encoding="utf-8"))["deliveries"]
    # What a run that was killed had already handed over is known by its name and moment.
    handed_over = {(receipt.source_code, receipt.file_name, receipt.received_at) for receipt in receipts}
    found = []
    for entry in told:
        if "served" not in entry:
            continue
        source_code, served = entry["path"].split("/")[0], entry["served"]
        window = Window(date.fromisoformat(served["start"]), date.fromisoformat(served["end"]))
        ask = Ask(source_code, served["dataset"], served["part"], window)
        pull = Simulated(ask, datetime.fromisoformat(entry["received_at"]))
        if pull.place not in ledger and (source_code, file_name(ask), pull.moment) not in handed_over:
            found.append(pull)
    return sorted(found, key=lambda pull: (pull.moment, pull.place))


def file_name(ask: Ask) -> str:
    """The name its contract gives to a delivery that is fetched."""
    pull = contracts()[ask.source_code].datasets[ask.dataset].pull
    assert pull is not None, f"{ask.source_code}.{ask.dataset} is not fetched"
    return ask.file_name(pull.file)


def fetch_all(
    home: Home, known: Collection[str] | None, only_source: str | None, folder: Path, running: "Servers | None" = None
) -> Fetched:
    """What systems that are asked over the network have. Of a simulation `known` holds what the ledger knows of it."""
    if known is None:
        return fetch_due(home, only_source, folder)
    pulls = [
        pull
        for pull in simulated_pulls(home.inbox, read_receipts(home.root), known)
        if only_source in (None, pull.ask.source_code)
    ]
    return fetch_simulated(home, pulls, folder, running)


def fetch_simulated(home: Home, pulls: Sequence[Simulated], folder: Path, running: "Servers | None" = None) -> Fetched:
    """Ask the sandbox's own servers, each at its moment; starts and stops them unless they run already."""
    from pipelines.sandbox_step import serving

    found = Fetched()
    if not pulls:
        return found
    with nullcontext(running) if running else serving(home, {pull.ask.source_code for pull in pulls}) as servers:
        for moment, together in groupby(pulls, key=lambda pull: pull.moment):
            servers.set_clock(moment)
            pulls_now = list(together)
            asks = [pull.ask for pull in pulls_now]
            answered = fetch(asks, servers.environment(), folder / f"{moment:%Y%m%d%H%M%S}", moment, _at_once)
            found.arrivals += answered.arrivals
            found.failed += answered.failed
            missed = {failure.ask for failure in answered.failed}
            had = [pull for pull in pulls_now if pull.ask not in missed]
            for pull, arrival in zip(had, answered.arrivals, strict=True):
                size = arrival.path.stat().st_size
                found.told[pull.place] = {"sha256": sha256_of(arrival.path), "stamp": 0, "bytes": size}
    return found


def _at_once(_seconds: float) -> None:
    """The clock of a simulation stands still: waiting for a server to recover would change nothing."""


def fetch_due(home: Home, only_source: str | None, folder: Path) -> Fetched:
    """Everything that is due, of the systems whose address is known here; keeps what failed for people to see."""
    from sources.units import unit_tables

    from pipelines.definitions_step import senders

    asks = due_asks(read_receipts(home.root), now_local(), senders(unit_tables()["units"]), only_source)
    found = fetch(asks, os.environ, folder)
    before = read_json(home.pulls) or {}
    kept = {name: told for name, told in before.items() if only_source and not name.startswith(f"{only_source}.")}
    now = now_local().isoformat()
    failed = {
        str(failure.ask): {
            "since": before.get(str(failure.ask), {}).get("since", now), "cause": failure.cause,
            "vi": failure.vi, "en": failure.en,
        }
        for failure in found.failed
    }  # fmt: skip
    if kept | failed != before:
        write_json(home.pulls, kept | failed)
    return found


def fetch(
    asks: Iterable[Ask],
    environment: Mapping[str, str],
    folder: Path,
    moment: datetime | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Ask for each window in turn. `moment` and `pause` are given by a simulation; else the door reads its clock."""
    found = Fetched()
    with Sessions(environment, pause) as sessions:
        for number, ask in enumerate(asks):
            place = folder / f"{number:04d}"
            place.mkdir(parents=True)
            try:
                pulled = sessions.pull(ask, place)
                if not pulled.rows and contracts()[ask.source_code].datasets[ask.dataset].kind == "snapshot":
                    # An empty state is not zero of everything: the closing has not been made yet.
                    raise PullFailed(ask, "incomplete", "chưa có dòng nào của ngày chốt", "no row of that closing date")
            except PullFailed as failure:
                found.failed.append(failure)
            else:
                found.arrivals.append(Arrival(pulled.path, ask.source_code, moment))
    return found


def reachable(environment: Mapping[str, str] = os.environ) -> Iterator[tuple[SourceContract, str, Dataset]]:
    """The datasets whose system's address is known here."""
    for source in contracts().values():
        for name, dataset in source.datasets.items():
            if dataset.pull is not None and environment.get(dataset.pull.address):
                yield source, name, dataset


def due_asks(
    receipts: Sequence[Receipt],
    now: datetime,
    senders: Mapping[str, Sequence[str]],
    only_source: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> list[Ask]:
    """What is to be asked for now: the open month's days so far, months still in their grace, and months not yet had.

    `senders` gives the unit codes of each level that may stand in a contract's `parts`. A system is asked from the
    first month its contract allows on, so a new installation fills itself.
    """
    asks = []
    for source, name, dataset in reachable(environment):
        if only_source is not None and source.code != only_source:
            continue
        had = [receipt for receipt in receipts if (receipt.source_code, receipt.dataset) == (source.code, name)]
        for part in parts_of(dataset, senders):
            mine = [receipt for receipt in had if receipt.part == part and receipt.outcome == "accepted"]
            # What was read under another contract is asked for again: its answer is read anew.
            current = [receipt for receipt in mine if receipt.contract_hash == dataset.contract_hash]
            asks += [
                Ask(source.code, name, part, window)
                for window in _due_windows(dataset, date.fromisoformat(source.earliest), current, now)
            ]
    return asks


def _due_windows(dataset: Dataset, earliest: date, had: Collection[Receipt], now: datetime) -> Iterator[Window]:
    """Whole months that ended; of events also the days of the running month that are over."""
    yesterday = now.date() - timedelta(days=1)
    for month in months_until(yesterday):
        if month < earliest.replace(day=1):
            continue
        whole = month_window(month.year, month.month)
        asked = Window(whole.end, whole.end) if dataset.kind == "snapshot" else Window(month, min(whole.end, yesterday))
        if whole.end > yesterday:
            if dataset.kind != "snapshot":
                yield asked
            continue
        is_had = any((receipt.window_start, receipt.window_end) == (asked.start, asked.end) for receipt in had)
        # What arrives within the grace may still be corrected at its source without anybody saying so.
        if not is_had or now <= due_at(whole.end, dataset.grace_working_days) + timedelta(days=1):
            yield asked
