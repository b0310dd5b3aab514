"""The warehouse itself: it builds on a home where nothing came, and every rule's dbt unit test passes."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from tests.dbt_home import build, dbt, make_home

PROVINCE = {
    "unit_key": "20@2020-01-01",
    "unit_code": "20",
    "unit_level": "province",
    "label_vi": "Tỉnh",
    "label_en": "Province",
    "sort_key": "0",
    "valid_from": date(2020, 1, 1),
}
DEPARTMENT = {
    "unit_key": "SO_CT@2020-01-01",
    "unit_code": "SO_CT",
    "unit_level": "department",
    "label_vi": "Sở Công Thương",
    "label_en": "Industry and Trade",
    "sort_key": "1",
    "parent_unit_code": "20",
    "bloc_code": "departments",
    "valid_from": date(2020, 1, 1),
}


def measure(code: str) -> dict[str, object]:
    """A flow over the register of work files."""
    return {
        "measure_code": code,
        "source_code": "e_office",
        "accumulation": "flow",
        "rollup": "subtree",
        "implemented": True,
        "datasets": ["e_office.work_files"],
    }


DEFINITIONS = {
    "directive": [{"directive_code": "y", "year": 2022, "starts": date(2022, 1, 1), "ends": date(2022, 12, 31)}],
    "units": [PROVINCE, DEPARTMENT],
    "unit_generation": [{"units_from": date(2020, 1, 1), "codes_from": date(2020, 1, 1)}],
    "indicators": [
        {
            "directive_code": "y",
            "indicator_code": code,
            "definition": "headline",
            "is_headline": True,
            "clause": "II.1.a.2",
            "numerator_measure": "work_files_closed_online",
            "denominator_measure": "work_files_closed",
            "comparator": ">=",
            "value_kind": "ratio",
            "tiers": ["department"],
            "levels": ["department", "province"],
            "starts": date(2022, 1, 1),
            "low_numerator": 0,
            "low_denominator": 1,
            "high_numerator": 1,
            "high_denominator": 1,
            "implemented": code == "a2",
        }
        for code in ("a2", "a3")
    ],
    "measures": [measure("work_files_closed"), measure("work_files_closed_online")],
    "targets": [
        {
            "directive_code": "y",
            "indicator_code": code,
            "definition": "headline",
            "comparator": ">=",
            "target_numerator": 90,
            "target_denominator": 100,
            "source": "II.1.a",
        }
        for code in ("a2", "a3")
    ],
    "clauses": [
        {
            "directive_code": "y",
            "clause": "II.1.a.2",
            "text_vi": "…",
            "text_en": "…",
            "kind": "indicator",
            "indicator_codes": ["a2"],
        }
    ],
    "datasets": [
        {
            "source_code": "e_office",
            "dataset": "work_files",
            "kind": "register",
            "state_of": "month_end",
            "names_units": True,
        },
    ],
    "expected_parts": [
        {"source_code": "e_office", "dataset": "work_files", "part": "SO_CT", "cadence": "monthly", "kind": "register"}
    ],
    "calendar": [
        {
            "source_code": "e_office",
            "dataset": "work_files",
            "period_start": date(2022, month, 1),
            "due_at": datetime(2022 + month // 12, month % 12 + 1, 14, 23, 59, 59),
        }
        for month in range(1, 13)
    ],
}


@pytest.fixture(scope="module")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built home where nothing came: two indicators over one register that is due every month."""
    home = tmp_path_factory.mktemp("empty")
    make_home(home, DEFINITIONS)
    build(home)
    return home


def test_every_rule_of_the_warehouse_holds_in_its_unit_test(empty_home: Path) -> None:
    done = dbt(empty_home, "test", "--select", "test_type:unit")
    assert done.returncode == 0, done.stdout[-8000:]
    assert "TOTAL=0" not in done.stdout


