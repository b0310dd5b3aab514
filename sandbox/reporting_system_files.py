"""The quarterly summaries of the reporting system: title rows, a header of two rows, groups by level, a total."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.exports import Window, received
from sandbox.frame import Delivered, DirtTally, Unit, World, month_end
from sandbox.spelling import (
    UNKNOWN_UNITS,
    Speller,
    day_text,
    decomposed,
    full_name,
    serial,
    without_accents,
)
from sandbox.workbooks import Cell, Header, Sheet, write_xlsx

if TYPE_CHECKING:
    from sandbox.reporting_system import Report

SOURCE = "reporting_system"
NAMES = (
    "STT", "Mã chế độ báo cáo", "Tên báo cáo", "Loại báo cáo", "Kỳ báo cáo", "Tên đơn vị", "Mã định danh",
    "Cơ quan nhận", "Hạn gửi", "Ngày gửi", "Phương thức", "Trạng thái", "Mật",
)  # fmt: skip
GROUPS = ("", "", "", "", "", "Đơn vị báo cáo", "Đơn vị báo cáo", "", *["Tình hình gửi"] * 4, "")
CODE, NAME, PERIOD, UNIT, UNIT_CODE, DUE, SENT, CHANNEL, STATE, SECRET = 0, 1, 3, 4, 5, 7, 8, 9, 10, 11
KINDS = {"dinh_ky": "Định kỳ", "chuyen_de": "Chuyên đề", "dot_xuat": "Đột xuất", "thong_ke": "Thống kê"}
CHANNELS = {
    "he_thong": ("Hệ thống TTBC", "hệ thống  TTBC", "Hệ thống thông tin báo cáo"),
    "truc_van_ban": ("Trục VB", "Trục văn bản", "TRỤC VB"),
    "thu_dien_tu": ("Email", "E-mail", "Thư điện tử"),
    "ban_giay": ("Bản giấy", "Giấy", "bản giấy "),
}
STATES = {
    "chua_gui": "Chưa gửi", "da_gui": "Đã gửi", "tra_lai": "Trả lại", "da_duyet": "Đã duyệt", "qua_han": "Quá hạn",
}  # fmt: skip
ROMAN = ("I", "II", "III", "IV")
HEADINGS = (
    ("department", "Sở, ban, ngành"),
    ("district", "UBND các huyện, thành phố"),
    ("commune", "UBND các xã, phường, thị trấn"),
)
SPOILS = (
    "unit_spelling", "code_only", "no_regime_code", "name_without_accents", "double_spaces", "decomposed_accents",
    "period_without_year", "period_words", "date_serial", "date_with_time", "channel_word",
)  # fmt: skip
RENAMED, SAME_BYTES, CORRECTED, LATE = (2021, 2), (2021, 3), (2022, 1), (2022, 3)


def quarters(world: World) -> list[Window]:
    """The calendar quarters of the world."""
    return [
        Window(month, month_end(month.replace(month=month.month + 2)))
        for month in world.months()
        if month.month in (1, 4, 7, 10) and month_end(month.replace(month=month.month + 2)) <= world.settings.last
    ]


def unit_codes(world: World) -> dict[str, str]:
    """A code of the organisation register for each office: made up, in the register's shape."""
    codes = {unit.code: f"000.00.{place:02d}.H37" for place, unit in enumerate(world.of_level("department"), 1)}
    for place, district in enumerate(world.of_level("district"), 41):
        codes[district.code] = f"000.00.{place:02d}.H37"
        for number, commune in enumerate(world.children(district.code, "commune"), 1):
            codes[commune.code] = f"000.{number:02d}.{place:02d}.H37"
    return codes


def period_text(report: "Report") -> str:
    """The period as the system words it."""
    month, year = report.month.month, report.month.year
    if not report.frequency:
        thematic = ("", "Giai đoạn 2016-2021")[report.number % 2]
        return (
            thematic
            if report.kind == "chuyen_de"
            else ("", "Đột xuất", f"Tháng {month % 12 + 1}/{year}")[report.number % 3]
        )
    half = f"6 tháng {'đầu' if month == 6 else 'cuối'} năm {year}"
    return {
        "thang": f"Tháng {month}/{year}",
        "quy": f"Quý {ROMAN[month // 3 - 1]}/{year}",
        "nua_nam": half,
        "nam": f"Năm {year}",
    }[report.frequency]


