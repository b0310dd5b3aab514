"""Cashless payments as they come: schools' receipts, quarterly summaries and lists of methods are files.

The facilities' receipts are in a database of the health sector: what it is filled with lies under `served/` as CSV and
is loaded by `sandbox.database`.
"""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.bulk_files import ListCell, write_lines, write_list_xlsx
from sandbox.cashless_receipts import CASHLESS, MIXED, Collector, Receipt
from sandbox.cashless_use import quarter_ends
from sandbox.exports import Window, received, windows
from sandbox.frame import Delivered, DirtTally, Served, World, month_end
from sandbox.names import person_name
from sandbox.spelling import day_text, serial

if TYPE_CHECKING:
    from sandbox.cashless_payments import Payments

SOURCE = "cashless_payments"
_SCHOOL = (
    "Mã trường", "Tên trường", "Mã xã", "Kỳ thu", "Ngày thu", "Số biên lai", "Khoản thu", "Họ tên học sinh",
    "Hình thức thanh toán", "Số tiền", "Nguồn thu", "Trạng thái",
)  # fmt: skip
HEALTH_COLUMNS = (
    "ma_cskcb", "ten_cskcb", "ma_xa", "ky", "ngay_thu", "so_bien_lai", "loai_khoan", "ho_ten", "hinh_thuc", "so_tien",
    "nguon", "trang_thai", "t_bntt", "t_bncct", "t_bhtt",
)  # fmt: skip
_COLLECTOR, _PLACE, _DAY, _NUMBER, _ITEM, _METHOD, _AMOUNT = 0, 2, 4, 5, 6, 8, 9
_ITEMS = {
    "hoc_phi": "Học phí", "vien_phi": "Viện phí", "bhyt": "BHYT", "tam_ung": "Tạm ứng", "hoan": "Hoàn trả",
    "noi_bo": "Chuyển nội bộ", "khac": "Khác",
}  # fmt: skip
_WORDS = {
    "TM": ("Tiền mặt", "tien mat", "TIỀN MẶT"), "CK": ("Chuyển khoản", "chuyen khoan"), "POS": ("Quẹt thẻ", "Máy POS"),
    "QR": ("VietQR", "Mã QR"), "VI": ("Ví", "Ví điện tử"), "THE_KCB": ("Thẻ KCB", "Thẻ khám chữa bệnh"),
    MIXED: ("TM+CK", "tiền mặt/chuyển khoản", ""),
}  # fmt: skip
_CODES = {"VI": "Ví", "THE_KCB": "Thẻ KCB"}
_PAYERS = {"nguoi_dan": "Người dân", "nsnn": "NSNN", "bhxh": "BHXH"}
_STATES = {"da_thu": "Đã thu", "huy": "Đã hủy", "cho": "Chờ thanh toán"}
_SPOILS = (
    "method_word",
    "amount_with_dots",
    "date_with_time",
    "date_serial",
    "code_as_number",
    "no_place",
    "stray_space",
)
_UNITS_OF_MONEY = (
    ("triệu đồng", 1_000_000, "title"),
    ("nghìn đồng", 1_000, "header"),
    ("triệu đồng", 1_000_000, "header"),
)
_RENAMED, _LATE, _CORRECTED, _TWICE = ("school", 3), ("health", 9), (("school", 7), ("health", 6)), ("health", 4)
_BESIDE = date(2022, 5, 1)


