"""A GeoJSON file as rows, feature by feature."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portals.soda.files import geojson_reading
from portals.soda.files.cell_readers import JsonNested, JsonNumber, JsonTruth
from portals.soda.files.geojson_reading import GeoJsonReading, looks_like
from portals.soda.files.source_file import LoadError, inspect
from portals.soda.values.types import SodaType

Write = Callable[..., Path]
POINT = {"type": "Point", "coordinates": [-94.5, 39]}


def feature(geometry: Any = POINT, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features: Any, **more: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features, **more})


def read(path: Path) -> tuple[list[str], list[tuple[int, Any]]]:
    reading = GeoJsonReading(inspect(path))
    return reading.headers, list(reading.rows())


@pytest.fixture(params=[7, 10_000], ids=["in small pieces", "at once"])
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geojson_reading, "_BLOCK", request.param)


def test_each_property_is_a_column_from_where_it_first_appears(file: Write, block: None) -> None:
    headers, rows = read(
        file(collection(feature(name="Oak", n=1.50), feature(None, n=2, flag=True, parts=[1.0, {"a": "ü"}])))
    )
    assert headers == ["the_geom", "name", "n", "flag", "parts"]
    assert rows[0][1][1:] == ["Oak", "1.5"]
    assert rows[0][1][0].type == SodaType.POINT
    assert rows[1] == (2, [None, None, "2", "true", '[1.0,{"a":"ü"}]'])
    assert [type(cell) for cell in rows[1][1][2:]] == [JsonNumber, JsonTruth, JsonNested]


def test_numbers_keep_their_digits(file: Write, block: None) -> None:
    _, rows = read(
        file(
            '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,'
            '"properties":{"a":12345678901234567890,"b":1.10,"c":[1.10]}}]}'
        )
    )
    assert rows[0][1][1:] == ["12345678901234567890", "1.10", "[1.10]"]


def test_the_order_of_members_and_blanks_do_not_matter(file: Write, block: None) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    text = json.dumps(
        {"crs": crs, "features": [feature(a=1)], "bbox": [1], "type": "FeatureCollection"}, indent=2
    )
    assert len(read(file(f"\ufeff\n {text}\n\n"))[1]) == 1


def test_the_identifier_of_a_feature_is_a_column_beside_a_property_of_that_name(file: Write) -> None:
    headers, rows = read(file(collection({**feature(id="x"), "id": 7})))
    assert headers == ["the_geom", "id", "id"]
    assert rows[0][1][1:] == ["x", "7"]


def test_a_property_named_like_the_geometry_is_a_column_of_its_own(file: Write) -> None:
    headers, rows = read(file(collection(feature(the_geom="x"))))
    assert headers == ["the_geom", "the_geom"]
    assert rows[0][1][1] == "x"


def test_a_third_coordinate_is_noted_with_its_feature(file: Write) -> None:
    reading = GeoJsonReading(
        inspect(file(collection(feature(), feature({"type": "Point", "coordinates": [1, 2, 3]}))))
    )
    rows = list(reading.rows())
    assert rows[1][1][0].coordinates == [1, 2]
    assert reading.flattened == 2


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326", "WGS84", "OGC:CRS84"]
)
def test_wgs84_is_taken_under_its_names(file: Write, name: str) -> None:
    assert read(file(collection(feature(), crs={"type": "name", "properties": {"name": name}})))[1]


WRONG = [
    (
        collection(feature(), crs={"type": "name", "properties": {"name": "EPSG:2926"}}),
        "in the system EPSG:2926",
    ),
    (collection(feature(), crs={"type": "name", "properties": {"name": "EPSG:14326"}}), "in the system"),
    (collection(feature(), "x"), "Feature 2 is no Feature"),
    (collection({"type": "Feature", "geometry": None, "properties": [1]}), "Feature 1 has properties"),
    (collection(feature({"type": "Point", "coordinates": [2766000, 1440000]})), "degrees in WGS84"),
    (
        collection(feature({"type": "GeometryCollection", "geometries": []})),
        "Feature 1 has a geometry that is a G",
    ),
    (collection(feature(a="x\0y")), "Feature 1 has half a character or NUL in “a”"),
    (collection(feature(a="\ud800")), "half a character"),
    (collection(feature(a=float("nan"))), "no JSON"),
    (json.dumps(feature()), "type Feature; a FeatureCollection"),
    (json.dumps({"type": "Topology", "objects": {}}), "type Topology"),
    (json.dumps({"features": []}), r"type \(none\)"),
    (json.dumps({"type": "FeatureCollection"}), "a FeatureCollection of GeoJSON is wanted"),
    (json.dumps({"type": "FeatureCollection", "features": {}}), "a FeatureCollection of GeoJSON is wanted"),
    ("{}", "wanted"),
    ("[1]", "a FeatureCollection is wanted"),
    (collection(feature(), feature())[:-30], "line 1 on this is no JSON"),
    (collection(feature()) + "x", "no JSON"),
    (collection(feature(a=1)).replace('"a": 1', '"a": 1,,'), "no JSON"),
    ('{"type":"FeatureCollection","features":[' + "[" * 100_000, "no JSON"),
    ('{"type":"FeatureCollection",\n"features":[\n{"type":"Fea', "line 3 on"),
]


@pytest.mark.parametrize(("content", "why"), WRONG)
def test_a_wrong_file_is_refused_with_the_feature_or_line(file: Write, content: str, why: str) -> None:
    with pytest.raises(LoadError, match=why):
        read(file(content))


def test_only_a_piece_of_a_large_file_is_in_memory(file: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geojson_reading, "_LARGEST_PART", 2_000)
    monkeypatch.setattr(geojson_reading, "_BLOCK", 500)
    assert len(read(file(collection(*[feature(a="x" * 100)] * 1_000)))[1]) == 1_000
    with pytest.raises(LoadError, match="line 1 on, is larger"):
        read(file(collection(feature(a="x" * 10_000))))


@pytest.mark.parametrize(
    ("start", "is_json"), [(' \n{"a"', True), ("[1]", True), ('"a","b"', False), ("", False)]
)
def test_json_is_known_by_its_first_sign(start: str, is_json: bool) -> None:
    assert looks_like(start) is is_json
