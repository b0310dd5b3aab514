"""The registers of work files as the senders export them: XLSX from most, HTML pages from some districts."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.exports import Window, received, windows
from sandbox.frame import Delivered, DirtTally, Unit, World
from sandbox.names import person_name
from sandbox.spelling import UNKNOWN_UNITS, Speller, day_text, formal_name, moment_text, serial
from sandbox.workbooks import Cell, Header, Sheet, write_html, write_xlsx

if TYPE_CHECKING:
    from sandbox.e_office import Office, WorkFile

SOURCE = "e_office"
HTML_SENDERS = ("181", "184", "187")
RENAMED = ("SO_XD", 3)
SAME_BYTES = (("SO_YT", 5), ("186", 9))
LATE = (("SO_GDDT", 2), ("185", 6), ("182", 12))
CORRECTED = (("SO_NNPTNT", 4), ("183", 7), ("188", 11))
"""Part and month of 2022 whose register was wrong at first and sent again."""
SPOILS = ("unit_spelling", "unit_spelling", "date_serial", "date_with_time", "code_word", "stray_space", "no_secrecy")
COLUMNS = (
    "STT",
    "Mã HSCV",
    "Tiêu đề",
    "Đơn vị",
    "Cấp",
    "Ngày mở",
    "Ngày kết thúc",
    "Hình thức xử lý",
    "Độ mật",
    "Trạng thái",
    "Ngày cập nhật",
    "Người lập",
)
FORMS = {
    "dien_tu": ("Điện tử", "ĐIỆN TỬ", "dien_tu", " điện  tử "),
    "hon_hop": ("Hỗn hợp", "hỗn hợp", "hon_hop", "HỖN HỢP"),
    "giay": ("Giấy", "Bản giấy", "giay", "bản giấy "),
}


def _level_word(unit: Unit) -> str:
    """The level as the register words it; towns and wards by their own kind."""
    if unit.level == "commune":
        return next(kind for kind in ("Xã", "Phường", "Thị trấn") if unit.name.startswith(kind))
    return {"department": "Tỉnh", "district": "Huyện"}[unit.level]


class _Writer:
    """One run's writing: the generator of dirt, the tally and what was delivered."""

    def __init__(self, world: World, inbox: Path, tally: DirtTally) -> None:
        self.world = world
        self.inbox = inbox
        self.tally = tally
        self.generator = world.random("e_office files")
        self.spell = Speller(world, self.generator)
        self.delivered: list[Delivered] = []

    def put(self, name: str, sheet: Sheet, moment: datetime) -> None:
        path = self.inbox / SOURCE / name
        (write_html if name.endswith(".html") else write_xlsx)(path, sheet)
        self.delivered.append(Delivered(f"{SOURCE}/{name}", moment))

    def sheet(self, part: Unit, window: Window, files: "list[WorkFile]", corrected_at: datetime | None) -> Sheet:
        """The register of one window; `corrected_at` makes it the second, right one."""
        groups: dict[str, list[list[Cell]]] = {}
        units = {part.code: part} | {unit.code: unit for unit in self.world.children(part.code, "commune")}
        for code in units:
            groups[code] = []
        for file in files:
            if file.is_listed(window):
                row = self.row(file, window, corrected_at)
                groups[file.unit.code].append(row)
                if self.world.settings.dirt and self.generator.random() < 0.01:
                    groups[file.unit.code].append(list(row))
                    self.tally.add(SOURCE, "duplicate_row", repairable=1)
        is_district = part.level == "district"
        return Sheet(
            title=["SỔ HỒ SƠ CÔNG VIỆC (dữ liệu mô phỏng)", f"Đơn vị: {formal_name(part)}", window.title],
            header=Header(COLUMNS),
            groups=[(formal_name(units[code]) if is_district else "", rows) for code, rows in groups.items()],
            signature=["NGƯỜI LẬP BIỂU", "(Ký, ghi rõ họ tên)"],
        )

    def row(self, file: "WorkFile", window: Window, corrected_at: datetime | None) -> list[Cell]:
        closed = file.closed_by(window.cutoff)
        updated = file.updated_by(window.cutoff)
        form = file.form
        if file.first_form and corrected_at is None:
            form = file.first_form
        elif file.first_form and corrected_at is not None:
            updated = corrected_at
        row: list[Cell] = [
            file.code,
            f"Hồ sơ mô phỏng số {file.code[-5:]}",
            formal_name(file.unit),
            _level_word(file.unit),
            day_text(file.opened),
            day_text(closed),
            FORMS[form][0],
            "Thường" if file.secrecy == "thuong" else file.secrecy,
            "Đã kết thúc" if closed else "Đang xử lý",
            moment_text(updated),
            person_name(int(file.code[-5:])),
        ]
        if file.lost:
            self.lose(row, file.lost)
        elif self.world.settings.dirt and self.generator.random() < 0.12:
            self.spoil(row, file, form)
        return row

    def lose(self, row: list[Cell], kind: str) -> None:
        if kind == "unknown_unit":
            row[2] = UNKNOWN_UNITS[len(str(row[0])) % len(UNKNOWN_UNITS)]
        elif kind == "unknown_code":
            row[6] = "Chưa phân loại"
        elif kind == "missing_key":
            row[0] = None
        elif row[5]:
            row[5] = "31/02/" + str(row[5])[-4:]

    def spoil(self, row: list[Cell], file: "WorkFile", form: str) -> None:
        kind = SPOILS[int(self.generator.integers(len(SPOILS)))]
        closed = row[5]
        if kind == "unit_spelling":
            row[2] = self.spell(file.unit)
        elif kind == "date_serial" and closed and file.closed:
            row[5] = int(serial(datetime(file.closed.year, file.closed.month, file.closed.day)))
        elif kind == "date_with_time" and closed:
            row[5] = f"{closed} 16:30:00"
        elif kind == "code_word":
            row[6] = FORMS[form][1 + int(self.generator.integers(3))]
        elif kind == "stray_space":
            row[0] = f" {row[0]}\t"
        elif kind == "no_secrecy" and file.secrecy == "thuong":
            row[7] = ("", "Không")[int(self.generator.integers(2))]
        else:
            return
        self.tally.add(SOURCE, kind, repairable=1)


