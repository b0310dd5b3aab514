"""The province's register of incoming documents: HTML pages in the first half of the year, workbooks after that."""

import html
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from sandbox.bulk_files import ListCell, write_list_xlsx
from sandbox.e_office_documents import Document
from sandbox.exports import Window, received, windows
from sandbox.frame import Delivered, DirtTally, Unit, World
from sandbox.names import person_name
from sandbox.spelling import UNKNOWN_UNITS, day_text, decomposed, full_name, moment_text, serial

SOURCE = "e_office"
RENAMED, LATE, CUT_SHORT, SAME_BYTES = 2, 5, 8, 10
"""Months of the last year whose register has a renamed column at first, is late, incomplete at first, comes twice."""
HEADER = (
    "STT", "Số đến", "Đơn vị nhận", "Cấp", "Ngày đến", "Hạn xử lý", "Ngày hoàn thành", "Điện tử/giấy", "Trạng thái",
    "Độ mật", "Ngày cập nhật", "Người xử lý",
)  # fmt: skip
BOOK_HEADER = (*HEADER, "Mã văn bản", "Số ký hiệu", "Trích yếu", "Đến/đi")
FORMS = {
    "dien_tu": ("Điện tử", "ĐIỆN TỬ", "dien_tu"), "hon_hop": ("Hỗn hợp", "hỗn hợp", "hon_hop"),
    "giay": ("Giấy", "bản giấy", ""),
}  # fmt: skip
LEVELS = {"department": "Tỉnh", "district": "Huyện", "commune": "Xã"}


