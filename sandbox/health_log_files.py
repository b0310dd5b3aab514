"""The telehealth logs and the payment surveys as workbooks, with their own dirt."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.exports import Window, received, windows
from sandbox.frame import Delivered, DirtTally, World
from sandbox.health_survey import METHODS, NO_PLATFORM, PLANNED_DAYS, Answer
from sandbox.spelling import day_text, decomposed, serial
from sandbox.telehealth import Link
from sandbox.workbooks import Cell, Header, Sheet, write_xlsx

if TYPE_CHECKING:
    from sandbox.health_facilities import HealthFacilities

SOURCE = "health_facilities"
LOG_COLUMNS = ("STT", "Mã CSKCB", "Bệnh viện tuyến trên", "Nền tảng", "Ngày kết nối", "Số ca hội chẩn", "Kỳ")
SURVEY_COLUMNS = (
    "STT", "Mã CSKCB", "Tên cơ sở KCB", "Máy POS", "Mã QR", "Chuyển khoản", "Thẻ khám chữa bệnh", "Ngày triển khai",
    "Nền tảng số đang dùng", "Người trả lời",
)  # fmt: skip
YES = ("Có", "x", "1", "CÓ", "có ", "Đã triển khai")
NO = ("Không", "", "0", "Chưa", "KHÔNG")
SENT_AGAIN, LATE_LOG = 6, 10
LATE_SURVEY = 9


def _title(second: str, third: str, period: str) -> list[str]:
    return ["SỞ Y TẾ TỈNH LẠNG SƠN", second, f"{third} (MÔ PHỎNG)", period]


def write_logs(entities: "HealthFacilities", world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One log for the year before, one a month in the last year."""
    generator = world.random("telehealth deliveries")
    delivered = []
    for window in windows(world):
        is_month = window.first.month == window.last.month
        month = window.first.month if world.settings.dirt and is_month else 0
        days = int(generator.integers(3, 9))
        stem = f"{SOURCE}/NhatKyHoiChan_{window.in_name}"
        rows = [row for row in _log_rows(entities.links, window, world, tally) if row]
        titled = _title("TRUNG TÂM ĐIỀU HÀNH HỘI CHẨN", "NHẬT KÝ HỘI CHẨN TỪ XA", window.title)
        signed = ["NGƯỜI LẬP BIỂU"]
        if month == SENT_AGAIN:
            # At first the sessions of half of the links were not entered.
            empty = [[*row[:4], None, row[5]] if place % 2 else row for place, row in enumerate(rows)]
            write_xlsx(inbox / f"{stem}_lan1.xlsx", Sheet(titled, Header(LOG_COLUMNS), [("", empty)], signed))
            delivered.append(Delivered(f"{stem}_lan1.xlsx", received(window, days, generator)))
            tally.add(SOURCE, "corrected_resend", repairable=1)
            days += 11
        if month == LATE_LOG:
            days += 33
            tally.add(SOURCE, "late_file", repairable=1)
        write_xlsx(inbox / f"{stem}.xlsx", Sheet(titled, Header(LOG_COLUMNS), [("", rows)], signed))
        delivered.append(Delivered(f"{stem}.xlsx", received(window, days, generator)))
    return delivered


def _log_rows(links: list[Link], window: Window, world: World, tally: DirtTally) -> list[list[Cell]]:
    """A row of every link and month of the window in which it stood or was tried."""
    rows: list[list[Cell]] = []
    for month in world.months():
        if not window.first <= month <= window.last:
            continue
        for number, link in enumerate(links):
            if link.is_logged(month):
                row = _log_row(link, month, number, world, tally)
                rows.append(row)
                if world.settings.dirt and (number + month.month) % 19 == 0:
                    rows.append(list(row))
                    tally.add(SOURCE, "session_row_twice", repairable=1)
    return rows


