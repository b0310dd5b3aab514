"""What the reporting system needs beyond its fixtures: a code of the organisation register, learned from the rows."""

from datetime import date

import pyarrow as pa

from sources.units import load_units, resolution_table

NAMES = ["source_code", "dataset", "column_name", "code_text", "name_text", "part", "tier_text"]


def resolved(*spellings: tuple[str, str]) -> dict[tuple[str, str], str | None]:
    """The unit of each (code, name) of the reporting system's unit columns."""
    rows = [("reporting_system", "reports", "don_vi_bao_cao", code, name, "-", "") for code, name in spellings]
    texts = {name: [row[place] for row in rows] for place, name in enumerate(NAMES)}
    table = resolution_table(pa.table({**texts, "units_from": [date(2020, 1, 1)] * len(rows)}), load_units(), ())
    return {(row["code_text"], row["name_text"]): row["unit_code"] for row in table.to_pylist()}


def test_a_code_alone_means_the_unit_that_other_rows_name_beside_it() -> None:
    found = resolved(
        ("000.00.01.H37", "Sở Công Thương"),
        ("000.00.01.H37", "SO CONG THUONG"),
        ("000.00.01.H37", ""),
        ("000.00.45.H37", "UBND huyện Cao Lộc"),
        ("000.00.45.H37", ""),
        ("000.00.99.H37", ""),
    )
    assert found["000.00.01.H37", ""] == "SO_CT"
    assert found["000.00.45.H37", ""] == "183"
    assert found["000.00.99.H37", ""] is None


def test_a_code_beside_two_units_or_an_unknown_name_says_nothing() -> None:
    found = resolved(
        ("000.00.01.H37", "Sở Công Thương"),
        ("000.00.01.H37", "Sở Xây dựng"),
        ("000.00.01.H37", ""),
        ("000.00.02.H37", "Sở Nội vụ"),
        ("000.00.02.H37", "Trung tâm không có thật"),
    )
    assert found["000.00.01.H37", ""] is None
    assert found["000.00.02.H37", "Trung tâm không có thật"] is None
