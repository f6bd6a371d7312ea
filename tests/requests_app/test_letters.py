"""The letters as they are sent: what each says, and what none may carry."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings

from portals.vocabulary import Outcome
from requests_app import (
    api_keys,
    casework,
    conversation,
    determinations,
    escalation,
    fee_waivers,
    fees,
    intake,
    one_time,
    parts,
    redaction_log,
    routing,
    statements,
    undo,
)
from requests_app.models import Notice, Submission, WaiverRequest
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.fee_cases import paid, tell
from tests.requests_app.part_cases import NO, YES, decided

SECRET = "My neighbour's dog bit forty trees"
DAY = dt.timedelta(days=1)


@pytest.fixture
def letters_that_are_not_written_yet() -> None:
    """These tests are about the real ones."""


def case_of(staff: Staff, kind: str = "error_report", **more: object) -> Submission:
    return file_case(staff.city, kind, title=SECRET, description=SECRET, dataset=staff.dataset, **more)


def letter(case: Submission, kind: str) -> Notice:
    return Notice.objects.get(submission=case, kind=kind, user=None)


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def about_fees(staff: Staff, patient: Staff) -> None:
    """Every letter about a fee; the one that asks for the rest belongs to a city that lets it wait."""
    case = case_of(staff, "records_request")
    tell(staff, case, "20.00", at=FILED)
    paid(staff, case, "5.00", FILED)
    fee_waivers.request_waiver(case, reasons=SECRET, now=FILED)
    denied = WaiverRequest.Decision.DENIED
    fee_waivers.decide_waiver(case, decision=denied, reasons="No.", by=staff.clerk, now=FILED)
    fees.withdraw_estimate(case, reason="Counted twice.", by=staff.clerk, now=FILED)
    later = case_of(patient, "records_request")
    tell(patient, later, "3.00", at=FILED)
    fees.ask_for_payment(later, by=patient.clerk, now=FILED)


def in_two_parts(staff: Staff) -> None:
    """An instalment, then the answer to the whole, with a row of the log."""
    case = case_of(staff, "records_request")
    parts.split(case, ["Minutes", "Addresses"], by=staff.clerk, now=FILED)
    decided(staff, case, 1, YES)
    casework.release_part(case, body="The minutes.", parts=[1], by=staff.clerk, now=FILED + DAY)
    decided(staff, case, 2, replace(NO, outcome=Outcome.PARTIAL))
    rows = [redaction_log.Row("list.pdf", "page 1", "A law")]
    redaction_log.log(case, rows, by=staff.clerk, now=FILED + DAY)
    answer = determinations.Answer(Outcome.GRANTED, "Both.")
    determinations.determine(case, answer, by=staff.clerk, now=FILED + DAY)


def ask_for_the_grounds(staff: Staff, case: Submission) -> None:
    """The written statement of a denial, where the city's law has one on request."""
    if staff.city.slug == "kansas-city":
        conversation.request_statement(case, now=FILED)
        statements.give_statement(case, grounds="Staff.", exemption="A law", by=staff.alice, now=FILED)


@pytest.fixture
def everything(people: dict[str, Staff]) -> list[Notice]:
    """Every letter that the acts write, in every city."""
    for staff in people.values():
        case = case_of(staff, "records_request")
        intake.acknowledge(case, by=staff.alice, now=FILED, message="We begin on Monday.")
        conversation.ask(case, body="Which one?", by=staff.alice, now=FILED)
        conversation.answer(case, body=SECRET, now=FILED)
        conversation.message(case, body="Soon", by=staff.alice, now=FILED)
        determinations.estimate(
            case, until=(FILED + 20 * DAY).date(), reason="Many pages", by=staff.alice, now=FILED
        )
        to = staff.city.offices.filter(outside=False).exclude(pk=case.office_id).first()
        routing.refer(case, to=to, reason="Theirs", by=staff.alice, now=FILED)
        answer = determinations.Answer(
            Outcome.PARTIAL, "No.", exemption="A law", explanation="So.", responsible="A. Clerk"
        )
        determinations.determine(case, answer, by=staff.alice, now=FILED)
        undo.undo(case, reason="Too soon.", by=staff.alice, now=FILED)
        determinations.determine(case, answer, by=staff.alice, now=FILED)
        ask_for_the_grounds(staff, case)
        in_two_parts(staff)
        determinations.reopen(case, reason="New facts", by=staff.alice, now=FILED)
        conversation.withdraw(case, now=FILED, reason=SECRET)
        one_time.send_code(case, now=FILED)
        quiet = case_of(staff)
        escalation.sweep(now=FILED + 30 * DAY)
        assert quiet.pk
    bakersfield = people["bakersfield"]
    extended = case_of(bakersfield, "records_request")
    determinations.extend(
        extended, until=(FILED + 20 * DAY).date(), reason="Many", by=bakersfield.alice, now=FILED
    )
    lapsing = case_of(people["portland"], "records_request")
    conversation.ask(lapsing, body="Which?", by=people["portland"].alice, now=FILED)
    about_fees(people["portland"], people["kent"])
    asked = case_of(people["kent"], "access_request")
    api_keys.issue(asked, api_keys.Terms(600, FILED.date()), by=people["kent"].clerk, now=FILED)
    escalation.sweep(now=FILED + 90 * DAY)
    return list(Notice.objects.filter(user=None))


def test_every_letter_names_case_and_page_and_nothing_that_was_written(everything: list[Notice]) -> None:
    kinds = {notice.kind for notice in everything}
    texts = {path.stem for path in Path(settings.BASE_DIR, "templates/emails").glob("[a-z]*.txt")}
    assert kinds == texts - {"digest"}
    for notice in everything:
        reference = notice.submission.reference
        assert reference in notice.subject, notice.kind
        assert f"{settings.SITE_URL}/track/{reference}/" in notice.body
        assert SECRET not in notice.body + notice.subject and "Rita" not in notice.body
        assert "{{" not in notice.body and "&#" not in notice.body and "\n\n\n\n" not in notice.body
        assert "None" not in notice.body.split() and "  " not in notice.subject


def test_letters_carry_the_paragraphs_of_the_city(everything: list[Notice]) -> None:
    for notice in everything:
        words = notice.city.paragraphs
        assert words["greeting"] in notice.body and words["closing"] in notice.body
        if notice.kind in ("escalated", "determined"):
            assert words[notice.kind] in notice.body


def test_the_first_letter_tells_dates_with_their_source(kent: Staff) -> None:
    body = letter(case_of(kent, "records_request"), "filed").body
    assert "Monday, June 8, 2026 (RCW 42.56.520(1)" in body


def test_what_is_not_specified_is_said_in_the_letter(people: dict[str, Staff]) -> None:
    body = letter(case_of(people["oklahoma-city"], "records_request"), "filed").body
    assert "not specified on the cited page" in body


def test_dates_are_those_of_the_city(kent: Staff) -> None:
    late = dt.datetime(2026, 6, 2, 5, 30, tzinfo=dt.UTC)
    body = letter(case_of(kent, received_at=late), "filed").body
    assert "Monday, June 1, 2026" in body


def test_without_an_address_there_is_no_letter(kent: Staff) -> None:
    case = case_of(kent, requester_email="")
    assert not Notice.objects.filter(submission=case, user=None).exists()
