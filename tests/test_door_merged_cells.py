"""A cell merged down a column, and windows of a quarter: what hand-filled books need of the door."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from sources.contract import Column, DeliveryLayout
from sources.door.batches import kept_rows
from sources.door.prepare import Preparer
from sources.door.window import Window, window_in_name, window_in_title

HEADER = ("STT", "Tên HTTT/CSDL", "Đơn vị chủ quản", "Loại", "Phạm vi", "Nơi cài đặt", "Trạng thái", "Ngày chuyển")
REST = ("HTTT", "tỉnh", "LS Cloud", "đang dùng", "01/02/2022")
Sheet = Sequence[Sequence[object]]


def owners(tmp_path: Path, *sheets: Sheet, merged: Sequence[tuple[int, int]] = ()) -> tuple[list[tuple], list[dict]]:
    """(system, owner) of the rows the door would land, and the rejects; `merged` rows of the first sheet's owners."""
    path = tmp_path / "KiemKe_20220331.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for rows in sheets:
            page = book.add_worksheet()
            for line, row in enumerate(rows):
                page.write_row(line, 0, row)
        for first, last in merged:
            book.worksheets()[0].merge_range(first, 2, last, 2, sheets[0][first][2])
    prepared = Preparer(bytes(32), frozenset()).prepare("cloud_inventory", path, tmp_path)
    assert prepared.refusal == ""
    assert prepared.rows is not None
    rows = kept_rows(prepared.rows)
    landed = duckdb.sql("select ten_he_thong, don_vi_chu_quan from rows").fetchall()
    return landed, prepared.rejects.to_pylist()


def test_a_merged_cell_gives_its_text_to_every_row_it_spans(tmp_path: Path) -> None:
    landed, rejects = owners(
        tmp_path,
        [HEADER, (1, "A", "Sở Y tế", *REST), (2, "B", "", *REST), (3, "C", "", *REST), (4, "D", "Sở Nội vụ", *REST)],
        merged=[(1, 3)],
    )
    assert landed == [("A", "Sở Y tế"), ("B", "Sở Y tế"), ("C", "Sở Y tế"), ("D", "Sở Nội vụ")]
    assert rejects == []


def test_no_cell_reaches_over_a_group_row_a_total_or_the_next_sheet(tmp_path: Path) -> None:
    landed, rejects = owners(
        tmp_path,
        [
            HEADER, (1, "A", "Sở Y tế", *REST), (), (2, "B", "", *REST), ("II", "UBND các huyện"), (3, "C", "", *REST),
            (4, "D", "Sở Nội vụ", *REST), ("", "Tổng cộng", "", "4"), (5, "E", "", *REST), (6, "G", "Sở Y tế", *REST),
        ],
        [HEADER, (1, "H", "", *REST)],
    )  # fmt: skip
    assert landed == [("A", "Sở Y tế"), ("B", "Sở Y tế"), ("D", "Sở Nội vụ"), ("G", "Sở Y tế")]
    assert [(row["rule"], row["column_name"], row["row_number"]) for row in rejects] == [
        ("required_empty", "don_vi_chu_quan", 2),
        ("required_empty", "don_vi_chu_quan", 6),
        ("required_empty", "don_vi_chu_quan", 9),
    ]


def test_only_the_rows_of_a_sheet_can_be_filled_from_above() -> None:
    from sources.registry import dataset

    systems = dataset("cloud_inventory", "systems")
    values = {name: getattr(systems, name) for name in type(systems).model_fields}
    as_json = DeliveryLayout(match="*.json", format="json", records=("data",))
    with pytest.raises(ValueError, match="cells above"):
        type(systems)(**(values | {"deliveries": (as_json,)}))
    assert Column.model_fields["fill"].default == ()


@pytest.mark.parametrize(
    ("title", "window"),
    [
        ("BÁO CÁO TỔNG HỢP\nQuý II năm 2022", Window(date(2022, 4, 1), date(2022, 6, 30))),
        ("Quý 4/2021", Window(date(2021, 10, 1), date(2021, 12, 31))),
        ("QUÝ IV - 2021", Window(date(2021, 10, 1), date(2021, 12, 31))),
        ("Kỳ báo cáo: năm 2022", Window(date(2022, 1, 1), date(2022, 12, 31))),
        ("Quý V năm 2022", Window(date(2022, 1, 1), date(2022, 12, 31))),
    ],
)
def test_a_quarter_in_the_title_is_the_window(title: str, window: Window) -> None:
    assert window_in_title(title, snapshot=False) == window


@pytest.mark.parametrize(
    ("name", "window"),
    [
        ("BC_tong_hop_Q1_2022.xlsx", Window(date(2022, 1, 1), date(2022, 3, 31))),
        ("BC_tong_hop_III_2022.xlsx", Window(date(2022, 7, 1), date(2022, 9, 30))),
        ("BC_tong_hop_Quy_IV-2022_lan2.xlsx", Window(date(2022, 10, 1), date(2022, 12, 31))),
        ("Q2_2022.csv", Window(date(2022, 4, 1), date(2022, 6, 30))),
        ("BC_Q5_2022.xlsx", None),
    ],
)
def test_a_quarter_in_a_file_name_is_the_window(name: str, window: Window | None) -> None:
    assert window_in_name(name, snapshot=False) == window
    closing = window_in_name(name, snapshot=True)
    assert (closing is None) == (window is None) and (window is None or closing == Window(window.end, window.end))
