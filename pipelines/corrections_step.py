"""What the decided corrections did in one candidate, and which of them the source has made needless.

Each is a result of its own in `quality_results`: it fails, as a warning, once no row needs it any more, so that no
correction outlives its error.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow.parquet as pq
from sources.corrections import WHOLE_DELIVERY
from sources.door.rows import sql_type
from sources.registry import contracts

from pipelines.home import Home
from pipelines.release.gate import Verdict

PREFIX = "correction_"


@dataclass(frozen=True)
class Applied:
    """A correction and the standing rows it is about: `needing` of those `found` differ from what it makes of them."""

    correction: dict[str, Any]
    found: int
    needing: int


def applied_corrections(home: Home) -> list[Applied]:
    """Every correction decided by as_of that is in force, with the standing rows it is about."""
    decided = pq.read_table(home.definitions / "corrections.parquet").to_pylist()
    if not decided:
        return []
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        in_force = {
            tuple(row)
            for row in warehouse.execute("select source_code, dataset, correction_code from stg_corrections").fetchall()
        }
        return [
            Applied(one, *_counted(warehouse, home, one))
            for one in decided
            if (one["source_code"], one["dataset"], one["correction_code"]) in in_force
        ]


def _counted(warehouse: duckdb.DuckDBPyConnection, home: Home, correction: dict[str, Any]) -> tuple[int, int]:
    dataset = contracts()[correction["source_code"]].datasets[correction["dataset"]]
    key = " || '|' || ".join(f"coalesce(cast(landed.{name} as varchar), '')" for name in dataset.key)
    place: str = correction["row_key"]
    by_delivery = place.startswith(WHOLE_DELIVERY)
    same = "true"
    if correction["action"] == "override":
        column = correction["column_name"]
        kind = sql_type(dataset.landed[column])
        same = f"landed.{column} is not distinct from try_cast($value as {kind})"
    # Rows of a register compete: only the newest of a key counts.
    newest = (
        f"qualify row_number() over (partition by {key} order by delivery.received_at desc, delivery.delivery_id desc,"
        " landed._row_number desc) = 1"
        if dataset.kind == "register"
        else ""
    )
    files = f"{home.landing}/{correction['source_code']}/{correction['dataset']}/**/*.parquet"
    found = warehouse.execute(
        f"""
        with counting as (
            select delivery.delivery_id, {key} as row_key, {same} as is_same
            from read_parquet('{files}', union_by_name = true, hive_partitioning = false) as landed
            join stg_deliveries as delivery on landed._delivery_id = delivery.delivery_id and delivery.is_read
            {newest}
        )
        select count(*), count(*) filter (not is_same) from counting
        where {"delivery_id" if by_delivery else "row_key"} = $place""",
        {
            "place": place.removeprefix(WHOLE_DELIVERY),
            **({"value": correction["new_value"]} if correction["action"] == "override" else {}),
        },
    ).fetchall()[0]
    rows, differing = int(found[0]), int(found[1])
    return rows, differing if correction["action"] == "override" else rows


def correction_verdicts(home: Home) -> list[Verdict]:
    """One result for each correction: what it is about, on whose word, and whether it is still needed."""
    return [_verdict(one) for one in applied_corrections(home)]


def _verdict(applied: Applied) -> Verdict:
    one = applied.correction
    what = {
        "drop": "bỏ dòng | drops",
        "override": f"{one['column_name']} := {one['new_value']}",
        "scale": f"{one['column_name']} × {one['new_value']}",
        "flag": "đánh dấu | flags",
    }[one["action"]]
    told = (
        f"{one['dataset']} {one['row_key']}: {what}; {one['reason']}; "
        f"báo bởi | reported by {one['reported_by']}, {one['reported_at']:%d/%m/%Y}; "
        f"quyết định | decided {one['decided_at']:%d/%m/%Y %H:%M}"
    )
    if applied.needing:
        state = f"còn cần, {applied.needing} dòng | still needed by {applied.needing} rows"
    elif applied.found:
        state = "nguồn đã sửa, hãy bỏ mục này | the source has fixed it: remove the entry"
    else:
        state = "không còn dòng nào như vậy, hãy bỏ mục này | no row is so any more: remove the entry"
    name = f"{PREFIX}{one['source_code']}_{one['correction_code']}"
    return Verdict(name, applied.needing > 0, f"{state}: {told}", str(applied.needing), "warn")
