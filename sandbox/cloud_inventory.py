"""S03, the inventory of information systems: who owns which, where it runs, when it moved to the provincial cloud."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from sandbox.cloud_inventory_files import write
from sandbox.frame import MeasureValue, Unit, World, month_end, roll_up_stock

__all__ = ["Inventory", "System", "build", "truth", "write"]

CLOUD, SERVER, VNPT, VIETTEL, OWN, MINISTRY = "cloud", "server", "vnpt", "viettel", "own", "ministry"
SUBJECTS = (
    "quản lý cán bộ", "quản lý đất đai", "quản lý văn bản nội bộ", "một cửa chuyên ngành", "quản lý dự án",
    "giám sát môi trường", "quản lý hộ nghèo", "quản lý tài sản", "thi đua khen thưởng", "quản lý hộ tịch",
)  # fmt: skip
SHARED = ("báo cáo tỉnh", "dịch vụ công tỉnh", "họp không giấy tờ tỉnh", "thư điện tử công vụ tỉnh")
LOST_KINDS = ("unknown_owner", "unknown_status", "unknown_kind")


@dataclass(slots=True)
class System:
    """One system, database or site. It runs at `before` until `moved`, then on the provincial cloud."""

    number: int
    owner: Unit
    name: str
    kind: str  # httt, csdl, trang
    scope: str
    before: str
    moved: date | None
    started: date
    trial_until: date | None = None
    retired: date | None = None
    whole: "System | None" = None  # of a database: the system it belongs to
    listed_by: list[Unit] = field(default_factory=list)  # others that list it too
    lost: str = ""
    strange_hosting: bool = False

    def status(self, day: date) -> str:
        """What the owner says on a day."""
        if day < self.started:
            return "du_kien"
        if self.retired is not None and self.retired <= day:
            return "dung"
        return "thu_nghiem" if self.trial_until is not None and day < self.trial_until else "dang_dung"

    def hosting(self, day: date) -> str:
        """Where it runs on a day."""
        return CLOUD if self.moved is not None and self.moved <= day else self.before


@dataclass
class Inventory:
    """All systems, and the days on which they are listed."""

    systems: list[System]
    closing_days: list[date]


def closing_days(world: World) -> list[date]:
    """The end of the year before the last, and of each quarter of the last year."""
    first = date(world.settings.last.year - 1, 12, 1)
    return [month_end(month) for month in world.months() if month >= first and month.month % 3 == 0]


def build(world: World) -> Inventory:
    """Systems of every department and district and of some communes; most are on the cloud by the end of the year."""
    generator = world.random("cloud_inventory")
    systems: list[System] = []
    chances: dict[str, float] = {}
    districts = world.of_level("district")
    for level, least, most in (("department", 3, 7), ("district", 3, 6), ("commune", 0, 1)):
        units = world.of_level(level)
        drawn = generator.permutation(np.linspace(0.35, 1.35, len(units)))
        chances |= dict(zip((unit.code for unit in units), map(float, drawn), strict=True))
        for unit in units:
            # A commune's site moves with its district's.
            chance = chances[unit.parent or ""] if level == "commune" else chances[unit.code]
            for number in range(int(generator.integers(least, most + 1))):
                systems += _systems(world, generator, unit, number, chance)
    owners = world.of_level("department")
    for number, subject in enumerate(SHARED):
        system = _system(world, generator, owners[number * 3], f"Hệ thống thông tin {subject}", "httt", 0.8)
        system.scope, system.started, system.trial_until, system.retired = "tinh", date(2019, 1, 1), None, None
        # Two districts list it with its owner, two as if it were theirs.
        system.listed_by = [districts[(number + step) % len(districts)] for step in (0, 3, 5, 8)]
        systems.append(system)
        if number == 0:
            system.retired = date(world.settings.last.year, 8, 15)
    for number in range(6):
        system = _system(world, generator, owners[number], f"Hệ thống của Bộ số {number + 1}", "httt", 0.0)
        system.scope, system.before, system.moved = "tw", MINISTRY, None
        systems.append(system)
    for number, system in enumerate(systems):
        system.number = number
    if world.settings.dirt:
        _spoil(systems, generator)
    return Inventory(systems, closing_days(world))


def _systems(
    world: World, generator: np.random.Generator, unit: Unit, number: int, chance: float
) -> list[System]:  # fmt: skip
    subject = SUBJECTS[(number + int(generator.integers(3)) * 3 + len(unit.name)) % len(SUBJECTS)]
    place = f" {number + 1}" if number else ""
    if unit.level == "commune" or number == 0:
        return [_system(world, generator, unit, "Trang thông tin điện tử", "trang", chance)]
    if number % 3 == 1:
        whole = _system(world, generator, unit, f"Hệ thống thông tin {subject}{place}", "httt", chance)
        part = _system(world, generator, unit, f"Cơ sở dữ liệu {subject}{place}", "csdl", chance)
        part.whole = whole
        if unit.level != "department" or number != 1:
            return [whole, part]
        # The page that shows the database bears its name and is a third thing, wherever either runs.
        return [whole, part, _system(world, generator, unit, part.name, "trang", chance)]
    kind, words = ("httt", "Phần mềm") if number % 3 == 2 else ("csdl", "CSDL")
    return [_system(world, generator, unit, f"{words} {subject}{place}", kind, chance)]


def _system(world: World, generator: np.random.Generator, unit: Unit, name: str, kind: str, chance: float) -> System:
    last = world.settings.last
    first = date(last.year - 1, 1, 1)
    draw, state, day = generator.random(3)
    before = (SERVER, VNPT, OWN, VIETTEL, OWN, SERVER, MINISTRY)[int(generator.integers(7))]
    moved = first + timedelta(days=int(day * 690)) if draw < chance else None
    scope = {"department": "tinh", "district": "huyen", "commune": "xa"}[unit.level]
    system = System(0, unit, name, kind, scope, before, moved, date(2016 + int(day * 5), 1, 1))
    if state < 0.06:
        system.started = date(last.year, 1 + int(day * 11), 15)
        system.trial_until = system.started + timedelta(days=100)
    elif state < 0.12:
        system.retired = date(last.year, 1 + int(day * 11), 20)
    return system


def _spoil(systems: list[System], generator: np.random.Generator) -> None:
    """A few systems have something in every one of their rows that no reader can know."""
    ordinary = [system for system in systems if system.scope != "tw" and not system.listed_by]
    for place in generator.choice(len(ordinary), max(6, len(ordinary) // 60), replace=False):
        system = ordinary[int(place)]
        if int(place) % 2:
            system.lost = LOST_KINDS[int(place) % len(LOST_KINDS)]
        else:
            system.strange_hosting = True


def truth(entities: Inventory, world: World, reached: bool) -> list[MeasureValue]:
    """Systems in use and on the cloud as the newest inventory of each month's end has them, at their owner."""
    counts: dict[str, dict[tuple[str, str, date], int]] = defaultdict(lambda: defaultdict(int))
    for month in world.months():
        before = [day for day in entities.closing_days if day <= month_end(month)]
        if not before:
            continue
        day = max(before)
        used = [
            system
            for system in entities.systems
            if system.scope != "tw" and system.status(day) == "dang_dung" and not (reached and system.lost)
        ]
        on_cloud = {
            system.number
            for system in used
            if system.hosting(day) == CLOUD and not (reached and system.strange_hosting)
        }
        in_use = {system.number for system in used}
        databases: dict[int, list[System]] = defaultdict(list)
        for system in used:
            if system.whole is not None and system.whole.number in in_use:
                databases[system.whole.number].append(system)
        parts = {part.number for group in databases.values() for part in group}
        for system in used:
            place = (system.owner.level, system.owner.code, month)
            is_unknown = reached and system.strange_hosting
            counts["information_systems_in_use"][place] += 1
            is_vendor = not is_unknown and system.hosting(day) in (VNPT, VIETTEL)
            counts["information_systems_in_use_without_vendor_saas"][place] += not is_vendor
            counts["information_systems_on_provincial_cloud"][place] += system.number in on_cloud
            counts["information_systems_hosting_unknown"][place] += is_unknown
            if system.number not in parts:
                whole = [system, *databases[system.number]]
                together = all(part.number in on_cloud for part in whole)
                counts["information_systems_merged_in_use"][place] += 1
                counts["information_systems_merged_on_provincial_cloud"][place] += together
    return [row for measure, places in sorted(counts.items()) for row in roll_up_stock(world, measure, places)]
