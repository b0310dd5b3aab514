"""Invoices as they are handed over: zips of XML documents, the portal's JSON lists and its XLSX lists.

Each month comes as three windows of days, one per format, and later one JSON list of the month's invoices that changed.
"""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sandbox.bulk_files import ListCell, write_documents, write_lines, write_list_xlsx
from sandbox.enterprise_files import SOURCE, after
from sandbox.enterprises import spoiled_code
from sandbox.frame import Delivered, DirtTally, World, month_end
from sandbox.invoices import JSON, LOST_KINDS, Invoices
from sandbox.spelling import day_text

_MOST_DOCUMENTS = 100_000  # of one zip: the door reads at most 200,000 members
_SPOILED = 0.03
_SPOIL_KINDS = ("stray_white_space", "zeros_or_number", "currency_word")
_STATE_WORDS = {
    1: "Hóa đơn mới", 2: "Hóa đơn thay thế", 3: "Hóa đơn điều chỉnh", 4: "Hóa đơn đã bị thay thế",
    5: "Hóa đơn đã bị điều chỉnh", 6: "Hóa đơn đã bị xóa bỏ/hủy bỏ",
}  # fmt: skip
_CHECK_WORDS = {
    0: "Tổng cục thuế đã nhận", 1: "Đang tiến hành kiểm tra cấp mã", 2: "CQT từ chối hóa đơn theo từng lần phát sinh",
    3: "Hóa đơn đủ điều kiện cấp mã", 4: "Hóa đơn không đủ điều kiện cấp mã", 5: "Đã cấp mã hóa đơn",
    6: "Tổng cục thuế đã nhận không mã", 7: "Đã kiểm tra định kỳ HĐĐT không có mã",
    8: "Tổng cục thuế đã nhận hóa đơn có mã khởi tạo từ máy tính tiền",
}  # fmt: skip
_LIST_LABELS = (
    "STT", "Ký hiệu mẫu số", "Ký hiệu hóa đơn", "Số hóa đơn", "Ngày lập", "MST người bán/MST người xuất hàng",
    "Tên người bán/Tên người xuất hàng", "MST người mua/MST người nhận hàng", "Tên người mua/Tên người nhận hàng",
    "Địa chỉ người mua", "MST tổ chức cung cấp giải pháp", "MST tổ chức truyền nhận", "Tổng tiền chưa thuế",
    "Tổng tiền thuế", "Tổng tiền chiết khấu thương mại", "Tổng tiền phí", "Tổng tiền thanh toán", "Đơn vị tiền tệ",
    "Tỷ giá", "Trạng thái hóa đơn", "Kết quả kiểm tra hóa đơn",
)  # fmt: skip


