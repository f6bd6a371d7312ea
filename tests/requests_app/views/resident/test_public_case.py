"""The requester's page of a case: what it shows, what can be done, and who else sees nothing."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portals.vocabulary import ClockEvent, Outcome
from requests_app import determinations, escalation, intake
from requests_app.correspondence import conversation
from requests_app.models import Attachment, Status, Submission
from tests.requests_app.factories import FILED, Staff
from tests.requests_app.pages import code_of, filed, hidden, main_of, text_file, text_of

DENIAL = determinations.Answer(
    Outcome.DENIED, "No.", exemption="A law", explanation="It says so.", responsible="A. Clerk"
)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def mine(client: Client, city: str = "kent", kind: str = "error_report", **typed: object) -> Submission:
    case = Submission.objects.get(reference=filed(client, city, kind, **typed))
    client.get(f"/track/{case.reference}/")
    return case


def write(client: Client, case: Submission, action: str, body: str = "", **more: object):
    page = client.get(f"/track/{case.reference}/")
    sent = {**hidden(page), "action": action, "body": body, **more}
    return client.post(f"/track/{case.reference}/", sent)


def test_the_page_shows_status_offices_dates_and_history(client: Client, kent: Staff) -> None:
    case = mine(client, dataset=kent.dataset.identifier)
    words = main_of(client.get(f"/track/{case.reference}/"))
    for expected in (
        "Received",
        "Parks by Hand",
        "Acknowledgement",
        "Why this date?",
        "Your submission came in",
    ):
        assert expected in words


def test_the_page_takes_few_queries(client: Client, kent: Staff, django_assert_max_num_queries) -> None:
    case = mine(client, dataset=kent.dataset.identifier, files=[text_file(), text_file("b.txt", b"b")])
    for number in range(5):
        conversation.message(case, body=f"{number}", by=kent.alice, now=timezone.now())
    with django_assert_max_num_queries(12):
        client.get(f"/track/{case.reference}/")


def test_strangers_see_the_same_whether_or_not_there_is_a_case(client: Client, kent: Staff) -> None:
    case = mine(client)
    there = Client().get(f"/track/{case.reference}/")
    case_reference = case.reference
    Submission.objects.filter(pk=case.pk).update(reference="KNT-222222222")
    absent = Client().get(f"/track/{case_reference}/")
    assert there.status_code == absent.status_code == 200
    assert main_of(there) == main_of(absent)
    assert "Forty trees" not in text_of(there)


def test_a_mistyped_reference_is_told_apart(client: Client, kent: Staff) -> None:
    case = mine(client)
    wrong = case.reference[:-1] + ("2" if case.reference[-1] != "2" else "3")
    page = Client().get(f"/track/{wrong}/")
    assert page.status_code == 404 and "character is missing or wrong" in main_of(page)


@pytest.mark.parametrize("path", ["", "withdraw/"])
def test_a_stranger_cannot_act(client: Client, kent: Staff, path: str) -> None:
    case = mine(client)
    Client().post(f"/track/{case.reference}/{path}", {"action": "message", "body": "Hi", "revision": "1"})
    case.refresh_from_db()
    assert case.chain_length == 1


def test_a_question_is_answered_with_files(client: Client, kent: Staff) -> None:
    case = mine(client)
    conversation.ask(case, body="Which river?", by=kent.alice, now=timezone.now())
    assert "Which river?" in main_of(client.get(f"/track/{case.reference}/"))
    answer = write(client, case, "answer", "The Green River", files=text_file("map.txt"))
    assert answer.status_code == 302
    case.refresh_from_db()
    assert case.status == Status.ACKNOWLEDGED
    after = client.get(answer["Location"])
    assert "Your answer was sent." in text_of(after)
    assert "The Green River" in main_of(after) and "map.txt" in main_of(after)


def test_a_question_can_be_declined(client: Client, kent: Staff) -> None:
    case = mine(client)
    conversation.ask(case, body="Which river?", by=kent.alice, now=timezone.now())
    assert write(client, case, "decline").status_code == 302
    assert case.events.filter(happening=ClockEvent.CLARIFICATION_DECLINED).exists()


def test_an_empty_message_is_refused_with_a_sentence(client: Client, kent: Staff) -> None:
    answer = write(client, mine(client), "message", " ")
    assert answer.status_code == 422 and "Write what you want to say" in main_of(answer)


def test_who_was_overtaken_keeps_what_was_typed_and_its_file(client: Client, kent: Staff) -> None:
    case = mine(client)
    page = client.get(f"/track/{case.reference}/")
    intake.acknowledge(case, by=kent.alice, now=timezone.now())
    sent = {
        **hidden(page),
        "revision": "1",
        "action": "message",
        "body": "Please hurry",
        "files": text_file(),
    }
    answer = client.post(f"/track/{case.reference}/", sent)
    assert answer.status_code == 422
    assert "Meanwhile" in main_of(answer) and "Please hurry" in text_of(answer)
    again = {**hidden(answer), "action": "message", "body": "Please hurry"}
    revision = text_of(answer).split('name="revision" value="')[1].split('"')[0]
    assert client.post(f"/track/{case.reference}/", {**again, "revision": revision}).status_code == 302
    assert Attachment.objects.filter(submission=case, message__body="Please hurry").count() == 1


@pytest.mark.parametrize("revision", ["", "abc", "-1", "9" * 40])
def test_a_broken_revision_is_no_traceback(client: Client, kent: Staff, revision: str) -> None:
    answer = write(client, mine(client), "message", "Hello", revision=revision)
    assert answer.status_code == 422 and "Hello" in text_of(answer)


def test_an_unknown_act_does_nothing(client: Client, kent: Staff) -> None:
    case = mine(client)
    assert write(client, case, "determine", "Granted").status_code in (200, 422)
    case.refresh_from_db()
    assert case.chain_length == 1


def test_withdrawing_asks_first(client: Client, kent: Staff) -> None:
    case = mine(client)
    page = client.get(f"/track/{case.reference}/withdraw/")
    assert "Do you really want to withdraw it?" in main_of(page)
    case.refresh_from_db()
    assert case.status == Status.RECEIVED
    revision = text_of(page).split('name="revision" value="')[1].split('"')[0]
    answer = client.post(f"/track/{case.reference}/withdraw/", {"revision": revision, "reason": ""})
    case.refresh_from_db()
    assert answer.status_code == 302 and case.status == Status.WITHDRAWN
    assert client.get(f"/track/{case.reference}/withdraw/").status_code == 302


def test_a_follow_up_is_offered_from_its_day_on(client: Client, people: dict[str, Staff]) -> None:
    """Kansas City's guide: follow up in writing where nobody acknowledges."""
    with time_machine.travel(FILED, tick=False):
        reference = filed(client, "kansas-city", "error_report")
        first = client.get(f"/track/{reference}/")
        assert "you can follow up in writing from" in main_of(first)
        assert "Follow up in writing" not in main_of(first)
    case = Submission.objects.get(reference=reference)
    with time_machine.travel(FILED + dt.timedelta(days=4), tick=False):
        assert "Track a submission" in main_of(client.get(f"/track/{reference}/"))
        client.post("/track/", {"reference": reference, "code": code_of(first), "open": "1"})
        assert "Follow up in writing" in main_of(client.get(f"/track/{reference}/"))
        assert write(client, case, "follow_up", "Still waiting").status_code == 302
        assert "You followed up in writing" in main_of(client.get(f"/track/{reference}/"))
    assert case.messages.get().body == "Still waiting"


