"""Amounts of money at the door: the unit is what the file says, and a text that could be two amounts is neither."""

import duckdb
import pytest

from sources.door.money import dong_of, scale_in_header, scale_in_title


@pytest.mark.parametrize(
    ("title", "scale"),
    [
        ("BÁO CÁO THU\nĐơn vị tính: triệu đồng", 1_000_000),
        ("BÁO CÁO THU\nĐVT: 1.000 đồng\nTháng 3/2022", 1_000),
        ("BÁO CÁO THU (Đơn vị tính: nghìn đồng)", 1_000),
        ("BÁO CÁO THU\nĐơn vị tiền: đồng", 1),
        ("BÁO CÁO THU\nĐVT: Tỷ đồng", 10**9),
        ("BÁO CÁO THU\nĐơn vị: Sở Y tế\nTháng 3/2022", None),
        ("Thu dưới 5 triệu đồng", None),
    ],
)
def test_a_title_row_says_what_amounts_are_counted_in(title: str, scale: int | None) -> None:
    assert scale_in_title(title) == scale


@pytest.mark.parametrize(
    ("header", "scale"),
    [
        ("Giá trị giao dịch (triệu đồng)", 1_000_000),
        ("Số tiền (VNĐ)", 1),
        ("Số tiền", None),
        ("Số tiền (lũy kế)", None),
    ],
)
def test_a_header_says_what_its_column_is_counted_in(header: str, scale: int | None) -> None:
    assert scale_in_header(header) == scale


@pytest.mark.parametrize(
    ("text", "scale", "dong"),
    [
        ("250000", 1, 250_000),
        ("250.000", 1, 250_000),
        ("1,250,000", 1, 1_250_000),
        ("-1.250.000", 1, -1_250_000),
        ("250000.00", 1, 250_000),
        ("250000,0", 1, 250_000),
        ("250000.5", 1, None),
        ("25.00.000", 1, None),
        ("hai trăm", 1, None),
        ("45.375", 1_000_000, 45_375_000),
        ("12,5", 1_000_000, 12_500_000),
        ("1.234.567", 1_000_000, 1_234_567_000_000),
        ("45", 1_000_000, 45_000_000),
        ("1,250", 1_000_000, None),
        ("0.0000005", 1_000_000, None),
    ],
)
def test_an_amount_is_whole_dong_or_nothing(text: str, scale: int, dong: int | None) -> None:
    assert duckdb.sql(f"select {dong_of('t', scale)} from (select '{text}' as t)").fetchall() == [(dong,)]
