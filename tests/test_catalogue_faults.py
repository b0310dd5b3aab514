"""The checks that guard the directive's data: each fault in a file, or between files, is told in one readable line."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sources.catalogue import INDICATORS, CatalogueError, check, definition_tables, shape_errors
from sources.catalogue.documents import read_yaml

EXAMPLES = INDICATORS / "schemas" / "examples"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of `indicators/` to break."""
    copy = tmp_path / "indicators"
    shutil.copytree(INDICATORS, copy)
    return copy


@pytest.mark.parametrize("schema", ["indicator", "measures", "directive", "scoring"])
def test_each_schema_accepts_its_good_example(schema: str) -> None:
    assert shape_errors(schema, read_yaml(EXAMPLES / f"{schema}.good.yml"), "good.yml") == []


@pytest.mark.parametrize(
    ("schema", "messages"),
    [
        (
            "indicator",
            [
                "bad.yml: definitions.headline: thiếu denominator | missing denominator",
                "bad.yml: label: thiếu vi | missing vi",
                "bad.yml: starts: không hợp lệ | not valid: 2022 is not of type 'string' (ngày trong ngoặc kép",
                "bad.yml: targets[0].comparator: '=' không có trong | is not one of: >=, >",
                "bad.yml: targets[0].value: không hợp lệ | not valid: '50%' does not match",
            ],
        ),
        (
            "measures",
            [
                "bad.yml: dossiers_received.source: không hợp lệ | not valid: 'One-stop' does not match",
                "bad.yml: dossiers_received: thiếu event_date | missing event_date",
                "bad.yml: dossiers_received: thiếu trường đi kèm | a field that belongs with it is missing: 'datasets'",
            ],
        ),
        (
            "directive",
            [
                "bad.yml: some-province-2022.clauses[0]: thiếu why | missing why",
                "bad.yml: some-province-2022.clauses[1]: không hợp lệ | not valid: False schema does not allow",
            ],
        ),
        (
            "scoring",
            [
                "bad.yml: lang-son-2022.cap_points: không hợp lệ | not valid: 90 is less than the minimum of 100",
                "bad.yml: lang-son-2022.pace.plan: không hợp lệ | not valid: [",
                "bad.yml: lang-son-2022.ties: 'by_lot' không có trong | is not one of: indicators_met, shared",
            ],
        ),
    ],
)
def test_each_schema_rejects_its_bad_example_with_a_readable_message(schema: str, messages: list[str]) -> None:
    errors = shape_errors(schema, read_yaml(EXAMPLES / f"{schema}.bad.yml"), "bad.yml")
    assert len(errors) == len(messages), errors
    for error, message in zip(errors, messages, strict=True):
        assert error.startswith(message)


def replace(text: str, old: str, new: str) -> str:
    assert old in text, f"the test's own text is out of date: {old}"
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("file_name", "old", "new", "message"),
    [
        ("scoring.yml", "departments: {a1: 1", "departments: {b7: 1", "b7 không tính ở cấp department"),
        ("scoring.yml", "districts: {b1: 1", "provinces: {b1: 1", "no such bloc: provinces"),
        ("scoring.yml", "11/12, 12/12]", "11/12, 11/12]", "must not fall, and end at 1"),
        ("d2c.yml", "denominator: population", "denominator: populatoin", "no such measure: populatoin"),
        (
            "a5.yml",
            "definition: qd1045, units: [SO_NV]",
            "definition: qd1054, units: [SO_NV]",
            "no such definition: qd1054",
        ),
        ("a5.yml", "units: [SO_NV]", "units: [SO_XX]", "SO_XX không phải đơn vị được đo"),
        ("a5.yml", "units: [SO_NV]", "units: [SO_XD]", "two targets for qd1045, SO_XD"),
        ("a5.yml", "directive: lang-son-2022", "directive: lang-son-2032", "no such directive: lang-son-2032"),
        ("a5.yml", "high: 1/1", "high: 11/10", "the numerator is a filter, so it is 1/1"),
        ("d2c.yml", "high: 11/10", "high: 1/1", "high must exceed 1 and say why"),
        ("a5.yml", "clause: II.1.a.5", "clause: II.1.a.9", "II.1.a.9 không có trong directive.yml"),
        ("a5.yml", "same_as: headline", "same_as: level_4", "level_4 has no numerator and denominator of its own"),
        ("a5.yml", "code: a5", "code: a4", "differs from the file's name"),
        ("a5.yml", 'starts: "2022-01-01"', 'starts: "2022-02-30"', "is not a day of the calendar"),
        ("a5.yml", "owner: ", "owner: x y z\nowner: ", "key given twice: owner"),
        ("a6a.yml", 'starts: "2022-06-01"', 'starts: "2022-05-01"', "differs from members_from"),
        ("a5.yml", "period_rule: cumulative", "period_rule: state", "does not fit dossiers_received_online (flow)"),
        (
            "measures.yml",
            "datasets: [e_office.work_files]",
            "datasets: [e_office.workfiles]",
            "not in any source contract",
        ),
        ("measures.yml", "max_age_months: 24", "max_age_months: 3", "differs from the contracts (24)"),
        ("measures.yml", "part_of: reports_due", "part_of: reports_dew", "no such measure: reports_dew"),
        ("d5.yml", "clause: II.1.d.5", "clause: II.1.d.9", "II.1.d.9 không có trong directive.yml"),
        ("directive.yml", "units: [VP_UBND", "units: [SO_YT", "SO_YT vừa được đo vừa được miễn"),
        ("directive.yml", "clause: II.1.d.6", "clause: II.1.d.9", "II.1.d.9: không có chỉ tiêu nào đếm"),
        ("a2.yml", "directive: lang-son-2022", "directive: lang-son-2032", "no such directive: lang-son-2032"),
    ],
)
def test_a_fault_between_files_is_told_in_one_line(
    folder: Path, file_name: str, old: str, new: str, message: str
) -> None:
    path = folder / file_name
    path.write_text(replace(path.read_text(encoding="utf-8"), old, new), encoding="utf-8")
    errors = check(folder)
    assert any(message in error and error.startswith(file_name) for error in errors), errors
    with pytest.raises(CatalogueError):
        definition_tables(folder)


@pytest.mark.parametrize("remove", [lambda folder: folder / "d5.yml", lambda folder: folder / "measures.yml"])
def test_a_missing_file_is_an_error(folder: Path, remove: Callable[[Path], Path]) -> None:
    remove(folder).unlink()
    assert check(folder) != []


def test_the_strict_reader_agrees_with_yaml_and_guesses_no_dates_or_booleans(tmp_path: Path) -> None:
    path = tmp_path / "words.yml"
    path.write_text("no: yes\nday: 2022-06-21\ntime: 1:30\nnumber: 12\nflag: true\nnothing: null\n", encoding="utf-8")
    words = {"no": "yes", "day": "2022-06-21", "time": "1:30"}
    assert read_yaml(path) == words | {"number": 12, "flag": True, "nothing": None}
    for indicator in INDICATORS.glob("*.yml"):
        plain = yaml.safe_load(indicator.read_text(encoding="utf-8"))
        assert plain == read_yaml(indicator), f"{indicator.name} means something else to another YAML reader"
