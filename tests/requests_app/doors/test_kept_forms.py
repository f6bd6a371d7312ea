"""What was typed when a session ended is there after the next sign-in, and nobody else's."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portals.models import User
from requests_app import access
from requests_app.doors import kept_forms
from requests_app.models import Submission
from tests.requests_app.factories import Staff, file_case

PASSWORD = "a-long-enough-password"


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    for user in (people["kent"].alice, people["kent"].bob):
        user.set_password(PASSWORD)
        user.save()
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return file_case(kent.city, dataset=kent.dataset)


def sign_in(client: Client, user: User, where: str):
    return client.post(
        f"{reverse('account_login')}?next={where}", {"login": user.email, "password": PASSWORD, "next": where}
    )


def test_a_note_survives_the_end_of_the_session(kent: Staff, case: Submission) -> None:
    client, address = Client(), reverse("requests_app:act", args=[case.reference, "note"])
    sign_in(client, kent.alice, address)
    page = client.get(address).content.decode()
    assert f'name="writer" value="{kent.alice.pk}"' in page
    client.session.flush()
    client.cookies.pop("civicdata_session")
    sent = {"writer": kent.alice.pk, "revision": case.chain_length, "body": "An hour of work"}
    answer = client.post(address, sent)
    assert answer["Location"].startswith(reverse("account_login"))
    assert case.messages.count() == 0
    back = sign_in(client, kent.alice, address)
    assert back["Location"] == address
    shown = client.get(address).content.decode()
    assert "An hour of work" in shown and "nothing was sent" in shown
    assert "An hour of work" not in client.get(address).content.decode(), "shown once"
    assert client.post(address, sent).status_code == 302
    assert case.messages.get().body == "An hour of work"


def test_somebody_else_at_the_same_screen_reads_nothing_of_it(kent: Staff, case: Submission) -> None:
    client, address = Client(), reverse("requests_app:act", args=[case.reference, "note"])
    client.post(address, {"writer": kent.alice.pk, "body": "An hour of work"})
    sign_in(client, kent.bob, address)
    assert "An hour of work" not in client.get(address).content.decode()


def test_what_is_entered_for_somebody_survives_too(kent: Staff) -> None:
    client, address = Client(), reverse("requests_app:enter", args=["kent", "error_report"])
    client.post(address, {"writer": kent.alice.pk, "description": "Told on the phone", "channel": "phone"})
    sign_in(client, kent.alice, address)
    page = client.get(address)
    assert page.status_code == 200
    assert "Told on the phone" in page.content.decode() and "error-summary" not in page.content.decode()


def test_a_requester_whose_page_was_closed_finds_the_message_again(kent: Staff, case: Submission) -> None:
    client, address = Client(), reverse("requests_app:case", args=[case.reference])
    client.post(address, {"action": "message", "body": "A long story", "revision": case.chain_length})
    assert "A long story" not in client.get(address).content.decode(), "the door is closed"
    session = client.session
    access.grant_requester(session, case, now=timezone.now())
    session.save()
    assert "A long story" in client.get(address).content.decode()
    assert case.messages.count() == 0


@pytest.mark.parametrize(
    ("sent", "later", "user", "found"),
    [
        ({"writer": "7", "body": "x"}, dt.timedelta(minutes=29), 7, True),
        ({"writer": "7", "body": "x"}, dt.timedelta(minutes=31), 7, False),
        ({"writer": "7", "body": "x"}, dt.timedelta(0), 8, False),
        ({"body": "x"}, dt.timedelta(0), 7, False),
        ({"writer": "7", "body": "x" * kept_forms.LONGEST}, dt.timedelta(0), 7, False),
    ],
)
def test_it_is_kept_for_a_while_for_its_writer_and_within_bounds(
    sent: dict[str, str], later: dt.timedelta, user: int, found: bool
) -> None:
    from django.http import QueryDict

    data = QueryDict(mutable=True)
    data.update(sent)
    session: dict[str, object] = {}
    now = timezone.now()
    kept_forms.keep(session, "/a/", data, now=now)
    assert kept_forms.take(session, "/b/", user, now=now) is None
    assert (kept_forms.take(session, "/a/", user, now=now + later) is not None) is found


def test_an_act_on_many_cases_survives_with_the_cases_that_were_chosen(kent: Staff, case: Submission) -> None:
    client, address = Client(), reverse("requests_app:bulk")
    client.post(
        address,
        {"writer": kent.alice.pk, "action": "note", "case": f"{case.reference}:1", "body": "Same cause"},
    )
    sign_in(client, kent.alice, address)
    page = client.get(address).content.decode()
    assert "Same cause" in page and case.reference in page
    assert case.messages.count() == 0
