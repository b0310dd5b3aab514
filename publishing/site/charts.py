"""Vega-Lite charts: each kind is written once with Altair, which checks it; pages put their data in."""

from collections.abc import Sequence
from functools import cache
from typing import Any

Spec = dict[str, Any]

NUMBERS = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["", " ₫"], "percent": " %"}
"""Figures on the axes as Vietnamese readers write them."""
ROWS = "rows"
ACCENT, TARGET = "#0b5563", "#b0560f"
BAR_HEIGHT, LINE_HEIGHT = 24, 28
"""Of a unit's bar and of a parent's line; a step of Vega-Lite's own does not go with a width that follows the page."""
AXIS_FORMATS = {"ratio": ".0%", "multiple": ".1f"}


def series(kind: str, rows: Sequence[dict[str, Any]]) -> Spec:
    """A value by month with its target; rows, in order, have `month`, `value`, `target`; `kind` is the value_kind."""
    return _filled(_series(kind), rows)


def scores(rows: Sequence[dict[str, Any]]) -> Spec:
    """A bar for each unit, in the order of the rows, which have `unit` and `score`."""
    return {**_filled(_scores(), rows), "height": BAR_HEIGHT * len(rows)}


def spread(rows: Sequence[dict[str, Any]]) -> Spec:
    """A point for each unit on its parent's line; rows, ordered by parent, have `unit`, `parent`, `score`."""
    return {**_filled(_spread(), rows), "height": LINE_HEIGHT * len({row["parent"] for row in rows})}


def _filled(spec: Spec, rows: Sequence[dict[str, Any]]) -> Spec:
    return {**spec, "datasets": {**spec.get("datasets", {}), ROWS: list(rows)}}


def _finished(chart: Any) -> Spec:
    spec: Spec = chart.to_dict()
    spec["config"] = {
        **spec.get("config", {}),
        "locale": {"number": NUMBERS},
        "font": "system-ui, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif",
        "background": None,
        "mark": {"aria": False},  # the place it is drawn in is one image with a label; the figures are in the table
        "view": {"stroke": None},
        "axis": {
            "aria": False,
            "labelColor": "#4d5c68", "labelFontSize": 12, "titleColor": "#4d5c68", "titleFontWeight": "normal",
            "gridColor": "#e3e9ec", "domainColor": "#b8c4cb", "tickColor": "#b8c4cb", "labelLimit": 260,
        },
    }  # fmt: skip
    return spec


@cache
def _series(kind: str) -> Spec:
    import altair as alt  # a third of a second to load

    axis = alt.Axis(format=AXIS_FORMATS[kind], tickCount=5)
    month = alt.X("month:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))
    scale = alt.Scale(zero=True, nice=True)
    base = alt.Chart(alt.NamedData(ROWS))
    value = base.mark_line(
        color=ACCENT,
        strokeWidth=2.5,
        point=alt.OverlayMarkDef(color=ACCENT, size=55, filled=True),
        invalid="break-paths-show-domains",
    ).encode(x=month, y=alt.Y("value:Q", title=None, axis=axis, scale=scale))
    target = base.mark_line(color=TARGET, strokeDash=[6, 4], strokeWidth=1.8).encode(
        x=month, y=alt.Y("target:Q", title=None, axis=axis, scale=scale)
    )
    return _finished(alt.layer(target, value).properties(width="container", height=240))


@cache
def _scores() -> Spec:
    import altair as alt

    base = alt.Chart(alt.NamedData(ROWS)).encode(
        y=alt.Y("unit:N", sort=None, title=None),
        x=alt.X("score:Q", title=None, axis=alt.Axis(format=",.0f", tickCount=6)),
    )
    bars = base.mark_bar(color=ACCENT, cornerRadiusEnd=3, height=15)
    target = (
        alt.Chart(alt.InlineData(values=[{}]))
        .mark_rule(color=TARGET, strokeDash=[6, 4], strokeWidth=1.8)
        .encode(x=alt.datum(100))
    )
    return _finished(alt.layer(bars, target).properties(width="container"))


@cache
def _spread() -> Spec:
    import altair as alt

    base = alt.Chart(alt.NamedData(ROWS)).encode(
        y=alt.Y("parent:N", sort=None, title=None),
        x=alt.X("score:Q", title=None, axis=alt.Axis(format=",.0f", tickCount=6)),
    )
    points = base.mark_point(color=ACCENT, filled=True, opacity=0.55, size=60)
    target = (
        alt.Chart(alt.InlineData(values=[{}]))
        .mark_rule(color=TARGET, strokeDash=[6, 4], strokeWidth=1.8)
        .encode(x=alt.datum(100))
    )
    return _finished(alt.layer(points, target).properties(width="container"))
