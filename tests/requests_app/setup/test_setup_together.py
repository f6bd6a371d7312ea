"""Two people at the setup of a city, and two sweeps at one change: real threads, on PostgreSQL."""

from collections.abc import Callable

import pytest
from django.db import connection

from portals import setup_log
from portals.models import City, ClosedDay, Confirmation, Recount
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Notice
from requests_app.preservation.verification import verify
from requests_app.setup import closed_days, confirmations, recount
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.setup.test_closed_days import FRIDAY, WHY, add
from tests.requests_app.setup.test_confirmations import RULE, answer
from tests.requests_app.test_concurrency import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lives in memory here: one connection"
    ),
]


@pytest.fixture
def kent(committed_city: Callable[[str], Staff]) -> Staff:
    return committed_city("kent")


def test_of_two_who_close_a_day_at_once_one_is_told(kent: Staff) -> None:
    found = at_once(*[lambda: add(kent, revision=0) for _person in range(2)])
    assert sorted(isinstance(one, NotAllowed) for one in found) == [False, True]
    assert ClosedDay.objects.filter(city=kent.city, on=FRIDAY).count() == 1
    assert Recount.objects.count() == 1
    assert list(setup_log.broken(City.objects.get(pk=kent.city.pk))) == []


def test_changes_of_different_things_at_once_all_hold_in_one_chain(kent: Staff) -> None:
    days = [FRIDAY.replace(day=day) for day in (8, 9, 10, 11)]
    found = at_once(*[lambda on=on: add(kent, on) for on in days])
    assert all(isinstance(one, Recount) for one in found), found
    assert ClosedDay.objects.filter(city=kent.city, on__in=days).count() == 4
    assert list(setup_log.broken(City.objects.get(pk=kent.city.pk))) == []


def test_of_two_confirmations_at_once_one_stands(committed_city: Callable[[str], Staff]) -> None:
    staff = committed_city("oklahoma-city")

    def confirm() -> Confirmation:
        given = answer(staff.city)
        return confirmations.confirm(staff.city, RULE, given, by=staff.clerk, now=FILED, revision=0)

    found = at_once(confirm, confirm)
    assert sorted(isinstance(one, NotAllowed) for one in found) == [False, True]
    assert Confirmation.objects.count() == 1


def test_two_sweeps_and_a_person_at_one_change_tell_each_requester_once(kent: Staff) -> None:
    cases = [file_case(kent.city, "records_request") for _number in range(30)]
    change = add(kent)
    closed_days.withdraw(kent.city, FRIDAY.replace(month=7, day=3), WHY, by=kent.clerk, now=FILED)
    found = at_once(
        lambda: recount.carry_out(now=FILED),
        lambda: recount.carry_out(now=FILED),
        lambda: recount.carry_out(now=FILED, only=change, at_most=400),
    )
    recount.carry_out(now=FILED)
    assert not [one for one in found if isinstance(one, Exception)], found
    for case in cases:
        assert case.events.filter(action=Action.CLOSED_DAYS).count() == 1
        assert case.deadlines.get(milestone="response").due_on == FRIDAY.replace(day=9)
    assert Notice.objects.filter(kind="dates_moved").count() == len(cases)
    assert not Recount.objects.filter(done_at=None).exists()
    assert not list(verify())
