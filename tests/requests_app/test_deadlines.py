"""Deadlines of live cases: dates by hand, and the same as the calculator gives for the same events.

Calendars of 2026: 1 June is a Monday; Friday 19 June is closed in Portland, Kent, Kansas City, Bakersfield.
"""

import datetime as dt

import pytest
from django.db import transaction

from portals.explain import sentences
from portals.explained import Reason
from portals.models import City
from portals.vocabulary import ClockEvent, ClockState, Milestone, Outcome, SubmissionKind
from requests_app import deadlines, determinations, intake
from requests_app.correspondence import conversation
from requests_app.determinations import Answer
from requests_app.escalation import sweep
from requests_app.events import case_clocks
from requests_app.handling import statements
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import Action, Channel, Deadline, Notice, Status, Submission
from requests_app.preservation.verification import verify
from tests.requests_app.factories import FILED, Staff, file_case, filing
from tests.requests_app.test_escalation import at

D = dt.date
RECORDS = SubmissionKind.RECORDS_REQUEST
DENIAL = Answer(
    Outcome.DENIED,
    "No.",
    exemption="Section 1",
    explanation="It names people.",
    responsible="A. Clerk, Clerk",
)


def row(case: Submission, milestone: str) -> Deadline:
    case.refresh_from_db()
    return case.deadlines.get(
        milestone=milestone, cycle=case.cycle, state__in=["open", "paused", "met", "not_specified"]
    )


def dated(case: Submission, milestone: str) -> tuple[str, dt.date | None]:
    found = row(case, milestone)
    return found.state, found.due_on


def noon(city: City, day: dt.date) -> dt.datetime:
    return at(city, day, "12:00")


# -- Portland: two stages, stopped by a question


@pytest.fixture
def portland(people: dict[str, Staff]) -> Staff:
    return people["portland"]


@pytest.mark.parametrize("declined", [False, True])
def test_a_question_stops_portlands_clock_and_either_answer_starts_it_again(
    portland: Staff, declined: bool
) -> None:
    city = portland.city
    case = file_case(city, RECORDS)
    assert dated(case, Milestone.ACKNOWLEDGEMENT) == ("open", D(2026, 6, 8))
    assert dated(case, Milestone.COMPLETION) == ("open", D(2026, 6, 23))
    conversation.ask(case, body="Which years?", by=portland.clerk, now=noon(city, D(2026, 6, 10)))
    assert dated(case, Milestone.COMPLETION) == ("paused", None)
    assert dated(case, Milestone.LAPSE) == ("open", D(2026, 8, 10))  # 9 August is a Sunday
    assert row(case, Milestone.LAPSE).acts_on == D(2026, 8, 11)
    assert case.next_due_on is None
    conversation.answer(case, body="2024", now=noon(city, D(2026, 6, 17)), declined=declined)
    assert dated(case, Milestone.COMPLETION) == ("open", D(2026, 7, 1))
    lapse = row(case, Milestone.LAPSE)
    assert (lapse.state, lapse.next_step_at) == ("met", None)
    assert case.next_due_on == D(2026, 7, 1)


def test_portland_lapses_after_sixty_days_and_not_a_day_earlier(portland: Staff) -> None:
    city = portland.city
    case = file_case(city, RECORDS)
    conversation.ask(case, body="Which years?", by=portland.clerk, now=noon(city, D(2026, 6, 10)))
    sweep(now=at(city, D(2026, 8, 10), "23:59"))
    assert Submission.objects.get(pk=case.pk).status == Status.CLARIFYING
    sweep(now=at(city, D(2026, 8, 11), "07:59"))
    assert Submission.objects.get(pk=case.pk).status == Status.CLARIFYING
    sweep(now=at(city, D(2026, 8, 11)))
    assert Submission.objects.get(pk=case.pk).status == Status.LAPSED
    with pytest.raises(NotAllowed):
        conversation.answer(case, body="2024", now=noon(city, D(2026, 8, 12)))


def test_a_lapsed_case_that_is_taken_up_again_does_not_lapse_at_the_next_tick(portland: Staff) -> None:
    city = portland.city
    case = file_case(city, RECORDS)
    conversation.ask(case, body="Which years?", by=portland.clerk, now=noon(city, D(2026, 6, 10)))
    sweep(now=at(city, D(2026, 8, 11)))
    determinations.reopen(
        case, reason="He had answered by mail", by=portland.clerk, now=noon(city, D(2026, 8, 12))
    )
    sweep(now=at(city, D(2026, 8, 13)))
    case.refresh_from_db()
    assert case.status == Status.RECEIVED
    # 9 June was the first day; 13 and 14 August follow, and so on to the tenth.
    assert dated(case, Milestone.COMPLETION) == ("open", D(2026, 8, 25))
    conversation.ask(case, body="Still: which?", by=portland.clerk, now=noon(city, D(2026, 8, 14)))
    assert dated(case, Milestone.LAPSE) == ("open", D(2026, 10, 13))
    sweep(now=at(city, D(2026, 10, 14)))
    assert Submission.objects.get(pk=case.pk).status == Status.LAPSED


