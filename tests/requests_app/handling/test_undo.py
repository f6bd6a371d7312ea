"""An answer that was just sent can be taken back: the case stands as it stood, with the same last days."""

import datetime as dt

import pytest

from portals.vocabulary import Outcome, SubmissionKind
from requests_app import determinations, escalation, intake
from requests_app.attachments.files import StoredFile
from requests_app.correspondence import conversation
from requests_app.determinations import Answer, determine
from requests_app.handling import undo
from requests_app.lifecycle import NotAllowed
from requests_app.models import Deadline, Notice, Status, Submission
from requests_app.preservation.verification import verify
from tests.requests_app.factories import FILED, Staff, file_case

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
RECORDS = SubmissionKind.RECORDS_REQUEST
NO = Answer(Outcome.PARTIAL, "Names.", exemption="A law", explanation="So.", responsible="A. Clerk, Clerk")
PAPER = StoredFile("map.pdf", "cd" * 32, 9, "application/pdf")


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def fresh(case: Submission) -> Submission:
    return Submission.objects.get(pk=case.pk)


def dates(case: Submission) -> list[tuple[object, ...]]:
    rows = Deadline.objects.filter(submission=case).order_by("clock_key", "cycle")
    return [
        (row.clock_key, row.cycle, row.state, row.due_on, row.next_step, row.next_step_at) for row in rows
    ]


@pytest.mark.parametrize("slug", ["kent", "kansas-city", "oklahoma-city", "portland", "bakersfield"])
def test_an_answer_taken_back_leaves_the_case_and_its_clocks_as_they_were(
    people: dict[str, Staff], slug: str
) -> None:
    staff = people[slug]
    case = file_case(staff.city, RECORDS)
    intake.acknowledge(case, by=staff.clerk, now=FILED + HOUR)
    before, clocks = fresh(case), dates(case)
    determine(case, NO, by=staff.clerk, now=FILED + DAY, files=[PAPER])
    assert dates(case) != clocks
    undo.undo(case, reason="The wrong file.", by=staff.clerk, now=FILED + DAY + HOUR)
    after = fresh(case)
    assert (after.status, after.cycle, after.determined_at) == (before.status, before.cycle, None)
    assert (after.next_due_on, after.urgency) == (before.next_due_on, before.urgency)
    open_again = [row for row in dates(case) if row[0] in {kept[0] for kept in clocks}]
    assert open_again == clocks
    assert {row[2] for row in dates(case) if row not in open_again} <= {"met"}
    assert case.determinations.get().taken_back_at == FILED + DAY + HOUR
    assert case.attachments.get().internal
    letter = Notice.objects.get(submission=case, kind="undone")
    assert "The wrong file." in letter.body
    assert list(verify()) == [] or all(finding.check == "file" for finding in verify())
    determine(fresh(case), NO, by=staff.clerk, now=FILED + 2 * DAY)


def test_an_answer_given_over_an_open_question_leads_back_to_the_question(people: dict[str, Staff]) -> None:
    portland = people["portland"]
    case = file_case(portland.city, RECORDS)
    conversation.ask(case, body="Which one?", by=portland.clerk, now=FILED + HOUR)
    clocks = dates(case)
    determine(case, NO, by=portland.clerk, now=FILED + DAY)
    undo.undo(case, reason="Too early.", by=portland.clerk, now=FILED + DAY + HOUR)
    assert fresh(case).status == Status.CLARIFYING
    assert [row for row in dates(case) if row[2] != "met"] == [row for row in clocks if row[2] != "met"]
    conversation.answer(case, body="That one.", now=FILED + 2 * DAY)
    assert fresh(case).status == Status.ACKNOWLEDGED


