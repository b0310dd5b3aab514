"""Dirt of whole files: layout, markup, code pages, shifted columns."""

import unicodedata
from collections.abc import Callable

from tests.dirt.catalogue import Family, Kind, Refused, Rejected, Repaired
from tests.dirt.deliveries import (
    WORK_FILE,
    Delivery,
    Rows,
    csv_text,
    dossiers_json,
    record_rows,
    records_csv,
    submissions_xlsx,
    taxpayers_csv,
    work_file_rows,
    work_files_html,
    work_files_xlsx,
)
from tests.dirt.old_text import OLD_PAGES, to_tcvn3, to_vni, windows_1258

_CLEAN = work_files_xlsx()
_WIDTH = len(WORK_FILE)


def _line(*cells: str | None) -> Rows:
    """One row whose first cells are given."""
    return [[*cells, *[None] * (_WIDTH - len(cells))]]


def _between(extra: Rows) -> Delivery:
    """The workbook with rows between the first and the second of its data."""
    rows = work_file_rows()
    return work_files_xlsx([*rows[:2], *extra, *rows[2:]])


def _headed(renamed: Callable[[str], str]) -> Delivery:
    """The workbook under other names of its columns."""
    header, *rows = work_file_rows()
    return work_files_xlsx([[renamed(str(name)) for name in header], *rows])


def _grouped_header() -> Delivery:
    """The dates of a work file under one merged heading over two columns, the other headings merged downwards."""
    rows = work_file_rows()
    first = list(WORK_FILE).index("mo")
    names = [str(name) for name in rows[0]]
    leaves: Rows = [
        [None] * _WIDTH,
        [name if first <= place <= first + 1 else None for place, name in enumerate(names)],
    ]
    merged = [(0, place, 1, place, name) for place, name in enumerate(names) if not first <= place <= first + 1]
    return work_files_xlsx([*leaves, *rows[1:]], [*merged, (0, first, 0, first + 1, "Thời gian")])


LAYOUT = Family(
    "Tiêu đề và ghi chú của bảng",
    "Titles, notes and merged headings",
    "S04, S11, S13",
    (
        Kind(
            "title_rows", "Ba dòng tên bảng", "Three title rows", "SỞ … / DANH SÁCH … / Từ ngày …", Repaired(_CLEAN),
            work_files_xlsx(
                [*_line("ỦY BAN NHÂN DÂN TỈNH"), *_line("SỔ HỒ SƠ CÔNG VIỆC"),
                 *_line("Từ ngày 01/03/2022 đến ngày 31/03/2022"), *work_file_rows()]
            ),
        ),
        Kind(
            "merged_header", "Tiêu đề gộp hai tầng", "Headings merged over two rows",
            "Thời gian: Ngày mở, Ngày kết thúc", Repaired(_CLEAN), _grouped_header(),
        ),
        Kind(
            "notes_above", "Năm dòng ghi chú trên tiêu đề", "Five notes above the heading", "Ghi chú: …",
            Repaired(_CLEAN),
            work_files_xlsx(
                [row for number in range(5) for row in _line(f"Ghi chú {number + 1}: số liệu giả lập")]
                + work_file_rows()
            ),
        ),
        Kind(
            "numbered_header", "Dòng (1) (2) (3) dưới tiêu đề", "The row (1) (2) (3) below the heading",
            "(1), (2), (3)", Repaired(_CLEAN),
            work_files_xlsx(
                [work_file_rows()[0], [f"({number + 1})" for number in range(_WIDTH)], *work_file_rows()[1:]]
            ),
        ),
        Kind(
            "header_spaces", "Tên cột thừa dấu cách, viết hoa", "A heading with stray spaces, in capitals", "ĐƠN␣␣VỊ␣",
            Repaired(_CLEAN),
            _headed(lambda name: "ĐƠN  VỊ " if name == "Đơn vị" else f"{name} "),
        ),
        Kind(
            "header_last_space", "Cột con tên «Tổng » có dấu cách cuối",
            "A column below two headings, named 'Tổng ' with a trailing space", "Lớp / Số lớp đã nộp / Tổng␣",
            Repaired(submissions_xlsx("Tổng")), submissions_xlsx("Tổng "),
        ),
        Kind(
            "header_renamed", "Cột bắt buộc đổi tên", "A renamed required column", "Mã số thay cho Mã HSCV",
            Refused(("ma_hscv", "Mã số")),
            _headed(lambda name: "Mã số" if name == "Mã HSCV" else name),
        ),
    ),
)  # fmt: skip

