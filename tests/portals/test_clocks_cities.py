"""The clocks of the five states, rule by rule, with dates worked out by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portals.business_days import BusinessCalendar
from portals.clocks import Cap, ClockRule, ComputedDeadline, Extension, Happening, compute

KIND = ("records_request",)
CENTRAL, PACIFIC = "America/Chicago", "America/Los_Angeles"


def closed(*days: str) -> BusinessCalendar:
    named = {date.fromisoformat(day.split(" ", 1)[0]): day.split(" ", 1)[1] for day in days}
    return BusinessCalendar(named, 2026, 2028)


MISSOURI = closed("2026-06-19 Juneteenth", "2026-10-12 Columbus Day", "2026-05-08 Truman Day")
WASHINGTON = closed(
    "2026-06-19 Juneteenth",
    "2026-11-26 Thanksgiving Day",
    "2026-11-27 Native American Heritage Day",
    "2027-12-24 Christmas Day (observed)",
    "2027-12-31 New Year's Day (observed)",
)
OREGON = closed(
    "2026-06-19 Juneteenth", "2026-11-26 Thanksgiving Day", "2027-12-31 New Year's Day (observed)"
)
OKLAHOMA = closed("2026-07-03 Independence Day (observed)")
CALIFORNIA = closed("2026-06-19 Juneteenth", "2026-07-03 Independence Day (observed)")

PAID = ("fee_paid", "fee_waived")
ANSWERED = ("clarification_answered", "clarification_declined")

KANSAS_CITY = [
    ClockRule(
        "response", KIND, "response", ("received_by_custodian",), count=3, met_by=("completed", "denied")
    ),
    ClockRule("statement", KIND, "denial_statement", ("statement_requested",), count=3),
    *(
        ClockRule(
            f"lapse-{cause}-{days}",
            KIND,
            "lapse",
            (event,),
            count=days,
            unit="calendar",
            roll="sunday",
            ended_by=ends,
            acts=True,
            fee_up_to=Decimal(1000) if days == 90 else None,
            fee_over=Decimal(1000) if days == 150 else None,
        )
        for cause, event, ends in (("fee", "fee_notified", PAID), ("ask", "clarification_asked", ANSWERED))
        for days in (90, 150)
    ),
    ClockRule(
        "court",
        KIND,
        "court_filing",
        ("violation_ascertained", "denied"),
        count=1,
        unit="years",
        cap=Cap(("denied",), 2),
        route="circuit-court",
    ),
]
KENT = [
    ClockRule(
        "response", KIND, "response", ("received",), count=5, met_by=("estimate_set", "denied", "completed")
    ),
    ClockRule("review", KIND, "internal_review", ("denied",), count=2, acts=True),
    ClockRule(
        "court",
        KIND,
        "court_filing",
        ("denied", "instalment_released"),
        pick="latest",
        count=1,
        unit="years",
        route="superior-court",
    ),
]
OKLAHOMA_CITY = [
    ClockRule("response", KIND, "response", ("received",), status="not_specified", confirm_with="City Clerk"),
    ClockRule(
        "counselor", KIND, "appeal_filing", ("denied",), count=30, unit="calendar", roll="next_open_day"
    ),
    ClockRule("advice", KIND, "reviewer_decision", ("petition_received",), count=60, unit="calendar"),
]
PORTLAND = [
    ClockRule("ack", KIND, "acknowledgement", ("received",), count=5, met_by=("acknowledged", "completed")),
    ClockRule(
        "complete",
        KIND,
        "completion",
        after="ack",
        count=10,
        paused_by=("clarification", "fee"),
        met_by=("completed", "estimate_set"),
        citation="ORS 192.329(5)",
    ),
    ClockRule(
        "lapse-fee",
        KIND,
        "lapse",
        ("fee_notified", "fee_waiver_denied"),
        pick="latest",
        count=60,
        unit="calendar",
        ended_by=PAID,
        acts=True,
    ),
    ClockRule(
        "lapse-ask",
        KIND,
        "lapse",
        ("clarification_asked",),
        count=60,
        unit="calendar",
        ended_by=ANSWERED,
        acts=True,
    ),
    ClockRule("order", KIND, "reviewer_decision", ("petition_received",), count=7, unit="calendar"),
    ClockRule("comply", KIND, "compliance", ("order_issued",), count=7, unit="calendar"),
]
BAKERSFIELD = [
    ClockRule(
        "determine",
        KIND,
        "determination",
        ("received",),
        count=10,
        unit="calendar",
        roll="next_open_day",
        met_by=("determined", "denied"),
        extension=Extension(limit=14, counts_from="start", total=24),
    )
]
CITIES = {
    "kansas-city": (KANSAS_CITY, MISSOURI, CENTRAL),
    "kent": (KENT, WASHINGTON, PACIFIC),
    "oklahoma-city": (OKLAHOMA_CITY, OKLAHOMA, CENTRAL),
    "portland": (PORTLAND, OREGON, PACIFIC),
    "bakersfield": (BAKERSFIELD, CALIFORNIA, PACIFIC),
}


def deadlines(city: str, events: str, fee: str = "") -> list[ComputedDeadline]:
    """`events` as `name=date-or-moment`, an extension's promised date after a slash."""
    rules, calendar, zone = CITIES[city]
    happened = []
    for event in events.split():
        name, at = event.split("=")
        at, _slash, until = at.partition("/")
        moment = datetime.fromisoformat(at) if "T" in at else date.fromisoformat(at)
        happened.append(Happening(name, moment, date.fromisoformat(until) if until else None))
    amount = Decimal(fee) if fee else None
    return compute(rules, happened, calendar=calendar, time_zone=zone, fee=amount)


