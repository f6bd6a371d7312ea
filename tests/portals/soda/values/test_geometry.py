"""Inside, outside, on the edge; and how far."""

import math
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.soda.language.sql_geometry import SCALARS
from portals.soda.values.geodesy import metres, nearest_on
from portals.soda.values.geometry import (
    Figure,
    distance,
    figure,
    hull,
    intersect,
    read,
    simplified,
    within,
)

RING = "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (4 4, 6 4, 6 6, 4 6, 4 4))"


def of(text: str) -> Figure:
    shape = read(text)
    assert shape is not None
    return figure(shape.stored())


@pytest.mark.parametrize(
    ("inner", "is_within", "meets"),
    [
        ("POINT (1 1)", True, True),
        ("POINT (5 5)", False, False),  # in the hole
        ("POINT (4 5)", False, True),  # on the edge of the hole
        ("POINT (0 0)", False, True),
        ("POINT (0 5)", False, True),
        ("POINT (5 10)", False, True),
        ("POINT (11 5)", False, False),
        ("POINT (-1 10)", False, False),
        ("MULTIPOINT (0 0, 1 1)", True, True),
        ("MULTIPOINT (0 0, 11 11)", False, True),
        ("LINESTRING (1 1, 3 3)", True, True),
        ("LINESTRING (1 1, 9 9)", False, True),  # through the hole
        ("LINESTRING (0 0, 10 0)", False, True),  # along the edge
        ("LINESTRING (0 0, 3 3)", True, True),
        ("LINESTRING (-1 5, 3 5)", False, True),
        ("LINESTRING (4.5 4.5, 5.5 5.5)", False, False),
        ("POLYGON ((1 1, 2 1, 2 2, 1 1))", True, True),
        ("POLYGON ((1 1, 9 1, 9 9, 1 9, 1 1))", False, True),  # around the hole
        ("POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))", False, True),
        ("POLYGON ((-1 -1, 11 -1, 11 11, -1 11, -1 -1))", False, True),  # around everything
        (RING, True, True),
        ("MULTIPOLYGON (((1 1, 2 1, 2 2, 1 1)), ((8 8, 9 8, 9 9, 8 8)))", True, True),
    ],
)
def test_what_is_in_a_polygon_with_a_hole(inner: str, is_within: bool, meets: bool) -> None:
    assert within(of(inner), of(RING)) is is_within
    assert intersect(of(inner), of(RING)) is meets
    assert intersect(of(RING), of(inner)) is meets


def test_lines_and_points_that_touch_meet() -> None:
    assert intersect(of("LINESTRING (0 0, 2 2)"), of("LINESTRING (0 2, 2 0)"))
    assert intersect(of("LINESTRING (0 0, 2 2)"), of("LINESTRING (2 2, 3 0)"))
    assert not intersect(of("LINESTRING (0 0, 2 2)"), of("LINESTRING (1 0, 2 1)"))
    assert intersect(of("POINT (1 1)"), of("LINESTRING (0 0, 2 2)"))
    assert intersect(of("POINT (1 1)"), of("MULTIPOINT (1 1, 3 3)"))


PLACES = st.tuples(st.integers(-20, 20), st.integers(-20, 20))


@given(st.lists(PLACES, min_size=3, max_size=12), PLACES)
def test_a_place_is_in_a_convex_polygon_if_it_is_left_of_all_its_edges(
    places: list[tuple[int, int]], place: tuple[int, int]
) -> None:
    corners = hull(places)
    if len(corners) < 3:
        return
    ring = [*corners, corners[0]]
    sides = [
        (x2 - x1) * (place[1] - y1) - (y2 - y1) * (place[0] - x1) for (x1, y1), (x2, y2) in pairwise(ring)
    ]
    inside = all(side > 0 for side in sides)
    touching = all(side >= 0 for side in sides)
    polygon = of(f"POLYGON (({', '.join(f'{x} {y}' for x, y in ring)}))")
    point = of(f"POINT ({place[0]} {place[1]})")
    assert within(point, polygon) is inside
    assert intersect(point, polygon) is touching


