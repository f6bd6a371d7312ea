"""What goes in as CSV or GeoJSON comes out with the same values, whatever they are. Needs no database."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portals.soda.encodings import encode
from portals.soda.files.file_columns import Found, Wishes, look
from portals.soda.files.source_file import Progress, inspect
from portals.soda.store.loading import _values
from portals.soda.store.table_writing import Plan, write
from portals.soda.values.types import OutputColumn
from tests.portals.soda.conftest import NOW

WITHOUT_FIELDS: Any = SimpleNamespace(fields=SimpleNamespace(all=lambda: []))
ONCE = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.text(letters, max_size=20)
digits = st.from_regex(r"-?(0|[1-9]\d{0,24})(\.\d{1,12})?", fullmatch=True, alphabet="0123456789.-")
dates = st.dates().map(lambda day: f"{day.month}/{day.day}/{day.year:04}")
isos = st.datetimes(timezones=st.none()).map(lambda at: at.isoformat(" ", "milliseconds"))
points = st.tuples(st.integers(-90, 90), st.integers(-180, 180)).map(lambda pair: f"({pair[0]}, {pair[1]})")
kinds = st.sampled_from(
    [texts, digits, dates, isos, points, st.sampled_from(["true", "FALSE", "0", "007", ""])]
)
columns = kinds.flatmap(lambda kind: st.lists(kind | st.just(""), min_size=3, max_size=3))


def table_of(content: bytes) -> tuple[Found, list[Any]]:
    """A file loaded as `load` does it, and the stored rows."""
    with TemporaryDirectory() as folder:
        source_path, target = Path(folder) / "in", Path(folder) / "out"
        source_path.write_bytes(content)
        found = look(WITHOUT_FIELDS, inspect(source_path), Wishes(), NOW, lambda text: None)
        values = _values(found, "", Progress(len(content), lambda text: None))
        write(target, Plan(found.columns, "a", "2026"), values)
        with closing(sqlite3.connect(target)) as database:
            return found, [row[4:] for row in database.execute("SELECT * FROM rows ORDER BY _id")]


def encoded(form: str, found: Found, rows: list[Any]) -> str:
    output = [OutputColumn(one.name, one.type) for one in found.columns]
    return b"".join(encode(form, output, rows)).decode()


def meaning(kind: str, text: str) -> Any:
    """What a cell is worth, read without our own code."""
    if kind == "number":
        return Decimal(text)
    if kind == "boolean":
        return text.lower()
    if kind == "floating_timestamp":
        form = "%m/%d/%Y" if "/" in text else None
        return datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
    if kind == "point":
        return (
            tuple(map(float, reversed(text.strip("()").split(", "))))
            if text[0] == "("
            else tuple(map(float, text.removeprefix("POINT (").strip(")").split()))
        )
    return text


@ONCE
@given(st.lists(columns, min_size=1, max_size=4), st.sampled_from([",", ";", "\t"]))
def test_a_csv_file_comes_back_with_the_same_values(filled: list[list[str]], delimiter: str) -> None:
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    cells = list(zip(*filled, ["x", "y", "z"], strict=True))
    writer.writerows([[f"c{n}" for n in range(len(filled) + 1)], *cells])
    found, rows = table_of(target.getvalue().encode())
    header, *back = csv.reader(io.StringIO(encoded("csv", found, rows), newline=""), strict=True)
    assert header == [one.name for one in found.columns]
    for row, again in zip(cells, back, strict=True):
        for column, cell, cell_again in zip(found.columns, row, again, strict=True):
            kind = column.type.value
            assert (cell == "") == (cell_again == "")
            if cell:
                assert meaning(kind, cell) == meaning(kind, cell_again), kind


scalars = st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.text(letters, min_size=1)
scalars |= st.decimals(-1000, 1000, places=5).map(float)
nested = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=5)
degrees = st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(list)
shapes = st.none() | degrees.map(lambda at: {"type": "Point", "coordinates": at})
features = st.lists(
    st.tuples(shapes, st.dictionaries(st.sampled_from("abc"), nested)), min_size=1, max_size=4
)


def plain(value: Any) -> Any:
    """Numbers of our JSON are texts of digits; a column of mixed values is text."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return Decimal(str(value))
    return value


@ONCE
@given(features)
def test_a_geojson_file_comes_back_with_the_same_values(given_features: list[Any]) -> None:
    document = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": shape, "properties": properties}
            for shape, properties in given_features
        ],
    }
    found, rows = table_of(json.dumps(document).encode())
    back = json.loads(encoded("geojson", found, rows))["features"]
    types = {one.name: one.type.value for one in found.columns}
    for (shape, properties), again in zip(given_features, back, strict=True):
        assert again["geometry"] == shape
        for name, value in properties.items():
            assert same(types[name], value, again["properties"][name]), (types[name], value)


def same(kind: str, value: Any, again: Any) -> bool:
    if plain(value) is None:
        return again is None
    if kind == "number":
        return Decimal(str(value)) == Decimal(again)
    if kind == "text" and not isinstance(value, str):
        return json.loads(again, parse_float=Decimal) == json.loads(json.dumps(value), parse_float=Decimal)
    if kind in ("url", "floating_timestamp", "fixed_timestamp"):
        return True  # texts that look like one; tested by themselves
    return bool(value == again)


def test_the_stored_rows_of_a_file_do_not_depend_on_the_way_it_was_written() -> None:
    def variants() -> Iterator[bytes]:
        text = 'a,b\n1,"x;y"\n2,é\n'
        yield text.encode()
        yield text.replace("\n", "\r\n").encode("utf-8-sig")
        yield text.encode("utf-16")
        yield 'a;b\n1;"x;y"\n2;é\n'.encode("cp1252")

    assert {str(table_of(content)[1]) for content in variants()} == {"[(1, 'x;y'), (2, 'é')]"}
