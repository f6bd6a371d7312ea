"""Functions of SQL on geometries as they are stored. Their arguments stand in the documented order."""

import json
import math
from collections.abc import Callable
from typing import Any

from portals.soda.values.geodesy import metres
from portals.soda.values.geometry import (
    INSIDE,
    Ring,
    distance,
    figure,
    intersect,
    read,
    simplified,
    stored,
    where_in,
    within,
)
from portals.soda.values.numbers import number_of
from portals.soda.values.types import SodaType


def _within_box(geojson: str, north: float, west: float, south: float, east: float) -> bool:
    """Whether all of a geometry is in the box of a north-west and a south-east corner, edges included."""
    box = figure(geojson).box
    return west <= box[0] and south <= box[1] and box[2] <= east and box[3] <= north


def _within_circle(geojson: str, latitude: float, longitude: float, radius: float) -> bool:
    """Whether all corners of a geometry are at most `radius` metres from a place."""
    corners = figure(geojson).vertices
    return all(_is_near(north, east, latitude, longitude, radius) for east, north in corners)


def _is_near(north: float, east: float, latitude: float, longitude: float, radius: float) -> bool:
    """Whether one place is at most `radius` metres from another. Most rows are out without a distance."""
    if abs(north - latitude) * _DEGREE > radius:
        return False
    if radius < _SHORT and abs(latitude) < _STEEP:
        apart = abs(east - longitude)
        shrunk = math.cos(math.radians(abs(latitude) + 1))  # so much nearer are meridians a degree further on
        if min(apart, 360 - apart) * _DEGREE * shrunk > radius:
            return False
    return metres((longitude, latitude), (east, north)) <= radius


_DEGREE = 110_000
"""Metres: a degree of latitude is nowhere shorter than 110,567."""
_SHORT, _STEEP = 100_000, 80
"""Metres, and degrees of latitude, up to which a way along a parallel is as good as the shortest."""


def _is_inside(east: float, north: float, area: str) -> bool:
    """Whether a place is inside polygons, and not on their edge."""
    outer = figure(area)
    low_east, low_north, high_east, high_north = outer.box
    if not (low_east <= east <= high_east and low_north <= north <= high_north):
        return False
    return where_in((east, north), outer.polygons) == INSIDE


def _simplify(geojson: str, tolerance: float) -> str | None:
    """With fewer corners; rings and lines that would vanish are left out, and nothing at all is null."""
    found = figure(geojson)
    if found.points:
        return geojson
    lines = [simplified(line, tolerance) for line in found.lines]
    polygons: list[list[Ring]] = []
    for polygon in found.polygons:
        outer, *holes = ([*map(tuple, simplified(ring, tolerance))] for ring in polygon)
        if len(outer) >= 4:
            polygons.append([outer, *(hole for hole in holes if len(hole) >= 4)])  # type: ignore[list-item]
    parts: list[Any] = polygons if found.polygons else lines
    if not parts:
        return None
    single = found.kind in (SodaType.LINE, SodaType.POLYGON)
    return stored(found.kind, parts[0] if single else parts)


def _multi(geojson: str) -> str:
    document = json.loads(geojson)
    return json.dumps(
        {"type": f"Multi{document['type']}", "coordinates": [document["coordinates"]]}, separators=(",", ":")
    )


def _location_point(location: str) -> str | None:
    """The point of a location; null where it has only an address."""
    parts = json.loads(location)
    latitude, longitude = (number_of(str(parts.get(name, ""))) for name in ("latitude", "longitude"))
    if latitude is None or longitude is None:
        return None
    return stored(SodaType.POINT, [longitude, latitude])


def _geometry(text: str, kind: str) -> str | None:
    found = read(text)
    return found.stored() if found and found.type == kind else None


SCALARS: dict[str, tuple[int, Callable[..., Any]]] = {
    "within_box": (5, _within_box),
    "within_circle": (4, _within_circle),
    "is_near": (5, _is_near),
    "is_inside": (3, _is_inside),
    "within": (2, lambda inner, outer: within(figure(inner), figure(outer))),
    "intersects": (2, lambda first, second: intersect(figure(first), figure(second))),
    "distance": (2, lambda first, second: distance(figure(first), figure(second))),
    "num_points": (1, lambda geojson: len(figure(geojson).vertices)),
    "is_empty": (1, lambda geojson: not figure(geojson).vertices),
    "simplify": (2, _simplify),
    "multi": (1, _multi),
    "make_point": (2, lambda latitude, longitude: stored(SodaType.POINT, [longitude, latitude])),
    "location_point": (1, _location_point),
    "geometry": (2, _geometry),
}
"""By their names in SQL without `soda_`: how many arguments, and the function."""
