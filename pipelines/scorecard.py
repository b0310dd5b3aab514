"""The scorecard as people in the province read it: Vietnamese, comma for the decimal point, the status in words."""

from pathlib import Path
from typing import Any

import duckdb
from publishing.words import MATURITY, STATUS, month, shown, verdict
from rich.console import Console
from rich.panel import Panel
from rich.table import Table


def scorecard_rows(release: Path) -> list[dict[str, Any]]:
    """One row per indicator, with the province's newest status where there is no value."""
    folder = release / "parquet"
    with duckdb.connect() as connection:
        for name in ("rpt_scorecard", "dim_indicator", "fct_indicator_value", "dim_unit"):
            connection.execute(f"create view {name} as from read_parquet('{folder}/{name}.parquet')")
        cursor = connection.execute(
            """
            with province as (
                select v.directive_code, v.indicator_code, v.status, v.held_reason
                from fct_indicator_value as v
                join dim_unit as u on u.unit_key = v.unit_key and u.directive_code = v.directive_code
                where v.definition = 'headline' and u.unit_level = 'province'
                qualify row_number() over (
                    partition by v.directive_code, v.indicator_code order by v.period_start desc, v.unit_key) = 1
            )
            select s.*, i.label_vi, i.label_en, i.group_code, i.value_kind, p.status, p.held_reason
            from rpt_scorecard as s
            join dim_indicator as i
                on i.directive_code = s.directive_code and i.indicator_code = s.indicator_code
                and i.definition = 'headline'
            left join province as p on p.directive_code = s.directive_code and p.indicator_code = s.indicator_code
            order by s.directive_code, s.indicator_code"""
        )
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _result(row: dict[str, Any]) -> str:
    if row["period_start"] is None:
        return f"[dim]{STATUS[row['status'] or 'source_missing']}[/dim]"
    colour = {True: "green", False: "red"}.get(row["is_met"], "dim")
    return f"[{colour}]{verdict(row['is_met'])}[/{colour}]"


def print_scorecard(console: Console, release: Path, simulated: bool) -> None:
    """Print the whole scorecard; a sandbox's is marked as simulated above and below."""
    banner = Panel(
        "[bold]MÔ PHỎNG: số liệu giả lập, không phải số liệu thật | SIMULATED[/bold]", style="yellow", expand=False
    )
    if simulated:
        console.print(banner)
    table = Table(title="Bảng điểm chỉ tiêu chuyển đổi số tỉnh Lạng Sơn | Scorecard", title_justify="left")
    for title, side in (
        ("Mã", "left"), ("Chỉ tiêu", "left"), ("Đến tháng", "left"), ("Kết quả", "right"), ("Mức giao", "right"),
        ("Đánh giá", "left"), ("Đơn vị đạt", "right"), ("Số liệu", "left"),
    ):  # fmt: skip
        table.add_column(title, justify=side)  # type: ignore[arg-type]
    for row in scorecard_rows(release):
        has_value = row["period_start"] is not None
        comparator = {">=": "≥", ">": ">"}.get(row["comparator"], "")
        table.add_row(
            row["indicator_code"],
            row["label_vi"],
            month(row["period_start"]) if has_value else "–",
            shown(row["value"], row["value_kind"]),
            f"{comparator} {shown(row['target'], row['value_kind'])}" if row["target"] is not None else "–",
            _result(row),
            f"{row['units_met']}/{row['units_measured']}" if has_value else "–",
            MATURITY.get(row["data_maturity"], "–"),
        )
    console.print(table)
    if simulated:
        console.print(banner)
