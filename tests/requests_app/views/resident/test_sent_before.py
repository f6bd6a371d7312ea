"""The same person sending the same within a day is asked first, and nobody learns of a stranger's case."""

import datetime as dt

import pytest
from django.test import Client

from requests_app.models import Submission
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import address, checked, confirmed, filed, hidden, main_of

MINUTES = "The minutes of the council of June about the trees"
ADDRESS = "rita@people.example"


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def send(client: Client, kind: str = "records_request", **typed: str):
    return confirmed(client, "kent", kind, checked(client, "kent", kind, **typed))


def test_the_same_browser_is_asked_and_may_look_or_send_anyway(
    client: Client, kent: Staff, time_machine
) -> None:
    time_machine.move_to(FILED, tick=False)
    reference = filed(client, "kent", "records_request", description=MINUTES)
    time_machine.move_to(FILED + dt.timedelta(hours=3), tick=False)
    asked = send(client, description=MINUTES)
    words = main_of(asked)
    assert asked.status_code == 409 and reference in words and "3 hours ago" in words.replace("\xa0", " ")
    assert Submission.objects.count() == 1
    answer = client.post(address("kent", "records_request"), {**hidden(asked), "confirm": "1"})
    assert answer.status_code == 302 and Submission.objects.count() == 2


def test_what_was_sent_a_moment_ago_was_not_sent_zero_minutes_ago(client: Client, kent: Staff) -> None:
    filed(client, "kent", "records_request", description=MINUTES)
    words = main_of(send(client, description=MINUTES))
    assert "The same was sent just now." in words and "minutes ago" not in words.replace("\xa0", " ")


def test_changing_the_answers_keeps_everything_typed(client: Client, kent: Staff) -> None:
    filed(client, "kent", "records_request", description=MINUTES)
    asked = send(client, description=MINUTES, preferred_format="PDF")
    page = client.post(address("kent", "records_request"), {**hidden(asked), "edit": "1"})
    assert 'value="PDF"' in page.content.decode() and MINUTES in main_of(page)


@pytest.mark.parametrize("typed", [MINUTES, f"  {MINUTES.upper()}!  "])
def test_the_same_address_and_the_same_words_are_asked_from_another_browser(
    client: Client, kent: Staff, typed: str
) -> None:
    filed(client, "kent", "records_request", description=MINUTES, requester_email=ADDRESS)
    asked = send(Client(), description=typed, requester_email=ADDRESS.upper())
    assert asked.status_code == 409


def test_with_a_strangers_address_other_words_say_nothing(client: Client, kent: Staff) -> None:
    dataset = kent.dataset.identifier
    filed(
        client, "kent", "error_report", description="Trees are gone", dataset=dataset, requester_email=ADDRESS
    )
    answer = send(
        Client(), "error_report", description="Trees are wrong", dataset=dataset, requester_email=ADDRESS
    )
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("error_report", {"description": "Benches are painted blue"}),
        ("dataset_request", {"description": "Trees are gone", "purpose": "A map", "wanted": "new"}),
    ],
)
def test_something_else_about_the_same_dataset_is_not_asked_about(
    client: Client, kent: Staff, kind: str, changes: dict[str, str]
) -> None:
    dataset = kent.dataset.identifier
    filed(client, "kent", "error_report", description="Trees are gone", dataset=dataset)
    assert send(client, kind, dataset=dataset, **changes).status_code == 302


def test_the_same_error_of_one_dataset_in_other_words_is_asked_about_in_one_browser(
    client: Client, kent: Staff
) -> None:
    dataset = kent.dataset.identifier
    filed(client, "kent", "error_report", description="The trees of Meeker are gone", dataset=dataset)
    assert send(client, "error_report", description="No trees on Meeker", dataset=dataset).status_code == 409


def test_after_a_day_nobody_is_asked(client: Client, kent: Staff, time_machine) -> None:
    time_machine.move_to(FILED, tick=False)
    filed(client, "kent", "records_request", description=MINUTES, requester_email=ADDRESS)
    time_machine.move_to(FILED + dt.timedelta(days=1, seconds=1), tick=False)
    assert send(Client(), description=MINUTES, requester_email=ADDRESS).status_code == 302


def test_a_button_that_is_pressed_twice_still_makes_one_case(client: Client, kent: Staff) -> None:
    page = checked(client, "kent", "records_request", description=MINUTES)
    first = confirmed(client, "kent", "records_request", page)
    second = confirmed(client, "kent", "records_request", page)
    assert first["Location"] == second["Location"] and Submission.objects.count() == 1


def test_what_was_withdrawn_is_not_held_against_anybody(client: Client, kent: Staff) -> None:
    reference = filed(client, "kent", "records_request", description=MINUTES)
    case = Submission.objects.get(reference=reference)
    client.post(f"/track/{reference}/withdraw/", {"revision": case.chain_length})
    assert send(client, description=MINUTES).status_code == 302
