"""The database itself refuses to change what has happened, on SQLite and on PostgreSQL."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from portals.models import City, User
from requests_app import intake
from requests_app.models import Event
from requests_app.preservation import append_only
from tests.requests_app.append_only import refused
from tests.requests_app.factories import FILED, Staff, UserFactory, file_case


@pytest.fixture
def event(cities: dict[str, City]) -> Event:
    return file_case(cities["kent"]).events.get()


CHANGES = {
    "data": "'{}'",
    "public": "FALSE",
    "at": "'2020-01-01 00:00:00+00'",
    "by_name": "'Mallory'",
    "hash": "'0'",
    "sequence": "7",
    "by_id": "by_id",
}


@pytest.mark.parametrize("column", CHANGES)
def test_no_column_of_an_event_can_be_changed(event: Event, column: str) -> None:
    assert refused(f"UPDATE requests_app_event SET {column} = {CHANGES[column]} WHERE id = %s", event.pk)
    assert Event.objects.get(pk=event.pk).computed_hash() == event.hash


def test_no_event_can_be_deleted_nor_its_case(event: Event) -> None:
    assert refused("DELETE FROM requests_app_event WHERE id = %s", event.pk)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.submission.delete()
    assert Event.objects.filter(pk=event.pk).exists()


@pytest.fixture
def signed(people: dict[str, Staff]) -> Event:
    kent = people["kent"]
    case = file_case(kent.city, dataset=kent.dataset)
    return intake.acknowledge(case, by=UserFactory(first_name="Ann"), now=FILED)


def test_an_account_can_be_removed_and_its_name_stays(signed: Event) -> None:
    User.objects.get(pk=signed.by_id).delete()
    left = Event.objects.get(pk=signed.pk)
    assert (left.by, left.by_name, left.computed_hash()) == (None, "Ann", left.hash)


def test_under_cover_of_a_removed_account_nothing_else_can_be_changed(signed: Event) -> None:
    assert refused("UPDATE requests_app_event SET by_id = NULL, by_name = 'Bea' WHERE id = %s", signed.pk)
    assert refused("UPDATE requests_app_event SET by_id = NULL, data = '[1]' WHERE id = %s", signed.pk)


def test_an_act_cannot_be_given_to_another_person(signed: Event, event: Event) -> None:
    other = UserFactory()
    for pk in (signed.pk, event.pk):
        assert refused("UPDATE requests_app_event SET by_id = %s WHERE id = %s", other.pk, pk)


def test_the_triggers_are_there_after_a_migrate_that_lost_them(event: Event) -> None:
    assert append_only.missing(connection) == []
    append_only.drop(connection)
    assert append_only.missing(connection) == list(append_only.NAMES)
    call_command("migrate", verbosity=0, stdout=StringIO())
    assert append_only.missing(connection) == []
    assert refused("DELETE FROM requests_app_event WHERE id = %s", event.pk)


def test_making_them_twice_is_harmless(event: Event) -> None:
    append_only.ensure(connection)
    append_only.ensure(connection)
    assert append_only.missing(connection) == []


def test_a_trigger_that_is_switched_off_counts_as_missing(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite cannot switch a trigger off")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE requests_app_event DISABLE TRIGGER event_is_not_deleted")
    assert append_only.missing(connection) == ["event_is_not_deleted"]
