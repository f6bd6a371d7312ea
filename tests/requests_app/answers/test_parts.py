"""Answers in parts: decided one by one, told with instalments, together the answer to the whole."""

import datetime as dt

import pytest

from portals.vocabulary import Outcome
from requests_app import deadlines, determinations
from requests_app.answers import parts, redaction_log
from requests_app.answers.case_parts import outcome_of
from requests_app.answers.denials import Answer, Decision, Ground
from requests_app.correspondence import conversation
from requests_app.events.part_stand import stand
from requests_app.handling import casework, undo
from requests_app.lifecycle import NotAllowed
from requests_app.models import Notice, Part, Release, Status, Submission, Withheld
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.part_cases import (
    DAY,
    HOUR,
    LAW,
    NO,
    NOT_HELD,
    PAPER,
    YES,
    decided,
    fresh,
    in_parts,
)

SLUGS = ["bakersfield", "kansas-city", "kent", "oklahoma-city", "portland"]


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def letter(case: Submission, kind: str) -> str:
    return Notice.objects.filter(submission=case, kind=kind, user=None).latest("pk").body


# -- splitting


def test_a_case_is_split_into_numbered_parts_and_more_can_follow(kent: Staff) -> None:
    case = in_parts(kent, "Minutes of May", "Minutes of June")
    assert case.status == Status.ACKNOWLEDGED
    parts.split(case, ["Minutes of July"], by=kent.clerk, now=FILED + 2 * HOUR)
    assert [(part.number, part.title) for part in case.parts.all()] == [
        (1, "Minutes of May"),
        (2, "Minutes of June"),
        (3, "Minutes of July"),
    ]
    assert [line.title for line in stand(case.events.all()).parts][2] == "Minutes of July"
    parts.drop(fresh(case), 3, by=kent.clerk, now=FILED + 3 * HOUR)
    assert list(stand(case.events.all()).lines) == [1, 2]


@pytest.mark.parametrize(
    ("titles", "sentence"),
    [
        (["Only one"], "at least two"),
        (["", "  "], "at least two"),
        (["Same", "Same"], "twice"),
        (["x" * 301, "y"], "300 characters"),
        ([f"Part {number}" for number in range(51)], "at most 50"),
    ],
)
def test_a_split_that_makes_no_sense_is_refused(kent: Staff, titles: list[str], sentence: str) -> None:
    case = file_case(kent.city, "records_request")
    with pytest.raises(NotAllowed, match=sentence):
        parts.split(case, titles, by=kent.clerk, now=FILED)
    assert not case.parts.exists() and case.events.count() == 1


def test_only_requests_for_records_and_datasets_are_split(kent: Staff) -> None:
    with pytest.raises(NotAllowed, match="Only a request"):
        parts.split(file_case(kent.city), ["a", "b"], by=kent.clerk, now=FILED)
    parts.split(file_case(kent.city, "dataset_request"), ["a", "b"], by=kent.alice, now=FILED)


# -- deciding


@pytest.mark.parametrize("slug", SLUGS)
def test_a_refused_part_must_carry_what_the_law_of_the_city_wants(
    people: dict[str, Staff], slug: str
) -> None:
    wanted = {
        "kent": "RCW 42.56.210",
        "portland": "ORS 192.329",
        "bakersfield": "Gov. Code 7922.540",
        "kansas-city": "RSMo 610.024",
    }
    staff = people[slug]
    case = in_parts(staff)
    bare = Decision(Outcome.PARTIAL, "Some of it.")
    if slug in wanted:
        with pytest.raises(NotAllowed, match=wanted[slug]):
            decided(staff, case, 1, bare)
        assert not case.parts.get(number=1).outcome
        decided(staff, case, 1, Decision(Outcome.PARTIAL, "Some.", [LAW], responsible="A. Clerk"))
    else:
        decided(staff, case, 1, bare)


def test_each_law_of_a_part_is_explained(kent: Staff) -> None:
    case = in_parts(kent)
    half = Decision(Outcome.DENIED, "No.", [LAW, Ground("RCW 42.56.240")])
    with pytest.raises(NotAllowed, match="how the exemption applies"):
        decided(kent, case, 1, half)
    with pytest.raises(NotAllowed, match="Nothing is withheld"):
        decided(kent, case, 1, Decision(Outcome.GRANTED, "Yes.", [LAW]))
    part = decided(kent, case, 1, NO)
    assert [(one.law, one.explanation) for one in part.exemptions.all()] == [(LAW.law, LAW.explanation)]
    assert (part.decided_by, part.decided_by_name) == (kent.clerk, "Clerk")


def test_two_people_cannot_decide_the_same_part(kent: Staff) -> None:
    case = in_parts(kent)
    seen = case.chain_length
    decided(kent, case, 1, YES, revision=seen)
    with pytest.raises(NotAllowed, match="Meanwhile Clerk did this"):
        parts.decide(case, 1, NO, by=kent.alice, now=FILED + 3 * HOUR, revision=seen)
    with pytest.raises(NotAllowed, match=r"decided by Clerk on Monday, June 1, 2026: Granted"):
        parts.decide(case, 1, NO, by=kent.alice, now=FILED + 3 * HOUR)
    assert case.parts.get(number=1).outcome == Outcome.GRANTED