def test_after_an_answer_the_ways_to_have_it_reviewed_stand_there(client: Client, kent: Staff) -> None:
    case = mine(client, kind="records_request")
    determinations.determine(case, DENIAL, by=kent.clerk, now=timezone.now())
    words = main_of(client.get(f"/track/{case.reference}/"))
    for expected in (
        "Denied",
        "Withheld under: A law",
        "Superior court",
        "Last day:",
        "Not open here",
        "Attorney General",
        "Appeal the answer",
    ):
        assert expected in words


def test_a_written_statement_can_be_asked_for_once_where_the_law_has_it(
    client: Client, people: dict[str, Staff]
) -> None:
    case = mine(client, "kansas-city", "records_request")
    assert "written statement of the denial" not in main_of(client.get(f"/track/{case.reference}/"))
    determinations.determine(case, DENIAL, by=people["kansas-city"].clerk, now=timezone.now())
    assert "written statement of the denial" in main_of(client.get(f"/track/{case.reference}/"))
    assert write(client, case, "statement").status_code == 302
    assert case.deadlines.filter(milestone="denial_statement", state="open").exists()
    assert write(client, case, "statement").status_code == 422
    assert case.events.filter(happening=ClockEvent.STATEMENT_REQUESTED).count() == 1


def test_no_statement_is_offered_where_the_law_has_none(client: Client, kent: Staff) -> None:
    case = mine(client, kind="records_request")
    determinations.determine(case, DENIAL, by=kent.clerk, now=timezone.now())
    assert write(client, case, "statement").status_code == 422


def test_internal_notes_and_their_files_stay_inside(client: Client, kent: Staff) -> None:
    case = mine(client)
    conversation.note(case, body="Looks odd to me", by=kent.alice, now=timezone.now())
    assert "Looks odd" not in text_of(client.get(f"/track/{case.reference}/"))


def test_an_escalation_is_told_without_blame(client: Client, people: dict[str, Staff]) -> None:
    case = mine(client, "kansas-city", dataset=people["kansas-city"].dataset.identifier)
    later = timezone.now() + dt.timedelta(days=12)
    escalation.sweep(now=later)
    words = main_of(client.get(f"/track/{case.reference}/"))
    assert "Passed to" in words or "asked in writing" in words
    assert "overdue" not in words.lower() and "reminded" not in words.lower()


def test_times_are_those_of_the_city(client: Client, kent: Staff) -> None:
    late = dt.datetime(2026, 6, 2, 5, 30, tzinfo=dt.UTC)  # 22:30 of June 1 in Kent
    with time_machine.travel(late, tick=False):
        case = mine(client)
        words = main_of(client.get(f"/track/{case.reference}/"))
    assert "June 1, 2026, 10:30 p.m." in words and "June 2" not in words.partition("Dates")[0]
