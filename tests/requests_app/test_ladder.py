"""The steps of the clock for an item that nobody acknowledges: dates worked out by hand from calendars.

2026-06-01 is a Monday. 19 June is closed in Kansas City, Kent, Portland and Bakersfield, not in Oklahoma
City; Friday 3 July is closed in Kent, Oklahoma City and Portland only.
"""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.business_days import BusinessCalendar
from portals.models import City
from portals.rulebook import rulebook_for
from portals.vocabulary import ClockState, Milestone, StepAction, SubmissionKind
from requests_app import deadlines, ladder
from requests_app.models import Deadline, Submission
from tests.requests_app.factories import OfficeFactory

D, DAY = dt.date, dt.timedelta(days=1)
MONDAY = D(2026, 6, 1)
FIRST_FIVE = [("remind", D(2026, 6, 3)), ("ladder-1", D(2026, 6, 5)), ("overdue", D(2026, 6, 5))]
USUAL = [*FIRST_FIVE, ("ladder-2", D(2026, 6, 9)), ("ladder-3", D(2026, 6, 15)), ("ladder-4", D(2026, 6, 23))]
FILED_ON_MONDAY = {
    "kansas-city": [
        ("remind", D(2026, 6, 3)),
        ("overdue", D(2026, 6, 5)),
        ("ladder-1", D(2026, 6, 8)),  # offered to the requester at 4, done by the clock at 5
        ("ladder-2", D(2026, 6, 9)),
        ("ladder-3", D(2026, 6, 15)),
        ("ladder-4", D(2026, 6, 23)),
        ("ladder-4.1", D(2026, 6, 30)),
        ("ladder-4.2", D(2026, 7, 7)),
        ("ladder-4.3", D(2026, 7, 14)),
    ],
    "kent": USUAL,
    "oklahoma-city": [*USUAL[:-1], ("ladder-4", D(2026, 6, 22))],
    "portland": USUAL,
    "bakersfield": USUAL,
}


def planned(
    city: City, filed_on: dt.date, *, lead: str = "", kind: str = SubmissionKind.ERROR_REPORT
) -> list[ladder.Step]:
    """The steps of a case that an office leads which no step names, or the office `lead`."""
    book = rulebook_for(city)
    office = city.offices.get(key=lead) if lead else OfficeFactory(city=city)
    case = Submission(city=city, kind=kind, received_on=filed_on, office=office, climbs_from=office)
    rule = book.acknowledgement_target(filed_on)
    due = ladder.business_day(book.calendar, filed_on, 3)
    deadline = Deadline(
        state=ClockState.OPEN, milestone=Milestone.ACKNOWLEDGEMENT, due_on=due, clock_key=rule.key
    )
    return deadlines.planned_steps(deadline, case, book, filed_on)


def dates(steps: list[ladder.Step]) -> list[tuple[str, dt.date]]:
    return [(step.code, step.on) for step in steps]


@pytest.mark.parametrize("slug", FILED_ON_MONDAY)
def test_the_steps_of_a_case_filed_on_a_monday(cities: dict[str, City], slug: str) -> None:
    expected = FILED_ON_MONDAY[slug]
    assert dates(planned(cities[slug], MONDAY))[: len(expected)] == expected


@pytest.mark.parametrize(("slug", "count"), [("kansas-city", 31), ("kent", 6)])
def test_only_kansas_city_repeats_and_it_ends_after_half_a_year(
    cities: dict[str, City], slug: str, count: int
) -> None:
    steps = planned(cities[slug], MONDAY)
    assert len(steps) == count
    if slug == "kansas-city":
        assert steps[-1].code == "ladder-4.25"


def test_the_turn_of_the_year_and_two_closed_fridays(cities: dict[str, City]) -> None:
    assert dates(planned(cities["kent"], D(2026, 12, 21))) == [
        ("remind", D(2026, 12, 23)),
        ("ladder-1", D(2026, 12, 28)),
        ("overdue", D(2026, 12, 28)),
        ("ladder-2", D(2026, 12, 30)),
        ("ladder-3", D(2027, 1, 6)),
        ("ladder-4", D(2027, 1, 13)),
    ]


def test_filed_on_a_saturday_counts_from_monday(cities: dict[str, City]) -> None:
    assert dates(planned(cities["bakersfield"], D(2026, 6, 6))) == [
        ("remind", D(2026, 6, 9)),
        ("ladder-1", D(2026, 6, 11)),
        ("overdue", D(2026, 6, 11)),
        ("ladder-2", D(2026, 6, 15)),
        ("ladder-3", D(2026, 6, 22)),
        ("ladder-4", D(2026, 6, 29)),
    ]


