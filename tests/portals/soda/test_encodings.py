"""The exact bytes of each form, for each type; and that nothing is held back until the end."""

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.soda import encodings
from portals.soda.encodings import double_text, encode, json_row, number_text
from portals.soda.values.types import OutputColumn, SodaType

POINT = '{"type":"Point","coordinates":[-94.5,39]}'
HUMAN = json.dumps({"address": '7 "Elm" St', "city": "Kent", "state": "WA", "zip": "98032"})
PLACE = json.dumps({"latitude": "39.10", "longitude": "-94.5", "human_address": HUMAN})
LINK = '{"url":"https://example.gov/a","description":"The \\"a\\""}'
CASES: list[tuple[SodaType, Any, str, str]] = [
    (SodaType.TEXT, 'say "ä"\n\u2028=1+1', '"say \\"ä\\"\\n\u2028=1+1"', '"say ""ä""\n\u2028=1+1"'),
    (SodaType.TEXT, 7, '"7"', '"7"'),
    (SodaType.NUMBER, 12, '"12"', '"12"'),
    (SodaType.NUMBER, -12.5, '"-12.5"', '"-12.5"'),
    (SodaType.NUMBER, 3.0, '"3"', '"3"'),
    (SodaType.NUMBER, 1e-7, '"0.0000001"', '"0.0000001"'),
    (SodaType.NUMBER, 1e20, '"100000000000000000000"', '"100000000000000000000"'),
    (SodaType.NUMBER, 1e30, '"1E+30"', '"1E+30"'),
    (SodaType.NUMBER, 2**63 - 1, '"9223372036854775807"', '"9223372036854775807"'),
    (SodaType.NUMBER, float("inf"), '"Infinity"', '"Infinity"'),
    (SodaType.DOUBLE, 1, "1.0", '"1.0"'),
    (SodaType.DOUBLE, 1.5e10, "1.5E10", '"1.5E10"'),
    (SodaType.DOUBLE, float("nan"), '"NaN"', '"NaN"'),
    (SodaType.DOUBLE, float("-inf"), '"-Infinity"', '"-Infinity"'),
    (SodaType.BOOLEAN, 1, "true", '"true"'),
    (SodaType.BOOLEAN, 0, "false", '"false"'),
    (SodaType.FLOATING_TIMESTAMP, "2014-10-13T00:00:00.000", *['"2014-10-13T00:00:00.000"'] * 2),
    (SodaType.FIXED_TIMESTAMP, "2014-10-13T00:00:00.000Z", *['"2014-10-13T00:00:00.000Z"'] * 2),
    (SodaType.POINT, POINT, POINT, '"POINT (-94.5 39)"'),
    (SodaType.LOCATION, PLACE, PLACE, '"7 ""Elm"" St\nKent, WA 98032\n(39.10, -94.5)"'),
    (SodaType.LOCATION, '{"latitude":"1","longitude":"2"}', '{"latitude":"1","longitude":"2"}', '"(1, 2)"'),
    (SodaType.URL, LINK, LINK, '"The ""a"" (https://example.gov/a)"'),
    (SodaType.URL, '{"url":"https://a.gov"}', '{"url":"https://a.gov"}', '"https://a.gov"'),
    (SodaType.JSON, '{"a":[1]}', '{"a":[1]}', '"{""a"":[1]}"'),
    (SodaType.ID, "row-a.b.c", '"row-a.b.c"', '"row-a.b.c"'),
]
ONE = [OutputColumn("a", SodaType.TEXT)]


def text(form: str, columns: list[OutputColumn], rows: Any, **options: Any) -> str:
    return b"".join(encode(form, columns, rows, **options)).decode()


@pytest.mark.parametrize(("kind", "value", "in_json", "in_csv"), CASES)
def test_each_type_has_its_form(kind: SodaType, value: Any, in_json: str, in_csv: str) -> None:
    columns = [OutputColumn("a", kind)]
    assert text("json", columns, [(value,)]) == f'[{{"a":{in_json}}}]\n'
    assert text("csv", columns, [(value,)]) == f'"a"\n{in_csv}\n'
    json.loads(text("json", columns, [(value,)]))