def one(city: str, events: str, milestone: str, fee: str = "") -> ComputedDeadline:
    found = [deadline for deadline in deadlines(city, events, fee) if deadline.milestone == milestone]
    assert len(found) == 1, found
    return found[0]


DATES = [
    # Missouri: the attorney general's own example, received Friday, answer by the end of Wednesday
    ("kansas-city", "received_by_custodian=2026-06-12", "response", "2026-06-17"),
    ("kansas-city", "received_by_custodian=2026-06-16", "response", "2026-06-22"),
    ("kansas-city", "submitted=2026-06-10 received_by_custodian=2026-06-12", "response", "2026-06-17"),
    ("kansas-city", "submitted=2026-06-12", "response", "2026-06-17"),
    ("kansas-city", "received=2026-06-12", "response", "2026-06-17"),
    ("kansas-city", "received_by_custodian=2026-06-12T23:30:00-05:00", "response", "2026-06-17"),
    ("kansas-city", "received_by_custodian=2026-06-12T04:30:00+00:00", "response", "2026-06-16"),
    ("kansas-city", "statement_requested=2026-10-08", "denial_statement", "2026-10-14"),
    ("kansas-city", "denied=2026-03-10", "court_filing", "2027-03-10"),
    ("kansas-city", "denied=2026-03-10 violation_ascertained=2026-09-01", "court_filing", "2027-09-01"),
    ("kansas-city", "denied=2026-03-10 violation_ascertained=2027-06-01", "court_filing", "2028-03-10"),
    ("kansas-city", "violation_ascertained=2028-02-29", "court_filing", "2029-02-28"),
    # Washington: the same day the following week in a week without holidays
    ("kent", "received=2026-06-11", "response", "2026-06-18"),
    ("kent", "received=2026-06-12", "response", "2026-06-22"),
    ("kent", "submitted=2026-06-12", "response", "2026-06-22"),
    ("kent", "received=2027-12-29", "response", "2028-01-06"),
    ("kent", "received=2026-06-11 clarification_asked=2026-06-12", "response", "2026-06-18"),
    ("kent", "received=2026-06-11 fee_notified=2026-06-12", "response", "2026-06-18"),
    ("kent", "denied=2026-11-25", "internal_review", "2026-12-01"),
    ("kent", "denied=2026-03-01", "court_filing", "2027-03-01"),
    (
        "kent",
        "denied=2026-03-01 instalment_released=2026-05-05 instalment_released=2026-04-01",
        "court_filing",
        "2027-05-05",
    ),
    ("kent", "instalment_released=2026-04-01 denied=2026-06-01", "court_filing", "2027-06-01"),
    # Oklahoma: a Saturday after a Friday on which the Fourth is observed
    ("oklahoma-city", "denied=2026-06-01", "appeal_filing", "2026-07-01"),
    ("oklahoma-city", "denied=2026-06-03", "appeal_filing", "2026-07-06"),
    ("oklahoma-city", "denied=2026-06-04", "appeal_filing", "2026-07-06"),
    ("oklahoma-city", "petition_received=2026-06-01", "reviewer_decision", "2026-07-31"),
    # Oregon: stage two runs from the due date of stage one
    ("portland", "received=2026-06-04", "acknowledgement", "2026-06-11"),
    ("portland", "received=2026-06-04", "completion", "2026-06-26"),
    ("portland", "received=2026-06-04 acknowledged=2026-06-05", "completion", "2026-06-26"),
    ("portland", "received=2026-06-04 acknowledged=2026-06-18", "completion", "2026-06-26"),
    ("portland", "received=2027-12-29", "acknowledgement", "2028-01-06"),
    (
        "portland",
        "received=2026-06-04 clarification_asked=2026-06-15 clarification_answered=2026-06-17",
        "completion",
        "2026-07-01",
    ),
    ("portland", "petition_received=2026-06-20", "reviewer_decision", "2026-06-27"),
    ("portland", "order_issued=2026-06-20", "compliance", "2026-06-27"),
    # California: only the end of the ten calendar days moves
    ("bakersfield", "received=2026-06-04", "determination", "2026-06-15"),
    ("bakersfield", "received=2026-06-09", "determination", "2026-06-22"),
    ("bakersfield", "received=2026-06-12", "determination", "2026-06-22"),
    ("bakersfield", "received=2026-06-05", "determination", "2026-06-15"),
    ("bakersfield", "received=2026-06-05 clarification_asked=2026-06-08", "determination", "2026-06-15"),
]


