"""Builds `site/` of a release folder. The same release in, the same bytes out."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from sources.catalogue import load

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
    for name in ("assets", "vendor"):
        shutil.copytree(HERE / name, made / name, copy_function=shutil.copyfile)
    with open_tables(folder) as tables:
        release = read_release(tables, load())
        desk = Desk(release, environment(release.info), geographies(release))
        for writer in WRITERS:
            for path, html in writer(desk):
                target = made / path
                if target.exists():
                    raise ValueError(f"site/{path}: two pages claim this path")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(html, encoding="utf-8")
    site = folder / "site"
    if site.exists():
        shutil.rmtree(site)
    made.rename(site)


if __name__ == "__main__":
    build_site(Path(sys.argv[1]))
