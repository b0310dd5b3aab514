"""What the door makes of one text: telephone numbers, whole amounts, and the operator a file's name speaks of."""

import pytest
from pydantic import ValidationError

from sources.contract import Column, Parts
from sources.door.columns import text_of, typed
from sources.door.personal import macros
from sources.door.prepare import connect
from sources.door.window import named_part

OPERATORS = {"postmart": ("postmart", "vnpost"), "voso": ("voso", "viettel post")}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0601234567", "601234567"),
        ("601234567", "601234567"),
        ("601234567.0", "601234567"),
        ("+84 601 234 567", "601234567"),
        ("84601234567", "601234567"),
        ("0060.123.4567", None),
        ("0601.234.567", "601234567"),
        ("0206 3800 123", "2063800123"),
        ("2063800123", "2063800123"),
        ("841234567", "841234567"),
        ("không có", None),
        ("0601234567 / 0601234568", None),
        ("12345", None),
    ],
)
def test_one_telephone_is_one_number_however_it_is_written(text: str, number: str | None) -> None:
    engine = connect()
    for statement in macros(bytes(32)):
        engine.execute(statement)
    assert engine.execute("select normalised('phone', ?)", [text]).fetchall() == [(number,)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234.567", 1234567),
        ("1,234,567", 1234567),
        ("1 234 567", 1234567),
        ("250.000", 250000),
        ("250,000", 250000),
        ("250000", 250000),
        ("250000.0", 250000),
        ("-12.500", -12500),
        ("12,5", None),
        ("1.234,567", None),
        ("250.00", 250),
        ("đồng", None),
    ],
)
def test_an_amount_without_fraction_has_only_separators_of_thousands(text: str, amount: int | None) -> None:
    column = Column(from_=("gia_tri",), type="decimal(19,0)")
    value = typed(column, text_of("raw"), "value").value
    assert connect().execute(f"select {value} from (select ? as raw)", [text]).fetchall() == [(amount,)]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("GianHang_Postmart_20220131", "postmart"),
        ("shop-VNPOST 202201", "postmart"),
        ("TỔNG CÔNG TY CỔ PHẦN VIETTEL POST", "voso"),
        ("vosovn_20220131", None),
        ("Postmart và Voso", None),
    ],
)
def test_a_file_is_of_the_one_operator_its_name_or_title_has_as_a_word(text: str, part: str | None) -> None:
    assert named_part(text, OPERATORS) == part


@pytest.mark.parametrize("parts", [{}, {"each": ["-"], "named": {"voso": ["voso"]}}, {"named": {"Sàn Voso": ["voso"]}}])
def test_parts_are_either_units_or_named_operators(parts: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Parts.model_validate(parts)