@given(st.lists(PLACES, min_size=1, max_size=20))
def test_a_hull_is_made_of_its_places_and_holds_them_all(places: list[tuple[int, int]]) -> None:
    corners = hull(places)
    assert set(corners) <= set(places)
    assert hull(corners) == corners
    ring = [*corners, corners[0]]
    if len(corners) >= 3:
        for x, y in places:
            for (x1, y1), (x2, y2) in pairwise(ring):
                assert (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) >= 0


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((0, 0), (1, 0), 111_319.491),  # a degree of the equator: a * pi / 180
        ((0, 0), (0, 1), 110_574.389),
        ((0, 89), (0, 90), 111_693.865),
        ((0, 0), (0, 90), 10_001_965.729),  # the quarter of a meridian
        ((10, 20), (10, 20), 0),
    ],
)
def test_distances_on_the_ellipsoid(
    start: tuple[float, float], end: tuple[float, float], expected: float
) -> None:
    assert metres(start, end) == pytest.approx(expected, abs=0.001)


def test_nearly_opposite_places_have_a_distance_too() -> None:
    assert metres((0, 0), (179.9, 0.1)) == pytest.approx(20_000_000, rel=0.01)
    assert math.isfinite(metres((0, 0), (180, 0)))


def test_the_distance_to_a_line_or_an_area_is_that_to_its_nearest_part() -> None:
    place = of("POINT (0 1)")
    assert distance(place, of("LINESTRING (-1 0, 1 0)")) == pytest.approx(110_574.389, abs=0.01)
    assert distance(of("LINESTRING (-1 0, 1 0)"), place) == pytest.approx(110_574.389, abs=0.01)
    assert distance(of("POINT (5 1)"), of(RING)) == 0
    assert distance(of("MULTIPOINT (50 50, 0 1)"), of("LINESTRING (-1 0, 1 0)")) < 111_000
    assert nearest_on(((0, 0), (0, 0)), (1, 1)) == (0, 0)


def test_simplifying_keeps_the_ends_and_what_is_far_from_the_line() -> None:
    line = [(0.0, 0.0), (1.0, 0.01), (2.0, 0.0), (3.0, 5.0), (4.0, 0.0)]
    assert simplified(line, 0.1) == [(0.0, 0.0), (2.0, 0.0), (3.0, 5.0), (4.0, 0.0)]
    assert simplified(line, 0) == line
    assert simplified(line, 100) == [line[0], line[-1]]


@given(st.text(max_size=60) | st.from_regex(r"(MULTI)?(POINT|LINESTRING|POLYGON) ?[(0-9, .)-]{0,30}"))
def test_any_text_is_a_geometry_or_none(text: str) -> None:
    found = read(text)
    assert found is None or figure(found.stored()).vertices


@pytest.mark.parametrize(
    "text",
    [
        "POINT EMPTY",
        "POINT (1)",
        "MULTIPOINT (5)",
        "MULTIPOINT ({})",
        '{"type": []}',
        "[" * 5_000,
        "{" * 5_000,
        "{}",
    ],
)
def test_broken_geometries_are_none(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    ["A" + " " * 40_000 + "B", "POINT (" + "1" * 40_000 + ")", "POINT (" + "1." * 20_000 + ")", "(" * 40_000],
)
def test_hostile_texts_are_no_geometry_and_cost_no_time(text: str) -> None:
    started = time.process_time()
    assert read(text) is None
    assert time.process_time() - started < 2


@given(
    st.floats(-89, 89),
    st.floats(-180, 180),
    st.floats(-1, 1),
    st.floats(-1, 1) | st.just(359.9),
    st.floats(0, 150_000),
)
def test_a_place_is_near_if_its_distance_is_small_enough(
    latitude: float, longitude: float, north: float, east: float, radius: float
) -> None:
    north, east = round(north, 9), round(east, 9)  # a tenth of a millimetre: below it, squares become zero
    near, across = SCALARS["is_near"][1], longitude + east
    away = metres((longitude, latitude), (across, latitude + north))
    assert near(latitude + north, across, latitude, longitude, radius) == (away <= radius)
