"""What a sender is told of its rejected rows: every one of them, in the terminal and in the workbook alike."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.home import Home
from pipelines.intake import take_in
from pipelines.rejects import (
    find_delivery,
    header_of,
    rejected_rows,
    rows_of,
    warehouse_of,
    workbook_name,
    write_workbook,
)
from pipelines.rejects_workbook import HEAD, LONGEST, RULES, TITLES, cells
from sources.door.personal import KEY_VARIABLE
from sources.door.receipts import Receipt, read_receipts
from tests.dbt_home import make_home

HEADER = "ma_ho_so,so_cccd,ma_the_bhyt,nam_sinh,gioi_tinh,ma_xa,ngay_tao,ngay_cap_nhat_cuoi,trang_thai"
LINES = (
    "HS1,020200000001,TE1200000000001,1980,Nam,05977,05/01/2022,,hoạt động",
    "HS2,020200000002,TE1200000000002,1980,Nam,05977,hôm qua,,hoạt động",
    'HS3,020200000003,TE1200000000003,1980,Nam,05977,05/01/2022,,"=HYPERLINK(""http://x"",""y"")"',
    "HS4,020200000004,TE1200000000004,1980,Nam,Xã Đồi Cũ,05/01/2022,,hoạt động",
    ",020200000005,TE1200000000005,1980,Nam,05977,05/01/2022,,hoạt động",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv(KEY_VARIABLE, "0c" * 32)
    monkeypatch.setenv("LANGSON_DECISIONS", str(tmp_path / "decisions"))
    return Home(tmp_path / "home")


def deliver(home: Home, *lines: str, header: str = HEADER) -> Receipt:
    path = home.root.parent / "inbox" / "health_records" / "HSSK_178_20220131.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    [receipt] = take_in(home, home.root.parent / "inbox")
    return receipt


def reopened(path: Path) -> tuple[dict[str, str], list[list[object]]]:
    """What stands above the table, and the rows of the table, as another program reads them."""
    sheet = openpyxl.load_workbook(path).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert tuple(rows[HEAD]) == TITLES
    return {str(row[0]): str(row[1]) for row in rows[: HEAD - 1] if row[0]}, rows[HEAD + 1 :]


def expected_cells(rows: list[dict[str, object]], receipt: Receipt) -> list[list[object]]:
    headers = {row["column_name"]: header_of(receipt, str(row["column_name"])) for row in rows}
    return [cells(row, headers) for row in rows]  # type: ignore[arg-type]


def test_the_workbook_holds_every_rejected_row_of_the_tables_and_nothing_that_runs(home: Home, tmp_path: Path) -> None:
    from pipelines.definitions_step import write_definitions

    receipt = deliver(home, *LINES)
    write_definitions(home)
    _, rows = rejected_rows(home, receipt.delivery_id)
    assert [(row["row_number"], row["rule"]) for row in rows] == [
        (3, "unreadable_date"), (4, "unknown_code"), (5, "unit_unresolved"), (6, "required_empty"),
    ]  # fmt: skip
    kept = pq.read_table(home.landing / "rejects/health_records/records" / f"{receipt.delivery_id}.parquet")
    assert kept.num_rows == 3
    out = tmp_path / "tra" / "lai.xlsx"
    write_workbook(out, receipt, rows)
    head, table = reopened(out)
    assert table == expected_cells(rows, receipt)
    assert (table[1][2], table[1][4]) == ("mã lạ | an unknown code", '=HYPERLINK("http://x","y")')
    assert head["Dòng bị loại | Rows rejected"] == "4 / 5 dòng đọc | rows read"
    assert openpyxl.load_workbook(out).active.cell(HEAD + 3, 5).data_type == "s"
    with zipfile.ZipFile(out) as container:
        sheets = [name for name in container.namelist() if name.startswith("xl/worksheets/")]
        assert not [name for name in sheets if b"<f>" in container.read(name) or b"hyperlink" in container.read(name)]
        assert b'quotePrefix="1"' in container.read("xl/styles.xml")


def test_a_refused_delivery_goes_back_with_its_reason(home: Home, tmp_path: Path) -> None:
    receipt = deliver(home, LINES[0], header=HEADER.replace("ma_xa", "xa_phuong"))
    out = tmp_path / "a.xlsx"
    write_workbook(out, *rejected_rows(home, receipt.delivery_id))
    head, table = reopened(out)
    assert (head["Lý do | Reason"], table) == (receipt.reason, [])
    assert head["Kết quả | Outcome"].startswith("TRẢ LẠI")


RECEIPT = {
    "delivery_id": "d1", "source_code": "education", "dataset": "schools", "part": "-", "file_name": "a.csv",
    "window_start": date(2022, 1, 1), "window_end": date(2022, 1, 31), "received_at": datetime(2022, 2, 1),
    "sha256": "0", "contract_hash": "0", "outcome": "accepted", "reason": "", "rows_read": 9, "rows_landed": 9,
    "rows_rejected": 0, "rows_excluded": 0, "kind": "snapshot", "landing_path": "", "origin": "inbox",
    "excluded_by_rule": "{}", "rejected_by_rule": "{}", "key_fingerprint": "",
}  # fmt: skip


def test_whatever_staging_rejected_is_told_with_what_was_expected(tmp_path: Path) -> None:
    make_home(tmp_path, {}, [RECEIPT], {})
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as warehouse:
        warehouse.execute("create table stg_deliveries as select 'd1' as delivery_id")
        warehouse.execute(
            """create table stg_rejected_rows as
            select 'd1' as delivery_id, 4 as row_number, 'unit_unresolved' as rule, 'ma_quan_huyen' as column_name,
                cast(null as varchar) as text, '' as candidates
            union all select 'd1', 2, 'unit_unresolved', 'ma_xa_phuong', 'Xã X', '05977 Xã A;05978 Xã B'
            union all select 'd1', 9, 'period_unreadable', 'ky_bao_cao', 'Quý V', null
            union all select 'd1', 7, 'a_rule_of_tomorrow', 'x', 'y', null
            union all select 'd2', 1, 'unit_unresolved', 'ma_xa_phuong', 'Xã Y', ''"""
        )
    receipt, rows = rejected_rows(Home(tmp_path), "d1")
    assert [(row["row_number"], row["text"], str(row["expected"]).partition(" | ")[0]) for row in rows] == [
        (2, "Xã X", "05977 Xã A;05978 Xã B"),
        (4, None, "tên hoặc mã một đơn vị của tỉnh"),
        (7, "y", "đúng quy tắc a_rule_of_tomorrow"),
        (9, "Quý V", "kỳ đọc được: tháng 1-12, quý I-IV hoặc cả năm"),
    ]
    write_workbook(tmp_path / "a.xlsx", receipt, rows)
    assert reopened(tmp_path / "a.xlsx")[1] == expected_cells(rows, receipt)


def test_a_text_too_long_for_a_cell_is_cut_and_not_lost(tmp_path: Path) -> None:
    make_home(tmp_path, {}, [RECEIPT], {})
    receipt = find_delivery(Home(tmp_path), "d1")
    row = {"row_number": 1, "row_label": None, "rule": "x", "column_name": "y", "expected": "z" * 40_000, "text": "t"}
    write_workbook(tmp_path / "a.xlsx", receipt, [row])
    assert reopened(tmp_path / "a.xlsx")[1][0][5] == "z" * LONGEST


def test_the_command_names_the_file_after_the_one_that_was_sent(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = deliver(home, *LINES[:2])
    monkeypatch.chdir(tmp_path)
    arguments = ["rejects", receipt.delivery_id, "--home", str(home.root)]
    assert CliRunner().invoke(app, [*arguments, "--xlsx"]).exit_code == 0
    assert CliRunner().invoke(app, [*arguments, "--xlsx", "--out", "b.xlsx"]).exit_code == 0
    assert reopened(tmp_path / workbook_name(receipt)) == reopened(tmp_path / "b.xlsx")
    assert workbook_name(receipt).startswith("HSSK_178_20220131_dong_bi_loai_")


def check_all(home: Home) -> None:
    """Of each delivery, the rows told are those that were counted."""
    summary = pq.read_table(home.current / "parquet" / "rejection_summary.parquet").to_pylist()
    counted = {(row["delivery_id"], row["rule"]): row["rows"] for row in summary if row["rule"] != "refused_delivery"}
    told: dict[tuple[str, str], int] = {}
    with warehouse_of(home) as warehouse:
        for receipt in read_receipts(home.root):
            for row in rows_of(home, receipt, warehouse):
                told[receipt.delivery_id, row["rule"]] = told.get((receipt.delivery_id, row["rule"]), 0) + 1
    assert told == counted
    assert {rule for _, rule in told} <= set(RULES)


def test_no_counted_rejection_of_a_whole_province_is_missing(sandbox_release: Path) -> None:
    check_all(Home(sandbox_release))
