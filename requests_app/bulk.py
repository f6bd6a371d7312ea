"""One UPDATE for many rows with different values: `UPDATE ... FROM (VALUES ...)`, on SQLite and PostgreSQL.

Django's bulk_update writes a CASE per column and row, which costs more than everything else in a sweep.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections, models

ROWS_AT_ONCE = 500


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[models.Model]) -> int:
    """Write `columns` (field names) of these rows by primary key; returns how many rows were written."""
    waiting = list(rows)
    return sum(
        _write(model, columns, waiting[start : start + ROWS_AT_ONCE])
        for start in range(0, len(waiting), ROWS_AT_ONCE)
    )


def _write(model: type[models.Model], columns: Sequence[str], rows: Sequence[models.Model]) -> int:
    connection = connections["default"]
    quote = connection.ops.quote_name
    fields = [model._meta.get_field(name) for name in columns]
    names = [f"c{number}" for number in range(len(fields))]
    typed = connection.vendor == "postgresql"  # VALUES of text would otherwise stay text there
    sets = ", ".join(
        f"{quote(field.column)} = "
        + (f"CAST(v.{name} AS {field.db_type(connection)})" if typed else f"v.{name}")
        for field, name in zip(fields, names, strict=True)
    )
    row_marks = "(" + ", ".join(["%s"] * (len(fields) + 1)) + ")"
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    parameters: list[Any] = []
    for row in rows:
        parameters.append(row.pk)
        parameters += [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH v (pk, {', '.join(names)}) AS (VALUES {', '.join([row_marks] * len(rows))}) "  # noqa: S608
            f"UPDATE {table} SET {sets} FROM v WHERE {table}.{key} = v.pk",
            parameters,
        )
        return cursor.rowcount
