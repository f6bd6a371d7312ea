"""Puts all rows of one database in the place of those of another: SQLite and PostgreSQL, either way round.

Alone responsible for which tables belong to an archive, and for moving them in constant memory with their
keys as they are. Sessions are not moved: everybody signs in again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management.color import no_style
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

LIVE, COPY = "default", "archive"
"""The aliases of the database at work and of the SQLite file of an archive."""
ROWS = 2000
PATIENCE = 20
"""Seconds to wait for a database that others are writing to."""


def our_models() -> list[type[models.Model]]:
    """Every table that a backup takes along: all but the sessions of browsers."""
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if model._meta.managed and model is not Session]


@contextmanager
def opened(path: Path) -> Iterator[BaseDatabaseWrapper]:
    """The SQLite file at `path` as a database of Django's, under the alias COPY."""
    wanted: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": path}
    wanted["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA synchronous=OFF"}
    configured = connections.configure_settings({**connections.databases, COPY: wanted})
    connections.databases[COPY] = configured[COPY]
    try:
        yield connections[COPY]
    finally:
        connections[COPY].close()
        del connections[COPY]
        del connections.databases[COPY]


def copy_rows(source: str, target: str, *, before: Callable[[], None] | None = None) -> None:
    """All rows, in the place of what `target` holds: read in one snapshot, written in one transaction.

    `before` is called once nobody else can write to the live database; it may raise.
    """
    live = connections[LIVE]
    with transaction.atomic(using=LIVE), transaction.atomic(using=COPY):
        with live.cursor() as cursor:
            if source == LIVE:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            else:
                cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
        if source == COPY:
            _lock(live)
            if before:
                before()
        _empty(connections[target])
        for model in our_models():
            _copy_table(model, source, connections[target])
        with connections[target].cursor() as cursor:
            for statement in connections[target].ops.sequence_reset_sql(no_style(), our_models()):
                cursor.execute(statement)


def _tables(database: BaseDatabaseWrapper) -> list[str]:
    """All tables that an archive fills, and the one that it leaves empty."""
    every: list[type[models.Model]] = [*our_models(), Session]
    return [database.ops.quote_name(model._meta.db_table) for model in every]


def _lock(live: BaseDatabaseWrapper) -> None:
    with live.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(_tables(live))} IN ACCESS EXCLUSIVE MODE")


def _empty(database: BaseDatabaseWrapper) -> None:
    """PostgreSQL: TRUNCATE, which the triggers of the event log do not see. SQLite: what `migrate` wrote."""
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(_tables(database))}")
        else:
            for table in _tables(database):
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608


def _copy_table(model: type[models.Model], source: str, target: BaseDatabaseWrapper) -> None:
    fields = model._meta.concrete_fields
    names, quote = [field.attname for field in fields], target.ops.quote_name
    columns = ", ".join(quote(field.column or "") for field in fields)
    table = quote(model._meta.db_table)
    rows = model._base_manager.using(source).order_by("pk").values_list(*names).iterator(chunk_size=ROWS)
    prepared = (
        tuple(field.get_db_prep_save(value, target) for field, value in zip(fields, row, strict=True))
        for row in rows
    )
    with target.cursor() as cursor:
        if target.vendor == "postgresql":
            copy = f"COPY {table} ({columns}) FROM STDIN"
            with target.wrap_database_errors, cursor.copy(copy) as stream:
                for row in prepared:
                    stream.write_row(row)
        else:
            insert = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608
            while some := list(islice(prepared, ROWS)):
                cursor.executemany(insert, some)
