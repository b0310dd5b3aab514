"""Places units on a grid of tiles from their centroids, so that every commune is as large on the map as any other.

`commune_centroids.csv` comes from the PyPI package `vietnamadminunits` 1.0.4 (MIT), matched by code. That package holds
the units after the mergers of 2024-12-01; a commune that went into another then has the centroid of that one, named in
`taken_from`: its tile is beside it. A district's centroid is the mean of its communes'.
"""

import csv
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

Place = tuple[float, float]
"""Kilometres east and south of a common origin."""
Cell = tuple[int, int]
"""Column and row."""

CENTROIDS = Path(__file__).with_name("commune_centroids.csv")
LATITUDE_KM = 110.6


@cache
def commune_places() -> Mapping[str, Place]:
    """Where each commune lies, by unit_key."""
    with CENTROIDS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    scale = LATITUDE_KM * math.cos(math.radians(sum(float(row["latitude"]) for row in rows) / len(rows)))
    return {
        f"{row['unit_code']}@{row['valid_from']}": (
            float(row["longitude"]) * scale,
            -float(row["latitude"]) * LATITUDE_KM,
        )
        for row in rows
    }


def mean(places: list[Place]) -> Place:
    """The middle of several places."""
    return sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places)


def grid(places: Mapping[str, Place], slack: float) -> dict[str, Cell]:
    """A cell of its own for each place, near where it lies; about `slack` cells for each place.

    The same places give the same grid.
    """
    if not places:
        return {}
    xs, ys = [x for x, _ in places.values()], [y for _, y in places.values()]
    size = math.sqrt(max(max(xs) - min(xs), 1.0) * max(max(ys) - min(ys), 1.0) / (len(places) * slack))
    wanted = {key: ((x - min(xs)) / size, (y - min(ys)) / size) for key, (x, y) in places.items()}
    free = {
        (column, row)
        for column in range(math.ceil(max(x for x, _ in wanted.values())) + 1)
        for row in range(math.ceil(max(y for _, y in wanted.values())) + 1)
    }
    middle = mean(list(wanted.values()))
    cells: dict[str, Cell] = {}
    # From the middle outwards: a crowd pushes its edge out instead of leaving holes within.
    for key in sorted(wanted, key=lambda key: (_distance(wanted[key], middle), key)):
        cell = min(free, key=lambda cell: (_distance(wanted[key], cell), cell))
        free.remove(cell)
        cells[key] = cell
    _swap(cells, wanted)
    return _at_origin(cells)


def _distance(one: Place, other: tuple[float, float]) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def _swap(cells: dict[str, Cell], wanted: Mapping[str, Place]) -> None:
    """Exchange two units' cells as long as that brings both together nearer to their places."""
    keys = sorted(cells)
    better = True
    while better:
        better = False
        for position, one in enumerate(keys):
            for other in keys[position + 1 :]:
                now = _distance(wanted[one], cells[one]) + _distance(wanted[other], cells[other])
                then = _distance(wanted[one], cells[other]) + _distance(wanted[other], cells[one])
                if then < now - 1e-9:
                    cells[one], cells[other] = cells[other], cells[one]
                    better = True


def _at_origin(cells: dict[str, Cell]) -> dict[str, Cell]:
    left, top = min(column for column, _ in cells.values()), min(row for _, row in cells.values())
    return {key: (column - left, row - top) for key, (column, row) in cells.items()}
