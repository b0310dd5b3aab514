"""JSON deliveries: where the records are, text as the file has it, and broken files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sources.formats.base import FormatError, Limits, RawTable, fold
from sources.formats.json_text import read_json

WANTED = frozenset(fold(name) for name in ("MaHoSo", "MaTTHC", "DonViThuTuc.DonVi", "DonViThuTuc.MucDo"))


def read(tmp_path: Path, content: str | bytes, unnest: str | None = None, limits: Limits | None = None) -> RawTable:
    path = tmp_path / "delivery.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_json(path, ["data", "HoSo"], unnest, WANTED, limits or Limits())


def values(table: RawTable, name: str) -> list[str | None]:
    return table.rows.column(f"c{table.header.index(name)}").to_pylist()


@pytest.mark.parametrize(
    "envelope", ["%s", '{"data": %s}', '{"total": 1, "HoSo": %s, "time": 2}', '{"ok": true, "result": {"data": %s}}']
)
def test_the_list_is_found_at_the_root_and_one_envelope_deep(tmp_path: Path, envelope: str) -> None:
    table = read(tmp_path, envelope % '[{"MaHoSo": "H1", "MaTTHC": "1.001"}, {"MaTTHC": "2", "MaHoSo": "H2"}]')
    assert values(table, "MaHoSo") == ["H1", "H2"]
    assert table.rows.column("_row_number").to_pylist() == [1, 2]


def test_the_first_named_list_wins_over_another(tmp_path: Path) -> None:
    records = '[{"MaHoSo": "%s", "MaTTHC": "1"}]'
    table = read(tmp_path, '{"HoSo": ' + records % "later" + ', "data": ' + records % "first" + "}")
    assert values(table, "MaHoSo") == ["first"]


def test_numbers_keep_the_text_of_the_file(tmp_path: Path) -> None:
    table = read(
        tmp_path, '[{"MaHoSo": 12345678901234567890123, "MaTTHC": 1.10, "a": 123456789012345.6789, "b": -2e5}]'
    )
    assert [values(table, name)[0] for name in table.header] == [
        "12345678901234567890123", "1.10", "123456789012345.6789", "-2e5",
    ]  # fmt: skip


def test_null_empty_and_blank_text_are_null_and_true_is_text(tmp_path: Path) -> None:
    table = read(tmp_path, '[{"MaHoSo": null, "MaTTHC": "", "a": " \\t", "b": true}]')
    assert [values(table, name)[0] for name in table.header] == [None, None, None, "true"]


def test_nested_values_stay_as_json_text(tmp_path: Path) -> None:
    table = read(tmp_path, '[{"MaHoSo": 1, "MaTTHC": 2, "TaiLieuNop": [{"DuocSoHoa": 1}, {"DuocSoHoa": 0}]}]')
    assert json.loads(values(table, "TaiLieuNop")[0] or "") == [{"DuocSoHoa": 1}, {"DuocSoHoa": 0}]


def test_brackets_commas_and_quotes_inside_strings_do_not_confuse(tmp_path: Path) -> None:
    text = 'a, "b" ]}{[ \\ 1.5 \\" é'
    table = read(tmp_path, json.dumps({"data": [{"MaHoSo": text, "MaTTHC": 1.5}, {"MaHoSo": "\\", "MaTTHC": 2}]}))
    assert values(table, "MaHoSo") == [text, "\\"]


def test_keys_with_slashes_dots_and_quotes_are_read(tmp_path: Path) -> None:
    table = read(tmp_path, '[{"MaHoSo": 1, "MaTTHC": 2, "a/b": "x", "c.d": "y", "e~\\"f": "z"}]')
    assert [values(table, name)[0] for name in ("a/b", "c.d", 'e~"f')] == ["x", "y", "z"]


def test_a_list_field_is_unnested_beside_what_its_record_says_for_all(tmp_path: Path) -> None:
    records = [
        {"MaTTHC": "1", "DonViThuTuc": [{"DonVi": "A", "MucDo": 3}, {"DonVi": "B"}]},
        {"MaTTHC": "2", "DonViThuTuc": []},
        {"MaTTHC": "3"},
        {"MaTTHC": "4", "DonViThuTuc": {"DonVi": "C"}},
    ]
    table = read(tmp_path, json.dumps(records), unnest="DonViThuTuc")
    assert table.header == ("MaTTHC", "DonViThuTuc.DonVi", "DonViThuTuc.MucDo")
    assert [tuple(row.values()) for row in table.rows.select(["_row_number", "c0", "c1", "c2"]).to_pylist()] == [
        (1, "1", None, None), (1, "1", "A", "3"), (1, "1", "B", None), (2, "2", None, None), (3, "3", None, None),
        (4, "4", None, None), (4, "4", "C", None),
    ]  # fmt: skip


def test_an_element_that_is_no_object_is_a_reject_and_the_others_are_read(tmp_path: Path) -> None:
    table = read(tmp_path, '[{"MaHoSo": 1, "MaTTHC": 1}, 5, {"MaHoSo": }, null, {"MaHoSo": 2, "MaTTHC": 1}]')
    assert values(table, "MaHoSo") == ["1", "2"]
    rejects = table.rejects.to_pylist()
    assert [(row["_row_number"], row["rule"]) for row in rejects] == [(n, "unreadable_record") for n in (2, 3, 4)]


def test_an_unnested_element_that_is_no_object_is_a_reject(tmp_path: Path) -> None:
    table = read(tmp_path, '[{"MaTTHC": "1", "DonViThuTuc": [{"DonVi": "A"}, 7]}]', unnest="DonViThuTuc")
    assert table.rejects.to_pylist()[0]["column"] == "DonViThuTuc"
    assert values(table, "DonViThuTuc.DonVi") == [None, "A"]


def test_an_empty_list_has_no_rows(tmp_path: Path) -> None:
    assert read(tmp_path, '{"data": [ ]}').rows.num_rows == 0


def test_records_without_any_wanted_field_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="No header row"):
        read(tmp_path, '[{"a": 1, "b": 2}]')


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"data": [{"MaHoSo": 1}', "cut short"),
        (b'{"data": [{"MaHoSo": "1', "cut short"),
        (b'[{"MaHoSo": 1}]]', "cut short"),
        (b'{"data": []} {"data": []}', "more after"),
        (b'{"rows": [{"MaHoSo": 1}]}', "the lists in the file are: rows"),
        (b"[" * 5000 + b"]" * 5000, "nested 5000 deep"),
        (b"MaHoSo,MaTTHC", "does not start with"),
        (b"<html><input type='password'></html>", "login page"),
        ('[{"MaHoSo": 1}]'.encode("utf-16"), "UTF-16"),
        (b"", "empty"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        read(tmp_path, content)


@pytest.mark.parametrize("limits", [Limits(bytes=10), Limits(rows=1), Limits(columns=1), Limits(depth=1)])
def test_limits_are_kept(tmp_path: Path, limits: Limits) -> None:
    with pytest.raises(FormatError, match="over the limit"):
        read(tmp_path, '[{"MaHoSo": 1, "MaTTHC": 1}, {"MaHoSo": 2, "MaTTHC": 1}]', limits=limits)


@pytest.mark.parametrize("envelope", ['{"result": 1, "data": %s}', "%s"])
def test_an_answer_of_one_record_is_a_list_of_one_where_the_contract_says_so(tmp_path: Path, envelope: str) -> None:
    path = tmp_path / "delivery.json"
    path.write_text(envelope % '{"MaHoSo": "H1", "MaTTHC": "1", "DonViThuTuc": [{"DonVi": "A", "MucDo": 4}]}')
    table = read_json(path, ["listData"], "DonViThuTuc", WANTED, Limits(), ["data", "."])
    assert values(table, "MaHoSo") == ["H1", "H1"]
    assert values(table, "DonViThuTuc.DonVi") == [None, "A"]


@pytest.mark.parametrize("content", ['{"data": []}', '{"data": {"listData": [], "totalCount": "0"}}'])
def test_an_empty_list_is_no_single_record(tmp_path: Path, content: str) -> None:
    path = tmp_path / "delivery.json"
    path.write_text(content)
    assert read_json(path, ["listData", "data"], None, WANTED, Limits(), ["data", "."]).rows.num_rows == 0


def test_a_field_of_a_nested_object_is_a_column_where_the_contract_names_it(tmp_path: Path) -> None:
    path = tmp_path / "nested.json"
    path.write_text(
        '{"data": [{"ma": "1", "khu": {"code": "06184", "Name": "Xã", "x": 1}}, '
        '{"ma": "2", "khu": null}, {"ma": "3"}]}',
        encoding="utf-8",
    )
    table = read_json(path, ["data"], None, frozenset({"ma", "khu.code", "khu.name"}), Limits())
    assert table.header == ("ma", "khu", "khu.Name", "khu.code")
    assert values(table, "khu.code") == ["06184", None, None]
    assert values(table, "khu.Name") == ["Xã", None, None]
    listed = read_json(path, ["x", "data"], "khu", frozenset({"ma", "khu.code"}), Limits())
    assert values(listed, "khu.code") == [None, "06184", None, None]
