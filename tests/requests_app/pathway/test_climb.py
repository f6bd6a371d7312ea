"""What follows, and on which day, while nobody acknowledges: told before sending, on the page, and kept."""

import datetime as dt

import pytest
from django.test import Client

from requests_app import intake
from requests_app.escalation import sweep
from requests_app.models import Event, Submission
from requests_app.pages.requester_page import page_of
from requests_app.pathway import climb
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import checked, confirmed, main_of

SLUGS = ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"]
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def at_filing(time_machine) -> None:
    time_machine.move_to(FILED, tick=False)


def test_the_page_before_sending_says_what_follows_and_on_which_day(client: Client, people: dict) -> None:
    dataset = people["kent"].dataset.identifier
    words = main_of(checked(client, "kent", "error_report", dataset=dataset))
    after = words.partition("What happens if nobody acknowledges it")[2]
    assert "Wednesday, June 3, 2026 A reminder goes to Parks by Hand." in after
    assert "City Clerk" in after and "not deadlines of the law" in after


def test_the_page_after_sending_says_what_happens_next(client: Client, people: dict) -> None:
    page = checked(client, "kent", "error_report", dataset=people["kent"].dataset.identifier)
    words = main_of(client.get(confirmed(client, "kent", "error_report", page)["Location"]))
    assert "Parks by Hand should confirm by Thursday, June 4, 2026 that it has your message." in words
    assert "If nobody acknowledges it" in words


@pytest.mark.parametrize("kind", ["error_report", "dataset_request", "privacy_concern"])
@pytest.mark.parametrize("slug", SLUGS)
def test_without_a_dataset_the_office_that_gets_it_is_the_one_that_must_act(
    client: Client, cities: dict, slug: str, kind: str
) -> None:
    page = checked(client, slug, kind)
    answer = confirmed(client, slug, kind, page)
    office = Submission.objects.get(reference=answer["Location"].strip("/").split("/")[-1]).office
    who = main_of(page).partition("Who gets it")[2].partition("By when")[0]
    assert f"must act {office.name}" in who
    lead = who.partition("is informed")[0].partition("may act instead")[0]
    assert lead.count("Which office this goes to is not specified on the cited page.") <= 1


@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_told_is_what_the_clock_does(people: dict[str, Staff], slug: str) -> None:
    staff = people[slug]
    case = file_case(staff.city, dataset=staff.dataset)
    told = page_of(case, now=FILED)["climb"]
    assert told and [step.on for step in told] == sorted(step.on for step in told)
    for step in told:
        sweep(now=dt.datetime.combine(step.on, dt.time(8), staff.city.zone).astimezone(dt.UTC))
    done = {event.at.astimezone(staff.city.zone).date() for event in Event.objects.filter(submission=case)}
    assert {step.on for step in told} <= done


def test_no_sentence_stands_twice_on_a_day(people: dict[str, Staff]) -> None:
    case = file_case(people["kent"].city, "records_request")
    told = page_of(case, now=FILED)["climb"]
    assert len(told) == len(set(told))


def test_nothing_more_follows_once_somebody_acknowledged(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, dataset=kent.dataset)
    intake.acknowledge(case, by=kent.alice, now=FILED + DAY / 24)
    assert page_of(Submission.objects.get(pk=case.pk), now=FILED + DAY)["climb"] == []


def test_steps_that_were_taken_are_not_told_again(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, dataset=kent.dataset)
    sweep(now=FILED + 5 * DAY)
    case = Submission.objects.get(pk=case.pk)
    today = (FILED + 5 * DAY).date()
    found = list(case.deadlines.all())
    assert all(step.on >= today for step in climb.ahead_of(case, found, list(case.events.all()), today))


def test_the_first_letter_says_what_follows_and_on_which_day(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, dataset=kent.dataset, requester_email="rosa@people.example")
    body = case.notices.get(kind="filed", email="rosa@people.example").body
    assert "- Wednesday, June 3, 2026: A reminder goes to Parks by Hand." in body
    assert "It is passed on to City Clerk, which must then act." in body
    assert "Acknowledgement: Thursday, June 4, 2026 (the office's own target, not a legal deadline)" in body


def test_a_step_that_is_repeated_for_ever_is_told_twice_and_that_it_goes_on(people: dict[str, Staff]) -> None:
    staff = people["kansas-city"]
    case = file_case(staff.city, dataset=staff.dataset)
    sweep(now=FILED + 25 * DAY)
    case = Submission.objects.get(pk=case.pk)
    found, events = list(case.deadlines.all()), list(case.events.all())
    told = climb.ahead_of(case, found, events, (FILED + 25 * DAY).date())
    first, second = told
    assert first.words == "A notice goes to City Manager's Office."
    assert second.words == f"{first.words} This goes on until somebody acknowledges it."