@pytest.mark.parametrize(("city", "events", "milestone", "due_on"), DATES)
def test_the_last_day(city: str, events: str, milestone: str, due_on: str) -> None:
    deadline = one(city, events, milestone)
    assert str(deadline.due_on) == due_on


LAPSES = [
    # city, events, fee, last day, day on which the system may act
    ("kansas-city", "fee_notified=2026-03-02", "", "2026-06-01", "2026-06-02"),  # 31 May is a Sunday
    ("kansas-city", "fee_notified=2026-03-02", "1000", "2026-06-01", "2026-06-02"),
    ("kansas-city", "fee_notified=2026-03-02", "1000.01", "2026-07-30", "2026-07-31"),
    ("kansas-city", "fee_notified=2026-03-01", "", "2026-05-30", "2026-05-31"),  # a Saturday stands
    ("kansas-city", "fee_notified=2026-02-07", "", "2026-05-08", "2026-05-09"),  # so does a holiday
    ("kansas-city", "clarification_asked=2026-03-02", "", "2026-06-01", "2026-06-02"),
    ("kansas-city", "clarification_asked=2026-03-02", "2000", "2026-07-30", "2026-07-31"),
    ("portland", "fee_notified=2026-06-04", "", "2026-08-03", "2026-08-04"),
    ("portland", "fee_notified=2026-06-04 fee_waiver_denied=2026-06-10", "", "2026-08-09", "2026-08-10"),
    ("portland", "clarification_asked=2026-06-04", "", "2026-08-03", "2026-08-04"),
    (
        "portland",
        "clarification_asked=2026-06-04 clarification_answered=2026-06-08 clarification_asked=2026-06-10",
        "",
        "2026-08-09",
        "2026-08-10",
    ),
]


@pytest.mark.parametrize(("city", "events", "fee", "due_on", "acts_on"), LAPSES)
def test_a_lapse_acts_on_the_day_after_its_last_day(
    city: str, events: str, fee: str, due_on: str, acts_on: str
) -> None:
    deadline = one(city, events, "lapse", fee)
    assert (str(deadline.due_on), str(deadline.acts_on)) == (due_on, acts_on)


@pytest.mark.parametrize(
    "events",
    [
        "fee_notified=2026-06-04 fee_paid=2026-06-10",
        "fee_notified=2026-06-04 fee_paid=2026-06-04",
        "fee_notified=2026-06-04 fee_waived=2026-06-10",
        "fee_notified=2026-06-04 fee_waiver_denied=2026-06-10 fee_paid=2026-06-10",
        "clarification_asked=2026-06-04 clarification_answered=2026-06-05",
        "clarification_asked=2026-06-04 clarification_declined=2026-06-05",
    ],
)
def test_a_lapse_that_cannot_come_any_more_is_not_listed(events: str) -> None:
    assert deadlines("portland", events) == []
    assert deadlines("kansas-city", events.replace("fee_waiver_denied=2026-06-10 ", "")) == []


def test_the_internal_review_of_kent_ends_by_itself() -> None:
    assert one("kent", "denied=2026-11-25", "internal_review").acts_on == date(2026, 12, 2)


def test_oklahoma_city_has_no_date_for_the_response_even_when_it_was_given() -> None:
    for events in ("received=2026-06-04", "received=2026-06-04 completed=2026-06-08"):
        deadline = one("oklahoma-city", events, "response")
        assert (deadline.state, deadline.due_on, deadline.ends_at) == ("not_specified", None, None)
        reason = next(reason for reason in deadline.reasons if reason.code == "not_specified")
        assert reason.params == {"office": "City Clerk"}


