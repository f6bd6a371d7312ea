"""Answers through HTTP: taking one back within its window, the written statement of a denial."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from portals.vocabulary import Outcome
from requests_app import determinations
from requests_app.models import Action
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import main_of as text_of
from tests.requests_app.pages import prove
from tests.requests_app.staff_pages import do, offered, signed_in

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
NO = determinations.Answer(Outcome.DENIED, "No.", exemption="A law", explanation="So.", responsible="A. C.")


def test_undo_is_offered_within_its_hours_and_says_until_when(people: dict[str, Staff], time_machine) -> None:
    kent = people["kent"]
    case = file_case(kent.city, "records_request")
    clerk = signed_in(kent.clerk)
    time_machine.move_to(FILED + HOUR)
    assert Action.UNDO not in offered(clerk, case)
    determinations.determine(case, NO, by=kent.clerk, now=FILED + HOUR)
    assert Action.UNDO in offered(clerk, case)
    shown = text_of(clerk.get(reverse("requests_app:act", args=[case.reference, "undo"])))
    assert "Tuesday, June 2, 2026, 11:00" in shown and "not a legal deadline" in shown
    time_machine.move_to(FILED + HOUR + DAY)
    assert Action.UNDO not in offered(clerk, case)
    late = do(clerk, case, "undo", reason="The wrong file")
    assert late.status_code == 409 and "The wrong file" in text_of(late)
    time_machine.move_to(FILED + 2 * HOUR)
    assert do(clerk, case, "undo", reason="").status_code == 422
    assert do(clerk, case, "undo", reason="The wrong file").status_code == 302
    client = Client()
    prove(client, case)
    theirs = text_of(client.get(reverse("requests_app:case", args=[case.reference])))
    assert "The office took its answer back" in theirs and "The wrong file" in theirs
    assert "The answer" not in theirs
    mine = text_of(clerk.get(reverse("requests_app:staff_case", args=[case.reference])))
    assert "Denied (taken back)" in mine


@pytest.mark.parametrize("slug", ["kansas-city", "kent"])
def test_the_statement_is_asked_for_and_given_where_the_law_has_it(
    people: dict[str, Staff], time_machine, slug: str
) -> None:
    staff = people[slug]
    case = file_case(staff.city, "records_request")
    time_machine.move_to(FILED + HOUR)
    determinations.determine(case, NO, by=staff.clerk, now=FILED + HOUR)
    client, clerk = Client(), signed_in(staff.clerk)
    prove(client, case)
    case.refresh_from_db()
    asked = client.post(
        reverse("requests_app:case", args=[case.reference]),
        {"action": "statement", "revision": case.chain_length},
    )
    if slug == "kent":
        assert asked.status_code == 422 and Action.STATEMENT not in offered(clerk, case)
        return
    assert asked.status_code == 302 and Action.STATEMENT in offered(clerk, case)
    assert "RSMo 610.023.4" in text_of(
        clerk.get(reverse("requests_app:act", args=[case.reference, "statement"]))
    )
    half = do(clerk, case, "statement", grounds="A personnel record.")
    assert half.status_code == 422 and "A personnel record." in text_of(half)
    sent = do(clerk, case, "statement", grounds="A personnel record.", exemption="RSMo 610.021(13)")
    assert sent.status_code == 302 and Action.STATEMENT not in offered(clerk, case)
    theirs = text_of(client.get(reverse("requests_app:case", args=[case.reference])))
    assert "RSMo 610.021(13)" in theirs and "gave you the written statement" in theirs
    assert "the city gives you the reasons of its refusal in writing" in theirs


def test_the_words_of_a_date_are_explained_to_whoever_asked(people: dict[str, Staff]) -> None:
    case = file_case(people["kent"].city, dataset=people["kent"].dataset)
    client = Client()
    prove(client, case)
    theirs = text_of(client.get(reverse("requests_app:case", args=[case.reference])))
    assert "Acknowledgement" in theirs and "the office says that it has your submission" in theirs
