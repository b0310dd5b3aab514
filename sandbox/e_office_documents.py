"""S02, the incoming documents of the e-office: what came to which office, its deadline, and how it was processed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from sandbox.exports import Window, monthly_counts
from sandbox.frame import MeasureValue, Unit, World, roll_up_flow

SECRECIES = ("Mật", "Tối mật", "Tuyệt mật")
LOST_KINDS = ("document_of_unknown_unit", "document_with_unreadable_deadline", "document_without_key")


@dataclass(slots=True)
class Document:
    """One document. `due` is its deadline, if it has one; one that is not incoming or not registered never counts."""

    code: str
    unit: Unit
    received: date
    due: date | None
    processed: date | None
    form: str
    secrecy: str = "thuong"
    is_incoming: bool = True
    is_registered: bool = True
    lost: str = ""

    def processed_by(self, cutoff: datetime) -> date | None:
        """The day it was done, as an export of that moment knows it."""
        return self.processed if self.processed and self.processed <= cutoff.date() else None

    def updated_by(self, cutoff: datetime) -> datetime:
        """When it was last touched, as an export of that moment knows it."""
        done = self.processed_by(cutoff)
        return datetime.combine(done, time(16, 20)) if done else datetime.combine(self.received, time(8, 40))

    def is_listed(self, window: Window) -> bool:
        """Whether the register of a window lists it: received or done in it, or open for less than half a year."""
        if self.received > window.last or (self.processed is not None and self.processed < window.first):
            return False
        return self.processed is not None or self.received >= window.first - timedelta(days=180)

    @property
    def counts(self) -> bool:
        """Whether it is an incoming document with a deadline that may be counted."""
        return self.due is not None and self.is_incoming and self.is_registered and self.secrecy == "thuong"


def build_documents(world: World) -> list[Document]:
    """Documents of every office; online shares by level as in its work files, another draw."""
    generator = world.random("e_office documents")
    documents: list[Document] = []
    for level, low, high, per_year, least in (
        ("department", 0.84, 0.99, 3_000, 3),
        ("district", 0.70, 0.96, 3_000, 3),
        ("commune", 0.25, 0.80, 300, 1),
    ):
        units = world.of_level(level)
        shares = generator.permutation(np.linspace(low, high, len(units)))
        for unit, share in zip(units, shares, strict=True):
            counts = monthly_counts(world, generator, per_year, least)
            documents += _documents_of(world, generator, unit, float(share), counts, 10_000_001 + len(documents))
    if world.settings.dirt:
        countable = [document for document in documents if document.counts and document.form == "dien_tu"]
        chosen = sorted(int(place) for place in generator.permutation(len(countable))[: max(6, len(countable) // 250)])
        for turn, place in enumerate(chosen):
            countable[place].lost = LOST_KINDS[turn % len(LOST_KINDS)]
    return documents


def _documents_of(
    world: World, generator: np.random.Generator, unit: Unit, share: float, counts: list[int], first: int
) -> list[Document]:
    found = []
    for month, count in zip(world.months(), counts, strict=True):
        online = share if month.year == world.settings.last.year else share * 0.75
        days = generator.integers(0, 28, count)
        allowed = generator.integers(3, 26, count)
        taken = np.minimum(generator.exponential(9, count).astype(int), 110)
        for place, (deadline, done, way, kind) in enumerate(generator.random((count, 4)).tolist()):
            received = month + timedelta(days=int(days[place]))
            form = "dien_tu" if way < online else ("hon_hop" if way < online + (1 - online) * 0.4 else "giay")
            found.append(
                Document(
                    code=f"{first + len(found):08d}",
                    unit=unit,
                    received=received,
                    due=received + timedelta(days=int(allowed[place])) if deadline < 0.8 else None,
                    processed=received + timedelta(days=int(taken[place])) if done < 0.95 else None,
                    form=form,
                    secrecy=SECRECIES[place % 3] if kind < 0.02 else "thuong",
                    is_incoming=not 0.02 <= kind < 0.05,
                    is_registered=not 0.05 <= kind < 0.07,
                )
            )
    return found


def document_truth(documents: list[Document], world: World, reached: bool) -> list[MeasureValue]:
    """By month: due in it; and due and done online, in the later of the two months, within the year of the deadline."""
    last = world.settings.last
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    for document in documents:
        if not document.counts or document.due is None or (reached and document.lost):
            continue
        place = (document.unit.level, document.unit.code)
        if document.due <= last:
            counts["incoming_documents_with_deadline"][*place, document.due.replace(day=1)] += 1
        if document.form == "dien_tu" and document.processed is not None and document.processed <= last:
            counted = max(document.due, document.processed)
            if counted.year == document.due.year and counted <= last:
                measure = "incoming_documents_with_deadline_processed_online"
                counts[measure][*place, counted.replace(day=1)] += 1
    return [row for measure, places in sorted(counts.items()) for row in roll_up_flow(world, measure, places)]
