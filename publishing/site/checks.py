"""What was checked, what was changed since, and who sent what when."""

import math
from datetime import datetime
from typing import Any

from sources.registry import contracts

from publishing.site import wording
from publishing.site.pages import Desk, Pages
from publishing.site.release import Release, Row

PASSED = "passed"
OUTCOMES = tuple(wording.DELIVERY)


def quality_pages(desk: Desk) -> Pages:
    """`quality.html`: every row of quality_results, those that did not pass first."""
    rows = desk.release.tables.rows("""
        select * from quality_results
        order by outcome = 'passed', severity <> 'error', stage desc, "check", observed""")
    yield desk.page("quality.html", "quality.html", rows=rows, failed=[row for row in rows if row["outcome"] != PASSED])


def revision_pages(desk: Desk) -> Pages:
    """`revisions.html`: every row of fct_indicator_revision with the deliveries behind it."""
    release = desk.release
    behind: dict[tuple[Any, ...], list[Row]] = {}
    for row in release.tables.rows("""
        select link.*, delivery.source_code, delivery.dataset, delivery.part, delivery.file_name, delivery.received_at
        from revision_delivery as link inner join deliveries as delivery using (directive_code, delivery_id)
        order by link.indicator_code, link.definition, link.unit_key, link.period_start, delivery.received_at,
            link.delivery_id"""):
        behind.setdefault(_key(row), []).append(row)
    rows = release.tables.rows("""
        select revision.*, unit.label_vi, unit.sort_key
        from fct_indicator_revision as revision inner join dim_unit as unit using (directive_code, unit_key)
        order by revision.definition <> 'headline', revision.indicator_code, revision.definition, unit.sort_key,
            revision.unit_key, revision.period_start, revision.new_as_of""")
    yield desk.page(
        "revisions.html",
        "revisions.html",
        rows=[
            {
                **row,
                "unit": release.units.get(row["unit_key"]),
                "old_shown": release.shown(row["indicator_code"], row["old_value"]),
                "new_shown": release.shown(row["indicator_code"], row["new_value"]),
                "behind": behind.get(_key(row), []),
            }
            for row in rows
        ],
    )


def _key(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("indicator_code", "definition", "unit_key", "period_start", "new_as_of"))


def timeliness_pages(desk: Desk) -> Pages:
    """`timeliness.html`: who is late or silent, per source, dataset and sender; then every such window."""
    release = desk.release
    rows = release.tables.rows("""
        select * from rpt_delivery_timeliness order by source_code, dataset, part, window_start""")
    senders: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        key = (row["source_code"], row["dataset"], row["part"])
        sender = senders.setdefault(
            key,
            {**_sender(release, *key), "days": 0, "windows": 0, **dict.fromkeys(OUTCOMES, 0)},
        )
        sender[row["outcome"]] += 1
        sender["windows"] += 1
        if row["outcome"] == "late":
            sender["days"] = max(sender["days"], days_late(row["due_at"], row["received_at"]))
    ordered = sorted(
        senders.values(),
        key=lambda sender: (
            -sender["missing"],
            -sender["refused"],
            -sender["late"],
            -sender["days"],
            sender["source_code"],
            sender["dataset"],
            sender["part"],
        ),
    )
    open_windows = [
        {**senders[row["source_code"], row["dataset"], row["part"]], **row, "days": _days(row)}
        for row in rows
        if row["outcome"] in ("missing", "refused", "late")
    ]
    open_windows.sort(
        key=lambda row: (("missing", "refused", "late").index(row["outcome"]), -row["window_end"].toordinal())
    )
    yield desk.page(
        "timeliness.html",
        "timeliness.html",
        senders=ordered,
        windows=open_windows,
        totals=[(outcome, sum(sender[outcome] for sender in ordered)) for outcome in OUTCOMES],
    )


def days_late(due_at: datetime, received_at: datetime) -> int:
    """Whole days after the due moment, a begun day counted."""
    return math.ceil((received_at - due_at).total_seconds() / 86400)


def _days(row: Row) -> int | None:
    return days_late(row["due_at"], row["received_at"]) if row["outcome"] == "late" else None


def _sender(release: Release, source_code: str, dataset: str, part: str) -> Row:
    """Names for what a contract calls by codes; a part that is no unit keeps its own name."""
    contract = contracts()[source_code]
    return {
        "source_code": source_code,
        "dataset": dataset,
        "part": part,
        "source_label": contract.label,
        "dataset_label": contract.datasets[dataset].label,
        "unit": next((unit for unit in release.units.values() if unit["unit_code"] == part), None),
    }
