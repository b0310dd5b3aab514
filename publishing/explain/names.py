"""Finds what a person asked for by code, key or name; what the release does not have is answered with the nearest."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from publishing.explain.model import NotPublished
from publishing.words import month

SHOWN = 5


def nearest(asked: str, known: Iterable[str]) -> list[str]:
    """The known texts most like the one asked, best first, as they are written."""
    by_folded = {text.casefold(): text for text in known}
    return [by_folded[text] for text in difflib.get_close_matches(asked.casefold(), by_folded, SHOWN, 0.3)]


def _refusal(what_vi: str, what_en: str, asked: str, near: Sequence[str]) -> NotPublished:
    listed = "; ".join(near) if near else "không có | none"
    return NotPublished(
        f"không có {what_vi} {asked!r}; gần nhất: {listed}"
        f" | there is no {what_en} {asked!r}; the nearest are those named"
    )


def find_indicator(rows: Sequence[Mapping[str, Any]], asked: str, definition: str) -> Mapping[str, Any]:
    """The row of `dim_indicator`; raises NotPublished naming the indicators or definitions there are."""
    of_code = [row for row in rows if row["indicator_code"] == asked.casefold()]
    if not of_code:
        labels = {f"{row['indicator_code']} ({row['label_vi']})": row["indicator_code"] for row in rows}
        near = nearest(asked, {row["indicator_code"] for row in rows})
        shown = [text for code in near for text, of in labels.items() if of == code]
        raise _refusal("chỉ tiêu", "indicator", asked, shown or nearest(asked, labels))
    for row in of_code:
        if row["definition"] == definition:
            return row
    raise _refusal("cách tính", "definition", definition, sorted(row["definition"] for row in of_code))


def find_unit(rows: Sequence[Mapping[str, Any]], asked: str, on: date) -> Mapping[str, Any]:
    """The row of `dim_unit` in force on a day: by code, by key (`code@valid_from`) or by exact name."""
    folded = asked.strip().casefold()
    matches = [
        row
        for row in rows
        if folded in (row["unit_code"].casefold(), row["unit_key"].casefold(), row["label_vi"].casefold())
    ]
    in_force = [
        row for row in matches if row["valid_from"] <= on and (row["valid_to"] is None or row["valid_to"] >= on)
    ]
    if len(in_force) == 1:
        return in_force[0]
    if in_force:
        raise NotPublished(
            f"có {len(in_force)} đơn vị tên {asked!r}, hãy dùng mã: "
            + "; ".join(f"{row['unit_code']} (thuộc | in {row['parent_unit_code']})" for row in in_force)
            + " | several units have that name: give the code"
        )
    if matches:
        times = "; ".join(f"{row['unit_key']} → {row['valid_to'] or '…'}" for row in matches)
        raise NotPublished(
            f"đơn vị {asked!r} không có hiệu lực ngày {on}: {times} | the unit is not in force on that day"
        )
    named = {f"{row['unit_code']} ({row['label_vi']})": row for row in rows}
    by_text = {text: shown for shown, row in named.items() for text in (row["unit_code"], row["label_vi"])}
    raise _refusal("đơn vị", "unit", asked, [by_text[text] for text in nearest(asked, by_text)])


def no_value(
    indicator: str, unit: Mapping[str, Any], levels: Sequence[str], period: date, has: Sequence[date]
) -> NotPublished:
    """Why the release has no row for a unit and month: the level is not measured, or the month is not there."""
    if not has:
        return NotPublished(
            f"chỉ tiêu {indicator} không đo ở {unit['label_vi']} (cấp {unit['unit_level']}); các cấp được đo: "
            f"{', '.join(levels)} | {indicator} is not measured at that level, only at those named"
        )
    near = sorted(sorted(has, key=lambda other: (abs((other - period).days), other))[:SHOWN])
    return NotPublished(
        f"không có tháng {month(period)} của {indicator} ở {unit['label_vi']}; gần nhất: "
        f"{'; '.join(month(other) for other in near)} | there is no such month; the nearest are those named"
    )