def write_documents(documents: list[Document], world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One register for the year before, one a month in the last year."""
    generator = world.random("e_office document deliveries")
    ordered = sorted(documents, key=lambda document: (document.received, document.code))
    names = {unit.code: full_name(unit, world) for unit in world.units.values() if unit.level in LEVELS}
    for document in documents:
        if document.lost:
            tally.add(SOURCE, document.lost, lost=1)
    delivered: list[Delivered] = []
    for window in windows(world):
        is_month = window.first.month == window.last.month
        month = window.first.month if world.settings.dirt and is_month else 0
        suffix = "html" if is_month and window.first.month <= 6 else "xlsx"
        days = int(generator.integers(3, 9))
        rows = [
            _row(document, window, names[document.unit.code], world, tally)
            for document in ordered
            if document.is_listed(window)
        ]
        stem = f"{SOURCE}/SoVanBanDen_{window.in_name}"
        if month in (RENAMED, CUT_SHORT):
            header = tuple("Phải xong trước" if name == "Hạn xử lý" and month == RENAMED else name for name in HEADER)
            some = [row for place, row in enumerate(rows) if month == RENAMED or place % 8]
            _put(inbox / f"{stem}_lan1.{suffix}", window, header, some)
            delivered.append(Delivered(f"{stem}_lan1.{suffix}", received(window, days, generator)))
            kind = "renamed_column_refused" if month == RENAMED else "incomplete_then_corrected_file"
            tally.add(SOURCE, kind, repairable=1)
            days += 8
        if month == LATE:
            days += 40
            tally.add(SOURCE, "late_delivery", repairable=1)
        _put(inbox / f"{stem}.{suffix}", window, HEADER, rows)
        delivered.append(Delivered(f"{stem}.{suffix}", received(window, days, generator)))
        if month == SAME_BYTES:
            shutil.copyfile(inbox / f"{stem}.{suffix}", inbox / f"{stem}_guilai.{suffix}")
            moment = delivered[-1].received_at + timedelta(days=3)
            delivered.append(Delivered(f"{stem}_guilai.{suffix}", moment))
            tally.add(SOURCE, "same_file_again", repairable=1)
    return delivered


Row = tuple[list[ListCell], str, Document]
"""The cells below HEADER without the number, the document's key as written, and the document."""


def _row(document: Document, window: Window, name: str, world: World, tally: DirtTally) -> Row:
    done = document.processed_by(window.cutoff)
    number = int(document.code)
    key = document.code
    cells: list[ListCell] = [
        str(number % 9_000 + 1) if document.is_registered else None,
        name,
        _level_word(document.unit),
        day_text(document.received),
        day_text(document.due),
        day_text(done),
        FORMS[document.form][0] if done else "",
        "Đã xử lý" if done else ("Chờ xử lý", "Đang xử lý")[number % 2],
        "Thường" if document.secrecy == "thuong" else document.secrecy,
        moment_text(document.updated_by(window.cutoff)),
        person_name(number),
    ]
    if document.lost == "document_of_unknown_unit":
        cells[1] = UNKNOWN_UNITS[number % len(UNKNOWN_UNITS)]
    elif document.lost == "document_with_unreadable_deadline":
        cells[4] = "31/02/2022"
    elif document.lost:
        key = ""
    elif world.settings.dirt and number % 9 == 0:
        tally.add(SOURCE, _spoil(cells, document, done is not None), repairable=1)
    return cells, key, document


def _level_word(unit: Unit) -> str:
    if unit.level == "commune":
        return next(kind for kind in ("Xã", "Phường", "Thị trấn") if unit.name.startswith(kind))
    return LEVELS[unit.level]


def _spoil(cells: list[ListCell], document: Document, is_done: bool) -> str:
    """Write one cell otherwise; what was done."""
    turn = int(document.code) // 9 % 5
    name = str(cells[1])
    if turn == 0:
        cells[1] = (name.upper(), decomposed(name), f"  {name.replace(' ', '  ')} ")[int(document.code) // 45 % 3]
        return "document_unit_spelling"
    if turn == 1 and document.due:
        cells[4] = int(serial(datetime(document.due.year, document.due.month, document.due.day)))
        return "document_date_serial"
    if turn == 2 and is_done:
        cells[6] = FORMS[document.form][1 + int(document.code) // 45 % 2]
        return "document_code_word"
    if turn == 3 and document.secrecy == "thuong":
        cells[8] = ("", "Không")[int(document.code) // 45 % 2]
        return "document_no_secrecy"
    cells[3] = f"{cells[3]} 07:45"
    return "document_date_with_time"


def _put(path: Path, window: Window, header: tuple[str, ...], rows: list[Row]) -> None:
    title = ["VĂN PHÒNG UBND TỈNH LẠNG SƠN", "SỔ VĂN BẢN ĐẾN (dữ liệu mô phỏng)", window.title]
    if path.suffix == ".html":
        _write_page(path, title, header, rows)
        return
    listed = (
        [place, *cells, key, f"{document.code[-4:]}/MP", f"Văn bản mô phỏng số {document.code}", _direction(document)]
        for place, (cells, key, document) in enumerate(rows, start=1)
    )
    write_list_xlsx(path, title, [*header, *BOOK_HEADER[len(HEADER) :]], listed, ["NGƯỜI LẬP BIỂU"])


def _direction(document: Document) -> str:
    return "1" if document.is_incoming else "2"


def _write_page(path: Path, title: list[str], header: tuple[str, ...], rows: list[Row]) -> None:
    """As the office system answers: the key and what is not shown stand in the row's attributes, with entities."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["<html><head><meta charset='utf-8'><title>MÔ PHỎNG / SIMULATED</title></head><body>"]
    lines += [f"<p>{html.escape(line)}</p>" for line in title]
    lines.append("<table class='tb-list'><tr>" + "".join(f"<th>{name}</th>" for name in header) + "</tr>")
    for place, (cells, key, document) in enumerate(rows, start=1):
        about = f"Văn bản mô phỏng&comma; số {document.code}&#46;"
        shown = "".join(f"<td>{'' if cell is None else str(cell).replace(',', '&comma;')}</td>" for cell in cells)
        lines.append(
            f'<tr FlyID="{key}" so_ky_hieu="{document.code[-4:]}/MP" trich_yeu="{about}" '
            f'congvan_dendi="{_direction(document)}" onclick="showDocDetail({key})"><td>{place}</td>{shown}</tr>'
        )
    lines.append("</table></body></html>")
    path.write_text("\n".join(lines), encoding="utf-8")
