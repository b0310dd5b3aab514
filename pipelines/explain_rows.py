"""The landed rows that one published value counted, from the private warehouse of the home.

The warehouse holds the last build only, so it answers for the release of the same moment. The rows come out of the
measure models' own SQL (`row_lineage`); unless that SQL gives exactly the published count, none are shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from publishing.explain.deliveries import add_months, month_end
from publishing.explain.model import Explanation, Side
from sources.catalogue import own_catalogue

from pipelines.errors import LangsonError
from pipelines.home import DBT_PROJECT, Home
from pipelines.row_lineage import Lineage

BOOKKEEPING = (
    "delivery_id",
    "row_number",
    "part",
    "received_at",
    "window_start",
    "window_end",
    "units_from",
    "codes_from",
    "is_read",
    "candidates",
    "unit_rule",
)
NOT_COUNTED_ROWS = (
    "phép đếm này không đếm dòng nhận được mà đếm danh mục khai báo"
    " | this measure counts declared facts, not landed rows"
)


@dataclass(frozen=True)
class SideRows:
    """The landed rows behind a numerator or denominator.

    `counted` is the published count and `row_count` how many rows made it; `is_row_for_row` says whether each row is
    one thing counted (else several rows are one thing, or a row carries a figure). `rows` are texts: dataset,
    file_name, delivery_id, row_number, then the dataset's own columns; of a denominator that the numerator is a filter
    on, `in_numerator` first. `problem` says why there are none.
    """

    role: str
    measure_code: str
    counted: int
    row_count: int
    is_row_for_row: bool
    rows: pa.Table
    problem: str | None


@dataclass(frozen=True)
class Counted:
    """The rows of both sides; of a numerator whose rows are all among the denominator's, only the latter are listed."""

    sides: tuple[SideRows, ...]

    def as_dict(self) -> list[dict[str, Any]]:
        """For JSON."""
        return [
            {
                "role": side.role,
                "measure_code": side.measure_code,
                "counted": side.counted,
                "row_count": side.row_count,
                "is_row_for_row": side.is_row_for_row,
                "problem": side.problem,
                "rows": side.rows.to_pylist(),
            }
            for side in self.sides
        ]


def counted_rows(home: Home, found: Explanation) -> Counted:
    """The rows behind a value; raises LangsonError when the warehouse is in use or of another moment."""
    if found.value.numerator is None:
        raise LangsonError("giá trị này không có tử số, mẫu số | this value has no numerator and denominator")
    with _open(home) as warehouse:
        _require_same_moment(home, warehouse, found)
        columns: dict[str, set[str]] = {}
        for table, column in warehouse.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'main'"
        ).fetchall():
            columns.setdefault(table, set()).add(column)
        known = {table: frozenset(names) for table, names in columns.items()}
        problems = {
            side.role: _gather(home, warehouse, known, found, side) for side in (found.numerator, found.denominator)
        }
        return _sides(warehouse, found, problems)


def write_csv(path: Path, counted: Counted) -> int:
    """Every row of both sides in one CSV (UTF-8), `role` first; returns how many."""
    tables = [
        side.rows.add_column(0, "role", pa.array([side.role] * side.rows.num_rows, pa.string()))
        for side in counted.sides
    ]
    whole = pa.concat_tables(tables, promote_options="default")
    pa.csv.write_csv(whole, path)
    return int(whole.num_rows)


def _open(home: Home) -> duckdb.DuckDBPyConnection:
    if not home.warehouse.exists():
        raise LangsonError(f"{home.warehouse}: chưa có kho tính toán, hãy chạy langson run | there is no warehouse yet")
    try:
        return duckdb.connect(str(home.warehouse), read_only=True)
    except duckdb.IOException as error:
        raise LangsonError(
            f"kho tính toán đang được dùng, hãy đợi lần chạy kia xong: {error} | the warehouse is in use"
        ) from error


def _require_same_moment(home: Home, warehouse: duckdb.DuckDBPyConnection, found: Explanation) -> None:
    as_of = pq.read_table(home.definitions / "as_of.parquet").to_pylist()[0]["as_of"]
    built = warehouse.execute(
        "select numerator, denominator from main.fct_indicator_value"
        " where indicator_code = ? and definition = ? and unit_key = ? and period_start = ?",
        [found.definition.indicator_code, found.definition.definition, found.unit.unit_key, found.period_start],
    ).fetchall()
    if as_of != found.as_of or built != [(found.value.numerator, found.value.denominator)]:
        raise LangsonError(
            f"kho tính toán là của thời điểm {as_of}, bản phát hành {found.release_id} là của {found.as_of}: "
            "hãy chạy langson run"
            " | the warehouse is of another moment than the release"
        )


