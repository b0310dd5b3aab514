"""The rejected rows of one delivery: those of the door, and those that staging leaves out, as a sender is told."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.contract import Dataset
from sources.door.receipts import Receipt, read_receipts
from sources.registry import contracts

from pipelines.errors import LangsonError
from pipelines.home import Home

if TYPE_CHECKING:
    import duckdb

COLUMNS = ("row_number", "row_label", "rule", "column_name", "expected", "text")
UNIT = "unit_unresolved"
_TOLD = {
    UNIT: "tên hoặc mã một đơn vị của tỉnh | the name or code of one of the province's units",
    "village_unresolved": "có trong danh sách thôn | a village on the list",
    "period_unreadable": "kỳ đọc được: tháng 1-12, quý I-IV hoặc cả năm | a readable period: a month, quarter or year",
    "negative_total": "tổng không âm | a total that is not negative",
    "cashless_above_total": "không lớn hơn tổng số giao dịch | no more than all transactions",
}
"""What staging expects, by its rules; candidates are told instead where there are any."""


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
    receipt = find_delivery(home, delivery)
    with warehouse_of(home) as warehouse:
        return receipt, rows_of(home, receipt, warehouse)


def rows_of(home: Home, receipt: Receipt, warehouse: "duckdb.DuckDBPyConnection | None") -> list[dict[str, Any]]:
    """The rejected rows of a delivery in the order of the file; `warehouse` is what `warehouse_of` gives."""
    import pyarrow.parquet as pq

    path = home.landing / "rejects" / receipt.source_code / receipt.dataset / f"{receipt.delivery_id}.parquet"
    rows = pq.read_table(path, columns=list(COLUMNS)).to_pylist() if path.exists() else []
    staged, is_built = _staged(receipt, warehouse) if warehouse else ([], False)
    rows += staged
    if not is_built:
        rows += _unresolved(home, receipt)
    return sorted(rows, key=lambda row: (row["row_number"] or 0, row["rule"], row["column_name"] or ""))


@contextmanager
def warehouse_of(home: Home) -> "Iterator[duckdb.DuckDBPyConnection | None]":
    """The warehouse as the last run left it, or None; raises LangsonError while a run builds it."""
    import duckdb

    if not home.warehouse.exists():
        yield None
        return
    try:
        connection = duckdb.connect(str(home.warehouse), read_only=True)
    except duckdb.IOException as error:
        raise LangsonError("kho số liệu đang được tính lại; hãy thử lại sau | the warehouse is being built") from error
    with connection:
        yield connection


def _staged(receipt: Receipt, warehouse: "duckdb.DuckDBPyConnection") -> tuple[list[dict[str, Any]], bool]:
    """Landed rows that staging left out in the last run, and whether that run knew this delivery."""
    built = {name for (name,) in warehouse.execute("select table_name from duckdb_tables()").fetchall()}
    if "stg_rejected_rows" not in built:
        return [], False
    found = warehouse.execute(
        "select row_number, rule, column_name, candidates, text from stg_rejected_rows where delivery_id = ?",
        [receipt.delivery_id],
    ).fetchall()
    known = (
        "stg_deliveries" in built
        and warehouse.execute("select 1 from stg_deliveries where delivery_id = ?", [receipt.delivery_id]).fetchall()
    )
    return [
        _row(number, rule, column, candidates, shown)
        for number, rule, column, candidates, shown in found
        if known or rule != UNIT
    ], bool(known)


def _row(number: int, rule: str, column: str, candidates: str | None, text: str | None) -> dict[str, Any]:
    expected = candidates or _TOLD.get(rule, f"đúng quy tắc {rule} | as rule {rule} says")
    return {
        "row_number": number, "row_label": None, "rule": rule, "column_name": column, "expected": expected,
        "text": text,
    }  # fmt: skip


def _unresolved(home: Home, receipt: Receipt) -> list[dict[str, Any]]:
    """Landed rows whose unit is not known, of a delivery no run has seen: by the resolution of the last one."""
    import duckdb
    from sources.units import generation_on

    from pipelines.definitions_step import name_in_place, unit_columns

    resolution = home.definitions / "unit_resolution.parquet"
    dataset = _dataset(receipt)
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
        _row(number, UNIT, column, candidates, shown) for number, candidates, shown in found if shown or not optional
    ]


def _dataset(receipt: Receipt) -> Dataset | None:
    source = contracts().get(receipt.source_code)
    return source.datasets.get(receipt.dataset) if source else None


def header_of(receipt: Receipt, column: str | None) -> str | None:
    """What the sender calls a column: its first header in the contract."""
    dataset = _dataset(receipt)
    return dataset.names_of(column)[0] if dataset and column and column in dataset.columns else None


def workbook_name(receipt: Receipt) -> str:
    """The file a sender gets back is named after the one that was sent."""
    return f"{Path(receipt.file_name).stem}_dong_bi_loai_{receipt.delivery_id[:8]}.xlsx"


def write_workbook(path: Path, receipt: Receipt, rows: Sequence[dict[str, Any]]) -> None:
    """The Excel file to send back: the reason of a refused delivery, and the rejected rows."""
    from pipelines.rejects_workbook import write

    write(path, receipt, rows, {row["column_name"]: header_of(receipt, row["column_name"]) for row in rows})