def test_a_decision_is_taken_back_before_it_is_told_and_its_words_are_kept(kent: Staff) -> None:
    case = in_parts(kent)
    decided(kent, case, 2, NO, files=[PAPER])
    with pytest.raises(NotAllowed, match="Take the decision back first"):
        parts.drop(case, 2, by=kent.clerk, now=FILED + 3 * HOUR)
    parts.take_back(case, 2, by=kent.clerk, now=FILED + 3 * HOUR)
    part = case.parts.get(number=2)
    assert (part.outcome, part.reasons) == ("", "Home addresses.") and part.exemptions.count() == 1
    assert case.attachments.get().internal
    with pytest.raises(NotAllowed, match="not decided yet"):
        parts.take_back(case, 2, by=kent.clerk, now=FILED + 3 * HOUR)
    decided(kent, fresh(case), 2, NO)


@pytest.mark.parametrize(
    ("found", "together"),
    [
        (["granted", "granted"], "granted"),
        (["granted", "denied"], "partial"),
        (["granted", "partial"], "partial"),
        (["denied", "denied"], "denied"),
        (["denied", "not_held"], "denied"),
        (["not_held", "granted"], "partial"),
        (["granted", "publicly_available"], "granted"),
        (["not_held", "referred_elsewhere"], "not_held"),
        (["no_action", "duplicate"], "duplicate"),
    ],
)
def test_what_parts_make_together(found: list[str], together: str) -> None:
    assert outcome_of([Part(outcome=one) for one in found]) == together


# -- the answer to the whole


def test_a_case_with_an_undecided_part_is_not_answered(kent: Staff) -> None:
    case = in_parts(kent)
    decided(kent, case, 1, YES)
    with pytest.raises(NotAllowed, match=r"Part 2 \(“Addresses”\) is not decided yet"):
        determinations.determine(case, Answer(Outcome.GRANTED, "All."), by=kent.clerk, now=FILED + DAY)
    assert fresh(case).status == Status.ACKNOWLEDGED and not case.determinations.exists()


@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland"])
def test_the_answer_is_made_of_its_parts_and_told_part_by_part(people: dict[str, Staff], slug: str) -> None:
    staff = people[slug]
    case = in_parts(staff)
    decided(staff, case, 1, YES, files=[PAPER])
    decided(staff, case, 2, NO)
    redaction_log.log(
        case,
        [redaction_log.Row("list.pdf", "page 3", LAW.law, "Home address", 2)],
        by=staff.clerk,
        now=FILED + 3 * HOUR,
    )
    assert case.attachments.get().internal
    whole = Answer(Outcome.GRANTED, "Minutes yes, addresses no.")
    answer = determinations.determine(case, whole, by=staff.clerk, now=FILED + DAY)
    assert (answer.outcome, answer.exemption) == (Outcome.PARTIAL, LAW.law)
    assert LAW.explanation in answer.explanation and "A. Clerk" in answer.responsible
    assert not case.attachments.get().internal
    told = Release.objects.get(submission=case)
    assert set(told.parts.values_list("number", flat=True)) == {1, 2}
    assert Withheld.objects.get().release == told
    body = letter(case, "determined")
    for words in ("Part 1, Minutes: Granted", "Part 2, Addresses: Denied", LAW.law, LAW.explanation, "1 row"):
        assert words in body
    assert case.events.filter(happening="denied").count() == 1


