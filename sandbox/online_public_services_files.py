"""What the portal's users export: registers in XLSX, the full synchronisation in JSON, the catalogue in JSON."""

import json
import shutil
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sandbox.exports import Window, received, windows
from sandbox.frame import Delivered, DirtTally, Unit, World
from sandbox.names import address, person_name, phone_number
from sandbox.procedures import catalogue_records
from sandbox.spelling import (
    UNKNOWN_UNITS,
    Speller,
    compact_text,
    day_text,
    formal_name,
    full_name,
    moment_text,
    serial,
)
from sandbox.workbooks import Cell, Header, Sheet, write_xlsx

if TYPE_CHECKING:
    from sandbox.online_public_services import Dossier, Portal

SOURCE = "online_public_services"
SYNCHRONISED = ("SO_TTTT", "SO_CT", "178", "184")
"""Parts that also send the full synchronisation, three days newer than their register."""
WITHOUT_UPDATE_COLUMN = ("SO_TC",)
OWN_FILES = ("183", "187", "188")
"""In these districts the first commune sends its own register beside the district's, with the same dossiers."""
CORRECTED = (("SO_XD", 5), ("185", 8), ("180", 12))
RENAMED = (("SO_YT", 4), ("189", 10))
SAME_BYTES = (("SO_NV", 6), ("181", 9))
LATE = (("SO_TNMT", 3), ("186", 7), ("182", 12))
CATALOGUES = (
    ("20210101-20211231", "2021-01-15"),
    ("20220101-20221231", "2022-01-14"),
    ("20220101-20221231", "2022-08-25"),
)
DATES = ("Ngày nộp hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Ngày trả", "Ngày cập nhật")
BEFORE_DATES = (
    "STT",
    "Mã hồ sơ",
    "Mã TTHC",
    "Trích yếu hồ sơ",
    "Chủ hồ sơ",
    "Địa chỉ chủ hồ sơ",
    "Số điện thoại",
    "Đơn vị xử lý",
    "Kênh thực hiện",
    "Trạng thái hồ sơ",
)
AFTER_DATES = ("Có số hóa TPHS", "Số thành phần hồ sơ", "Số thành phần đã số hóa", "Số kết quả điện tử")
CODE, PROCEDURE, UNIT, CHANNEL, STATUS, INTAKE, DUE, UPDATED, FLAG = 0, 1, 6, 7, 8, 10, 11, 14, 15
CHANNELS = {"1": ("Trực tiếp", "1"), "2": ("Trực tuyến", "2"), "3": ("Bưu chính công ích", "BCCI"), None: ("", "")}
STATUSES = {
    1: ("Mới đăng ký", "new"),
    2: ("Được tiếp nhận", "receiving"),
    3: ("Không được tiếp nhận", "denied"),
    4: ("Đang xử lý", "processing"),
    5: ("Yêu cầu bổ sung", "waiting"),
    6: ("Nghĩa vụ tài chính", "paying"),
    7: ("Công dân rút", "cancelled"),
    8: ("Dừng xử lý", "unresolved"),
    9: ("Đã xử lý xong", "releasing"),
    10: ("Đã trả kết quả", "done"),
}
SPOILS = (
    "unit_spelling",
    "unit_spelling",
    "unit_from_heading",
    "date_serial",
    "date_without_time",
    "code_word",
    "stray_space",
)


def sync_cutoff(window: Window) -> datetime:
    """The moment whose state a synchronisation shows."""
    return window.cutoff + timedelta(days=3)


def correction_moment(window: Window) -> datetime:
    """When a wrong register was put right; the last month's only just before the sandbox's end."""
    days = 31 if window.last.month == 12 else 17
    return datetime.combine(window.last + timedelta(days=days), time(9))


