"""Two people act on one case at the same moment: one act is done, the other is told of it."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse

from requests_app.models import Action, Event, Referral, Submission
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.staff_pages import signed_in

NOW = FILED + dt.timedelta(hours=1)


@pytest.fixture
def kent(committed_city: Callable[[str], Staff], time_machine) -> Staff:
    time_machine.move_to(NOW, tick=False)
    return committed_city("kent")


def send(client: Client, case: Submission, action: str, **values: object) -> int:
    url = reverse("requests_app:act", args=[case.reference, action])
    return client.post(url, {"revision": case.chain_length, **values}).status_code


def at_once(*acts: Callable[[], int]) -> list[int]:
    """What each act answered, all started at one moment."""
    start, answers = threading.Barrier(len(acts)), []

    def run(act: Callable[[], int]) -> None:
        start.wait()
        try:
            answers.append(act())
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(answers)


def test_the_second_of_two_who_saw_the_same_is_refused(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    assert send(signed_in(kent.alice), case, "claim") == 302
    assert send(signed_in(kent.bob), case, "acknowledge", message="Both of us") == 409
    assert Event.objects.filter(submission=case).count() == 2


@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share one database in memory on SQLite")
@pytest.mark.parametrize("turn", range(5))
def test_two_who_claim_at_once_get_one_case(kent: Staff, turn: int) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    alice, bob = signed_in(kent.alice), signed_in(kent.bob)
    answers = at_once(lambda: send(alice, case, "claim"), lambda: send(bob, case, "claim"))
    assert answers == [302, 409]
    assert Event.objects.filter(submission=case, action=Action.CLAIM).count() == 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share one database in memory on SQLite")
def test_a_referral_and_an_acknowledgement_at_once_leave_one_of_them(kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset)
    office = kent.clerk.memberships.get().office
    alice, bob = signed_in(kent.alice), signed_in(kent.bob)
    answers = at_once(
        lambda: send(alice, case, "refer", to=office.pk, reason="Not ours"),
        lambda: send(bob, case, "acknowledge", message="Ours"),
    )
    assert answers == [302, 409]
    events = list(Event.objects.filter(submission=case).order_by("sequence"))
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert Referral.objects.count() == sum(event.action == Action.REFER for event in events)
