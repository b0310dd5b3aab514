"""What the commands show: Vietnamese first, English beside."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from publishing.words import number
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sources.door.receipts import Receipt

from pipelines.home import Home
from pipelines.intake import Progress as Say
from pipelines.outcome import RELEASED, WITH_REMARKS, Outcome
from pipelines.scorecard import print_scorecard

if TYPE_CHECKING:
    from sources.door.inspect import Inspection

    from pipelines.ranking import Ranking

MOST = 20
"""Longer lists are cut, and say how long they are."""


def wide_console() -> Console:
    """A console that wraps for a terminal but never squeezes tables in a log."""
    console = Console()
    return console if console.is_terminal else Console(width=150)


@contextmanager
def progress() -> Iterator[Say]:
    """A bar on the terminal's error stream for long work."""
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("đang chuẩn bị | preparing", total=None)

        def say(done: int, total: int, text: str) -> None:
            bar.update(task, completed=done, total=total or None, description=escape(text[:60]))

        yield say


def _listed(console: Console, title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    console.print(f"[bold]{title} ({number(len(lines))})[/bold]")
    for line in lines[:MOST]:
        console.print(f"  - {escape(line)}", highlight=False)
    if len(lines) > MOST:
        console.print(f"  … và {number(len(lines) - MOST)} mục nữa | and more")


def show_outcome(outcome: Outcome) -> None:
    """The end of a run: the scorecard, where the release is, and what needs a person."""
    console = wide_console()
    if outcome.release is not None:
        print_scorecard(console, outcome.release, outcome.simulated)
    _listed(console, "Lượt nhận bị từ chối | Refused deliveries", outcome.refused)
    _listed(console, "Tệp chưa tải được | Files that could not be fetched", outcome.not_fetched)
    _listed(console, "Tệp đang được ghi, lần sau lấy | Files still being written", outcome.waiting)
    _listed(console, "Giá trị bị giữ, chờ xác nhận | Held values", outcome.held)
    _listed(console, "Không qua cổng kiểm tra | Refused by the gate", outcome.gate)
    _listed(console, "Chưa báo được tới | Could not be alerted", outcome.not_told)
    style = {RELEASED: "green", WITH_REMARKS: "yellow"}.get(outcome.exit_code, "red")
    lines = [outcome.headline]
    if outcome.release is not None:
        lines.append(f"Bản phát hành | Release: {outcome.release}")
    if outcome.pinned_to:
        lines.append(f"current đang ghim ở {outcome.pinned_to}: langson rollback --unpin | current is pinned there")
    console.print(Panel(escape("\n".join(lines)), style=style, expand=False))


def show_inspections(found: "Sequence[Inspection]", as_json: bool) -> None:
    """What the door would say of each file."""
    if as_json:
        print(json.dumps([asdict(item) for item in found], ensure_ascii=False, indent=1, default=str))
        return
    console = wide_console()
    for item in found:
        console.print(f"[bold]{escape(item.file_name)}[/bold]: {item.source_code}.{item.dataset or '?'}, {item.part},"
                      f" {item.window_start} → {item.window_end}", highlight=False)  # fmt: skip
        if item.refusal:
            console.print(f"  [red]từ chối | refused[/red]: {escape(item.refusal)}", highlight=False)
        excluded = sum(item.excluded.values())
        console.print(
            f"  đọc | read {number(item.rows_read)} = nhận | landed {number(item.rows_landed)}"
            f" + loại | rejected {number(len(item.rejects))}"
            f" + bỏ theo quy định | excluded {number(excluded)} {item.excluded or ''}",
            highlight=False,
        )
        if item.rejects:
            console.print(_rejects_table(item.rejects))


def _rejects_table(rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(caption=f"… {number(len(rows) - MOST)} dòng nữa | more rows" if len(rows) > MOST else None)
    for title in ("dòng | row", "nhãn | label", "lý do | rule", "cột | column", "cần là | expected", "nội dung | text"):
        table.add_column(title)
    for row in rows[:MOST]:
        names = ("row_number", "row_label", "rule", "column_name", "expected", "text")
        table.add_row(*(escape("" if row.get(name) is None else str(row.get(name))) for name in names))
    return table


def show_rejects(receipt: Receipt, rows: Sequence[dict[str, Any]]) -> None:
    """A delivery's rejected rows."""
    console = wide_console()
    console.print(f"[bold]{escape(receipt.file_name)}[/bold] {receipt.source_code}.{receipt.dataset} {receipt.part}")
    if receipt.reason:
        console.print(escape(receipt.reason))
    console.print(_rejects_table(rows) if rows else "không dòng nào bị loại | no row was rejected")


def show_releases(home: Home) -> None:
    """Every release, the newest first."""
    from pipelines.release import store

    console, table = wide_console(), Table()
    for title in ("bản | release", "tính đến | as of", "bản trước | parent", "nguồn gốc | origin", ""):
        table.add_column(title)
    now, pin = store.current_id(home), store.pinned(home)
    for release in reversed(store.releases(home)):
        marks = ["hiện hành | current"] if release.release_id == now else []
        if pin and pin["release_id"] == release.release_id:
            marks.append("ghim | pinned")
        if (release.path / store.SEAL).exists():
            marks.append("niêm phong | sealed")
        origin = "MÔ PHỎNG | simulated" if release.origin == "sandbox" else "thật | real"
        table.add_row(
            release.release_id, f"{release.as_of:%d/%m/%Y %H:%M}", release.parent or "–", origin, ", ".join(marks)
        )
    console.print(table if table.row_count else "chưa có bản phát hành nào | no release yet")


def show_status(home: Home) -> None:
    """The current release, the newest delivery of each dataset, and what waits for a person."""
    from sources.door.receipts import read_receipts

    from pipelines.outcome import held_values, refused_deliveries
    from pipelines.release import store

    console = wide_console()
    now = store.current_id(home)
    simulated = home.origin() == "sandbox"
    console.print(f"[bold]{home.root}[/bold]{'  [yellow]MÔ PHỎNG | SIMULATED[/yellow]' if simulated else ''}")
    console.print(f"bản hiện hành | current: {now or 'chưa có | none'}")
    if pin := store.pinned(home):
        console.print(f"[yellow]ghim ở | pinned to {pin['release_id']}[/yellow]")
    table = Table()
    for title in (
        "nguồn | source",
        "số liệu | dataset",
        "lượt | deliveries",
        "từ chối | refused",
        "mới nhất | newest",
        "đến ngày | until",
    ):
        table.add_column(title)
    by_dataset: dict[tuple[str, str], list[Receipt]] = {}
    for receipt in read_receipts(home.root):
        by_dataset.setdefault((receipt.source_code, receipt.dataset), []).append(receipt)
    for (source, dataset), receipts in sorted(by_dataset.items()):
        ends = [receipt.window_end for receipt in receipts if receipt.window_end and receipt.outcome == "accepted"]
        table.add_row(
            source,
            dataset,
            number(len(receipts)),
            number(sum(receipt.outcome == "refused" for receipt in receipts)),
            f"{max(receipt.received_at for receipt in receipts):%d/%m/%Y %H:%M}",
            f"{max(ends):%d/%m/%Y}" if ends else "–",
        )
    console.print(table if table.row_count else "chưa nhận được số liệu nào | nothing was received yet")
    if now:
        release = store.find_release(home, None).path
        _listed(console, "Lượt nhận bị từ chối | Refused deliveries", refused_deliveries(release))
        _listed(console, "Giá trị bị giữ, chờ xác nhận | Held values", held_values(release))


def show_ranking(ranking: "Ranking") -> None:
    """A bloc in order; beside other rules, each unit's move and the indicators that made it."""
    console = wide_console()
    kinds = {"level": "theo mức đạt | by level", "progress": "theo tiến bộ | by progress"}
    rules = "quy tắc khác | other rules" if ranking.is_other else "quy tắc công bố | published rules"
    title = f"{ranking.bloc_code}, {ranking.period_start:%m/%Y}, {kinds[ranking.method]}, {rules}"
    table = Table(title=title, title_justify="left")
    for name in ("Hạng | Rank", "Đơn vị | Unit", "Điểm | Score"):
        table.add_column(name, justify="left" if name.startswith("Đơn vị") else "right")
    if ranking.is_other:
        for name in ("Hạng cũ | Was", "Đổi | Move", "Vì | Why"):
            table.add_column(name, justify="left" if name.startswith("Vì") else "right")
    for unit in ranking.standings:
        row = [_place(unit.rank), f"{unit.label_vi} ({unit.unit_code})", _points(unit.score)]
        if ranking.is_other:
            why = "; ".join(f"{code} {_points(change, signed=True)}" for code, change in unit.moved_by[:3])
            row += [_place(unit.old_rank), _move(unit.old_rank, unit.rank), why]
        table.add_row(*row)
    console.print(table)


def _place(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _points(value: Decimal | None, signed: bool = False) -> str:
    """12.3456 is `12,35`."""
    return "–" if value is None else f"{value:{'+' if signed else ''}.2f}".replace(".", ",")


def _move(old: int | None, new: int | None) -> str:
    if old is None or new is None:
        return "" if old == new else "có hạng | ranked" if old is None else "mất hạng | unranked"
    return "=" if old == new else f"{'▲' if new < old else '▼'} {abs(old - new)}"
