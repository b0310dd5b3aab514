"""S04, the one-stop and public-service portal: dossiers through their lives, and the catalogue of procedures."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np

from sandbox.exports import Window, monthly_counts, windows
from sandbox.frame import MeasureValue, Unit, World, month_end, recount_distinct, roll_up_flow
from sandbox.online_public_services_files import CORRECTED, SYNCHRONISED, correction_moment, sync_cutoff, write
from sandbox.procedures import Procedure, build_catalogue, published_truth

__all__ = ["Dossier", "Portal", "build", "truth", "write"]

DIGITISED_FROM = date(2022, 6, 1)
OPEN = (1, 2, 4, 5, 6, 9)
RESOLVED = (9, 10)
WITH_FILE = (8, *RESOLVED)
"""Statuses that leave a file with the dossier: of a stopped one it is the notice that it was stopped."""
NOT_RECEIVED = (1, 3)
LOST_KINDS = ("unknown_unit", "unknown_code", "unreadable_date", "missing_key")
HIGH_TARGETS = {"SO_TTTT": 0.9, "SO_CT": 0.9, "SO_GTVT": 0.9, "SO_VHTTDL": 0.9, "SO_NV": 0.8}
HIGH_TARGETS |= {"SO_NNPTNT": 0.7, "SO_XD": 0.7, "SO_TNMT": 0.6}


@dataclass(slots=True)
class Dossier:
    """One dossier as it truly went: its steps are (moment, status), oldest first.

    `channel` is 1, 2, 3 or None (direct); `first_channel` is what the register said before a correction.
    """

    code: str
    unit: Unit
    procedure: Procedure | None
    procedure_text: str
    channel: str | None
    submitted: datetime
    steps: list[tuple[datetime, int]]
    components: int
    digitised: int
    has_result_file: bool
    first_channel: str | None = None
    corrected_at: datetime | None = None
    lost: str = ""
    is_test: bool = False

    def status_at(self, moment: datetime) -> int:
        """The status an export of that moment shows; 0 when the dossier does not exist yet."""
        return next((status for at, status in reversed(self.steps) if at <= moment), 0)

    def reached(self, statuses: tuple[int, ...], moment: datetime) -> datetime | None:
        """When the dossier first came to one of the statuses, as known at that moment."""
        return next((at for at, status in self.steps if status in statuses and at <= moment), None)

    def updated_at(self, moment: datetime) -> datetime:
        """The moment of the newest step known."""
        return max(at for at, _ in self.steps if at <= moment)

    @property
    def says_digitised(self) -> bool:
        """The box that the clerk ticks: in some dossiers also where there is nothing to digitise."""
        return self.digitised > 0 or (self.components == 0 and int(self.code[-1]) % 2 == 0)

    def is_listed(self, window: Window) -> bool:
        """Whether a window's register lists it: a step in the window, or open when the window began."""
        if self.steps[0][0] > window.cutoff:
            return False
        start = datetime.combine(window.first, time())
        if any(start <= at <= window.cutoff for at, _ in self.steps):
            return True
        last, status = self.steps[-1]
        # What does not move for three months is no longer listed; no step comes later than two months after another.
        return status in OPEN and last >= start - timedelta(days=92)


@dataclass
class Portal:
    """All dossiers by the part that reports them, and the catalogue."""

    parts: dict[str, list[Dossier]]
    catalogue: dict[str, list[Procedure]]
    known_until: dict[str, datetime] = field(default_factory=dict)
    """For each part, the moment its last export shows: what happens later nobody outside can know."""


def build(world: World) -> Portal:
    """Draw the catalogue and all dossiers; 450,000 dossiers a year at scale 1, at least two a month in any commune."""
    generator = world.random("online_public_services")
    portal = Portal({}, build_catalogue(world))
    order = {code: place for place, code in enumerate(sorted(world.units), start=1)}
    for level, per_year, least in (("department", 8_100, 10), ("district", 10_900, 10), ("commune", 1_000, 2)):
        for unit in world.of_level(level):
            part = unit.parent or "" if level == "commune" else unit.code
            procedures = portal.catalogue[unit.code if level == "department" else level]
            counts = monthly_counts(world, generator, per_year, least)
            office = _Office(world, generator, unit, procedures, order[unit.code])
            portal.parts.setdefault(part, []).extend(office.dossiers(counts))
    last = windows(world)[-1]
    for part in portal.parts:
        portal.known_until[part] = sync_cutoff(last) if part in SYNCHRONISED else last.cutoff
    if world.settings.dirt:
        _mark_corrected(portal, world)
        _mark_lost(portal, generator)
    return portal


