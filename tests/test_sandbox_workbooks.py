"""Registers of the sandbox as workbooks: what a reader of Excel files finds in them."""

import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from sandbox.bulk_files import write_list_xlsx
from sandbox.workbooks import Cell, Header, Sheet, write_xlsx

TEXTS = ["Hà & <Hải>", "  lùi vào ", "hai\ndòng", "_x0041_", "=1+1", "0012"]
NUMBERS: list[Cell] = [7, 2.0, 44200.662072, -0.25, 12345678901234, 0]
SHEET = Sheet(
    title=["SỔ ĐĂNG KÝ", "Năm 2022"],
    header=Header(("STT", "Mã", "Tên", "Huyện", "Xã", "Ngày", "Ghi chú"), ("", "", "", "Địa bàn", "Địa bàn", "", "")),
    groups=[
        ("Huyện Lộc Bình", [[*TEXTS], ["b", None, "", *TEXTS[:3]], ["c", None, *TEXTS[2:]]]),
        ("Huyện Cao Lộc", [[*NUMBERS]]),
    ],
    signature=["NGƯỜI LẬP BIỂU"],
    merged_column=2,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_xlsx(tmp_path / "folder" / "register.xlsx", SHEET)
    return tmp_path / "folder" / "register.xlsx"


@pytest.fixture
def page(path: Path) -> Worksheet:
    return openpyxl.load_workbook(path)["Sheet1"]


def row(page: Worksheet, number: int) -> list[Cell]:
    return [cell.value for cell in page[number]]


def test_titles_and_headers_are_merged_bold_and_centred(page: Worksheet) -> None:
    assert (page["A1"].value, page["A2"].value, page["D4"].value) == ("SỔ ĐĂNG KÝ", "Năm 2022", "Địa bàn")
    assert row(page, 3) == [None] * 7
    assert [cell.value for cell in page[5] if cell.value] == ["Huyện", "Xã"]
    assert row(page, 4) == ["STT", "Mã", "Tên", "Địa bàn", None, "Ngày", "Ghi chú"]
    merged = {str(found) for found in page.merged_cells.ranges}
    assert merged == {"A1:G1", "A2:G2", "D4:E4", "A4:A5", "B4:B5", "C4:C5", "F4:F5", "G4:G5", "C7:C9"}
    styled = {cell.coordinate for cells in page.iter_rows() for cell in cells if cell.font.b and cell.value}
    assert styled == {"A1", "A2", "A4", "B4", "C4", "D4", "F4", "G4", "D5", "E5"}
    assert page["A1"].alignment.horizontal == page["E5"].alignment.horizontal == "center"


def test_every_value_is_read_back_as_it_was(page: Worksheet) -> None:
    assert row(page, 6) == ["I", "Huyện Lộc Bình", *[None] * 5]
    assert row(page, 7) == [1, *TEXTS]
    assert row(page, 8) == [2, "b", None, None, *TEXTS[:3]]
    assert row(page, 10) == ["II", "Huyện Cao Lộc", *[None] * 5]
    assert row(page, 11) == [4, *NUMBERS]
    assert row(page, 12)[:5] == [None, "Tổng cộng", None, None, 4]
    assert page["C14"].value == "NGƯỜI LẬP BIỂU"
    assert page.max_row == 14
    assert {cell.data_type for cell in page[7][1:]} == {"s"}, "no text is a formula"


def test_registers_share_their_strings_and_plain_lists_hold_them_inline(path: Path, tmp_path: Path) -> None:
    write_list_xlsx(tmp_path / "list.xlsx", ["DANH SÁCH"], ["Tên"], [["Hà & Hải"]])
    with zipfile.ZipFile(path) as register, zipfile.ZipFile(tmp_path / "list.xlsx") as plain:
        shared = register.read("xl/sharedStrings.xml").decode("utf-8")
        assert shared.count("Hà &amp; &lt;Hải&gt;") == 1, "it stands in two cells"
        assert b"inlineStr" not in register.read("xl/worksheets/sheet1.xml")
        assert "xl/sharedStrings.xml" not in plain.namelist()
        assert b"inlineStr" in plain.read("xl/worksheets/sheet1.xml")
    assert openpyxl.load_workbook(tmp_path / "list.xlsx")["Sheet1"]["A3"].value == "Hà & Hải"


def test_a_control_character_is_escaped_as_excel_does(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "odd.xlsx", Sheet(["S"], Header(("STT", "Tên")), [("", [["a\x07b"], ["\tc"], ["d\r"]])]))
    with zipfile.ZipFile(tmp_path / "odd.xlsx") as book:
        shared = book.read("xl/sharedStrings.xml").decode("utf-8")
    assert "<t>a_x0007_b</t>" in shared
    assert '<t xml:space="preserve">\tc</t>' in shared
    assert "<t>d_x000D_</t>" in shared


def test_the_same_sheet_gives_the_same_bytes_and_says_that_it_is_simulated(path: Path, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "again.xlsx", SHEET)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()
    properties = openpyxl.load_workbook(path).properties
    assert properties.title == "MÔ PHỎNG / SIMULATED"
    assert str(properties.created) == "2022-01-01 00:00:00"