def _in(places: tuple[tuple[str, int], ...], part: Unit, window: Window, world: World) -> bool:
    """Whether the part's month is one of those that dirt of a whole file strikes."""
    is_month = window.first.month == window.last.month and window.first.year == world.settings.last.year
    return world.settings.dirt and is_month and (part.code, window.first.month) in places


def write(entities: "Office", world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """Write every part's registers; returns what was delivered and when."""
    writer = _Writer(world, inbox, tally)
    generator = world.random("e_office deliveries")
    for file in entities.files():
        if file.lost:
            tally.add(SOURCE, file.lost, lost=1)
    for code, files in sorted(entities.parts.items()):
        part = world.units[code]
        suffix = "html" if code in HTML_SENDERS else "xlsx"
        for window in windows(world):
            days = int(generator.integers(3, 9))
            if _in(LATE, part, window, world):
                days = 27
                tally.add(SOURCE, "late_delivery", repairable=1)
            moment = received(window, days, generator)
            stem = f"SoHSCV_{code}_{window.in_name}"
            sheet = writer.sheet(part, window, files, None)
            if _in((RENAMED,), part, window, world):
                renamed = tuple("Cách làm" if name == "Hình thức xử lý" else name for name in COLUMNS)
                first = Sheet(sheet.title, Header(renamed), sheet.groups, sheet.signature)
                writer.put(f"{stem}_lan1.{suffix}", first, moment - timedelta(days=1))
                tally.add(SOURCE, "renamed_column_refused", repairable=1)
            writer.put(f"{stem}.{suffix}", sheet, moment)
            if _in(SAME_BYTES, part, window, world):
                again = f"{stem}_guilai.{suffix}"
                shutil.copyfile(inbox / SOURCE / f"{stem}.{suffix}", inbox / SOURCE / again)
                writer.delivered.append(Delivered(f"{SOURCE}/{again}", moment + timedelta(days=2)))
                tally.add(SOURCE, "same_file_again", repairable=1)
            if _in(CORRECTED, part, window, world):
                later = moment + timedelta(days=12)
                writer.put(f"{stem}_dinhchinh.{suffix}", writer.sheet(part, window, files, later), later)
                tally.add(SOURCE, "corrected_resend", repairable=1)
    return writer.delivered
