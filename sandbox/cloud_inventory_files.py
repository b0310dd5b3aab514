"""The inventories as people fill them: owners merged down the column, hosting in free words, a block of signatures."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.exports import Window, received
from sandbox.frame import Delivered, DirtTally, Unit, World
from sandbox.spelling import UNKNOWN_UNITS, Speller, day_text, decomposed, full_name, without_accents
from sandbox.workbooks import Cell, Header, Sheet, write_xlsx

if TYPE_CHECKING:
    from sandbox.cloud_inventory import Inventory, System

SOURCE = "cloud_inventory"
COLUMNS = (
    "STT", "Tên HTTT/CSDL", "Đơn vị chủ quản", "Đơn vị vận hành", "Loại", "Phạm vi", "Nơi cài đặt", "Địa chỉ IP/URL",
    "Cấp độ ATTT", "Năm đưa vào sử dụng", "Trạng thái", "Ngày chuyển lên Cloud", "Ghi chú",
)  # fmt: skip
OWNER_COLUMN = 2
NAME, OWNER, KIND, SCOPE, HOSTING, STATUS, MOVED, NOTE = 0, 1, 3, 4, 5, 9, 10, 11
KINDS = {"httt": ("HTTT", "Phần mềm"), "csdl": ("CSDL", "cơ sở dữ liệu"), "trang": ("Cổng/Trang TTĐT", "Trang TTĐT")}
SCOPES = {"tinh": "Tỉnh", "huyen": "Huyện", "xa": "Xã", "tw": "TW triển khai"}
HOSTINGS = {
    "cloud": ("Lạng Sơn Cloud", "LS Cloud", "cloud tỉnh", "LS  CLOUD", "Đặt tại Lạng Sơn Cloud"),
    "server": ("TTDL tỉnh - máy chủ vật lý", "TTDL tỉnh", "Máy chủ vật lý TTDL tỉnh"),
    "vnpt": ("Thuê DV VNPT", "IDC VNPT", "Thuê dịch vụ VNPT"),
    "viettel": ("Thuê DV Viettel", "IDC Viettel", "Cloud Viettel"),
    "own": ("Tại đơn vị", "tai don vi", "Máy chủ tại đơn vị"),
    "ministry": ("Bộ, ngành TW", "Bộ ngành TW"),
}
STATUSES = {
    "dang_dung": ("Đang dùng", "đang sử dụng", "Đang hoạt động"), "thu_nghiem": ("Thử nghiệm", "đang thử nghiệm"),
    "dung": ("Dừng", "Không sử dụng"), "du_kien": ("Dự kiến", "Chưa triển khai"),
}  # fmt: skip
STRANGE_HOSTINGS = ("Chưa lên LS Cloud", "máy anh em bên phòng", "Cloud nước ngoài")
SPOILS = (
    "owner_spelling", "hosting_words", "hosting_words", "status_words", "kind_words", "name_spaces", "name_accents",
    "note_with_date",
)  # fmt: skip
RENAMED, CORRECTED, LATE, SAME_BYTES = 3, 6, 9, 12
"""Months of the last year whose inventory went wrong in that way."""


class _Writer:
    """One run's writing: the generator of dirt, the tally and what was delivered."""

    def __init__(self, world: World, inbox: Path, tally: DirtTally) -> None:
        self.world, self.inbox, self.tally = world, inbox, tally
        self.generator = world.random("cloud_inventory files")
        self.spell = Speller(world, self.generator)
        self.delivered: list[Delivered] = []

    def put(self, name: str, sheet: Sheet, moment: datetime) -> None:
        write_xlsx(self.inbox / SOURCE / name, sheet)
        self.delivered.append(Delivered(f"{SOURCE}/{name}", moment))

    def sheet(self, systems: "list[System]", day: date, is_first: bool) -> Sheet:
        """Every office's list under its name; `is_first` makes it the one that was wrong."""
        lists: dict[str, list[tuple[System, bool]]] = {}
        for system in systems:
            # A commune's systems stand in its district's list.
            lister = system.owner.parent or "" if system.owner.level == "commune" else system.owner.code
            lists.setdefault(lister, []).append((system, True))
            for place, other in enumerate(system.listed_by):
                lists.setdefault(other.code, []).append((system, place % 2 == 0))
        units = sorted(
            (self.world.units[code] for code in lists), key=lambda unit: (unit.level != "department", unit.code)
        )
        groups = [(full_name(unit, self.world), self.list_of(unit, lists[unit.code], day, is_first)) for unit in units]
        return Sheet(
            title=["KIỂM KÊ HỆ THỐNG THÔNG TIN, CƠ SỞ DỮ LIỆU (dữ liệu mô phỏng)", f"Tính đến ngày {day_text(day)}"],
            header=Header(COLUMNS),
            groups=groups,
            signature=["NGƯỜI LẬP BIỂU", "(Ký, ghi rõ họ tên)"],
            merged_column=OWNER_COLUMN,
        )

    def list_of(
        self, lister: Unit, members: "list[tuple[System, bool]]", day: date, is_first: bool
    ) -> list[list[Cell]]:
        rows: list[list[Cell]] = []
        written: str | None = None
        for system, names_owner in sorted(members, key=lambda item: (item[0].owner.code, item[0].number)):
            is_own = lister.code == system.owner.code
            row = self.row(system, day, is_first, knows=is_own or system.owner.level == "commune")
            if not names_owner:
                row[OWNER] = full_name(lister, self.world)
            # The same owner as in the row above: the merged cell.
            owner = str(row[OWNER])
            if owner == written:
                row[OWNER] = None
            written = owner
            rows.append(row)
        return rows

    def row(self, system: "System", day: date, is_first: bool, knows: bool) -> list[Cell]:
        """The row of a system. Another office than its owner knows neither its move nor its end."""
        known = day if knows else date(day.year - 1, 1, 1)
        hosting, status = system.hosting(known), system.status(known) if knows else "dang_dung"
        if is_first and hosting == "cloud" and system.number % 5 == 0:
            hosting = "own"
        moved = system.moved if hosting == "cloud" else None
        # A vendor's service would leave another set too; only what moves from a machine room is written down ahead.
        if hosting in ("server", "own") and system.moved and day < system.moved < day + timedelta(days=45) and knows:
            hosting, moved = "cloud", system.moved
        row: list[Cell] = [
            system.name, full_name(system.owner, self.world), "Tổ vận hành", KINDS[system.kind][0],
            SCOPES[system.scope], HOSTINGS[hosting][0], f"10.0.{system.number % 250}.10", 2 + system.number % 2,
            system.started.year, STATUSES[status][0], day_text(moved), "",
        ]  # fmt: skip
        if not self.world.settings.dirt:
            return row
        if system.strange_hosting:
            row[HOSTING] = STRANGE_HOSTINGS[system.number % len(STRANGE_HOSTINGS)]
        if system.lost == "unknown_owner":
            row[OWNER] = UNKNOWN_UNITS[system.number % len(UNKNOWN_UNITS)]
        elif system.lost == "unknown_status":
            row[STATUS] = "Không rõ"
        elif system.lost == "unknown_kind":
            row[KIND] = "Khác"
        elif self.generator.random() < 0.25:
            self.spoil(row, system, hosting, status, moved)
        return row

    def spoil(self, row: list[Cell], system: "System", hosting: str, status: str, moved: date | None) -> None:
        kind = SPOILS[int(self.generator.integers(len(SPOILS)))]
        name = system.name
        if kind == "owner_spelling" and system.owner.level != "commune":
            row[OWNER] = self.spell(system.owner)
        elif kind == "hosting_words" and not system.strange_hosting:
            ways = HOSTINGS[hosting]
            row[HOSTING] = ways[1 + int(self.generator.integers(len(ways) - 1))]
        elif kind == "status_words":
            row[STATUS] = STATUSES[status][1]
        elif kind == "kind_words":
            row[KIND] = KINDS[system.kind][1]
        elif kind == "name_spaces":
            row[NAME] = f" {name.replace(' ', '  ')}"
        elif kind == "name_accents":
            row[NAME] = (without_accents(name), decomposed(name))[system.number % 2]
        elif kind == "note_with_date" and moved and moved.year < self.world.settings.last.year:
            row[MOVED], row[NOTE] = (
                ("", "tháng 3", f"{moved.month}/{moved.year}")[system.number % 3],
                f"chuyển ngày {day_text(moved)}",
            )
        else:
            return
        self.tally.add(SOURCE, kind, repairable=1)


