"""Excel books as they really arrive: layouts, types, and hostile files."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from sources.formats.base import FormatError, Limits, RawTable, fold
from sources.formats.limits import check_zip
from sources.formats.xlsx import read_xlsx

HEADER = ("STT", "Mã HSCV", "Tiêu đề", "Đơn vị", "Ngày kết thúc", "Độ mật")
WANTED = frozenset(fold(name) for name in HEADER[1:])
ROW = (1, "HS-1", "Kế hoạch", "Sở Tư pháp", "01/03/2022", "Thường")
SECOND = (2, "HS-2", "Báo cáo", "Sở Y tế", "02/03/2022", "Thường")


def book(path: Path, *sheets: Sequence[Sequence[object]], hidden: Sequence[int] = ()) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        day = workbook.add_format({"num_format": "dd/mm/yyyy"})
        for place, rows in enumerate(sheets):
            sheet = workbook.add_worksheet()
            if place in hidden:
                sheet.hide()
            for line, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, datetime.datetime):
                        sheet.write_datetime(line, column, value, day)
                    elif isinstance(value, str):
                        sheet.write_string(line, column, value)
                    elif value is not None:
                        sheet.write(line, column, value)
    return path


def read(tmp_path: Path, *rows: Sequence[object], wanted: frozenset[str] = WANTED) -> RawTable:
    return read_xlsx(book(tmp_path / "book.xlsx", rows), wanted, Limits())


def values(table: RawTable, name: str) -> list[str | None]:
    return table.rows.column(f"c{table.header.index(name)}").to_pylist()


def test_title_rows_above_the_header_become_the_title(tmp_path: Path) -> None:
    table = read(tmp_path, ("SỔ HỒ SƠ",), (), ("Từ ngày 01/03/2022", "đến ngày 31/03/2022"), HEADER, ROW)
    assert table.title == "SỔ HỒ SƠ\nTừ ngày 01/03/2022 đến ngày 31/03/2022"
    assert table.header == HEADER


def test_row_numbers_are_the_sheets_own_even_after_empty_first_rows(tmp_path: Path) -> None:
    table = read(tmp_path, (), (), (), HEADER, ROW, (), SECOND)
    assert table.rows.column("_row_number").to_pylist() == [5, 7]
    assert table.skipped["blank"] == 1


def test_real_date_cells_become_full_dates_and_text_dates_stay(tmp_path: Path) -> None:
    noon = datetime.datetime(2022, 3, 1, 12, 30, 5, 999000)
    rows = [(1, "a", "t", "d", value, "m") for value in (datetime.datetime(2022, 3, 1), "01/03/2022", noon)]
    table = read(tmp_path, HEADER, *rows)
    assert values(table, "Ngày kết thúc") == ["2022-03-01 00:00:00", "01/03/2022", "2022-03-01 12:30:06"]


def test_codes_keep_leading_zeros_twenty_digits_and_lose_the_point_of_a_float(tmp_path: Path) -> None:
    codes = ["00123", "12345678901234567890", 490123.0, 44621.5]
    table = read(tmp_path, HEADER, *[(place, code, "t", "d", "x", "m") for place, code in enumerate(codes)])
    assert values(table, "Mã HSCV") == ["00123", "12345678901234567890", "490123", "44621.5"]


def test_spaces_tabs_and_no_break_spaces_are_trimmed_and_empty_is_null(tmp_path: Path) -> None:
    table = read(tmp_path, (*HEADER[:5], " Độ  mật \t"), (1, "\tHS-1\u00a0", " ", "Sở\u00a0", "\n", "Thường "))
    assert table.header[5] == "Độ mật"
    assert table.rows.select(["c1", "c2", "c3", "c4", "c5"]).to_pylist()[0] == {
        "c1": "HS-1", "c2": None, "c3": "Sở", "c4": None, "c5": "Thường",
    }  # fmt: skip


def test_decomposed_letters_are_composed(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER, (1, "HS-1", "t", "So\u031b\u0309 Y te\u0302\u0301", "x", "m"))
    assert values(table, "Đơn vị") == ["Sở Y tế"]


def test_a_merged_header_of_two_rows_is_found_by_its_leaves(tmp_path: Path) -> None:
    top = ("STT", "Mã HSCV", "Xử lý", None, None, "Độ mật")
    leaves = (None, None, "Đơn vị", "Ngày kết thúc", "Tỷ lệ", None)
    table = read(tmp_path, ("SỔ",), top, leaves, (1, "HS-1", "Sở", "01/03/2022", 5, "Thường"))
    assert table.header == ("STT", "Mã HSCV", "Đơn vị", "Ngày kết thúc", "Xử lý/Tỷ lệ", "Độ mật")
    assert table.rows.num_rows == 1


def test_a_leaf_under_two_groups_keeps_its_group(tmp_path: Path) -> None:
    wanted = frozenset(fold(name) for name in ("Đơn vị", "Tiếp nhận/Tổng", "Giải quyết/Tổng"))
    table = read(
        tmp_path, ("STT", "Đơn vị", "Tiếp nhận", None, "Giải quyết"), (None, None, "Tổng", "Số hóa", "Tổng"),
        (1, "Sở Y tế", 5, 4, 3), wanted=wanted,
    )  # fmt: skip
    assert table.header == ("STT", "Đơn vị", "Tiếp nhận/Tổng", "Tiếp nhận/Số hóa", "Giải quyết/Tổng")


def test_a_second_header_row_of_unwanted_leaves_is_no_data_row(tmp_path: Path) -> None:
    wanted = frozenset(fold(name) for name in ("Đơn vị", "Độ mật"))
    table = read(
        tmp_path, ("STT", "Đơn vị", "Độ mật", "Khác", None), (None, None, None, "Một", "Hai"),
        (1, "Sở", "Thường", 3, 4), wanted=wanted,
    )  # fmt: skip
    assert table.header == ("STT", "Đơn vị", "Độ mật", "Khác/Một", "Khác/Hai")
    assert table.rows.column("_row_number").to_pylist() == [3]


def test_the_numbering_row_under_the_header_is_no_data_row(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER, ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)=(4)+(5)"), ROW)
    assert values(table, "Mã HSCV") == ["HS-1"]


def test_group_rows_are_counted_and_their_text_goes_to_the_rows_below(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER, ROW, ("I", "Sở, ban, ngành"), SECOND, ("II. Cấp huyện",), ROW)
    assert table.rows.column("_group").to_pylist() == [None, "Sở, ban, ngành", "Cấp huyện"]
    assert table.skipped["group"] == 2


def test_total_rows_are_counted_and_a_company_called_tong_stays(tmp_path: Path) -> None:
    company = (3, "Tổng công ty", "Tổng hợp số liệu", "Tổng cục", "x", "Thường")
    totals = [("Cộng", None, None, None, None, 5), ("Tổng số: 3 hồ sơ",), ("I", "Tổng cộng", None, None, None, 3)]
    table = read(tmp_path, HEADER, ROW, *totals, company)
    assert table.skipped["total"] == 3
    assert values(table, "Mã HSCV") == ["HS-1", "Tổng công ty"]


def test_the_signature_block_is_left_out(tmp_path: Path) -> None:
    block = [
        (None, None, None, "Lạng Sơn, ngày 3 tháng 4 năm 2022"), (None, "NGƯỜI LẬP BIỂU", None, None, "KT. GIÁM ĐỐC"),
        (None, None, None, None, "PHÓ GIÁM ĐỐC"), (), (None, "Nguyễn Văn A", None, None, "Trần Thị B"),
    ]  # fmt: skip
    table = read(tmp_path, HEADER, ROW, (), *block)
    assert table.skipped["signature"] == 4
    assert table.rows.num_rows == 1


def test_a_data_row_with_few_cells_is_not_lost(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER, ROW, (2, "HS-2"), (None, None, None, "Sở Y tế"))
    assert table.rows.column("_row_number").to_pylist() == [2, 3, 4]


def test_a_header_repeated_among_the_data_is_counted(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER, ROW, HEADER, SECOND)
    assert table.skipped["header"] == 1
    assert values(table, "Mã HSCV") == ["HS-1", "HS-2"]


def test_every_row_below_the_header_is_either_data_or_counted(tmp_path: Path) -> None:
    table = read(tmp_path, ("SỔ",), HEADER, ("I", "Sở"), ROW, (), (7,), ("Tổng",), HEADER, SECOND, ("NGƯỜI LẬP",))
    assert table.rows.num_rows + sum(table.skipped.values()) == 8


def test_unwanted_header_names_that_repeat_are_made_unique(tmp_path: Path) -> None:
    table = read(tmp_path, (*HEADER, "Ghi chú", "Ghi chú"), (*ROW, "a", "b"))
    assert table.header[6:] == ("Ghi chú", "Ghi chú (2)")


def test_a_wanted_header_name_that_repeats_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="hai lần"):
        read(tmp_path, (*HEADER, "Độ mật"), (*ROW, "Mật"))


def test_an_empty_register_with_a_header_has_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, ("SỔ",), HEADER).rows.num_rows == 0


def test_a_book_without_the_header_is_refused_with_the_columns_needed(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="don vi"):
        read(tmp_path, ("a", "b"), (1, 2))


def test_sheets_of_one_header_are_joined_and_another_is_named(tmp_path: Path) -> None:
    other = (*HEADER[:5], "Ghi chú")
    path = book(tmp_path / "b.xlsx", [], [HEADER, ROW], [HEADER, SECOND], [other, ROW])
    table = read_xlsx(path, WANTED, Limits())
    assert values(table, "Mã HSCV") == ["HS-1", "HS-2"]
    assert "Sheet4" in table.title


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    path = book(tmp_path / "b.xlsx", [HEADER, ROW], [HEADER, SECOND], hidden=[1])
    assert read_xlsx(path, WANTED, Limits()).rows.num_rows == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Workbook", "97-2003"),
        (b"<html><form><input type='password'></form></html>", "login page"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "HTML page"),
        (b"%PDF-1.7", "PDF"),
        (b"STT,Ma\n1,2\n", "Not an .xlsx book"),
        (b"PK\x03\x04 cut short", "damaged"),
        (b"", "empty"),
    ],
)
def test_what_is_no_book_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=says):
        read_xlsx(path, WANTED, Limits())


def test_a_zip_that_is_no_book_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as container:
        container.writestr("word/document.xml", "<a/>")
    with pytest.raises(FormatError, match=r"no \.xlsx book"):
        read_xlsx(path, WANTED, Limits())


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = book(tmp_path / "book.xlsx", [HEADER, ROW])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as container:
        container.writestr("xl/media/bomb.bin", bytes(16 * 1024 * 1024))
    with pytest.raises(FormatError, match="zip bomb"):
        read_xlsx(path, WANTED, Limits())


@pytest.mark.parametrize(
    ("limits", "says"), [(Limits(members=2), "members"), (Limits(unpacked=10), "unpacked"), (Limits(bytes=9), "limit")]
)
def test_limits_of_a_container_are_kept(tmp_path: Path, limits: Limits, says: str) -> None:
    path = book(tmp_path / "book.xlsx", [HEADER, ROW])
    with pytest.raises(FormatError, match=says):
        check_zip(path, limits)


def test_one_stray_cell_at_the_far_end_of_a_sheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write(1_048_575, 700, "x")
    with pytest.raises(FormatError, match="stray far cells"):
        read_xlsx(path, WANTED, Limits())


def test_a_sheet_over_the_row_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="over the limit"):
        read_xlsx(book(tmp_path / "b.xlsx", [HEADER, ROW, SECOND]), WANTED, Limits(rows=2))