def test_an_unpaid_fee_does_not_end_a_reopened_case_at_once(portland: Staff) -> None:
    city = portland.city
    case = file_case(city, RECORDS)
    record(case, ClockEvent.FEE_NOTIFIED, noon(city, D(2026, 6, 10)), amount="50")
    sweep(now=at(city, D(2026, 8, 11)))
    assert Submission.objects.get(pk=case.pk).status == Status.LAPSED
    determinations.reopen(case, reason="Paid late", by=portland.clerk, now=noon(city, D(2026, 8, 12)))
    sweep(now=at(city, D(2026, 8, 14)))
    assert Submission.objects.get(pk=case.pk).status == Status.RECEIVED


def record(case: Submission, happening: str, now: dt.datetime, **data: str) -> None:
    """What happened outside, as the act for it writes it."""
    with transaction.atomic():
        held = locked(case)
        apply(held, Action.RECORD, now=now, happening=happening, data=data)
        deadlines.recompute(held)


# -- Kent: a review that ends by itself; an estimate


def test_kents_review_of_a_denial_ends_by_itself_after_two_business_days(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, RECORDS)
    determinations.determine(case, DENIAL, by=kent.clerk, now=noon(kent.city, D(2026, 6, 11)))
    review = row(case, Milestone.INTERNAL_REVIEW)
    assert (review.state, review.due_on, review.acts_on) == ("open", D(2026, 6, 15), D(2026, 6, 16))
    sweep(now=at(kent.city, D(2026, 6, 16), "07:59"))
    assert row(case, Milestone.INTERNAL_REVIEW).state == ClockState.OPEN
    assert sweep(now=at(kent.city, D(2026, 6, 16))).taken == {"act": 1}
    assert row(case, Milestone.INTERNAL_REVIEW).state == ClockState.MET
    assert case.status == Status.DETERMINED
    ended = case.events.last()
    assert (ended.action, ended.public, ended.data["milestone"]) == (Action.RECORD, True, "internal_review")
    determinations.close(case, by=kent.clerk, now=noon(kent.city, D(2026, 6, 20)))
    assert row(case, Milestone.INTERNAL_REVIEW).state == ClockState.MET
    assert sweep(now=at(kent.city, D(2026, 12, 1))).taken.total() == 0