EXTENSIONS = [
    # events, due date, latest date an extension can still reach, code of the step that explains it
    ("received=2026-06-04", "2026-06-15", "2026-06-29", "extendable.start"),  # day 24 is a Sunday
    ("received=2026-06-05", "2026-06-15", "2026-06-29", "extendable.start"),
    ("received=2026-06-04 extension_notified=2026-06-12", "2026-06-29", "None", "extended.full"),
    ("received=2026-06-04 extension_notified=2026-06-15/2026-06-24", "2026-06-24", "None", "extended"),
    ("received=2026-06-04 extension_notified=2026-06-15/2026-07-24", "2026-06-29", "None", "extended.cut"),
    (
        "received=2026-06-04 extension_notified=2026-06-16/2026-06-24",
        "2026-06-15",
        "None",
        "extended.too_late",
    ),
    (
        "received=2026-06-04 extension_notified=2026-06-05/2026-06-10",
        "2026-06-15",
        "None",
        "extended.not_later",
    ),
]


@pytest.mark.parametrize(("events", "due_on", "extendable_to", "code"), EXTENSIONS)
def test_an_extension_reaches_at_most_day_24(events: str, due_on: str, extendable_to: str, code: str) -> None:
    deadline = one("bakersfield", events, "determination")
    assert (str(deadline.due_on), str(deadline.extendable_to)) == (due_on, extendable_to)
    assert code in {reason.code for reason in deadline.reasons}


def test_a_met_clock_is_no_longer_extendable() -> None:
    deadline = one("bakersfield", "received=2026-06-04 determined=2026-06-10", "determination")
    assert (deadline.state, deadline.due_on, deadline.extendable_to) == ("met", date(2026, 6, 15), None)


@pytest.mark.parametrize(
    ("completed", "code", "days"),
    [("2026-06-24", "met.early", 2), ("2026-06-26", "met.on_the_day", None), ("2026-06-29", "met.late", 3)],
)
def test_a_met_clock_keeps_its_date_and_tells_how_close_it_was(completed: str, code: str, days: int) -> None:
    deadline = one("portland", f"received=2026-06-04 completed={completed}", "completion")
    assert (deadline.state, deadline.due_on) == ("met", date(2026, 6, 26))
    reason = next(reason for reason in deadline.reasons if reason.code.startswith("met."))
    assert (reason.code, reason.params.get("count")) == (code, days)


def test_a_request_completed_before_the_second_stage_began_meets_both() -> None:
    found = deadlines("portland", "received=2026-06-04 completed=2026-06-08")
    assert [deadline.state for deadline in found] == ["met", "met"]


@pytest.mark.parametrize(
    ("city", "events", "milestone", "ends_at"),
    [
        ("portland", "received=2026-06-04", "completion", datetime(2026, 6, 27, 6, 59, 59, tzinfo=UTC)),
        # the last day of daylight saving time is 25 hours long
        (
            "portland",
            "petition_received=2026-10-25",
            "reviewer_decision",
            datetime(2026, 11, 2, 7, 59, 59, tzinfo=UTC),
        ),
        (
            "portland",
            "petition_received=2026-10-24",
            "reviewer_decision",
            datetime(2026, 11, 1, 6, 59, 59, tzinfo=UTC),
        ),
        (
            "portland",
            "petition_received=2027-03-07",
            "reviewer_decision",
            datetime(2027, 3, 15, 6, 59, 59, tzinfo=UTC),
        ),
        (
            "portland",
            "petition_received=2027-03-06",
            "reviewer_decision",
            datetime(2027, 3, 14, 7, 59, 59, tzinfo=UTC),
        ),
        ("kansas-city", "received=2026-06-12", "response", datetime(2026, 6, 18, 4, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_its_own_midnight(city: str, events: str, milestone: str, ends_at: datetime) -> None:
    assert one(city, events, milestone).ends_at == ends_at


def test_nothing_is_listed_before_anything_has_happened() -> None:
    assert all(deadlines(city, "") == [] for city in CITIES)


def test_the_list_goes_by_milestone_and_not_by_the_order_of_the_rules() -> None:
    found = deadlines("portland", "received=2026-06-04 fee_notified=2026-06-08 petition_received=2026-07-01")
    assert [deadline.milestone for deadline in found] == [
        "acknowledgement",
        "completion",
        "lapse",
        "reviewer_decision",
    ]
    rules, calendar, zone = CITIES["portland"]
    events = [Happening("received", date(2026, 6, 4)), Happening("fee_notified", date(2026, 6, 8))]
    forward = compute(rules, events, calendar=calendar, time_zone=zone)
    assert compute(rules[::-1], events[::-1], calendar=calendar, time_zone=zone) == forward
