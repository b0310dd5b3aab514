"""The one Jinja environment of the site: autoescape on, undefined names are errors, every wording a filter."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from publishing import words
from publishing.site import paths, wording

TEMPLATES = Path(__file__).with_name("templates")

DOWNLOADS = "downloads.html"
NAVIGATION = (
    ("index.html", "Bảng điểm", "Scorecard"),
    ("ranking/departments.html", "Xếp hạng", "Ranking"),
    ("units/index.html", "Đơn vị", "Units"),
    ("map.html", "Bản đồ", "Map"),
    ("quality.html", "Chất lượng", "Quality"),
    ("timeliness.html", "Nộp số liệu", "Deliveries"),
    ("revisions.html", "Số đã sửa", "Revisions"),
    ("methodology.html", "Phương pháp", "Method"),
    (DOWNLOADS, "Tải về", "Downloads"),
)
"""Page, Vietnamese, English; the ranking's first bloc stands for all."""

VERDICT_ICONS = {True: "✓", False: "✗", None: "–"}
VERDICT_CLASSES = {True: "met", False: "unmet", None: "unjudged"}


def environment(
    release_info: Mapping[str, Any], other_years: Mapping[int, str] = MappingProxyType({}), to_downloads: str = ""
) -> Environment:
    """The environment for the pages of one release; templates extend base.html and are given `page`, their own path.

    `other_years` tells where from the site's root the sites of other years' directives start, `to_downloads` the way
    to the folder of the page of downloads, which all years share.
    """
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        release=release_info,
        navigation=[(to_downloads + page if page == DOWNLOADS else page, vi, en) for page, vi, en in NAVIGATION],
        downloads=to_downloads + DOWNLOADS,
        other_years=sorted(other_years.items()),
        words=words,
        wording=wording,
        paths=paths,
        nothing=words.NOTHING,
    )
    filters: dict[str, Callable[..., Any]] = {
        "both": both,
        "bilingual": bilingual,
        "verdict": verdict,
        "maturity": maturity,
        "band": band,
        "status": status,
        "day": words.day,
        "month": words.month,
        "moment": words.moment,
        "number": words.number,
        "data_block": data_block,
        "size": size,
        "score": score,
    }
    made.filters.update(filters)
    return made


def both(pair: tuple[str, str]) -> Markup:
    """Vietnamese, then English beside it, muted."""
    return Markup('{} <span lang="en">{}</span>').format(*pair)


def bilingual(text: str) -> Markup:
    """A published `Vietnamese | English` sentence; one language alone stays as it is."""
    vietnamese, bar, english = text.partition(" | ")
    return both((vietnamese, english)) if bar else escape(text)


@cache
def chip(kind: str, icon: str, vietnamese: str, english: str) -> Markup:
    """A status told by icon, word and colour."""
    return Markup(
        '<span class="chip {}"><span aria-hidden="true">{}</span> {} <span lang="en">{}</span></span>'
    ).format(kind, icon, vietnamese, english)


def verdict(is_met: bool | None) -> Markup:
    """Whether a target is met."""
    return chip(VERDICT_CLASSES[is_met], VERDICT_ICONS[is_met], words.verdict(is_met), words.verdict_en(is_met))


def maturity(code: str) -> Markup:
    """Final or provisional."""
    icon = {"final": "●", "provisional": "◔"}[code]
    return chip(f"quiet {code}", icon, words.MATURITY[code], words.MATURITY_EN[code])


def band(row: Mapping[str, Any]) -> Markup:
    """A row's band of pace, in the published words."""
    return chip(f"band {row['band']}", wording.BAND_ICONS[row["band"]], row["band_label_vi"], row["band_label_en"])


def status(code: str) -> Markup:
    """A value's status."""
    icon = {"computed": "●", "held": "⏸"}.get(code, "–")
    return chip("quiet", icon, words.STATUS[code], words.STATUS_EN[code])


def data_block(content: Any) -> Markup:
    """JSON for a `<script type="application/json">`: nothing in it can end the element."""
    # Every "<" is taken out, so the text is safe where it stands.
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return Markup(text.replace("<", "\\u003c"))


def size(bytes_count: int) -> str:
    """`1,5 MB`."""
    if bytes_count < 1_000_000:
        return f"{words.number(max(bytes_count, 1) / 1000, 1)} KB"
    return f"{words.number(bytes_count / 1_000_000, 1)} MB"


def score(value: Decimal | None) -> str:
    """A score or the points of one of its parts, two decimals."""
    return words.NOTHING if value is None else words.number(value, 2)
