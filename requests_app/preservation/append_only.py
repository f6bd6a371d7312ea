"""Keeps the logs of cases and of setups append-only in the database: triggers that refuse UPDATE and DELETE.

SQLite drops triggers when a migration rebuilds a table, so they are made again after every migrate.
"""

from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = {"event": "requests_app_event", "setup_event": "portals_setupevent"}
NAMES = tuple(f"{name}_is_not_{what}" for name in TABLES for what in ("changed", "deleted"))

_REFUSE = """CREATE OR REPLACE FUNCTION refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'events are append-only'; END $$"""


def _postgresql(name: str, table: str) -> tuple[str, ...]:
    return (
        f"""CREATE TRIGGER {name}_is_not_changed BEFORE UPDATE ON {table} FOR EACH ROW
        WHEN (NEW.by_id IS NOT NULL OR OLD.by_id IS NULL
              OR to_jsonb(NEW) - 'by_id' IS DISTINCT FROM to_jsonb(OLD) - 'by_id')
        EXECUTE FUNCTION refuse_event_change()""",
        f"""CREATE TRIGGER {name}_is_not_deleted BEFORE DELETE ON {table} FOR EACH ROW
        EXECUTE FUNCTION refuse_event_change()""",
    )


def _sqlite(name: str, table: str, columns: list[str]) -> tuple[str, ...]:
    changed = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in columns if column != "by_id")
    return (
        f"""CREATE TRIGGER {name}_is_not_changed BEFORE UPDATE ON {table}
            WHEN NEW.by_id IS NOT NULL OR OLD.by_id IS NULL OR {changed}
            BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
        f"""CREATE TRIGGER {name}_is_not_deleted BEFORE DELETE ON {table}
            BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    )


def ensure(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers as they should be, of the tables that are there. The one change they let pass is an
    account's removal (by_id becomes NULL and nothing else changes); the name as it was stays in by_name."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        drop(connection)
        if connection.vendor != "sqlite":
            cursor.execute(_REFUSE)
        for name, table in _present(connection).items():
            if connection.vendor == "sqlite":
                described = connection.introspection.get_table_description(cursor, table)
                statements = _sqlite(name, table, [column.name for column in described])
            else:
                statements = _postgresql(name, table)
            for statement in statements:
                cursor.execute(statement)


def _present(connection: BaseDatabaseWrapper) -> dict[str, str]:
    there = set(connection.introspection.table_names())
    return {name: table for name, table in TABLES.items() if table in there}


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: before they are made anew, and where a whole database is emptied."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for name, table in _present(connection).items():
            for what in ("changed", "deleted"):
                place = "" if sqlite else f" ON {table}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}_is_not_{what}{place}")


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
    if _present(connection):
        ensure(connection)
