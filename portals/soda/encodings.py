"""Rows as JSON, CSV, TSV, GeoJSON and compact JSON, byte for byte in the forms that clients of Socrata know.

Streaming: each function takes the columns of an answer and an iterator of rows, and gives blocks of bytes. A
value comes as it is stored (see portals.soda.store.tables); NULL is left out of JSON and empty in CSV.

Cells that begin with "=" are left as they are, also in CSV: this is an interface of data, what a city wrote
must come back unchanged, and an apostrophe put in front would be taken for data by every other program.
Loading warns the steward of such cells instead (docs/tables.md). Files made of what people wrote into cases
are guarded otherwise: requests_app.desk.spreadsheets.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from portals.soda.values.objects import location_text, url_text
from portals.soda.values.shapes import to_wkt
from portals.soda.values.types import GEOMETRIES, OutputColumn, SodaType

Row = Sequence[Any]
Columns = Sequence[OutputColumn]
BLOCK = 64 * 1024
"""About so many letters are sent at once."""
CONTENT_TYPES = {
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "geojson": "application/vnd.geo+json; charset=utf-8",
    "cjson": "application/json+x-socrata-cjson; charset=utf-8",
}
"""Ending of an address -> what is sent."""
_CRS = '{ "type": "name", "properties": { "name": "urn:ogc:def:crs:OGC:1.3:CRS84" } }'
_LARGEST_SCALE = 20
_BOM = "\ufeff"


# -- One value


def number_text(value: Any) -> str:
    """A number in plain digits; with an exponent only where more than twenty zeros would be written."""
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, str):
        return value
    if not math.isfinite(value):
        return _not_finite(value)
    text = repr(value)
    if "e" not in text:
        return text.removesuffix(".0")
    exact = Decimal(text)
    exponent = exact.as_tuple().exponent
    assert isinstance(exponent, int)
    return str(exact) if abs(exponent) > _LARGEST_SCALE else f"{exact:f}"


def double_text(value: Any) -> str:
    """A double as Java writes it, after which the clients' examples are made: 1.0, 1.0E7, 1.0E-4."""
    number = float(value)
    if not math.isfinite(number):
        return _not_finite(number)
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        text = repr(number)
        return text if "e" not in text else f"{Decimal(text):f}"
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    assert isinstance(exponent, int)
    written = "".join(map(str, digits))
    rest = written[1:] or "0"
    return f"{'-' if sign else ''}{written[0]}.{rest}E{exponent + len(written) - 1}"


def _not_finite(number: float) -> str:
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _json_double(value: Any) -> str:
    text = double_text(value)
    return text if math.isfinite(float(value)) else f'"{text}"'


def _truth(value: Any) -> str:
    return "true" if value else "false"


def _as_is(value: Any) -> str:
    return str(value)


def _string(value: Any) -> str:
    return encode_basestring(value if isinstance(value, str) else str(value))


_JSON: dict[SodaType, Callable[[Any], str]] = {
    SodaType.NUMBER: lambda value: f'"{number_text(value)}"',
    SodaType.DOUBLE: _json_double,
    SodaType.BOOLEAN: _truth,
    SodaType.LOCATION: _as_is,
    SodaType.URL: _as_is,
    SodaType.JSON: _as_is,
    **dict.fromkeys(GEOMETRIES, _as_is),
}
"""How the others than text are written; stored objects are JSON already."""


_PLAIN: dict[SodaType, Callable[[Any], str]] = {
    SodaType.NUMBER: number_text,
    SodaType.DOUBLE: double_text,
    SodaType.BOOLEAN: _truth,
    SodaType.LOCATION: location_text,
    SodaType.URL: url_text,
    **dict.fromkeys(GEOMETRIES, to_wkt),
}


def plain_text(kind: SodaType, value: Any) -> str:
    """A value as text alone: what stands between the quotes of CSV."""
    return _PLAIN.get(kind, _as_is)(value)


# -- Whole answers


