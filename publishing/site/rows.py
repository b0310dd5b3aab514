"""Values as rows of a page's table: how they are shown, the small drawings beside them."""

from markupsafe import Markup

from publishing import words
from publishing.site.drawings import bar, spark
from publishing.site.release import Release, Row


def month_row(release: Release, row: Row) -> Row:
    """A month of a series with its value and target as shown."""
    code = row["indicator_code"]
    return {
        **row,
        "shown": release.shown(code, row["value"]),
        "shown_target": release.shown(code, row["target"]),
        "shown_forecast": release.shown(code, row["forecast"]),
    }


def unit_row(release: Release, unit: Row, row: Row) -> Row:
    """A unit's value of one month as shown in a table."""
    return {
        **month_row(release, row),
        "unit": unit,
        "parent": release.parent(unit) if unit["unit_level"] == "commune" else None,
        "bar": bar(row["value"], row["target"], row["is_met"]),
    }


def trend(release: Release, unit_key: str, indicator_code: str) -> Markup:
    """The months of a unit's headline as a small line; its label says first and last in words."""
    months = release.series[unit_key, indicator_code]
    known = [month for month in months if month["value"] is not None]
    if not known:
        return spark([], [], "")
    first, last = known[0], known[-1]
    label = (
        f"{words.month(first['period_start'])}: {release.shown(indicator_code, first['value'])}; "
        f"{words.month(last['period_start'])}: {release.shown(indicator_code, last['value'])}"
    )
    return spark([month["value"] for month in months], [month["target"] for month in months], label)