def _gather(
    home: Home,
    warehouse: duckdb.DuckDBPyConnection,
    known: Mapping[str, frozenset[str]],
    found: Explanation,
    side: Side,
) -> str | None:
    """Make the temporary table `rows_<role>`; the problem, if the count is not met.

    A row is known by delivery and row number where the dataset has a base model, which keeps what the file had; else
    by its place in the staging model.
    """
    measure = own_catalogue().measures[side.measure_code]
    empty = (
        f"create temp table rows_{side.role}"
        " (dataset varchar, delivery_id varchar, row_number bigint, relation varchar, place bigint)"
    )
    if measure.model is None or not measure.datasets:
        warehouse.execute(empty)
        return NOT_COUNTED_ROWS
    is_stock = side.accumulation == "stock"
    month = f"period_start = date '{side.month}'" if is_stock else None
    lineage = Lineage(DBT_PROJECT, known, home.definitions, month)
    first, last = _days(found, side)
    when = (
        "event.event_date <= $last and (event.end_date is null or event.end_date > $last)"
        if is_stock
        else "event.event_date between $first and $last"
    )
    calendar = "$month" if is_stock else "cast(date_trunc('month', event.event_date) as date)"
    warehouse.execute(
        f"""create temp table events_{side.role} as
        select event.tier, event.unit_code, event.item_key, event.quantity, event._rows
        from ({lineage.events_of(measure.model)}) as event
        join main.int_unit_ancestor as place on event.unit_code = place.unit_code and place.period_start = {calendar}
            and place.ancestor_key = $unit_key
        where event.measure_code = $measure_code and list_contains($tiers, event.tier) and {when}
            and $first <= $last and $month is not null""",
        {
            "measure_code": side.measure_code,
            "unit_key": found.unit.unit_key,
            "tiers": list(found.definition.tiers),
            "first": first,
            "last": last,
            "month": side.month,
        },
    )
    place = ", unit_code" if side.rollup == "subtree" else ""
    total = warehouse.execute(
        f"""select coalesce(sum(quantity) filter (where item_key is null), 0)
            + count(distinct (tier, item_key{place})) filter (where item_key is not null)
        from events_{side.role}"""
    ).fetchall()[0][0]
    if int(total) != side.counted:
        warehouse.execute(empty)
        return (
            f"các dòng tìm được cho {int(total)}, không bằng số đã công bố {side.counted}: không liệt kê"
            " | the rows found do not give the published count, so none are listed"
        )
    warehouse.execute(
        f"""create temp table rows_{side.role} as
        select distinct source_code || '.' || dataset as dataset, delivery_id, found.row_number,
            case when list_contains($with_base, base) then base else found.relation end as relation,
            case when list_contains($with_base, base) then null else found.place end as place
        from (
            select found, delivery_id, source_code, dataset, 'base_' || source_code || '__' || dataset as base
            from (select unnest(_rows) as found from events_{side.role}) as made
            join main.stg_deliveries as delivery on made.found.delivery_id = delivery.delivery_id
        )""",
        {"with_base": sorted(name for name in known if name.startswith("base_"))},
    )
    return None


def _days(found: Explanation, side: Side) -> tuple[date, date]:
    """First and last day counted: from 1 January, or from the start where what came before is taken off."""
    starts = add_months(found.definition.starts.replace(day=1), _months_between(found.period_start, side.month))
    january = date(side.month.year, 1, 1)
    first = max(january, starts) if side.accumulation == "flow" else january
    return first, month_end(side.month)


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def _sides(
    warehouse: duckdb.DuckDBPyConnection,
    found: Explanation,
    problems: Mapping[str, str | None],
) -> Counted:
    # A numerator that is a filter on the denominator is told as a mark on the denominator's rows.
    within = (
        not any(problems.values())
        and not warehouse.execute("select 1 from (from rows_numerator except from rows_denominator) limit 1").fetchall()
    )
    sides = []
    for side in (found.numerator, found.denominator):
        count = int(warehouse.execute(f"select count(*) from rows_{side.role}").fetchall()[0][0])
        is_listed = not (within and side.role == "numerator")
        rows = _listed(warehouse, side.role, within) if is_listed else pa.table({})
        sides.append(
            SideRows(
                side.role, side.measure_code, side.counted, count, count == side.counted, rows, problems[side.role]
            )
        )
    return Counted(tuple(sides))


def _listed(warehouse: duckdb.DuckDBPyConnection, role: str, within: bool) -> pa.Table:
    """The rows as texts, of every dataset they are of, by file and row."""
    relations = warehouse.execute(f"select distinct dataset, relation from rows_{role} order by all").fetchall()
    mark = "counted.is_in_numerator as in_numerator," if within else ""
    tables = []
    for dataset, relation in relations:
        same = (
            "counted.delivery_id = landed.delivery_id and counted.row_number = landed.row_number"
            if relation.startswith("base_")
            else "counted.place = landed.rowid"
        )
        own = ", ".join(f"cast(landed.{name} as varchar) as {name}" for name in _own_columns(warehouse, relation))
        tables.append(
            warehouse.execute(
                f"""with counted as (
                    select
                        counted.*,
                        case when numerator.delivery_id is null then 'false' else 'true' end as is_in_numerator
                    from rows_{role} as counted
                    left join rows_numerator as numerator on counted.relation = numerator.relation
                        and counted.delivery_id = numerator.delivery_id and counted.row_number = numerator.row_number
                        and counted.place is not distinct from numerator.place
                )
                select {mark} counted.dataset, delivery.file_name, counted.delivery_id,
                    cast(counted.row_number as varchar) as row_number, {own}
                from counted
                join main.{relation} as landed on {same}
                join main.stg_deliveries as delivery on counted.delivery_id = delivery.delivery_id
                where counted.dataset = $dataset and counted.relation = $relation
                order by delivery.window_start, counted.delivery_id, counted.row_number, counted.place""",
                {"dataset": dataset, "relation": relation},
            ).to_arrow_table()
        )
    return pa.concat_tables(tables, promote_options="default") if tables else pa.table({})


def _own_columns(warehouse: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    rows = warehouse.execute(
        "select column_name from information_schema.columns"
        " where table_schema = 'main' and table_name = ? order by ordinal_position",
        [table],
    ).fetchall()
    return [name for (name,) in rows if name not in BOOKKEEPING]
