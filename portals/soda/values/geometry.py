"""What geometries have to do with each other, on the flat plane of degrees. Pure.

Alone responsible for inside, outside and on the edge. Distances are those of `geodesy`; how geometries are
written is told by `shapes`.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

from portals.soda.values.geodesy import Position, metres, nearest_on
from portals.soda.values.shapes import NoShape, Shape, from_geojson, from_wkt
from portals.soda.values.types import GEOMETRIES, SodaType

Ring = list[Position]
Box = tuple[float, float, float, float]
INSIDE, EDGE, OUTSIDE = 1, 0, -1
_KINDS = {json.loads(Shape(kind, []).stored())["type"]: kind for kind in GEOMETRIES}
"""By their names in GeoJSON. What is stored was checked when it was loaded."""
_ROUNDING = 1e-10
"""Degrees: a hundredth of a millimetre."""


@dataclass(frozen=True)
class Figure:
    """A geometry taken apart: points, or lines, or polygons (of an outer ring and then its holes)."""

    kind: SodaType
    points: list[Position]
    lines: list[Ring]
    polygons: list[list[Ring]]

    @cached_property
    def vertices(self) -> list[Position]:
        rings = (ring for polygon in self.polygons for ring in polygon)
        return [*self.points, *(place for line in (*self.lines, *rings) for place in line)]

    @cached_property
    def segments(self) -> list[tuple[Position, Position]]:
        rings = (ring for polygon in self.polygons for ring in polygon)
        return [pair for line in (*self.lines, *rings) for pair in pairwise(line)]

    @cached_property
    def box(self) -> Box:
        """West, south, east, north."""
        return box_of(self.vertices)


_ENDLESS_NUMBER = re.compile(r"[0-9]{30}")


def read(text: str) -> Shape | None:
    """The geometry that a text writes in WKT or GeoJSON; None if it writes none.

    The text is a stranger's: blanks in a row and endless numbers are kept from the patterns that read WKT:
    they would go over them again and again.
    """
    try:
        if text.lstrip().startswith("{"):
            return from_geojson(json.loads(text))
        return None if _ENDLESS_NUMBER.search(text) else from_wkt(" ".join(text.split()))
    except (NoShape, ValueError, TypeError, LookupError, RecursionError):
        return None


def stored(kind: SodaType, coordinates: Any) -> str:
    """The stored form of a geometry that was computed: numbers that are whole are written so."""
    return Shape(kind, _plain(coordinates)).stored()


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value


def box_of(places: Iterable[Position]) -> Box:
    """West, south, east and north, in degrees."""
    across, up = zip(*places, strict=True)
    return min(across), min(up), max(across), max(up)


@lru_cache(maxsize=64)
def figure(geojson: str) -> Figure:
    """A stored geometry taken apart. The last are kept: the constant of a query is wanted with each row."""
    document = json.loads(geojson)
    kind, coordinates = _KINDS[document["type"]], document["coordinates"]
    if kind == SodaType.POINT:
        return Figure(kind, [_place(coordinates)], [], [])
    if kind == SodaType.MULTIPOINT:
        return Figure(kind, _ring(coordinates), [], [])
    if kind in (SodaType.LINE, SodaType.MULTILINE):
        lines = [coordinates] if kind == SodaType.LINE else coordinates
        return Figure(kind, [], [_ring(line) for line in lines], [])
    polygons = [coordinates] if kind == SodaType.POLYGON else coordinates
    return Figure(kind, [], [], [[_ring(ring) for ring in polygon] for polygon in polygons])


def _place(coordinates: list[Any]) -> Position:
    return coordinates[0], coordinates[1]


def _ring(coordinates: list[list[Any]]) -> Ring:
    return [(place[0], place[1]) for place in coordinates]


def _in_ring(place: Position, ring: Ring) -> int:
    """Where a place is as seen from a closed ring: rays to the east are counted."""
    x, y = place
    inside = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > y) != (y2 > y):
            side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
            if side == 0:
                return EDGE
            if (side > 0) == (y2 > y1):
                inside = not inside
        elif place in ((x1, y1), (x2, y2)) or (y1 == y == y2 and min(x1, x2) <= x <= max(x1, x2)):
            return EDGE
    return INSIDE if inside else OUTSIDE


def where_in(place: Position, polygons: list[list[Ring]]) -> int:
    """INSIDE, EDGE or OUTSIDE of polygons with holes."""
    found = OUTSIDE
    for outer, *holes in polygons:
        here = _in_ring(place, outer)
        for hole in holes if here == INSIDE else ():
            here = min(here, -_in_ring(place, hole))
        found = max(found, here)
    return found


def _turn(a: Position, b: Position, c: Position) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _is_on(start: Position, end: Position, place: Position) -> bool:
    return (
        _turn(start, end, place) == 0
        and min(start[0], end[0]) <= place[0] <= max(start[0], end[0])
        and min(start[1], end[1]) <= place[1] <= max(start[1], end[1])
    )


def _meet(a: Position, b: Position, c: Position, d: Position) -> bool:
    """Whether two segments have a place in common."""
    abc, abd, cda, cdb = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if (abc > 0) != (abd > 0) and (cda > 0) != (cdb > 0) and 0 not in (abc, abd, cda, cdb):
        return True
    return _is_on(a, b, c) or _is_on(a, b, d) or _is_on(c, d, a) or _is_on(c, d, b)


def _overlap(first: Box, second: Box) -> bool:
    return first[0] <= second[2] and second[0] <= first[2] and first[1] <= second[3] and second[1] <= first[3]


def _near(segments: Iterable[tuple[Position, Position]], box: Box) -> Iterator[tuple[Position, Position]]:
    return (pair for pair in segments if _overlap(box_of(pair), box))


def intersect(first: Figure, second: Figure) -> bool:
    """Whether two geometries have a place in common."""
    if not _overlap(first.box, second.box):
        return False
    for one, other in ((first, second), (second, first)):
        if other.polygons and any(where_in(place, other.polygons) >= EDGE for place in one.vertices):
            return True
        if any(_is_on(*pair, place) for place in one.points for pair in other.segments):
            return True
    if set(first.points) & set(second.points):
        return True
    beside = list(_near(second.segments, first.box))
    return any(_meet(*one, *other) for one in _near(first.segments, second.box) for other in beside)


def within(inner: Figure, outer: Figure) -> bool:
    """Whether no part of `inner` is outside the polygons of `outer`, and some part is not on their edge."""
    west, south, east, north = outer.box
    box = inner.box
    if box[0] < west or box[1] < south or box[2] > east or box[3] > north:
        return False
    found = [where_in(place, outer.polygons) for place in inner.vertices]
    if OUTSIDE in found:
        return False
    for place in _halves(inner, outer):
        found.append(where_in(place, outer.polygons))
        if found[-1] == OUTSIDE and not _is_nearly_on(place, outer):
            return False
    if inner.polygons:
        # A hole of the outer, or a gap between its parts, may lie wholly within the inner one.
        return all(where_in(place, inner.polygons) != INSIDE for place in outer.vertices)
    return INSIDE in found


def _is_nearly_on(place: Position, outer: Figure) -> bool:
    """Whether only rounding keeps a place off an edge: the middle of two places on a line is rarely on it."""
    return any(_away(*pair, place) < _ROUNDING for pair in outer.segments)


def _halves(inner: Figure, outer: Figure) -> Iterator[Position]:
    """The middle of each part into which the edges of `outer` cut the segments of `inner`."""
    edges = list(_near(outer.segments, inner.box))
    for start, end in inner.segments:
        cuts = {0.0, 1.0}
        for edge in edges:
            cuts.update(_cuts(start, end, *edge))
        ordered = sorted(cuts)
        for one, other in pairwise(ordered):
            middle = (one + other) / 2
            yield start[0] + middle * (end[0] - start[0]), start[1] + middle * (end[1] - start[1])


def _cuts(start: Position, end: Position, a: Position, b: Position) -> Iterator[float]:
    """How far along the first segment the second cuts or touches it (0 to 1)."""
    turned = (end[0] - start[0]) * (b[1] - a[1]) - (end[1] - start[1]) * (b[0] - a[0])
    if turned:
        along = ((a[0] - start[0]) * (b[1] - a[1]) - (a[1] - start[1]) * (b[0] - a[0])) / turned
        across = ((a[0] - start[0]) * (end[1] - start[1]) - (a[1] - start[1]) * (end[0] - start[0])) / turned
        if 0 <= along <= 1 and 0 <= across <= 1:
            yield along


def distance(first: Figure, second: Figure) -> float:
    """The shortest way in metres between two geometries of which at least one consists of points."""
    points, other = (first, second) if first.points else (second, first)
    return min(_distance(place, other) for place in points.points)


def _distance(place: Position, other: Figure) -> float:
    if other.polygons and where_in(place, other.polygons) >= EDGE:
        return 0.0
    targets = [*other.points]
    if other.segments:
        targets += _nearest_few(place, [nearest_on(pair, place) for pair in other.segments])
    return min(metres(place, target) for target in targets)


def _nearest_few(place: Position, targets: list[Position]) -> list[Position]:
    """Those that can be the nearest: far ones need no exact distance."""
    squares = [((x - place[0]) ** 2 + (y - place[1]) ** 2) for x, y in targets]
    if abs(place[1]) > 60:  # degrees of longitude are too short there to compare squares of degrees
        return targets
    limit = min(squares) * 4.5
    return [target for target, square in zip(targets, squares, strict=True) if square <= limit]


def hull(places: Iterable[Position]) -> Ring:
    """The corners of the smallest convex polygon around all places, against the clock, not closed."""
    ordered = sorted(set(places))
    if len(ordered) < 3:
        return ordered
    return [*_chain(ordered)[:-1], *_chain(ordered[::-1])[:-1]]


def _chain(ordered: Ring) -> Ring:
    chain: Ring = []
    for place in ordered:
        while len(chain) >= 2 and _turn(chain[-2], chain[-1], place) <= 0:
            chain.pop()
        chain.append(place)
    return chain


def simplified(line: Ring, tolerance: float) -> Ring:
    """The line without the places that lie nearer than `tolerance` (in degrees) to what is left of it.

    D. Douglas and T. Peucker, "Algorithms for the reduction of the number of points", 1973.
    """
    kept = {0, len(line) - 1}
    stretches = [(0, len(line) - 1)]
    while stretches:
        first, last = stretches.pop()
        farthest, far = first, tolerance
        for place in range(first + 1, last):
            away = _away(line[first], line[last], line[place])
            if away > far:
                farthest, far = place, away
        if farthest != first:
            kept.add(farthest)
            stretches += [(first, farthest), (farthest, last)]
    return [line[place] for place in sorted(kept)]


def _away(start: Position, end: Position, place: Position) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = 0.0
    if length:
        along = min(1.0, max(0.0, ((place[0] - start[0]) * dx + (place[1] - start[1]) * dy) / length))
    x, y = start[0] + along * dx - place[0], start[1] + along * dy - place[1]
    return float((x * x + y * y) ** 0.5)