GROUPS = Family(
    "Dòng không phải dữ liệu",
    "Rows that are no data",
    "S04",
    (
        Kind("roman_group", "Dòng nhóm số La Mã", "A roman group row", "I, CẤP HUYỆN", Repaired(_CLEAN),
             _between(_line("I", "CẤP HUYỆN"))),
        Kind("letter_group", "Dòng nhóm chữ cái", "A group row with a letter", "A, KHỐI HUYỆN", Repaired(_CLEAN),
             _between(_line("A", "KHỐI HUYỆN"))),
        Kind("subtotal", "Dòng cộng giữa bảng", "A subtotal", "Cộng, 1", Repaired(_CLEAN),
             _between(_line(None, "Cộng", "1"))),
        Kind("total", "Dòng tổng cuối bảng", "A total at the end", "Tổng cộng: 3", Repaired(_CLEAN),
             work_files_xlsx([*work_file_rows(), *_line(None, "Tổng cộng", "3")])),
        Kind("signatures", "Phần ký tên", "The block of signatures", "NGƯỜI LẬP BIỂU", Repaired(_CLEAN),
             work_files_xlsx(
                 [*work_file_rows(), *_line(None), *_line(None, "Lạng Sơn, ngày 31 tháng 3 năm 2022"),
                  *_line(None, "NGƯỜI LẬP BIỂU", None, "THỦ TRƯỞNG ĐƠN VỊ"), *_line(None, "(Ký, ghi rõ họ tên)")]
             )),
        Kind("header_again", "Tiêu đề lặp lại giữa bảng", "The heading repeated in the table", "STT, Mã HSCV, …",
             Repaired(_CLEAN), _between([work_file_rows()[0]])),
        Kind("blank_rows", "Dòng trống", "Blank rows", "", Repaired(_CLEAN), _between(_line(None))),
    ),
)  # fmt: skip

_UNIT = "UBND huyện Cao Lộc"
MARKUP = Family(
    "Mã HTML, thực thể, xuống dòng trong ô",
    "Markup, entities and line ends in cells",
    "S02, S04, S10",
    (
        Kind("html_tags", "Thẻ HTML trong ô", "Tags in a cell", "<b>UBND</b> huyện …", Repaired(work_files_html()),
             work_files_html(don_vi="<b>UBND</b> huyện Cao Lộc<br>")),
        Kind("javascript", "JavaScript trong ô", "JavaScript in a cell", "<script>…</script>",
             Repaired(work_files_html()), work_files_html(don_vi=f"{_UNIT}<script>view('<td>x</td>');</script>")),
        Kind("entities", "Thực thể HTML", "Entities", "Cao L&#7897;c&nbsp;", Repaired(work_files_html()),
             work_files_html(don_vi="UBND huy&#7879;n Cao L&#7897;c&nbsp;")),
        Kind("line_end_html", "Xuống dòng trong ô HTML", "Line ends in an HTML cell", "UBND huyện↵Cao Lộc",
             Repaired(work_files_html()), work_files_html(don_vi="UBND huyện\r\nCao Lộc")),
        Kind("line_end_sheet", "Xuống dòng cuối ô Excel", "Line ends in a workbook's cell", "điện↵tử",
             Repaired(_CLEAN), work_files_xlsx(hinh_thuc="điện\r\ntử\r\n")),
        Kind("line_end_json", "Xuống dòng trong JSON", "Line ends in JSON", "\\r\\n", Repaired(dossiers_json()),
             dossiers_json(DonViXuLy=f"\r\n{_UNIT}\r\n")),
    ),
)  # fmt: skip


def _records(text: str) -> str:
    """The records with a title and headings in words, as old programs export them."""
    labels = "Mã hồ sơ,Số CCCD,Mã thẻ BHYT,Năm sinh,Giới tính,Mã xã,Ngày tạo,Ngày cập nhật cuối,Trạng thái"
    return "DANH SÁCH HỒ SƠ SỨC KHỎE\n" + labels + "\n" + text.split("\n", 1)[1]


