"""Which files are new, decided without Dagster; and handing them to the door in the order they were received."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sources.door.intake import VIETNAM, IntakeError, accept, find_arrivals
from sources.door.reading import Arrival
from sources.door.receipts import Receipt, read_receipts
from sources.registry import contracts
from sources.transports.inbox import InboxFailed, Mark, Options, Seen, is_address, shown

from pipelines.errors import InboxUnreachable, LangsonError
from pipelines.files import read_json, sha256_of, write_json
from pipelines.home import Home, decisions_folder
from pipelines.pulls import fetch_all

if TYPE_CHECKING:
    from pipelines.sandbox_step import Servers

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Offer:
    """A file of the inbox with what identifies it: its place in the inbox and its bytes."""

    arrival: Arrival
    place: str
    digest: str


@dataclass
class Notes:
    """What an intake could not take: files still being written, and files that could not be fetched and why."""

    waiting: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


SETTLE = "LANGSON_INBOX_SETTLE_SECONDS"
"""How long a file must have been left alone; without it 30 for a server, 0 for a folder of this machine."""
_WAITING = "waiting "
"""Before the place of a file that was seen in the making, in the ledger."""


def manifest_arrivals(inbox: Path, only_source: str | None = None) -> list[Arrival]:
    """The sandbox's deliveries with the moments its manifest gives them, in that order."""
    declared = json.loads((inbox / "manifest.json").read_text(encoding="utf-8"))
    found = [
        Arrival(inbox / entry["path"], entry["path"].split("/")[0], datetime.fromisoformat(entry["received_at"]))
        for entry in declared["deliveries"]
        if "served" not in entry
    ]
    wanted = [arrival for arrival in found if only_source is None or arrival.source_code == only_source]
    return sorted(wanted, key=lambda arrival: (arrival.received_at or datetime.max, str(arrival.path)))


def _current_contract(receipt: Receipt) -> bool:
    source = contracts().get(receipt.source_code)
    dataset = source.datasets.get(receipt.dataset) if source else None
    # A file of no dataset was refused before a contract could be named: only a changed file is another matter.
    return dataset is None or receipt.contract_hash == dataset.contract_hash


def _confirmed_digests() -> frozenset[str]:
    path = decisions_folder() / "confirmations.yml"
    if not path.exists():
        return frozenset()
    import yaml

    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    entries = entries.get("confirmations") or [] if isinstance(entries, dict) else entries
    return frozenset(str(entry["sha256"]) for entry in entries if entry.get("sha256"))


class Ledger:
    """What is known of an inbox's files, and of what the door made of them."""

    def __init__(self, home: Home) -> None:
        self.entries: dict[str, dict[str, Any]] = read_json(home.ledger) or {}
        self._confirmed = _confirmed_digests()
        self._receipts: dict[tuple[str, str], list[Receipt]] = {}
        for receipt in read_receipts(home.root):
            self._receipts.setdefault((receipt.source_code, receipt.sha256), []).append(receipt)

    def receipts_of(self, source_code: str, digest: str) -> list[Receipt]:
        """The receipts of the same bytes, in their order."""
        return self._receipts.get((source_code, digest), [])

    def is_reconsidered(self, source_code: str, digest: str) -> bool:
        """Whether a contract was fixed since, or a person confirmed what was refused."""
        taken = self.receipts_of(source_code, digest)
        stale = bool(taken) and not any(_current_contract(receipt) for receipt in taken)
        return stale or (bool(taken) and taken[-1].outcome == "refused" and digest in self._confirmed)

    def settled(self) -> dict[str, Mark]:
        """The files that were handed over, but for those that are to be read again or hold a member that is."""
        again = {
            entry.get("archive", place)
            for place, entry in self.entries.items()
            if "sha256" in entry and self.is_reconsidered(place.partition(":")[0], entry["sha256"])
        }
        return {
            place: Mark(entry["bytes"], entry["stamp"], entry.get("etag", ""))
            for place, entry in self.entries.items()
            if "sha256" in entry and place not in again
        }

    def seen(self) -> dict[str, Seen]:
        """The files of servers as they were when they were last looked at, by their place there."""
        found = {}
        for place, mark in self.settled().items():
            if "from" in self.entries[place]:
                found[self.entries[place]["from"]] = Seen(mark)
        for place, entry in self.entries.items():
            if place.startswith(_WAITING):
                mark = Mark(entry["bytes"], entry["stamp"], entry["etag"])
                found[entry["from"]] = Seen(mark, entry["waits_since"])
        return found


