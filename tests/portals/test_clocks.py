"""Stops, stages, versions, targets and refusals of the clock engine."""

import itertools
import json
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from portals.business_days import BusinessCalendar
from portals.clocks import (
    Cap,
    ClockRule,
    ComputedDeadline,
    ContradictoryEvents,
    Extension,
    Happening,
    NotEntered,
    compute,
    in_force,
    receipt_day,
    with_acknowledgement_target,
)

ZONE = "America/Los_Angeles"
CALENDAR = BusinessCalendar({date(2026, 6, 19): "Juneteenth"}, 2026, 2028, {2027: "one day by order"})
KIND = ("records_request",)
BUSINESS = ClockRule(
    "ten",
    KIND,
    "completion",
    ("received",),
    count=10,
    paused_by=("clarification", "fee"),
    met_by=("completed",),
)
CALENDAR_DAYS = replace(BUSINESS, unit="calendar", roll="next_open_day")


def happened(events: str) -> list[Happening]:
    found = []
    for event in events.split():
        name, at = event.split("=")
        moment = datetime.fromisoformat(at) if "T" in at else date.fromisoformat(f"2026-{at}")
        found.append(Happening(name, moment))
    return found


def only(rule: ClockRule, events: str, **more: object) -> ComputedDeadline:
    found = compute([rule], happened(events), calendar=CALENDAR, time_zone=ZONE, **more)  # type: ignore[arg-type]
    assert len(found) == 1
    return found[0]


def codes(deadline: ComputedDeadline) -> list[str]:
    return [reason.code for reason in deadline.reasons]


# Without a stop the ten days are June 5, 8-12, 15-18.
STOPS = [
    ("", "06-18"),
    ("clarification_asked=06-10 clarification_answered=06-12", "06-24"),
    ("clarification_asked=06-10 clarification_declined=06-12", "06-24"),
    ("fee_notified=06-10 fee_paid=06-12", "06-24"),
    ("fee_notified=06-10 fee_waived=06-12", "06-24"),
    ("clarification_asked=06-05 clarification_answered=06-05", "06-22"),  # on the first day
    ("clarification_asked=06-04 clarification_answered=06-05", "06-22"),  # from the day of receipt
    ("clarification_asked=06-04 clarification_answered=06-04", "06-18"),  # day 0 never counted
    ("clarification_asked=06-18 clarification_answered=06-18", "06-22"),  # on the last day
    ("clarification_asked=06-18 clarification_answered=06-23", "06-24"),
    ("clarification_asked=06-19 clarification_answered=06-23", "06-18"),  # already run out
    ("clarification_asked=06-06 clarification_answered=06-07", "06-18"),  # a weekend
    ("clarification_asked=06-10 clarification_answered=06-12 fee_notified=06-11 fee_paid=06-16", "06-26"),
    ("fee_notified=06-08 fee_paid=06-16 clarification_asked=06-09 clarification_answered=06-10", "06-30"),
    (
        "clarification_asked=06-08 clarification_answered=06-09 "
        "clarification_asked=06-15 clarification_answered=06-16",
        "06-25",
    ),
    ("clarification_asked=06-10 clarification_answered=06-12 clarification_answered=06-15", "06-24"),
    ("fee_notified=06-10 fee_waiver_denied=06-11 fee_paid=06-12", "06-24"),
    ("fee_waived=06-10", "06-18"),  # waived before anybody named it
]


@pytest.mark.parametrize(("stops", "due_on"), STOPS)
def test_neither_end_of_a_stop_is_counted(stops: str, due_on: str) -> None:
    deadline = only(BUSINESS, f"received=06-04 {stops}")
    assert (deadline.state, str(deadline.due_on)) == ("open", f"2026-{due_on}")


OPEN_STOPS = [
    ("clarification_asked=06-10", "06-10", 7),
    ("fee_notified=06-18", "06-18", 1),
    ("clarification_asked=06-04", "06-04", 10),
    ("clarification_asked=06-10 clarification_answered=06-12 fee_notified=06-12", "06-10", 7),
    ("clarification_asked=06-08 clarification_answered=06-10 clarification_asked=06-12", "06-12", 8),
    # answered and asked again on one day, times unknown
    ("clarification_asked=06-08 clarification_answered=06-10 clarification_asked=06-10", "06-08", 9),
]


