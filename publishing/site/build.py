"""Builds `site/` of a release folder. The same release in, the same bytes out."""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb
from sources.catalogue import Catalogue, own_catalogue

from publishing.site.checks import quality_pages, revision_pages, timeliness_pages
from publishing.site.downloads import download_pages
from publishing.site.explanations import explanation_pages
from publishing.site.indicators import indicator_pages
from publishing.site.map_pages import geographies, map_pages
from publishing.site.methodology import methodology_pages
from publishing.site.pages import Desk, Pages
from publishing.site.rankings import ranking_pages
from publishing.site.release import read_release
from publishing.site.rendering import environment
from publishing.site.scorecard import scorecard_pages
from publishing.site.units import unit_pages
from publishing.tables import open_tables

HERE = Path(__file__).parent

WRITERS: tuple[Callable[[Desk], Pages], ...] = (
    scorecard_pages,
    indicator_pages,
    unit_pages,
    ranking_pages,
    map_pages,
    quality_pages,
    revision_pages,
    timeliness_pages,
    methodology_pages,
    download_pages,
    lambda desk: explanation_pages(desk.release.tables, desk.environment),
)
"""Every kind of page. A writer yields paths under `site/` and their HTML."""


def build_site(folder: Path) -> None:
    """Write `folder/site/` from `folder/parquet/`: beside it first, then in its place: no half of it is ever seen.

    Raises ValueError when two pages claim one path, ShapeError for a LANGSON_GEOJSON that cannot be used.
    """
    made = folder / ".site-being-made"
    shutil.rmtree(made, ignore_errors=True)
    catalogue = own_catalogue()
    newest, *earlier = directives_of(folder)
    years = {code: catalogue.directives[code].year for code in (newest, *earlier)}
    _build_year(folder, made, catalogue, newest, WRITERS, {years[code]: f"{code}/index.html" for code in earlier})
    for code in earlier:
        others = {years[other]: f"../{other}/index.html" for other in earlier if other != code}
        writers = tuple(writer for writer in WRITERS if writer is not download_pages)
        _build_year(folder, made / code, catalogue, code, writers, {years[newest]: "../index.html", **others}, "../")
    site = folder / "site"
    if site.exists():
        shutil.rmtree(site)
    made.rename(site)


def directives_of(folder: Path) -> list[str]:
    """The directives that a release measures, the one of the newest months first: it has the site's start page."""
    file = folder / "parquet" / "dim_period.parquet"
    found = duckdb.sql(
        f"select directive_code from read_parquet('{file}') where is_measured"
        " group by directive_code order by max(period_start) desc, directive_code"
    ).fetchall()
    return [code for (code,) in found]


def _build_year(
    folder: Path,
    made: Path,
    catalogue: Catalogue,
    directive_code: str,
    writers: Sequence[Callable[[Desk], Pages]],
    other_years: Mapping[int, str],
    to_downloads: str = "",
) -> None:
    """The pages of one directive, a whole site in its folder; `other_years` tells where the others' are from there."""
    for name in ("assets", "vendor"):
        shutil.copytree(HERE / name, made / name, copy_function=shutil.copyfile)
    with open_tables(folder, directive_code) as tables:
        release = read_release(tables, catalogue)
        made_with = environment(release.info, other_years, to_downloads)
        desk = Desk(release, made_with, geographies(release))
        for writer in writers:
            for path, html in writer(desk):
                target = made / path
                if target.exists():
                    raise ValueError(f"site/{path}: two pages claim this path")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(html, encoding="utf-8")


if __name__ == "__main__":
    build_site(Path(sys.argv[1]))