_WORDED = _records(csv_text(record_rows()))
_OLD_CELL = "UBND huyện Cao Lộc, tỉnh Lạng Sơn"
CODE_PAGES = Family(
    "Bảng mã chữ Việt",
    "Code pages of Vietnamese",
    "S03, S09, S12",
    (
        Kind("utf8_mark", "UTF-8 có BOM", "UTF-8 with a byte order mark", "EF BB BF", Repaired(records_csv()),
             records_csv(b"\xef\xbb\xbf" + csv_text(record_rows()).encode())),
        Kind("decomposed", "Chữ tổ hợp (NFD)", "Decomposed letters (NFD)", "a + ◌̣", Repaired(records_csv()),
             records_csv(unicodedata.normalize("NFD", csv_text(record_rows())).encode())),
        Kind("decomposed_sheet", "Chữ tổ hợp trong Excel", "Decomposed letters in a workbook", "a + ◌̣",
             Repaired(_CLEAN),
             work_files_xlsx(
                 [[unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell for cell in row]
                  for row in work_file_rows()]
             )),
        Kind("windows_1258", "Windows-1258", "Windows-1258", "hoaòt ðôòng", Repaired(records_csv(_WORDED.encode())),
             records_csv(windows_1258(_WORDED))),
        Kind("tcvn3_csv", "TCVN3 (ABC, phông .VnTime) trong CSV", "TCVN3 (ABC, .VnTime fonts) in a CSV file",
             to_tcvn3("Mã hồ sơ, Trạng thái"), Refused(("TCVN3", "Unicode", "UniKey")),
             records_csv(to_tcvn3(_WORDED).encode("latin-1"))),
        Kind("tcvn3_utf8", "TCVN3 lưu lại thành UTF-8", "TCVN3 saved again as UTF-8", to_tcvn3("trạng thái"),
             Refused(("TCVN3", "UniKey")), records_csv(to_tcvn3(_WORDED).encode())),
        Kind("tcvn3_sheet", "Ô Excel gõ bằng phông .VnTime", "Workbook cells typed in .VnTime", to_tcvn3("Lạng Sơn"),
             Refused(("TCVN3", "UniKey")), work_files_xlsx(font=".VnTime", don_vi=to_tcvn3(_OLD_CELL))),
        Kind("tcvn3_capitals", "Chữ hoa phông .VnTimeH", "Capitals of the font .VnTimeH", to_tcvn3("LẠNG SƠN"),
             Refused(("TCVN3", ".VnTimeH")), work_files_xlsx(font=".VnTimeH", don_vi=to_tcvn3(_OLD_CELL.upper()))),
        Kind("tcvn3_html", "TCVN3 trong HTML", "TCVN3 in HTML", "L&#185;ng S&#172;n", Refused(("TCVN3", "UniKey")),
             work_files_html(don_vi="".join(f"&#{ord(letter)};" for letter in to_tcvn3(_OLD_CELL)))),
        Kind("vni_csv", "VNI trong CSV", "VNI in a CSV file", to_vni("Mã hồ sơ, Trạng thái"),
             Refused(("VNI", "UniKey")), records_csv(to_vni(_WORDED).encode("latin-1"))),
        Kind("vni_sheet", "Ô Excel gõ bằng phông VNI-Times", "Workbook cells typed in VNI-Times", to_vni("Lạng Sơn"),
             Refused(("VNI", "UniKey")), work_files_xlsx(font="VNI-Times", don_vi=to_vni(_OLD_CELL))),
        Kind("mojibake_1258", "Windows-1258 đã bị đọc như Latin-1", "Windows-1258 once read as Latin-1",
             OLD_PAGES["windows-1258"]("Lạng Sơn"), Refused(("windows-1258",)),
             work_files_xlsx(don_vi=OLD_PAGES["windows-1258"](_OLD_CELL))),
        Kind("mojibake_utf8", "UTF-8 đã bị đọc như Latin-1", "UTF-8 once read as Latin-1",
             OLD_PAGES["UTF-8"]("Sơn"), Refused(("UTF-8", "Latin-1")),
             work_files_xlsx(don_vi=OLD_PAGES["UTF-8"](_OLD_CELL))),
        Kind("utf16", "UTF-16", "UTF-16", "FF FE", Refused(("UTF-16",)), records_csv(_WORDED.encode("utf-16"))),
    ),
)  # fmt: skip


def _shifted(places: int) -> Delivery:
    """A row pasted some cells to the right of its columns, or to the left (negative)."""
    rows = work_file_rows()
    pasted = [None] * places + rows[2] if places > 0 else rows[2][-places:]
    return work_files_xlsx([*rows[:2], (pasted + [None] * _WIDTH)[:_WIDTH], *rows[3:]])


def _records_with(line: str) -> Delivery:
    lines = csv_text(record_rows()).splitlines()
    return records_csv("\n".join([*lines[:2], line, *lines[3:], ""]).encode())


_SECOND = csv_text(record_rows()).splitlines()[2]
SHIFTED = Family(
    "Cột bị lệch khi ghép tay",
    "Columns shifted by hand-merging",
    "S10",
    (
        Kind("shifted_right", "Dòng dán lệch sang phải", "A row pasted to the right",
             "(trống), (trống), HSCV-22-0002, …",
             Rejected("required_empty", "ma_hscv"), _shifted(2)),
        Kind("shifted_left", "Dòng dán lệch sang trái", "A row pasted to the left",
             "HSCV-22-0002, Giả lập, UBND …, huyện, …",
             Rejected("unknown_code", "cap"), _shifted(-1)),
        Kind("field_too_many", "Dòng CSV thừa ô", "A CSV row with a field too many", "a,b,,c",
             Rejected("wrong_column_count", None), _records_with(_SECOND.replace(",Nam,", ",Nam,,"))),
        Kind("field_too_few", "Dòng CSV thiếu ô", "A CSV row with a field too few", "a,c",
             Rejected("wrong_column_count", None), _records_with(_SECOND.replace(",Nam,", ","))),
        Kind("open_quote", "Dấu ngoặc kép không đóng", "A quote that never ends", '"Cao Lộc,…',
             Refused(("ngoặc kép", "quote")),
             taxpayers_csv(
                 ('mst,loai_nnt,cqt_quan_ly,dia_ban,trang_thai\n4900001010,DN,"Cục Thuế,Cao Lộc,đang hoạt động\n'
                  + "4900001028,DN,Cục Thuế,Cao Lộc,đang hoạt động\n" * 40).encode()
             )),
    ),
)  # fmt: skip
