"""Tries to change a log that only grows."""

from django.db import DatabaseError, connection, transaction


def refused(sql: str, *parameters: object) -> bool:
    """Whether the database refuses this statement because the log only grows."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, parameters)
    except DatabaseError as error:
        assert "append-only" in str(error)
        return True
    return False
