"""Writes a table file: the rows with their identifiers and moments, the words for `$q`, the indexes.

Alone responsible for the layout that portals.soda.store.tables describes. The identifier of a row follows
from the dataset and from its content, or from a column that is its key, so that a reload gives a row the
identifier it had; its moments are taken over from the former file. Memory is bounded: what is sorted is
sorted on disk.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _

from portals.soda.files.source_file import LoadError
from portals.soda.store.tables import ROWS, SEARCH
from portals.soda.values.objects import location_text, url_text
from portals.soda.values.types import Column, SodaType

LAYOUT = 1
"""Stands in `user_version` of a file; a file of another layout is loaded again."""
_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"  # Socrata's, without 0, 1, l and o
_JOINTS = "-._~"
_BATCH = 2_000
_INDEXES = 16
_ROWS_WORTH_AN_INDEX = 1_000
_LONGEST_INDEXED = 200
_AFFINITY = {SodaType.NUMBER: "NUMERIC", SodaType.DOUBLE: "REAL", SodaType.BOOLEAN: "INTEGER"}
_READY = (
    *("PRAGMA page_size=4096", "PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA temp_store=FILE"),
    *("PRAGMA cache_size=-64000", "PRAGMA locking_mode=EXCLUSIVE", f"PRAGMA user_version={LAYOUT}"),
)
_WORDS = f"""CREATE VIRTUAL TABLE {SEARCH} USING fts5(
    text, content='', columnsize=0, tokenize='porter unicode61 remove_diacritics 2')"""


@dataclass(frozen=True)
class Plan:
    """What to write. `owner` tells datasets apart, `moment` is the stored text of now (UTC), `former` the
    file before; `keyed`: the identity of a row is its key and stands there once; `indexed`: names of columns.
    """

    columns: tuple[Column, ...]
    owner: str
    moment: str
    former: Path | None = None
    keyed: bool = False
    indexed: tuple[str, ...] = ()


def row_identifier(owner: str, identity: str) -> str:
    """`row-xxxx.xxxx.xxxx`: 64 bits of a hash, in the letters and joints that clients expect."""
    digest = hashlib.blake2b(identity.encode(), digest_size=8, key=owner.encode()[:64]).digest()
    bits = int.from_bytes(digest)
    letters = "".join(_ALPHABET[bits >> 5 * place & 31] for place in range(12))
    first, second = _JOINTS[bits >> 60 & 3], _JOINTS[bits >> 62 & 3]
    return f"row-{letters[:4]}{first}{letters[4:8]}{second}{letters[8:]}"


def quoted(name: str) -> str:
    """A name as SQL has it; ours hold no quote."""
    return f'"{name}"'


def write(path: Path, plan: Plan, rows: Iterable[tuple[str, Sequence[Any]]]) -> int:
    """Write `rows`, each its identity and its stored values, to the new file `path`; how many.

    Raises LoadError, also what `rows` raises; then the file is of no use.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}", uri=True, isolation_level=None)) as database:
            for statement in _READY:
                database.execute(statement)
            database.execute("BEGIN")
            _create(database, plan)
            count = _insert(database, plan, rows)
            _identify(database, plan)
            database.execute("COMMIT")
            if plan.former is not None:
                _take_over(database, plan)
            database.execute("BEGIN")
            _index(database, plan, count)
            database.execute("COMMIT")
    except sqlite3.Error as error:
        raise LoadError(_("The table file cannot be written: %(why)s.") % {"why": error}) from error
    return count


def _create(database: sqlite3.Connection, plan: Plan) -> None:
    fields = "".join(f", {quoted(one.name)} {_AFFINITY.get(one.type, 'TEXT')}" for one in plan.columns)
    database.execute(
        f"CREATE TABLE {ROWS} (_id INTEGER PRIMARY KEY, _row TEXT NOT NULL, "
        f"_created TEXT NOT NULL, _updated TEXT NOT NULL{fields})"
    )
    database.execute(_WORDS)


def _insert(database: sqlite3.Connection, plan: Plan, rows: Iterable[tuple[str, Sequence[Any]]]) -> int:
    places = ", ".join("?" * (len(plan.columns) + 4))
    insert = f"INSERT INTO {ROWS} VALUES ({places})"  # noqa: S608
    search = f"INSERT INTO {SEARCH} (rowid, text) VALUES (?, ?)"  # noqa: S608
    words = _Words(plan.columns)
    numbered: Iterator[tuple[int, tuple[str, Sequence[Any]]]] = enumerate(rows, 1)
    count = 0
    while batch := list(islice(numbered, _BATCH)):
        database.executemany(
            insert,
            (
                (number, row_identifier(plan.owner, identity), plan.moment, plan.moment, *values)
                for number, (identity, values) in batch
            ),
        )
        database.executemany(search, ((number, words.of(values)) for number, (_key, values) in batch))
        count = batch[-1][0]
    database.execute(f"INSERT INTO {SEARCH} ({SEARCH}) VALUES ('optimize')")  # noqa: S608
    return count


