"""The receipts of a home and what of them stands, found at once: the door asks for each delivery what came before."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sources.door.receipts import Receipt

_SAME_LENGTH_DAYS = 3
"""Months differ by so many days at most; windows of other lengths are not compared."""


class Standing:
    """All receipts in their order, with an index for every question the door has."""

    def __init__(self, receipts: Iterable[Receipt]) -> None:
        self.receipts: list[Receipt] = []
        self.newest: datetime | None = None
        """The latest moment of reception."""
        self._of_bytes: dict[tuple[str, str, str], Receipt] = {}
        self._at_place: dict[tuple[str, str, str, date | None, date | None], Receipt] = {}
        self._of_part: dict[tuple[str, str, str], list[Receipt]] = {}
        for receipt in receipts:
            self.add(receipt)

    def add(self, receipt: Receipt) -> None:
        """One more receipt, the newest."""
        self.receipts.append(receipt)
        self.newest = max(self.newest or receipt.received_at, receipt.received_at)
        self._of_bytes[receipt.sha256, receipt.source_code, receipt.file_name] = receipt
        if receipt.outcome == "accepted":
            self._at_place[receipt.place] = receipt
            self._of_part.setdefault((receipt.source_code, receipt.dataset, receipt.part), []).append(receipt)

    def of_bytes(self, sha256: str, source_code: str, file_name: str) -> Receipt | None:
        """The newest receipt of the same bytes under the same name."""
        return self._of_bytes.get((sha256, source_code, file_name))

    def like(self, receipt: Receipt) -> Receipt | None:
        """The newest accepted delivery of the same source, dataset, part and window."""
        return self._at_place.get(receipt.place)

    def before(self, new: Receipt) -> Receipt | None:
        """The part's snapshot or month just before; windows of other lengths are not compared."""
        if new.window_start is None or new.window_end is None:
            return None
        for receipt in reversed(self._of_part.get((new.source_code, new.dataset, new.part), [])):
            if receipt.window_end is None or receipt.window_start is None:
                continue
            if new.kind == "snapshot" and receipt.window_end < new.window_end:
                return receipt
            length = new.window_end - new.window_start
            other = receipt.window_end - receipt.window_start
            follows = receipt.window_end == new.window_start - timedelta(days=1)
            if follows and abs((length - other).days) <= _SAME_LENGTH_DAYS:
                return receipt
        return None