@pytest.mark.parametrize(
    ("slug", "filed_on", "hours"),
    [
        (
            "kent",
            D(2026, 10, 28),
            {"remind": 15, "ladder-1": 16, "overdue": 16},
        ),  # clocks change on 1 November
        ("oklahoma-city", D(2026, 3, 4), {"remind": 14, "ladder-1": 13, "overdue": 13}),  # and on 8 March
    ],
)
def test_steps_happen_at_eight_in_the_city_also_when_the_clocks_change(
    cities: dict[str, City], slug: str, filed_on: dt.date, hours: dict[str, int]
) -> None:
    at = {step.code: step.at for step in planned(cities[slug], filed_on)}
    assert {code: at[code].hour for code in hours} == hours
    assert {moment.minute for moment in at.values()} == {0}


@pytest.mark.parametrize(
    ("slug", "lead", "missing"),
    [
        ("kansas-city", "city-managers-office", {"ladder-3", "ladder-4", "ladder-4.1"}),
        ("kent", "city-clerk", {"ladder-2", "ladder-3"}),
        ("oklahoma-city", "city-clerk", {"ladder-2", "ladder-3"}),
        ("portland", "technology-services", {"ladder-3"}),
        ("bakersfield", "city-it", {"ladder-2"}),
        ("bakersfield", "city-clerk", {"ladder-3"}),
    ],
)
def test_a_step_to_the_office_that_leads_is_skipped(
    cities: dict[str, City], slug: str, lead: str, missing: set[str]
) -> None:
    codes = {step.code for step in planned(cities[slug], MONDAY, lead=lead)}
    everything = {step.code for step in planned(cities[slug], MONDAY)}
    assert missing <= everything
    assert not missing & codes
    assert codes >= {"remind", "overdue", "ladder-1"}


@pytest.mark.parametrize("kind", SubmissionKind.values)
def test_portland_tells_the_head_of_the_office_that_step_2_would_inform(
    cities: dict[str, City], kind: str
) -> None:
    steps = planned(cities["portland"], MONDAY, lead="technology-services", kind=kind)
    second = next(step for step in steps if step.code == "ladder-2")
    assert second.part is not None
    assert (second.part.rule.to, second.part.head) == ("lead_head", True)


@pytest.mark.parametrize("slug", ["kent", "oklahoma-city", "bakersfield"])
def test_the_city_attorney_is_only_ever_informed(cities: dict[str, City], slug: str) -> None:
    legal = [
        step for step in planned(cities[slug], MONDAY) if step.part and "legal" in step.part.office.roles
    ]
    assert [step.part.rule.action for step in legal] == [StepAction.INFORM]


def test_steps_beyond_the_entered_closed_days_are_left_out_not_guessed(cities: dict[str, City]) -> None:
    steps = planned(cities["kansas-city"], D(2028, 12, 18))
    assert dates(steps) == [
        ("remind", D(2028, 12, 20)),
        ("overdue", D(2028, 12, 22)),
        ("ladder-1", D(2028, 12, 26)),
        ("ladder-2", D(2028, 12, 27)),
    ]


@given(day=st.dates(D(2025, 1, 2), D(2028, 12, 31)), due_after=st.integers(1, 40))
def test_any_day_gives_steps_in_order_each_code_once_and_never_before_filing(
    day: dt.date, due_after: int
) -> None:
    calendar = BusinessCalendar(closed={}, first_year=2025, last_year=2028)
    steps = ladder.steps(
        milestone=Milestone.ACKNOWLEDGEMENT,
        due_on=day + dt.timedelta(days=due_after),
        acts_on=None,
        filed_on=day,
        remind_after=2,
        rules=(),
        calendar=calendar,
        zone=dt.UTC,
    )
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    assert len({step.code for step in steps}) == len(steps)
    assert all(step.on > day for step in steps)


def test_the_next_step_is_the_first_that_was_not_taken(cities: dict[str, City]) -> None:
    steps = planned(cities["kent"], MONDAY)
    assert ladder.next_step(steps, ()).code == "remind"
    assert ladder.next_step(steps, {"remind", "overdue"}).code == "ladder-1"
    assert ladder.next_step(steps, {step.code for step in steps}) is None


@given(
    today=st.dates(D(2026, 2, 1), D(2026, 9, 30)),
    days=st.integers(1, 6),
    closed=st.sets(st.dates(D(2026, 1, 1), D(2026, 12, 31)), max_size=30),
)
def test_a_last_start_is_the_latest_day_from_which_the_days_are_over_today(
    today: dt.date, days: int, closed: set[dt.date]
) -> None:
    calendar = BusinessCalendar({day: "Closed" for day in closed}, 2026, 2026)
    found = ladder.last_starts(calendar, today, days, 4)
    opened = sum(
        calendar.is_open(D(2026, 1, 1) + number * DAY) for number in range((today - D(2026, 1, 1)).days + 1)
    )
    assert len(found) == min(4, opened // days)
    for times, start in enumerate(found, start=1):
        assert ladder.business_day(calendar, start, days * times) <= today
        assert ladder.business_day(calendar, start + DAY, days * times) > today