class _Office:
    """One unit at work: its habits are drawn once, then its dossiers month by month."""

    def __init__(
        self, world: World, generator: np.random.Generator, unit: Unit, procedures: list[Procedure], order: int
    ) -> None:
        self.world = world
        self.generator = generator
        self.unit = unit
        self.procedures = procedures
        self.order = order
        self.number = 0
        if unit.level == "department":
            target = HIGH_TARGETS.get(unit.code, 0.5)
            self.online = min(0.99, target + float(generator.uniform(-0.08, 0.2)))
        else:
            self.online = float(generator.uniform(0.38, 0.75))
        # Some procedures nobody files online here; how many differs, so that some units miss 80 percent.
        never = generator.uniform(0.02, 0.32)
        self.offline = generator.random(len(procedures)) < never
        self.perfect = bool(generator.random() < 0.4)
        self.digitised = 1.0 if self.perfect else float(generator.uniform(0.86, 0.99))

    def dossiers(self, counts: list[int]) -> Iterator[Dossier]:
        """All dossiers of the two years."""
        for month, count in zip(self.world.months(), counts, strict=True):
            moments = self.generator.integers(0, month_end(month).day * 9 * 3600, count)
            picks = self.generator.integers(0, len(self.procedures), count)
            draws = self.generator.random((count, 12))
            for place in range(count):
                day, second = divmod(int(moments[place]), 9 * 3600)
                start = datetime.combine(month + timedelta(days=day), time(8)) + timedelta(seconds=second)
                yield self._dossier(start, int(picks[place]), [float(draw) for draw in draws[place]])

    def _dossier(self, start: datetime, pick: int, draws: list[float]) -> Dossier:
        self.number += 1
        procedure: Procedure | None = self.procedures[pick]
        online = self.online if start.year == self.world.settings.last.year else self.online * 0.6
        if not self.offline[pick] and draws[0] < online / max(0.05, 1 - self.offline.mean()):
            channel: str | None = "2"
        else:
            channel = "3" if draws[1] < 0.06 else (None if draws[1] < 0.12 else "1")
        text = procedure.full_code if draws[2] < 0.7 else procedure.code if procedure else ""
        if draws[3] < 0.01:
            procedure, text = None, "" if draws[3] < 0.005 else "9.999999.000.00.00.H37"
        is_test = draws[4] < 0.004
        unit_part = f"H37.{self.order:03d}" if start.year > 2021 else f"000.00.{self.order:03d}.H37"
        components = 0 if draws[5] < 0.06 else 1 + int(draws[5] * 97) % 5
        all_done = draws[6] < self.digitised
        some_done = draws[6] < self.digitised + 0.06
        digitised = components if all_done else max(components - 1, 0) if some_done else 0
        return Dossier(
            code=f"{'TEST.' if is_test else ''}{unit_part}-{start:%y%m%d}-{self.number:05d}",
            unit=self.unit,
            procedure=procedure,
            procedure_text=text,
            channel=channel,
            submitted=start,
            steps=_steps(start, channel, draws[7:]),
            components=components,
            digitised=digitised if start.date() >= date(2022, 5, 1) else 0,
            has_result_file=self.perfect or draws[11] < self.digitised - 0.04,
            is_test=is_test,
        )


def _steps(start: datetime, channel: str | None, draws: list[float]) -> list[tuple[datetime, int]]:
    """The statuses a dossier goes through; some never come to an end, some are refused, withdrawn or stopped."""
    steps: list[tuple[datetime, int]] = []
    if channel == "2":
        steps.append((start, 1))
        if draws[0] < 0.02:
            return steps  # still waiting for somebody to look at it
        start += timedelta(minutes=20 + int(draws[1] * 2_500))
        if draws[0] < 0.05:
            return [*steps, (start, 3)]
    steps.append((start, 2))
    if draws[2] < 0.01:
        return steps
    working = start + timedelta(minutes=30 + int(draws[1] * 1_000))
    if draws[2] < 0.015:
        return [*steps, (working, 3)]  # taken in and then refused: the date of intake stays in the record
    steps.append((working, 5 if draws[2] < 0.1 else 6 if draws[2] < 0.14 else 4))
    if draws[3] < 0.02:
        return steps
    days = 1 + draws[1] * 14 if draws[3] < 0.93 else 25 + draws[1] * 30  # late ones cross two month ends
    end = working + timedelta(seconds=int(days * 86_400))
    if draws[3] < 0.04:
        return [*steps, (end, 7)]
    if draws[3] < 0.05:
        return [*steps, (end, 8)]
    if draws[3] < 0.13:
        return [*steps, (end, 10)]  # handed over without a date of its own for the end of the work
    steps.append((end, 9))
    return steps if draws[0] > 0.93 else [*steps, (end + timedelta(seconds=3_600 + int(draws[2] * 700_000)), 10)]


