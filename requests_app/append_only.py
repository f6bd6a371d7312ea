"""Keeps the event log append-only in the database itself: triggers that refuse UPDATE and DELETE.

SQLite drops triggers when a migration rebuilds a table, so they are made again after every migrate.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "requests_app_event"
NAMES = ("event_is_not_changed", "event_is_not_deleted")

_REFUSE = """CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'events are append-only'; END $$"""
_POSTGRESQL = (
    f"""CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON {TABLE} FOR EACH ROW
        WHEN (NEW.by_id IS NOT NULL OR OLD.by_id IS NULL
              OR to_jsonb(NEW) - 'by_id' IS DISTINCT FROM to_jsonb(OLD) - 'by_id')
        EXECUTE FUNCTION refuse_event_change()""",
    f"""CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON {TABLE} FOR EACH ROW
        EXECUTE FUNCTION refuse_event_change()""",
)


def _sqlite(columns: list[str]) -> tuple[str, ...]:
    changed = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in columns if name != "by_id")
    return (
        f"""CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON {TABLE}
            WHEN NEW.by_id IS NOT NULL OR OLD.by_id IS NULL OR {changed}
            BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
        f"""CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON {TABLE}
            BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    )


def ensure(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers as they should be. The one change they let pass is an account's removal (by_id
    becomes NULL and nothing else changes); the name as it was then stays in by_name."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        drop(connection)
        if connection.vendor == "sqlite":
            columns = [
                column.name for column in connection.introspection.get_table_description(cursor, TABLE)
            ]
            statements = _sqlite(columns)
        else:
            statements = (_REFUSE, *_POSTGRESQL)
        for statement in statements:
            cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: before they are made anew, and where a whole database is emptied."""
    place = "" if connection.vendor == "sqlite" else f" ON {TABLE}"
    with connection.cursor() as cursor:
        for name in NAMES:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers that the database lacks, or that are switched off; for `verify`."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
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
