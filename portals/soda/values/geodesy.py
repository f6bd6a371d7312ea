"""Distances on the earth, in metres, between positions in degrees (longitude, latitude).

The figure of the earth is WGS 84; the method is the inverse formula of T. Vincenty, "Direct and inverse
solutions of geodesics on the ellipsoid", Survey Review XXIII (1975). Where it does not settle (nearly
opposite places) the distance on a sphere is given.
"""

import math

Position = tuple[float, float]
_MAJOR, _FLATTENING = 6_378_137.0, 1 / 298.257223563
_MINOR = _MAJOR * (1 - _FLATTENING)
_MEAN_RADIUS = 6_371_008.8
_ROUNDS = 50


def metres(start: Position, end: Position) -> float:
    """The shortest way over the ground between two positions."""
    if start == end:
        return 0.0
    found = _vincenty(start, end)
    return _on_a_sphere(start, end) if found is None else found


def _on_a_sphere(start: Position, end: Position) -> float:
    latitude_1, latitude_2 = math.radians(start[1]), math.radians(end[1])
    half = math.sin((latitude_2 - latitude_1) / 2) ** 2
    half += math.cos(latitude_1) * math.cos(latitude_2) * math.sin(math.radians(end[0] - start[0]) / 2) ** 2
    return 2 * _MEAN_RADIUS * math.asin(min(1.0, math.sqrt(half)))


def _vincenty(start: Position, end: Position) -> float | None:
    reduced_1 = math.atan((1 - _FLATTENING) * math.tan(math.radians(start[1])))
    reduced_2 = math.atan((1 - _FLATTENING) * math.tan(math.radians(end[1])))
    sin_1, cos_1, sin_2, cos_2 = (
        math.sin(reduced_1),
        math.cos(reduced_1),
        math.sin(reduced_2),
        math.cos(reduced_2),
    )
    apart = longitude = math.radians(end[0] - start[0])
    for _round in range(_ROUNDS):
        sin_l, cos_l = math.sin(longitude), math.cos(longitude)
        sin_s = math.hypot(cos_2 * sin_l, cos_1 * sin_2 - sin_1 * cos_2 * cos_l)
        if sin_s == 0:
            return 0.0
        cos_s = sin_1 * sin_2 + cos_1 * cos_2 * cos_l
        arc = math.atan2(sin_s, cos_s)
        sin_a = cos_1 * cos_2 * sin_l / sin_s
        cos2_a = 1 - sin_a * sin_a
        cos_2m = cos_s - 2 * sin_1 * sin_2 / cos2_a if cos2_a > 1e-15 else 0.0
        part = _FLATTENING / 16 * cos2_a * (4 + _FLATTENING * (4 - 3 * cos2_a))
        inner = cos_2m + part * cos_s * (2 * cos_2m * cos_2m - 1)
        before, longitude = longitude, apart + (1 - part) * _FLATTENING * sin_a * (arc + part * sin_s * inner)
        if abs(longitude - before) < 1e-12:
            return _length(cos2_a, cos_2m, sin_s, cos_s, arc)
    return None


def _length(cos2_a: float, cos_2m: float, sin_s: float, cos_s: float, arc: float) -> float:
    squared = cos2_a * (_MAJOR**2 - _MINOR**2) / _MINOR**2
    scale = 1 + squared / 16384 * (4096 + squared * (-768 + squared * (320 - 175 * squared)))
    part = squared / 1024 * (256 + squared * (-128 + squared * (74 - 47 * squared)))
    last = part / 6 * cos_2m * (4 * sin_s * sin_s - 3) * (4 * cos_2m * cos_2m - 3)
    change = part * sin_s * (cos_2m + part / 4 * (cos_s * (2 * cos_2m * cos_2m - 1) - last))
    return _MINOR * scale * (arc - change)


def nearest_on(segment: tuple[Position, Position], place: Position) -> Position:
    """The position of a segment that is nearest to a place; the ground between them is taken as flat."""
    (x1, y1), (x2, y2) = segment
    narrow = math.cos(math.radians(place[1])) or 1e-12
    dx, dy = (x2 - x1) * narrow, y2 - y1
    length = dx * dx + dy * dy
    if length == 0:
        return x1, y1
    along = ((place[0] - x1) * narrow * dx + (place[1] - y1) * dy) / length
    along = min(1.0, max(0.0, along))
    return x1 + along * (x2 - x1), y1 + along * (y2 - y1)
