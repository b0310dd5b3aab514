"""Invoice and registration messages (XML of QĐ 1450/QĐ-TCT), alone or by the thousand in a zip: one row per document.

Here the documents of a delivery are shared out between the fast way (``xml_batches``) and the strict one
(``xml_strict``) and put together again in their own order. What each kind holds is said in ``xml_kinds``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sources.formats.base import GROUP, LABEL, REJECTS_SCHEMA, ROW_NUMBER, FormatError, Limits, RawTable, no_skips
from sources.formats.limits import check_size, check_zip
from sources.formats.xml_batches import BatchResult, Shape, read_batch, shape_of
from sources.formats.xml_kinds import ELEMENT_KINDS, FIELDS, belongs, header_for
from sources.formats.xml_strict import Document, Unreadable, coalesced, prepare, read_strictly
from sources.formats.zip_members import MAX_DOCUMENT_BYTES, Member, read_members

_BATCH_BYTES = 2 * 1024 * 1024  # of unpacked documents of one shape: what bounds memory, whatever the size of the zip
_ITEMS_PER_MESSAGE = 1 << 32  # order key = message * this + item


def read_xml(path: Path, limits: Limits, kinds: Collection[str]) -> RawTable:
    """One XML file: a row per document of these kinds.

    Raises FormatError when it cannot be read or holds no document of these kinds, naming what it is instead.
    """
    header_for(kinds)
    check_size(path, limits)
    if path.stat().st_size > MAX_DOCUMENT_BYTES:
        raise FormatError(
            f"Tài liệu XML lớn hơn {MAX_DOCUMENT_BYTES} byte | The XML document is over {MAX_DOCUMENT_BYTES} bytes"
        )
    reading = _Reading(limits, frozenset(kinds))
    reading.take_all([Member("", path.read_bytes())])
    table = reading.table({}, labelled=False)
    if not table.rows.num_rows:
        raise FormatError(table.rejects.column("expected")[0].as_py())
    return table


def read_xml_zip(path: Path, limits: Limits, kinds: Collection[str]) -> RawTable:
    """A zip of XML files: a row per document of these kinds, every other member a rejected row under its name.

    Raises FormatError for a container that is damaged, hostile or without anything to read, and when all that is
    in it are documents of other kinds.
    """
    header_for(kinds)
    check_zip(path, limits)
    reading = _Reading(limits, frozenset(kinds))
    skipped: dict[str, int] = {}
    reading.take_all(read_members(path, skipped))
    table = reading.table(skipped, labelled=True)
    if table.rows.num_rows:
        return table
    if not table.rejects.num_rows:
        raise FormatError("Tệp nén không có tài liệu nào | The container has no documents")
    rules = set(table.rejects.column("rule").to_pylist())
    if rules == {"other_kind"}:
        raise FormatError(table.rejects.column("expected")[0].as_py())
    return table


@dataclass
class _Batch:
    """Documents of one shape on their way to the parser, with their numbers in the delivery."""

    shape: Shape
    numbers: list[int] = field(default_factory=list)
    documents: list[bytes] = field(default_factory=list)
    size: int = 0


@dataclass
class _Reading:
    """The state of reading one delivery: what has been taken, and what came of it."""

    limits: Limits
    kinds: frozenset[str]
    names: list[str] = field(default_factory=list)  # of every member taken, by its number
    answered: int = 0  # messages that gave rows or rejects: at the end all of them
    keys: list[np.ndarray] = field(default_factory=list)
    parts: list[list[pa.Array]] = field(default_factory=list)
    rejected: list[tuple[int, int, str, str, str]] = field(default_factory=list)  # message, item, rule, expected, text

    def take_all(self, members: Iterable[Member]) -> None:
        """Read every member, a batch at a time.

        In one thread on purpose: unpacking in one and parsing in another gained nothing when measured on two cores.
        """
        header = header_for(self.kinds)
        for batch in self._batches(members):
            self._collect(header, batch)
        if self.answered != len(self.names):
            raise AssertionError(f"{len(self.names)} documents taken, {self.answered} answered for")

    def _batches(self, members: Iterable[Member]) -> Iterator[_Batch]:
        """Documents by shape, a few megabytes at a time; what cannot go into a batch is settled on the way."""
        gathering: dict[Shape, _Batch] = {}
        wanted = {element for element in FIELDS if element not in ELEMENT_KINDS or ELEMENT_KINDS[element] in self.kinds}
        for number, member in enumerate(members):
            self.names.append(member.name)
            if member.rule:
                self._reject(number, 0, member.rule, member.reason, "")
                self.answered += 1
                continue
            try:
                data, start = prepare(member.data)
            except Unreadable as error:
                self._reject(number, 0, "unreadable_document", error.reason, "")
                self.answered += 1
                continue
            body = data[start:].rstrip()
            shape = shape_of(body)
            if shape is None:
                self._strictly(number, data)
                continue
            if shape.element not in wanted:
                kind = ELEMENT_KINDS.get(shape.element, shape.element)
                self._reject(number, 0, "other_kind", belongs(kind), kind)
                self.answered += 1
                continue
            batch = gathering.get(shape)
            if batch is None:
                batch = gathering[shape] = _Batch(shape)
            batch.numbers.append(number)
            batch.documents.append(body)
            batch.size += len(body)
            if batch.size >= _BATCH_BYTES:
                yield gathering.pop(shape)
        yield from gathering.values()

    def _collect(self, header: tuple[str, ...], batch: _Batch) -> None:
        messages = np.array(batch.numbers, dtype=np.int64)
        for offset, result in read_batch(batch.shape, batch.documents, self.limits):
            if len(result.positions):
                positions = messages[result.positions + offset]
                self._keep(header, batch.shape, positions, result)
                self.answered += len(np.unique(positions))
            for position in result.doubtful:
                self._strictly(batch.numbers[position + offset], batch.documents[position + offset])

    def _keep(self, header: tuple[str, ...], shape: Shape, messages: np.ndarray, result: BatchResult) -> None:
        wanted = pc.is_in(result.kinds, value_set=pa.array(sorted(self.kinds)))
        if not pc.all(wanted).as_py():
            for at in np.flatnonzero(~wanted.to_numpy(zero_copy_only=False)):
                kind = result.kinds[int(at)].as_py()
                self._reject(int(messages[at]), int(result.items[at]), "other_kind", belongs(kind), kind)
        columns = []
        fields = FIELDS[shape.element]
        for name in header:
            if name == "kind":
                columns.append(result.kinds.filter(wanted))
            elif name in fields:
                held = [result.columns[path] for path in fields[name]]
                columns.append((held[0] if len(held) == 1 else pc.coalesce(*held)).filter(wanted))
            else:
                columns.append(pa.nulls(pc.sum(wanted).as_py() or 0, pa.string()))
        self.keys.append((messages * _ITEMS_PER_MESSAGE + result.items)[wanted.to_numpy(zero_copy_only=False)])
        self.parts.append(columns)

    def _strictly(self, number: int, data: bytes) -> None:
        self.answered += 1
        try:
            documents = read_strictly(data, self.limits)
        except Unreadable as error:
            self._reject(number, 0, "unreadable_document", error.reason, "")
            return
        for item, document in enumerate(documents):
            if document.kind in self.kinds:
                self._keep_one(number, item, document)
            else:
                self._reject(number, item, "other_kind", belongs(document.kind), document.kind)

    def _keep_one(self, number: int, item: int, document: Document) -> None:
        values: dict[str, str | None] = {"kind": document.kind}
        for name, alternatives in FIELDS[document.element].items():
            values[name] = coalesced(document.values, alternatives)
        self.keys.append(np.array([number * _ITEMS_PER_MESSAGE + item], dtype=np.int64))
        self.parts.append([pa.array([values.get(name)], pa.string()) for name in header_for(self.kinds)])

    def _reject(self, number: int, item: int, rule: str, expected: str, text: str) -> None:
        self.rejected.append((number, item, rule, expected, text))

    def table(self, skipped: dict[str, int], labelled: bool) -> RawTable:
        """Rows and rejects in the order of the delivery, numbered together from 1."""
        header = header_for(self.kinds)
        keys = np.concatenate([np.zeros(0, dtype=np.int64), *self.keys])
        reject_keys = np.array(
            [number * _ITEMS_PER_MESSAGE + item for number, item, *_ in self.rejected], dtype=np.int64
        )
        every = np.sort(np.concatenate([keys, reject_keys]))
        if len(every) > self.limits.rows:
            raise FormatError(
                f"Có {len(every)} tài liệu, vượt giới hạn {self.limits.rows} | "
                f"{len(every)} documents, over the limit of {self.limits.rows}"
            )
        if len(np.unique(every)) != len(every):
            raise AssertionError("a document was answered for twice")
        names = pa.array(self.names, pa.string()) if labelled else pa.nulls(len(self.names), pa.string())

        def numbered(of: np.ndarray) -> dict[str, pa.Array]:
            return {
                ROW_NUMBER: pa.array(np.searchsorted(every, of) + 1, pa.int64()),
                LABEL: names.take(pa.array(of // _ITEMS_PER_MESSAGE, pa.int64())),
            }

        columns = {
            f"c{position}": pa.chunked_array([part[position] for part in self.parts], pa.string())
            for position in range(len(header))
        }
        rows = pa.table({**columns, **numbered(keys), GROUP: pa.nulls(len(keys), pa.string())})
        order = np.argsort(reject_keys)
        cells = [self.rejected[position] for position in order]
        rejects = pa.table(
            {
                **numbered(reject_keys[order]),
                "rule": pa.array([rule for _, _, rule, _, _ in cells], pa.string()),
                "column": pa.nulls(len(cells), pa.string()),
                "expected": pa.array([expected for _, _, _, expected, _ in cells], pa.string()),
                "text": pa.array([text for *_, text in cells], pa.string()),
            },
            schema=REJECTS_SCHEMA,
        )
        return RawTable(header, rows.sort_by(ROW_NUMBER), "", {**no_skips(), **skipped}, rejects)
