"""The rejected rows of one delivery: those of the door, and those whose unit or place did not resolve in staging."""

from pathlib import Path
from typing import Any

from sources.door.receipts import Receipt, read_receipts

from pipelines.errors import LangsonError
from pipelines.home import Home

COLUMNS = ("row_number", "row_label", "rule", "column_name", "expected", "text")
TITLES = ("Dòng | Row", "Nhãn | Label", "Lý do | Rule", "Cột | Column", "Cần là | Expected", "Nội dung | Text")


def find_delivery(home: Home, delivery: str) -> Receipt:
    """The receipt whose id starts so; raises LangsonError when none or several do."""
    found = [receipt for receipt in read_receipts(home.root) if receipt.delivery_id.startswith(delivery)]
    if len(found) != 1:
        raise LangsonError(
            f"{'có nhiều' if found else 'không có'} lượt nhận {delivery} | {'many' if found else 'no'} such delivery"
        )
    return found[0]


def rejected_rows(home: Home, delivery: str) -> tuple[Receipt, list[dict[str, Any]]]:
    """The delivery and its rejected rows in the order of the file."""
    import pyarrow.parquet as pq

    receipt = find_delivery(home, delivery)
    path = home.landing / "rejects" / receipt.source_code / receipt.dataset / f"{receipt.delivery_id}.parquet"
    rows = pq.read_table(path, columns=list(COLUMNS)).to_pylist() if path.exists() else []
    rows += _unresolved(home, receipt) + _unplaced(home, receipt)
    return receipt, sorted(rows, key=lambda row: (row["row_number"], row["rule"]))


def _unresolved(home: Home, receipt: Receipt) -> list[dict[str, Any]]:
    """Landed rows whose unit is not known (yet): read from the landing by the resolution of the last run."""
    import duckdb
    from sources.registry import contracts
    from sources.units import generation_on

    from pipelines.definitions_step import name_in_place, unit_columns

    resolution = home.definitions / "unit_resolution.parquet"
    source = contracts().get(receipt.source_code)
    dataset = source.datasets.get(receipt.dataset) if source else None
    if dataset is None or dataset.unit is None or not receipt.landing_path or not resolution.exists():
        return []
    if receipt.window_end is None:
        return []
    column, code, name, tier, within = unit_columns(dataset)[0]

    def text(part: str | None) -> str:
        return f"coalesce(cast(l.{part} as varchar), '')" if part else "''"

    spelled = name_in_place(text(name), text(within))
    found = duckdb.sql(
        f"""
        select l._row_number, r.candidates, concat_ws(' ', nullif({text(code)}, ''), nullif({spelled}, ''))
        from read_parquet('{home.root / receipt.landing_path}', hive_partitioning = false) as l
        join read_parquet('{resolution}') as r
            on r.source_code = '{receipt.source_code}' and r.dataset = '{receipt.dataset}'
            and r.column_name = '{column}'
            and r.code_text = {text(code)} and r.name_text = {spelled} and r.tier_text = {text(tier)}
            and r.part = '{"" if receipt.part == "-" else receipt.part}'
            and r.units_from = date '{generation_on(receipt.window_end).units_from}'
        where r.unit_code is null order by 1"""
    ).fetchall()
    optional = dataset.unit.optional
    return [
        {"row_number": number, "row_label": None, "rule": "unit_unresolved", "column_name": column,
         "expected": candidates or "đơn vị | a unit", "text": shown}
        for number, candidates, shown in found
        if shown or not optional
    ]  # fmt: skip


def _unplaced(home: Home, receipt: Receipt) -> list[dict[str, Any]]:
    """Landed rows that staging rejects for more than their unit (a village on no list), as of the last run."""
    import duckdb

    if not home.warehouse.exists():
        return []
    try:
        with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
            built = warehouse.execute("select 1 from duckdb_tables() where table_name = 'stg_rejected_rows'").fetchall()
            if not built:
                return []
            found = warehouse.execute(
                "select row_number, rule, column_name, candidates, text from stg_rejected_rows "
                "where delivery_id = ? and rule <> 'unit_unresolved' order by row_number, rule",
                [receipt.delivery_id],
            ).fetchall()
    except duckdb.IOException as error:
        raise LangsonError("kho số liệu đang được tính lại; hãy thử lại sau | the warehouse is being built") from error
    return [
        {"row_number": number, "row_label": None, "rule": rule, "column_name": column,
         "expected": candidates or "có trong danh sách | listed", "text": shown}
        for number, rule, column, candidates, shown in found
    ]  # fmt: skip


def write_workbook(path: Path, receipt: Receipt, rows: list[dict[str, Any]]) -> None:
    """An Excel file to send back to whoever sent the delivery; its texts stay texts."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("Dòng bị loại")
    bold = book.add_format({"bold": True})
    sheet.write_string(0, 0, f"{receipt.file_name} ({receipt.source_code}, {receipt.dataset}, {receipt.part})", bold)
    sheet.write_string(1, 0, f"{receipt.delivery_id}: {receipt.reason}")
    for place, title in enumerate(TITLES):
        sheet.write_string(3, place, title, bold)
    for line, row in enumerate(rows, start=4):
        for place, name in enumerate(COLUMNS):
            value = row[name]
            if isinstance(value, int):
                sheet.write_number(line, place, value)
            elif value is not None:
                sheet.write_string(line, place, str(value))
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, len(COLUMNS) - 1, 30)
    book.close()
