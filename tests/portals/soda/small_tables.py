"""Small tables in the layout of a table file, in memory, for the tests of the language."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from portals.soda.language.analysis import analyse
from portals.soda.language.parser import parse_query
from portals.soda.language.sql import Statement, to_sql
from portals.soda.language.sql_functions import register
from portals.soda.values.types import Column, SodaType

T = SodaType
COLUMNS = (
    Column("name", T.TEXT),
    Column("amount", T.NUMBER),
    Column("ratio", T.DOUBLE),
    Column("open", T.BOOLEAN),
    Column("at", T.FLOATING_TIMESTAMP),
    Column("seen", T.FIXED_TIMESTAMP),
    Column("place", T.POINT),
    Column("area", T.POLYGON),
    Column("link", T.URL),
    Column("home", T.LOCATION),
    Column("more", T.JSON),
)
KANSAS_CITY = '{"type":"Point","coordinates":[-94.5786,39.0997]}'
PORTLAND = '{"type":"Point","coordinates":[-122.6784,45.5152]}'
SQUARE = '{"type":"Polygon","coordinates":[[[-95,39],[-94,39],[-94,40],[-95,40],[-95,39]]]}'
HOME = '{"latitude":"39.1","longitude":"-94.5","human_address":"{\\"city\\":\\"Kansas City\\"}"}'
LINK = '{"url":"https://kcmo.gov/1","description":"case 1"}'
ROWS: tuple[tuple[Any, ...], ...] = (
    (
        "Café Ø",
        1,
        0.5,
        1,
        "2020-01-31T10:20:30.400",
        "2020-01-31T04:05:06.500Z",
        KANSAS_CITY,
        SQUARE,
        LINK,
        HOME,
        '{"a":[1,{"b":"x"}]}',
    ),
    ("Bob", 7, 1.5, 0, "2021-01-03T00:00:00.000", "2020-07-01T00:00:00.000Z", PORTLAND, *(None,) * 4),
    ("50%_off", -7.5, 2.0, 1, "2020-02-29T23:59:59.999", *(None,) * 6),
    ("bob", 7, None, None, *(None,) * 7),
    (None, None, None, 0, *(None,) * 7),
)


def table(columns: Sequence[Column] = COLUMNS, rows: Sequence[Sequence[Any]] = ROWS) -> sqlite3.Connection:
    """A table with these rows; the first has `:id` row-aaaa.bbbb.0001. Its words can be sought."""
    connection = sqlite3.connect(":memory:")
    register(connection)
    names = ", ".join(f'"{column.name}"' for column in columns)
    connection.execute(
        "CREATE TABLE rows (_id INTEGER PRIMARY KEY, _row TEXT UNIQUE, _created TEXT, _updated TEXT, "
        f"{names})"
    )
    connection.execute(
        "CREATE VIRTUAL TABLE search USING fts5(words, content='', "
        'tokenize="porter unicode61 remove_diacritics 2")'
    )
    moment = "2026-03-02T00:00:00.000Z"
    holes = ", ".join("?" * (4 + len(columns)))
    for number, row in enumerate(rows, start=1):
        values = (number, f"row-aaaa.bbbb.{number:04}", moment, moment, *row)
        connection.execute(f"INSERT INTO rows VALUES ({holes})", values)
        text = " ".join(str(value) for value in row if isinstance(value, str))
        connection.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (number, text))
    return connection


def statement(query: str, columns: Sequence[Column] = COLUMNS) -> Statement:
    return to_sql(analyse(parse_query(query), columns))


def answer(
    connection: sqlite3.Connection, query: str, columns: Sequence[Column] = COLUMNS
) -> list[tuple[Any, ...]]:
    """The rows that a query gives."""
    told = statement(query, columns)
    return connection.execute(told.sql, told.parameters).fetchall()


def column(connection: sqlite3.Connection, query: str, columns: Sequence[Column] = COLUMNS) -> list[Any]:
    """The values of a query with one column."""
    return [value for (value,) in answer(connection, query, columns)]
