"""What a landing suite looks at: one row per accepted delivery of a dataset, with counts and shares of empty columns.

The rows themselves were judged one by one at the door; a suite asks whether a whole delivery is plausible.
"""

from typing import Any

import duckdb
from sources.door.receipts import Receipt, read_receipts

from pipelines.home import Home
from pipelines.release.gate import Verdict


def accepted_deliveries(home: Home, source_code: str, dataset: str) -> list[Receipt]:
    """Receipts of the deliveries of one dataset that were landed."""
    return [
        receipt
        for receipt in read_receipts(home.root)
        if (receipt.source_code, receipt.dataset, receipt.outcome) == (source_code, dataset, "accepted")
    ]


def delivery_profile(home: Home, source_code: str, dataset: str, empties: list[str]) -> Any:
    """A pandas frame: one row per accepted delivery; `<column>_empty_share` for every column in `empties`."""
    receipts = accepted_deliveries(home, source_code, dataset)
    shares = "".join(f", avg(case when {name} is null then 1 else 0 end) as {name}_empty_share" for name in empties)
    files = f"{home.landing}/{source_code}/{dataset}/**/*.parquet"
    query = f"""
        select _delivery_id as delivery_id{shares}
        from read_parquet('{files}', union_by_name = true, hive_partitioning = false) group by all"""
    found = {row[0]: row[1:] for row in duckdb.sql(query).fetchall()}
    import pandas as pd  # type: ignore[import-untyped]

    rows = []
    for receipt in receipts:
        read = max(receipt.rows_read, 1)
        row: dict[str, Any] = {
            "delivery_id": receipt.delivery_id,
            "rows_landed": receipt.rows_landed,
            "rejected_share": receipt.rows_rejected / read,
            "excluded_share": receipt.rows_excluded / read,
        }
        measured = found.get(receipt.delivery_id, tuple(None for _ in empties))
        row.update({f"{name}_empty_share": value for name, value in zip(empties, measured, strict=True)})
        rows.append(row)
    columns = ["delivery_id", "rows_landed", "rejected_share", "excluded_share", *(f"{n}_empty_share" for n in empties)]
    return pd.DataFrame(rows, columns=columns)


def judge_landing(home: Home, source_code: str, dataset: str) -> Verdict:
    """Run the dataset's suite; a dataset that nothing came for has nothing to judge."""
    import json

    from pipelines.release.suites import SUITES, run_suite

    name = f"{source_code}__{dataset}"
    path = SUITES / "landing" / f"{name}.json"
    declared = json.loads(path.read_text(encoding="utf-8"))["expectations"]
    wanted = {entry["kwargs"]["column"] for entry in declared if entry["kwargs"]["column"].endswith("_empty_share")}
    if not accepted_deliveries(home, source_code, dataset):
        return Verdict(name, True, "chưa có số liệu | nothing came yet", "0 rows", "warn")
    empties = sorted(column.removesuffix("_empty_share") for column in wanted)
    verdict = run_suite(path, delivery_profile(home, source_code, dataset, empties), {}, name)
    return Verdict(name, verdict.passed, verdict.reason, verdict.observed, "warn")
