"""What a unit's name needs beside it: the district in another column, the village before it; and rejected villages."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipelines.definitions_step import CORRECTIONS, resolved_units
from pipelines.home import Home
from pipelines.rejects import rejected_rows
from sources.door import columns as sql
from sources.registry import contracts
from tests.dbt_home import make_home

RECEIPT = {
    "delivery_id": "d1",
    "source_code": "telecom_coverage",
    "dataset": "stations",
    "part": "-",
    "outcome": "accepted",
    "kind": "snapshot",
    "window_end": date(2022, 6, 30),
    "received_at": datetime(2022, 7, 8, 9),
}


@pytest.mark.parametrize(
    ("area", "counted"),
    [
        ("Thôn Nà Mẫu, Xã Tân Thanh, Huyện Văn Lãng, Tỉnh Lạng Sơn", "Xã Tân Thanh, Huyện Văn Lãng, Tỉnh Lạng Sơn"),
        ("Khối 2, TT. Đồng Đăng, Huyện Cao Lộc", "TT. Đồng Đăng, Huyện Cao Lộc"),
        ("Phường Chi Lăng, Thành phố Lạng Sơn, Tỉnh Lạng Sơn", "Phường Chi Lăng, Thành phố Lạng Sơn, Tỉnh Lạng Sơn"),
        ("Huyện Văn Lãng, Tỉnh Lạng Sơn", "Huyện Văn Lãng, Tỉnh Lạng Sơn"),
        ("Tỉnh Lạng Sơn", "Tỉnh Lạng Sơn"),
    ],
)
def test_of_a_devices_area_the_text_from_the_commune_on_names_its_unit(area: str, counted: str) -> None:
    column = contracts()["digital_radio"].datasets["devices"].columns["dia_ban"]
    typed = sql.typed(column, sql.literal(area), "dia_ban")
    assert duckdb.sql(f"select {typed.value}").fetchall() == [(counted,)]


def test_a_commune_is_resolved_within_the_district_of_its_row_also_after_a_correction(tmp_path: Path) -> None:
    rows = [
        {"ma_tram": str(number), "huyen": huyen, "xa": xa, "_delivery_id": "d1", "_row_number": number}
        for number, (huyen, xa) in enumerate(
            [
                ("Văn Lãng", "Hoàng Văn Thụ"),
                ("H. Bình Gia", "Hoàng Văn Thụ"),
                (None, "Xã Hoàng Văn Thụ"),
                ("?", "Xã X"),
            ],
            1,
        )
    ]
    make_home(tmp_path, {}, [RECEIPT], {("telecom_coverage", "stations"): rows})
    correction = {"source_code": "telecom_coverage", "dataset": "stations", "action": "override"}
    corrections = pa.Table.from_pylist([{**correction, "column_name": "huyen", "new_value": "Văn Lãng"}], CORRECTIONS)
    found = resolved_units(Home(tmp_path), corrections, datetime(2023, 1, 31)).to_pylist()
    units = {row["name_text"]: row["unit_code"] for row in found}
    assert units["Hoàng Văn Thụ, Văn Lãng"] == "06178"
    assert units["Hoàng Văn Thụ, H. Bình Gia"] == "06100"
    assert units["Xã Hoàng Văn Thụ"] is None
    assert units["Xã Hoàng Văn Thụ, Văn Lãng"] == "06178"  # the corrected district
    assert units["Xã X, ?"] is None


def test_the_rejects_of_a_delivery_show_villages_on_no_list_with_those_that_are(tmp_path: Path) -> None:
    make_home(tmp_path, {}, [RECEIPT | {"dataset": "village_survey"}], {})
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as warehouse:
        warehouse.execute(
            "create table stg_rejected_rows as select 'd1' as delivery_id, 7 as row_number, "
            "'village_unresolved' as rule, 'ten_thon' as column_name, 'Thôn Lạ' as text, 'Nà Mẫu;Pác Mẫu' as candidates"
        )
    _, rows = rejected_rows(Home(tmp_path), "d1")
    assert [(row["row_number"], row["rule"], row["text"], row["expected"]) for row in rows] == [
        (7, "village_unresolved", "Thôn Lạ", "Nà Mẫu;Pác Mẫu")
    ]