@pytest.mark.parametrize(("stops", "since", "left"), OPEN_STOPS)
def test_an_open_stop_leaves_no_date_and_tells_what_is_left(stops: str, since: str, left: int) -> None:
    deadline = only(BUSINESS, f"received=06-04 {stops}")
    assert (deadline.state, deadline.due_on, deadline.ends_at) == ("paused", None, None)
    assert (str(deadline.paused_since), deadline.days_left) == (f"2026-{since}", left)
    assert deadline.reasons[-1].params == {"count": left}


def test_a_stop_does_not_revive_a_clock_that_had_run_out() -> None:
    deadline = only(BUSINESS, "received=06-04 clarification_asked=06-19")
    assert (deadline.state, deadline.due_on) == ("open", date(2026, 6, 18))
    assert "stopped.too_late" in codes(deadline)


@pytest.mark.parametrize(
    ("events", "due_on"),
    [
        ("", "06-15"),  # June 14 is a Sunday
        ("clarification_asked=06-10 clarification_answered=06-10", "06-15"),
        ("clarification_asked=06-10 clarification_answered=06-11", "06-16"),
        ("clarification_asked=06-15 clarification_answered=06-16", "06-17"),  # while the end was moving
    ],
)
def test_calendar_days_are_stopped_and_then_rolled(events: str, due_on: str) -> None:
    assert str(only(CALENDAR_DAYS, f"received=06-04 {events}").due_on) == f"2026-{due_on}"


def test_a_stop_can_catch_a_calendar_clock_on_the_day_to_which_its_end_moves() -> None:
    deadline = only(CALENDAR_DAYS, "received=06-04 clarification_asked=06-15")
    assert (deadline.state, deadline.days_left) == ("paused", 1)


def test_a_clock_met_while_it_stood_still_has_a_date() -> None:
    deadline = only(BUSINESS, "received=06-04 clarification_asked=06-10 completed=06-12")
    assert (deadline.state, deadline.due_on, deadline.met_on) == ("met", date(2026, 6, 24), date(2026, 6, 12))


def test_what_stops_after_a_clock_was_met_concerns_it_no_longer() -> None:
    deadline = only(BUSINESS, "received=06-04 completed=06-10 fee_notified=06-11 fee_paid=06-17")
    assert deadline.due_on == date(2026, 6, 18)


def test_the_second_stage_stands_still_with_the_first() -> None:
    first = replace(BUSINESS, key="first", milestone="acknowledgement", count=5)
    second = ClockRule("second", KIND, "completion", after="first", count=10, paused_by=("clarification",))
    paused = compute(
        [first, second],
        happened("received=06-04 clarification_asked=06-08"),
        calendar=CALENDAR,
        time_zone=ZONE,
    )
    assert [(item.state, item.days_left) for item in paused] == [("paused", 4), ("paused", 10)]
    assert paused[1].paused_since == date(2026, 6, 8)


def test_the_step_after_an_unspecified_one_is_not_specified_either() -> None:
    first = ClockRule("first", KIND, "response", ("received",), status="not_specified")
    second = ClockRule("second", KIND, "completion", after="first", count=10)
    found = compute([first, second], happened("received=06-04"), calendar=CALENDAR, time_zone=ZONE)
    assert [item.state for item in found] == ["not_specified", "not_specified"]


def test_clocks_that_wait_for_each_other_are_refused() -> None:
    ring = [ClockRule(a, KIND, "response", after=b, count=1) for a, b in ("ab", "ba")]
    with pytest.raises(ValueError, match="wait for each other"):
        compute(ring, happened("received=06-04"), calendar=CALENDAR, time_zone=ZONE)


def test_only_what_happened_after_the_start_meets_a_clock() -> None:
    rule = ClockRule("s", KIND, "denial_statement", ("statement_requested",), count=3, met_by=("determined",))
    assert only(rule, "determined=06-04 statement_requested=06-08").state == "open"
    assert only(rule, "determined=06-08 statement_requested=06-08").state == "open"
    assert only(rule, "statement_requested=06-08 determined=06-09").state == "met"