class _Writer:
    """One run's writing: the generator of dirt, the tally and what was delivered."""

    def __init__(self, world: World, inbox: Path, tally: DirtTally) -> None:
        self.world = world
        self.inbox = inbox
        self.tally = tally
        self.generator = world.random("online_public_services files")
        self.spell = Speller(world, self.generator)
        self.delivered: list[Delivered] = []

    def put(self, name: str, sheet: Sheet, moment: datetime) -> None:
        write_xlsx(self.inbox / SOURCE / name, sheet)
        self.delivered.append(Delivered(f"{SOURCE}/{name}", moment))

    def put_json(self, name: str, content: object, moment: datetime) -> None:
        path = self.inbox / SOURCE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        self.delivered.append(Delivered(f"{SOURCE}/{name}", moment))

    def sheet(self, part: Unit, window: Window, dossiers: "list[Dossier]", corrected: bool = False) -> Sheet:
        """The register of one window; with `corrected`, the second and right one."""
        is_district = part.level == "district"
        below = self.world.children(part.code, "commune") if is_district else []
        groups: dict[str, list[list[Cell]]] = {unit.code: [] for unit in [part, *below]}
        has_update = part.code not in WITHOUT_UPDATE_COLUMN
        for dossier in dossiers:
            if dossier.is_listed(window):
                row = self.row(dossier, window.cutoff, corrected)
                members = groups[dossier.unit.code]
                members.append(row if has_update else [*row[:UPDATED], *row[UPDATED + 1 :]])
                if self.world.settings.dirt and self.generator.random() < 0.01:
                    members.append(list(members[-1]))
                    self.tally.add(SOURCE, "duplicate_row", repairable=1)
        dates = DATES if has_update else DATES[:-1]
        spans = ("",) * len(BEFORE_DATES) + ("Thời gian",) * len(dates) + ("",) * len(AFTER_DATES)
        return Sheet(
            title=["SỔ THEO DÕI HỒ SƠ (dữ liệu mô phỏng)", f"Đơn vị: {full_name(part, self.world)}", window.title],
            header=Header((*BEFORE_DATES, *dates, *AFTER_DATES), spans),
            groups=[
                (formal_name(self.world.units[code]) if is_district else "", rows) for code, rows in groups.items()
            ],
            signature=["NGƯỜI LẬP BIỂU", "(Ký, ghi rõ họ tên)"],
        )

    def row(self, dossier: "Dossier", cutoff: datetime, corrected: bool) -> list[Cell]:
        channel, updated = shown_channel(dossier, cutoff, corrected)
        number = int(dossier.code[-5:])
        intake = dossier.reached((2,), cutoff)
        status = dossier.status_at(cutoff)
        row: list[Cell] = [
            dossier.code,
            dossier.procedure_text,
            f"Hồ sơ mô phỏng số {number}",
            person_name(number),
            address(number),
            phone_number(number),
            formal_name(dossier.unit),
            CHANNELS[channel][0],
            STATUSES[status][0],
            moment_text(dossier.submitted),
            moment_text(intake),
            moment_text(intake + timedelta(days=15) if intake else None),
            moment_text(dossier.reached((7, 8, 9), cutoff)),
            moment_text(dossier.reached((10,), cutoff)),
            moment_text(updated),
            "Có" if dossier.says_digitised else "Không",
            dossier.components,
            dossier.digitised,
            result_count(dossier, status),
        ]
        if dossier.lost:
            _lose(row, dossier.lost)
        elif self.world.settings.dirt and self.generator.random() < 0.12:
            self.spoil(row, dossier, channel, status, intake)
        return row

    def spoil(
        self, row: list[Cell], dossier: "Dossier", channel: str | None, status: int, intake: datetime | None
    ) -> None:
        kind = SPOILS[int(self.generator.integers(len(SPOILS)))]
        if kind == "unit_spelling":
            row[UNIT] = self.spell(dossier.unit)
        elif kind == "unit_from_heading":
            row[UNIT] = ""
        elif kind == "date_serial" and intake:
            row[INTAKE] = serial(intake)
        elif kind == "date_without_time" and intake:
            row[INTAKE] = day_text(intake)
        elif kind == "code_word":
            row[CHANNEL] = CHANNELS[channel][1]
            row[STATUS] = (STATUSES[status][1], str(status), f" {STATUSES[status][0].upper()}")[
                int(self.generator.integers(3))
            ]
            row[FLAG] = "1" if dossier.says_digitised else "0"
        elif kind == "stray_space":
            row[CODE] = f"{row[CODE]}\t"
            row[PROCEDURE] = f" {row[PROCEDURE]} "
        else:
            return
        self.tally.add(SOURCE, kind, repairable=1)


def _lose(row: list[Cell], kind: str) -> None:
    if kind == "unknown_unit":
        row[UNIT] = UNKNOWN_UNITS[len(str(row[CODE])) % len(UNKNOWN_UNITS)]
    elif kind == "unknown_code":
        row[STATUS] = "Chuyển hệ thống"
    elif kind == "missing_key":
        row[CODE] = None
    elif row[INTAKE]:
        row[INTAKE] = "31/02/2022 25:00:00"


def shown_channel(dossier: "Dossier", cutoff: datetime, corrected: bool) -> tuple[str | None, datetime]:
    """The channel and the update time an export of that moment shows."""
    updated = dossier.updated_at(cutoff)
    if dossier.corrected_at is None:
        return dossier.channel, updated
    if corrected or cutoff >= dossier.corrected_at:
        return dossier.channel, max(updated, dossier.corrected_at)
    return dossier.first_channel, updated


def result_count(dossier: "Dossier", status: int) -> int:
    """Files attached as a result: once the work is done, and the notice that it was stopped."""
    return 1 if dossier.has_result_file and status in (8, 9, 10) else 0


