"""The door: decides about each delivery in the order of reception, and is the only writer of the landing.

Reading and typing may run in several processes; deciding is one after the other, because what stands decides what
shrinks.
"""

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from sources.door.batches import land_rows
from sources.door.personal import KeyError_, fingerprint, load_key
from sources.door.prepare import Prepared, as_json, connect, sha256_of
from sources.door.reading import Arrival, prepare_all
from sources.door.receipts import Receipt, read_receipts, write_parquet, write_receipts
from sources.door.rows import LANDING_REJECTS_SCHEMA, landed_schema
from sources.door.standing import Standing
from sources.door.window import Window
from sources.registry import contracts
from sources.transports.inbox import is_half_written

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SHRUNK = (60, 100)
"""A delivery below this share of the standing one is refused until a person confirms it (design, section 4)."""
SMALLEST_COMPARED = {"resend": 5, "snapshot": 20, "month_before": 100}
"""Fewer standing rows say nothing (2026-11): of 100 rows a month, chance makes less than 60 once in 1,000 months."""
_MUST_BE_CONFIRMED = "must be confirmed"
_BATCH = 64
"""Receipts are written every so many deliveries: what a crash loses is read again."""


class IntakeError(Exception):
    """The home cannot take this intake at all; the text says why, Vietnamese first."""


def now_local() -> datetime:
    """Vietnam local time without zone, to the second: the only clock of the product."""
    return datetime.now(VIETNAM).replace(tzinfo=None, microsecond=0)


def find_arrivals(inbox: Path, only_source: str | None = None) -> list[Arrival]:
    """Every file under `inbox/<source_code>/`, in name order, but hidden and half-written (`.part`, `.tmp`) ones.

    Raises IntakeError when a folder is no known source.
    """
    known = contracts()
    arrivals = []
    for folder in sorted(path for path in inbox.iterdir() if path.is_dir() and not path.name.startswith(".")):
        if folder.name not in known:
            raise IntakeError(
                f"thư mục {folder.name}/ không phải nguồn nào; các nguồn: {', '.join(known)} | "
                f"folder {folder.name}/ is no source; the sources are: {', '.join(known)}"
            )
        if only_source is None or folder.name == only_source:
            arrivals += [
                Arrival(path, folder.name)
                for path in sorted(folder.rglob("*"))
                if path.is_file() and not is_half_written(str(path.relative_to(folder)))
            ]
    return arrivals


def was_shrunk(reason: str) -> bool:
    """Whether a receipt's reason is that the delivery shrank: what a person may confirm."""
    return reason.endswith(_MUST_BE_CONFIRMED)


def _confirmed_hashes(decisions: Path | None) -> frozenset[str]:
    """Content hashes of shrunken deliveries that a person confirmed."""
    path = decisions / "confirmations.yml" if decisions else None
    if path is None or not path.exists():
        return frozenset()
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    entries = entries.get("confirmations", []) if isinstance(entries, dict) else entries
    return frozenset(entry["sha256"] for entry in entries or [] if entry.get("what") == "shrink")


