"""Looking changes nothing: no address writes a row for GET, HEAD or OPTIONS, for nobody.

The one exception is the session: the code of a new case is shown once and then forgotten there.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from requests_app import intake
from requests_app.correspondence import conversation
from tests.requests_app.factories import Staff
from tests.security.policies import POLICY
from tests.security.test_routes import Scene, arguments, scene

__all__ = ["scene"]

ALLOWED = ("django_session", "SAVEPOINT")


@contextmanager
def no_writing(where: str) -> Iterator[None]:
    """Fails on any statement that is not a reading one."""

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        reads = sql.lstrip("( ").upper().startswith(("SELECT", "PRAGMA", "EXPLAIN"))
        assert reads or any(word in sql for word in ALLOWED), f"{where} wrote: {sql[:200]}"
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield


def test_the_tripwire_sees_a_write(scene: Scene) -> None:
    with pytest.raises(AssertionError, match="wrote"), no_writing("here"):
        type(scene.case).objects.filter(pk=scene.case.pk).update(title="x")


@pytest.mark.parametrize("role", ["anonymous", "requester", "member", "clerk", "auditor", "superuser"])
def test_looking_changes_nothing(people: dict[str, Staff], scene: Scene, role: str) -> None:
    intake.acknowledge(scene.case, by=people["kent"].alice, now=timezone.now())
    conversation.ask(scene.case, body="Which?", by=people["kent"].alice, now=timezone.now())
    client = scene.open_as(role)
    for name in POLICY:
        for args in arguments(name, scene):
            address = reverse(name, args=args)
            tempting = {"action": "message", "body": "x", "confirm": "1", "mail": "1", "revision": "1"}
            for method in ("get", "head", "options"):
                with no_writing(f"{role}: {method} {address}"):
                    getattr(client, method)(address, tempting)
