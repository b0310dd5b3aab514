"""`map.html`: the whole province at once, and a small map for each indicator; indicator pages show the same."""

import math
import os
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from publishing import words
from publishing.site import rendering, wording
from publishing.site.maps import Geography, Mark, draw, shape_geography, tile_geography
from publishing.site.pages import Desk, Pages
from publishing.site.release import Release, Row, newest_ranks
from publishing.site.shapes import read_shapes

GEOJSON = "LANGSON_GEOJSON"
LEVELS = ("commune", "district")
STEPS = ((50, "step-0"), (70, "step-1"), (90, "step-2"), (100, "step-3"), (None, "step-4"))
"""Scores below each bound; 100 points are the targets reached."""


def geographies(release: Release) -> dict[str, Geography]:
    """How each level is drawn: tiles, or the outlines of the file that LANGSON_GEOJSON names where it has the level.

    Raises ShapeError for a file that cannot be used.
    """
    named = os.environ.get(GEOJSON, "")
    codes = frozenset(unit["unit_code"] for unit in release.units.values())
    shapes = read_shapes(Path(named), codes) if named else {}
    drawn = {}
    for level in LEVELS:
        units = [unit for unit in release.units.values() if unit["unit_level"] == level]
        if any(unit["unit_code"] in shapes for unit in units):
            drawn[level] = shape_geography(units, shapes)
        else:
            drawn[level] = tile_geography(units, release.parents, level)
    return drawn


def indicator_map(release: Release, drawn: Mapping[str, Geography], code: str, signs: bool = True) -> Markup | None:
    """The finest level of an indicator that a map can show, in the month its units are compared; None for none."""
    rows = release.at(code, release.month_of(code))
    for level in LEVELS:
        marks = {
            unit["unit_key"]: _mark(release, unit, row, level) for unit, row in rows if unit["unit_level"] == level
        }
        if marks:
            return draw(drawn[level], marks, _label(release, code, level, marks), signs)
    return None


def _mark(release: Release, unit: Row, row: Row, level: str) -> Mark:
    kind, icon = rendering.VERDICT_CLASSES[row["is_met"]], rendering.VERDICT_ICONS[row["is_met"]]
    shown = release.shown(row["indicator_code"], row["value"])
    told = words.verdict(row["is_met"]) if row["status"] == "computed" else words.STATUS[row["status"]]
    return Mark(kind, icon if level == "commune" else f"{icon} {shown}", f"{unit['label_vi']}: {shown}, {told}")


def _label(release: Release, code: str, level: str, marks: dict[str, Mark]) -> str:
    kinds = [mark.kind for mark in marks.values()]
    return (
        f"Bản đồ {release.indicators[code]['label_vi']}, {wording.LEVELS[level][0].lower()}: {kinds.count('met')} đạt, "
        f"{kinds.count('unmet')} chưa đạt, {kinds.count('unjudged')} chưa xét"
    )


def map_pages(desk: Desk) -> Pages:
    """`map.html`; its overview shows each unit's published level score."""
    release = desk.release
    drawn = desk.geographies
    overviews = []
    for level in LEVELS:
        rows = [
            {**row, "unit": release.units[unit_key], "step": _step(row)}
            for unit_key, ranks in newest_ranks(release).items()
            for row in ranks
            if row["method"] == "level" and release.units[unit_key]["unit_level"] == level
        ]
        rows.sort(key=lambda row: (row["unit"]["sort_key"], row["unit_key"]))
        marks = {row["unit_key"]: _score_mark(row) for row in rows}
        label = f"Bản đồ điểm mức đạt, {wording.LEVELS[level][0].lower()}; từng đơn vị ở bảng dưới"
        overviews.append(
            {"level": level, "rows": rows, "map": draw(drawn[level], marks, label), "missing": drawn[level].missing,
             "month": rows[0]["period_start"] if rows else None}
        )  # fmt: skip
    small = [
        {"indicator": indicator, "map": picture, "month": release.month_of(code)}
        for code, indicator in release.indicators.items()
        if (picture := indicator_map(release, drawn, code, signs=False)) is not None
    ]
    yield desk.page("map.html", "map.html", overviews=overviews, small=small, steps=STEPS)


def _step(row: Row) -> str:
    if row["score"] is None:
        return "unjudged"
    return next(kind for bound, kind in STEPS if bound is None or row["score"] < bound)


def _score_mark(row: Row) -> Mark:
    score = row["score"]
    # Rounded down: 99,7 is not yet 100.
    sign = words.NOTHING if score is None else words.number(math.floor(score))
    return Mark(row["step"], sign, f"{row['unit']['label_vi']}: {rendering.score(score)}")