def write(entities: "Inventory", world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One inventory a closing day, with the ways such files go wrong."""
    writer = _Writer(world, inbox, tally)
    generator = world.random("cloud_inventory deliveries")
    for system in entities.systems:
        if system.lost:
            tally.add(SOURCE, system.lost, lost=1)
        if system.strange_hosting:
            tally.add(SOURCE, "hosting_nobody_declared", lost=1)
    for day in entities.closing_days:
        dirt = world.settings.dirt and day.year == world.settings.last.year
        moment = received(Window(day, day), 10, generator)
        stem = f"KiemKe_HTTT_{day:%Y%m%d}"
        if dirt and day.month == LATE:
            moment += timedelta(days=40)
            tally.add(SOURCE, "late_delivery", repairable=1)
        sheet = writer.sheet(entities.systems, day, is_first=dirt and day.month == CORRECTED)
        if dirt and day.month == RENAMED:
            renamed = tuple("Máy chủ đặt ở" if name == "Nơi cài đặt" else name for name in COLUMNS)
            first = Sheet(sheet.title, Header(renamed), sheet.groups, sheet.signature, OWNER_COLUMN)
            writer.put(f"{stem}_lan1.xlsx", first, moment - timedelta(days=2))
            tally.add(SOURCE, "renamed_column_refused", repairable=1)
        writer.put(f"{stem}.xlsx", sheet, moment)
        if dirt and day.month == SAME_BYTES:
            shutil.copyfile(inbox / SOURCE / f"{stem}.xlsx", inbox / SOURCE / f"{stem}_guilai.xlsx")
            writer.delivered.append(Delivered(f"{SOURCE}/{stem}_guilai.xlsx", moment + timedelta(days=2)))
            tally.add(SOURCE, "same_file_again", repairable=1)
        if dirt and day.month == CORRECTED:
            later = moment + timedelta(days=12)
            writer.put(f"{stem}_dinhchinh.xlsx", writer.sheet(entities.systems, day, is_first=False), later)
            tally.add(SOURCE, "corrected_resend", repairable=1)
    return writer.delivered