def test_a_closing_is_taken_back_by_itself_and_the_answer_stands(kent: Staff) -> None:
    case = file_case(kent.city, RECORDS)
    determine(case, NO, by=kent.clerk, now=FILED + DAY)
    determinations.close(case, by=kent.clerk, now=FILED + DAY + HOUR)
    undo.undo(case, reason="Not yet.", by=kent.clerk, now=FILED + DAY + 2 * HOUR)
    row = fresh(case)
    assert (row.status, row.closed_at, row.determined_at) == (Status.DETERMINED, None, FILED + DAY)
    assert case.deadlines.filter(milestone="court_filing", state="open").exists()
    undo.undo(row, reason="Nor the answer.", by=kent.clerk, now=FILED + DAY + 3 * HOUR)
    assert fresh(case).status == Status.ACKNOWLEDGED


def test_after_the_window_only_reopening_is_left(kent: Staff) -> None:
    case = file_case(kent.city, RECORDS)
    determine(case, NO, by=kent.clerk, now=FILED)
    late = FILED + dt.timedelta(hours=kent.city.undo_hours)
    before = case.events.count()
    with pytest.raises(NotAllowed, match="24 hours"):
        undo.undo(case, reason="Late.", by=kent.clerk, now=late)
    assert case.events.count() == before
    undo.undo(case, reason="In time.", by=kent.clerk, now=late - dt.timedelta(seconds=1))
    with pytest.raises(NotAllowed, match="not possible now"):
        undo.undo(fresh(case), reason="Twice.", by=kent.clerk, now=late)


def test_a_city_may_choose_another_window_or_none(kent: Staff) -> None:
    case = file_case(kent.city, RECORDS)
    kent.city.undo_hours = 0
    kent.city.save(update_fields=["undo_hours"])
    determine(case, NO, by=kent.clerk, now=FILED)
    with pytest.raises(NotAllowed, match="Reopen the case"):
        undo.undo(case, reason="At once.", by=kent.clerk, now=FILED)
    kent.city.undo_hours = 24
    kent.city.save(update_fields=["undo_hours"])


def test_an_answer_that_was_appealed_stands(kent: Staff) -> None:
    case = file_case(kent.city, RECORDS)
    determine(case, NO, by=kent.clerk, now=FILED)
    appeal = file_case(
        kent.city, "appeal", details={"ground": "denial", "against": case}, received_at=FILED + HOUR
    )
    with pytest.raises(NotAllowed, match="appeal"):
        undo.undo(case, reason="Wrong.", by=kent.clerk, now=FILED + 2 * HOUR)
    conversation.withdraw(appeal, now=FILED + 2 * HOUR)
    undo.undo(case, reason="Wrong.", by=kent.clerk, now=FILED + 2 * HOUR)


def test_two_people_cannot_take_back_the_same_answer(kent: Staff) -> None:
    case = file_case(kent.city, RECORDS)
    determine(case, NO, by=kent.clerk, now=FILED)
    seen = fresh(case).chain_length
    undo.undo(case, reason="Mine.", by=kent.clerk, now=FILED + HOUR, revision=seen)
    with pytest.raises(NotAllowed, match="Meanwhile Clerk did this"):
        undo.undo(case, reason="Mine too.", by=kent.alice, now=FILED + HOUR, revision=seen)
    assert Notice.objects.filter(submission=case, kind="undone").count() == 1


def test_the_clock_of_a_case_whose_answer_was_taken_back_goes_on(kent: Staff) -> None:
    """The step that was to come before the answer is taken when its time comes, once."""
    case = file_case(kent.city, RECORDS)
    determine(case, NO, by=kent.clerk, now=FILED + DAY)
    undo.undo(case, reason="Wrong.", by=kent.clerk, now=FILED + DAY + HOUR)
    row = case.deadlines.get(milestone="response")
    assert row.state == "open" and row.next_step_at
    escalation.sweep(now=row.next_step_at)
    escalation.sweep(now=row.next_step_at)
    assert row.escalations.count() == 1


def test_words_are_needed(kent: Staff) -> None:
    case = file_case(kent.city, RECORDS)
    determine(case, NO, by=kent.clerk, now=FILED)
    with pytest.raises(NotAllowed, match="requester reads it"):
        undo.undo(case, reason="  ", by=kent.clerk, now=FILED)