class _Writer:
    """One run's writing: the generator of dirt, the tally and what was delivered."""

    def __init__(self, payments: "Payments", world: World, inbox: Path, tally: DirtTally) -> None:
        self.payments, self.world, self.inbox, self.tally = payments, world, inbox, tally
        self.dirt = world.settings.dirt
        self.generator = world.random("cashless_payments files")
        self.delivered: list[Delivered] = []
        self.by_month: dict[tuple[str, date], list[tuple[Collector, Receipt]]] = {}
        for collector in payments.collectors:
            for receipt in payments.receipts[collector.code]:
                if receipt.lost:
                    tally.add(SOURCE, f"unreadable_{receipt.lost}", lost=1)
                if not collector.sends_summary:
                    key = (collector.sector, receipt.day.replace(day=1))
                    self.by_month.setdefault(key, []).append((collector, receipt))

    def receipts(self, sector: str, window: Window) -> Iterator[tuple[Collector, Receipt]]:
        for month in self.world.months():
            if window.first <= month <= window.last:
                yield from self.by_month.get((sector, month), [])

    def put(self, name: str, moment: datetime, served: Served | None = None) -> None:
        self.delivered.append(Delivered(f"{SOURCE}/{name}", moment, served))

    def is_struck(self, where: tuple[str, int], sector: str, window: Window) -> bool:
        is_month = window.first.month == window.last.month and window.first.year == self.world.settings.last.year
        return self.dirt and is_month and where == (sector, window.first.month)

    def write_receipts(self, sector: str) -> None:
        generator = self.world.random(f"cashless_payments deliveries {sector}")
        stem, suffix = ("ThuHocPhi", "xlsx") if sector == "school" else ("BienLaiVienPhi", "csv")
        for window in windows(self.world):
            late = self.is_struck(_LATE, sector, window)
            moment = received(window, 40 if late else int(generator.integers(4, 12)), generator)
            if late:
                self.tally.add(SOURCE, "late_delivery", repairable=1)
            name = f"{stem}_{window.in_name}.{suffix}"
            served = None if sector == "school" else Served("health_receipts", "-", window.first, window.last)
            is_corrected = any(self.is_struck(where, sector, window) for where in _CORRECTED)
            rows = list(self.rows(sector, window, wrong=is_corrected))
            if self.is_struck(_RENAMED, sector, window):
                first = name.replace(".", "_lan1.")
                self.file(sector, first, window, rows, {"Hình thức thanh toán": "Cách nộp"})
                self.put(first, moment - timedelta(days=1))
                self.tally.add(SOURCE, "renamed_column_refused", repairable=1)
            self.file(sector, name, window, rows, {})
            self.put(name, moment, served)
            if is_corrected:
                again = name.replace(".", "_dinhchinh.")
                self.file(sector, again, window, list(self.rows(sector, window, wrong=False)), {})
                self.put(again, moment + timedelta(days=9), served)
                self.tally.add(SOURCE, "corrected_resend", repairable=1)
            if self.is_struck(_TWICE, sector, window):
                again = name.replace(".", "_guilai.")
                shutil.copyfile(self.inbox / SOURCE / name, self.inbox / SOURCE / again)
                self.put(again, moment + timedelta(days=3), served)
                self.tally.add(SOURCE, "same_file_again", repairable=1)

    def file(self, sector: str, name: str, window: Window, rows: list[list[ListCell]], renamed: dict[str, str]) -> None:
        path = self.inbox / SOURCE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if sector == "school":
            header = [renamed.get(column, column) for column in _SCHOOL]
            title = ["SỞ GIÁO DỤC VÀ ĐÀO TẠO (dữ liệu mô phỏng)", "DANH SÁCH BIÊN LAI THU", window.title]
            write_list_xlsx(path, title, header, rows, ["NGƯỜI LẬP BIỂU"])
        else:
            write_lines(path, [",".join(HEALTH_COLUMNS), *(",".join(map(_quoted, row)) for row in rows)])

    def rows(self, sector: str, window: Window, wrong: bool) -> Iterator[list[ListCell]]:
        """The list of one window; `wrong` is the first sending, where some QR payments stood as cash."""
        for collector, receipt in self.receipts(sector, window):
            method = "TM" if wrong and receipt.method == "QR" else receipt.method
            row = self.row(collector, receipt, method)
            yield row
            if self.dirt and self.generator.random() < 0.01:
                self.tally.add(SOURCE, "duplicate_row", repairable=1)
                yield list(row)
        if self.dirt:
            self.tally.add(SOURCE, "test_row", repairable=1)
            test = Receipt("TEST-01", window.first, "khac", "QR", 1_000, "nguoi_dan")
            yield self.row(self.payments.collectors[0 if sector == "school" else -1], test, "QR", spoil=False)

    def row(self, collector: Collector, receipt: Receipt, method: str, spoil: bool = True) -> list[ListCell]:
        number = receipt.day.toordinal() + int(receipt.amount) // 1_000
        row: list[ListCell] = [
            collector.code, collector.name, collector.commune, f"{receipt.day.month:02d}/{receipt.day.year}",
            day_text(receipt.day), receipt.number, _ITEMS[receipt.item], person_name(abs(number)),
            _CODES.get(method, method), receipt.amount, _PAYERS[receipt.payer], _STATES[receipt.state],
        ]  # fmt: skip
        if collector.sector == "health":
            row += list(receipt.parts or (None, None, None))
        if receipt.lost:
            self.lose(row, receipt)
        elif spoil and self.dirt and self.generator.random() < 0.12:
            self.spoil(row, receipt, method)
        return row

    def lose(self, row: list[ListCell], receipt: Receipt) -> None:
        place, text = {
            "method": (_METHOD, "Séc"), "date": (_DAY, f"31/02/{receipt.day.year}"), "amount": (_AMOUNT, "hai trăm"),
            "number": (_NUMBER, None), "collector": (_COLLECTOR, str(row[_COLLECTOR])[:-2]), "place": (_PLACE, "99999"),
        }[receipt.lost]  # fmt: skip
        row[place] = text

    def spoil(self, row: list[ListCell], receipt: Receipt, method: str) -> None:
        kind = _SPOILS[int(self.generator.integers(len(_SPOILS)))]
        if kind == "method_word":
            row[_METHOD] = _WORDS[method][int(self.generator.integers(len(_WORDS[method])))]
        elif kind == "amount_with_dots":
            row[_AMOUNT] = f"{receipt.amount:,}".replace(",", ".")
        elif kind == "date_with_time":
            row[_DAY] = f"{row[_DAY]} 09:30:00"
        elif kind == "date_serial":
            row[_DAY] = int(serial(datetime(receipt.day.year, receipt.day.month, receipt.day.day)))
        elif kind == "code_as_number":
            row[_COLLECTOR] = f"{row[_COLLECTOR]}.0"
        elif kind == "stray_space":
            row[_NUMBER] = f" {row[_NUMBER]}\t"
        elif not receipt.is_first:
            # Where the unit stands is known from its other rows.
            row[_PLACE] = None
        else:
            return
        self.tally.add(SOURCE, kind, repairable=1)

    def write_summaries(self) -> None:
        generator = self.world.random("cashless_payments summaries")
        for window in _quarters(self.world):
            spelling = ("đồng", 1, "title")
            if window.first.year == self.world.settings.last.year:
                spelling = (*_UNITS_OF_MONEY, spelling)[window.first.month // 4]
            rows = list(self.summary_rows(window, spelling[1]))
            name = f"TongHopThuPhi_{window.first:%Y%m%d}-{window.last:%Y%m%d}.xlsx"
            moment = received(window, int(generator.integers(5, 12)), generator)
            if self.dirt and window.first == date(self.world.settings.last.year, 1, 1):
                first = name.replace(".", "_lan1.")
                self.summary_file(first, window, rows, "", "title")
                self.put(first, moment - timedelta(days=2))
                self.tally.add(SOURCE, "unit_of_money_not_named_refused", repairable=1)
            self.summary_file(name, window, rows, spelling[0], spelling[2])
            self.put(name, moment)

    def summary_file(self, name: str, window: Window, rows: list[list[ListCell]], unit: str, where: str) -> None:
        suffix = f" ({unit})" if where == "header" else ""
        header = ["STT", "Mã đơn vị", "Tên đơn vị", "Mã xã", "Tháng", "Số lượng giao dịch", "Số lượng KDTM"]
        header += [f"Giá trị giao dịch{suffix}", f"Giá trị KDTM{suffix}"]
        title = ["TỔNG HỢP THU KHÔNG DÙNG TIỀN MẶT (dữ liệu mô phỏng)", window.title]
        title += [f"Đơn vị tính: {unit}"] if unit and where == "title" else []
        path = self.inbox / SOURCE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_list_xlsx(path, title, header, [[place, *row] for place, row in enumerate(rows, start=1)])

    def summary_rows(self, window: Window, scale: int) -> Iterator[list[ListCell]]:
        """A line for each unit and month with receipts; a unit that sent its receipts may have sent a summary too."""
        for place, collector in enumerate(self.payments.collectors):
            months: dict[date, list[Receipt]] = {}
            for receipt in self.payments.receipts[collector.code]:
                if window.first <= receipt.day <= window.last:
                    months.setdefault(receipt.day.replace(day=1), []).append(receipt)
            for month, receipts in months.items():
                if collector.sends_summary:
                    yield self.summary_row(collector, month, receipts, scale)
                elif self.dirt and month == _BESIDE and place % 9 == 0 and any(not item.lost for item in receipts):
                    self.tally.add(SOURCE, "summary_beside_receipts", repairable=1)
                    amounts = [9_000_000 // scale, 8_000_000 // scale]
                    yield [collector.code, collector.name, collector.commune, f"{month:%m/%Y}", 40, 30, *amounts]

    def summary_row(self, collector: Collector, month: date, receipts: list[Receipt], scale: int) -> list[ListCell]:
        cashless = [receipt for receipt in receipts if receipt.is_cashless]
        whole, without_cash = (sum(receipt.amount for receipt in some) for some in (receipts, cashless))
        counts = [len(receipts), len(cashless)]
        if (collector.code, month) in self.payments.lost_summaries:
            counts[1] = counts[0] + 3
            self.tally.add(SOURCE, "cashless_above_total", lost=1)
        amounts = [amount // scale if amount % scale == 0 else amount / scale for amount in (whole, without_cash)]
        return [collector.code, collector.name, collector.commune, f"{month:%m/%Y}", *counts, *amounts]

    def write_methods(self, closing_days: list[date]) -> None:
        generator = self.world.random("cashless_payments methods")
        header = "don_vi,ten_don_vi,hinh_thuc,ngay_lap_dat,ngay_ngung,nha_cung_cap"
        for day in closing_days:
            late = self.dirt and day.month == 9
            name = f"HinhThucThanhToan_{day:%Y%m%d}.csv"
            write_lines(self.inbox / SOURCE / name, [header, *self.method_lines(day)])
            if late:
                self.tally.add(SOURCE, "late_delivery", repairable=1)
            moment = received(Window(day, day), 33 if late else int(generator.integers(4, 12)), generator)
            self.put(name, moment)

    def method_lines(self, day: date) -> Iterator[str]:
        """What stands at each unit: also what is planned, what was taken away, and the cash desk some units list."""
        for place, collector in enumerate(self.payments.collectors):
            name = collector.name.replace(",", " ")
            if place % 10 == 4:
                yield f"{collector.code},{name},TM,01/01/2020,,"
            for method in collector.methods:
                if method.installed > day + timedelta(days=45):
                    continue
                removed = day_text(method.removed) if method.removed and method.removed <= day else ""
                installed = day_text(method.installed)
                word = _CODES.get(method.kind, method.kind)
                if (collector.code, method.kind) in self.payments.lost_methods:
                    installed = "trong năm"
                    self.tally.add(SOURCE, "unreadable_installation", lost=1)
                elif self.dirt and self.generator.random() < 0.1:
                    word = _WORDS[method.kind][-1]
                    self.tally.add(SOURCE, "method_word", repairable=1)
                yield f"{collector.code},{name},{word},{installed},{removed},Ngân hàng mô phỏng"


def _quarters(world: World) -> list[Window]:
    """The years before the last as a whole, the quarters of the last year."""
    found: dict[tuple[int, int], Window] = {}
    for month in world.months():
        key = (month.year, (month.month - 1) // 3 if month.year == world.settings.last.year else 0)
        found[key] = Window(found[key].first if key in found else month, month_end(month))
    return list(found.values())


def write(entities: "Payments", world: World, inbox: Path, tally: DirtTally) -> list[Delivered]:
    """Write every file; returns what was delivered and when."""
    assert set(_WORDS) >= set(CASHLESS)
    writer = _Writer(entities, world, inbox, tally)
    for sector in ("school", "health"):
        writer.write_receipts(sector)
    writer.write_summaries()
    writer.write_methods(quarter_ends(world))
    return writer.delivered


def _quoted(cell: ListCell) -> str:
    text = "" if cell is None else str(cell)
    return f'"{text}"' if "," in text else text
