"""Staff lists of the vocational institutions and lists of attendance, XLSX and CSV by turns."""

import shutil
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from sandbox.bulk_files import ListCell, write_lines, write_list_xlsx
from sandbox.exports import windows
from sandbox.frame import AS_OF, Delivered, DirtTally, World
from sandbox.names import person_name
from sandbox.spelling import day_text, decomposed
from sandbox.vocational_training import Attendance, Course, Member, VocationalTraining, closing_days

SOURCE = "vocational_training"
_STAFF_LABELS = (
    "Mã cơ sở GDNN", "Tên cơ sở", "Mã nhân viên", "Họ và tên", "Nhóm", "Ngày vào", "Ngày nghỉ", "Loại hợp đồng",
)  # fmt: skip
_STAFF_CODES = ("ma_cs_gdnn", "ten_cs", "ma_nv", "ho_ten", "nhom", "ngay_vao", "ngay_nghi", "loai_hop_dong")
_COURSE_LABELS = (
    "Mã cơ sở GDNN", "Tên cơ sở", "Mã nhân viên", "Họ và tên", "Mã lớp", "Tên lớp", "Thời gian", "Số tiết",
    "Chứng nhận",
)  # fmt: skip
_COURSE_CODES = (
    "ma_cs_gdnn", "ten_cs", "ma_nv", "ho_ten", "ma_lop", "ten_lop", "ngay_ket_thuc", "so_tiet", "chung_nhan",
)  # fmt: skip
_GROUPS = {"quan_ly": "Quản lý", "nha_giao": "Nhà giáo", "vien_chuc": "Viên chức", "lao_dong": "Người lao động"}
_EXPORT_DELAY = 12  # days from the closing day to the export: whoever joins or gives notice meanwhile is in the list


def _received(day: date, days: int) -> datetime:
    return min(datetime(day.year, day.month, day.day, 14, 5) + timedelta(days=days), AS_OF)


def _write(
    path: Path, title: Sequence[str], labels: Sequence[str], codes: Sequence[str], rows: list[list[ListCell]]
) -> None:
    if path.suffix == ".xlsx":
        numbered = ([number, *row] for number, row in enumerate(rows, start=1))
        write_list_xlsx(path, title, ["STT", *labels], numbered, ["NGƯỜI LẬP BIỂU", "(Ký, ghi rõ họ tên)"])
    else:
        body = (";".join("" if cell is None else str(cell) for cell in row) for row in rows)
        write_lines(path, [";".join(codes), *body], "utf-8-sig")


