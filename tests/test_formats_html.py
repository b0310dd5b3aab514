"""HTML tables of the office system, and pages that only look like one."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.formats.base import FormatError, Limits, RawTable, fold
from sources.formats.html_table import read_html_table

WANTED = frozenset(fold(name) for name in ("Mã HSCV", "Đơn vị", "Độ mật"))
HEADER = "<tr><th>Mã HSCV</th><th>Đơn vị</th><th>Độ mật</th></tr>"


def read(tmp_path: Path, content: str | bytes, limits: Limits | None = None) -> RawTable:
    path = tmp_path / "delivery.html"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_html_table(path, WANTED, limits or Limits())


def rows(table: RawTable) -> list[tuple[str | None, ...]]:
    return [tuple(row.values()) for row in table.rows.select(["c0", "c1", "c2"]).to_pylist()]


def line(*cells: str) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def test_entities_are_resolved_and_line_ends_collapsed(tmp_path: Path) -> None:
    body = line("A&amp;B&comma;1", "S&#7903;&nbsp;Y\r\n  tế", "&nbsp;")
    table = read(tmp_path, f"<table>{HEADER}{body}</table>")
    assert rows(table) == [("A&B,1", "Sở Y tế", None)]


def test_scripts_styles_comments_and_other_attributes_are_ignored(tmp_path: Path) -> None:
    cell = "HS<script>alert('x')</script><style>p{}</style><!-- note -->-1"
    table = read(tmp_path, f"<table>{HEADER}<tr onclick='steal()'><td>{cell}</td><td>S</td><td>T</td></tr></table>")
    assert rows(table) == [("HS-1", "S", "T")]


def test_a_wanted_attribute_of_the_rows_is_a_column_after_the_cells(tmp_path: Path) -> None:
    head = "<tr><th>Đơn vị</th><th>Độ mật</th></tr>"
    body = (
        "<tr class=a STYLE='x' ma_hscv=7><td>S</td><td>Thường</td></tr>"
        "<tr><td colspan=2>Tổng cộng</td></tr>"
        "<tr onclick='steal()' MA_HSCV=' HS&comma;8 '><td>T</td><td></td></tr>"
    )
    path = tmp_path / "delivery.html"
    path.write_text(f"<table>{head}{body}</table>", encoding="utf-8")
    table = read_html_table(path, WANTED | {fold("ma_hscv")}, Limits())
    assert table.header == ("Đơn vị", "Độ mật", "ma_hscv")
    assert rows(table) == [("S", "Thường", "7"), ("T", None, "HS,8")]


def test_the_largest_table_with_the_header_is_read(tmp_path: Path) -> None:
    small = f"<table>{HEADER}{line('small', 's', 't')}</table>"
    large = f"<table>{HEADER}{line('a', 's', 't')}{line('b', 's', 't')}</table>"
    menu = "<table>" + line("menu", "x") * 50 + "</table>"
    assert [row[0] for row in rows(read(tmp_path, small + large + menu))] == ["a", "b"]


def test_text_above_the_table_is_the_title(tmp_path: Path) -> None:
    table = read(tmp_path, f"<h3>Sổ hồ sơ</h3><p>Từ ngày 01/03/2022</p><table>{HEADER}{line('a', 'b', 'c')}</table>")
    assert table.title == "Sổ hồ sơ\nTừ ngày 01/03/2022"


def test_merged_header_cells_are_flattened(tmp_path: Path) -> None:
    head = (
        "<tr><th rowspan=2>Mã HSCV</th><th colspan=2>Nhóm</th><th rowspan=2>Độ mật</th></tr>"
        "<tr><th>Đơn vị</th><th>Tỷ lệ</th></tr>"
    )
    table = read(tmp_path, f"<table>{head}{line('a', 'b', '5', 'c')}</table>")
    assert table.header == ("Mã HSCV", "Đơn vị", "Nhóm/Tỷ lệ", "Độ mật")
    assert table.rows.column("_row_number").to_pylist() == [3]


def test_a_tall_data_cell_reaches_down(tmp_path: Path) -> None:
    body = "<tr><td rowspan=2>K</td><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>"
    assert rows(read(tmp_path, f"<table>{HEADER}{body}</table>")) == [("K", "a", "b"), ("K", "c", "d")]


def test_a_row_across_the_table_is_a_group(tmp_path: Path) -> None:
    table = read(tmp_path, f"<table>{HEADER}<tr><td colspan=3>I. Cấp huyện</td></tr>{line('a', 'b', 'c')}</table>")
    assert table.rows.column("_group").to_pylist() == ["Cấp huyện"]
    assert table.skipped["group"] == 1


def test_a_table_inside_a_cell_adds_no_rows(tmp_path: Path) -> None:
    inner = "<table><tr><td>x</td></tr><tr><td>y</td></tr></table>"
    assert rows(read(tmp_path, f"<table>{HEADER}{line('a', inner, 'c')}</table>")) == [("a", "x y", "c")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<form action='login.do'><input type='password'></form>", "login page"),
        (b"<p>nothing here</p>", "No header row"),
        (b" ", "no content"),
        (b"", "empty"),
        (b"PK\x03\x04", "a zip or an Excel book"),
        (f"<table>{HEADER}<tr><td colspan=5000>x</td></tr></table>".encode(), "wider than"),
        (f"<table>{HEADER}</table>".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        read(tmp_path, content)


def test_the_row_limit_is_kept(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="over the limit"):
        read(tmp_path, f"<table>{HEADER}{line('a', 'b', 'c') * 3}</table>", Limits(rows=2))


def test_a_table_nested_without_end_does_not_crash(tmp_path: Path) -> None:
    with pytest.raises(FormatError):
        read(tmp_path, "<table><tr><td>" * 20_000)
