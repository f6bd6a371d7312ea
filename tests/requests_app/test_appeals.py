"""Appeals: whose case they name, what a decision does to both cases, and appeals that come late."""

import datetime as dt

import pytest
from django.test import Client

from portals.vocabulary import AppealOutcome, ClockState, Milestone, Outcome
from requests_app import appeals, determinations
from requests_app.access import grant_requester, standing, visible_to
from requests_app.appeals import Decision, decide
from requests_app.events.appeal_stand import appeals_of
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Notice, Status, Submission
from requests_app.pages import casefile
from requests_app.preservation import verification
from requests_app.related import merging
from tests.requests_app.appeal_cases import (
    DAY,
    DENIED,
    UNTIL,
    appeal_of,
    denied_record,
    fresh,
    limit_appeals,
)
from tests.requests_app.factories import FILED, Staff, file_case
from tests.requests_app.pages import checked, confirmed, filed, main_of

NOW = FILED + 3 * DAY


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.fixture
def case(kent: Staff) -> Submission:
    return denied_record(kent.city, kent.clerk)


@pytest.fixture
def appeal(case: Submission) -> Submission:
    return appeal_of(case)


def to(outcome: AppealOutcome, until: dt.date | None = UNTIL) -> Decision:
    return Decision(outcome, "The exemption does not reach this.", until)


# -- whose case it is


@pytest.mark.parametrize("slug", ["kansas-city", "portland"])
def test_a_strangers_reference_tells_nothing_about_the_case(
    people: dict[str, Staff], slug: str, time_machine
) -> None:
    """The office, the page and the row are the same as for a reference that nobody has."""
    staff = people[slug]
    theirs = file_case(staff.city, dataset=staff.dataset)
    nobodys = file_case(staff.city, dataset=staff.dataset)
    Submission.objects.filter(pk=nobodys.pk).update(reference=theirs.reference[:-9] + "222222226")
    gone = nobodys.reference
    time_machine.move_to(FILED + DAY, tick=False)
    shown, rows = [], []
    for reference in (theirs.reference, gone):
        client = Client()
        page = checked(client, slug, "appeal", against=reference, about="error_report")
        shown.append(main_of(page).replace(reference, ""))
        answer = confirmed(client, slug, "appeal", page)
        rows.append(Submission.objects.get(reference=answer["Location"].strip("/").split("/")[-1]))
    assert shown[0] == shown[1]
    assert {row.office for row in rows} == {rows[0].office} and rows[0].office != staff.steward
    assert [row.appeal.against for row in rows] == [None, None]
    assert theirs.reference in rows[0].appeal.against_text
    assert list(theirs.events.values_list("action", flat=True)) == [Action.SUBMIT]


def test_whoever_has_opened_the_case_is_linked_at_once_and_both_pages_say_so(
    client: Client, people: dict[str, Staff], time_machine
) -> None:
    time_machine.move_to(FILED, tick=False)
    staff = people["portland"]
    reference = filed(client, "portland", "error_report", dataset=staff.dataset.identifier)
    page = checked(
        client, "portland", "appeal", against=reference, about="records_request", ground="handling"
    )
    assert "Parks by Hand" in main_of(page)
    appeal = Submission.objects.get(
        reference=confirmed(client, "portland", "appeal", page)["Location"].strip("/").split("/")[-1]
    )
    assert appeal.office == staff.steward
    assert appeal.appeal.against.reference == reference
    assert appeal.reference in main_of(client.get(f"/track/{reference}/"))
    assert reference in main_of(client.get(f"/track/{appeal.reference}/"))


def test_staff_link_what_was_only_named(kent: Staff, case: Submission) -> None:
    details = {"ground": "denial", "against_text": f"Request a public record: {case.reference}"}
    appeal = file_case(kent.city, "appeal", details=details)
    appeals.link(appeal, against=case, by=kent.clerk, now=NOW)
    appeal = fresh(appeal)
    assert (appeal.appeal.against, appeal.appeal.route) == (case, "internal-review")
    assert [one.reference for one in appeals_of(case.events.order_by("sequence"))] == [appeal.reference]
    with pytest.raises(NotAllowed, match="already"):
        appeals.link(appeal, against=case, by=kent.clerk, now=NOW)


def test_only_another_case_of_the_same_city_can_be_linked(people: dict[str, Staff], kent: Staff) -> None:
    appeal = file_case(kent.city, "appeal")
    later = file_case(kent.city, "appeal")
    for wrong in (appeal, later, file_case(people["portland"].city)):
        with pytest.raises(NotAllowed):
            appeals.link(appeal, against=wrong, by=kent.clerk, now=NOW)
    with pytest.raises(NotAllowed, match="only for an appeal"):
        appeals.link(file_case(kent.city), against=appeal, by=kent.clerk, now=NOW)


