"""Runs one statement over one table file and gives its rows in portions, never all at once.

Alone responsible for what a statement may do: read this file, within a time and with bounded values. The
statement is ours (portals.soda.language.sql), its parts are a stranger's; so a mistake there must not reach
further than the table that he may read anyhow. The file is opened read-only and immutable, an authorizer
lets nothing but reading through, a progress handler stops what takes too long, and no value grows beyond a
limit. What is sorted or grouped lies in temporary files where it is large, as SQLite does it.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from portals.soda.errors import QueryError, timed_out
from portals.soda.language.sql import refusal
from portals.soda.language.sql_functions import register
from portals.soda.store import tables

SECONDS = 10.0
"""How long a statement may work; the time in which a slow client takes the rows does not count."""
PORTION = 500
"""Rows fetched at a time."""
LONGEST_VALUE = 16 * 1024 * 1024
"""Bytes of a value, and of a row; loading takes no row that comes near it."""
_STEPS = 10_000  # of SQLite's machine between two looks at the clock; well under a millisecond
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: LONGEST_VALUE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
}
_READS = {tables.ROWS, tables.SEARCH}
_SHADOWS = f"{tables.SEARCH}_"
_NEVER = {"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"}


class Runnable(Protocol):
    """A statement as `portals.soda.language.sql` gives it: parameters by name or by place."""

    @property
    def sql(self) -> str: ...
    @property
    def parameters(self) -> Any: ...


class Rows(Iterator[tuple[Any, ...]]):
    """The rows of an answer. The first portion was fetched when this exists, so whatever is wrong with a
    statement is known before a byte is sent. Close it, or read it to its end."""

    def __init__(self, connection: sqlite3.Connection, clock: "_Clock") -> None:
        self._connection: sqlite3.Connection | None = connection
        self._clock = clock
        self._cursor: sqlite3.Cursor | None = None
        self._portion: Iterator[tuple[Any, ...]] = iter(())

    def start(self, sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> None:
        """Execute and fetch the first portion. Raises SodaError; then it is closed."""
        with self._guarded():
            assert self._connection is not None
            self._cursor = self._connection.execute(sql, parameters)
        self._fetch()

    def __next__(self) -> tuple[Any, ...]:
        row = next(self._portion, None)
        if row is None and self._cursor is not None:
            self._fetch()
            row = next(self._portion, None)
        if row is None:
            self.close()
            raise StopIteration
        return row

    def _fetch(self) -> None:
        assert self._cursor is not None
        with self._guarded():
            self._portion = iter(self._cursor.fetchmany(PORTION))

    def _guarded(self) -> "_Guard":
        return _Guard(self, self._clock)

    def close(self) -> None:
        """Let go of the file. Harmless a second time."""
        self._cursor = None
        self._portion = iter(())
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        self.close()


class _Clock:
    """Counts the time that SQLite works, and says stop when it has had its share."""

    def __init__(self, seconds: float) -> None:
        self.allowed, self.spent, self.since = seconds, 0.0, 0.0

    def is_over(self) -> bool:
        return self.spent + time.monotonic() - self.since > self.allowed


class _Guard:
    """Runs SQLite's clock, and turns what SQLite raises into what the API answers."""

    def __init__(self, rows: Rows, clock: _Clock) -> None:
        self._rows, self._clock = rows, clock

    def __enter__(self) -> None:
        self._clock.since = time.monotonic()

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        over = self._clock.is_over()
        self._clock.spent += time.monotonic() - self._clock.since
        if error is None:
            return
        self._rows.close()
        if isinstance(error, sqlite3.Error):
            raise _answer_to(error, self._clock, over) from error


def _answer_to(error: sqlite3.Error, clock: _Clock, over: bool) -> Exception:
    """Too long and too large are the asker's; anything else is ours and stays an error of the server."""
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_INTERRUPT or (over and isinstance(error, sqlite3.OperationalError)):
        return timed_out(clock.allowed)
    if code == sqlite3.SQLITE_TOOBIG or isinstance(error, sqlite3.DataError):
        return QueryError(
            "query.execution.value-too-large",
            f"A value of the answer would be larger than {LONGEST_VALUE} bytes",
        )
    return refusal(error) or error


def run(table_file: Path, statement: Runnable, timeout: float = SECONDS) -> Rows:
    """The rows of `statement` over the table in `table_file`, as tuples in the order of its output.

    Raises QueryError where it takes longer than `timeout` seconds of work or a value grows too large, also
    later, between two portions; sqlite3.Error where statement or file are broken, which is our mistake.
    """
    clock = _Clock(timeout)
    rows = Rows(_guarded_connection(table_file, clock.is_over), clock)
    rows.start(statement.sql, statement.parameters)
    return rows


def _guarded_connection(table_file: Path, is_over: Callable[[], bool]) -> sqlite3.Connection:
    connection = tables.opened(table_file)
    try:
        connection.execute("PRAGMA temp_store=FILE")
        connection.execute("PRAGMA cache_size=-8000")  # 8 MB; the system keeps the file itself at hand
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute(f"SELECT rowid FROM {tables.SEARCH} LIMIT 0")  # noqa: S608 - connects FTS5 now
        for limit, value in _LIMITS.items():
            connection.setlimit(limit, value)
        register(connection)
        connection.set_authorizer(_may)
        connection.set_progress_handler(is_over, _STEPS)
    except BaseException:
        connection.close()
        raise
    return connection


def _may(action: int, first: str | None, second: str | None, database: str | None, inside: str | None) -> int:
    """What SQLite asks for each thing that a statement would do: reading our two tables is all it may."""
    if action == sqlite3.SQLITE_SELECT:
        allowed = True
    elif action == sqlite3.SQLITE_READ:
        allowed = first in _READS or (first or "").startswith(_SHADOWS)
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = second not in _NEVER
    else:  # FTS5 asks whether the file has changed
        allowed = action == sqlite3.SQLITE_PRAGMA and first == "data_version" and second is None
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
