"""Small synthetic deliveries of each source: three rows, of which the second is the one that a kind of dirt touches."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter

Cell = str | int | float | None
Rows = list[list[Cell]]


@dataclass(frozen=True)
class Delivery:
    """One file at the door."""

    source_code: str
    file_name: str
    content: bytes


def _table(header: Mapping[str, str], rows: Sequence[Mapping[str, Cell]], second: Mapping[str, Cell]) -> Rows:
    """Header and rows; `second` replaces cells of the second row."""
    unknown = set(second) - set(header)
    if unknown:
        raise ValueError(f"no such columns: {sorted(unknown)}")
    filled = [{**row, **second} if place == 1 else dict(row) for place, row in enumerate(rows)]
    return [list(header.values()), *([row[name] for name in header] for row in filled)]


def csv_text(rows: Rows, separator: str = ",") -> str:
    """Lines of a CSV file; no cell here needs quotes but those that bring their own."""
    return "".join(separator.join("" if cell is None else str(cell) for cell in row) + "\n" for row in rows)


def html_text(rows: Rows, title: str = "") -> str:
    """A page as the e-office answers; cells are markup as they stand."""
    lines = ["<tr>" + "".join(f"<td>{'' if cell is None else cell}</td>" for cell in row) + "</tr>" for row in rows]
    return f'<html><head><meta charset="utf-8"></head><body>{title}<table>{"".join(lines)}</table></body></html>'


def xlsx_bytes(rows: Rows, merged: Sequence[tuple[int, int, int, int, str]] = (), font: str = "") -> bytes:
    """A workbook with one sheet; `merged` are first row, first column, last row, last column and text."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        look = book.add_format({"font_name": font} if font else {})
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, column, cell, look)
                elif cell is not None:
                    sheet.write_number(line, column, cell)
        for first_row, first_column, last_row, last_column, text in merged:
            sheet.merge_range(first_row, first_column, last_row, last_column, text, look)
    return buffer.getvalue()


WORK_FILE = {
    "stt": "STT", "ma": "Mã HSCV", "tieu_de": "Tiêu đề", "don_vi": "Đơn vị", "cap": "Cấp", "mo": "Ngày mở",
    "ket_thuc": "Ngày kết thúc", "hinh_thuc": "Hình thức xử lý", "mat": "Độ mật", "trang_thai": "Trạng thái",
    "cap_nhat": "Ngày cập nhật",
}  # fmt: skip


