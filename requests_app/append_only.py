"""Keeps the event log append-only in the database itself: triggers that refuse UPDATE and DELETE.

SQLite drops triggers when a migration rebuilds a table, so they are checked after every migrate.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "requests_app_event"
NAMES = ("event_is_not_changed", "event_is_not_deleted")

_SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS event_is_not_changed BEFORE UPDATE ON {TABLE}
        WHEN NEW.by_id IS OLD.by_id OR NEW.hash IS NOT OLD.hash OR NEW.by_id IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS event_is_not_deleted BEFORE DELETE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
]
_POSTGRESQL = [
    """CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'events are append-only'; END $$""",
    f"""CREATE OR REPLACE TRIGGER event_is_not_changed BEFORE UPDATE ON {TABLE} FOR EACH ROW
        WHEN (NEW.by_id IS NOT DISTINCT FROM OLD.by_id OR NEW.hash IS DISTINCT FROM OLD.hash
              OR NEW.by_id IS NOT NULL)
        EXECUTE FUNCTION refuse_event_change()""",
    f"""CREATE OR REPLACE TRIGGER event_is_not_deleted BEFORE DELETE ON {TABLE} FOR EACH ROW
        EXECUTE FUNCTION refuse_event_change()""",
]


def ensure(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers where they are missing. The one change they let pass is an account's removal
    (by_id becomes NULL); the name as it was then stays in by_name."""
    with connection.cursor() as cursor:
        for statement in _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL:
            cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that the database lacks; for `verify`."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {row[0] for row in cursor.fetchall()}
    return [name for name in NAMES if name not in present]


def check_after_migrate(**kwargs: Any) -> None:
    """Receiver of post_migrate."""
    connection = connections[kwargs["using"]]
    if TABLE in connection.introspection.table_names():
        ensure(connection)
