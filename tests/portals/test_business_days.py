"""The counting of days: open, closed and not entered."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portals.business_days import (
    CLOSED_DAY,
    WEEKEND,
    BusinessCalendar,
    NotEntered,
    Reason,
    add_years,
    count_calendar_days,
)

OREGON = BusinessCalendar(
    closed={
        date(2026, 6, 19): "Juneteenth",
        date(2026, 7, 3): "Independence Day (observed)",
        date(2027, 12, 31): "New Year's Day (observed)",
        date(2028, 1, 17): "Martin Luther King Jr. Day",
    },
    first_year=2026,
    last_year=2028,
)
DAY = timedelta(days=1)
STARTS = st.dates(date(2026, 1, 1), date(2027, 11, 1))


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 6, 18), None),
        (date(2026, 6, 19), CLOSED_DAY),
        (date(2026, 6, 20), WEEKEND),
        (date(2026, 6, 21), WEEKEND),
        (date(2026, 6, 22), None),
    ],
)
def test_a_closed_day_says_why(day: date, code: str | None) -> None:
    why = OREGON.why_closed(day)
    assert (why.code if why else None) == code
    assert OREGON.is_open(day) is (code is None)


def test_a_named_closed_day_carries_its_name() -> None:
    assert OREGON.why_closed(date(2026, 6, 19)) == Reason(
        CLOSED_DAY, {"on": "2026-06-19", "name": "Juneteenth"}
    )


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2026, 6, 4), 5, date(2026, 6, 11)),
        (date(2026, 6, 11), 10, date(2026, 6, 26)),
        (date(2026, 6, 5), 1, date(2026, 6, 8)),  # a Friday
        (date(2026, 6, 6), 1, date(2026, 6, 8)),  # received on a Saturday
        (date(2026, 7, 2), 1, date(2026, 7, 6)),  # over the observed Fourth
        (date(2027, 12, 30), 1, date(2028, 1, 3)),  # 1 January observed on 31 December
        (date(2028, 2, 28), 1, date(2028, 2, 29)),
        (date(2028, 2, 28), 3, date(2028, 3, 2)),
    ],
)
def test_business_days_are_counted_from_the_day_after(start: date, days: int, last: date) -> None:
    assert OREGON.count_business_days(start, days).last == last


def test_every_day_that_did_not_count_is_listed_with_why() -> None:
    count = OREGON.count_business_days(date(2026, 6, 18), 2)
    assert count.last == date(2026, 6, 23)
    assert [(why.code, why.params["on"]) for why in count.skipped] == [
        (CLOSED_DAY, "2026-06-19"),
        (WEEKEND, "2026-06-20"),
        (WEEKEND, "2026-06-21"),
    ]


def test_calendar_days_count_weekends_and_holidays() -> None:
    count = count_calendar_days(date(2026, 6, 18), 3)
    assert count.last == date(2026, 6, 21)
    assert count.skipped == ()


def test_a_stopped_day_is_not_counted() -> None:
    stop = {date(2026, 6, 8), date(2026, 6, 9)}
    count = OREGON.count_business_days(date(2026, 6, 4), 5, stopped=stop.__contains__)
    assert count.last == date(2026, 6, 15)
    assert count.stopped == (date(2026, 6, 8), date(2026, 6, 9))


def test_an_open_stop_ends_the_count_and_tells_what_is_left() -> None:
    count = OREGON.count_business_days(date(2026, 6, 4), 5, until=date(2026, 6, 9))
    assert (count.last, count.left, count.counted) == (None, 3, (date(2026, 6, 5), date(2026, 6, 8)))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 6, 18), date(2026, 6, 18)),
        (date(2026, 6, 19), date(2026, 6, 22)),
        (date(2027, 12, 31), date(2028, 1, 3)),
    ],
)
def test_the_next_open_day(day: date, expected: date) -> None:
    assert OREGON.next_open_day(day) == expected


@pytest.mark.parametrize("start", [date(2028, 12, 28), date(2025, 12, 20), date(2031, 5, 5)])
def test_counting_past_the_entered_years_is_refused(start: date) -> None:
    with pytest.raises(NotEntered):
        OREGON.count_business_days(start, 5)


def test_the_refusal_names_the_year() -> None:
    with pytest.raises(NotEntered, match="the closed days of 2029 are not entered yet"):
        OREGON.next_open_day(date(2029, 1, 1))


def test_a_count_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        OREGON.count_business_days(date(2026, 6, 4), 0)


@pytest.mark.parametrize(
    ("start", "years", "end"),
    [
        (date(2026, 6, 4), 1, date(2027, 6, 4)),
        (date(2028, 2, 29), 1, date(2029, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 28)),
        (date(2027, 2, 28), 1, date(2028, 2, 28)),
    ],
)
def test_a_period_of_years_ends_on_the_same_date(start: date, years: int, end: date) -> None:
    assert add_years(start, years) == end


def test_a_reason_survives_storage() -> None:
    reason = Reason(CLOSED_DAY, {"on": "2026-06-19", "name": "Juneteenth"})
    assert Reason.from_json(reason.as_json()) == reason


def oracle(calendar: BusinessCalendar, start: date, days: int) -> date:
    """Counting as with a finger on a wall calendar."""
    day, left = start, days
    while left:
        day = day + DAY
        if day.weekday() not in (5, 6) and day not in calendar.closed:
            left -= 1
    return day


@settings(max_examples=60, deadline=None)
@given(start=STARTS, days=st.integers(1, 40))
def test_the_count_agrees_with_counting_by_finger(start: date, days: int) -> None:
    count = OREGON.count_business_days(start, days)
    assert count.last == oracle(OREGON, start, days)
    assert OREGON.is_open(count.last)


@settings(max_examples=60, deadline=None)
@given(start=STARTS, days=st.integers(1, 40))
def test_every_day_after_the_start_is_either_counted_or_listed(start: date, days: int) -> None:
    count = OREGON.count_business_days(start, days)
    assert count.last is not None
    listed = {date.fromisoformat(why.params["on"]) for why in count.skipped}
    passed = {start + n * DAY for n in range(1, (count.last - start).days + 1)}
    assert set(count.counted) | listed == passed
    assert not set(count.counted) & listed


@settings(max_examples=60, deadline=None)
@given(start=STARTS, days=st.integers(1, 40), closed=st.dates(date(2026, 1, 1), date(2028, 6, 1)))
def test_one_more_closed_day_never_makes_it_earlier(start: date, days: int, closed: date) -> None:
    more = BusinessCalendar({**OREGON.closed, closed: "Flood"}, 2026, 2028)
    assert more.count_business_days(start, days).last >= OREGON.count_business_days(start, days).last


@settings(max_examples=60, deadline=None)
@given(start=STARTS, days=st.integers(1, 40), later=st.integers(0, 30))
def test_a_later_start_never_ends_earlier(start: date, days: int, later: int) -> None:
    after = OREGON.count_business_days(start + later * DAY, days).last
    assert after >= OREGON.count_business_days(start, days).last
