"""The types of columns and of what a query gives, and what may be done with each. Imports nothing of ours.

A value of `SodaType` is the name that stands in `X-SODA2-Types`, in casts (`::number`) and in error messages.
"""

from dataclasses import dataclass
from enum import StrEnum


class SodaType(StrEnum):
    """What a column holds. The order is that in which an ambiguous expression is decided."""

    TEXT = "text"
    NUMBER = "number"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    FIXED_TIMESTAMP = "fixed_timestamp"
    FLOATING_TIMESTAMP = "floating_timestamp"
    POINT = "point"
    MULTIPOINT = "multipoint"
    LINE = "line"
    MULTILINE = "multiline"
    POLYGON = "polygon"
    MULTIPOLYGON = "multipolygon"
    LOCATION = "location"
    URL = "url"
    ID = "row_identifier"
    VERSION = "row_version"
    JSON = "json"


GEOMETRIES = frozenset(
    {
        SodaType.POINT,
        SodaType.MULTIPOINT,
        SodaType.LINE,
        SodaType.MULTILINE,
        SodaType.POLYGON,
        SodaType.MULTIPOLYGON,
    }
)
"""Stored as compact GeoJSON, longitude before latitude."""

NUMERIC = frozenset({SodaType.NUMBER, SodaType.DOUBLE})
TIMESTAMPS = frozenset({SodaType.FIXED_TIMESTAMP, SodaType.FLOATING_TIMESTAMP})

ORDERED = (
    NUMERIC | TIMESTAMPS | {SodaType.TEXT, SodaType.BOOLEAN, SodaType.ID, SodaType.VERSION, SodaType.URL}
)
"""What `<`, ORDER BY, min and max take."""

EQUATABLE = ORDERED | GEOMETRIES | {SodaType.LOCATION, SodaType.JSON}
"""What `=`, IN, GROUP BY and DISTINCT take."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its field name, what it holds, and what its publisher says of it."""

    name: str
    type: SodaType
    title: str = ""
    description: str = ""
    position: int = 0


ROW_ID = ":id"
SYSTEM_COLUMNS = (
    Column(ROW_ID, SodaType.ID),
    Column(":created_at", SodaType.FIXED_TIMESTAMP),
    Column(":updated_at", SodaType.FIXED_TIMESTAMP),
)
"""What every table has beside its own columns; only in an answer where the query selects it."""


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of an answer, in its place."""

    name: str
    type: SodaType