def test_kents_review_ends_also_where_the_case_was_closed_meanwhile(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case = file_case(kent.city, RECORDS)
    determinations.determine(case, DENIAL, by=kent.clerk, now=noon(kent.city, D(2026, 6, 11)))
    determinations.close(case, by=kent.clerk, now=noon(kent.city, D(2026, 6, 12)))
    assert sweep(now=at(kent.city, D(2026, 6, 16))).taken == {"act": 1}


def test_in_kent_only_an_estimate_meets_the_five_days_not_the_bare_receipt(people: dict[str, Staff]) -> None:
    kent = people["kent"]
    case, other = (file_case(kent.city, RECORDS) for _number in range(2))
    intake.acknowledge(case, by=kent.clerk, now=noon(kent.city, D(2026, 6, 2)))
    assert dated(case, Milestone.RESPONSE) == ("open", D(2026, 6, 8))
    intake.acknowledge(other, by=kent.clerk, now=noon(kent.city, D(2026, 6, 2)), estimate_until=D(2026, 7, 1))
    assert dated(other, Milestone.RESPONSE) == ("met", D(2026, 6, 8))
    determinations.estimate(
        case, until=D(2026, 7, 1), reason="Many", by=kent.clerk, now=noon(kent.city, D(2026, 6, 3))
    )
    assert dated(case, Milestone.RESPONSE) == ("met", D(2026, 6, 8))


# -- Kansas City: from the custodian's receipt; the statement of a denial


def test_what_was_entered_later_counts_from_the_custodians_receipt(people: dict[str, Staff]) -> None:
    city = people["kansas-city"].city
    mailed = filing(
        city,
        RECORDS,
        channel=Channel.MAIL,
        received_at=noon(city, D(2026, 6, 1)),
        custodian_received_at=noon(city, D(2026, 6, 3)),
        entered_by=people["kansas-city"].clerk,
    )
    case = intake.submit(mailed, now=noon(city, D(2026, 6, 5))).submission
    assert dated(case, Milestone.RESPONSE) == ("open", D(2026, 6, 8))
    assert (case.received_on, case.submitted_at) == (D(2026, 6, 1), noon(city, D(2026, 6, 5)))


def test_what_lay_elsewhere_for_weeks_keeps_its_legal_dates_but_climbs_from_its_entry(
    people: dict[str, Staff],
) -> None:
    city = people["kansas-city"].city
    entered = noon(city, D(2026, 6, 24))
    letter = filing(
        city,
        RECORDS,
        channel=Channel.MAIL,
        entered_by=people["kansas-city"].clerk,
        received_at=noon(city, D(2026, 6, 1)),
    )
    case = intake.submit(letter, now=entered).submission
    assert dated(case, "response") == ("open", D(2026, 6, 4))
    sweep(now=entered + dt.timedelta(hours=1))
    assert not case.events.filter(action="escalate").exists()
    sweep(now=noon(city, D(2026, 7, 1)))  # five business days after the entry
    assert case.events.filter(action="escalate").count() == 1


def test_a_denial_statement_is_due_is_reminded_of_and_is_met(people: dict[str, Staff]) -> None:
    staff = people["kansas-city"]
    city = staff.city
    case = file_case(city, RECORDS)
    determinations.determine(case, DENIAL, by=staff.clerk, now=noon(city, D(2026, 6, 2)))
    conversation.request_statement(case, now=noon(city, D(2026, 6, 8)))
    assert dated(case, Milestone.DENIAL_STATEMENT) == ("open", D(2026, 6, 11))
    assert case.next_due_on == D(2026, 6, 11)
    sweep(now=at(city, D(2026, 6, 9)))
    sweep(now=at(city, D(2026, 6, 12)))
    reminders = Notice.objects.filter(submission=case, kind__in=["reminder", "overdue"], user=staff.clerk)
    assert sorted(reminders.values_list("kind", flat=True)) == ["overdue", "reminder"]
    given = {"grounds": "Names.", "exemption": "RSMo 610.021"}
    statements.give_statement(case, **given, by=staff.clerk, now=noon(city, D(2026, 6, 15)))
    assert row(case, Milestone.DENIAL_STATEMENT).state == ClockState.MET
    assert case.next_due_on is None


# -- Bakersfield: the extension


@pytest.fixture
def bakersfield(people: dict[str, Staff]) -> Staff:
    return people["bakersfield"]


def extend(case: Submission, staff: Staff, until: dt.date, on: dt.date) -> None:
    determinations.extend(case, until=until, reason="Search", by=staff.clerk, now=noon(staff.city, on))


def test_an_extension_within_the_limit_moves_the_date(bakersfield: Staff) -> None:
    case = file_case(bakersfield.city, RECORDS)
    assert dated(case, Milestone.DETERMINATION) == ("open", D(2026, 6, 11))
    assert row(case, Milestone.DETERMINATION).extendable_to == D(2026, 6, 25)
    extend(case, bakersfield, D(2026, 6, 25), D(2026, 6, 11))
    assert dated(case, Milestone.DETERMINATION) == ("open", D(2026, 6, 25))
    assert case.next_due_on == D(2026, 6, 25) or row(case, Milestone.ACKNOWLEDGEMENT).state == "open"
    assert Notice.objects.filter(submission=case, kind="extended").count() == 1


@pytest.mark.parametrize(
    ("until", "on", "why"),
    [
        (D(2026, 6, 26), D(2026, 6, 10), "not later than Thursday, June 25, 2026"),
        (D(2026, 6, 11), D(2026, 6, 10), "a day after Thursday, June 11, 2026"),
        (D(2026, 6, 25), D(2026, 6, 12), "had to be given by Thursday, June 11, 2026"),
    ],
)
def test_an_extension_beyond_the_limit_or_too_late_is_refused(
    bakersfield: Staff, until: dt.date, on: dt.date, why: str
) -> None:
    case = file_case(bakersfield.city, RECORDS)
    with pytest.raises(NotAllowed, match=why):
        extend(case, bakersfield, until, on)
    assert dated(case, Milestone.DETERMINATION) == ("open", D(2026, 6, 11))
    assert case.events.count() == 1


def test_where_no_law_knows_an_extension_an_estimate_is_offered(people: dict[str, Staff]) -> None:
    case = file_case(people["kent"].city, RECORDS)
    with pytest.raises(NotAllowed, match="estimated date instead"):
        extend(case, people["kent"], D(2026, 6, 25), D(2026, 6, 2))


# -- Every city


def test_closing_and_withdrawing_stop_all_steps(people: dict[str, Staff]) -> None:
    for staff in people.values():
        answered, taken_back = (file_case(staff.city, RECORDS) for _number in range(2))
        determinations.determine(answered, Answer(Outcome.GRANTED, "Here."), by=staff.clerk, now=FILED)
        determinations.close(answered, by=staff.clerk, now=FILED)
        conversation.withdraw(taken_back, now=FILED)
        for case in (answered, taken_back):
            assert not case.deadlines.filter(next_step_at__isnull=False).exists()
            case.refresh_from_db()
            assert (case.next_due_on, case.urgency) == (None, deadlines.NOTHING_DUE)
    assert sweep(now=FILED + dt.timedelta(days=400)).taken.total() == 0


def test_a_reopening_starts_a_new_cycle_and_keeps_the_filing_date(portland: Staff) -> None:
    city = portland.city
    case = file_case(city, RECORDS)
    determinations.determine(case, Answer(Outcome.GRANTED, "Here."), by=portland.clerk, now=FILED)
    assert dated(case, Milestone.COMPLETION) == ("met", D(2026, 6, 23))
    reopened = noon(city, D(2026, 7, 6))
    determinations.reopen(case, reason="Half was missing", by=portland.clerk, now=reopened)
    case.refresh_from_db()
    assert (case.cycle, case.received_on, case.acknowledged_at) == (2, D(2026, 6, 1), None)
    assert dated(case, Milestone.COMPLETION) == ("open", D(2026, 6, 23))
    target = case.deadlines.get(cycle=2, clock_key=case_clocks.TARGET_KEY)
    assert (target.state, target.due_on) == ("open", D(2026, 7, 9))
    assert not case.deadlines.filter(cycle=1, next_step_at__isnull=False).exists()


def test_only_one_ladder_climbs_after_the_reopening_of_what_was_never_acknowledged(portland: Staff) -> None:
    case = file_case(portland.city, RECORDS)
    conversation.withdraw(case, now=FILED)
    determinations.reopen(case, reason="A slip", by=portland.clerk, now=noon(portland.city, D(2026, 6, 2)))
    sweep(now=at(portland.city, D(2026, 7, 31)))
    climbed = case.events.filter(action=Action.ESCALATE).values_list("data__step", flat=True)
    assert sorted(climbed) == ["ladder-1", "ladder-2", "ladder-3", "ladder-4"]


def test_a_case_beyond_the_entered_closed_days_is_filed_and_says_so(people: dict[str, Staff]) -> None:
    city = people["kent"].city
    filed = noon(city, D(2028, 12, 28))
    case = file_case(city, RECORDS, received_at=filed)
    response = row(case, Milestone.RESPONSE)
    assert (response.state, response.due_on, response.next_step_at) == ("not_specified", None, None)
    (told,) = sentences([Reason.from_json(reason) for reason in response.because])
    assert "2029" in told
    assert sweep(now=filed + dt.timedelta(days=90)).put_off == []
    assert list(verify()) == []


def test_an_answer_before_its_question_is_refused_with_a_sentence(portland: Staff) -> None:
    city = portland.city
    case = file_case(city, RECORDS)
    conversation.ask(case, body="Which?", by=portland.clerk, now=noon(city, D(2026, 6, 10)))
    for moment in (noon(city, D(2026, 6, 9)), noon(city, D(2026, 6, 12))):
        with pytest.raises(NotAllowed, match="cannot come"):
            conversation.answer(
                case,
                body="2024",
                by=portland.clerk,
                now=noon(city, D(2026, 6, 11)),
                happened_at=moment,
            )
    conversation.answer(
        case,
        body="2024",
        by=portland.clerk,
        now=noon(city, D(2026, 6, 17)),
        happened_at=noon(city, D(2026, 6, 12)),
    )
    assert dated(case, Milestone.COMPLETION) == ("open", D(2026, 6, 26))


def test_recomputing_changes_nothing_where_nothing_happened(people: dict[str, Staff]) -> None:
    for staff in people.values():
        case = file_case(staff.city, RECORDS)
        before = list(Deadline.objects.filter(submission=case).order_by("pk").values())
        deadlines.recompute(case)
        assert list(Deadline.objects.filter(submission=case).order_by("pk").values()) == before


def test_a_year_that_cannot_be_is_refused_with_a_sentence(people: dict[str, Staff]) -> None:
    staff = people["kent"]
    case = file_case(staff.city, RECORDS)
    with pytest.raises(NotAllowed, match="year"):
        determinations.estimate(
            case, until=D(9000, 1, 1), reason="Long", by=staff.clerk, now=noon(staff.city, D(2026, 6, 2))
        )