class Door:
    """One home's door for one intake."""

    def __init__(self, home: Path, origin: str, decisions: Path | None = None) -> None:
        self.home = home
        self.origin = origin
        self.standing = Standing(read_receipts(home))
        self._confirmed = _confirmed_hashes(decisions)
        origins = {receipt.origin for receipt in self.standing.receipts}
        if origins - {origin}:
            raise IntakeError(
                f"kho tiếp nhận này đã có dữ liệu '{origins.pop()}', không nhận '{origin}'; hãy dùng --home khác | "
                f"this landing holds other data and takes no '{origin}' deliveries; use another --home"
            )
        try:
            self.key = load_key(home, origin)
        except KeyError_ as error:
            raise IntakeError(str(error)) from error
        fingerprints = {receipt.key_fingerprint for receipt in self.standing.receipts}
        if fingerprints - {fingerprint(self.key)}:
            raise IntakeError(
                "khóa băm khác khóa của kho tiếp nhận; người trùng sẽ không nhận ra nhau | "
                "the hash key is not the one this landing was made with: one person would become two"
            )

    # --- what stands -------------------------------------------------------------------------------------------

    def is_known(self, arrival: Arrival, digest: str) -> bool:
        """Whether the same bytes, name and contract already stand, or were already refused: then nothing need be read.

        The name counts because it may say the part and the window; the same bytes under another name are read again.
        """
        receipt = self.standing.of_bytes(digest, arrival.source_code, arrival.path.name)
        if receipt is None:
            return False
        contract = contracts()[arrival.source_code].datasets.get(receipt.dataset)
        if receipt.contract_hash != (contract.contract_hash if contract else "-"):
            return False
        if receipt.outcome == "refused":
            return digest not in self._confirmed or receipt.dataset == "-"
        return self.standing.like(receipt) is receipt

    def _shrunk_against(self, new: Receipt) -> tuple[Receipt, int] | None:
        """The delivery that makes this one look cut short, and the fewest rows that would not."""
        resent = self.standing.like(new)
        before = resent or self.standing.before(new)
        if before is None:
            return None
        why = "resend" if resent else ("snapshot" if new.kind == "snapshot" else "month_before")
        share, whole = SHRUNK
        if before.rows_landed < SMALLEST_COMPARED[why] or new.rows_landed * whole >= before.rows_landed * share:
            return None
        return before, -(-before.rows_landed * share // whole)

    # --- deciding ----------------------------------------------------------------------------------------------

    def moment_of(self, arrival: Arrival, clock: datetime) -> datetime:
        """When this delivery, the next one, is received.

        A simulation gives the moment. Of real deliveries each is later than all before it, by a microsecond where the
        clock says no more: the newest of a kind is then the same one for the door, the warehouse, and who is told.
        """
        newest = self.standing.newest
        if arrival.received_at is not None:
            return max(arrival.received_at, newest or arrival.received_at)
        return max(clock, newest + timedelta(microseconds=1)) if newest else clock

    def decide(self, prepared: Prepared, moment: datetime) -> Receipt | None:
        """Accept or refuse one prepared delivery; its rows are put in their place, its receipt waits to be written.

        None when the same bytes under the same contract already stand for that part and window.
        """
        window = prepared.window
        contract = contracts()[prepared.source_code].datasets.get(prepared.dataset)
        if contract and window is None and "received" in contract.window:
            window = Window(moment.date(), moment.date())
        receipt = Receipt(
            delivery_id="",
            source_code=prepared.source_code,
            dataset=prepared.dataset,
            part=prepared.part,
            file_name=prepared.path.name,
            window_start=window.start if window else None,
            window_end=window.end if window else None,
            received_at=moment,
            file_modified_at=_modified(prepared.path) if self.origin == "inbox" else None,
            sha256=prepared.sha256,
            contract_hash=prepared.contract_hash,
            outcome="accepted",
            reason="",
            rows_read=prepared.rows_read,
            rows_landed=prepared.rows_landed,
            rows_rejected=prepared.rejects.num_rows,
            rows_excluded=sum(prepared.excluded.values()),
            excluded_by_rule=as_json(prepared.excluded),
            rejected_by_rule=as_json(_by_rule(prepared)),
            kind=prepared.kind,
            landing_path="",
            origin=self.origin,
            key_fingerprint=fingerprint(self.key),
        )
        identity = "|".join(map(str, (*receipt.place, receipt.sha256, receipt.contract_hash, moment.isoformat())))
        receipt = replace(receipt, delivery_id=hashlib.sha256(identity.encode()).hexdigest()[:16])
        standing = self.standing.like(receipt)
        if standing and (standing.sha256, standing.contract_hash) == (receipt.sha256, receipt.contract_hash):
            if prepared.rows:
                prepared.rows.unlink()
            return None
        reason = prepared.refusal
        if not reason and window is None:
            reason = (
                "không rõ kỳ của dữ liệu: cần «Từ ngày … đến ngày …» hay «Tính đến ngày …» ở "
                "tiêu đề, hoặc ngày trong tên tệp | "
                "no window: the title or the file name must say which dates it covers"
            )
        if not reason and prepared.sha256 not in self._confirmed and (shrunk := self._shrunk_against(receipt)):
            before, fewest = shrunk
            reason = (
                f"chỉ còn {receipt.rows_landed} dòng hợp lệ, bản trước ({before.file_name}) có {before.rows_landed}; "
                f"dưới {fewest} dòng thì phải xác nhận | only {receipt.rows_landed} good rows where the delivery "
                f"before had {before.rows_landed}; fewer than {fewest} {_MUST_BE_CONFIRMED}"
            )
        if reason:
            # Nothing of a refused delivery is landed: what it held counts as rejected, so that the sum still holds.
            receipt = replace(
                receipt, outcome="refused", reason=reason, rows_landed=0, rows_excluded=0, excluded_by_rule="{}",
                rows_rejected=receipt.rows_read, rejected_by_rule=as_json({"refused_delivery": receipt.rows_read}),
            )  # fmt: skip
            if prepared.rows:
                prepared.rows.unlink()
        else:
            receipt = self._land(prepared, receipt)
        self.standing.add(receipt)
        return receipt

    def _land(self, prepared: Prepared, receipt: Receipt) -> Receipt:
        assert receipt.window_end is not None and prepared.rows is not None
        folder = Path("landing") / receipt.source_code / receipt.dataset / f"part={receipt.part}"
        path = folder / f"period={receipt.window_end:%Y-%m}" / f"{receipt.delivery_id}.parquet"
        land_rows(prepared.rows, self.home / path, receipt.delivery_id)
        prepared.rows.unlink()
        if prepared.rejects.num_rows:
            rejects = prepared.rejects.set_column(
                0, "delivery_id", _constant(receipt.delivery_id, prepared.rejects.num_rows)
            )
            name = f"{receipt.delivery_id}.parquet"
            write_parquet(self.home / "landing/rejects" / receipt.source_code / receipt.dataset / name, rejects)
        return replace(receipt, landing_path=str(path))

    def save(self) -> None:
        """Write the receipts: from here on what was landed exists."""
        write_receipts(self.home, self.standing.receipts)


def ensure_schemas(home: Path) -> None:
    """An empty file of the contract's types in every dataset, so that nothing received is still readable."""
    for (source_code, name), wanted in _empty_tables().items():
        path = home / "landing" / source_code / name / "_schema.parquet"
        if not path.exists() or not pq.read_schema(path).equals(wanted.schema):
            write_parquet(path, wanted)
    rejects = home / "landing" / "rejects" / "_schema.parquet"
    if not rejects.exists():
        write_parquet(rejects, LANDING_REJECTS_SCHEMA.empty_table())
    if not (home / "landing" / "receipts.parquet").exists():
        write_receipts(home, [])


@cache
def _empty_tables() -> dict[tuple[str, str], pa.Table]:
    """For each source's datasets a table of no rows, with the types that DuckDB gives to the landed columns."""
    found = {}
    with connect() as engine:
        for source in contracts().values():
            for name, contract in source.datasets.items():
                engine.execute(f"create or replace temp table empty ({landed_schema(contract)})")
                found[source.code, name] = engine.execute("from empty").to_arrow_table()
    return found


def accept(
    home: Path,
    files: Iterable[Arrival],
    origin: str,
    decisions: Path | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> list[Receipt]:
    """Take the new deliveries in order of reception; returns the receipts of this intake only.

    The same bytes as a standing (or already refused) delivery under the same contract are passed over.
    Raises IntakeError.
    """
    home.mkdir(parents=True, exist_ok=True)
    door = Door(home, origin, decisions)
    ensure_schemas(home)
    clock = now_local()
    queue = sorted(files, key=partial(_turn, clock))
    digests = [sha256_of(arrival.path) for arrival in queue]
    # What is already known needs no reading now; bytes that come twice in one intake are judged when their turn comes.
    unread = [not door.is_known(arrival, digest) for arrival, digest in zip(queue, digests, strict=True)]
    new = [item for item, fresh in zip(zip(queue, digests, strict=True), unread, strict=True) if fresh]
    taken: list[Receipt] = []
    with tempfile.TemporaryDirectory(dir=home, prefix=".door-") as scratch:
        prepared = prepare_all([arrival for arrival, _ in new], door.key, Path(scratch))
        for number, ((arrival, digest), ready) in enumerate(zip(new, prepared, strict=True), start=1):
            if on_progress:
                on_progress(number, len(new), arrival.path.name)
            if door.is_known(arrival, digest):
                if ready.rows:
                    ready.rows.unlink()
                continue
            receipt = door.decide(ready, door.moment_of(arrival, clock))
            if receipt is None:
                continue
            taken.append(receipt)
            if len(taken) % _BATCH == 0:
                door.save()
        if taken:
            door.save()
    return taken


def _turn(clock: datetime, arrival: Arrival) -> tuple[datetime, str, datetime, str]:
    """What orders the files of one look: of one source, the one that was changed later is received later.

    Within a second names decide, without their endings: «… (2)» is newer than the file it was sent after.
    """
    if arrival.received_at is not None:
        return arrival.received_at, arrival.source_code, clock, arrival.path.name
    return clock, arrival.source_code, _modified(arrival.path), arrival.path.stem


def _by_rule(prepared: Prepared) -> dict[str, int]:
    if not prepared.rejects.num_rows:
        return {}
    counts = prepared.rejects.group_by("rule").aggregate([("rule", "count")]).to_pylist()
    return {row["rule"]: row["rule_count"] for row in counts}


def _constant(text: str, length: int) -> pa.Array:
    return pa.repeat(pa.scalar(text), length)


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, VIETNAM).replace(tzinfo=None, microsecond=0)
