"""Points, lines and polygons: read from GeoJSON and from WKT, stored as compact GeoJSON, written as WKT.

Longitude stands before latitude everywhere (RFC 7946, section 3.1.1; OGC 06-103r4 for WKT). A third
coordinate is dropped, and the reader says so. Pure.
"""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from portals.soda.values.types import SodaType

_TYPES = {
    "Point": SodaType.POINT,
    "MultiPoint": SodaType.MULTIPOINT,
    "LineString": SodaType.LINE,
    "MultiLineString": SodaType.MULTILINE,
    "Polygon": SodaType.POLYGON,
    "MultiPolygon": SodaType.MULTIPOLYGON,
}
_DEPTHS = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_NAMES = {name.upper(): name for name in _TYPES}
MULTI = {
    SodaType.POINT: SodaType.MULTIPOINT,
    SodaType.LINE: SodaType.MULTILINE,
    SodaType.POLYGON: SodaType.MULTIPOLYGON,
}
"""Single -> the type that holds several; a column with both kinds is of that."""
_BY_TYPE = {kind: name for name, kind in _TYPES.items()}


class NoShape(ValueError):
    """What is wrong with a geometry, as a part of a sentence."""


class Shape(NamedTuple):
    """A geometry that was checked. `flattened`: it had a third coordinate."""

    type: SodaType
    coordinates: Any
    flattened: bool = False

    def as_type(self, wanted: SodaType) -> "Shape":
        """The same as a geometry of `wanted`, where that is its own type or the one that holds several."""
        if wanted == self.type:
            return self
        if MULTI.get(self.type) == wanted:
            return Shape(wanted, [self.coordinates], self.flattened)
        raise NoShape(f"is a {self.type}")

    def stored(self) -> str:
        """Compact GeoJSON."""
        return json.dumps(
            {"type": _BY_TYPE[self.type], "coordinates": self.coordinates}, separators=(",", ":")
        )


# -- From GeoJSON


def from_geojson(value: Any) -> Shape | None:
    """A geometry object of GeoJSON; None for one without coordinates. Raises NoShape."""
    if not isinstance(value, dict):
        raise NoShape("is not an object")
    kind = value.get("type")
    if kind == "GeometryCollection":
        raise NoShape("is a GeometryCollection; a table holds one kind of shape")
    if kind not in _TYPES:
        raise NoShape(f"has the unknown type {str(kind)[:40]!r}")
    coordinates = value.get("coordinates")
    if coordinates is None or coordinates == []:
        return None
    return _checked(kind, coordinates)


def _checked(kind: str, coordinates: Any) -> Shape:
    seen_third: list[bool] = []
    kept = _nested(coordinates, _DEPTHS[kind], seen_third)
    if not kept:
        raise NoShape("has no position")
    if kind == "Polygon":
        _check_rings(kept)
    elif kind == "MultiPolygon":
        for polygon in kept:
            _check_rings(polygon)
    for line in {"LineString": [kept], "MultiLineString": kept}.get(kind, []):
        if len(line) < 2:
            raise NoShape("has a line of a single position")
    return Shape(_TYPES[kind], kept, bool(seen_third))


def _nested(value: Any, depth: int, seen_third: list[bool]) -> Any:
    if not isinstance(value, list):
        raise NoShape("has coordinates that are no list where one belongs")
    if depth:
        return [_nested(part, depth - 1, seen_third) for part in value]
    if len(value) < 2:
        raise NoShape("has a position that is no pair of numbers")
    if len(value) > 2 and not seen_third:
        seen_third.append(True)
    return [_degree(value[0], 180, "longitude"), _degree(value[1], 90, "latitude")]


def _degree(value: Any, most: int, name: str) -> float | int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise NoShape("has a position that is no pair of numbers")
    try:
        number = float(value)
    except ValueError as error:
        raise NoShape("has a position that is no pair of numbers") from error
    if not -most <= number <= most:  # also what is no number at all
        raise NoShape(
            f"has the {name} {value}: coordinates must be degrees in WGS84, longitude before latitude"
        )
    return int(number) if number.is_integer() else number


def _check_rings(rings: list[Any]) -> None:
    if not rings:
        raise NoShape("has a polygon without a ring")
    for ring in rings:
        if len(ring) < 4:
            raise NoShape("has a ring of fewer than four positions")
        if ring[0] != ring[-1]:
            raise NoShape("has a ring that does not end where it begins")


# -- From and to WKT

_WKT = re.compile(
    r"(?:SRID\s*=\s*(\d{1,6})\s*;\s*)?([A-Za-z]{5,20})(?:\s+(?:ZM|Z|M))?\s*(\(.*\))", re.DOTALL | re.ASCII
)
_NUMBER = r"[-+]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][-+]?\d{1,3})?"
_BETWEEN = r"[ \t\r\n]{1,9}"
_POSITION = re.compile(
    rf"(?<![\d.])({_NUMBER}){_BETWEEN}({_NUMBER})((?:{_BETWEEN}{_NUMBER})?)(?:{_BETWEEN}{_NUMBER})?", re.ASCII
)
"""Numbers and the space between them have bounds, so that no text, however made, takes long to refuse."""


def from_wkt(text: str) -> Shape:
    """A geometry in well-known text, also with SRID=4326 in front. Raises NoShape."""
    parts = _WKT.fullmatch(text.strip())
    name = _NAMES.get(parts[2].upper()) if parts else None
    if parts is None or name is None:
        raise NoShape("is no geometry in WKT")
    if parts[1] not in (None, "4326"):
        raise NoShape(f"has coordinates in the system {parts[1]}; only WGS84 (4326) is taken")
    nested = _brackets(parts[3])
    if name == "Point":
        nested = nested[0] if len(nested) == 1 else None
    elif name == "MultiPoint":  # both MULTIPOINT (1 2, 3 4) and MULTIPOINT ((1 2), (3 4)) are written
        nested = [part[0] if part and isinstance(part[0], list) else part for part in nested]
    return _checked(name, nested)


def _brackets(text: str) -> Any:
    """Brackets to lists, `1 2` between commas to a position."""
    positions = _POSITION.sub(_as_list, text)
    try:
        return json.loads(positions.replace("(", "[").replace(")", "]"))
    except (ValueError, RecursionError) as error:
        raise NoShape("is no geometry in WKT") from error


def _as_list(found: re.Match[str]) -> str:
    third = f',"{found[3].strip()}"' if found[3] else ""
    return f'["{found[1]}","{found[2]}"{third}]'


def to_wkt(stored: str) -> str:
    """Stored GeoJSON as WKT."""
    value = json.loads(stored)
    return f"{value['type'].upper()} {_WRITERS[value['type']](value['coordinates'])}"


def plain(number: float | int) -> str:
    """A coordinate in digits, without an exponent."""
    text = repr(number)
    return f"{number:.17f}".rstrip("0").rstrip(".") if "e" in text else text.removesuffix(".0")


def _position(value: list[float]) -> str:
    return f"{plain(value[0])} {plain(value[1])}"


def _listed(inner: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda values: f"({', '.join(map(inner, values))})"


_line = _listed(_position)
_WRITERS: dict[str, Callable[[Any], str]] = {
    "Point": lambda value: f"({_position(value)})",
    "MultiPoint": _listed(lambda value: f"({_position(value)})"),
    "LineString": _line,
    "MultiLineString": _listed(_line),
    "Polygon": _listed(_line),
    "MultiPolygon": _listed(_listed(_line)),
}
