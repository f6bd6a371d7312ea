"""The tables that the clock writes by the thousand carry no index that another one covers."""

from typing import Any

import pytest
from django.db import connection, models

from requests_app.models import (
    Deadline,
    Escalation,
    Event,
    Involvement,
    Message,
    Notice,
    Referral,
    Submission,
)

BUSY = (Submission, Event, Deadline, Escalation, Involvement, Referral, Notice, Message)


@pytest.mark.parametrize("model", BUSY, ids=lambda model: model.__name__)
def test_no_index_is_the_beginning_of_another(model: type[models.Model], db: None) -> None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    kept: dict[str, Any] = {
        name: entry["columns"]
        for name, entry in found.items()
        if (entry["index"] or entry["unique"]) and entry["columns"] and not name.endswith("_like")
    }
    partial = {index.name for index in model._meta.indexes if index.condition is not None}
    whole = {name: columns for name, columns in kept.items() if name not in partial}
    covered = [
        (short, long)
        for short, columns in whole.items()
        for long, others in whole.items()
        if short != long and not found[short]["unique"] and others[: len(columns)] == columns
    ]
    assert covered == []
