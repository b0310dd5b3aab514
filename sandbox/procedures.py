"""The catalogue of administrative procedures: who carries each out, and its level of online service over time."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from sandbox.frame import MeasureValue, World, month_end, recount_stock
from sandbox.spelling import formal_name, full_name

CHANGE = date(2022, 8, 15)
"""The day the vocabulary of levels changed (NĐ 42/2022/NĐ-CP) and with it many procedures' levels."""
START = date(2021, 1, 1)
PUBLISHED = ("đang công khai", "chờ dừng công khai", "đang kiểm thử")
_STATES = ("đang công khai",) * 16 + ("chờ dừng công khai", "đang kiểm thử", "đã dừng công khai", "dự thảo")
TIERS = {"department": "tỉnh", "district": "huyện", "commune": "xã"}


@dataclass(frozen=True)
class Level:
    """A level of online service in force from one day to another, both included."""

    level: int
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether the level is in force on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass
class Procedure:
    """One procedure. `levels` hold for every unit but those with `overrides` in force."""

    code: str
    name: str
    tier: str
    department: str
    state: str
    has_result: bool
    levels: list[Level]
    overrides: dict[str, list[Level]] = field(default_factory=dict)

    @property
    def full_code(self) -> str:
        """The code with the province's suffix, as the catalogue writes it."""
        return f"{self.code}.000.00.00.H37"

    def level_for(self, unit_code: str, day: date) -> int:
        """The level in force for a unit on a day: its own override first; 0 when there is none."""
        for level in [*self.overrides.get(unit_code, []), *self.levels]:
            if level.holds(day):
                return level.level
        return 0


def _levels(before: int, after: int) -> list[Level]:
    if before == after:
        return [Level(before, START, None)]
    return [Level(before, START, date(2022, 8, 14)), Level(after, CHANGE, None)]


def build_catalogue(world: World) -> dict[str, list[Procedure]]:
    """Procedures by where they are done: a department's code, "district" or "commune"."""
    generator = world.random("procedures")
    places = [(unit.code, "department", 14) for unit in world.of_level("department")]
    places += [("district", "district", 40), ("commune", "commune", 24)]
    changes = ((2, 2), (2, 2), (2, 4), (3, 3), (3, 4), (3, 4), (4, 4), (4, 4), (4, 4), (4, 2))
    catalogue: dict[str, list[Procedure]] = {}
    number = 1000
    for place, tier, count in places:
        for _ in range(count):
            number += 1
            before, after = changes[number % len(changes)]
            procedure = Procedure(
                code=f"{1 + number % 2}.{number:06d}",
                name=f"Thủ tục mô phỏng số {number}",
                tier=tier,
                department=place if tier == "department" else "",
                state=_STATES[int(generator.integers(len(_STATES)))],
                has_result=bool(generator.random() > 0.08),
                levels=_levels(before, after),
            )
            if tier != "department" and number % 6 == 0:
                units = world.of_level(tier)
                unit = units[int(generator.integers(len(units)))].code
                # Half of the overrides end with the old vocabulary; after that the general level holds.
                last = date(2022, 8, 14) if number % 4 == 0 else None
                procedure.overrides[unit] = [Level(2 if before > 2 else 4, START, last)]
            catalogue.setdefault(place, []).append(procedure)
    return catalogue


def published_truth(catalogue: dict[str, list[Procedure]], world: World) -> list[MeasureValue]:
    """Procedures of level 3 or 4 open to the public on each month's last day, counted once in each unit."""
    items = []
    for procedures in catalogue.values():
        for procedure in procedures:
            if procedure.state not in PUBLISHED:
                continue
            if procedure.tier == "department":
                units = [procedure.department]
            else:
                units = [unit.code for unit in world.of_level(procedure.tier)]
            for month in world.months():
                end = month_end(month)
                for unit in units:
                    if procedure.level_for(unit, end) >= 3:
                        items.append((procedure.tier, unit, month, procedure.code))
    return recount_stock(world, "procedures_level_3_4_published", items)


def catalogue_records(
    catalogue: dict[str, list[Procedure]], world: World, known_at: datetime
) -> list[dict[str, object]]:
    """The catalogue as the national interface gives it at a moment: a record for each level in turn."""
    records: list[dict[str, object]] = []
    for procedures in catalogue.values():
        for procedure in procedures:
            base: dict[str, object] = {
                "MaTTHC": procedure.full_code,
                "TenTTHC": procedure.name,
                "CapThucHien": TIERS[procedure.tier],
                "CoQuanThucHienChinh": formal_name(world.units[procedure.department]) if procedure.department else None,
                "TrangThai": procedure.state,
                "ThuTucKhongCoKetQua": 0 if procedure.has_result else 1,
            }
            general = _known(procedure.levels, known_at)
            for level in general[:-1]:
                records.append(base | _validity(level, known_at) | {"DonViThuTuc": []})
            # Units' own levels hang on the newest record: what they leave empty, its open validity fills.
            own = {unit: _known(levels, known_at) for unit, levels in procedure.overrides.items()}
            elements = [
                {"DonVi": full_name(world.units[unit], world), **_validity(level, known_at)}
                for unit, levels in own.items()
                for level in levels
            ]
            updates = [str(element.pop("NgayCapNhat")) for element in elements]
            newest = _validity(general[-1], known_at)
            newest["NgayCapNhat"] = max([str(newest["NgayCapNhat"]), *updates])
            records.append(base | newest | {"DonViThuTuc": elements})
    return records


def _known(levels: list[Level], known_at: datetime) -> list[Level]:
    return [
        level if level.last is None or level.last <= known_at.date() else Level(level.level, level.first, None)
        for level in levels
        if level.first <= known_at.date()
    ]


def _validity(level: Level, known_at: datetime) -> dict[str, object]:
    changed = CHANGE if level.last is not None or level.first == CHANGE else START
    updated = min(datetime.combine(changed, time(8, 0)), known_at)
    return {
        "MucDo": level.level,
        "HieuLucTu": f"{level.first:%Y%m%d}",
        "HieuLucDen": f"{level.last:%Y%m%d}" if level.last else None,
        "NgayCapNhat": f"{updated:%Y%m%d%H%M%S}",
    }
