"""What holds of every clock, whatever happens to it."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from portals.business_days import BusinessCalendar
from portals.clocks import (
    ClockRule,
    ComputedDeadline,
    ContradictoryEvents,
    Extension,
    Happening,
    compute,
    last_second,
)
from portals.vocabulary import ClockEvent

ZONE = ZoneInfo("America/Chicago")
DAY = timedelta(days=1)
CALENDAR = BusinessCalendar(
    {
        date(2026, 6, 19): "Juneteenth",
        date(2026, 7, 3): "Independence Day (observed)",
        date(2026, 9, 7): "Labor Day",
        date(2026, 11, 26): "Thanksgiving Day",
        date(2026, 12, 25): "Christmas Day",
        date(2027, 1, 1): "New Year's Day",
    },
    2026,
    2028,
)
KIND = ("records_request",)
STARTS = st.dates(date(2026, 5, 1), date(2026, 12, 1))
COUNTS = st.integers(1, 25)
UNITS = st.sampled_from(["business", "calendar"])
STOPS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), max_size=3)
MODEST = settings(max_examples=40, deadline=None)


def rule(count: int, unit: str = "business") -> ClockRule:
    roll = "next_open_day" if unit == "calendar" else "none"
    return ClockRule(
        "r",
        KIND,
        "completion",
        ("received",),
        count=count,
        unit=unit,
        roll=roll,
        paused_by=("clarification", "fee"),
    )


def events(start: date, stops: list[tuple[int, int]]) -> list[Happening]:
    """Stops one after the other: days from the end of the last one, and how many days each lasts."""
    found, day = [Happening("received", start)], start
    for after, lasts in stops:
        asked = day + (after + 1) * DAY
        day = asked + lasts * DAY
        found += [Happening("clarification_asked", asked), Happening("clarification_answered", day)]
    return found


def due(clock: ClockRule, happened: list[Happening]) -> ComputedDeadline:
    return compute([clock], happened, calendar=CALENDAR, time_zone=ZONE)[0]


def by_finger(start: date, count: int, unit: str, stopped: set[date]) -> date:
    """The same count, a day at a time, as a clerk would do it on a wall calendar."""
    day, left = start, count
    while left:
        day += DAY
        if day not in stopped and (unit == "calendar" or CALENDAR.is_open(day)):
            left -= 1
    while unit == "calendar" and (day in stopped or not CALENDAR.is_open(day)):
        day += DAY
    return day


def days_of(happened: list[Happening]) -> set[date]:
    stopped: set[date] = set()
    pairs = zip(happened[1::2], happened[2::2], strict=True)
    for asked, answered in pairs:
        day = asked.at
        while day <= answered.at:
            stopped.add(day)
            day += DAY
    return stopped


@MODEST
@given(start=STARTS, count=COUNTS, unit=UNITS, stops=STOPS)
def test_the_last_day_agrees_with_counting_by_finger(
    start: date, count: int, unit: str, stops: list[tuple[int, int]]
) -> None:
    happened = events(start, stops)
    deadline = due(rule(count, unit), happened)
    assert deadline.due_on == by_finger(start, count, unit, days_of(happened))
    assert CALENDAR.is_open(deadline.due_on)


def named(deadline: ComputedDeadline) -> set[date]:
    """Every day that the reasons say does not count."""
    days: set[date] = set()
    for reason in deadline.reasons:
        if reason.code.startswith("stopped.") and reason.code != "stopped.too_late":
            day = date.fromisoformat(reason.params["on"])
            while day <= date.fromisoformat(reason.params.get("to_on", reason.params["on"])):
                days.add(day)
                day += DAY
        elif reason.code == "closed.weekend":
            days |= {date.fromisoformat(day) for day in reason.params["days"]}
        elif reason.code == "closed.named":
            days.add(date.fromisoformat(reason.params["on"]))
    return days


@MODEST
@given(start=STARTS, count=COUNTS, unit=UNITS, stops=STOPS)
def test_every_day_up_to_the_last_is_counted_or_named(
    start: date, count: int, unit: str, stops: list[tuple[int, int]]
) -> None:
    deadline = due(rule(count, unit), events(start, stops))
    assert deadline.due_on is not None
    passed = {start + n * DAY for n in range(1, (deadline.due_on - start).days + 1)}
    rolled_to = {deadline.due_on} if unit == "calendar" else set()
    assert passed <= set(deadline.counted_days) | named(deadline) | rolled_to
    assert len(deadline.counted_days) == count


@MODEST
@given(start=STARTS, later=st.integers(0, 20), count=COUNTS, unit=UNITS)
def test_a_later_start_never_gives_an_earlier_date(start: date, later: int, count: int, unit: str) -> None:
    after = due(rule(count, unit), events(start + later * DAY, []))
    assert after.due_on >= due(rule(count, unit), events(start, [])).due_on


@MODEST
@given(start=STARTS, count=COUNTS, unit=UNITS, closed=st.integers(1, 40))
def test_one_more_closed_day_never_gives_an_earlier_date(
    start: date, count: int, unit: str, closed: int
) -> None:
    flood = replace(CALENDAR, closed={**CALENDAR.closed, start + closed * DAY: "Flood"})
    happened = events(start, [])
    more = compute([rule(count, unit)], happened, calendar=flood, time_zone=ZONE)[0]
    assert more.due_on >= due(rule(count, unit), happened).due_on


@MODEST
@given(start=STARTS, count=COUNTS, after=st.integers(0, 30), lasts=st.integers(0, 12))
def test_a_stop_moves_the_date_by_at_least_its_open_days(
    start: date, count: int, after: int, lasts: int
) -> None:
    before = due(rule(count), events(start, [])).due_on
    happened = events(start, [(after, lasts)])
    lost = sum(CALENDAR.is_open(day) for day in days_of(happened) if day > start)
    moved = due(rule(count), happened).due_on
    if happened[1].at > before:
        assert moved == before
    else:
        assert CALENDAR.count_business_days(before, lost).last == moved if lost else moved == before


ANY_EVENTS = st.lists(
    st.builds(
        Happening,
        st.sampled_from(ClockEvent.values),
        st.one_of(
            st.dates(date(2026, 6, 1), date(2026, 7, 15)),
            st.datetimes(
                datetime(2026, 6, 1),  # noqa: DTZ001
                datetime(2026, 7, 15),  # noqa: DTZ001
                timezones=st.just(UTC),
            ),
        ),
    ),
    max_size=8,
)
ALL_RULES = [
    rule(10),
    replace(
        rule(10, "calendar"),
        key="c",
        extension=Extension(14, counts_from="start", total=24),
        met_by=("denied",),
    ),
    ClockRule("next", KIND, "response", after="r", count=5, met_by=("completed",), paused_by=("fee",)),
    ClockRule(
        "lapse",
        KIND,
        "lapse",
        ("fee_notified", "fee_waiver_denied"),
        pick="latest",
        count=60,
        unit="calendar",
        roll="sunday",
        ended_by=("fee_paid", "fee_waived"),
        acts=True,
    ),
    ClockRule("court", KIND, "court_filing", ("violation_ascertained", "denied"), count=1, unit="years"),
]


@settings(max_examples=80, deadline=None)
@given(happened=ANY_EVENTS, seed=st.integers(0, 1000))
def test_the_answer_is_the_same_however_the_events_are_listed(happened: list[Happening], seed: int) -> None:
    shuffled = list(happened)
    random.Random(seed).shuffle(shuffled)
    outcomes = []
    for listed in (happened, happened, shuffled, happened + happened):
        try:
            outcomes.append(compute(ALL_RULES, listed, calendar=CALENDAR, time_zone=ZONE))
        except ContradictoryEvents as refusal:
            outcomes.append(str(refusal))
    assert outcomes[0] == outcomes[1] == outcomes[2] == outcomes[3]


@settings(max_examples=80, deadline=None)
@given(happened=ANY_EVENTS)
def test_a_date_is_there_exactly_when_the_state_says_so(happened: list[Happening]) -> None:
    try:
        found = compute(ALL_RULES, happened, calendar=CALENDAR, time_zone=ZONE)
    except ContradictoryEvents:
        return
    for deadline in found:
        if deadline.state == "open":
            assert deadline.due_on is not None
            assert deadline.due_on > deadline.started_on
        if deadline.state == "paused":
            assert (deadline.due_on, deadline.acts_on, deadline.extendable_to) == (None, None, None)
            assert deadline.days_left
            assert deadline.paused_since
        assert (deadline.due_on is None) == (deadline.ends_at is None)


@MODEST
@given(
    day=st.dates(date(2026, 1, 1), date(2028, 12, 30)),
    zone=st.sampled_from(["America/Chicago", "UTC", "Africa/Cairo"]),
)
def test_a_day_ends_one_second_before_the_next_begins(day: date, zone: str) -> None:
    local = last_second(day, zone).astimezone(ZoneInfo(zone))
    assert local.date() == day
    assert (local.astimezone(UTC) + timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() == day + DAY
