"""The steps that the clock takes for a deadline, and when. Pure: from a city's rules and the dates of a case.

A step happens at 08:00 of the city on its day. Codes are stable: they are what `Escalation` keeps unique.
`remind` and `overdue` stand around a due date; `ladder-N` (and `ladder-N.K` where a step repeats) climb the
offices while nobody acknowledges; `act` is what the system does by itself when a day has passed.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from portals.business_days import BusinessCalendar, NotEntered
from portals.routes import StepPart
from portals.vocabulary import Milestone, StepAction

HOUR = time(8)
"""When steps happen, on the clocks of the city."""
DAYS_BEFORE_DUE = 2
"""Business days before a due date on which the office is reminded of it."""
REPEATS = 26
"""How often a step that repeats comes: half a year, where it is weekly. By then a person was long asked."""
MOST_STEPS = 500
"""More than any ladder has: a city file that is wrong makes no endless one."""

OFFICE_DUTIES = frozenset(
    {
        Milestone.ACKNOWLEDGEMENT,
        Milestone.RESPONSE,
        Milestone.DETERMINATION,
        Milestone.COMPLETION,
        Milestone.DENIAL_STATEMENT,
        Milestone.COMPLIANCE,
    }
)
"""What the office must do by a day; other milestones are days of the requester or of whoever reviews."""


@dataclass(frozen=True)
class Step:
    """One step: `code` for uniqueness, `on` a date of the city, `at` in UTC, `part` of the ladder."""

    code: str
    on: date
    at: datetime
    action: StepAction | None = None
    part: StepPart | None = None


def moment(day: date, zone: ZoneInfo) -> datetime:
    """08:00 in the city on that day, in UTC."""
    return datetime.combine(day, HOUR, zone).astimezone(UTC)


def business_day(calendar: BusinessCalendar, start: date, days: int) -> date:
    """The day that is `days` business days after `start`; raises NotEntered beyond the table."""
    last = calendar.count_business_days(start, days).last
    assert last is not None
    return last


def last_starts(calendar: BusinessCalendar, today: date, days: int, times: int) -> list[date]:
    """The latest days from which `days` business days, twice, three times and up to `times` times as many are
    over on `today`; fewer where the closed days of the time between are not entered."""
    found: list[date] = []
    day, opened = today, 0
    try:
        while len(found) < times:
            opened += calendar.is_open(day)
            day -= timedelta(days=1)
            if opened == (len(found) + 1) * days:
                found.append(day)
    except NotEntered:
        pass
    return found


def _before_due(calendar: BusinessCalendar, due_on: date, days: int) -> date:
    day = due_on
    while days:
        day -= timedelta(days=1)
        if calendar.is_open(day):
            days -= 1
    return day


def _ladder(
    rules: Sequence[StepPart], calendar: BusinessCalendar, filed_on: date
) -> Iterator[tuple[str, date, StepPart]]:
    for rule in rules:
        day = business_day(calendar, filed_on, rule.clock_after)
        yield f"ladder-{rule.rule.step}", day, rule
        for turn in range(1, REPEATS if rule.rule.repeat_every else 0):
            day = business_day(calendar, day, rule.rule.repeat_every or 0)
            yield f"ladder-{rule.rule.step}.{turn}", day, rule


def _steps(
    *,
    milestone: str,
    due_on: date,
    acts_on: date | None,
    filed_on: date,
    remind_after: int,
    rules: Sequence[StepPart],
    calendar: BusinessCalendar,
) -> Iterator[tuple[str, date, StepAction | None, StepPart | None]]:
    if acts_on is not None:
        yield "act", acts_on, None, None
    if milestone not in OFFICE_DUTIES:
        return
    if milestone == Milestone.ACKNOWLEDGEMENT:
        yield "remind", business_day(calendar, filed_on, remind_after), StepAction.REMIND, None
    else:
        yield "remind", _before_due(calendar, due_on, DAYS_BEFORE_DUE), StepAction.REMIND, None
    yield "overdue", calendar.next_open_day(due_on + timedelta(days=1)), StepAction.REMIND, None
    if milestone == Milestone.ACKNOWLEDGEMENT:
        for code, day, rule in _ladder(rules, calendar, filed_on):
            yield code, day, StepAction(rule.rule.action), rule


def steps(
    *,
    milestone: str,
    due_on: date,
    acts_on: date | None,
    filed_on: date,
    remind_after: int,
    rules: Sequence[StepPart],
    calendar: BusinessCalendar,
    zone: ZoneInfo,
) -> list[Step]:
    """All steps of an open deadline in the order in which they happen.

    `filed_on` is the day of filing (or of reopening), from which ladder days are counted. Steps that lie
    beyond the entered closed days are left out: they are found again when the next year is entered.
    """
    found: list[Step] = []
    wanted = _steps(
        milestone=milestone,
        due_on=due_on,
        acts_on=acts_on,
        filed_on=filed_on,
        remind_after=remind_after,
        rules=rules,
        calendar=calendar,
    )
    try:
        for code, day, action, rule in islice(wanted, MOST_STEPS):
            found.append(Step(code, day, moment(day, zone), action, rule))
    except NotEntered:
        pass
    return sorted(found, key=lambda step: (step.at, step.code))


def next_step(planned: Sequence[Step], done: Collection[str]) -> Step | None:
    """The first step that has not been taken."""
    return next((step for step in planned if step.code not in done), None)
