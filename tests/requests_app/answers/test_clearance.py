"""Chosen answers are looked at by a second person before they are sent."""

import datetime as dt

import pytest

from portals.vocabulary import Outcome, Relation
from requests_app import access, determinations
from requests_app.answers import clearance, parts
from requests_app.answers.denials import Answer, Decision
from requests_app.handling import casework, undo
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Notice, Part, Status, Submission
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.part_cases import DAY, HOUR, NO, PAPER, YES, decided, fresh, in_parts

SENT = Answer(Outcome.DENIED, "No.", exemption="A law", explanation="So.", responsible="A. Clerk")
WHOLE = Decision(Outcome.DENIED, "No.", responsible="A. Clerk, City Clerk")


@pytest.fixture
def town(people: dict[str, Staff]) -> Staff:
    """The shipped city in which the City Attorney clears a full denial."""
    return people["bakersfield"]


@pytest.fixture
def attorney(town: Staff):
    assert town.attorney is not None
    return town.attorney


@pytest.fixture
def waiting(town: Staff) -> Submission:
    case = file_case(town.city, "records_request")
    parts.decide_whole(case, WHOLE, by=town.clerk, now=FILED + HOUR, files=[PAPER])
    return fresh(case)


def test_a_full_denial_cannot_be_sent_before_it_is_cleared(town: Staff) -> None:
    case = file_case(town.city, "records_request")
    with pytest.raises(NotAllowed, match="City Attorney looks at a full denial"):
        determinations.determine(case, SENT, by=town.clerk, now=FILED + HOUR)
    assert fresh(case).status == Status.RECEIVED and case.events.count() == 1


def test_clearance_is_asked_of_the_office_and_the_requester_sees_nothing(
    town: Staff, attorney, waiting: Submission
) -> None:
    assert waiting.status == Status.ACKNOWLEDGED
    office = attorney.memberships.get().office
    assert waiting.involvements.get(office=office).relation == Relation.INFORMED
    assert Notice.objects.filter(submission=waiting, kind="clearance", user=attorney).count() == 1
    assert not Notice.objects.filter(submission=waiting, kind="determined").exists()
    assert not waiting.events.get(action=Action.PART_DECIDE).public
    with pytest.raises(NotAllowed, match="waits for clearance"):
        determinations.determine(waiting, SENT, by=town.clerk, now=FILED + DAY)


def test_what_is_cleared_is_sent_as_it_was_cleared(town: Staff, attorney, waiting: Submission) -> None:
    clearance.clear(waiting, [1], note="Fine.", by=attorney, now=FILED + DAY)
    part = Part.objects.get(submission=waiting)
    assert (part.clearance, part.cleared_by_name, part.clearance_note) == ("cleared", "Attorney", "Fine.")
    assert Notice.objects.filter(submission=waiting, kind="part_clear", user=town.clerk).exists()
    other = Answer(Outcome.GRANTED, "See the reasons.")
    answer = determinations.determine(fresh(waiting), other, by=town.clerk, now=FILED + DAY)
    assert (answer.outcome, answer.responsible) == (Outcome.DENIED, "A. Clerk, City Clerk")
    assert not waiting.attachments.get().internal
    assert waiting.deadlines.get(milestone="determination").state == "met"
    undo.undo(fresh(waiting), reason="Wrong file.", by=town.clerk, now=FILED + DAY + HOUR)
    assert waiting.attachments.get().internal
    parts.take_back(fresh(waiting), 1, by=town.clerk, now=FILED + DAY + HOUR)
    assert not Part.objects.filter(submission=waiting).exists()


def test_nobody_clears_the_own_decision(town: Staff, attorney) -> None:
    case = file_case(town.city, "records_request")
    parts.decide_whole(case, WHOLE, by=attorney, now=FILED)
    with pytest.raises(NotAllowed, match="a second person"):
        clearance.clear(case, [1], by=attorney, now=FILED)


def test_two_people_clear_once(town: Staff, attorney, waiting: Submission) -> None:
    seen = waiting.chain_length
    clearance.clear(waiting, [1], by=attorney, now=FILED + DAY, revision=seen)
    with pytest.raises(NotAllowed, match="Meanwhile Attorney did this"):
        clearance.give_back(waiting, 1, reason="No", by=attorney, now=FILED + DAY, revision=seen)
    with pytest.raises(NotAllowed, match="was cleared by Attorney already"):
        clearance.clear(waiting, [1], by=attorney, now=FILED + DAY)


def test_a_returned_decision_is_decided_anew_and_asked_for_again(town: Staff, attorney) -> None:
    case = in_parts(town)
    decided(town, case, 1, NO)
    with pytest.raises(NotAllowed, match="Say what must be changed"):
        clearance.give_back(case, 1, reason=" ", by=attorney, now=FILED + DAY)
    clearance.give_back(case, 1, reason="Cite the section.", by=attorney, now=FILED + DAY)
    with pytest.raises(NotAllowed, match="was returned and must be decided anew"):
        casework.release_part(fresh(case), body="x", parts=[1], by=town.clerk, now=FILED + DAY)
    decided(town, fresh(case), 1, NO)
    assert case.parts.get(number=1).clearance == "asked"
    decided(town, fresh(case), 2, YES)
    clearance.clear(fresh(case), [1], by=attorney, now=FILED + DAY)
    whole = Answer(Outcome.GRANTED, "Both.")
    assert determinations.determine(fresh(case), whole, by=town.clerk, now=FILED + DAY).outcome == "partial"


def test_only_the_office_that_is_named_clears(people: dict[str, Staff], town: Staff, attorney) -> None:
    case = file_case(town.city, "records_request")
    parts.decide_whole(case, WHOLE, by=town.clerk, now=FILED)
    case = fresh(case)

    def can(user) -> set[Action]:
        return set(access.permitted(access.standing(user), case)) & access.CLEARANCE_ACTIONS

    assert can(attorney) == access.CLEARANCE_ACTIONS
    others = [town.alice, town.clerk, town.auditor, people["kent"].attorney, people["kent"].clerk]
    assert not any(can(user) for user in others)


def test_an_office_that_is_only_asked_cannot_decide(town: Staff, attorney, waiting: Submission) -> None:
    can = set(access.permitted(access.standing(attorney), waiting))
    assert can == {Action.NOTE, Action.PART_CLEAR, Action.PART_RETURN}


def test_without_a_rule_nothing_waits(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, "records_request")
    with pytest.raises(NotAllowed, match="needs no clearance"):
        parts.decide_whole(case, NO, by=kent.clerk, now=FILED)
    determinations.determine(case, SENT, by=kent.clerk, now=FILED + dt.timedelta(hours=1))