def write_staff(entities: VocationalTraining, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One list a closing day: one short and then whole, one with a renamed column, one late, one twice."""
    deliveries: list[Delivered] = []
    dirt = world.settings.dirt
    for turn, day in enumerate(closing_days(world)):
        suffix = "csv" if turn % 4 == 3 else "xlsx"
        stem, delay = f"{SOURCE}/NhanSuGDNN_{day:%Y%m%d}", _EXPORT_DELAY
        listed = [each for each in entities.staff if _is_listed(each, day)]
        if dirt and turn == 2:
            _write_list(inbox / f"{stem}_lan1.{suffix}", entities, listed[: len(listed) // 3], day, tally)
            deliveries.append(Delivered(f"{stem}_lan1.{suffix}", _received(day, delay)))
            tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
            delay += 9
        elif dirt and turn == 6:
            _write_list(inbox / f"{stem}_cu.{suffix}", entities, listed, day, tally, renamed=True)
            deliveries.append(Delivered(f"{stem}_cu.{suffix}", _received(day, delay)))
            tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
            delay += 3
        elif dirt and turn == 8:
            delay += 45
            tally.add(SOURCE, "late_file", repairable=1)
        _write_list(inbox / f"{stem}.{suffix}", entities, listed, day, tally)
        deliveries.append(Delivered(f"{stem}.{suffix}", _received(day, delay)))
        if dirt and turn == 10:
            shutil.copyfile(inbox / f"{stem}.{suffix}", inbox / f"{stem}_gui_lai.{suffix}")
            deliveries.append(Delivered(f"{stem}_gui_lai.{suffix}", _received(day, delay + 4)))
            tally.add(SOURCE, "same_file_sent_twice", repairable=1)
    return deliveries


def _is_listed(member: Member, day: date) -> bool:
    """Those who joined by the export, and of those who left, whoever did in the year."""
    return member.joined <= day + timedelta(days=_EXPORT_DELAY) and (
        member.left is None or member.left.year >= day.year
    )


def _write_list(
    path: Path,
    entities: VocationalTraining,
    listed: Sequence[Member],
    day: date,
    tally: DirtTally,
    renamed: bool = False,
) -> None:
    rows: list[list[ListCell]] = []
    for place, member in enumerate(listed):
        number, group, joined = member.number, _GROUPS[member.group], day_text(member.joined)
        left = member.left if member.left and member.left <= day + timedelta(days=_EXPORT_DELAY) else None
        if member.lost == "unreadable_date":
            joined = "31/02/" + joined[-4:]
        elif member.lost == "unknown_group":
            group = "Khác"
        elif member.spoiled == "stray_white_space":
            number = f" {number}\t"
        elif member.spoiled == "lower_case":
            number = number.lower()
        elif member.spoiled == "decomposed_accents":
            group = decomposed(group).upper()
        if member.lost:
            tally.add(SOURCE, member.lost, lost=1)
        elif member.spoiled:
            tally.add(SOURCE, member.spoiled, repairable=1)
        contract = "Hợp đồng khoán" if member.is_contractor else ("Biên chế", "HĐLĐ", None)[place % 3]
        as_cell = path.suffix == ".xlsx" and place % 3 == 0 and not member.lost
        row: list[ListCell] = [
            member.institution, entities.institutions[member.institution], number, person_name(member.person), group,
            member.joined if as_cell else joined, left if as_cell else day_text(left), contract,
        ]  # fmt: skip
        rows += [row, row] if member.spoiled == "listed_twice" else [row]
    labels, codes = list(_STAFF_LABELS), list(_STAFF_CODES)
    if renamed:
        labels[4] = codes[4] = "Vị trí"
    title = ["SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI", "DANH SÁCH NHÂN SỰ (MÔ PHỎNG)", f"Tính đến ngày {day_text(day)}"]
    _write(path, title, labels, codes, rows)


def write_courses(entities: VocationalTraining, world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One list a window: one late, one short and then whole."""
    deliveries: list[Delivered] = []
    dirt = world.settings.dirt
    for turn, window in enumerate(windows(world)):
        mine = [course for course in entities.courses if window.first <= course.last <= window.last]
        suffix = "csv" if turn % 3 == 2 else "xlsx"
        stem, delay = f"{SOURCE}/BoiDuongCDS_{window.in_name}", 8
        title = ["DANH SÁCH BỒI DƯỠNG CHUYỂN ĐỔI SỐ (MÔ PHỎNG)", window.title]
        if dirt and turn == 5:
            rows = _attendance_rows(entities, mine[:1], dirt, tally)
            _write(inbox / f"{stem}_lan1.{suffix}", title, _COURSE_LABELS, _COURSE_CODES, rows)
            deliveries.append(Delivered(f"{stem}_lan1.{suffix}", _received(window.last, delay)))
            tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
            delay += 10
        elif dirt and turn == 7:
            delay += 38
            tally.add(SOURCE, "late_file", repairable=1)
        rows = _attendance_rows(entities, mine, dirt, tally)
        _write(inbox / f"{stem}.{suffix}", title, _COURSE_LABELS, _COURSE_CODES, rows)
        deliveries.append(Delivered(f"{stem}.{suffix}", _received(window.last, delay)))
    return deliveries


def _attendance_rows(
    entities: VocationalTraining, courses: Sequence[Course], dirt: bool, tally: DirtTally
) -> list[list[ListCell]]:
    return [
        _attendance_row(entities, course, attendance, place, dirt, tally)
        for course in courses
        for place, attendance in enumerate(course.attendances)
    ]


def _attendance_row(
    entities: VocationalTraining, course: Course, attendance: Attendance, place: int, dirt: bool, tally: DirtTally
) -> list[ListCell]:
    member = attendance.member
    number: str | None = member.number
    when = day_text(course.last)
    if course.first.month == course.last.month and course.first < course.last:
        when = f"{course.first.day}-{course.last.day}/{course.last.month}/{course.last.year}"
    elif course.first < course.last:
        when = f"{course.first.day}/{course.first.month}-{course.last.day}/{course.last.month}/{course.last.year}"
    answer = ("Có" if place % 2 else "x") if attendance.certified else ("Không" if place % 2 else None)
    if attendance.lost == "name_only":
        number = None
    elif attendance.lost == "unreadable_date":
        when = f"giữa tháng {course.last.month}"
    elif dirt and place % 7 == 3:
        number = member.number.lower()
        tally.add(SOURCE, "lower_case", repairable=1)
    if attendance.mistyped and number:
        number += "X"
    if attendance.lost:
        tally.add(SOURCE, f"attendance_{attendance.lost}", lost=1)
    return [
        member.institution, entities.institutions[member.institution], number, person_name(member.person), course.code,
        "Kỹ năng số cơ bản", when, 16, answer,
    ]  # fmt: skip