def work_file_rows(**second: Cell) -> Rows:
    """Work files of the e-office: header and three rows."""
    rows = [
        {
            "stt": number, "ma": f"HSCV-22-000{number}", "tieu_de": "Giả lập", "don_vi": "UBND huyện Cao Lộc",
            "cap": "huyện", "mo": "01/03/2022", "ket_thuc": "04/03/2022", "hinh_thuc": "điện tử", "mat": "Thường",
            "trang_thai": "đã kết thúc", "cap_nhat": "04/03/2022 16:00:00",
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    return _table(WORK_FILE, rows, second)


def work_files_html(rows: Rows | None = None, **second: Cell) -> Delivery:
    """The e-office's page."""
    text = html_text(rows or work_file_rows(**second))
    return Delivery("e_office", "HSCV_183_202203.html", text.encode("utf-8"))


def work_files_xlsx(
    rows: Rows | None = None, merged: Sequence[tuple[int, int, int, int, str]] = (), font: str = "", **second: Cell
) -> Delivery:
    """The e-office's workbook."""
    content = xlsx_bytes(rows or work_file_rows(**second), merged, font)
    return Delivery("e_office", "HSCV_183_202203.xlsx", content)


RECORD = (
    "ma_ho_so so_cccd ma_the_bhyt nam_sinh gioi_tinh ma_xa ngay_tao ngay_cap_nhat_cuoi trang_thai"  # codes of QĐ 831
)


def record_rows(**second: Cell) -> Rows:
    """Health records: header and three rows."""
    rows = [
        {
            "ma_ho_so": f"GL00000{number}", "so_cccd": f"02019000000{number}", "ma_the_bhyt": f"TE120200000000{number}",
            "nam_sinh": "1990", "gioi_tinh": "Nam", "ma_xa": "06184", "ngay_tao": "05/01/2022",
            "ngay_cap_nhat_cuoi": "07/02/2022", "trang_thai": "hoạt động",
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    return _table({name: name for name in RECORD.split()}, rows, second)


def records_csv(content: bytes | None = None, **second: Cell) -> Delivery:
    """The register of health records of one district."""
    return Delivery(
        "health_records", "HSSK_183_20220331.csv", content or csv_text(record_rows(**second)).encode("utf-8")
    )


def dossiers_json(**second: object) -> Delivery:
    """Dossiers as the one-stop's interface answers."""
    records = [
        {
            "MaHoSo": f"H37.183-220301-000{number}", "MaTTHC": "1.001234.000.00.00.H37", "KenhThucHien": "2",
            "NgayTiepNhan": "20220302090000", "TrangThaiHoSo": "4", "DonViXuLy": "UBND huyện Cao Lộc",
            "NgayCapNhat": "20220331180000", "HoSoCoThanhPhanSoHoa": "1",
            **(second if number == 2 else {}),
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    text = json.dumps({"data": records}, ensure_ascii=False)
    return Delivery("online_public_services", "HoSo_183_202203.json", text.encode("utf-8"))


DOSSIER = {"ma": "Mã hồ sơ", "don_vi": "Đơn vị xử lý", "nhan": "Ngày tiếp nhận", "so_hoa": "Có số hóa TPHS"}


def dossiers_xlsx(rows: Rows | None = None, **second: Cell) -> Delivery:
    """The one-stop's register as a workbook."""
    base = [
        {"ma": f"H37.183-220301-000{number}", "don_vi": "UBND huyện Cao Lộc", "nhan": "02/03/2022", "so_hoa": "1"}
        for number in (1, 2, 3)
    ]
    content = xlsx_bytes(rows or _table(DOSSIER, base, second))
    return Delivery("online_public_services", "SoHoSo_183_202203.xlsx", content)


def invoices_json(**second: object) -> Delivery:
    """Invoices as the tax authority's portal answers."""
    records = [
        {
            "nbmst": "4900001010", "khmshdon": 1, "khhdon": "C22TAA", "shdon": number, "tdlap": "2022-03-05",
            "tthai": "1", "ttxly": "5", "dvtte": "VND", "tgtttbso": 1100, **(second if number == 2 else {}),
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    text = json.dumps({"datas": records, "total": 3}, ensure_ascii=False)
    return Delivery("e_invoices", "HoaDon_202203.json", text.encode("utf-8"))


INVOICE = {
    "mau": "Ký hiệu mẫu số", "ky_hieu": "Ký hiệu hóa đơn", "so": "Số hóa đơn", "lap": "Ngày lập",
    "mst": "MST người bán/MST người xuất hàng", "tien": "Tổng tiền thanh toán", "te": "Đơn vị tiền tệ",
    "trang_thai": "Trạng thái hóa đơn", "ket_qua": "Kết quả kiểm tra hóa đơn",
}  # fmt: skip


def invoices_xlsx(**second: Cell) -> Delivery:
    """Invoices as the portal's workbook."""
    rows = [
        {
            "mau": "1", "ky_hieu": "C22TAA", "so": str(number), "lap": "05/03/2022", "mst": "4900001010", "te": "VND",
            "tien": "1100", "trang_thai": "Hóa đơn mới", "ket_qua": "Đã cấp mã hóa đơn",
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    return Delivery("e_invoices", "DanhSach_202203.xlsx", xlsx_bytes(_table(INVOICE, rows, second)))


def notice_xml(at: str) -> Delivery:
    """One notice of acceptance."""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<TDiep><TTChung><PBan>2.0.0</PBan></TTChung><DLieu><TBao><DLTBao>'
        f"<So>TB-1</So><NTBao>{at}</NTBao><MST>4900001010</MST><TTXNCQT>1</TTXNCQT>"
        "</DLTBao></TBao></DLieu></TDiep>"
    )
    return Delivery("e_invoices", "ThongBao_202203.xml", text.encode("utf-8"))


def taxpayers_csv(content: bytes | None = None, mst: str = "4900001028", dia_ban: str = "Huyện Cao Lộc") -> Delivery:
    """The tax register."""
    rows: Rows = [["mst", "loai_nnt", "cqt_quan_ly", "dia_ban", "trang_thai", "ngay_cap", "ngay_dong"]]
    for code, place in (("4900001010", "Huyện Cao Lộc"), (mst, dia_ban), ("4900001035", "Huyện Cao Lộc")):
        rows.append([code, "DN", "Cục Thuế tỉnh Lạng Sơn", place, "đang hoạt động", "01/02/2015", None])
    return Delivery("e_invoices", "DanhBa_20220331.csv", content or csv_text(rows).encode("utf-8"))


def population_csv(**second: Cell) -> Delivery:
    """Population of one commune by age."""
    rows = [
        {"ngay_thong_ke": "31/12/2021", "ma_xa": "06184", "nhom_tuoi": ages, "so_nguoi": "1234", "so_ho": "600"}
        for ages in ("0-14", "15-17", "18-59")
    ]
    text = csv_text(_table({name: name for name in rows[0]}, rows, second), ";")
    return Delivery("reference", "DanSo_20211231.csv", text.encode("utf-8"))


def collections_csv(value: str, cashless: str, title: str = "", header: str = "") -> Delivery:
    """Monthly summaries of what units collected; `header` is what the headings say amounts are counted in."""
    amounts = [f"Giá trị giao dịch{header}", f"Giá trị KDTM{header}"]
    rows: Rows = [["Từ ngày 01/01/2022 đến ngày 31/03/2022"], *([[title]] if title else [])]
    rows.append(["Mã đơn vị", "Mã xã", "Tháng", "Số lượng giao dịch", "Số lượng KDTM", *amounts])
    rows += [["20183402", "06184", f"{month:02}/2022", "40", "12", value, cashless] for month in (1, 2, 3)]
    text = csv_text(rows, ";")
    return Delivery("cashless_payments", "TongHopThu_20220101-20220331.csv", text.encode("utf-8"))


def border_json(**second: object) -> Delivery:
    """Declarations with one goods line each, as the border platform answers."""
    records = [
        {
            "numberOfDeclaration": f"202203050000{number}", "createDate": "2022-03-05T08:10:11.123456",
            "updateDate": "2022-03-06T09:00:00.5", "type": 1, "isFinish": True, "confirmFinish": True,
            "confirmFinishTime": "2022-03-06T08:59:00.000001", "company": {"code": None, "taxCode": "4900001010"},
            "feePayingCompanyTaxCode": "4900001010", "gate": {"code": "CKHN"},
            "registrationTransportGoods": [
                {
                    "id": f"0000000{number}-0000-4000-8000-00000000000{number}", "companyTaxCode": "4900001010",
                    "numberHQ": "104000000010", "typeHQ": "E42",
                }
            ],
            "registrationTransportDetails": [{"licencePlate": "00X00000", "checkRemove": False}],
            **(second if number == 2 else {}),
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    text = json.dumps({"result": 1, "data": {"listData": records, "totalCount": 3}}, ensure_ascii=False)
    return Delivery("border_gate", "ToKhai_202203.json", text.encode("utf-8"))


def schools_csv(**second: Cell) -> Delivery:
    """The school list; the stars in its headings are the ministry's."""
    header = {
        "ma": "MA_TRUONG *", "ten": "TEN_TRUONG_HOC *", "cap": "CAP_HOC *", "trang_thai": "TRANG_THAI *",
        "xa": "MA_XA_PHUONG *", "huyen": "MA_QUAN_HUYEN *",
    }  # fmt: skip
    rows = [
        {
            "ma": f"2018340{number}", "ten": f"Trường Tiểu học Giả Lập {number}", "cap": "1", "trang_thai": "1",
            "xa": "06184", "huyen": "183",
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    text = csv_text(_table(header, rows, second))
    return Delivery("education", "DanhSachTruong_20220331.csv", text.encode("utf-8"))


def submissions_xlsx(total: str) -> Delivery:
    """Who submitted data, under headings merged over three rows; `total` heads the number of classes."""
    leaves = ["Mã trường", "Tên trường", "Đối tác", "Số CB đã nộp", "Ngày nộp cuối", total, "Số lớp ghép",
              "Số lớp đơn", "Ngày nộp cuối", "Số HS đã nộp", "Ngày nộp cuối"]  # fmt: skip
    merged = [(0, place, 2, place, leaves[place]) for place in (0, 1, 2)]
    merged += [(1, place, 2, place, leaves[place]) for place in (3, 4, 8, 9, 10)]
    merged += [(0, 3, 0, 4, "Cán Bộ - Giáo viên"), (0, 5, 0, 8, "Lớp"), (0, 9, 0, 10, "Học sinh")]
    merged.append((1, 5, 1, 7, "Số lớp đã nộp"))
    width = len(leaves)
    headings: Rows = [[None] * width, [None] * width, [name if place in (5, 6, 7) else None
                                                       for place, name in enumerate(leaves)]]  # fmt: skip
    schools: Rows = [
        [f"2018340{number}", f"Trường Giả Lập {number}", "SMAS", 35, "24/09/2021", 9, 0, 9, "24/09/2021", 657,
         "24/09/2021"]
        for number in (1, 2, 3)
    ]  # fmt: skip
    content = xlsx_bytes([*headings, *schools], merged)
    return Delivery("education", "TinhHinhNopTatCaDuLieu-2021-10-01.xlsx", content)


def shops_csv(**second: Cell) -> Delivery:
    """Shops of one platform."""
    rows = [
        {
            "ma_gian_hang": f"GH00000{number}", "loai_chu": "ho_sxnn", "ma_ho": f"HO-000000{number}",
            "sdt": f"060000000{number}", "ma_xa": "06184", "ngay_mo": "2021-06-01", "trang_thai": "hoat_dong",
            "so_san_pham": "12", "tk_thanh_toan": "1",
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    text = csv_text(_table({name: name for name in rows[0]}, rows, second))
    return Delivery("ecommerce", "postmart_shops_20220131.csv", text.encode("utf-8"))


def courses_csv(**second: Cell) -> Delivery:
    """Who attended courses in digital transformation."""
    rows = [
        {
            "ma_cs_gdnn": "GDNN001", "ma_nv": f"NV00{number}", "ma_lop": "CDS-01", "ten_lop": "Kỹ năng số",
            "ngay_ket_thuc": "17/08/2022", "so_tiet": "16", "chung_nhan": "Có",
        }
        for number in (1, 2, 3)
    ]  # fmt: skip
    text = csv_text(_table({name: name for name in rows[0]}, rows, second), ";")
    return Delivery("vocational_training", "LopBoiDuong_202208.csv", text.encode("utf-8"))
