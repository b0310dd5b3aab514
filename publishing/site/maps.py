"""Maps of the province: a tile for each unit, or its real outline; what a colour says, a pattern and a sign say too."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from publishing.site.release import Row
from publishing.site.shapes import Ring, projected
from publishing.site.tiles import Cell, Place, commune_places, grid, mean

TILE = {"commune": 24.0, "district": 96.0}
"""The side of a tile in drawing units."""
SLACK = {"commune": 1.5, "district": 1.1}
"""So many cells for each unit: enough empty ones to keep the province's outline."""
WIDTH = 640.0
"""The width of a map of real outlines."""


@dataclass(frozen=True)
class Mark:
    """What a map says of a unit: `kind` is its class, `sign` stands on it, `title` tells it in words."""

    kind: str
    sign: str
    title: str


@dataclass(frozen=True)
class Geography:
    """The units of one level as drawn: an element for each with `{}` for its title, and where its sign stands.

    `names` are written on the tiles, by unit_key; `missing` are the units that cannot be drawn.
    """

    width: float
    height: float
    elements: Mapping[str, tuple[str, Place]]
    borders: str
    names: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]


def tile_geography(units: list[Row], parents: Mapping[str, Row], level: str) -> Geography:
    """Tiles of the communes, with a border between districts, or of the districts."""
    side = TILE[level]
    places = {unit["unit_key"]: place for unit in units if (place := _place(unit, parents)) is not None}
    cells = grid(places, SLACK[level])
    columns, rows = (max(cell[axis] for cell in cells.values()) + 1 for axis in (0, 1)) if cells else (0, 0)
    elements = {}
    for key, (column, row) in cells.items():
        x, y = 2 + column * side, 2 + row * side
        elements[key] = (
            f'<rect x="{x:g}" y="{y:g}" width="{side:g}" height="{side:g}" rx="{side / 8:g}">{{}}</rect>',
            (x + side / 2, y + side / 2),
        )
    inside = {key: parents[key]["unit_key"] for key in cells if key in parents}
    return Geography(
        columns * side + 4,
        rows * side + 4,
        elements,
        _borders(cells, inside, side) if level == "commune" else "",
        tuple((unit["unit_key"], unit["label_vi"]) for unit in units if unit["unit_key"] in cells)
        if level == "district"
        else (),
        tuple(unit["label_vi"] for unit in units if unit["unit_key"] not in cells),
    )


def shape_geography(units: list[Row], shapes: Mapping[str, list[Ring]]) -> Geography:
    """Real outlines of the units that have one; the others are named as missing."""
    drawn, height = projected(
        {unit["unit_code"]: shapes[unit["unit_code"]] for unit in units if unit["unit_code"] in shapes}, WIDTH
    )
    elements = {}
    for unit in units:
        if unit["unit_code"] in drawn:
            rings = drawn[unit["unit_code"]]
            path = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in rings)
            elements[unit["unit_key"]] = (
                f'<path class="place" fill-rule="evenodd" d="{path}">{{}}</path>',
                mean([point for ring in rings for point in ring]),
            )
    missing = tuple(unit["label_vi"] for unit in units if unit["unit_code"] not in drawn)
    return Geography(WIDTH, height, elements, "", (), missing)


def draw(geography: Geography, marks: Mapping[str, Mark], label: str, signs: bool = True) -> Markup:
    """The map as SVG. `label` tells in words what the picture shows; each unit's title tells its own."""
    names = dict(geography.names)
    groups = []
    for kind in sorted({mark.kind for mark in marks.values()}):
        ours = [key for key, mark in marks.items() if mark.kind == kind and key in geography.elements]
        drawn = "".join(geography.elements[key][0].format(f"<title>{escape(marks[key].title)}</title>") for key in ours)
        groups.append(f'<g class="{kind}"{PATTERNS.get(kind, "")}>{drawn}</g>')
        if signs:
            texts = "".join(_texts(geography.elements[key][1], marks[key].sign, names.get(key)) for key in ours)
            groups.append(f'<g class="signs on-{kind}">{texts}</g>')
    border = f'<path class="border" d="{geography.borders}"/>' if geography.borders else ""
    return Markup(
        f'<svg class="province" role="img" aria-label="{escape(label)}"'
        f' viewBox="0 0 {geography.width:g} {geography.height:g}">{"".join(groups)}{border}</svg>'
    )


def _texts(place: Place, sign: str, name: str | None) -> str:
    """A unit's sign; under its name where the tile is large enough for one."""
    x, y = place
    if name is None:
        return f'<text x="{x:g}" y="{y:g}">{escape(sign)}</text>' if sign else ""
    short = name.removeprefix("Huyện ").removeprefix("Thành phố ")
    return (
        f'<text class="name" x="{x:g}" y="{y - 10:g}">{escape(short)}</text>'
        f'<text class="figure-in" x="{x:g}" y="{y + 12:g}">{escape(sign)}</text>'
    )


PATTERNS = {"unmet": ' fill="url(#hatch)"', "unjudged": ' fill="url(#dots)"'}
"""Patterns of map_patterns in templates/parts.html."""


def _place(unit: Row, parents: Mapping[str, Row]) -> Place | None:
    """A commune's centroid; a district's is the mean of its communes'."""
    known = commune_places()
    if unit["unit_level"] == "commune":
        return known.get(unit["unit_key"])
    below = [known[key] for key, parent in parents.items() if parent["unit_key"] == unit["unit_key"] and key in known]
    return mean(below) if below else None


def _borders(cells: Mapping[str, Cell], inside: Mapping[str, str], side: float) -> str:
    """Lines between neighbouring tiles of different districts, and around the whole."""
    owner = {cell: inside.get(key, "") for key, cell in cells.items()}
    lines = []
    for (column, row), district in sorted(owner.items()):
        x, y = 2 + column * side, 2 + row * side
        for neighbour, line in (
            ((column + 1, row), f"M{x + side:g} {y:g}v{side:g}"),
            ((column, row + 1), f"M{x:g} {y + side:g}h{side:g}"),
            ((column - 1, row), f"M{x:g} {y:g}v{side:g}"),
            ((column, row - 1), f"M{x:g} {y:g}h{side:g}"),
        ):
            # Between two tiles the left or upper one draws the line; towards the outside, whoever stands there.
            is_after = neighbour > (column, row)
            if owner.get(neighbour) != district and (neighbour not in owner or is_after):
                lines.append(line)
    return "".join(lines)