def other_period_text(report: "Report", with_year: bool) -> str:
    """The same period as people write it; without a year the deadline tells it."""
    month, year = report.month.month, report.month.year
    if with_year:
        first = (report.month - timedelta(days=1)).replace(day=15)
        cut_off = f"Từ {day_text(first)} đến 14/{month:02d}/{year}"
        ways = {
            "thang": (f"tháng {month:02d} năm {year}", f"T{month}/{year}", cut_off),
            "quy": (f"Quý {month // 3} năm {year}", f"QUY {ROMAN[month // 3 - 1]} - {year}"),
            "nua_nam": (f"6 tháng {'đầu' if month == 6 else 'cuối'} năm {year}".upper(),),
            "nam": (f"Cả năm {year}", f"{year}"),
        }  # fmt: skip
    else:
        ways = {
            "thang": (f"Tháng {month}", f"Thang {month:02d}"), "quy": (f"Quý {ROMAN[month // 3 - 1]}",),
            "nua_nam": ("6 tháng",), "nam": ("Năm", "Hằng năm"),
        }  # fmt: skip
    found = ways[report.frequency]
    return found[report.number % len(found)]


class _Writer:
    """One run's writing: the generator of dirt, the tally and what was delivered."""

    def __init__(self, world: World, inbox: Path, tally: DirtTally) -> None:
        self.world, self.inbox, self.tally = world, inbox, tally
        self.generator = world.random("reporting_system files")
        self.spell = Speller(world, self.generator)
        self.codes = unit_codes(world)
        self.delivered: list[Delivered] = []

    def put(self, name: str, sheet: Sheet, moment: datetime) -> None:
        write_xlsx(self.inbox / SOURCE / name, sheet)
        self.delivered.append(Delivered(f"{SOURCE}/{name}", moment))

    def sheet(self, reports: "list[Report]", window: Window, number: int, is_first: bool) -> Sheet:
        """The summary of a quarter: what was due in it, and what the quarter before had left open."""
        before = window.first - timedelta(days=1)
        quarter_before = (window.first - timedelta(days=80)).replace(day=1)
        groups: dict[str, list[list[Cell]]] = {level: [] for level, _ in HEADINGS}
        for report in reports:
            is_open = quarter_before <= report.due <= before and not report.is_settled(before)
            if window.first <= report.due <= window.last or is_open:
                row = self.row(report, window.last, is_first)
                groups[report.unit.level].append(row)
                if self.world.settings.dirt and self.generator.random() < 0.005:
                    groups[report.unit.level].append(list(row))
                    self.tally.add(SOURCE, "duplicate_row", repairable=1)
        quarter = f"Quý {ROMAN[number - 1]} năm {window.first.year}"
        return Sheet(
            title=[
                "UBND TỈNH LẠNG SƠN (dữ liệu mô phỏng)",
                "TỔNG HỢP TÌNH HÌNH THỰC HIỆN CHẾ ĐỘ BÁO CÁO",
                quarter if number % 2 else f"{quarter} ({window.title.lower()})",
            ],
            header=Header(NAMES, GROUPS),
            groups=[(heading, groups[level]) for level, heading in HEADINGS],
        )

    def row(self, report: "Report", cutoff: date, is_first: bool) -> list[Cell]:
        state, sent = report.state(cutoff)
        channel = report.channel
        if is_first and channel == "he_thong" and report.number % 9 == 0:
            channel = "ban_giay"
        row: list[Cell] = [
            report.code, report.name, KINDS[report.kind], period_text(report), full_name(report.unit, self.world),
            self.codes[report.unit.code], "UBND tỉnh", day_text(report.due), day_text(sent), CHANNELS[channel][0],
            STATES[state], ("x", "Mật")[report.number % 2] if report.is_secret else "",
        ]  # fmt: skip
        if report.lost:
            self.lose(row, report)
        elif self.world.settings.dirt and report.counts and self.generator.random() < 0.1:
            self.spoil(row, report, channel, sent)
        return row

    def lose(self, row: list[Cell], report: "Report") -> None:
        if report.lost == "unknown_unit":
            row[UNIT], row[UNIT_CODE] = UNKNOWN_UNITS[report.number % len(UNKNOWN_UNITS)], None
        elif report.lost == "unreadable_date":
            row[DUE] = f"31/02/{report.due.year}"
        elif report.lost == "unknown_channel":
            row[CHANNEL] = "Nhắn tin"
        else:
            row[PERIOD] = f"Tháng 13/{report.due.year}"

    def spoil(self, row: list[Cell], report: "Report", channel: str, sent: date | None) -> None:
        kind = SPOILS[int(self.generator.integers(len(SPOILS)))]
        name = str(row[NAME])
        if kind == "unit_spelling":
            row[UNIT] = self.unit_text(report.unit)
        elif kind == "code_only":
            row[UNIT] = None
        elif kind == "no_regime_code" and report.code:
            row[CODE] = None
        elif kind == "name_without_accents":
            row[NAME] = without_accents(name)
        elif kind == "double_spaces":
            row[NAME] = f" {name.replace(' ', '  ')}"
        elif kind == "decomposed_accents":
            row[NAME] = decomposed(name).upper()
        elif kind in ("period_without_year", "period_words") and report.frequency:
            row[PERIOD] = other_period_text(report, kind == "period_words")
        elif kind == "date_serial" and sent:
            row[SENT] = int(serial(datetime(sent.year, sent.month, sent.day)))
        elif kind == "date_with_time" and sent:
            row[SENT] = f"{row[SENT]} 16:30:00"
        elif kind == "channel_word":
            row[CHANNEL] = CHANNELS[channel][1 + report.number % 2]
        else:
            return
        self.tally.add(SOURCE, kind, repairable=1)

    def unit_text(self, unit: Unit) -> str:
        """Another way to write the office; a commune's always with its district: its name alone may be another's."""
        if unit.level != "commune":
            return self.spell(unit)
        name = full_name(unit, self.world)
        return (name.upper(), decomposed(name), name.replace(" ", "  "))[int(self.generator.integers(3))]


