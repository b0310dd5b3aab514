"""S02, the provincial e-office: work files of departments, districts and communes, and the registers sent of them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from sandbox.e_office_document_files import write_documents
from sandbox.e_office_documents import Document, build_documents, document_truth
from sandbox.e_office_files import CORRECTED
from sandbox.e_office_files import write as write_registers
from sandbox.exports import Window, monthly_counts, windows
from sandbox.frame import Delivered, DirtTally, MeasureValue, Unit, World, roll_up_flow, roll_up_stock

SECRECIES = ("Mật", "Tối mật", "Tuyệt mật")
LOST_KINDS = ("unknown_unit", "unknown_code", "unreadable_date", "missing_key")


@dataclass(slots=True)
class WorkFile:
    """One work file as it truly was. `first_form` is what its register said before a correction."""

    code: str
    unit: Unit
    opened: date
    closed: date | None
    form: str
    secrecy: str
    first_form: str = ""
    lost: str = ""

    def closed_by(self, cutoff: datetime) -> date | None:
        """The closing date as an export of that moment knows it."""
        return self.closed if self.closed and self.closed <= cutoff.date() else None

    def updated_by(self, cutoff: datetime) -> datetime:
        """When the office last touched the file, as an export of that moment knows it."""
        closed = self.closed_by(cutoff)
        return datetime.combine(closed, time(16, 45)) if closed else datetime.combine(self.opened, time(8, 15))

    def is_listed(self, window: Window) -> bool:
        """Whether the register of a window lists the file: opened or closed in it, or still open."""
        if self.opened > window.last:
            return False
        if self.closed is not None and self.closed < window.first:
            return False
        # Files nobody closes leave the monthly list after half a year.
        return self.closed is not None or self.opened >= window.first - timedelta(days=180)


@dataclass
class Office:
    """All work files by the part that reports them (a department, or a district with its communes); all documents."""

    parts: dict[str, list[WorkFile]]
    documents: list[Document] = field(default_factory=list)

    def files(self) -> Iterator[WorkFile]:
        """All work files."""
        for files in self.parts.values():
            yield from files


def build(world: World) -> Office:
    """Draw all work files; volume per unit and year follows the scale with a floor of a handful a month."""
    generator = world.random("e_office")
    parts: dict[str, list[WorkFile]] = {}
    # The spread lets some units meet 90, 80 and 40 percent and some not.
    for level, low, high, per_year, least in (
        ("department", 0.86, 0.985, 3_700, 10),
        ("district", 0.72, 0.95, 5_000, 10),
        ("commune", 0.22, 0.75, 450, 2),
    ):
        units = world.of_level(level)
        shares = generator.permutation(np.linspace(low, high, len(units)))
        for unit, share in zip(units, shares, strict=True):
            part = unit.parent or "" if level == "commune" else unit.code
            counts = monthly_counts(world, generator, per_year, least)
            parts.setdefault(part, []).extend(_files_of(world, generator, unit, float(share), counts))
    office = Office(parts, build_documents(world))
    if world.settings.dirt:
        _mark_corrected(office, world)
        _mark_lost(office, generator)
    return office


def _files_of(
    world: World, generator: np.random.Generator, unit: Unit, share: float, counts: list[int]
) -> Iterator[WorkFile]:
    number = 0
    for month, count in zip(world.months(), counts, strict=True):
        online = share if month.year == world.settings.last.year else share * 0.7
        days = generator.integers(0, 28, count)
        lengths = np.minimum(generator.exponential(12, count).astype(int), 85)
        never, form, secret = generator.random((3, count))
        for place in range(count):
            number += 1
            opened = month + timedelta(days=int(days[place]))
            closed = None if never[place] < 0.03 else opened + timedelta(days=int(lengths[place]))
            rest = (1 - online) * 0.55
            kind = "dien_tu" if form[place] < online else ("hon_hop" if form[place] < online + rest else "giay")
            secrecy = SECRECIES[number % 3] if secret[place] < 0.02 else "thuong"
            yield WorkFile(
                f"HSCV.{unit.code.replace('_', '-')}.{month.year}/{number:05d}", unit, opened, closed, kind, secrecy
            )


def _mark_corrected(office: Office, world: World) -> None:
    """Some closed files stood as paper in the first register of their month."""
    months = {window.first: window for window in windows(world)}
    for part, month in CORRECTED:
        window = months.get(date(world.settings.last.year, month, 1))
        for file in office.parts[part] if window else []:
            if window and file.closed and window.first <= file.closed <= window.last and file.form == "dien_tu":
                file.first_form = "giay" if int(file.code[-1]) % 4 == 0 else ""


def _mark_lost(office: Office, generator: np.random.Generator) -> None:
    """A few files have something in every one of their rows that no reader can know."""
    for files in office.parts.values():
        countable = [file for file in files if file.closed and file.secrecy == "thuong" and not file.first_form]
        chosen = generator.choice(len(countable), size=max(1, len(countable) // 250), replace=False)
        for place in sorted(int(number) for number in chosen):
            file = countable[place]
            file.lost = LOST_KINDS[place % len(LOST_KINDS)]


def truth(entities: Office, world: World, reached: bool) -> list[MeasureValue]:
    """True counts by month of closing; with `reached`, without the files whose rows nobody can read."""
    last = world.settings.last
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    for file in entities.files():
        if file.closed is None or file.closed > last or file.secrecy != "thuong" or (reached and file.lost):
            continue
        place = (file.unit.level, file.unit.code, file.closed.replace(day=1))
        counts["work_files_closed"][place] += 1
        if file.form == "dien_tu":
            counts["work_files_closed_online"][place] += 1
        if file.form in ("dien_tu", "hon_hop"):
            counts["work_files_closed_online_or_mixed"][place] += 1
    rows = [row for measure, places in sorted(counts.items()) for row in roll_up_flow(world, measure, places)]
    rows += _communes_reaching_the_target(world, counts)
    return rows + document_truth(entities.documents, world, reached)


def _communes_reaching_the_target(
    world: World, counts: dict[str, dict[tuple[str, str, date], int]]
) -> list[MeasureValue]:
    """Communes with files closed since January, and those with at least 40 percent of them online, by month."""
    having: dict[tuple[str, str, date], int] = {}
    reaching: dict[tuple[str, str, date], int] = {}
    for commune in world.of_level("commune"):
        closed = online = 0
        for month in world.months():
            place = ("commune", commune.code, month)
            if month.month == 1:
                closed = online = 0
            closed += counts["work_files_closed"].get(place, 0)
            online += counts["work_files_closed_online"].get(place, 0)
            if closed:
                having[place] = 1
                reaching[place] = int(5 * online >= 2 * closed)
    return [
        *roll_up_stock(world, "communes_with_work_files", having),
        *roll_up_stock(world, "communes_reaching_work_file_target", reaching),
    ]


def write(entities: Office, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """The registers of work files of every part, and the province's register of incoming documents."""
    documents = write_documents(entities.documents, world, inbox, tally)
    return [*write_registers(entities, world, inbox, tally), *documents]