def _log_row(link: Link, month: date, number: int, world: World, tally: DirtTally) -> list[Cell]:
    held = link.sessions.get(month)
    # The log of a month in trial leaves the day of connection open.
    connected = link.connected if link.connected and link.connected <= month + timedelta(days=31) else None
    row: list[Cell] = [
        link.facility, link.hospital, link.platform, day_text(connected), held if held else (0, None)[number % 2],
        f"{month.month:02d}/{month.year}",
    ]  # fmt: skip
    if not world.settings.dirt:
        return row
    turn = (number * 7 + month.month) % 11
    if link.lost:
        row[4] = "nhiều ca"
        tally.add(SOURCE, "unreadable_number", lost=1)
    elif turn == 0:
        row[0] = int(link.facility)
        tally.add(SOURCE, "code_as_number", repairable=1)
    elif turn == 1:
        row[0] = f"{link.facility}.0"
        tally.add(SOURCE, "code_as_float", repairable=1)
    elif turn == 2 and connected:
        row[3] = int(serial(datetime(connected.year, connected.month, connected.day)))
        tally.add(SOURCE, "date_serial", repairable=1)
    elif turn == 3:
        row[5] = f"Tháng {month.month}/{month.year}"
        tally.add(SOURCE, "period_in_words", repairable=1)
    elif turn == 4:
        row[1] = decomposed(link.hospital).upper()
        tally.add(SOURCE, "decomposed_accents", repairable=1)
    return row


def write_surveys(entities: "HealthFacilities", world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """One survey a quarter, of every facility that works and answers."""
    generator = world.random("health survey deliveries")
    delivered = []
    for day in entities.survey_days:
        days = int(generator.integers(6, 14))
        if world.settings.dirt and day.month == LATE_SURVEY:
            days += 25
            tally.add(SOURCE, "late_file", repairable=1)
        rows: list[list[Cell]] = []
        for number, answer in enumerate(entities.answers):
            if answer.is_given(day, False):
                rows += _answer_rows(answer, number, day, world, tally)
        titled = _title(
            "PHÒNG KẾ HOẠCH - TÀI CHÍNH", "KHẢO SÁT THANH TOÁN KHÔNG DÙNG TIỀN MẶT VÀ NỀN TẢNG SỐ",
            f"Tính đến ngày {day_text(day)}",
        )  # fmt: skip
        name = f"{SOURCE}/KhaoSat_TTKDTM_{day:%Y%m%d}.xlsx"
        write_xlsx(inbox / name, Sheet(titled, Header(SURVEY_COLUMNS), [("", rows)], ["NGƯỜI LẬP BIỂU"]))
        delivered.append(Delivered(name, received(Window(day, day), days, generator)))
    return delivered


def _answer_rows(answer: Answer, number: int, day: date, world: World, tally: DirtTally) -> list[list[Cell]]:
    code = answer.facility.code
    dirt = world.settings.dirt
    told = answer.tells_methods(day)
    is_near = answer.deployed is not None and not told and answer.deployed <= day + timedelta(days=4 * PLANNED_DAYS)
    ways = YES if dirt else YES[:1]
    nos = NO if dirt else NO[:2]
    cells: list[Cell] = []
    for place, method in enumerate(METHODS):
        if method in answer.methods and told:
            cells.append(ways[(number + place) % len(ways)])
        elif method in answer.methods and is_near:
            cells.append("Đang triển khai")
        else:
            cells.append(nos[(number + place) % len(nos)])
    # A day still to come is always given; of what is there, some give none.
    says = told and answer.deployed is not None and (answer.says_date or answer.deployed > day)
    platforms = "; ".join(answer.platforms) if answer.names_platform(day) else NO_PLATFORM[number % len(NO_PLATFORM)]
    if dirt and answer.names_platform(day) and number % 5 == 0:
        platforms = f"{'Không, ' if number % 2 else 'x; '}{' và '.join(answer.platforms)}"
        tally.add(SOURCE, "platforms_as_free_text", repairable=1)
    row: list[Cell] = [
        code, answer.facility.name, *cells, day_text(answer.deployed) if says else "", platforms, "Cán bộ khảo sát",
    ]  # fmt: skip
    if answer.lost == "unknown_answer":
        row[2] = "Tùy lúc"
    elif answer.lost == "unreadable_date":
        row[6] = "30/02/2022"
    elif answer.lost:
        row[0] = f"20{code[1:]}"
    if answer.lost:
        tally.add(SOURCE, answer.lost, lost=1)
    elif dirt and number % 13 == 3:
        row[0] = float(code)
        tally.add(SOURCE, "code_as_number", repairable=1)
    elif dirt and number % 31 == 5:
        # Answered twice: the first time before anything was there.
        first: list[Cell] = [code, row[1], "Không", "Không", "Không", "Không", "", "Không", row[8]]
        tally.add(SOURCE, "answered_twice", repairable=1)
        return [first, row]
    return [row]
