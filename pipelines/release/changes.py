"""`changes.md`: what this release says that its parent did not, for a person to read before trusting it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from publishing.words import percent

REASONS = {
    "late": "số liệu đến muộn",
    "resent": "gửi lại",
    "correction": "sửa lỗi nguồn",
    "confirmation": "xác nhận",
    "definition": "đổi định nghĩa",
    "code": "đổi chương trình",
}


def _rows(query: str) -> list[tuple[Any, ...]]:
    return duckdb.sql(query).fetchall()


def _columns(folder: Path, table: str) -> set[str]:
    path = folder / "parquet" / f"{table}.parquet"
    return set(duckdb.sql(f"select * from read_parquet('{path}') limit 0").columns) if path.exists() else set()


def _table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    return lines + ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def changes_text(folder: Path, parent: Path | None, release_id: str) -> str:
    """The Markdown text; deterministic, Vietnamese first."""
    lines = [f"# Thay đổi của bản {release_id} | Changes of release {release_id}", ""]
    if parent is None:
        lines += ["Bản phát hành đầu tiên. | The first release.", ""]
    else:
        lines += [f"So với {parent.name}. | Compared with {parent.name}.", ""]
    lines += _revisions(folder)
    lines += _deliveries(folder, parent)
    lines += _held(folder)
    lines += _corrections(folder)
    return "\n".join(lines).rstrip() + "\n"


def _revisions(folder: Path) -> list[str]:
    if not {"reason", "indicator_code", "new_as_of"} <= _columns(folder, "fct_indicator_revision"):
        return []
    source = f"read_parquet('{folder}/parquet/fct_indicator_revision.parquet')"
    info = f"read_parquet('{folder}/parquet/release_info.parquet')"
    newest = f"select * from {source} where new_as_of = (select max(as_of) from {info})"
    counted = _rows(f"select reason, indicator_code, count(*) from ({newest}) group by all order by all")
    if not counted:
        return ["Không giá trị đã công bố nào thay đổi. | No published value changed.", ""]
    named = [(REASONS.get(reason, reason), reason, code, count) for reason, code, count in counted]
    lines = ["## Giá trị đã công bố nay thay đổi | Published values that changed", ""]
    return lines + _table(("lý do", "reason", "chỉ tiêu / indicator", "số giá trị / values"), named) + [""]


def _deliveries(folder: Path, parent: Path | None) -> list[str]:
    if not {"delivery_id", "outcome", "source_code", "reason", "file_name"} <= _columns(folder, "deliveries"):
        return []
    known = f"read_parquet('{parent}/parquet/deliveries.parquet')" if parent else None
    unseen = f"where delivery_id not in (select delivery_id from {known})" if known else ""
    new = f"(select * from read_parquet('{folder}/parquet/deliveries.parquet') {unseen})"
    lines = ["## Số liệu mới nhận | New deliveries", ""]
    counted = _rows(f"select source_code, outcome, count(*) from {new} group by all order by all")
    lines += [*_table(("nguồn / source", "kết quả / outcome", "số lượt / deliveries"), counted), ""]
    refused = _rows(
        f"""select source_code, file_name, reason from {new} where outcome = 'refused'
        order by source_code, file_name, delivery_id"""
    )
    if refused:
        lines += ["### Bị từ chối | Refused", ""]
        lines += [f"- {source}: {name}: {reason}" for source, name, reason in refused] + [""]
    return lines


def _held(folder: Path) -> list[str]:
    wanted = {"status", "held_reason", "indicator_code", "definition", "unit_code", "period_start", "value"}
    if not wanted <= _columns(folder, "fct_indicator_value"):
        return []
    held = _rows(
        f"""select indicator_code, definition, unit_code, period_start, value, held_reason
        from read_parquet('{folder}/parquet/fct_indicator_value.parquet') where status = 'held'
        order by all limit 200"""
    )
    if not held:
        return []
    lines = ["## Giá trị bị giữ lại chờ xác nhận | Held values", ""]
    shown = [(code, name, unit, f"{month:%Y-%m}", percent(value), why) for code, name, unit, month, value, why in held]
    return lines + _table(("chỉ tiêu", "định nghĩa", "đơn vị", "tháng", "giá trị", "lý do"), shown) + [""]


def _corrections(folder: Path) -> list[str]:
    """Every correction in force, and whether the source has made it needless."""
    if "stage" not in _columns(folder, "quality_results"):
        return []
    found = _rows(
        f"""select "check", case outcome when 'passed' then 'còn cần | needed' else 'HẾT CẦN | NEEDLESS' end,
            observed, reason
        from read_parquet('{folder}/parquet/quality_results.parquet') where stage = 'correction' order by all"""
    )
    if not found:
        return []
    lines = ["## Sửa lỗi của nguồn | Corrections of the sources", ""]
    return lines + _table(("mục / entry", "tình trạng / state", "số dòng / rows", "nội dung / what"), found) + [""]