def _mark_corrected(portal: Portal, world: World) -> None:
    """In some months a part's register first said "direct" of dossiers that came online."""
    months = {window.first: window for window in windows(world)}
    for part, month in CORRECTED:
        window = months.get(date(world.settings.last.year, month, 1))
        for dossier in portal.parts[part] if window else []:
            first = dossier.steps[0][0].date()
            if (
                window
                and dossier.channel == "2"
                and window.first <= first <= window.last
                and int(dossier.code[-1]) % 3 == 0
            ):
                dossier.first_channel = "1"
                dossier.corrected_at = correction_moment(window)


def _mark_lost(portal: Portal, generator: np.random.Generator) -> None:
    """A few dossiers have something in every one of their rows that no reader can know."""
    for part, dossiers in portal.parts.items():
        moment = portal.known_until[part]
        countable = [
            dossier
            for dossier in dossiers
            if not dossier.is_test and dossier.corrected_at is None and dossier.reached((2,), moment)
        ]
        chosen = generator.choice(len(countable), size=max(1, len(countable) // 300), replace=False)
        for place in sorted(int(number) for number in chosen):
            countable[place].lost = LOST_KINDS[place % len(LOST_KINDS)]


def truth(entities: Portal, world: World, reached: bool) -> list[MeasureValue]:
    """True values of all measures of S04; with `reached`, without the dossiers whose rows nobody can read."""
    flows: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    distinct: dict[str, list[tuple[str, str, date, str]]] = defaultdict(list)
    for part, dossiers in entities.parts.items():
        known = entities.known_until[part]
        for dossier in dossiers:
            if not dossier.is_test and not (reached and dossier.lost):
                _count(dossier, known, flows, distinct)
    rows = [row for measure, counts in sorted(flows.items()) for row in roll_up_flow(world, measure, counts)]
    for measure, items in sorted(distinct.items()):
        rows += recount_distinct(world, measure, items)
    return rows + published_truth(entities.catalogue, world)


def _count(
    dossier: Dossier,
    known: datetime,
    flows: dict[str, dict[tuple[str, str, date], int]],
    distinct: dict[str, list[tuple[str, str, date, str]]],
) -> None:
    """Add one dossier, in the state last known, to every measure it belongs to."""
    intake = dossier.reached((2,), known)
    status = dossier.status_at(known)
    if intake is None or status in NOT_RECEIVED:
        return
    tier, unit = dossier.unit.level, dossier.unit.code
    received = (tier, unit, intake.date().replace(day=1))
    is_online = dossier.channel == "2"
    procedure = dossier.procedure
    flows["dossiers_received"][received] += 1
    if is_online:
        flows["dossiers_received_online"][received] += 1
        if status in WITH_FILE and dossier.has_result_file:
            flows["dossiers_received_online_with_electronic_result"][received] += 1
    if procedure is not None and procedure.level_for(unit, intake.date()) >= 3:
        flows["dossiers_received_level_3_4"][received] += 1
        distinct["procedures_level_3_4_with_dossiers"].append((*received, procedure.code))
        # Once for each office: with the office in the key, two offices' same procedure stays two also at a parent.
        of_unit = f"{unit} {procedure.code}"
        distinct["procedures_of_units_level_3_4_with_dossiers"].append((*received, of_unit))
        if is_online:
            flows["dossiers_received_online_level_3_4"][received] += 1
            distinct["procedures_level_3_4_with_online_dossiers"].append((*received, procedure.code))
            distinct["procedures_of_units_level_3_4_with_online_dossiers"].append((*received, of_unit))
    if tier != "department" or intake.date() < DIGITISED_FROM:
        return
    if dossier.components:
        flows["dossiers_with_components"][received] += 1
        if dossier.digitised:
            flows["dossiers_components_digitised"][received] += 1
        if dossier.digitised == dossier.components:
            flows["dossiers_all_components_digitised"][received] += 1
    ended = dossier.reached((7, 9), known) or dossier.reached((10,), known)
    if ended is None or status not in (7, *RESOLVED):
        return
    place = (tier, unit, ended.date().replace(day=1))
    has_result = status in RESOLVED and dossier.has_result_file
    is_digital = has_result or (procedure is not None and not procedure.has_result)
    flows["dossiers_resolved_or_withdrawn"][place] += 1
    if is_digital:
        flows["dossiers_results_digitised_or_withdrawn"][place] += 1
    if status in RESOLVED:
        flows["dossiers_resolved"][place] += 1
        if is_digital:
            flows["dossiers_results_digitised"][place] += 1
