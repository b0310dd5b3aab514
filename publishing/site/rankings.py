"""A page for each emulation bloc: who stands where, by level and by progress, every score taken apart."""

from typing import Any

from publishing.site import charts, paths, wording
from publishing.site.pages import Desk, Pages
from publishing.site.release import Release, Row, newest_ranks

MOST_BARS = 30
"""More units than this are drawn as points on their parents' lines."""


def ranking_pages(desk: Desk) -> Pages:
    """`ranking/<bloc_code>.html` for every bloc of the directive, newest month that has scores."""
    release = desk.release
    directive = release.catalogue.directives[release.directive_code]
    ranks = [row for rows in newest_ranks(release).values() for row in rows]
    parts = _parts(release, ranks)
    for bloc in directive.blocs:
        yield desk.page(
            paths.ranking_page(bloc.code),
            "ranking.html",
            bloc=bloc,
            blocs=directive.blocs,
            rules=release.catalogue.scoring[release.directive_code],
            methods=[_method(release, bloc.code, method, ranks, parts) for method in wording.METHODS],
        )


def _parts(release: Release, ranks: list[Row]) -> dict[tuple[str, str, str], list[Row]]:
    """The rows of rpt_score_part behind these ranks, by bloc, method and unit."""
    months = {(row["bloc_code"], row["method"]): row["period_start"] for row in ranks}
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in release.tables.rows(
        "select * from rpt_score_part order by bloc_code, method, unit_key, indicator_code, period_start"
    ):
        if months.get((row["bloc_code"], row["method"])) == row["period_start"]:
            found.setdefault((row["bloc_code"], row["method"], row["unit_key"]), []).append(row)
    return found


def _method(
    release: Release, bloc_code: str, method: str, ranks: list[Row], parts: dict[tuple[str, str, str], list[Row]]
) -> dict[str, Any]:
    rows = [
        {
            **row,
            "unit": release.units[row["unit_key"]],
            "parent": release.parent(release.units[row["unit_key"]]),
            "parts": parts[bloc_code, method, row["unit_key"]],
        }
        for row in ranks
        if row["bloc_code"] == bloc_code and row["method"] == method
    ]
    ranked = sorted(
        (row for row in rows if row["rank"] is not None),
        key=lambda row: (row["rank"], row["unit"]["sort_key"], row["unit_key"]),
    )
    return {
        "code": method,
        "ranked": ranked,
        "unranked": [row for row in rows if row["rank"] is None],
        "month": rows[0]["period_start"] if rows else None,
        "chart": _chart(ranked),
    }


def _chart(ranked: list[Row]) -> charts.Spec:
    if len(ranked) <= MOST_BARS:
        return charts.scores([{"unit": row["unit"]["label_vi"], "score": float(row["score"])} for row in ranked])
    by_parent = sorted(ranked, key=lambda row: (row["parent"]["sort_key"], row["unit"]["sort_key"]))
    return charts.spread(
        [
            {"unit": row["unit"]["label_vi"], "parent": row["parent"]["label_vi"], "score": float(row["score"])}
            for row in by_parent
        ]
    )
