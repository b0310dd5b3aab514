"""How one column of a contract reads one text: its value, or that it is rejected and why."""

import duckdb
import pytest
from pydantic import ValidationError

from sources.contract import Column
from sources.door.columns import typed

PLATFORMS = {"vnedu": ("vnEdu", "VNPT vnEdu"), "smas": ("SMAS",), "khong": ("không",)}


def read(column: Column, text: str | None) -> tuple[object, str]:
    """The value and the rule that rejects it ("" when none does)."""
    found = typed(column, "t", "v")
    bad = found.bad or "false"
    value, is_bad = duckdb.execute(
        f"select v, coalesce({bad}, false) from (select t, {found.value} as v from (select ?::varchar as t))", [text]
    ).fetchall()[0]
    return value, found.rule if is_bad else ""


def column(**said: object) -> Column:
    return Column.model_validate({"from": ("x",), **said})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20178001", ("20178001", "")),
        ("20178001.0", ("20178001", "")),
        ("20178001.5", ("20178001.5", "malformed_text")),
        ("201780", ("201780", "malformed_text")),
        (None, (None, "")),
    ],
)
def test_a_code_taken_for_a_number_loses_its_fraction_and_must_have_its_shape(
    text: str | None, expected: tuple[object, str]
) -> None:
    assert read(column(type="text", strip_fraction=True, pattern="[0-9]{8}"), text) == expected


def test_whole_numbers_and_codes_of_a_list_may_carry_an_empty_fraction() -> None:
    assert read(column(type="integer", strip_fraction=True), "35.0") == (35, "")
    assert read(column(type="integer"), "35.0") == (None, "unreadable_integer")
    states = {"1": ("1",), "-1": ("-1",)}
    assert read(column(type="code", codes=states, strip_fraction=True), "-1.0") == ("-1", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Test vnpt", True),
        ("Trường TEST số 2", True),
        ("Trường Tiểu học Tân Thanh", False),
        ("Trường Mầm non Protest", False),
        (None, None),
    ],
)
def test_a_name_is_asked_for_a_word_and_is_not_kept(text: str | None, expected: bool | None) -> None:
    assert read(column(type="boolean", matches="(^|[^a-z])test([^a-z]|$)"), text) == (expected, "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vnEdu; SMAS", "smas|vnedu"),
        ("SMAS\r\nVNPT  VNEDU,\nvnedu", "smas|vnedu"),
        ("vnEdu và Zalo", "khac|vnedu"),
        ("Không", "khong"),
        (" , ; ", None),
        (None, None),
    ],
)
def test_a_text_naming_several_things_becomes_their_codes(text: str | None, expected: str | None) -> None:
    assert read(column(type="code_list", codes={**PLATFORMS, "khac": ("*",)}), text) == (expected, "")


def test_a_code_list_without_a_place_for_other_words_rejects_them() -> None:
    assert read(column(type="code_list", codes=PLATFORMS), "vnEdu, Zalo") == (None, "unknown_code")
    assert read(column(type="code_list", codes=PLATFORMS), "vnEdu, SMAS") == ("smas|vnedu", "")


@pytest.mark.parametrize("said", [{"type": "integer", "pattern": "[0-9]"}, {"type": "text", "matches": "x"}])
def test_a_contract_asks_only_what_its_type_can_answer(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="pattern belongs to a text"):
        column(**said)


def test_a_code_list_lists_its_codes() -> None:
    with pytest.raises(ValidationError, match="lists its codes"):
        column(type="code_list")
