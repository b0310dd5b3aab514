"""A unit is the one in force when the delivery closed: hand-made deliveries of before and after the mergers."""

import csv
import re
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipelines.definitions_step import CORRECTIONS, resolved_units, unit_columns
from pipelines.home import Home
from sources.registry import contracts
from sources.units import generation_on, load_generations, load_units, resolution_table, unit_tables
from tests.dbt_home import build, make_home
from tests.test_dbt_unit import DEFINITIONS

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "sources/reference"
LAST, FIRST = date(2025, 6, 30), date(2025, 7, 1)  # of districts; of the 65 communes
OLD, NEW = date(2024, 12, 1), FIRST  # generations


def rows_of(name: str) -> dict[str, dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8") as lines:
        return {row["code"]: row for row in csv.DictReader(lines)}


def receipt(dataset: str, delivery_id: str, start: date, end: date) -> dict[str, object]:
    source_code, name = dataset.split(".")
    kind = "snapshot" if name == "records" else "register"
    return {
        "delivery_id": delivery_id, "source_code": source_code, "dataset": name, "part": "-", "outcome": "accepted",
        "kind": kind, "window_start": start, "window_end": end, "received_at": datetime(2025, 8, 10, 9),
        "rows_read": 0, "rows_landed": 0, "rows_rejected": 0, "rows_excluded": 0,
        "excluded_by_rule": "{}", "rejected_by_rule": "{}",
    }  # fmt: skip


def work_file(code: str, delivery_id: str, unit: str, closed: date) -> dict[str, object]:
    return {
        "ma_hscv": code, "don_vi": unit, "cap": "xa", "ngay_ket_thuc": closed, "hinh_thuc_xu_ly": "dien_tu",
        "do_mat": "thuong", "_delivery_id": delivery_id, "_row_number": int(code.removeprefix("F")),
    }  # fmt: skip


def test_a_generation_begins_where_units_begin_and_on_the_day_after_some_end() -> None:
    first, merged, new = load_generations()
    assert (first.units_from, first.first_day, first.last_day) == (date(2020, 1, 1), None, date(2024, 11, 30))
    assert (merged.units_from, merged.first_day, merged.last_day) == (OLD, OLD, LAST)
    assert (new.units_from, new.first_day, new.last_day) == (NEW, NEW, None)
    # In December 2024 communes ended and no code changed hands; in July 2025 codes did.
    assert [first.codes_from, merged.codes_from, new.codes_from] == [date(2020, 1, 1), date(2020, 1, 1), NEW]
    assert generation_on(date(2019, 4, 1)) is first  # nothing older is known
    assert [generation_on(day) for day in (date(2024, 11, 30), OLD, LAST, NEW)] == [first, merged, merged, new]


def test_every_code_that_2025_used_again_means_the_commune_of_its_deliverys_day(tmp_path: Path) -> None:
    old, new = rows_of("units_2022.csv"), rows_of("units_2025.csv")
    renamed = [code for code in new if code in old and new[code]["name"] != old[code]["name"]]
    assert len(renamed) == 37
    records = [
        {"ma_ho_so": f"{day}{code}", "ma_xa": code, "_delivery_id": day, "_row_number": number}
        for day in ("2022", "before", "after")
        for number, code in enumerate(sorted({*old, *new} - {"20"}), 1)
    ]
    receipts = [
        receipt("health_records.records", "2022", date(2022, 1, 31), date(2022, 1, 31)),
        receipt("health_records.records", "before", LAST, LAST),
        receipt("health_records.records", "after", FIRST, FIRST),
    ]
    make_home(tmp_path, {}, receipts, {("health_records", "records"): records})
    table = resolved_units(Home(tmp_path), CORRECTIONS.empty_table(), datetime(2025, 9, 1))
    found = {(row["code_text"], row["units_from"]): row for row in table.to_pylist()}
    for code in renamed:
        ended = date.fromisoformat(old[code]["valid_to"])
        before, after = found[code, date(2020, 1, 1)], found[code, NEW]
        assert (before["unit_code"], before["unit_valid_from"], before["unit_valid_to"]) == (code, None, ended)
        assert (after["unit_code"], after["unit_valid_from"], after["unit_valid_to"]) == (code, NEW, None)
        assert found[code, OLD]["unit_code"] == (code if ended == LAST else None)
    # A code that the new communes do not have is no unit any more, and none before there was one.
    for code in old.keys() - new.keys() - {"20"}:
        assert found[code, NEW]["unit_code"] is None
    assert old.keys() >= new.keys()


def test_the_resolution_table_answers_each_distinct_spelling_once() -> None:
    rows = [
        ("e_office", "work_files", "don_vi", "", "Cao Lộc", "-", "huyen"),
        ("e_office", "work_files", "don_vi", "", "Cao Lộc", "-", "huyen"),
        ("e_office", "work_files", "don_vi", "", "Cao Lộc", "-", ""),
        ("e_invoices", "tax_register", "dia_ban", "", "Cao Lộc", "-", ""),
        ("e_invoices", "tax_register", "dia_ban", "", "Mai Sao", "-", ""),
        ("health_records", "records", "ma_xa", "6166", "", "", ""),
    ]
    names = ["source_code", "dataset", "column_name", "code_text", "name_text", "part", "tier_text"]
    spellings = pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})
    spellings = spellings.append_column("units_from", pa.array([date(2020, 1, 1)] * len(rows)))
    table = resolution_table(spellings, load_units(), ())
    answers = ["unit_code", "unit_level", "candidates", "unit_valid_from", "unit_valid_to"]
    assert table.column_names == [*names, "units_from", *answers]
    found = [(row["source_code"], row["name_text"], row["tier_text"], row["unit_code"]) for row in table.to_pylist()]
    assert found == [
        ("e_invoices", "Cao Lộc", "", "183"),
        ("e_invoices", "Mai Sao", "", None),
        ("e_office", "Cao Lộc", "", None),
        ("e_office", "Cao Lộc", "huyen", "183"),
        ("health_records", "", "", "06166"),
    ]
    assert table.column("candidates")[2].as_py() == "06187 Thị trấn Cao Lộc, Huyện Cao Lộc;183 Huyện Cao Lộc"


