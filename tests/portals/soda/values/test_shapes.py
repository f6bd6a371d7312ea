"""Geometries come back as they were, and what is none is refused with a reason."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.soda.values.shapes import NoShape, from_geojson, from_wkt, to_wkt
from portals.soda.values.types import SodaType

RING = [[0, 0], [0, 1.5], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("wkt", "kind", "coordinates"),
    [
        ("POINT (-94.5 39)", SodaType.POINT, [-94.5, 39]),
        ("point(-94.5 39.25)", SodaType.POINT, [-94.5, 39.25]),
        ("SRID=4326;POINT (1 2)", SodaType.POINT, [1, 2]),
        ("POINT Z (1 2 300)", SodaType.POINT, [1, 2]),
        ("MULTIPOINT (1 2, 3 4)", SodaType.MULTIPOINT, [[1, 2], [3, 4]]),
        ("MULTIPOINT ((1 2), (3 4))", SodaType.MULTIPOINT, [[1, 2], [3, 4]]),
        ("LINESTRING (1 2,\n 3 4)", SodaType.LINE, [[1, 2], [3, 4]]),
        ("MULTILINESTRING ((1 2, 3 4))", SodaType.MULTILINE, [[[1, 2], [3, 4]]]),
        ("POLYGON ((0 0, 0 1.5, 1 1, 0 0))", SodaType.POLYGON, [RING]),
        ("MULTIPOLYGON (((0 0, 0 1.5, 1 1, 0 0)))", SodaType.MULTIPOLYGON, [[RING]]),
    ],
)
def test_well_known_text_is_read(wkt: str, kind: SodaType, coordinates: Any) -> None:
    shape = from_wkt(wkt)
    assert (shape.type, shape.coordinates) == (kind, coordinates)
    assert from_wkt(to_wkt(shape.stored())).coordinates == coordinates
    assert from_geojson(json.loads(shape.stored())).coordinates == coordinates


def test_a_third_coordinate_is_told() -> None:
    assert from_wkt("POINT Z (1 2 3)").flattened
    assert not from_wkt("POINT (1 2)").flattened
    assert from_geojson({"type": "LineString", "coordinates": [[1, 2], [3, 4, 5]]}).flattened


@pytest.mark.parametrize(
    ("wkt", "why"),
    [
        ("", "no geometry"),
        ("Elm Street 7", "no geometry"),
        ("POINT EMPTY", "no geometry"),
        ("POINT (1 2", "no geometry"),
        ("POINT (1 2))", "no geometry"),
        ("POINT (1)", "no list"),
        ("POINT ((1 2))", "no pair"),
        ("POINT (1 2, 3 4)", "no list"),
        ("POINT (200 3)", "longitude 200"),
        ("POINT (39 -94.5)", "latitude -94.5"),
        ("POINT (2766000 1440000)", "degrees in WGS84"),
        ("SRID=2926;POINT (1 2)", "the system 2926"),
        ("MULTIPOINT ()", "no position"),
        ("MULTIPOLYGON ()", "no position"),
        ("LINESTRING (1 2)", "single position"),
        ("POLYGON ((0 0, 0 1, 0 0))", "fewer than four"),
        ("POLYGON ((0 0, 0 1, 1 1, 1 0))", "does not end where it begins"),
        ("GEOMETRYCOLLECTION (POINT (1 2))", "no geometry"),
        ("POINT " + "(" * 100_000 + ")" * 100_000, "no geometry"),
    ],
)
def test_what_is_no_geometry_in_text_is_refused(wkt: str, why: str) -> None:
    with pytest.raises(NoShape, match=why):
        from_wkt(wkt)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("x", "not an object"),
        ({"type": "GeometryCollection", "geometries": []}, "GeometryCollection"),
        ({"type": "Circle", "coordinates": [1, 2]}, "unknown type 'Circle'"),
        ({"type": "Point", "coordinates": {"x": 1}}, "no list"),
        ({"type": "Point", "coordinates": [True, 2]}, "no pair"),
        ({"type": "Point", "coordinates": ["a", 2]}, "no pair"),
        ({"type": "Point", "coordinates": ["nan", 2]}, "longitude nan"),
        ({"type": "Polygon", "coordinates": [[]]}, "fewer than four"),
        ({"type": "MultiPolygon", "coordinates": [[]]}, "without a ring"),
    ],
)
def test_what_is_no_geometry_in_json_is_refused(value: Any, why: str) -> None:
    with pytest.raises(NoShape, match=why):
        from_geojson(value)


@pytest.mark.parametrize("value", [{"type": "Polygon", "coordinates": []}, {"type": "Point"}])
def test_a_geometry_without_coordinates_is_none(value: Any) -> None:
    assert from_geojson(value) is None


def test_a_single_geometry_may_stand_among_several() -> None:
    polygon = from_wkt("POLYGON ((0 0, 0 1.5, 1 1, 0 0))")
    assert polygon.as_type(SodaType.MULTIPOLYGON).coordinates == [[RING]]
    assert polygon.as_type(SodaType.POLYGON) is polygon
    with pytest.raises(NoShape):
        polygon.as_type(SodaType.POINT)
    with pytest.raises(NoShape):
        polygon.as_type(SodaType.MULTIPOLYGON).as_type(SodaType.POLYGON)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_no_digit_of_a_coordinate_is_lost(longitude: float, latitude: float) -> None:
    stored = from_geojson({"type": "Point", "coordinates": [longitude, latitude]}).stored()
    assert json.loads(stored)["coordinates"] == [longitude, latitude]
    assert from_wkt(to_wkt(stored)).coordinates == [
        pytest.approx(longitude, abs=1e-16),
        pytest.approx(latitude, abs=1e-16),
    ]
