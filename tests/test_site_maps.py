"""The maps: tiles where the units lie, real outlines from a GeoJSON, a clear error for a file that is none."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from publishing.site.map_pages import geographies, map_pages
from publishing.site.pages import Desk
from publishing.site.release import Release, read_release
from publishing.site.rendering import environment
from publishing.site.shapes import ShapeError, projected, read_shapes
from publishing.site.tiles import commune_places, grid
from publishing.tables import open_tables
from sources.catalogue import load

ROOT = Path(__file__).parents[1]
CODES = frozenset({"178", "180"})
SQUARE = [[106.0, 21.0], [107.0, 21.0], [107.0, 22.0], [106.0, 22.0], [106.0, 21.0]]
HOLE = [[106.4, 21.4], [106.6, 21.4], [106.6, 21.6], [106.4, 21.6], [106.4, 21.4]]
EAST = [[107.0, 21.0], [108.0, 21.0], [108.0, 22.0], [107.0, 21.0]]


def feature(code: Any, kind: str, coordinates: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"unit_code": code},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


TWO = [feature("178", "Polygon", [SQUARE, HOLE]), feature("180", "MultiPolygon", [[EAST]])]


def written(folder: Path, features: list[dict[str, Any]]) -> Path:
    path = folder / "outlines.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def release(sandbox_release: Path) -> Iterator[Release]:
    with open_tables(sandbox_release / "releases" / "current") as tables:
        yield read_release(tables, load())


def drawn_map(release: Release) -> html.HtmlElement:
    desk = Desk(release, environment(release.info), geographies(release))
    ((_, text),) = map_pages(desk)
    return html.fromstring(text)


def test_every_unit_of_2022_and_2025_has_a_centroid_within_the_province() -> None:
    units = [
        row
        for name in ("units_2022.csv", "units_2025.csv")
        for row in csv.DictReader((ROOT / "sources" / "reference" / name).open(encoding="utf-8"))
        if row["type"] in ("xa", "phuong", "thi_tran")
    ]
    assert {f"{row['code']}@{row['valid_from']}" for row in units} == set(commune_places())
    with (ROOT / "publishing" / "site" / "commune_centroids.csv").open(encoding="utf-8") as file:
        places = [(float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(file)]
    assert all(21.3 < latitude < 22.5 and 106.0 < longitude < 107.4 for latitude, longitude in places)


def test_a_grid_gives_each_unit_its_own_cell_in_its_own_place() -> None:
    places = {key: place for key, place in commune_places().items() if key.endswith("@2020-01-01")}
    cells = grid(places, 1.5)
    assert set(cells) == set(places) and len(set(cells.values())) == len(places) == 200
    # Of two communes that lie well apart the western has the western tile, the northern the northern one.
    for axis in (0, 1):
        reach = max(place[axis] for place in places.values()) - min(place[axis] for place in places.values())
        for one, place in places.items():
            for other, elsewhere in places.items():
                if place[axis] - elsewhere[axis] > reach / 5:
                    assert cells[one][axis] > cells[other][axis], (one, other)


def test_a_grid_of_four_corners_is_the_four_corners() -> None:
    corners = {"a": (0.0, 0.0), "b": (10.0, 0.0), "c": (0.0, 10.0), "d": (10.0, 10.0)}
    assert grid(corners, 1.0) == {"a": (0, 0), "b": (2, 0), "c": (0, 2), "d": (2, 2)}


def test_the_overview_has_a_titled_tile_for_each_scored_unit_and_says_its_score(release: Release) -> None:
    tree = drawn_map(release)
    for level, number in (("commune", 200), ("district", 11)):
        (picture,) = tree.xpath(f"//section[@aria-labelledby='{level}']//svg[@role='img']")
        titles = [title.text for title in picture.xpath(".//rect/title")]
        scores = release.tables.rows(
            """select unit.label_vi, ranking.score, ranking.period_start from rpt_emulation_ranking as ranking
            join dim_unit as unit using (directive_code, unit_key) where method = 'level' and unit.unit_level = ?""",
            [level],
        )
        scored = [row["period_start"] for row in scores if row["score"] is not None]
        newest = max(scored or [row["period_start"] for row in scores])
        scores = [row for row in scores if row["period_start"] == newest]
        assert len(titles) == number
        assert Counter(titles) == Counter(f"{row['label_vi']}: {two_decimals(row['score'])}" for row in scores)


def two_decimals(score: Decimal | None) -> str:
    return "–" if score is None else str(score.quantize(Decimal("0.01"), ROUND_HALF_UP)).replace(".", ",")


def test_a_map_tells_a_verdict_by_pattern_and_word_not_by_colour_alone(release: Release) -> None:
    tree = drawn_map(release)
    told = {"met": "đạt", "unmet": "chưa đạt"}
    seen = Counter()
    for picture in tree.xpath("//div[@class='maps']//svg[@role='img']"):
        assert all(group.get("fill") == "url(#hatch)" for group in picture.xpath("./g[@class='unmet']"))
        for kind, word in told.items():
            titles = picture.xpath(f"./g[@class='{kind}']//title/text()")
            assert all(title.endswith(f", {word}") for title in titles)
            seen[kind] += len(titles)
    assert seen["met"] > 0 and seen["unmet"] > 0


def test_outlines_are_drawn_where_a_geojson_has_them_and_the_others_are_named(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGSON_GEOJSON", str(written(tmp_path, TWO)))
    tree = drawn_map(release)
    (section,) = tree.xpath("//section[@aria-labelledby='district']")
    paths = section.xpath(".//path[@class='place']")
    assert {path.xpath("string(title)").split(":")[0] for path in paths} == {"Thành phố Lạng Sơn", "Huyện Tràng Định"}
    assert "Huyện Cao Lộc" in section.xpath("string(.//figcaption)")
    assert len(tree.xpath("//section[@aria-labelledby='commune']//rect")) >= 200, "no commune is in the file: tiles"
    # Two degrees wide: the first square is the left half, its hole a second ring of the same path.
    first = next(path for path in paths if "Lạng Sơn" in path.xpath("string(title)")).get("d")
    assert first.startswith("M0.0 ") and first.count("M") == 2
    assert max(float(x) for x in re.findall(r"[ML]([\d.]+) ", first)) == pytest.approx(320.0, abs=0.1)


def test_a_projection_keeps_north_up_and_the_measure_of_a_degree() -> None:
    drawn, height = projected({"a": [[(106.0, 59.5), (107.0, 59.5), (107.0, 60.5), (106.0, 60.5)]]}, 100.0)
    (ring,) = drawn["a"]
    # At 60 degrees north a degree of longitude is half as long as one of latitude.
    assert (
        height == pytest.approx(200.0)
        and ring[0] == pytest.approx((0.0, 200.0))
        and ring[2] == pytest.approx((100.0, 0.0))
    )


@pytest.mark.parametrize(
    ("features", "told"),
    [
        ([], "no unit_code of this release"),
        ([feature("999", "Polygon", [SQUARE])], "no unit_code of this release"),
        ([feature(None, "Polygon", [SQUARE])], "features\\[1\\].*unit_code"),
        ([TWO[0], TWO[0]], "features\\[2\\].*178.*two shapes"),
        ([feature("178", "Point", [106.0, 21.0])], "features\\[1\\].*Point"),
        ([feature("178", "Polygon", [[["x", 21.0]] * 4])], "features\\[1\\].*coordinate"),
        ([feature("178", "Polygon", [SQUARE[:2]])], "features\\[1\\].*4 points"),
        ([feature("178", "Polygon", [[[2361000.0, 590000.0]] * 4])], "features\\[1\\].*4 points"),
    ],
)
def test_a_bad_geojson_is_an_error_that_names_file_and_feature(
    tmp_path: Path, features: list[dict[str, Any]], told: str
) -> None:
    path = written(tmp_path, features)
    with pytest.raises(ShapeError, match=re.escape(str(path)) + ".*" + told):
        read_shapes(path, CODES)


def test_a_geojson_that_is_missing_or_no_json_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ShapeError, match=r"nowhere\.geojson"):
        read_shapes(tmp_path / "nowhere.geojson", CODES)
    (tmp_path / "broken.geojson").write_text("{")
    with pytest.raises(ShapeError, match=r"broken\.geojson"):
        read_shapes(tmp_path / "broken.geojson", CODES)
    (tmp_path / "list.geojson").write_text("[]")
    with pytest.raises(ShapeError, match="FeatureCollection"):
        read_shapes(tmp_path / "list.geojson", CODES)