def test_each_model_asks_for_a_unit_by_the_columns_its_contract_declares() -> None:
    # A macro cannot read a contract: what the resolver was asked and what the model looks up must be the same texts.
    declared = {
        (source.code, name, unit.column): {key: getattr(unit, key) for key in ("code", "name", "tier", "within")}
        for source in contracts().values()
        for name, dataset in source.datasets.items()
        for unit in unit_columns(dataset)
    }
    asked = {}
    for path in (ROOT / "dbt_project/models/staging").glob("*/base_*.sql"):
        for call in re.findall(r"resolved_unit\('\w+', ([^)]*)\)", path.read_text(encoding="utf-8")):
            key = tuple(re.findall(r"(?<!=)'(\w+)'", call))
            named = dict(re.findall(r"(\w+)='(\w+)'", call))
            asked[key] = {name: named.get(name) for name in ("code", "name", "tier", "within")}
    assert asked == declared


@pytest.mark.slow
def test_one_warehouse_holds_deliveries_of_two_generations_and_counts_each_at_its_own_units(tmp_path: Path) -> None:
    # "Xã Đình Lập" was 06628 of Đình Lập district; since July 2025 it is 06613, the code that its township had.
    here = "UBND xã Đình Lập"
    files = [
        work_file("F1", "d2022", here, date(2022, 6, 10)),
        work_file("F2", "d2025", here, date(2025, 6, 10)),
        work_file("F3", "d2025", "UBND thị trấn Đình Lập", date(2025, 6, 11)),
        work_file("F4", "d2025", "UBND thị trấn Đình Lập", date(2025, 6, 12)),
        work_file("F5", "merged", here, date(2025, 7, 10)),
        work_file("F6", "merged", here, date(2025, 6, 20)),  # of June, when no commune of the new list was in force
        work_file("F7", "merged", "UBND thị trấn Đình Lập", date(2025, 7, 11)),  # the township is no more
    ]
    receipts = [
        receipt("e_office.work_files", "d2022", date(2022, 6, 1), date(2022, 6, 30)),
        receipt("e_office.work_files", "d2025", date(2025, 6, 1), date(2025, 6, 14)),
        receipt("e_office.work_files", "merged", date(2025, 6, 15), date(2025, 7, 14)),
    ]
    landing = {("e_office", "work_files"): files}
    make_home(tmp_path, {}, receipts, landing)
    tables = {name: table.to_pylist() for name, table in unit_tables().items()}
    resolution = resolved_units(Home(tmp_path), CORRECTIONS.empty_table(), datetime(2025, 9, 1)).to_pylist()
    directives = [
        {"directive_code": str(year), "year": year, "starts": date(year, 1, 1), "ends": date(year, 12, 31)}
        for year in (2022, 2025)
    ]
    indicators = [
        {
            **DEFINITIONS["indicators"][0], "directive_code": str(year), "tiers": ["commune"], "levels": ["commune"],
            "starts": date(year, 1, 1),
        }
        for year in (2022, 2025)
    ]  # fmt: skip
    counted = {"measures": DEFINITIONS["measures"], "indicators": indicators, "directive": directives}
    moment = {"as_of": [{"as_of": datetime(2025, 9, 1), "origin": "sandbox"}]}
    make_home(tmp_path, {**tables, **counted, **moment, "unit_resolution": resolution}, receipts, landing)
    build(tmp_path)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as warehouse:
        values = warehouse.execute(
            """select unit_key, period_start, value_month, value_to_date from fct_measure_value
            where measure_code = 'work_files_closed' and directive_code = year(period_start)::varchar
                and unit_code in ('06613', '06628') and value_month > 0 order by period_start, unit_key"""
        ).fetchall()
        rejected = warehouse.execute(
            "select row_number, rule, text, candidates from stg_rejected_rows order by row_number"
        ).fetchall()
        spine = warehouse.execute(
            """select directive_code, month(period_start), count(distinct unit_key) from fct_indicator_value
            where month(period_start) in (6, 8) group by all order by all"""
        ).fetchall()
    assert values == [
        ("06628@2020-01-01", date(2022, 6, 1), 1, 1),
        ("06613@2020-01-01", date(2025, 6, 1), 2, 2),
        ("06628@2020-01-01", date(2025, 6, 1), 1, 1),
        ("06613@2025-07-01", date(2025, 7, 1), 1, 1),
    ]
    assert [row[:3] for row in rejected] == [
        (6, "unit_not_in_force", here),
        (7, "unit_unresolved", "UBND thị trấn Đình Lập"),
    ]
    assert rejected[0][3] == "06613 từ | from 2025-07-01" and "06613 Xã Đình Lập" in rejected[1][3]
    # Six communes had ended in December 2024.
    assert spine == [("2022", 6, 200), ("2022", 8, 200), ("2025", 6, 194), ("2025", 8, 65)]