def test_where_nothing_came_every_month_is_source_missing_once_past_its_grace(empty_home: Path) -> None:
    with duckdb.connect(str(empty_home / "warehouse.duckdb"), read_only=True) as warehouse:
        found = warehouse.execute(
            "select indicator_code, status, data_maturity, count(*), count(numerator) "
            "from fct_indicator_value group by all order by all"
        ).fetchall()
        late = warehouse.execute("select outcome, count(*) from rpt_delivery_timeliness group by all").fetchall()
    assert found == [("a2", "source_missing", "provisional", 24, 0), ("a3", "source_missing", "provisional", 24, 0)]
    assert late == [("missing", 12)]


def test_a_delivered_month_is_counted_and_the_months_not_sent_stay_without_a_source(tmp_path: Path) -> None:
    received = datetime(2022, 2, 8, 9)
    receipt = {
        "delivery_id": "d1",
        "source_code": "e_office",
        "dataset": "work_files",
        "part": "SO_CT",
        "file_name": "a.xlsx",
        "window_start": date(2022, 1, 1),
        "window_end": date(2022, 1, 31),
        "received_at": received,
        "outcome": "accepted",
        "kind": "register",
        "rows_read": 4,
        "rows_landed": 3,
        "rows_rejected": 1,
        "rows_excluded": 0,
        "rejected_by_rule": '{"required": 1}',
        "sha256": "0",
        "excluded_by_rule": "{}",
    }
    files = [
        {
            "ma_hscv": f"F{number}",
            "don_vi": unit,
            "cap": "tinh",
            "ngay_ket_thuc": date(2022, 1, 10),
            "hinh_thuc_xu_ly": "dien_tu",
            "do_mat": "thuong",
            "_delivery_id": "d1",
            "_row_number": number,
        }
        for number, unit in enumerate(("Sở Công Thương", "Sở Công Thương", "Sở lạ"), 1)
    ]
    names = {
        "source_code": "e_office",
        "dataset": "work_files",
        "column_name": "don_vi",
        "code_text": "",
        "part": "SO_CT",
        "tier_text": "tinh",
        "units_from": date(2020, 1, 1),
    }
    resolution = [
        {**names, "name_text": "Sở Công Thương", "unit_code": "SO_CT", "unit_level": "department", "candidates": ""},
        {**names, "name_text": "Sở lạ", "candidates": "SO_CT Sở Công Thương"},
    ]
    make_home(tmp_path, {**DEFINITIONS, "unit_resolution": resolution}, [receipt], {("e_office", "work_files"): files})
    build(tmp_path)
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as warehouse:
        values = warehouse.execute(
            "select unit_code, status, numerator, denominator, is_met, data_maturity from fct_indicator_value "
            "where indicator_code = 'a2' and period_start <= date '2022-02-01' order by period_start, unit_code"
        ).fetchall()
        rejected = warehouse.execute("select rule, rows from rejection_summary order by rule").fetchall()
        counted = warehouse.execute("select rows_landed, rows_rejected, outcome from deliveries").fetchall()
        scorecard = warehouse.execute(
            "select indicator_code, period_start, is_met, units_met, units_measured from rpt_scorecard order by all"
        ).fetchall()
        with_data = warehouse.execute(
            "select item_code, implemented, with_data from rpt_coverage order by item_code"
        ).fetchall()
    assert values == [
        ("20", "computed", 2, 2, True, "final"),
        ("SO_CT", "computed", 2, 2, True, "final"),
        ("20", "source_missing", None, None, None, "provisional"),
        ("SO_CT", "source_missing", None, None, None, "provisional"),
    ]
    assert rejected == [("required", 1), ("unit_unresolved", 1)]
    assert counted == [(2, 2, "standing")]
    assert scorecard == [("a2", date(2022, 1, 1), True, 1, 1), ("a3", None, None, 0, 0)]
    assert with_data == [("II.1.a.2", True, True), ("a2", True, True), ("a3", False, False)]