class _Words:
    """The text by which a row is found: its texts, its links and addresses, its whole numbers."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._texts = [place for place, one in enumerate(columns) if one.type in _PLAIN_WORDS]
        self._numbers = [place for place, one in enumerate(columns) if one.type == SodaType.NUMBER]
        self._objects = [
            (place, _OBJECT_WORDS[one.type]) for place, one in enumerate(columns) if one.type in _OBJECT_WORDS
        ]

    def of(self, values: Sequence[Any]) -> str:
        found = [values[place] for place in self._texts if values[place] is not None]
        found += [str(values[place]) for place in self._numbers if isinstance(values[place], int)]
        found += [words(values[place]) for place, words in self._objects if values[place] is not None]
        return "\n".join(found)


_PLAIN_WORDS = {SodaType.TEXT, SodaType.JSON}
_OBJECT_WORDS = {SodaType.URL: url_text, SodaType.LOCATION: location_text}


def _identify(database: sqlite3.Connection, plan: Plan) -> None:
    """Each row its own identifier: of rows that are alike the second, third ... get one of their own.

    Found before the index is made: without a journal a statement that fails leaves the file in pieces.
    """
    alike = f"SELECT _id, _row, row_number() OVER (PARTITION BY _row ORDER BY _id) AS n FROM {ROWS}"  # noqa: S608
    database.execute(f"CREATE TEMP TABLE again AS SELECT * FROM ({alike}) WHERE n > 1")  # noqa: S608
    (place,) = database.execute("SELECT min(_id) FROM again").fetchone()
    if place is not None and plan.keyed:
        raise LoadError(_("The key is not unique: row %(row)d has that of a row before it.") % {"row": place})
    if place is not None:
        database.create_function(
            "next_identifier", 2, lambda row, n: row_identifier(plan.owner, f"{row} {n}"), deterministic=True
        )
        database.execute("CREATE UNIQUE INDEX temp.again_by_id ON again (_id)")
        database.execute(
            f"UPDATE {ROWS} SET _row = (SELECT next_identifier(again._row, n) FROM again "  # noqa: S608
            f"WHERE again._id = {ROWS}._id) WHERE _id IN (SELECT _id FROM again)"
        )
    database.execute("DROP TABLE again")
    database.execute(f"CREATE UNIQUE INDEX rows_by_row ON {ROWS} (_row)")


def _take_over(database: sqlite3.Connection, plan: Plan) -> None:
    """A row that was there before keeps when it came, and when it changed if it did not change now."""
    database.execute("ATTACH ? AS former", [f"file:{quote(str(plan.former))}?mode=ro&immutable=1"])
    try:
        former = [row[1] for row in database.execute(f"PRAGMA former.table_info({ROWS})")]
        same = "1"
        if plan.keyed:
            names = [one.name for one in plan.columns]
            is_same = (f"f.{quoted(name)} IS {ROWS}.{quoted(name)}" for name in names)
            same = " AND ".join(is_same) if sorted(former[4:]) == sorted(names) else "0"
        database.execute(
            f"UPDATE {ROWS} SET (_created, _updated) = (SELECT f._created, CASE WHEN {same} "  # noqa: S608
            f"THEN f._updated ELSE {ROWS}._updated END FROM former.{ROWS} f WHERE f._row = {ROWS}._row) "
            f"WHERE _row IN (SELECT _row FROM former.{ROWS})"
        )
    finally:
        database.execute("DETACH former")


def _index(database: sqlite3.Connection, plan: Plan, count: int) -> None:
    """Small tables are read through faster than an index is opened."""
    if count >= _ROWS_WORTH_AN_INDEX:
        for number, name in enumerate(plan.indexed[:_INDEXES]):
            database.execute(f"CREATE INDEX by_{number} ON {ROWS} ({quoted(name)})")
        database.execute(f"CREATE INDEX by_updated ON {ROWS} (_updated)")
    database.execute("ANALYZE")


def worth_an_index(column: Column, *, different: int, longest: int) -> bool:
    """Whether people filter or sort by such a column: moments, numbers, and texts that are short."""
    if different < 2:
        return False
    if column.type in (SodaType.FLOATING_TIMESTAMP, SodaType.FIXED_TIMESTAMP, SodaType.NUMBER):
        return True
    return column.type == SodaType.TEXT and longest <= _LONGEST_INDEXED
