"""A resident's way from the question to the appeal, without an account."""

import datetime as dt

import pytest
import time_machine
from django.test import Client

from portals.vocabulary import Outcome
from requests_app import determinations, escalation, intake
from requests_app.correspondence import conversation
from requests_app.models import Attachment, Notice, Status, Submission
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import (
    checked,
    code_of,
    confirmed,
    filed,
    hidden,
    main_of,
    text_file,
    text_of,
)

DAY = dt.timedelta(days=1)


def at(moment: dt.datetime) -> time_machine.travel:
    return time_machine.travel(moment, tick=False)


def enter(client: Client, reference: str, code: str) -> str:
    """Comes back with reference and code; returns what the page says."""
    assert client.post("/track/", {"reference": reference, "code": code, "open": "1"}).status_code == 302
    return main_of(client.get(f"/track/{reference}/"))


def test_an_error_from_the_dataset_page_to_the_public_answer(people: dict[str, Staff]) -> None:
    kent, rita = people["kent"], Client()
    dataset = f"/kent/datasets/{kent.dataset.identifier}/"
    with at(FILED):
        assert f"?dataset={kent.dataset.identifier}" in text_of(rita.get(dataset))
        page = checked(
            rita,
            "kent",
            "error_report",
            dataset=kent.dataset.identifier,
            row="17",
            is_public="on",
            requester_email="rita@people.example",
            flag_affects_official_records="no",
            files=text_file(),
        )
        assert "Parks by Hand publishes the dataset." in main_of(page)
        answer = confirmed(rita, "kent", "error_report", page)
        first = rita.get(answer["Location"])
    case = Submission.objects.get()
    assert case.office == kent.steward and case.attachments.get().name == "trees.txt"
    assert Notice.objects.filter(kind="filed", email="rita@people.example").count() == 1
    intake.acknowledge(case, by=kent.alice, now=FILED + DAY)
    fixed = determinations.Answer(Outcome.CORRECTED, "Row 17 is right now.")
    determinations.determine(case, fixed, by=kent.alice, now=FILED + 2 * DAY)
    with at(FILED + 2 * DAY):
        assert "Row 17 is right now." in enter(rita, case.reference, code_of(first))
        shown = main_of(Client().get(dataset))
    assert "Forty trees stand in the river." in shown and "Row 17 is right now." in shown
    assert "rita" not in shown.lower() and "trees.txt" not in shown


def test_a_records_request_that_is_clarified_denied_and_appealed(people: dict[str, Staff]) -> None:
    portland, rita = people["portland"], Client()
    with at(FILED):
        reference = filed(rita, "portland", "records_request")
        code = code_of(rita.get(f"/track/{reference}/"))
    case = Submission.objects.get(reference=reference)
    conversation.ask(case, body="Of which year?", by=portland.alice, now=FILED + DAY)
    with at(FILED + 2 * DAY):
        assert "Stopped" in enter(rita, reference, code)
        page = rita.get(f"/track/{reference}/")
        sent = {**hidden(page), "action": "answer", "body": "2024", "revision": str(_length(case))}
        assert rita.post(f"/track/{reference}/", {**sent, "files": text_file()}).status_code == 302
    assert Attachment.objects.get(submission=case).message.body == "2024"
    no = determinations.Answer(Outcome.DENIED, "No.", exemption="ORS 192.345", explanation="A lawsuit.")
    determinations.determine(case, no, by=portland.clerk, now=FILED + 5 * DAY)
    with at(FILED + 6 * DAY):
        assert "Petition to the district attorney" in enter(rita, reference, code)
        form = rita.get(
            "/portland/submit/appeal/",
            {"against": reference, "about": "records_request", "ground": "denial"},
        )
        assert f'value="{reference}"' in text_of(form)
        appeal = filed(rita, "portland", "appeal", against=reference)
    row = Submission.objects.get(reference=appeal)
    assert row.appeal.against == case and row.kind == "appeal"
    assert "Acknowledgement" in {found.get_milestone_display() for found in row.deadlines.all()}


def test_nobody_answers_and_the_case_climbs_while_the_resident_watches(people: dict[str, Staff]) -> None:
    city, rita = people["kansas-city"], Client()
    with at(FILED):
        reference = filed(rita, "kansas-city", "error_report", dataset=city.dataset.identifier)
        code = code_of(rita.get(f"/track/{reference}/"))
    for day in range(1, 24):
        escalation.sweep(now=FILED + day * DAY)
    with at(FILED + 24 * DAY):
        words = enter(rita, reference, code)
    assert "was asked in writing to look at it" in words and "Passed to" in words
    assert "Appeal because there was no answer in time" in words
    assert Submission.objects.get().status == Status.RECEIVED


@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"])
def test_the_dates_before_sending_are_the_dates_afterwards(people: dict[str, Staff], slug: str) -> None:
    rita = Client()
    for kind in ("error_report", "records_request", "appeal"):
        with at(FILED):
            page = checked(rita, slug, kind)
            confirmed(rita, slug, kind, page)
        case = Submission.objects.latest("pk")
        promised = main_of(page).partition("By when they should answer")[2]
        for deadline in case.deadlines.all():
            assert deadline.get_milestone_display() in promised
            day = f"{deadline.due_on:%A, %B} {deadline.due_on.day}" if deadline.due_on else "Not specified"
            assert day in promised, (kind, promised)
        assert case.office.name in main_of(page)


def _length(case: Submission) -> int:
    case.refresh_from_db()
    return case.chain_length