def test_json_leaves_out_what_is_empty_and_puts_a_row_on_a_line() -> None:
    columns = [OutputColumn("a", SodaType.TEXT), OutputColumn("b", SodaType.NUMBER)]
    assert text("json", columns, [("x", 1), (None, 2), (None, None)]) == (
        '[{"a":"x","b":"1"}\n,{"b":"2"}\n,{}]\n'
    )
    assert text("json", columns, []) == "[]\n"
    assert json_row(columns, ("x", None)) == b'{"a":"x"}\n'


def test_csv_quotes_everything_but_what_is_empty() -> None:
    columns = [OutputColumn("a", SodaType.TEXT), OutputColumn('b"c', SodaType.NUMBER)]
    assert text("csv", columns, [("", None), (None, 1)]) == '"a","b""c"\n"",\n,"1"\n'
    assert text("tsv", columns, [("x", 1)]) == '"a"\t"b""c"\n"x"\t"1"\n'
    assert text("csv", columns, [], bom=True) == '\ufeff"a","b""c"\n'


def test_geojson_takes_the_first_geometry_and_keeps_what_is_empty() -> None:
    columns = [
        OutputColumn("a", SodaType.TEXT),
        OutputColumn("p", SodaType.POINT),
        OutputColumn("q", SodaType.POINT),
    ]
    crs = '{ "type": "name", "properties": { "name": "urn:ogc:def:crs:OGC:1.3:CRS84" } }'
    assert text("geojson", columns, [(None, POINT, POINT), ("x", None, None)]) == (
        '{ "type": "FeatureCollection", "features": ['
        f'{{"type":"Feature","geometry":{POINT},"properties":{{"a":null,"q":{POINT}}}}},'
        '{"type":"Feature","geometry":null,"properties":{"a":"x","q":null}}'
        f'], "crs" : {crs} }}'
    )
    plain = json.loads(text("geojson", columns[:1], [("x",)]))
    assert plain["features"] == [{"type": "Feature", "geometry": None, "properties": {"a": "x"}}]


def test_compact_json_has_its_schema_and_the_columns_by_name() -> None:
    columns = [OutputColumn("b", SodaType.NUMBER), OutputColumn("a", SodaType.TEXT)]
    written = text("cjson", columns, [(1, "x"), (None, None)], row_count=2)
    header, *rows = json.loads(written)
    assert header == {
        "approximate_row_count": 2,
        "locale": "en_US",
        "schema": [{"c": "a", "t": "text"}, {"c": "b", "t": "number"}],
    }
    assert rows == [["x", "1"], [None, None]]
    assert "approximate_row_count" not in text("cjson", columns, [])


@pytest.mark.parametrize("form", list(encodings.CONTENT_TYPES))
def test_an_answer_begins_before_its_last_row_is_read(form: str) -> None:
    read = 0

    def rows() -> Iterator[tuple[str]]:
        nonlocal read
        for _ in range(1_000):
            read += 1
            yield ("x" * 1_000,)

    blocks = encode(form, ONE, rows())
    first = next(blocks)
    assert len(first) < 2 * encodings.BLOCK
    assert read < 100
    assert len(first) + sum(map(len, blocks)) > 1_000_000


class Closing:
    """Rows that know whether they were let go."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows, self.closed = iter(rows), False

    def __iter__(self) -> "Closing":
        return self

    def __next__(self) -> tuple[Any, ...]:
        return next(self._rows)

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("wanted", ["all", "a part"])
def test_the_rows_are_let_go_when_the_answer_ends_or_is_given_up(wanted: str) -> None:
    rows = Closing([("x" * encodings.BLOCK,)] * 3)
    blocks = encode("json", ONE, rows)
    next(blocks)
    if wanted == "all":
        list(blocks)
    else:
        blocks.close()
    assert rows.closed


@given(st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_as_what_it_is(value: float) -> None:
    assert Decimal(number_text(value)) == Decimal(repr(value))
    assert float(double_text(value)) == float(value)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)))
def test_text_comes_back_from_json_and_csv(values: list[str]) -> None:
    rows = [(value,) for value in values]
    assert json.loads(text("json", ONE, rows)) == [{"a": value} for value in values]
    reader = csv.reader(io.StringIO(text("csv", ONE, rows), newline=""), strict=True)
    assert list(reader) == [["a"], *([value] for value in values)]