def test_times_of_day_decide_the_order_within_a_day() -> None:
    rule = ClockRule("s", KIND, "denial_statement", ("statement_requested",), count=3, met_by=("determined",))
    morning, evening = "2026-06-08T09:00:00-07:00", "2026-06-08T18:00:00-07:00"
    assert only(rule, f"statement_requested={morning} determined={evening}").state == "met"
    assert only(rule, f"statement_requested={evening} determined={morning}").state == "open"


def test_a_moment_counts_on_the_local_date_of_the_city_also_after_hours() -> None:
    late = only(BUSINESS, "received=2026-06-05T06:30:00+00:00", closing_time=time(17))
    assert late.started_on == date(2026, 6, 4)
    assert {"after_hours", "closing"} <= set(codes(late))
    in_time = only(BUSINESS, "received=2026-06-04T16:30:00-07:00", closing_time=time(17))
    assert "after_hours" not in codes(in_time)
    assert late.due_on == in_time.due_on


def test_an_extension_from_the_due_date_counts_from_there() -> None:
    rule = replace(BUSINESS, extension=Extension(limit=5, unit="business"))
    assert only(rule, "received=06-04").extendable_to == date(2026, 6, 26)
    assert only(rule, "received=06-04 extension_notified=06-18").due_on == date(2026, 6, 26)
    assert only(rule, "received=06-04 extension_notified=06-19").due_on == date(2026, 6, 18)
    assert only(rule, "received=06-04 clarification_asked=06-10").extendable_to is None


def test_a_late_second_notice_does_not_undo_the_first() -> None:
    rule = replace(BUSINESS, extension=Extension(limit=5, unit="business"))
    deadline = only(rule, "received=06-04 extension_notified=06-10 extension_notified=06-25")
    assert deadline.due_on == date(2026, 6, 26)
    assert {"extended.full", "extended.too_late"} <= set(codes(deadline))


def test_a_second_anchor_caps_an_extension() -> None:
    rule = replace(
        BUSINESS, extension=Extension(limit=5, unit="business"), cap=Cap(("received",), 20, "calendar")
    )
    assert only(rule, "received=06-04").extendable_to == date(2026, 6, 24)
    assert only(rule, "received=06-04 extension_notified=06-10").due_on == date(2026, 6, 24)


def test_a_year_whose_closed_days_are_incomplete_is_named() -> None:
    crossing = compute(
        [BUSINESS], [Happening("received", date(2026, 12, 28))], calendar=CALENDAR, time_zone=ZONE
    )
    assert "incomplete" in codes(crossing[0])
    assert "incomplete" not in codes(only(BUSINESS, "received=06-04"))


def test_a_date_beyond_the_table_is_refused_as_a_whole() -> None:
    events = [Happening("received", date(2028, 12, 20)), Happening("denied", date(2028, 12, 20))]
    court = ClockRule("court", KIND, "court_filing", ("denied",), count=1, unit="years")
    with pytest.raises(NotEntered, match="2029"):
        compute([BUSINESS, court], events, calendar=CALENDAR, time_zone=ZONE)
    assert compute([court], events, calendar=CALENDAR, time_zone=ZONE)[0].due_on == date(2029, 12, 20)


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        (
            "received=06-04 clarification_answered=06-05 clarification_asked=06-08",
            "“Clarification answered” cannot come before “Clarification asked”.",
        ),
        (
            "received=06-04 clarification_declined=06-05",
            "“Clarification declined” cannot come before “Clarification asked”.",
        ),
        ("fee_paid=06-05 fee_notified=06-08", "“Fee paid” cannot come before “Fee notified”."),
        ("received=06-04 completed=06-03", "“Completed” cannot come before “Received”."),
        ("submitted=06-04 denied=06-03", "“Denied” cannot come before “Submitted”."),
    ],
)
def test_events_that_contradict_each_other_are_refused_with_a_sentence(events: str, sentence: str) -> None:
    with pytest.raises(ContradictoryEvents) as refusal:
        compute([BUSINESS], happened(events), calendar=CALENDAR, time_zone=ZONE)
    assert str(refusal.value) == sentence


