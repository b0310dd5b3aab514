"""How the door reads the text of a number, a date or an identifier: what it means, or nothing where it may mean two."""

import duckdb
import pytest

from sources.door.columns import decimal_text, literal, timestamp_of, whole_count, without_fraction
from sources.door.personal import macros


def value_of(sql: str) -> object:
    """What one SQL expression gives."""
    with duckdb.connect() as engine:
        for statement in macros(bytes(32)):
            engine.execute(statement)
        [(value,)] = engine.execute(f"select {sql}").fetchall()
    return value


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1234", "1234"),
        ("1.234", "1234"),
        ("1,234", "1234"),
        ("1 234", "1234"),
        ("-1.234.567", "-1234567"),
        ("12.0", "12"),
        ("12.00", "12"),
        ("12.5", None),
        ("1.2345", None),
        ("12,5", None),
        ("5 người", None),
    ],
)
def test_a_count_has_no_fraction_so_its_separators_are_thousands(text: str, count: str | None) -> None:
    assert value_of(whole_count(literal(text))) == count


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12,5", "12.5"),
        ("105,34808", "105.34808"),
        ("1.234.567,5", "1234567.5"),
        ("1,234,567.5", "1234567.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1234.5", "1234.5"),
        ("1,234", None),
        ("105,348", None),
        ("97,92%", None),
        ("1.2.3", None),
    ],
)
def test_a_decimal_is_read_in_either_writing_unless_it_may_mean_two_numbers(text: str, number: str | None) -> None:
    assert value_of(decimal_text(literal(text))) == number


@pytest.mark.parametrize(
    ("text", "moment"),
    [("2022/03/04", "2022-03-04 00:00:00"), ("2022/03/04 16:05:06", "2022-03-04 16:05:06"), ("2022/13/04", "None")],
)
def test_a_date_with_the_year_first_is_read_whatever_the_contract_lists(text: str, moment: str) -> None:
    assert str(value_of(timestamp_of(literal(text), ("dd/MM/yyyy",)))) == moment


@pytest.mark.parametrize(("text", "identifier"), [("6184.0", "6184"), ("6184", "6184"), ("1.5", "1.5"), ("A.0", "A.0")])
def test_an_identifier_loses_the_fraction_of_a_number_and_nothing_else(text: str, identifier: str) -> None:
    assert value_of(without_fraction(literal(text))) == identifier


def test_a_citizen_number_read_as_a_decimal_is_the_same_person_not_another() -> None:
    whole, decimal = (f"hashed('citizen_number', '{text}')" for text in ("020190000001", "20190000001.0"))
    assert value_of(whole) == value_of(decimal)
    assert value_of(whole) is not None
