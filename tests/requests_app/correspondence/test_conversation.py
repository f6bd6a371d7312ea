"""Questions, answers, messages, notes: who wrote, who is told, and what it does to the case."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from portals.vocabulary import Outcome, SubmissionKind
from requests_app import determinations, intake
from requests_app.attachments.files import StoredFile
from requests_app.correspondence import conversation
from requests_app.determinations import Answer
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Notice, Status, Submission
from tests.requests_app.factories import FILED, Staff, file_case

LATER = FILED + dt.timedelta(hours=1)
PAPER = StoredFile("paper.txt", "ab" * 32, 5, "text/plain")


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return file_case(kent.city, dataset=kent.dataset)


def letters(case: Submission, kind: str) -> list[str]:
    """Who got a letter or an item of this kind: first names of staff, "" for the requester."""
    found = Notice.objects.filter(submission=case, kind=kind).select_related("user").order_by("pk")
    return [notice.user.first_name if notice.user else "" for notice in found]


def test_who_asks_acknowledges_too(kent: Staff, case: Submission) -> None:
    conversation.ask(case, body="Which tree?", by=kent.alice, now=LATER, files=[PAPER])
    case.refresh_from_db()
    assert (case.status, case.acknowledged_at) == (Status.CLARIFYING, LATER)
    assert list(case.events.values_list("action", "happening")) == [
        ("submit", "received"),
        ("acknowledge", "acknowledged"),
        ("ask", "clarification_asked"),
    ]
    message = case.messages.get()
    assert (message.is_question, message.internal, message.by) == (True, False, kent.alice)
    assert message.attachments.get().name == "paper.txt"
    assert letters(case, "asked") == [""]


def test_an_answer_goes_to_who_has_the_case_and_waits_for_staff(kent: Staff, case: Submission) -> None:
    conversation.ask(case, body="Which tree?", by=kent.alice, now=FILED)
    intake.claim(case, by=kent.alice, now=FILED)
    conversation.answer(case, body="The oak", now=LATER)
    case.refresh_from_db()
    assert (case.status, case.requester_wrote_at) == (Status.ACKNOWLEDGED, LATER)
    assert letters(case, "answer") == ["Alice"]
    assert case.events.last().actor == "requester"


def test_an_answer_that_came_by_phone_names_who_entered_it(kent: Staff, case: Submission) -> None:
    conversation.ask(case, body="Which tree?", by=kent.alice, now=FILED)
    with pytest.raises(NotAllowed, match="future"):
        conversation.answer(case, body="The oak", now=FILED, by=kent.bob, happened_at=LATER)
    conversation.answer(case, body="The oak", now=LATER, by=kent.bob, happened_at=FILED)
    event = case.events.last()
    assert (event.actor, event.by, event.happened_at, event.at) == ("staff", kent.bob, FILED, LATER)


def test_a_question_can_be_declined_without_words(kent: Staff, case: Submission) -> None:
    conversation.ask(case, body="Which tree?", by=kent.alice, now=FILED)
    conversation.answer(case, body="", now=LATER, declined=True)
    case.refresh_from_db()
    assert case.status == Status.ACKNOWLEDGED
    assert case.messages.count() == 1
    assert case.events.last().happening == "clarification_declined"


def test_a_word_of_the_requester_waits_until_staff_write_back(kent: Staff, case: Submission) -> None:
    conversation.message(case, body="Any news?", now=LATER)
    case.refresh_from_db()
    assert case.requester_wrote_at == LATER
    assert letters(case, "message") == ["Alice", "Bob"]
    conversation.message(case, body="Soon", by=kent.alice, now=LATER)
    case.refresh_from_db()
    assert case.requester_wrote_at is None
    assert letters(case, "message") == ["Alice", "Bob", ""]
    assert case.status == Status.RECEIVED


def test_a_note_is_for_staff_only_and_tells_nobody(kent: Staff, case: Submission) -> None:
    before = Notice.objects.count()
    conversation.note(case, body="Ask the arborist", by=kent.alice, now=LATER, files=[PAPER])
    message = case.messages.get()
    assert message.internal
    assert message.attachments.get().internal
    assert case.events.last().public is False
    assert Notice.objects.count() == before


def test_withdrawing_ends_the_case_and_tells_both_sides(kent: Staff, case: Submission) -> None:
    conversation.withdraw(case, now=LATER, reason="Found it myself")
    case.refresh_from_db()
    assert (case.status, case.closed_at) == (Status.WITHDRAWN, LATER)
    assert case.messages.get().body == "Found it myself"
    assert letters(case, "withdraw") == ["Alice", "Bob"]
    assert letters(case, "withdrawn") == [""]
    with pytest.raises(NotAllowed):
        conversation.withdraw(case, now=LATER)


ACTS: list[Callable[[Submission, Staff, str], Any]] = [
    lambda case, kent, body: conversation.ask(case, body=body, by=kent.alice, now=LATER),
    lambda case, kent, body: conversation.message(case, body=body, now=LATER),
    lambda case, kent, body: conversation.note(case, body=body, by=kent.alice, now=LATER),
    lambda case, kent, body: conversation.follow_up(case, body=body, now=LATER),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("body", ["", " \n\t"])
def test_nothing_is_sent_without_words(
    kent: Staff, case: Submission, act: Callable[..., Any], body: str
) -> None:
    with pytest.raises(NotAllowed, match="Write what"):
        act(case, kent, body)
    case.refresh_from_db()
    assert (case.chain_length, case.messages.count()) == (1, 0)


def test_a_letter_never_carries_what_the_requester_wrote(kent: Staff) -> None:
    secret = "tree-of-life-4711"
    case = file_case(kent.city, dataset=kent.dataset, title=secret, description=secret)
    conversation.ask(case, body="Which tree?", by=kent.alice, now=FILED)
    conversation.answer(case, body=secret, now=LATER)
    conversation.message(case, body=secret, now=LATER)
    conversation.follow_up(case, body=secret, now=LATER)
    conversation.withdraw(case, now=LATER, reason=secret)
    assert not [n.kind for n in Notice.objects.all() if secret in n.subject + n.body]


def test_the_statement_of_a_denial_is_asked_for_once_and_only_where_the_law_gives_it(
    people: dict[str, Staff],
) -> None:
    denial = Answer(Outcome.DENIED, "No.", exemption="1", explanation="So.", responsible="A")
    for slug, given in (("kansas-city", True), ("kent", False)):
        staff = people[slug]
        case = file_case(staff.city, SubmissionKind.RECORDS_REQUEST)
        with pytest.raises(NotAllowed):
            conversation.request_statement(case, now=FILED)
        determinations.determine(case, denial, by=staff.clerk, now=LATER)
        if given:
            conversation.request_statement(case, now=LATER)
            assert case.events.last().action == Action.RECORD
        with pytest.raises(NotAllowed):
            conversation.request_statement(case, now=LATER)