def write(entities: "list[Report]", world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One summary a quarter, with the ways such files go wrong."""
    writer = _Writer(world, inbox, tally)
    generator = world.random("reporting_system deliveries")
    for report in entities:
        if report.lost:
            tally.add(SOURCE, report.lost, lost=1)
    for window in quarters(world):
        number = (window.first.month + 2) // 3
        place = (window.first.year, number)
        dirt = world.settings.dirt
        moment = received(window, 8, generator)
        stem = f"BC_tong_hop_Q{number}_{window.first.year}"
        if dirt and place == LATE:
            moment += timedelta(days=33)
            tally.add(SOURCE, "late_delivery", repairable=1)
        sheet = writer.sheet(entities, window, number, is_first=dirt and place == CORRECTED)
        if dirt and place == RENAMED:
            names = tuple("Cách gửi" if name == "Phương thức" else name for name in NAMES)
            first = Sheet(sheet.title, Header(names, GROUPS), sheet.groups, sheet.signature)
            writer.put(f"{stem}_lan1.xlsx", first, moment - timedelta(days=2))
            tally.add(SOURCE, "renamed_column_refused", repairable=1)
        writer.put(f"{stem}.xlsx", sheet, moment)
        if dirt and place == SAME_BYTES:
            shutil.copyfile(inbox / SOURCE / f"{stem}.xlsx", inbox / SOURCE / f"{stem}_guilai.xlsx")
            writer.delivered.append(Delivered(f"{SOURCE}/{stem}_guilai.xlsx", moment + timedelta(days=2)))
            tally.add(SOURCE, "same_file_again", repairable=1)
        if dirt and place == CORRECTED:
            # After the next quarter's summary: an earlier state must not take the place of a later one.
            later = moment + timedelta(days=110)
            writer.put(f"{stem}_dinhchinh.xlsx", writer.sheet(entities, window, number, is_first=False), later)
            tally.add(SOURCE, "corrected_resend", repairable=1)
    return writer.delivered
