"""The records of one window on disk: however many there are, memory stays that of a page."""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sources.transports.model import Place
from sources.transports.rest_json import as_utf8, at, canonical
from sources.transports.rest_paging import Received


class Spool:
    """Takes pages of records and writes them out in the order of their keys.

    A record equal to one that is there is kept once; one with the same key and other content is kept beside it: which
    of them holds is decided where deliveries are put together.
    """

    def __init__(self, folder: Path, key: tuple[Place, ...]) -> None:
        self._path = folder / ".records.sqlite"
        self._path.unlink(missing_ok=True)
        self._key = key
        self._pages = self._rows = self._again_on_page = self._again_later = 0
        self._store = sqlite3.connect(self._path, isolation_level=None)
        for statement in (
            "pragma journal_mode = off",
            "pragma synchronous = off",
            "pragma cache_size = -16000",
            "create table record (key blob, digest blob, page integer, content blob)",
            "create unique index by_key on record (key, digest)",
            "begin",
        ):
            self._store.execute(statement)

    def close(self) -> None:
        """Forget everything."""
        self._store.close()
        self._path.unlink(missing_ok=True)

    def add(self, rows: Sequence[object]) -> bytes:
        """Take one page; returns what stands for its content."""
        self._pages += 1
        self._rows += len(rows)
        page: dict[tuple[bytes, bytes], bytes] = {}
        whole = hashlib.sha256()
        for row in rows:
            content = canonical(row)
            digest = hashlib.sha256(content).digest()
            named = [_text(value) for place in self._key if (value := at(row, place)) is not None]
            # Where a field of the key is missing (renamed?), nothing but its content tells one record from another.
            key = as_utf8("\x1f".join(named)) if len(named) == len(self._key) else digest
            page[key, digest] = content
            whole.update(digest)
        self._again_on_page += len(rows) - len(page)
        before = self._store.total_changes
        self._store.executemany(
            "insert or ignore into record values (?, ?, ?, ?)",
            ((key, digest, self._pages, content) for (key, digest), content in page.items()),
        )
        self._again_later += len(page) - (self._store.total_changes - before)
        return whole.digest()

    @property
    def repeated(self) -> int:
        """Records that came again unchanged."""
        return self._again_on_page + self._again_later

    def changed(self) -> int:
        """Keys that came with several contents."""
        return self._count("select count(*) from (select 1 from record group by key having count(*) > 1)")

    def received(self) -> Received:
        """What came, counted."""
        keys = self._count("select count(distinct key) from record")
        changed = 0
        if self._count("select count(*) from record") > keys:
            changed = self._count(
                "select count(*) from (select 1 from record group by key having min(page) < max(page))"
            )
        return Received(self._rows, keys, self._again_later, changed)

    def _count(self, query: str) -> int:
        return int(self._store.execute(query).fetchone()[0])

    def write(self, path: Path, place: Place) -> tuple[int, str]:
        """Write all records as one JSON file, the list at a dotted place; returns their number and the file's hash."""
        *around, name = place.split(".")
        whole = hashlib.sha256()
        count = self._count("select count(*) from record")
        head = "".join(f"{{{canonical(level).decode()}:" for level in around) + f"{{{canonical(name).decode()}:["
        tail = f'],"totalCount":{count}}}' + "}" * len(around) + "\n"
        with path.open("wb") as file:

            def put(piece: bytes) -> None:
                file.write(piece)
                whole.update(piece)

            put(head.encode())
            between = b"\n"
            for (content,) in self._store.execute("select content from record order by key, digest"):
                put(between + content)
                between = b",\n"
            put(b"\n" + tail.encode() if count else tail.encode())
        return count, whole.hexdigest()


def _text(value: object) -> str:
    """A number and the same number as text are one key: an interface may write it either way."""
    return value if isinstance(value, str) else canonical(value).decode()