def test_a_promise_of_a_past_day_is_refused() -> None:
    promise = Happening("extension_notified", date(2026, 6, 10), until=date(2026, 6, 9))
    with pytest.raises(ContradictoryEvents, match="before the day on which it was given"):
        compute([BUSINESS], [promise], calendar=CALENDAR, time_zone=ZONE)


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("asked", date(2026, 6, 4)),
        ("received", datetime(2026, 6, 4, 9)),  # noqa: DTZ001  the lack of an offset is the point
        ("received", date(9999, 12, 31)),
        ("received", date(26, 6, 4)),
    ],
)
def test_an_event_that_cannot_be_placed_is_refused(name: str, at: date) -> None:
    with pytest.raises(ValueError, match=name):
        Happening(name, at)


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_on": ()},
        {"after": "other"},
        {"count": None},
        {"count": 0},
        {"unit": "years"},
        {"paused_by": ("holiday",)},
        {"extension": Extension(limit=14, counts_from="start")},
    ],
)
def test_a_rule_that_cannot_be_counted_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="ten: "):
        replace(BUSINESS, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("received_on", "count"),
    [(date(2026, 5, 31), 10), (date(2026, 6, 1), 20), (date(2026, 6, 30), 20), (date(2026, 7, 1), None)],
)
def test_the_version_of_the_day_of_receipt_holds(received_on: date, count: int | None) -> None:
    old = replace(BUSINESS, effective_to=date(2026, 5, 31))
    new = replace(BUSINESS, count=20, effective_from=date(2026, 6, 1), effective_to=date(2026, 6, 30))
    assert [rule.count for rule in in_force([old, new], "records_request", received_on)] == (
        [count] if count else []
    )
    assert in_force([old, new], "error_report", received_on) == ()


@pytest.mark.parametrize(
    ("events", "day"),
    [
        ("submitted=06-04 received=06-05 received_by_custodian=06-08", date(2026, 6, 5)),
        ("submitted=06-04 received_by_custodian=06-08", date(2026, 6, 4)),
        ("received_by_custodian=06-08 denied=06-10", date(2026, 6, 8)),
        ("denied=06-10 petition_received=06-12", date(2026, 6, 10)),
        ("", None),
    ],
)
def test_the_day_of_receipt(events: str, day: date | None) -> None:
    assert receipt_day(happened(events), ZONE) == day


def test_the_office_target_is_made_only_where_there_is_no_clock_of_its_own() -> None:
    other = replace(BUSINESS, key="own", kinds=("error_report",), milestone="acknowledgement")
    made = with_acknowledgement_target([other], kind="access_request", within=3, citation="target")
    assert [rule.key for rule in made] == ["own", "acknowledgement-target"]
    assert made[1].layer == "office_target"
    for kind in ("error_report", "records_request"):
        assert with_acknowledgement_target([other], kind=kind, within=3, citation="target") == (other,)
    deadline = only(made[1], "submitted=06-17")
    assert (deadline.due_on, deadline.layer) == (date(2026, 6, 23), "office_target")
    assert "office_target" in codes(deadline)


def test_the_order_in_which_events_are_listed_makes_no_difference() -> None:
    events = happened(
        "submitted=06-04 clarification_asked=06-08 clarification_answered=06-09 clarification_asked=06-09 "
        "fee_notified=2026-06-09T10:00:00-07:00 fee_paid=06-12"
    )
    expected = compute([BUSINESS], events, calendar=CALENDAR, time_zone=ZONE)
    for shuffled in itertools.permutations(events):
        assert compute([BUSINESS], shuffled, calendar=CALENDAR, time_zone=ZONE) == expected


def test_reasons_can_be_stored_as_json() -> None:
    deadline = only(BUSINESS, "submitted=06-04 clarification_asked=06-08 clarification_answered=06-09")
    stored = json.loads(json.dumps([reason.as_json() for reason in deadline.reasons]))
    assert [type(deadline.reasons[0]).from_json(item) for item in stored] == list(deadline.reasons)
