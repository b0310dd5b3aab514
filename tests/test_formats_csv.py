"""CSV files: separators, encodings, ragged rows, and what is no CSV at all."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from sources.formats.base import FormatError, Limits, RawTable, fold
from sources.formats.csv_text import read_csv
from tests.dirt.old_text import windows_1258

WANTED = frozenset(fold(name) for name in ("Mã xã", "Họ tên", "Ngày tạo"))
HEADER = "Mã xã,Họ tên,Ngày tạo\n"


def read(tmp_path: Path, content: str | bytes, limits: Limits | None = None) -> RawTable:
    path = tmp_path / "delivery.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_csv(path, WANTED, limits or Limits())


def rows(table: RawTable) -> list[tuple[str | None, ...]]:
    return [tuple(row.values()) for row in table.rows.select(["c0", "c1", "c2"]).to_pylist()]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_comma_semicolon_and_tab_are_told_apart(tmp_path: Path, separator: str) -> None:
    table = read(tmp_path, (HEADER + "00123,A,1\n").replace(",", separator))
    assert table.header == ("Mã xã", "Họ tên", "Ngày tạo")
    assert rows(table) == [("00123", "A", "1")]


def test_the_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + HEADER + "1,2,3\n").header[0] == "Mã xã"


def test_title_lines_above_the_header_become_the_title(tmp_path: Path) -> None:
    table = read(tmp_path, "DANH SÁCH\nTính đến ngày 31/03/2022\n\n" + HEADER + "1,2,3\n")
    assert table.title == "DANH SÁCH\nTính đến ngày 31/03/2022"
    assert table.rows.column("_row_number").to_pylist() == [5]


def test_a_quoted_field_may_hold_line_ends_separators_and_quotes(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + '1,"Nguyễn\nVăn ""A"", B",3\n2,b,c\n')
    assert rows(table) == [("1", 'Nguyễn\nVăn "A", B', "3"), ("2", "b", "c")]


def test_ragged_rows_are_rejects_with_their_number_and_text_and_nothing_is_lost(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + "1,2,3\n1,2\n4,5,6\n1,2,3,4\n7,8,9\n")
    rejects = table.rejects.to_pylist()
    assert [(row["_row_number"], row["rule"], row["text"]) for row in rejects] == [
        (3, "wrong_column_count", "1,2"), (5, "wrong_column_count", "1,2,3,4"),
    ]  # fmt: skip
    assert table.rows.column("_row_number").to_pylist() == [2, 4, 6]


def test_text_is_trimmed_and_empty_or_blank_rows_are_counted(tmp_path: Path) -> None:
    table = read(tmp_path, HEADER + " 00123 ,\tA\u00a0, \n,,\n\n")
    assert rows(table) == [("00123", "A", None)]
    assert table.skipped["blank"] == 2


def test_the_last_line_needs_no_line_end(tmp_path: Path) -> None:
    assert rows(read(tmp_path, HEADER + "1,2,3")) == [("1", "2", "3")]


def test_windows_1258_is_read_and_composed(tmp_path: Path) -> None:
    assert rows(read(tmp_path, windows_1258(HEADER + "1,Nguyễn Thị Ạnh,3\n"))) == [("1", "Nguyễn Thị Ạnh", "3")]


def test_decomposed_utf8_is_composed(tmp_path: Path) -> None:
    assert rows(read(tmp_path, unicodedata.normalize("NFD", HEADER + "1,Lạng Sơn,3\n")))[0][1] == "Lạng Sơn"


def test_a_total_row_is_counted(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + "1,2,3\nTổng cộng,,3\n").skipped["total"] == 1


def test_a_file_with_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER.strip()).rows.num_rows == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("M· x·,Hä tªn,Ngµy t¹o\n1,NguyÔn V¨n,2\n".encode("latin-1"), "TCVN3"),
        ("Maõ xaõ,Hoï teân,Ngaøy taïo\n1,Nguyeãn Vaên,2\n".encode("latin-1"), "VNI"),
        ((HEADER + "1,2,3\n").encode("utf-16"), "UTF-16"),
        (b"\xff\xfa abc,d\n", "Unknown encoding"),
        (b"PK\x03\x04rest", "a zip or an Excel book"),
        (b"<!DOCTYPE html><input type=password>", "login page"),
        (b"a,b\n1,2\n", "No header row"),
        (b"", "empty"),
        (b" \n", "no content"),
        ((HEADER + '1,"never closed,3\n' + "1,2,3\n" * 20_000).encode(), "quote"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        read(tmp_path, content)


@pytest.mark.parametrize("limits", [Limits(bytes=10), Limits(rows=1), Limits(columns=2)])
def test_limits_are_kept(tmp_path: Path, limits: Limits) -> None:
    with pytest.raises(FormatError, match="over the limit"):
        read(tmp_path, HEADER + "1,2,3\n4,5,6\n", limits)