@dataclass
class Gathered:
    """The files of one look: `places` of those that are copies, `told` of what the ledger keeps beside their bytes."""

    root: Path
    origin: str
    arrivals: list[Arrival]
    places: dict[Path, str] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    looked_below: str = ""
    """Which part of a server was looked at: what waited there and waits no more is forgotten."""

    def place(self, arrival: Arrival) -> str:
        return self.places.get(arrival.path) or f"{arrival.source_code}:{arrival.path.relative_to(self.root)}"

    def entries(self, offered: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """The ledger after this look."""
        done = {
            place: entry
            for place, entry in offered.items()
            if not (place.startswith(_WAITING) and self.looked_below and entry["from"].startswith(self.looked_below))
        }
        for place, told in self.told.items():
            done[place] = {**done.get(place, {}), **told}
        return done


def new_offers(
    home: Home,
    inbox: Path,
    arrivals: Sequence[Arrival],
    origin: str,
    places: Mapping[Path, str] = MappingProxyType({}),
) -> tuple[list[Offer], dict[str, Any]]:
    """The files not yet handed to the door, and the ledger entries of all of them.

    A file that stays in the inbox is one reception, however often it is looked at: without the ledger a superseded file
    that still lies there would come again at every run. It is offered again when its contract was fixed since, or when
    a person confirmed what was refused. `places` names those whose path is only that of a copy.
    """
    ledger = Ledger(home)
    offers, entries = [], dict(ledger.entries)
    for arrival in arrivals:
        place = places.get(arrival.path) or f"{arrival.source_code}:{arrival.path.relative_to(inbox)}"
        if not arrival.path.is_file():
            raise LangsonError(f"không thấy tệp {arrival.path} | the file is not there")
        status = arrival.path.stat()
        # A simulation may write the same bytes again at another time; a person's copy is a new reception.
        stamp = 0 if origin == "sandbox" else status.st_mtime_ns
        known = ledger.entries.get(place, {})
        same_stamp = known.get("stamp") == stamp and known.get("bytes") == status.st_size
        is_copy = arrival.path in places
        digest = known["sha256"] if same_stamp and origin != "sandbox" and not is_copy else sha256_of(arrival.path)
        after = arrival.path.stat()
        if (after.st_size, after.st_mtime_ns) != (status.st_size, status.st_mtime_ns):
            continue  # it was written to while it was read: its turn comes at the next look
        entries[place] = {"stamp": stamp, "bytes": status.st_size, "sha256": digest}
        taken = ledger.receipts_of(arrival.source_code, digest)
        seen = (same_stamp and known["sha256"] == digest) or any(_same_reception(receipt, arrival) for receipt in taken)
        if not seen or ledger.is_reconsidered(arrival.source_code, digest):
            offers.append(Offer(arrival, place, digest))
    return offers, entries


def _same_reception(receipt: Receipt, arrival: Arrival) -> bool:
    """Whether a receipt is of this very file: what a run that was killed had already handed over."""
    if receipt.file_name != arrival.path.name:
        return False
    if arrival.received_at is not None:
        return receipt.received_at == arrival.received_at
    modified = datetime.fromtimestamp(arrival.path.stat().st_mtime, VIETNAM)
    return receipt.file_modified_at == modified.replace(tzinfo=None, microsecond=0)


def arrivals_of(home: Home, inbox: Path, only_source: str | None = None) -> tuple[list[Arrival], str]:
    """Every file of an inbox and where it comes from; raises LangsonError for a folder of no source."""
    if only_source is not None and only_source not in contracts():
        raise LangsonError(
            f"không có nguồn {only_source}; các nguồn: {', '.join(contracts())} | there is no source {only_source}"
        )
    if inbox == home.inbox and (inbox / "manifest.json").exists():
        return manifest_arrivals(inbox, only_source), "sandbox"
    if not inbox.is_dir():
        raise InboxUnreachable(f"không thấy thư mục {inbox} | there is no folder {inbox}")
    try:
        return find_arrivals(inbox, only_source), "inbox"
    except IntakeError as error:
        raise InboxUnreachable(str(error)) from error


def take_in(
    home: Home,
    inbox: Path | str | None,
    only_source: str | None = None,
    on_progress: Progress | None = None,
    notes: Notes | None = None,
    options: Options | None = None,
    servers: "Servers | None" = None,
) -> list[Receipt]:
    """Hand every new file of the inbox, a folder or an address, and what is fetched to the door; gives its receipts.

    What could not be taken is told in `notes` and comes at the next look. `servers` are a simulation's that run
    already. Raises LangsonError.
    """
    notes = notes if notes is not None else Notes()
    # Copies lie outside the home: what they hold of persons must never be found there.
    with tempfile.TemporaryDirectory(prefix="langson-inbox-") as folder:
        if inbox is None:
            gathered = Gathered(Path(folder), "inbox", [])
        elif is_address(str(inbox)):
            gathered = _from_server(home, str(inbox), only_source, Path(folder), notes, options or _options(30))
        else:
            gathered = Gathered(folder_of(inbox), *_by_origin(home, folder_of(inbox), only_source))
            if gathered.origin == "inbox":
                gathered.arrivals = _left_alone(gathered, notes, options or _options(0))
        if gathered.origin == "inbox":
            _open_archives(home, gathered, Path(folder) / ".opened")
        offers, offered = new_offers(home, gathered.root, gathered.arrivals, gathered.origin, gathered.places)
        known = None if gathered.origin == "inbox" else Ledger(home).entries
        found = fetch_all(home, known, only_source, Path(folder) / "fetched", servers)
        notes.failed += [str(failure) for failure in found.failed]
        gathered.told |= found.told
        arrivals = [offer.arrival for offer in offers] + found.arrivals
        receipts: list[Receipt] = []
        if arrivals or not home.receipts.exists():
            try:
                receipts = accept(home.root, arrivals, gathered.origin, decisions_folder(), on_progress)
            except IntakeError as error:
                raise LangsonError(str(error)) from error
    entries = gathered.entries(offered)
    if read_json(home.ledger) != entries:
        write_json(home.ledger, entries)
    return receipts


def folder_of(inbox: Path | str) -> Path:
    """The folder that an inbox of this machine names."""
    return Path(str(inbox).removeprefix("file://")).expanduser().resolve()


def _options(seconds: float) -> Options:
    given = os.environ.get(SETTLE)
    try:
        return Options(settle_seconds=float(given) if given else seconds)
    except ValueError as error:
        raise LangsonError(f"{SETTLE} phải là số giây | must be a number of seconds") from error


def _by_origin(home: Home, inbox: Path, only_source: str | None) -> tuple[str, list[Arrival]]:
    arrivals, origin = arrivals_of(home, inbox, only_source)
    return origin, arrivals


def _left_alone(gathered: Gathered, notes: Notes, options: Options) -> list[Arrival]:
    """The files that nobody wrote to for a while, by the clock of the machine they lie on: ours."""
    kept = []
    for arrival in gathered.arrivals:
        if 0 <= options.clock() - arrival.path.stat().st_mtime < options.settle_seconds:
            notes.waiting.append(gathered.place(arrival))
        else:
            kept.append(arrival)
    return kept


def _from_server(
    home: Home, address: str, only_source: str | None, copies: Path, notes: Notes, options: Options
) -> Gathered:
    """Copies of what is new on a server."""
    from sources.transports.files import fetch

    if only_source is not None and only_source not in contracts():
        raise LangsonError(f"không có nguồn {only_source} | there is no source {only_source}")
    try:
        look = fetch(address, os.environ, Ledger(home).seen(), copies, only_source, options)
    except InboxFailed as error:
        raise InboxUnreachable(str(error)) from error
    below = f"{shown(address)}/{only_source}/" if only_source else f"{shown(address)}/"
    gathered = Gathered(copies, "inbox", [], looked_below=below)
    for one in look.fetched:
        place = f"{one.source_code}:{one.place}"
        gathered.arrivals.append(Arrival(one.path, one.source_code))
        gathered.places[one.path] = place
        modified = datetime.fromtimestamp(one.mark.modified / 1e9, VIETNAM).replace(tzinfo=None)
        gathered.told[place] = {"from": one.place, "etag": one.mark.etag, "modified": modified.isoformat()}
    for where, seen in look.waiting.items():
        mark = {"bytes": seen.mark.size, "stamp": seen.mark.modified, "etag": seen.mark.etag}
        gathered.told[f"{_WAITING}{where}"] = {"from": where, "waits_since": seen.waits_since, **mark}
    notes.waiting += sorted(look.waiting)
    notes.failed += [str(failure) for failure in look.failed]
    return gathered


def _open_archives(home: Home, gathered: Gathered, folder: Path) -> None:
    """Put the members of each archive in its place; one that cannot be opened goes to the door with the reason."""
    from sources.transports.archives import BrokenArchive, is_archive, open_archive

    settled = Ledger(home).settled()
    arrivals: list[Arrival] = []
    for number, arrival in enumerate(gathered.arrivals):
        if not is_archive(arrival.source_code, arrival.path):
            arrivals.append(arrival)
            continue
        place, status = gathered.place(arrival), arrival.path.stat()
        etag = gathered.told.get(place, {}).get("etag", "")
        if settled.get(place) == Mark(status.st_size, status.st_mtime_ns, etag):
            continue
        opened = folder / str(number)
        try:
            members = open_archive(arrival.path, opened)
        except BrokenArchive as error:
            arrivals.append(replace(arrival, fault=str(error)))
            continue
        entry = {"stamp": status.st_mtime_ns, "bytes": status.st_size, "sha256": sha256_of(arrival.path)}
        gathered.told[place] = {**gathered.told.get(place, {}), **entry}
        for member in members:
            within = f"{place}/{member.relative_to(opened)}"
            arrivals.append(Arrival(member, arrival.source_code))
            gathered.places[member] = within
            gathered.told[within] = {"archive": place}
    gathered.arrivals = arrivals


def months_of(receipts: Iterable[Receipt]) -> dict[tuple[str, str], set[str]]:
    """The months (yyyy-MM) that receipts touch, by source and dataset; a snapshot touches that of its closing date."""
    touched: dict[tuple[str, str], set[str]] = {}
    for receipt in receipts:
        if receipt.window_end is None or receipt.window_start is None:
            continue
        first = receipt.window_end if receipt.kind == "snapshot" else receipt.window_start
        months = touched.setdefault((receipt.source_code, receipt.dataset), set())
        year, month = first.year, first.month
        while (year, month) <= (receipt.window_end.year, receipt.window_end.month):
            months.add(f"{year}-{month:02d}")
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return touched
