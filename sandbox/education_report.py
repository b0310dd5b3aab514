"""The education database's report of submitted data: notes, a header of three merged rows, numbers as decimals."""

from datetime import date, datetime
from pathlib import Path

import xlsxwriter

from sandbox.education import KINDS_OF_DATA, Practice
from sandbox.frame import World
from sandbox.spelling import day_text

_NOTES = (
    (0, "*Số HS tốt nghiệp (MÔ PHỎNG):"), (1, "-Mầm non: số trẻ hoàn thành chương trình (học kỳ 2)"),
    (1, "-Tiểu học: số học sinh hoàn thành chương trình (cuối kỳ 2)"), (1, "-THCS, THPT, GDTX: số học sinh tốt nghiệp"),
)  # fmt: skip
_SINGLE = ("TT", "Mã trường", "Tên trường", "Đối tác", "Cấp học", "Đơn vị quản lý")
_GROUPS = ((6, 11, "Cán Bộ - Giáo viên"), (12, 16, "Lớp"), (17, 19, "Học sinh"), (20, 24, "Kết quả học tập"))
_SECOND = (
    (6, 6, "Tổng số CB trên QLNT"), (7, 7, "Số CB đã nộp"), (8, 8, "Ngày nộp cuối"), (9, 11, "Đề án Ngoại ngữ"),
    (12, 12, "Tổng số lớp trên QLNT"), (13, 15, "Số lớp đã nộp"), (16, 16, "Ngày nộp cuối"),
    (17, 17, "Tổng số HS trên QLNT"), (18, 18, "Số HS đã nộp"), (19, 19, "Ngày nộp cuối"),
    (20, 22, "Số HS đã nộp có KQHT"), (23, 23, "Số HS tốt nghiệp*"), (24, 24, "Ngày nộp cuối"),
)  # fmt: skip
_THIRD = (
    (9, "GV ngoại ngữ"), (10, "GV được BDNCNC Ngoại ngữ"), (11, "GV được BDNCNC Sư phạm"), (13, "Tổng "),
    (14, "Số lớp ghép"), (15, "Số lớp đơn"), (20, "Học kì 1"), (21, "Học kì 2"), (22, "Cả năm"),
)  # fmt: skip
_LEVELS = {
    "45": "Mầm non", "1": "Tiểu học", "2": "THCS", "12": "PTCS", "23": "PTTH", "3": "THPT", "6": "GDTX", "236": "GDTX",
}  # fmt: skip
_HEADER = 5  # the header's first row, from 0


def write_report(path: Path, day: date, rows: list[Practice], world: World) -> None:
    """One line a school, with what it has and what it submitted; a test entry of the vendor at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    book.set_properties({"title": "MÔ PHỎNG / SIMULATED", "created": datetime(2022, 1, 1)})
    page = book.add_worksheet("Sheet1")
    for row, (column, note) in enumerate(_NOTES):
        page.write_string(row, column, note)
    for column, name in enumerate(_SINGLE):
        page.merge_range(_HEADER, column, _HEADER + 2, column, name)
    for first, last, name in _GROUPS:
        page.merge_range(_HEADER, first, _HEADER, last, name)
    below = {column for column, _ in _THIRD}
    for first, last, name in _SECOND:
        if first in below:
            page.merge_range(_HEADER + 1, first, _HEADER + 1, last, name)
        else:
            page.merge_range(_HEADER + 1, first, _HEADER + 2, first, name)
    for column, name in _THIRD:
        page.write_string(_HEADER + 2, column, name)
    for number, practice in enumerate(rows, start=1):
        for column, cell in enumerate(_line(number, practice, day, world)):
            if isinstance(cell, str) and cell:
                page.write_string(_HEADER + 2 + number, column, cell)
            elif isinstance(cell, float):
                page.write_number(_HEADER + 2 + number, column, cell)
    for column, text in enumerate((float(len(rows) + 1), "28764572970000000001", "Trường test VNPT", "VNPT_LSN")):
        if isinstance(text, str):
            page.write_string(_HEADER + 3 + len(rows), column, text)
        else:
            page.write_number(_HEADER + 3 + len(rows), column, text)
    book.close()


def _line(number: int, practice: Practice, day: date, world: World) -> list[str | float | None]:
    school = practice.school
    code = school.code
    if practice.sent_lost == "short_code":
        code = code[:6]
    elif practice.sent_spoiled == "code_as_float":
        code = f"{code}.0"
    sizes = (18.0 + number % 30, 7.0 + number % 15, 150.0 + number % 400)
    shown: list[tuple[float | None, float | None, str | None]] = []
    for kind in range(KINDS_OF_DATA):
        days = [when for when, what in practice.sent if what == kind and school.opened <= when <= day]
        if not days:
            shown.append((sizes[kind], None if kind == KINDS_OF_DATA - 1 else 0.0, None))
            continue
        submitted = 0.0 if practice.withdrawn else sizes[kind]
        if practice.sent_spoiled == "more_submitted_than_there_are":
            submitted += 18.0 if submitted else 0.0
        text = day_text(max(days))
        shown.append((sizes[kind], submitted, "31/02/2022" if practice.sent_lost == "unreadable_date" else text))
    (staff, staff_sent, staff_day), (classes, classes_sent, classes_day), (pupils, pupils_sent, pupils_day) = shown
    district = world.units[world.units[school.commune].parent or ""].name
    return [
        float(number), code, school.name, practice.partner, _LEVELS[school.levels],
        f"Phòng Giáo dục và Đào tạo {district}", staff, staff_sent, staff_day, 0.0, 0.0, 0.0, classes, classes_sent,
        0.0, classes_sent, classes_day, pupils, pupils_sent, pupils_day, 0.0, 0.0, 0.0, 0.0, None,
    ]  # fmt: skip