def test_the_office_that_decides_may_read_the_case(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = file_case(staff.city, dataset=staff.dataset)
    determinations.determine(case, DENIED, by=staff.alice, now=FILED + DAY)
    appeal = appeal_of(fresh(case))
    assert appeal.office != case.office
    assert case.involvements.get(office=appeal.office).relation == "informed"
    assert case in visible_to(standing(staff.clerk))


# -- the decision


@pytest.mark.parametrize("outcome", [AppealOutcome.UPHELD, AppealOutcome.DISMISSED])
def test_an_answer_that_stands_stays_as_it_was(
    kent: Staff, case: Submission, appeal: Submission, outcome: AppealOutcome
) -> None:
    before = list(case.deadlines.values_list("clock_key", "due_on", "state"))
    decide(appeal, to(outcome, None), by=kent.clerk, now=NOW)
    assert (fresh(appeal).status, fresh(case).status) == (Status.DETERMINED, Status.DETERMINED)
    assert list(case.deadlines.values_list("clock_key", "due_on", "state")) == before
    (told,) = appeals_of(case.events.order_by("sequence"))
    assert (told.outcome, told.until) == (outcome, None)
    letter = Notice.objects.get(submission=appeal, kind="appeal_decided").body
    assert str(outcome.label) in letter and case.reference in letter


@pytest.mark.parametrize("outcome", sorted(appeals.CHANGES))
def test_a_decision_that_changes_the_answer_sends_the_case_back(
    kent: Staff, case: Submission, appeal: Submission, outcome: AppealOutcome
) -> None:
    decide(appeal, to(outcome), by=kent.clerk, now=NOW)
    case = fresh(case)
    assert (case.status, case.cycle, case.next_due_on) == (Status.RECEIVED, 2, dt.date(2026, 6, 9))
    now_run = {row.clock_key: row for row in case.deadlines.filter(cycle=2)}
    assert now_run["records-response"].state == ClockState.MET, "the law's first answer was given"
    assert (now_run["appeal-decision"].due_on, now_run["appeal-decision"].layer) == (UNTIL, "office_target")
    assert now_run["acknowledgement-target"].state == ClockState.OPEN
    milestones = {row.milestone for row in now_run.values()}
    assert not milestones & {Milestone.INTERNAL_REVIEW, Milestone.COURT_FILING}, "no denial stands"
    assert case.determinations.get().taken_back_at == NOW
    assert Notice.objects.filter(submission=case, kind="appeal_outcome", user__isnull=False).exists()
    assert not list(verification.verify())


def test_the_new_answer_meets_the_date_of_the_decision_and_starts_the_remedies_anew(
    kent: Staff, case: Submission, appeal: Submission
) -> None:
    decide(appeal, to(AppealOutcome.REMANDED), by=kent.clerk, now=NOW)
    determinations.determine(fresh(case), DENIED, by=kent.clerk, now=NOW + 2 * DAY)
    rows = {row.clock_key: row for row in case.deadlines.filter(cycle=2)}
    assert rows["appeal-decision"].state == ClockState.MET
    assert rows["records-response"].state == ClockState.MET
    assert rows["records-court"].due_on == dt.date(2027, 6, 6)


def test_a_case_that_is_still_silent_gets_a_date_and_keeps_its_clocks(kent: Staff) -> None:
    silent = file_case(kent.city, "records_request")
    late = FILED + 20 * DAY
    appeal = appeal_of(silent, ground="silence", received_at=late)
    decide(appeal, to(AppealOutcome.REVERSED, dt.date(2026, 7, 1)), by=kent.clerk, now=late + DAY)
    silent = fresh(silent)
    assert (silent.status, silent.cycle) == (Status.RECEIVED, 1)
    rows = {row.clock_key: row for row in silent.deadlines.all()}
    assert rows["appeal-decision"].due_on == dt.date(2026, 7, 1)
    assert rows["records-response"].state == ClockState.OPEN, "the law's time limit stays missed"


def test_a_later_reopening_by_the_office_ends_the_date_of_the_decision(
    kent: Staff, case: Submission, appeal: Submission
) -> None:
    decide(appeal, to(AppealOutcome.REMANDED), by=kent.clerk, now=NOW)
    determinations.determine(fresh(case), DENIED, by=kent.clerk, now=NOW + DAY)
    determinations.reopen(fresh(case), reason="A mistake", by=kent.clerk, now=NOW + 2 * DAY)
    assert not case.deadlines.filter(cycle=3, clock_key="appeal-decision").exists()


def test_a_merged_case_that_is_sent_back_is_separate_again(kent: Staff) -> None:
    kept = file_case(kent.city, dataset=kent.dataset)
    gone = file_case(kent.city, dataset=kent.dataset)
    merging.merge(gone, into=kept, reason="The same", by=kent.alice, now=FILED + DAY)
    appeal = appeal_of(fresh(gone))
    decide(appeal, to(AppealOutcome.REVERSED), by=kent.clerk, now=NOW)
    assert fresh(gone).status == Status.RECEIVED
    assert kept.events.filter(action=Action.SEPARATE).exists()
    assert not list(verification.verify())


@pytest.mark.parametrize(
    ("decision", "why"),
    [
        (Decision(AppealOutcome.UPHELD, " "), "reasons"),
        (to(AppealOutcome.REMANDED, None), "By when|by when"),
        (to(AppealOutcome.REVERSED, dt.date(2026, 6, 3)), "past"),
        (to(AppealOutcome.UPHELD, UNTIL), "nothing must be answered"),
    ],
)
def test_a_decision_that_lacks_something_changes_nothing(
    kent: Staff, case: Submission, appeal: Submission, decision: Decision, why: str
) -> None:
    with pytest.raises(NotAllowed, match=why):
        decide(appeal, decision, by=kent.clerk, now=NOW)
    assert (fresh(appeal).chain_length, fresh(case).chain_length) == (1, case.chain_length + 1)


def test_what_is_not_linked_cannot_be_sent_back(kent: Staff) -> None:
    appeal = file_case(kent.city, "appeal")
    with pytest.raises(NotAllowed, match="First link"):
        decide(appeal, to(AppealOutcome.REMANDED, None), by=kent.clerk, now=NOW)
    decide(appeal, to(AppealOutcome.UPHELD, None), by=kent.clerk, now=NOW)


def test_of_two_decisions_one_counts(kent: Staff, case: Submission, appeal: Submission) -> None:
    seen = fresh(appeal).chain_length
    decide(appeal, to(AppealOutcome.REMANDED), by=kent.clerk, now=NOW, revision=seen)
    with pytest.raises(NotAllowed, match="Meanwhile"):
        decide(appeal, to(AppealOutcome.UPHELD, None), by=kent.clerk, now=NOW, revision=seen)
    assert [one.outcome for one in appeals_of(case.events.order_by("sequence"))] == [AppealOutcome.REMANDED]


def test_an_appeal_is_not_determined_and_nothing_else_is_decided(kent: Staff, appeal: Submission) -> None:
    with pytest.raises(NotAllowed, match="is decided"):
        determinations.determine(appeal, DENIED, by=kent.clerk, now=NOW)
    with pytest.raises(NotAllowed, match="only for an appeal"):
        decide(file_case(kent.city), to(AppealOutcome.UPHELD, None), by=kent.clerk, now=NOW)


def test_somebody_else_who_appeals_is_told_in_his_own_letter(kent: Staff) -> None:
    case = denied_record(kent.city, kent.clerk, requester_email="owner@people.example")
    appeal = appeal_of(case, requester_email="helper@people.example")
    decide(appeal, to(AppealOutcome.REVERSED), by=kent.clerk, now=NOW)
    letters = {notice.email: notice.kind for notice in Notice.objects.filter(created_at=NOW, user=None)}
    assert letters == {"owner@people.example": "appeal_outcome", "helper@people.example": "appeal_decided"}


def test_the_page_of_the_case_shows_the_decision_without_asking_for_more(
    kent: Staff, case: Submission, appeal: Submission, django_assert_max_num_queries
) -> None:
    decide(appeal, to(AppealOutcome.PARTLY), by=kent.clerk, now=NOW)
    who = standing(kent.clerk)
    with django_assert_max_num_queries(5):
        file = casefile.read(visible_to(who), case.reference, now=NOW, cities=[kent.city])
        (told,) = appeals_of(file.events)
    assert told.words == "Reversed in part" and told.until == UNTIL
    assert "Reversed in part" in " ".join(line.detail for line in file.history)


# -- late


def test_an_appeal_after_its_last_day_is_taken_and_marked_on_both_sides(kent: Staff, time_machine) -> None:
    limit_appeals(kent.city, days=10, route="city-rules")
    time_machine.move_to(FILED, tick=False)
    case = file_case(kent.city, dataset=kent.dataset)
    reference = case.reference
    answer = determinations.Answer(Outcome.DENIED, "No.")
    determinations.determine(case, answer, by=kent.alice, now=FILED + DAY)
    for days, late in ((11, False), (12, True)):
        time_machine.move_to(FILED + days * DAY, tick=False)
        client = Client()
        session = client.session
        grant_requester(session, case, now=FILED + days * DAY)
        session.save()
        page = checked(client, "kent", "appeal", against=reference, about="error_report", ground="denial")
        assert ("accepted and marked as late" in main_of(page)) is late
        found = confirmed(client, "kent", "appeal", page)["Location"]
        appeal = Submission.objects.get(reference=found.strip("/").split("/")[-1])
        assert appeal.appeal.last_day == dt.date(2026, 6, 12) and appeal.appeal.is_late is late
        assert ("accepted and marked as late" in main_of(client.get(found))) is late
    last = appeals_of(case.events.order_by("sequence"))[-1]
    assert last.late and last.reference == appeal.reference
