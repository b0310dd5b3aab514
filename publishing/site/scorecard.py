"""The first page: 37 targets at a glance."""

from publishing.site import wording
from publishing.site.drawings import progress
from publishing.site.pages import Desk, Pages
from publishing.site.release import Release, Row
from publishing.site.rows import trend

ATTENTION_BANDS = ("falling_back", "limited")
ATTENTION_MOST = 6
"""A list longer than this is read by nobody; the table below holds them all."""


def scorecard_pages(desk: Desk) -> Pages:
    """`index.html`, from rpt_scorecard; targets without a computed month are listed as such."""
    release = desk.release
    rows = [_row(release, row, order) for order, row in enumerate(release.scorecard.values())]
    groups = []
    for code, label in wording.GROUPS.items():
        members = [row for row in rows if row["group_code"] == code]
        met = sum(row["is_met"] is True for row in members)
        groups.append(
            {"code": code, "label": label, "rows": members, "met": met, "progress": progress(met, len(members))}
        )
    met = sum(row["is_met"] is True for row in rows)
    attention = sorted(
        (row for row in rows if row["pace"]["band"] in ATTENTION_BANDS),
        key=lambda row: (ATTENTION_BANDS.index(row["pace"]["band"]), row["pace"]["attainment"], row["order"]),
    )
    yield desk.page(
        "index.html",
        "scorecard.html",
        directive=release.catalogue.directives[release.directive_code],
        groups=groups,
        met=met,
        total=len(release.indicators),
        progress=progress(met, len(release.indicators)),
        provisional=sum(row["data_maturity"] == "provisional" for row in rows),
        attention=attention[:ATTENTION_MOST],
        without=[row for code, row in release.indicators.items() if code not in release.scorecard],
    )


def _row(release: Release, row: Row, order: int) -> Row:
    code = row["indicator_code"]
    indicator = release.indicators[code]
    pace = next(
        month for month in release.series[row["unit_key"], code] if month["period_start"] == row["period_start"]
    )
    return {
        **row,
        "order": order,
        "label_vi": indicator["label_vi"],
        "label_en": indicator["label_en"],
        "group_code": indicator["group_code"],
        "pace": pace,
        "shown": release.shown(code, row["value"]),
        "shown_target": release.shown(code, row["target"]),
        "units_share": row["units_met"] / row["units_measured"] if row["units_measured"] else "",
        "unit": release.units[row["unit_key"]],
        "spark": trend(release, row["unit_key"], code),
    }
