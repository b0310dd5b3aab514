"""Which files are new, decided without Dagster; and handing them to the door in the order they were received."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sources.door.intake import VIETNAM, Arrival, IntakeError, accept, find_arrivals
from sources.door.receipts import Receipt, read_receipts
from sources.registry import contracts

from pipelines.errors import LangsonError
from pipelines.files import read_json, sha256_of, write_json
from pipelines.home import Home, decisions_folder

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Offer:
    """A file of the inbox with what identifies it: its place in the inbox and its bytes."""

    arrival: Arrival
    place: str
    digest: str


def manifest_arrivals(inbox: Path, only_source: str | None = None) -> list[Arrival]:
    """The sandbox's deliveries with the moments its manifest gives them, in that order."""
    declared = json.loads((inbox / "manifest.json").read_text(encoding="utf-8"))
    found = [
        Arrival(inbox / entry["path"], entry["path"].split("/")[0], datetime.fromisoformat(entry["received_at"]))
        for entry in declared["deliveries"]
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


def new_offers(home: Home, inbox: Path, arrivals: Sequence[Arrival], origin: str) -> tuple[list[Offer], dict[str, Any]]:
    """The files not yet handed to the door, and the ledger entries of all of them.

    A file that stays in the inbox is one reception, however often it is looked at: without the ledger a superseded file
    that still lies there would come again at every run. It is offered again when its contract was fixed since, or when
    a person confirmed what was refused.
    """
    ledger: dict[str, dict[str, Any]] = read_json(home.ledger) or {}
    receipts = read_receipts(home.root)
    by_digest: dict[tuple[str, str], list[Receipt]] = {}
    for receipt in receipts:
        by_digest.setdefault((receipt.source_code, receipt.sha256), []).append(receipt)
    confirmed = _confirmed_digests()
    offers, entries = [], dict(ledger)
    for arrival in arrivals:
        place = f"{arrival.source_code}:{arrival.path.relative_to(inbox)}"
        if not arrival.path.is_file():
            raise LangsonError(f"không thấy tệp {arrival.path} | the file is not there")
        status = arrival.path.stat()
        # A simulation may write the same bytes again at another time; a person's copy is a new reception.
        stamp = 0 if origin == "sandbox" else status.st_mtime_ns
        known = ledger.get(place, {})
        same_stamp = known.get("stamp") == stamp and known.get("bytes") == status.st_size
        digest = known["sha256"] if same_stamp and origin != "sandbox" else sha256_of(arrival.path)
        entries[place] = {"stamp": stamp, "bytes": status.st_size, "sha256": digest}
        taken = by_digest.get((arrival.source_code, digest), [])
        seen = (same_stamp and known["sha256"] == digest) or any(_same_reception(receipt, arrival) for receipt in taken)
        stale = bool(taken) and not any(_current_contract(receipt) for receipt in taken)
        reconsidered = bool(taken) and taken[-1].outcome == "refused" and digest in confirmed
        if not seen or stale or reconsidered:
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
        raise LangsonError(f"không thấy thư mục {inbox} | there is no folder {inbox}")
    try:
        return find_arrivals(inbox, only_source), "inbox"
    except IntakeError as error:
        raise LangsonError(str(error)) from error


def take_in(
    home: Home, inbox: Path, only_source: str | None = None, on_progress: Progress | None = None
) -> list[Receipt]:
    """Hand every new file of the inbox to the door; returns the receipts it gave. Raises LangsonError."""
    arrivals, origin = arrivals_of(home, inbox, only_source)
    offers, entries = new_offers(home, inbox, arrivals, origin)
    receipts: list[Receipt] = []
    if offers or not home.receipts.exists():
        try:
            receipts = accept(home.root, [offer.arrival for offer in offers], origin, decisions_folder(), on_progress)
        except IntakeError as error:
            raise LangsonError(str(error)) from error
    if read_json(home.ledger) != entries:
        write_json(home.ledger, entries)
    return receipts


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