class InvoiceFiles:
    """Writes every delivery of one set of invoices."""

    def __init__(self, invoices: Invoices, world: World, inbox: Path, tally: DirtTally) -> None:
        self._invoices, self._world, self._inbox, self._tally = invoices, world, inbox, tally
        generator = world.random("invoice files")
        size = len(invoices.day)
        self._amount = generator.integers(2, 4000, size) * 11_000
        draws = generator.random(size) if world.settings.dirt else np.ones(size)
        self._spoil = np.where(draws < _SPOILED, (draws * 10_000).astype(np.int64) % 3 + 1, 0)
        self._deliveries: list[Delivered] = []

    def write_all(self) -> list[Delivered]:
        """All windows of all months."""
        last_year = self._world.settings.last.year
        for month in self._world.months():
            if month.year == last_year:
                self._month(month)
            elif month.month == 1 or month == self._world.settings.first:
                self._year_before(month)
        return self._deliveries

    def _rows(self, first: date, last: date) -> NDArray[np.int64]:
        day = self._invoices.day
        return np.flatnonzero((day >= first.toordinal()) & (day <= last.toordinal()))

    def _year_before(self, first: date) -> None:
        end = date(first.year, 12, 31)
        pieces = 1 if len(self._rows(first, end)) <= _MOST_DOCUMENTS else 4
        months = (13 - first.month) // pieces
        for piece in range(pieces):
            start = date(first.year, first.month + piece * months, 1)
            stop = month_end(date(first.year, start.month + months - 1, 1)) if piece < pieces - 1 else end
            self._put("zip", start, stop, self._rows(start, stop), after(date(first.year, 12, 31), 20))

    def _month(self, month: date) -> None:
        end, dirt = month_end(month), self._world.settings.dirt
        tenth, fourth_week = month.replace(day=10), month.replace(day=24)
        documents = self._rows(month, tenth)
        half = month.replace(day=5)
        if len(documents) > _MOST_DOCUMENTS:
            self._put("zip", month, half, self._rows(month, half), after(end, 3))
            name = self._put("zip", half.replace(day=6), tenth, self._rows(half.replace(day=6), tenth), after(end, 3))
        else:
            name = self._put("zip", month, tenth, documents, after(end, 3))
        if dirt and month.month == 2:
            again = name.replace(".zip", "_gui_lai.zip")
            shutil.copyfile(self._inbox / name, self._inbox / again)
            self._deliveries.append(Delivered(again, after(end, 13)))
            self._tally.add(SOURCE, "same_file_sent_twice", repairable=1)
        late = dirt and month.month == 4
        json_first = month.replace(day=11)
        self._put("json", json_first, fourth_week, self._rows(json_first, fourth_week), after(end, 60 if late else 4))
        if late:
            self._tally.add(SOURCE, "late_file", repairable=1)
        listed = month.replace(day=25)
        rows, moment = self._rows(listed, end), after(end, 5)
        if dirt and month.month == 6:
            self._put("xlsx", listed, end, rows, moment, "_cu", renamed=True)
            self._tally.add(SOURCE, "renamed_column_then_good_file", repairable=1)
            moment = after(end, 8)
        elif dirt and month.month == 7:
            self._put("xlsx", listed, end, rows[rows % 6 != 0], moment, "_lan1")
            self._tally.add(SOURCE, "incomplete_then_corrected_file", repairable=1)
            moment = after(end, 10)
        self._put("xlsx", listed, end, rows, moment)
        changed = self._rows(month, end)
        changed = changed[self._invoices.listed_again[changed]]
        if len(changed):
            self._put_changes(month, end, changed)

    def _put(
        self, suffix: str, first: date, last: date, rows: NDArray[np.int64], moment: datetime, mark: str = "",
        renamed: bool = False,
    ) -> str:  # fmt: skip
        """Write one window's file and hand it in; returns its path."""
        name = f"{SOURCE}/HoaDon_{first:%Y%m%d}-{last:%Y%m%d}{mark}.{suffix}"
        path = self._inbox / name
        if suffix == "zip":
            write_documents(path, self._documents(rows, first))
        elif suffix == "json":
            records = ",\n".join(self._records(rows))
            write_lines(path, [f'{{"datas":[{records}],"total":{len(rows)},"state":null,"time":37}}'])
        else:
            title = ["DANH SÁCH HÓA ĐƠN", f"Từ ngày {day_text(first)} đến ngày {day_text(last)}"]
            labels = ["Ký hiệu HĐ" if renamed and label == "Ký hiệu hóa đơn" else label for label in _LIST_LABELS]
            write_list_xlsx(path, title, labels, self._list_rows(rows))
        self._deliveries.append(Delivered(name, moment))
        for row in rows.tolist():
            self._count(row)
        return name

    def _count(self, row: int) -> None:
        lost, spoiled = int(self._invoices.lost[row]), int(self._spoil[row])
        format_ = int(self._invoices.format[row])
        if lost:
            self._tally.add(SOURCE, f"invoice_{LOST_KINDS[format_][lost]}", lost=1)
        elif spoiled and not (spoiled == 2 and format_ == JSON):  # numbers are numbers in JSON
            self._tally.add(SOURCE, f"invoice_{_SPOIL_KINDS[spoiled - 1]}", repairable=1)

    def _put_changes(self, month: date, end: date, rows: NDArray[np.int64]) -> None:
        """The month's invoices that changed, as the portal lists them in the middle of the next month."""
        name = f"{SOURCE}/HoaDon_thay_doi_{month:%Y%m%d}-{end:%Y%m%d}.json"
        records = ",\n".join(self._records(rows, changed_after=end))
        write_lines(self._inbox / name, [f'{{"datas":[{records}],"total":{len(rows)},"state":null,"time":12}}'])
        self._deliveries.append(Delivered(name, after(end, 20)))
        lost = int(self._invoices.later_lost[rows].sum())
        self._tally.add(SOURCE, "changed_invoice_unknown_state", lost=lost)

    def _code_and_amount(self, row: int) -> tuple[str, int, str]:
        """The seller's code as this row has it, the total, and the authority's code of the invoice ("" for none)."""
        invoices = self._invoices
        code = invoices.sellers[invoices.seller[row]].code
        mark = f"00{row:032X}" if invoices.check[row] in (5, 8) else ""
        return code, int(self._amount[row]), mark

    def _documents(self, rows: NDArray[np.int64], first: date) -> Iterator[tuple[str, str]]:
        invoices = self._invoices
        for place, row in enumerate(rows.tolist(), start=1):
            seller = invoices.sellers[invoices.seller[row]]
            lost, spoiled = int(invoices.lost[row]), int(self._spoil[row])
            code, amount, mark = self._code_and_amount(row)
            day, number = date.fromordinal(int(invoices.day[row])).isoformat(), str(invoices.number[row])
            currency = "VND"
            if lost == 1:
                code = spoiled_code(code)
            elif lost == 3:
                day = day[:4] + "-02-31"
            elif spoiled == 1:
                code = f" {code} "
            elif spoiled == 2:
                number = number.zfill(8)
            elif spoiled == 3:
                currency = "VNĐ"
            related = ""
            original = int(max(invoices.replaces[row], invoices.adjusts[row]))
            if original >= 0:
                relation = 1 if invoices.replaces[row] >= 0 else 2
                related = (
                    f"<TTHDLQuan><TCHDon>{relation}</TCHDon><LHDCLQuan>1</LHDCLQuan><KHMSHDCLQuan>1</KHMSHDCLQuan>"
                    f"<KHHDCLQuan>{invoices.series(original)}</KHHDCLQuan>"
                    f"<SHDCLQuan>{invoices.number[original]}</SHDCLQuan></TTHDLQuan>"
                )
            body = _document(seller.name, code, invoices.series(row), number, day, currency, related, amount, mark, row)
            if row % 2:
                body = (
                    "<TDiep><TTChung><PBan>2.0.0</PBan><MNGui>T0100000</MNGui><MNNhan>TCT</MNNhan><MLTDiep>200</MLTDiep>"
                    f"<MTDiep>T{row:012d}</MTDiep><MST>{code}</MST><SLuong>1</SLuong></TTChung>"
                    f"<DLieu>{body}</DLieu></TDiep>"
                )
            text = '<?xml version="1.0" encoding="UTF-8"?>\n' + body
            yield f"HD_{first:%Y%m}_{place:06d}.xml", text[: len(text) * 2 // 3] if lost == 2 else text

    def _records(self, rows: NDArray[np.int64], changed_after: date | None = None) -> Iterator[str]:
        invoices = self._invoices
        for row in rows.tolist():
            seller = invoices.sellers[invoices.seller[row]]
            lost, spoiled = int(invoices.lost[row]), int(self._spoil[row])
            code, amount, mark = self._code_and_amount(row)
            day = date.fromordinal(int(invoices.day[row]))
            made, stamp = f"{day - timedelta(days=1)}T17:00:00Z", f"{day}T03:{row % 60:02d}:07.215Z"
            state, number = int(invoices.state[row]), int(invoices.number[row])
            if changed_after is not None:
                state = 9 if invoices.later_lost[row] else int(invoices.later_state[row])
                stamp = f"{changed_after + timedelta(days=15 + row % 4)}T02:{row % 60:02d}:41.630Z"
            elif lost == 1:
                code = spoiled_code(code)
            elif lost == 2:
                state = 9
            elif lost == 3:
                made = f"{day.year}-02-31T17:00:00Z"
            elif spoiled == 1:
                code += "\\t"
            original = int(invoices.replaces[row])
            first_series = invoices.series(original) if original >= 0 else ""
            first_number = int(invoices.number[original]) if original >= 0 else 0
            yield _record(
                seller.name, code, invoices.series(row), number, made, stamp, state, int(invoices.check[row]), amount,
                mark, first_series, first_number, "VNĐ" if spoiled == 3 else "VND", row,
            )  # fmt: skip

    def _list_rows(self, rows: NDArray[np.int64]) -> Iterator[list[ListCell]]:
        invoices = self._invoices
        for place, row in enumerate(rows.tolist(), start=1):
            seller = invoices.sellers[invoices.seller[row]]
            lost, spoiled = int(invoices.lost[row]), int(self._spoil[row])
            code: ListCell
            code, amount, _ = self._code_and_amount(row)
            day = date.fromordinal(int(invoices.day[row]))
            made: ListCell = day if row % 5 == 0 else day_text(day)
            number: ListCell = int(invoices.number[row])
            state = _STATE_WORDS[int(invoices.state[row])]
            if lost == 1:
                code = spoiled_code(str(code))
            elif lost == 2:
                state = "Không rõ"
            elif lost == 3:
                made = f"31/02/{day.year}"
            elif spoiled == 1:
                code = f"{code}\t"
            elif spoiled == 2:
                number = str(number).zfill(8)
                code = int(str(code)) if str(code).isdigit() else code
            tax = amount // 11
            yield [
                place, 1, invoices.series(row), number, made, code, seller.name, _BUYER_CODE,
                "Công ty Mua Mô Phỏng", "Lạng Sơn", "0101243150", "", amount - tax, tax, 0, 0, amount,
                "VNĐ" if spoiled == 3 else "VND", 1, state, _CHECK_WORDS[int(invoices.check[row])],
            ]  # fmt: skip


_BUYER_CODE = "4900000014"


def _document(
    name: str, code: str, series: str, number: str, day: str, currency: str, related: str, amount: int, mark: str,
    row: int,
) -> str:  # fmt: skip
    """One invoice, QĐ 1450/QĐ-TCT, with one line of goods."""
    tax = amount // 11
    net = amount - tax
    return (
        f'<HDon><DLHDon Id="d{row}"><TTChung><PBan>2.0.0</PBan><THDon>Hóa đơn giá trị gia tăng</THDon>'
        f"<KHMSHDon>1</KHMSHDon><KHHDon>{series}</KHHDon><SHDon>{number}</SHDon><NLap>{day}</NLap>"
        f"<DVTTe>{currency}</DVTTe><TGia>1</TGia><HTTToan>TM/CK</HTTToan><MSTTCGP>0101243150</MSTTCGP>{related}</TTChung>"
        f"<NDHDon><NBan><Ten>{name}</Ten><MST>{code}</MST><DChi>Lạng Sơn (mô phỏng)</DChi></NBan>"
        f"<NMua><Ten>Công ty Mua Mô Phỏng</Ten><MST>{_BUYER_CODE}</MST><DChi>Lạng Sơn (mô phỏng)</DChi></NMua>"
        "<DSHHDVu><HHDVu><TChat>1</TChat><STT>1</STT><THHDVu>Hàng hóa mô phỏng</THHDVu><DVTinh>cái</DVTinh>"
        f"<SLuong>1</SLuong><DGia>{net}</DGia><ThTien>{net}</ThTien><TSuat>10%</TSuat></HHDVu></DSHHDVu>"
        f"<TToan><THTTLTSuat><LTSuat><TSuat>10%</TSuat><ThTien>{net}</ThTien><TThue>{tax}</TThue></LTSuat></THTTLTSuat>"
        f"<TgTCThue>{net}</TgTCThue><TgTThue>{tax}</TgTThue><TgTTTBSo>{amount}</TgTTTBSo></TToan></NDHDon></DLHDon>"
        f"<MCCQT>{mark}</MCCQT><DSCKS><NBan/></DSCKS></HDon>"
    )


def _record(
    name: str, code: str, series: str, number: int, made: str, stamp: str, state: int, check: int, amount: int,
    mark: str, first_series: str, first_number: int, currency: str, row: int,
) -> str:  # fmt: skip
    """One invoice as the portal's list has it: amounts as numbers, days as moments in UTC, `hdhhdvu` not expanded."""
    tax = amount // 11
    original = f'"khmshdgoc":1,"khhdgoc":"{first_series}","shdgoc":{first_number}' if first_series else _NO_ORIGINAL
    return (
        f'{{"nbmst":"{code}","khmshdon":1,"khhdon":"{series}","shdon":{number},"cqt":"1301","cttkhac":[],"dvtte":'
        f'"{currency}","hdon":"01","hsgcma":null,"hsgoc":null,"hthdon":1,"htttoan":9,"id":"{row:032x}","idtbao":null,'
        f'"khdon":null,"khhdgoc_cu":null,"lhdgoc":null,"mhdon":{_quoted(mark)},"mtdiepcqt":null,"mtdiepngui":null,'
        f'"nbdchi":"Lạng Sơn (mô phỏng)","nbhdktngay":null,"nbsdthoai":null,"nbten":"{name}","nbtnhang":null,'
        f'"nbttkhac":[],"ncma":"{stamp}","ncnhat":"{stamp}","ncnhdon":null,"nky":"{stamp}","nmdchi":"Lạng Sơn (mô '
        f'phỏng)","nmmst":"{_BUYER_CODE}","nmten":"Công ty Mua Mô Phỏng","nmtnmua":null,"nmttkhac":[],"ntao":"{stamp}",'
        f'"ntnhan":"{stamp}","pban":"2.0.0","ptgui":1,{original},"tdlhdgoc":null,"tdlap":"{made}","tgia":1,'
        f'"tgtcthue":{amount - tax},"tgtthue":{tax},"tgtttbchu":null,"tgtttbso":{amount},"thdon":"Hóa đơn giá trị gia '
        f'tăng","thlap":{made[:4]}{made[5:7]},"thttlphi":[],"thttltsuat":[{{"tsuat":"10%","thtien":{amount - tax},'
        f'"tthue":{tax}}}],"tlhdon":"Hóa đơn giá trị gia tăng","ttcktmai":0,"thtttoan":"Tiền mặt/Chuyển khoản",'
        f'"tthai":{state},"ttkhac":[],"tttbao":1,"ttxly":{check},"tvandnkntt":"0101243150","ladhddt":1,'
        f'"msttcgp":"0101243150","hdhhdvu":null,"qrcode":null,"bhphap":null,"lddnbo":null}}'
    )


_NO_ORIGINAL = '"khmshdgoc":null,"khhdgoc":null,"shdgoc":null'


def _quoted(text: str) -> str:
    return f'"{text}"' if text else "null"
