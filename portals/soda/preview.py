"""The first rows of a table and its columns, for the page of a dataset. Read-only.

Alone responsible for how a stored value looks to people; programs get it from portals.soda.encodings.
"""

import json
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import Dataset, Table
from portals.soda.encodings import number_text
from portals.soda.errors import SodaError
from portals.soda.store import engine, tables
from portals.soda.values.objects import location_text, url_text
from portals.soda.values.types import GEOMETRIES, NUMERIC, Column, SodaType

logger = logging.getLogger(__name__)

ROWS = 8
COLUMNS = 40
_LETTERS = 120

KINDS: dict[SodaType, Promise] = {
    SodaType.TEXT: gettext_lazy("Text"),
    SodaType.NUMBER: gettext_lazy("Number"),
    SodaType.DOUBLE: gettext_lazy("Number"),
    SodaType.BOOLEAN: gettext_lazy("Yes or no"),
    SodaType.FLOATING_TIMESTAMP: gettext_lazy("Date and time"),
    SodaType.FIXED_TIMESTAMP: gettext_lazy("Date and time, UTC"),
    SodaType.POINT: gettext_lazy("Point"),
    SodaType.MULTIPOINT: gettext_lazy("Points"),
    SodaType.LINE: gettext_lazy("Line"),
    SodaType.MULTILINE: gettext_lazy("Lines"),
    SodaType.POLYGON: gettext_lazy("Area"),
    SodaType.MULTIPOLYGON: gettext_lazy("Areas"),
    SodaType.LOCATION: gettext_lazy("Address with place"),
    SodaType.URL: gettext_lazy("Link"),
    SodaType.JSON: gettext_lazy("Nested data"),
}
"""What people call a type; its name for programs stands beside it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as people read it; `url` where it leads somewhere; `num`: it stands at the right."""

    text: str
    url: str = ""
    num: bool = False


@dataclass(frozen=True, slots=True)
class DescribedField:
    """A column of the table, with what the catalogue says of it today."""

    name: str
    title: str
    kind: Promise
    data_type: str
    description: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows; shapes, of which a table shows little, stand last. `hidden`: columns not shown."""

    table: Table
    columns: list[Column]
    rows: list[list[Cell]]
    hidden: int


def preview_context(dataset: Dataset) -> dict[str, Any]:
    """`preview` and `fields` for the page of a dataset; empty where no table of it is served.

    One query for the table, one for the fields. A table file that cannot be read costs the preview only.
    """
    table = tables.served_table(dataset)
    if table is None:
        return {}
    columns = tables.columns_of(table)
    context: dict[str, Any] = {"fields": described(dataset, columns), "loaded": table}
    try:
        context["preview"] = _preview(table, columns, dataset.city.zone)
    except (sqlite3.Error, SodaError):
        logger.exception("The table of %s cannot be read", dataset.identifier)
    return context


def described(dataset: Dataset, columns: tuple[Column, ...]) -> list[DescribedField]:
    """The data dictionary: what the table has, in the words that the catalogue has for it."""
    meanings = {row.name.lower(): row for row in dataset.fields.all()}
    fields = []
    for column in columns:
        row = meanings.get(column.name)
        fields.append(
            DescribedField(
                name=column.name,
                title=(row.title if row else "") or (column.title if column.title != column.name else ""),
                kind=KINDS.get(column.type, gettext_lazy("Text")),
                data_type=column.type.value,
                description=(row.description if row else "") or column.description,
            )
        )
    return fields


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    parameters: tuple[int]


def _preview(table: Table, columns: tuple[Column, ...], zone: tzinfo) -> Preview:
    shown = sorted(columns, key=lambda column: column.type in GEOMETRIES)[:COLUMNS]
    names = ", ".join(f'"{column.name}"' for column in shown)
    sql = f"SELECT {names} FROM {tables.ROWS} ORDER BY _id LIMIT ?"  # noqa: S608 - names of our own making
    rows = engine.run(tables.path_of(table.sha256), _Statement(sql, (ROWS,)))
    cells = [[_cell(column, value, zone) for column, value in zip(shown, row, strict=True)] for row in rows]
    return Preview(table, shown, cells, len(columns) - len(shown))


def _cell(column: Column, value: Any, zone: tzinfo) -> Cell:
    if value is None:
        return Cell("")
    if column.type in NUMERIC:
        return Cell(number_text(value), num=True)
    if column.type == SodaType.URL:
        address = json.loads(value).get("url", "")
        return Cell(_short(url_text(value)), url=address)
    write = _WRITERS.get(column.type)
    if column.type == SodaType.FIXED_TIMESTAMP:
        return Cell(_moment(datetime.fromisoformat(value).astimezone(zone)))
    return Cell(_short(write(value) if write else str(value)))


def _short(text: str) -> str:
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS].rstrip()}…"


def _moment(moment: datetime) -> str:
    has_time = moment.hour or moment.minute or moment.second
    return formats.date_format(moment, "DATETIME_FORMAT" if has_time else "DATE_FORMAT")


def _floating(value: str) -> str:
    return _moment(datetime.fromisoformat(value).replace(tzinfo=UTC))


def _shape(value: str) -> str:
    shape = json.loads(value)
    if shape["type"] == "Point":
        longitude, latitude = shape["coordinates"]
        return f"{latitude}, {longitude}"
    return _("shape of %(count)d positions") % {"count": _positions(shape["coordinates"])}


def _positions(coordinates: Any) -> int:
    if coordinates and isinstance(coordinates[0], list):
        return sum(map(_positions, coordinates))
    return 1


_WRITERS: dict[SodaType, Callable[[str], str]] = {
    SodaType.BOOLEAN: lambda value: _("yes") if value else _("no"),
    SodaType.FLOATING_TIMESTAMP: _floating,
    SodaType.LOCATION: lambda value: location_text(value).replace("\n", ", "),
    **dict.fromkeys(GEOMETRIES, _shape),
}
