"""Real outlines of units from a GeoJSON file, when the operator has one: `LANGSON_GEOJSON` names it.

A FeatureCollection of Polygons or MultiPolygons in longitude and latitude, each feature with a property `unit_code`.
Codes that the release does not know are passed over (a file may hold the whole country); a file that fits no unit, or
that cannot be read, is an error which names it.
"""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

Ring = list[tuple[float, float]]


class ShapeError(ValueError):
    """The file of outlines cannot be used; says which file and where."""


def read_shapes(path: Path, unit_codes: frozenset[str]) -> dict[str, list[Ring]]:
    """The rings (longitude, latitude) of each known unit, by unit_code. Raises ShapeError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ShapeError(f"{path}: không đọc được | cannot be read: {error}") from error
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise ShapeError(f"{path}: phải là FeatureCollection | a FeatureCollection is expected")
    found: dict[str, list[Ring]] = {}
    for number, feature in enumerate(document.get("features", ()), start=1):
        where = f"{path}: features[{number}]"
        code = (feature.get("properties") or {}).get("unit_code")
        if not isinstance(code, str):
            raise ShapeError(f"{where}: thiếu properties.unit_code (chữ) | properties.unit_code, a text, is missing")
        if code in found:
            raise ShapeError(f"{where}: unit_code {code} có hai hình | has two shapes")
        if code in unit_codes:
            found[code] = list(_rings(feature.get("geometry") or {}, where))
    if not found:
        raise ShapeError(f"{path}: không có unit_code nào của bản này | holds no unit_code of this release")
    return found


def _rings(geometry: Mapping[str, Any], where: str) -> Iterator[Ring]:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list):
        raise ShapeError(
            f"{where}: cần Polygon hoặc MultiPolygon, không phải | Polygon or MultiPolygon expected: {kind}"
        )
    for polygon in [coordinates] if kind == "Polygon" else coordinates:
        for ring in polygon:
            try:
                points = [(float(point[0]), float(point[1])) for point in ring]
            except (TypeError, ValueError, IndexError) as error:
                raise ShapeError(f"{where}: tọa độ sai | a wrong coordinate: {error}") from error
            if len(points) < 4 or any(abs(x) > 180 or abs(y) > 90 for x, y in points):
                raise ShapeError(
                    f"{where}: vòng cần ít nhất 4 điểm kinh độ, vĩ độ | a ring of 4 points or more is expected"
                )
            yield points


def projected(shapes: Mapping[str, list[Ring]], width: float) -> tuple[dict[str, list[Ring]], float]:
    """The same rings in drawing units, `width` wide, and their height: equirectangular about the middle latitude."""
    points = [point for rings in shapes.values() for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrowing = math.cos(math.radians((south + north) / 2))
    scale = width / max((east - west) * narrowing, 1e-9)
    drawn = {
        code: [[((x - west) * narrowing * scale, (north - y) * scale) for x, y in ring] for ring in rings]
        for code, rings in shapes.items()
    }
    return drawn, (north - south) * scale
