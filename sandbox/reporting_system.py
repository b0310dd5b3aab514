"""S01, the reporting information system: the reports each office owes, how they were sent, returned and sent again."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from sandbox.frame import MeasureValue, Unit, World, recount_distinct, roll_up_flow
from sandbox.reporting_system_files import write

__all__ = ["Regime", "Report", "build", "truth", "write"]

LOST_KINDS = ("unknown_unit", "unreadable_date", "unknown_channel", "impossible_period")
SUBJECTS = (
    "cải cách hành chính", "chuyển đổi số", "tiếp công dân", "phòng, chống tham nhũng", "an toàn giao thông",
    "giảm nghèo bền vững", "bảo vệ môi trường", "xây dựng nông thôn mới", "phòng, chống thiên tai", "thu chi ngân sách",
    "đầu tư công", "kiểm soát thủ tục hành chính",
)  # fmt: skip
_ADDED = ("của cơ quan", "trên địa bàn", "theo chương trình", "theo kế hoạch năm", "theo đề án")
_LAST_MONTHS = {"thang": tuple(range(1, 13)), "quy": (3, 6, 9, 12), "nua_nam": (6, 12), "nam": (12,)}


@dataclass(frozen=True)
class Regime:
    """A reporting regime. One may ask for a report a quarter and another for the half year and the year."""

    code: str
    name: str
    frequencies: tuple[str, ...]
    due_next_month: bool
    """A regime over calendar months is due on the 5th of the month after, others before the month ends."""


@dataclass(slots=True)
class Report:
    """One report as it truly went. `sent` is the day it was last sent; `returned` a day on which it came back."""

    number: int
    unit: Unit
    code: str
    name: str
    kind: str
    frequency: str  # "" when only the deadline says where it belongs
    month: date
    due: date
    channel: str
    sent: date | None
    first_sent: date | None = None
    returned: date | None = None
    is_secret: bool = False
    says_sent: bool = False  # the state says sent, but no day: nobody sent it
    has_draft_date: bool = False
    lost: str = ""

    @property
    def regime_key(self) -> str:
        """The kind of report: its code, or its name where no regime has one."""
        return self.code or self.name

    @property
    def counts(self) -> bool:
        """Neither statistical nor secret."""
        return self.kind != "thong_ke" and not self.is_secret

    def state(self, day: date) -> tuple[str, date | None]:
        """Status and day of sending as the system shows them at the end of a day."""
        if self.sent is not None and self.sent <= day:
            if self.sent > self.due:
                return ("qua_han" if self.number % 2 else "da_gui"), self.sent
            return ("da_duyet" if self.number % 3 else "da_gui"), self.sent
        if self.returned is not None and self.returned <= day:
            return "tra_lai", self.first_sent
        if self.says_sent:
            return "da_gui", None
        if self.has_draft_date:
            return "chua_gui", self.due
        return ("qua_han" if self.due < day else "chua_gui"), None

    def is_settled(self, day: date) -> bool:
        """Whether nothing more is asked of the office at the end of a day."""
        return self.sent is not None and self.sent <= day


def month_of_deadline(due: date) -> date:
    """The month of an ad hoc report: from the 15th of the month before to the 14th."""
    month = due.replace(day=1)
    return (month + timedelta(days=32)).replace(day=1) if due.day >= 15 else month


def _catalogue() -> list[Regime]:
    regimes = []
    for number in range(len(SUBJECTS) * len(_ADDED)):
        subject, added = SUBJECTS[number % len(SUBJECTS)], _ADDED[number // len(SUBJECTS)]
        frequencies = (("thang",), ("quy", "nua_nam", "nam"), ("thang",), ("quy",))[number % 4]
        name = f"Báo cáo công tác {subject} {added}"
        regimes.append(Regime(f"CDBC.{number + 1:03d}", name, frequencies, number % 4 == 2))
    return regimes


def build(world: World) -> list[Report]:
    """Reports of every office, by number; how many follows the scale, with a handful a quarter at least."""
    generator = world.random("reporting_system")
    monthly = [regime for regime in _catalogue() if "thang" in regime.frequencies]
    longer = [regime for regime in _catalogue() if "quy" in regime.frequencies]
    reports: list[Report] = []
    for level, low, high, sizes in (
        ("department", 0.42, 0.86, (2, 2, 3)), ("district", 0.34, 0.78, (2, 2, 3)), ("commune", 0.1, 0.6, (0, 1, 0.4)),
    ):  # fmt: skip
        units = world.of_level(level)
        shares = generator.permutation(np.linspace(low, high, len(units)))
        more = 1 if level == "commune" else 8
        grown = [max(size, size * more * world.settings.scale) for size in sizes]
        for place, (unit, share) in enumerate(zip(units, shares, strict=True)):
            chosen = [monthly[(place + n) % len(monthly)] for n in range(min(round(grown[0]), len(monthly)))]
            chosen += [longer[(place + n) % len(longer)] for n in range(min(round(grown[1]), len(longer)))]
            for regime in chosen:
                reports += _periodic(world, generator, unit, regime, float(share))
            reports += _ad_hoc(world, generator, unit, grown[2], float(share))
    for number, report in enumerate(reports):
        report.number = number
    if world.settings.dirt:
        ordinary = [report for report in reports if report.counts and report.kind == "dinh_ky"]
        for place in generator.choice(len(ordinary), max(8, len(ordinary) // 300), replace=False):
            ordinary[place].lost = LOST_KINDS[int(place) % len(LOST_KINDS)]
    return reports


def _periodic(
    world: World, generator: np.random.Generator, unit: Unit, regime: Regime, share: float
) -> Iterator[Report]:
    for month in world.months():
        for frequency in regime.frequencies:
            if month.month not in _LAST_MONTHS[frequency]:
                continue
            due = month.replace(day=20 + int(regime.code[-1]) % 5)
            if regime.due_next_month:
                due = (month + timedelta(days=32)).replace(day=5)
            if due <= world.settings.last:
                kind = "thong_ke" if generator.random() < 0.04 else "dinh_ky"
                yield _sent(world, generator, unit, (regime.code, regime.name, kind, frequency), month, due, share)


def _ad_hoc(
    world: World, generator: np.random.Generator, unit: Unit, per_quarter: float, share: float
) -> Iterator[Report]:
    first, last = world.settings.first, world.settings.last
    quarters = len(world.months()) / 3
    known: set[tuple[str, date]] = set()
    for _ in range(int(generator.poisson(per_quarter * quarters)) + (per_quarter >= 1)):
        due = first + timedelta(days=int(generator.integers(0, (last - first).days + 1)))
        place = int(generator.integers(len(SUBJECTS)))
        thematic = generator.random() < 0.25
        code, kind = (f"CD.{place + 1:02d}", "chuyen_de") if thematic else ("", "dot_xuat")
        name = f"Báo cáo {'chuyên đề' if thematic else 'nhanh'} về {SUBJECTS[place]}"
        if (name, due) not in known:
            known.add((name, due))
            yield _sent(world, generator, unit, (code, name, kind, ""), month_of_deadline(due), due, share)


def _sent(
    world: World, generator: np.random.Generator, unit: Unit, what: tuple[str, str, str, str], month: date, due: date,
    share: float,
) -> Report:  # fmt: skip
    """Draw how a report went: on time, late, never, or returned and perhaps sent again within two months."""
    online = share if due.year == world.settings.last.year else share * 0.7
    chance, way, fate = generator.random(3)
    rest = online + (1 - online) * 0.5
    channel = (
        "he_thong"
        if chance < online
        else ("truc_van_ban" if chance < rest else ("thu_dien_tu", "ban_giay")[due.day % 2])
    )
    code, name, kind, frequency = what
    report = Report(0, unit, code, name, kind, frequency, month, due, channel, due - timedelta(days=int(way * 6)))
    report.is_secret = bool(generator.random() < 0.03)
    days = int(generator.integers(12, 60))
    if fate < 0.12:
        report.sent = due + timedelta(days=days // 2 + 1)
    elif fate < 0.20:
        report.first_sent, report.returned = report.sent, due + timedelta(days=3)
        report.sent = due + timedelta(days=days) if fate < 0.16 else None
    elif fate < 0.27:
        report.sent = None
        report.says_sent, report.has_draft_date = fate < 0.21, 0.21 <= fate < 0.225
    return report


def truth(entities: list[Report], world: World, reached: bool, until: date | None = None) -> list[MeasureValue]:
    """Reports due by the last day and how they had been sent by then; with `reached`, without what nobody can read.

    `until` is the day whose state is told, the sandbox's last one when none is named.
    """
    last = until or world.settings.last
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    regimes: dict[str, set[tuple[str, str, date, str]]] = defaultdict(set)
    for report in entities:
        if not report.counts or (reached and report.lost):
            continue
        place = (report.unit.level, report.unit.code, report.month)
        counts["reports_due"][place] += 1
        regimes["report_regimes_due"].add((*place, report.regime_key))
        if not report.is_settled(last):
            continue
        if report.channel == "he_thong":
            counts["reports_sent_through_system"][place] += 1
            regimes["report_regimes_reported_online"].add((*place, report.regime_key))
        if report.channel in ("he_thong", "truc_van_ban"):
            counts["reports_sent_through_system_or_e_office"][place] += 1
    rows = [row for measure, places in sorted(counts.items()) for row in roll_up_flow(world, measure, places)]
    for measure, items in sorted(regimes.items()):
        rows += recount_distinct(world, measure, items)
    return rows
