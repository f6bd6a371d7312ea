"""`/api/views/<id>/rows.json`: all rows as lists, behind a description of the columns.

Each row begins with eight values about itself, in the order of `metadata.SYSTEM`; what is not known of a row
(its number within Socrata, who changed it) is null.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from portals.soda.encodings import plain_text
from portals.soda.metadata import SYSTEM, as_text
from portals.soda.values.types import OutputColumn, SodaType

Row = Sequence[Any]
ABOUT = 3
"""Values of a row that come first: `:id`, `:created_at`, `:updated_at`."""


def pieces(view: dict[str, Any], columns: Sequence[OutputColumn], rows: Iterable[Row]) -> Iterator[str]:
    """The document. `columns` and `rows` are those of `:id, :created_at, :updated_at` and all columns."""
    described = view | {"columns": [*map(_system_column, SYSTEM), *view["columns"]]}
    yield f'{{"meta":{{"view":{as_text(described)}}},"data":['
    between = "\n"
    for row in rows:
        yield between + json.dumps(_row(columns, row), ensure_ascii=False, separators=(",", ":"))
        between = ",\n"
    yield "\n]}\n"


def _system_column(described: tuple[int, str, str, str]) -> dict[str, Any]:
    number, name, field, kind = described
    return {
        "id": number,
        "name": name,
        "fieldName": field,
        "position": 0,
        "dataTypeName": kind,
        "renderTypeName": kind,
        "flags": ["hidden"],
    }


def _row(columns: Sequence[OutputColumn], row: Row) -> list[Any]:
    """Identifier, no number of Socrata's, place 0, when created, by nobody known, when updated, likewise."""
    identifier, created, updated = row[:ABOUT]
    values = [_value(column, value) for column, value in zip(columns[ABOUT:], row[ABOUT:], strict=True)]
    return [identifier, None, 0, _seconds(created), None, _seconds(updated), None, "{ }", *values]


def _value(column: OutputColumn, value: Any) -> Any:
    """As JSON has it, but numbers as text, geometries as WKT, addresses and links as lists."""
    if value is None or column.type == SodaType.DOUBLE:
        return value
    if column.type == SodaType.BOOLEAN:
        return bool(value)
    if column.type == SodaType.LOCATION:
        place = json.loads(value)
        return [place.get("human_address"), place.get("latitude"), place.get("longitude"), None, False]
    if column.type == SodaType.URL:
        link = json.loads(value)
        return [link.get("url"), link.get("description")]
    if column.type == SodaType.JSON:
        return json.loads(value)
    return plain_text(column.type, value)


def _seconds(moment: str | None) -> int | None:
    """A stored moment of UTC as whole seconds of Unix."""
    return int(datetime.fromisoformat(moment).timestamp()) if moment else None
