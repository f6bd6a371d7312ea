"""The written statement of a denial on request: asked for once, given once, on a clock of its own."""

import datetime as dt

import pytest

from portals.vocabulary import ClockEvent, Outcome
from requests_app import determinations
from requests_app.correspondence import conversation
from requests_app.handling import casework, statements
from requests_app.lifecycle import NotAllowed
from requests_app.models import Notice, Submission
from tests.requests_app.factories import FILED, Staff, file_case

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
NO = determinations.Answer(Outcome.DENIED, "Personnel file.", explanation="It names staff.")
GIVEN = {"grounds": "A personnel record.", "exemption": "RSMo 610.021(13)"}


@pytest.fixture
def denied(people: dict[str, Staff]) -> Submission:
    staff = people["kansas-city"]
    case = file_case(staff.city, "records_request")
    determinations.determine(case, NO, by=staff.clerk, now=FILED)
    return case


def test_the_statement_meets_its_clock_and_is_told(people: dict[str, Staff], denied: Submission) -> None:
    clerk = people["kansas-city"].clerk
    conversation.request_statement(denied, now=FILED + DAY)
    clock = denied.deadlines.get(milestone="denial_statement")
    assert (clock.state, clock.due_on) == ("open", dt.date(2026, 6, 5))
    statements.give_statement(denied, **GIVEN, by=clerk, now=FILED + 2 * DAY)
    clock.refresh_from_db()
    assert clock.state == "met"
    letter = Notice.objects.get(submission=denied, kind="statement")
    assert "A personnel record." in letter.body and "RSMo 610.021(13)" in letter.body
    assert "RSMo 610.021(13)" in denied.messages.get().body


def test_a_request_that_came_by_mail_counts_from_its_own_day(
    people: dict[str, Staff], denied: Submission
) -> None:
    clerk = people["kansas-city"].clerk
    asked = ClockEvent.STATEMENT_REQUESTED
    casework.record(denied, happening=asked, happened_at=FILED + HOUR, by=clerk, now=FILED + 2 * DAY)
    assert denied.deadlines.get(milestone="denial_statement").due_on == dt.date(2026, 6, 4)
    statements.give_statement(denied, **GIVEN, by=clerk, now=FILED + 2 * DAY)


def test_closing_the_case_does_not_stand_for_the_statement(
    people: dict[str, Staff], denied: Submission
) -> None:
    conversation.request_statement(denied, now=FILED + DAY)
    determinations.close(denied, by=people["kansas-city"].clerk, now=FILED + DAY)
    assert denied.deadlines.get(milestone="denial_statement").state == "open"


def test_nothing_is_given_that_nobody_asked_for_and_nothing_twice(
    people: dict[str, Staff], denied: Submission
) -> None:
    clerk = people["kansas-city"].clerk
    with pytest.raises(NotAllowed, match="Nobody has asked"):
        statements.give_statement(denied, **GIVEN, by=clerk, now=FILED)
    conversation.request_statement(denied, now=FILED)
    for half in ({"grounds": " "}, {"exemption": ""}):
        with pytest.raises(NotAllowed, match="exact provision"):
            statements.give_statement(denied, **{**GIVEN, **half}, by=clerk, now=FILED)
    statements.give_statement(denied, **GIVEN, by=clerk, now=FILED)
    with pytest.raises(NotAllowed, match="Nobody has asked"):
        statements.give_statement(denied, **GIVEN, by=clerk, now=FILED)
