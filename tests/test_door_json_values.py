"""The SQL of single columns: what a text means, and which texts mean nothing."""

import duckdb
import pytest

from sources.contract import Column
from sources.door.columns import literal, raw_of, timestamp_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("15-17/8/2022", "2022-08-17"),
        ("15 – 17/08/2022", "2022-08-17"),
        ("29/8-2/9/2022", "2022-09-02"),
        ("29/12/2021-3/1/2022", "2022-01-03"),
        ("29/12-3/1/2022", "2022-01-03"),
        ("17/8/2022", "2022-08-17"),
        ("17-15/8/2022", None),
        ("20/8-15/8/2022", None),
        ("31-32/8/2022", None),
        ("15-17/8", None),
        ("giữa tháng 8", None),
    ],
)
def test_a_range_of_days_is_its_last_day(text: str, expected: str | None) -> None:
    query = f"select cast(cast({timestamp_of(literal(text), ('dd/MM/yyyy', 'range_end'))} as date) as varchar)"
    assert duckdb.sql(query).fetchall() == [(expected,)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('{"taxCode": "4900001010", "code": "CPN4900001028"}', "4900001010"),
        ('{"taxCode": "", "code": "CPN4900001028"}', "4900001028"),
        ('{"taxCode": null, "code": null}', None),
        ("CPN4900001028", "4900001028"),
        (None, None),
    ],
)
def test_a_field_of_a_nested_value_is_taken_without_its_prefix(raw: str | None, expected: str | None) -> None:
    column = Column.model_validate(
        {"from": ["company"], "type": "text", "json": "value taxCode code", "drop_prefix": "CPN"}
    )
    connection = duckdb.connect()
    connection.execute("create table delivered (company varchar)")
    connection.execute("insert into delivered values (?)", [raw])
    assert connection.execute(f"select {raw_of('company', column)} from delivered").fetchall() == [(expected,)]