def encode(
    form: str, columns: Columns, rows: Iterable[Row], *, bom: bool = False, row_count: int | None = None
) -> Iterator[bytes]:
    """The answer in `form`, one of CONTENT_TYPES. `bom` is for CSV and TSV, `row_count` for cjson."""
    if form == "json":
        parts = _json(columns, rows)
    elif form == "geojson":
        parts = _geojson(columns, rows)
    elif form == "cjson":
        parts = _cjson(columns, rows, row_count)
    else:
        parts = _separated(columns, rows, "," if form == "csv" else "\t", bom)
    return _blocks(parts, rows)


def json_row(columns: Columns, row: Row) -> bytes:
    """A single row, as `/resource/<id>/<row>.json` gives it."""
    return f"{_object(_named(columns), row)}\n".encode()


def _blocks(parts: Iterator[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """Parts gathered to blocks; the rows are let go whatever happens."""
    waiting: list[str] = []
    size = 0
    try:
        for part in parts:
            waiting.append(part)
            size += len(part)
            if size >= BLOCK:
                yield "".join(waiting).encode("utf-8", "replace")
                waiting, size = [], 0
        if waiting:
            yield "".join(waiting).encode("utf-8", "replace")
    finally:
        if close := getattr(rows, "close", None):
            close()


Named = list[tuple[str, Callable[[Any], str]]]


def _named(columns: Columns) -> Named:
    return [(f"{encode_basestring(one.name)}:", _JSON.get(one.type, _string)) for one in columns]


def _object(named: Named, row: Row) -> str:
    members = [
        name + write(value) for (name, write), value in zip(named, row, strict=True) if value is not None
    ]
    return f"{{{','.join(members)}}}"


def _json(columns: Columns, rows: Iterable[Row]) -> Iterator[str]:
    named, before = _named(columns), "["
    for row in rows:
        yield before + _object(named, row)
        before = "\n,"
    yield "[]\n" if before == "[" else "]\n"


def _geojson(columns: Columns, rows: Iterable[Row]) -> Iterator[str]:
    place = next((number for number, one in enumerate(columns) if one.type in GEOMETRIES), None)
    named = _named(columns)
    yield '{ "type": "FeatureCollection", "features": ['
    before = ""
    for row in rows:
        shape = row[place] if place is not None else None
        properties = ",".join(
            name + ("null" if value is None else write(value))
            for number, ((name, write), value) in enumerate(zip(named, row, strict=True))
            if number != place
        )
        yield f'{before}{{"type":"Feature","geometry":{shape or "null"},"properties":{{{properties}}}}}'
        before = ","
    yield f'], "crs" : {_CRS} }}'


def _cjson(columns: Columns, rows: Iterable[Row], row_count: int | None) -> Iterator[str]:
    """A header with the schema, then arrays; columns in the order of their names."""
    order = sorted(range(len(columns)), key=lambda number: columns[number].name)
    schema = ",".join(
        f'{{"c":{encode_basestring(columns[number].name)},"t":"{columns[number].type}"}}' for number in order
    )
    about = f'"approximate_row_count":{row_count}\n ,' if row_count is not None else ""
    yield f'[{{{about}"locale":"en_US"\n ,"schema":[{schema}]\n }}\n'
    writers = [_JSON.get(columns[number].type, _string) for number in order]
    for row in rows:
        values = (
            "null" if row[number] is None else write(row[number])
            for number, write in zip(order, writers, strict=True)
        )
        yield f",[{','.join(values)}]\n"
    yield "]\n"


def _separated(columns: Columns, rows: Iterable[Row], separator: str, bom: bool) -> Iterator[str]:
    writers = [_PLAIN.get(one.type, _as_is) for one in columns]
    yield f"{_BOM if bom else ''}{separator.join(_quoted(one.name) for one in columns)}\n"
    for row in rows:
        cells = (
            "" if value is None else _quoted(write(value)) for write, value in zip(writers, row, strict=True)
        )
        yield f"{separator.join(cells)}\n"


def _quoted(text: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"'
