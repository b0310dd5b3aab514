"""The explanation of one value on a screen: Vietnamese first, English beside."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from publishing.explain.model import DeliveryLine, Explanation, Side, Text
from publishing.explain.texts import (
    ACCUMULATIONS,
    COUNTED_AFRESH,
    DELIVERY_ROLES,
    LEVELS,
    OUTCOMES,
    ROLES,
    ROLLUPS,
)
from publishing.words import (
    MATURITY,
    MATURITY_EN,
    STATUS,
    STATUS_EN,
    day,
    moment,
    month,
    number,
    shown,
    verdict,
    verdict_en,
)
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

if TYPE_CHECKING:
    from pipelines.explain_rows import Counted

MOST = 20
"""Longer lists are cut, and say how long they are."""


def _both(text: Text) -> str:
    return escape(f"{text.vi} | {text.en}")


def _pair(vi: str, en: str) -> str:
    return escape(f"{vi} | {en}")


def show_explanation_json(found: Explanation, counted: "Counted | None") -> None:
    """The same as JSON; days and moments in ISO form, rows (when asked for) under `rows`."""
    told = asdict(found) | ({"rows": counted.as_dict()} if counted is not None else {})
    print(json.dumps(told, ensure_ascii=False, indent=2, default=lambda value: value.isoformat()))


def show_explanation(found: Explanation) -> None:
    """Definition, counts, units below, deliveries, corrections, checks and earlier values."""
    console = Console(highlight=False)
    console.print(
        Panel(
            _head(found),
            title=escape(f"{found.definition.indicator_code} · {found.unit.label_vi} · {month(found.period_start)}"),
        )
    )
    if found.notice:
        console.print(f"[bold yellow]{escape(found.notice)}[/]")
    for side in (found.numerator, found.denominator):
        console.print(_side(side))
    if found.children:
        console.print(_children(found))
    _show_deliveries(console, found.deliveries)
    _show_checks(console, found)
    for revision in found.revisions:
        kind = found.definition.value_kind
        console.print(
            f"  {moment(revision.old_as_of)}: {shown(revision.old_value, kind)} → {moment(revision.new_as_of)}: "
            f"{shown(revision.new_value, kind)} ({escape(revision.reason)}; {', '.join(revision.delivery_ids)})"
        )


def _head(found: Explanation) -> str:
    definition, value = found.definition, found.value
    lines = [
        f"[bold]{_both(definition.label)}[/]",
        f"{escape(definition.clause)}: {_both(definition.clause_text)}",
        f"Cách tính | Definition: {escape(definition.definition)}"
        + (" (quyết định | decides)" if definition.is_headline else ""),
        f"{_both(found.numerator.label)} ÷ {_both(found.denominator.label)}",
    ]
    if value.target_denominator:
        target = shown(_ratio(value.target_numerator, value.target_denominator), definition.value_kind)
        lines.append(f"Chỉ tiêu | Target: {value.comparator} {target} ({escape(value.target_source or '')})")
    lines.append(
        f"[bold]Kết quả | Value: {shown(value.value, definition.value_kind)}[/] = "
        f"{_count(value.numerator)} / {_count(value.denominator)}: "
        f"{_pair(verdict(value.is_met), verdict_en(value.is_met))}"
        + (f", {_points(value.margin, definition.value_kind)}" if value.margin is not None else "")
    )
    lines.append(
        f"{_pair(STATUS[value.status], STATUS_EN[value.status])}; "
        f"{_pair(MATURITY[value.data_maturity], MATURITY_EN[value.data_maturity])}"
    )
    if value.held_reason:
        lines.append(escape(value.held_reason))
    if definition.note.vi:
        lines.append(f"[dim]{escape(definition.note.vi)}[/]")
    return "\n".join(lines)


def _ratio(numerator: int | None, denominator: int | None) -> float | None:
    return numerator / denominator if numerator is not None and denominator else None


def _count(value: int | None) -> str:
    return "–" if value is None else number(value)


def _points(margin: float, value_kind: str) -> str:
    sign = "+" if margin >= 0 else "−"
    text = (
        f"{sign}{number(abs(margin) * 100, 1)} điểm % | points"
        if value_kind == "ratio"
        else f"{sign}{number(abs(margin), 2)}"
    )
    return f"so với chỉ tiêu | against the target {text}"


def _side(side: Side) -> Table:
    table = Table(
        "", "", title=f"{_both(ROLES[side.role])}: {_both(side.label)}", title_justify="left", show_header=False
    )
    table.add_row("Phép đếm | Measure", side.measure_code)
    table.add_row("Nguồn | Source", f"{_both(side.source_label)} ({side.source_code})")
    table.add_row("Các tháng | Months", _both(ACCUMULATIONS[side.accumulation]))
    table.add_row("Các cấp | Levels", _both(ROLLUPS[side.rollup]))
    table.add_row(f"Tháng {month(side.month)} | In the month", number(side.value_month))
    table.add_row("Lũy kế | To date", number(side.value_to_date))
    for tier in side.tiers if len(side.tiers) > 1 else ():
        table.add_row(f"  {_both(LEVELS[tier.tier])}", number(tier.value_to_date))
    if side.taken_off:
        table.add_row("Trừ phần trước ngày bắt đầu | Less what came before the start", number(side.taken_off))
    table.add_row("[bold]Được tính | Counted[/]", f"[bold]{number(side.counted)}[/]")
    if side.children_sum is not None and side.own is not None:
        table.add_row("  đơn vị trực thuộc | units below", number(side.children_sum))
        table.add_row("  ghi ở chính đơn vị | its own", number(side.own))
    return table


def _children(found: Explanation) -> Table:
    table = Table(
        "Đơn vị trực thuộc | Unit",
        "Tử số",
        "Mẫu số",
        "Giá trị | Value",
        "Đạt? | Met?",
        title="Đơn vị trực thuộc | Units below",
    )
    for child in found.children:
        status = _pair(verdict(child.is_met), verdict_en(child.is_met)) if child.status == "computed" else ""
        if child.status and child.status != "computed":
            status = _pair(STATUS[child.status], STATUS_EN[child.status])
        table.add_row(
            escape(f"{child.unit.unit_code} {child.unit.label_vi}"),
            number(child.numerator),
            number(child.denominator),
            shown(child.value, found.definition.value_kind),
            status,
        )
    if "recount" in (found.numerator.rollup, found.denominator.rollup):
        table.caption = _both(COUNTED_AFRESH)
    return table


def _show_deliveries(console: Console, lines: tuple[DeliveryLine, ...]) -> None:
    for role, text in DELIVERY_ROLES.items():
        of_role = [line for line in lines if line.role == role]
        of_role.sort(key=lambda line: (line.received_at, line.delivery_id))
        if not of_role:
            continue
        console.print(f"[bold]Lượt nhận | Deliveries: {_both(text)}[/]", soft_wrap=True)
        for line in of_role[-MOST:]:
            console.print(f"  {escape(_told(line))}", soft_wrap=True)
        if len(of_role) > MOST:
            console.print(
                f"  … {len(of_role)} lượt nhận, hiện {MOST} lượt mới nhất; đủ trong --json"
                f" | the newest {MOST} of {len(of_role)}; all with --json",
                soft_wrap=True,
            )


def _told(line: DeliveryLine) -> str:
    outcome = OUTCOMES[line.outcome]
    counts = (line.rows_read, line.rows_landed, line.rows_rejected, line.rows_excluded)
    read, landed, rejected, excluded = map(number, counts)
    return (
        f"{line.file_name} ({line.source_code}.{line.dataset}, {line.sha256[:12]}, "
        f"nhận | received {moment(line.received_at)}, kỳ | window {day(line.window_start)}–{day(line.window_end)}): "
        f"đọc {read}, nhận {landed}, loại {rejected}, không tính {excluded}"
        f" | read {read}, landed {landed}, rejected {rejected}, excluded {excluded}; "
        f"{outcome.vi} | {outcome.en}" + (f": {line.reason}" if line.reason else "")
    )


def _show_checks(console: Console, found: Explanation) -> None:
    for correction in found.corrections:
        console.print(f"  Đính chính | Correction {escape(correction.check)}: {escape(correction.reason)}")
    if not found.corrections:
        console.print("Đính chính: không có | Corrections: none")
    passed = sum(check.outcome == "passed" for check in found.gate_checks)
    console.print(
        f"Cổng kiểm tra: đạt {passed}/{len(found.gate_checks)}; "
        f"kiểm tra dbt: đạt {found.dbt_tests_passed}/{found.dbt_tests}"
        f" | Gate: {passed} of {len(found.gate_checks)} passed; "
        f"dbt tests: {found.dbt_tests_passed} of {found.dbt_tests}"
    )
    for check in found.gate_checks:
        if check.outcome != "passed":
            console.print(f"  {escape(check.check)}: {escape(check.observed)}; {escape(check.reason)}", soft_wrap=True)
    if not found.revisions:
        console.print("Giá trị đã công bố trước: không thay đổi | Earlier published values: unchanged")
    else:
        console.print("Giá trị đã công bố trước | Earlier published values:")


def show_counted(counted: "Counted") -> None:
    """The landed rows behind both sides: how many, and the first of them."""
    console = Console(highlight=False)
    for side in counted.sides:
        role = _both(ROLES[side.role])
        if side.problem:
            console.print(f"{role} ({side.measure_code}): {escape(side.problem)}")
            continue
        how = (
            "mỗi dòng là một đối tượng | each row is one thing counted"
            if side.is_row_for_row
            else "nhiều dòng làm nên một đối tượng, hoặc một dòng mang một con số"
            " | several rows make one thing, or a row carries a figure"
        )
        console.print(
            f"[bold]{role}[/] ({side.measure_code}) {number(side.counted)}: {number(side.row_count)} dòng | rows; {how}"
        )
        if not side.rows.num_columns:
            console.print(
                "  các dòng có in_numerator = true ở mẫu số | the denominator's rows with in_numerator = true"
            )
            continue
        for row in side.rows.slice(0, MOST).to_pylist():
            told = "; ".join(f"{name}={text}" for name, text in row.items() if text is not None)
            console.print(f"  {escape(told)}", soft_wrap=True)
        if side.rows.num_rows > MOST:
            console.print(
                f"  … {MOST} trong {number(side.rows.num_rows)} dòng; đủ trong --csv"
                f" | the first {MOST}; all with --csv",
                soft_wrap=True,
            )
