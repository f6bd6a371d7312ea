"""Staff enter for somebody what came by phone, mail or at the counter."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from portals.vocabulary import ClockEvent, Milestone, SubmissionKind
from requests_app.doors.references import code_hash
from requests_app.forms.base import new_key
from requests_app.models import Action, Actor, Channel, Submission
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.staff_pages import page, signed_in

DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def a_week_later(time_machine) -> None:
    time_machine.move_to(FILED + 7 * DAY, tick=False)


def entered(client: Client, slug: str, kind: str = "records_request", **values):
    data = {
        "submission_key": new_key(),
        "channel": "phone",
        "received_on": "2026-06-03",
        "description": "All inspection reports of the bridge on Third Street.",
        "requester_name": "Rosa",
        **values,
    }
    return client.post(reverse("requests_app:enter", args=[slug, kind]), data)


@pytest.mark.parametrize("kind", SubmissionKind.values)
@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"])
def test_every_kind_has_its_form_in_every_city(people: dict[str, Staff], slug: str, kind: str) -> None:
    answer = page(signed_in(people[slug].clerk), "enter", slug, kind)
    assert answer.status_code == 200
    assert 'name="received_on"' in answer.content.decode()


def test_what_came_by_phone_counts_from_the_day_it_came(people: dict[str, Staff]) -> None:
    client = signed_in(people["kent"].clerk)
    answer = entered(client, "kent", received_time="16:40")
    case = Submission.objects.get()
    assert answer.status_code == 302
    assert (case.channel, case.entered_by) == (Channel.PHONE, people["kent"].clerk)
    assert case.received_on == dt.date(2026, 6, 3)
    assert case.received_at.astimezone(case.city.zone).time() == dt.time(16, 40)
    assert case.submitted_at == FILED + 7 * DAY
    assert case.events.get(action=Action.SUBMIT).actor == Actor.STAFF
    (deadline,) = case.deadlines.filter(milestone=Milestone.RESPONSE)
    assert deadline.due_on == dt.date(2026, 6, 10)


def test_reference_and_code_are_shown_once_to_hand_over(people: dict[str, Staff]) -> None:
    client = signed_in(people["kent"].clerk)
    answer = entered(client, "kent")
    case = Submission.objects.get()
    shown = client.get(answer["Location"])
    code = shown.context["code"]
    assert case.reference in shown.content.decode() and code in shown.content.decode()
    assert code_hash(case.reference, code) == case.code_hash
    assert client.get(answer["Location"]).context["code"] == ""
    other = signed_in(people["kent"].alice)
    assert other.get(answer["Location"]).status_code == 302


def test_a_form_that_is_sent_twice_makes_one_case(people: dict[str, Staff]) -> None:
    client, key = signed_in(people["kent"].clerk), new_key()
    assert (
        entered(client, "kent", submission_key=key)["Location"]
        == (entered(client, "kent", submission_key=key)["Location"])
    )
    assert Submission.objects.count() == 1


def test_the_custodians_receipt_starts_the_clock_of_kansas_city(people: dict[str, Staff]) -> None:
    entered(signed_in(people["kansas-city"].clerk), "kansas-city", custodian_on="2026-06-05")
    case = Submission.objects.get()
    assert case.received_on == dt.date(2026, 6, 3)
    event = case.events.get(happening=ClockEvent.RECEIVED_BY_CUSTODIAN)
    assert event.happened_at.astimezone(case.city.zone).date() == dt.date(2026, 6, 5)
    (deadline,) = case.deadlines.filter(milestone=Milestone.RESPONSE)
    assert deadline.started_on == dt.date(2026, 6, 5)


WRONG = [
    ({"received_on": "2026-06-09"}, "received_on", "future"),
    ({"received_on": "2026-06-08", "received_time": "23:59"}, "received_time", "future"),
    ({"received_on": "0026-06-03"}, "received_on", "year"),
    ({"received_on": ""}, "received_on", "required"),
    ({"custodian_on": "2026-06-09"}, "custodian_on", "future"),
    ({"custodian_on": "2026-06-02"}, "custodian_on", "before the city"),
    ({"channel": "web"}, "channel", "valid choice"),
]


@pytest.mark.parametrize(("values", "field", "word"), WRONG)
def test_an_impossible_receipt_is_refused_at_its_field(
    people: dict[str, Staff], values: dict[str, str], field: str, word: str
) -> None:
    answer = entered(signed_in(people["kent"].clerk), "kent", **values)
    assert answer.status_code == 422
    assert word in str(answer.context["entered"].errors[field])
    assert "bridge on Third Street" in answer.content.decode()
    assert not Submission.objects.exists()


@pytest.mark.parametrize("who", ["auditor"])
def test_who_only_reads_enters_nothing(people: dict[str, Staff], who: str) -> None:
    client = signed_in(getattr(people["kent"], who))
    assert entered(client, "kent").status_code == 403
    assert not Submission.objects.exists()


def test_nobody_enters_for_a_city_where_he_does_not_work(people: dict[str, Staff]) -> None:
    assert entered(signed_in(people["portland"].clerk), "kent").status_code == 403
    assert page(signed_in(people["portland"].clerk), "enter", "nowhere", "appeal").status_code == 404
    assert page(signed_in(people["kent"].clerk), "enter", "kent", "nonsense").status_code == 404


@pytest.mark.parametrize("kind", SubmissionKind.values)
def test_the_form_asks_for_the_requesters_name_and_not_for_the_clerks(
    people: dict[str, Staff], kind: str
) -> None:
    client = signed_in(people["kent"].clerk)
    shown = page(client, "enter", "kent", kind).content.decode()
    refused = entered(client, "kent", kind, received_on="").content.decode()
    for seen in (shown, refused):
        assert "Name of the requester" in seen and "E-mail address of the requester" in seen
        assert "Your name" not in seen and "About you" not in seen


def test_all_mistakes_stand_in_one_summary(people: dict[str, Staff]) -> None:
    client = signed_in(people["kent"].clerk)
    answer = client.post(reverse("requests_app:enter", args=["kent", "appeal"]), {})
    words = answer.content.decode()
    assert answer.status_code == 422 and words.count('id="error-summary-title"') == 1
    told = words.split('class="error-summary"', 1)[1].split("</div>", 1)[0]
    assert "How it came" in told and "What had you asked for?" in told
