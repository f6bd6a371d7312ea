"""A sixth city is one new file and no Python: it loads, and every kind has its office and its date."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from portals import rulebook
from portals.models import City
from portals.vocabulary import SubmissionKind
from tests.portals.loading import RIVERBEND

LEADS = {
    "error_report": "the department listed on the dataset",
    "dataset_request": "Data Office",
    "access_request": "Data Office",
    "records_request": "City Archive",
    "misuse_report": "Data Office",
    "privacy_concern": "the department listed on the dataset",
    "appeal": "Mayor's Office",
}
DEADLINES = {
    "records_request": [("completion", "2026-08-11"), ("determination", "2026-07-09")],
    "dataset_request": [("acknowledgement", "2026-07-01"), ("response", None)],
}


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The six cities, in a transaction around all tests of the module, which only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_city", stdout=StringIO(), stderr=StringIO())
        call_command("load_city", str(RIVERBEND), stdout=StringIO(), stderr=StringIO())
        yield
        transaction.set_rollback(True)
    rulebook._books.clear()


@pytest.fixture
def six_cities(loaded: None, db: None) -> None:
    """What every test of the module finds."""


def explain(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("explain", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_it_stands_beside_the_five_that_ship(six_cities: None) -> None:
    assert City.objects.count() == 6


@pytest.mark.parametrize("kind", SubmissionKind.values)
def test_it_answers_where_and_by_when_for_every_kind(six_cities: None, kind: str) -> None:
    routed = explain("route", "--city", "riverbend", "--kind", kind)
    assert routed["acts"][0]["office"] == LEADS[kind]
    dated = explain("deadlines", "--city", "riverbend", "--kind", kind, "--event", "received=2026-06-29")
    expected = DEADLINES.get(kind, [("acknowledgement", "2026-07-01")])
    assert sorted((d["milestone"], d["due_on"]) for d in dated["deadlines"]) == expected
    assert all(deadline["because"] and deadline["citation"] for deadline in dated["deadlines"])
