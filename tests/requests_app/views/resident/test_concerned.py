"""The notice of the person concerned: what is asked of them, and what they can still appeal."""

import pytest
from django.urls import reverse

from requests_app.models import Submission
from tests.requests_app.enforcement_cases import HOUR, browser, concerned, found, lifted, report, taken
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import hidden, text_of


@pytest.fixture(autouse=True)
def later(time_machine) -> None:
    time_machine.move_to(FILED + 6 * HOUR, tick=False)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return report(kent)


def test_a_lifted_measure_wants_nothing_done_any_more(kent: Staff, case: Submission) -> None:
    party = concerned(kent, case)
    found(kent, party)
    row = taken(kent, party, "notice-to-comply", comply_by=FILED.date() + 9 * (24 * HOUR))
    notice = reverse("requests_app:concerned", args=[party.reference])
    assert "To be done by" in text_of(browser(party).get(notice))
    lifted(kent, row)
    assert "To be done by" not in text_of(browser(party).get(notice))


def test_a_measure_that_is_lifted_or_appealed_shows_no_form_for_an_appeal(
    kent: Staff, case: Submission
) -> None:
    party = concerned(kent, case)
    row, client = taken(kent, party, "suspension-of-access"), browser(party)
    form = reverse("requests_app:measure_appeal", args=[party.reference, row.number])
    sent = {"description": "It was a test.", "submission_key": hidden(client.get(form))["submission_key"]}
    filed = client.post(form, sent)
    assert filed.status_code == 302
    back = client.get(form, follow=True)
    assert "You appealed it:" in text_of(back) and "File the appeal" not in text_of(back)
    assert client.post(form, sent)["Location"] == filed["Location"], "pressed twice, filed once"
    lifted(kent, row)
    second = taken(kent, party, "suspension-of-access")
    lifted(kent, second)
    form = reverse("requests_app:measure_appeal", args=[party.reference, second.number])
    assert "The measure was lifted." in text_of(client.get(form, follow=True))