def json_record(dossier: "Dossier", cutoff: datetime) -> dict[str, object]:
    """One dossier as the national interface gives it."""
    channel, updated = shown_channel(dossier, cutoff, corrected=False)
    number = int(dossier.code[-5:])
    status = dossier.status_at(cutoff)
    intake = dossier.reached((2,), cutoff)
    record: dict[str, object] = {
        "MaHoSo": dossier.code,
        "MaTTHC": dossier.procedure_text or None,
        "TenTTHC": dossier.procedure.name if dossier.procedure else None,
        "KenhThucHien": channel,
        "ChuHoSo": person_name(number),
        "MaDoiTuong": f"MP{number:010d}",
        "SoDienThoai": phone_number(number),
        "DonViXuLy": formal_name(dossier.unit),
        "TrangThaiHoSo": str(status),
        "NgayNopHoSo": compact_text(dossier.submitted),
        "NgayTiepNhan": compact_text(intake),
        "NgayHenTra": compact_text(intake + timedelta(days=15) if intake else None),
        "NgayKetThucXuLy": compact_text(dossier.reached((7, 8, 9), cutoff)),
        "NgayTra": compact_text(dossier.reached((10,), cutoff)),
        "NgayCapNhat": compact_text(updated),
        "HoSoCoThanhPhanSoHoa": 1 if dossier.says_digitised else 0,
        "TaiLieuNop": [
            {"MaThanhPhanHoSo": f"TP{place}", "DuocSoHoa": 1 if place < dossier.digitised else 0}
            for place in range(dossier.components)
        ],
        "DanhSachGiayToKetQua": [
            {"TenGiayTo": "Kết quả mô phỏng", "DuongDanTepTinKetQua": f"kq/{number}.pdf"}
            for _ in range(result_count(dossier, status))
        ],
    }
    if dossier.lost == "unknown_unit":
        record["DonViXuLy"] = UNKNOWN_UNITS[len(dossier.code) % len(UNKNOWN_UNITS)]
    elif dossier.lost == "unknown_code":
        record["TrangThaiHoSo"] = "99"
    elif dossier.lost == "missing_key":
        record["MaHoSo"] = None
    elif dossier.lost and intake:
        record["NgayTiepNhan"] = "20220231250000"
    return record


def write(entities: "Portal", world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """Write the registers, synchronisations and catalogues; returns what was delivered and when."""
    writer = _Writer(world, inbox, tally)
    generator = world.random("online_public_services deliveries")
    for place, (name, day) in enumerate(CATALOGUES, start=1):
        moment = datetime.fromisoformat(f"{day}T10:00:00")
        records = catalogue_records(entities.catalogue, world, moment)
        writer.put_json(f"DanhMucTTHC_lan{place}_{name}.json", {"data": records}, moment)
    for code, dossiers in sorted(entities.parts.items()):
        for dossier in dossiers:
            if dossier.lost:
                tally.add(SOURCE, dossier.lost, lost=1)
        for window in windows(world):
            _write_window(writer, generator, world.units[code], window, dossiers)
    return writer.delivered


def _write_window(
    writer: _Writer, generator: np.random.Generator, part: Unit, window: Window, dossiers: "list[Dossier]"
) -> None:
    """One part's deliveries about one window."""

    def struck(places: tuple[tuple[str, int], ...]) -> bool:
        is_month = window.first.month == window.last.month and window.first.year == writer.world.settings.last.year
        return writer.world.settings.dirt and is_month and (part.code, window.first.month) in places

    days = int(generator.integers(3, 6))
    if struck(LATE):
        days = 24
        writer.tally.add(SOURCE, "late_delivery", repairable=1)
    moment = received(window, days, generator)
    stem = f"SoTheoDoiHoSo_{part.code}_{window.in_name}"
    sheet = writer.sheet(part, window, dossiers)
    if struck(RENAMED):
        names = tuple("Số biên nhận" if name == "Mã hồ sơ" else name for name in sheet.header.names)
        first = Sheet(sheet.title, Header(names, sheet.header.groups), sheet.groups, sheet.signature)
        writer.put(f"{stem}_lan1.xlsx", first, moment - timedelta(hours=20))
        writer.tally.add(SOURCE, "renamed_column_refused", repairable=1)
    writer.put(f"{stem}.xlsx", sheet, moment)
    if struck(SAME_BYTES):
        again = f"{stem}_guilai.xlsx"
        shutil.copyfile(writer.inbox / SOURCE / f"{stem}.xlsx", writer.inbox / SOURCE / again)
        writer.delivered.append(Delivered(f"{SOURCE}/{again}", moment + timedelta(days=2)))
        writer.tally.add(SOURCE, "same_file_again", repairable=1)
    if struck(CORRECTED):
        later = correction_moment(window)
        writer.put(f"{stem}_dinhchinh.xlsx", writer.sheet(part, window, dossiers, corrected=True), later)
        writer.tally.add(SOURCE, "corrected_resend", repairable=1)
    if part.code in SYNCHRONISED and window.first.month == window.last.month:
        listed = [json_record(dossier, sync_cutoff(window)) for dossier in dossiers if dossier.is_listed(window)]
        moment = max(moment, sync_cutoff(window)) + timedelta(hours=2)
        writer.put_json(f"DongBoHoSo_{part.code}_{window.in_name}.json", {"data": listed}, moment)
    if part.code in OWN_FILES:
        commune = writer.world.children(part.code, "commune")[0]
        own = [dossier for dossier in dossiers if dossier.unit is commune]
        moment = received(window, 2, generator)
        writer.put(f"SoTheoDoiHoSo_{commune.code}_{window.in_name}.xlsx", writer.sheet(commune, window, own), moment)