def test_nothing_is_denied_where_a_part_is_merely_not_held(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    case = in_parts(staff)
    decided(staff, case, 1, YES)
    decided(staff, case, 2, NOT_HELD)
    determinations.determine(case, Answer(Outcome.GRANTED, "See."), by=staff.clerk, now=FILED + DAY)
    assert case.determinations.get().outcome == Outcome.PARTIAL
    assert not case.events.filter(happening="denied").exists()


# -- instalments


def test_instalments_tell_their_parts_and_each_starts_the_clock_of_the_court(kent: Staff) -> None:
    case = in_parts(kent)
    decided(kent, case, 1, NO)
    casework.release_part(case, body="The first.", parts=[1], by=kent.clerk, now=FILED + DAY)
    court = deadlines.of_case(fresh(case))
    assert [day.due_on for day in court if day.milestone == "court_filing"] == [dt.date(2027, 6, 2)]
    assert "Part 1, Minutes: Denied" in letter(case, "instalment")
    decided(kent, fresh(case), 2, YES)
    late = FILED + dt.timedelta(days=30)
    determinations.determine(fresh(case), Answer(Outcome.GRANTED, "Done."), by=kent.clerk, now=late)
    assert case.deadlines.get(milestone="court_filing").due_on == dt.date(2027, 7, 1)
    assert Release.objects.filter(submission=case).count() == 2


@pytest.mark.parametrize(
    ("slug", "milestone"),
    [("portland", "completion"), ("bakersfield", "determination"), ("kansas-city", "response")],
)
def test_a_refused_part_does_not_stand_for_the_answer_to_the_whole(
    people: dict[str, Staff], slug: str, milestone: str
) -> None:
    staff = people[slug]
    case = in_parts(staff)
    partly = Decision(Outcome.PARTIAL, "Some.", [LAW], responsible="A. Clerk")
    decided(staff, case, 1, partly)
    casework.release_part(case, body="The first.", parts=[1], by=staff.clerk, now=FILED + DAY)
    assert case.deadlines.get(milestone=milestone).state == "open"
    decided(staff, fresh(case), 2, YES)
    determinations.determine(
        fresh(case), Answer(Outcome.GRANTED, "Done."), by=staff.clerk, now=FILED + 2 * DAY
    )
    assert case.deadlines.get(milestone=milestone).state == "met"


def test_the_remedy_of_a_refused_part_runs_from_the_day_it_was_told(people: dict[str, Staff]) -> None:
    staff = people["oklahoma-city"]
    case = in_parts(staff)
    decided(staff, case, 1, NO)
    casework.release_part(case, body="The first.", parts=[1], by=staff.clerk, now=FILED + DAY)
    assert case.deadlines.get(milestone="appeal_filing").due_on == dt.date(2026, 7, 2)
    decided(staff, fresh(case), 2, YES)
    determinations.determine(
        fresh(case), Answer(Outcome.GRANTED, "Done."), by=staff.clerk, now=FILED + 9 * DAY
    )
    assert case.deadlines.get(milestone="appeal_filing").due_on == dt.date(2026, 7, 2)


def test_only_what_is_decided_is_told_and_only_once(kent: Staff) -> None:
    case = in_parts(kent)
    release = {"body": "The first.", "by": kent.clerk, "now": FILED + DAY}
    with pytest.raises(NotAllowed, match="not decided yet"):
        casework.release_part(case, parts=[1], **release)
    with pytest.raises(NotAllowed, match="no such part"):
        casework.release_part(case, parts=[7], **release)
    decided(kent, case, 1, YES)
    casework.release_part(fresh(case), parts=[1], **release)
    with pytest.raises(NotAllowed, match="told to the requester already"):
        casework.release_part(fresh(case), parts=[1], **release)
    with pytest.raises(NotAllowed, match="only an undo"):
        parts.take_back(fresh(case), 1, by=kent.clerk, now=FILED + DAY)
    assert Release.objects.filter(submission=case).count() == 1


# -- taking back


def test_an_undo_makes_the_parts_of_the_answer_the_offices_own_again(kent: Staff) -> None:
    case = in_parts(kent)
    decided(kent, case, 1, YES)
    casework.release_part(case, body="The first.", parts=[1], by=kent.clerk, now=FILED + DAY)
    decided(kent, fresh(case), 2, NO, files=[PAPER])
    rows = [redaction_log.Row("list.pdf", "page 3", LAW.law)]
    redaction_log.log(fresh(case), rows, by=kent.clerk, now=FILED + DAY)
    determinations.determine(fresh(case), Answer(Outcome.DENIED, "So."), by=kent.clerk, now=FILED + 2 * DAY)
    undo.undo(fresh(case), reason="Wrong.", by=kent.clerk, now=FILED + 2 * DAY + HOUR)
    assert [bool(part.release_id) for part in case.parts.all()] == [True, False]
    assert Withheld.objects.get().release is None and case.attachments.get().internal
    found = stand(case.events.all())
    assert [bool(line.told_by) for line in found.parts] == [True, False] and found.told == 0
    court = case.deadlines.get(milestone="court_filing")
    assert court.due_on == dt.date(2027, 6, 2)  # of the instalment, not of the answer
    parts.take_back(fresh(case), 2, by=kent.clerk, now=FILED + 3 * DAY)
    decided(kent, fresh(case), 2, YES)
    determinations.determine(fresh(case), Answer(Outcome.GRANTED, "All."), by=kent.clerk, now=FILED + 3 * DAY)
    assert case.determinations.last().outcome == Outcome.GRANTED


def test_a_reopened_case_is_split_anew_and_keeps_what_was_told(kent: Staff) -> None:
    case = in_parts(kent)
    decided(kent, case, 1, YES)
    decided(kent, case, 2, NO)
    determinations.determine(fresh(case), Answer(Outcome.DENIED, "So."), by=kent.clerk, now=FILED + DAY)
    determinations.reopen(fresh(case), reason="New facts", by=kent.clerk, now=FILED + 5 * DAY)
    assert stand(case.events.all()).parts == []
    parts.split(fresh(case), ["One", "Two"], by=kent.clerk, now=FILED + 5 * DAY)
    assert case.parts.count() == 4
    conversation.withdraw(fresh(case), now=FILED + 6 * DAY)
