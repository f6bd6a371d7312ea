"""The log of a city's setup: the database refuses to alter it, and `verify` finds what was altered anyway."""

import datetime as dt

import pytest
from django.db import connection

from portals import setup_log
from portals.models import City, SetupEvent
from portals.vocabulary import SetupAct
from requests_app.preservation import append_only
from requests_app.preservation.verification import verify
from tests.requests_app.append_only import refused
from tests.requests_app.factories import FILED, Staff, UserFactory


@pytest.fixture
def city(people: dict[str, Staff]) -> City:
    kent = people["kent"]
    for number in (1, 2, 3):
        held = setup_log.held(kent.city)
        values = {"days": number, "on": dt.date(2026, 6, number), "names": ["a", "b"], "open": True}
        setup_log.write(
            held, SetupAct.TARGET, "target:x", f"No. {number}", now=FILED, by=kent.clerk, after=values
        )
    return City.objects.get(pk=kent.city.pk)


@pytest.mark.parametrize("change", ["reason = 'other'", "by_name = 'Mallory'", "sequence = 77", "hash = '0'"])
def test_no_event_of_the_setup_can_be_changed(city: City, change: str) -> None:
    assert refused(f"UPDATE portals_setupevent SET {change} WHERE city_id = %s", city.pk)


def test_no_event_of_the_setup_can_be_deleted(city: City) -> None:
    assert refused("DELETE FROM portals_setupevent WHERE city_id = %s", city.pk)


def test_an_account_can_be_removed_and_its_name_stays(city: City) -> None:
    user = UserFactory(first_name="Ann")
    made = setup_log.write(setup_log.held(city), SetupAct.TARGET, "x", "x", now=FILED, by=user)
    user.delete()
    left = SetupEvent.objects.get(pk=made.pk)
    assert (left.by, left.by_name, left.computed_hash()) == (None, "Ann", left.hash)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE portals_setupevent SET reason = 'other' WHERE city_id = %s AND label = 'No. 2'",
        "DELETE FROM portals_setupevent WHERE city_id = %s AND label = 'No. 2'",
        "DELETE FROM portals_setupevent WHERE city_id = %s AND label = 'No. 3'",
        "UPDATE portals_city SET setup_head = '' WHERE id = %s",
    ],
)
def test_verify_finds_what_was_altered_behind_its_back(city: City, damage: str) -> None:
    assert not [found for found in verify() if found.check == "setup_chain"]
    append_only.drop(connection)
    with connection.cursor() as cursor:
        cursor.execute(damage, [city.pk])
    append_only.ensure(connection)
    (found,) = [found for found in verify() if found.check == "setup_chain"]
    assert found.subject == "kent"


def test_the_latest_change_of_a_subject_is_what_a_form_carries(city: City) -> None:
    assert setup_log.revision(city, "target:x") == city.setup_length
    assert setup_log.revision(city, "target:nobody") == 0
