"""Pure date arithmetic: which days an office is open, and how days are counted.

Alone responsible for counting. Knows no events, no rules and no database; every date is a city date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

ONE_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6
LEAP_DAY = (2, 29)

WEEKEND = "closed.weekend"
CLOSED_DAY = "closed.named"


@dataclass(frozen=True)
class Reason:
    """One step of an explanation: a code and JSON-able parameters, turned into words by `portals.explain`.

    Dates stand in `params` as ISO strings, so that a case can store its reasons and show them later in
    the reader's language.
    """

    code: str
    params: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The form in which a case stores it."""
        return {"code": self.code, "params": dict(self.params)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Reason:
        """The opposite of `as_json`."""
        return cls(code=stored["code"], params=dict(stored.get("params", {})))


class NotEntered(ValueError):
    """A day was needed whose year has no closed days entered; counting on would be a guess."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(year)

    def __str__(self) -> str:
        return _("the closed days of %(year)s are not entered yet") % {"year": self.year}


@dataclass(frozen=True)
class Count:
    """What came of counting days.

    `last` is the last counted day, None while days are `left` because the count was cut short by a stop
    that is still open. `skipped` has a Reason for each day that was neither counted nor stopped.
    """

    last: date | None
    left: int
    counted: tuple[date, ...]
    skipped: tuple[Reason, ...]
    stopped: tuple[date, ...]


def never_stopped(day: date) -> bool:
    """For clocks that nothing stops."""
    return False


@dataclass(frozen=True)
class BusinessCalendar:
    """The open days of one city. `closed` maps each closed weekday to its name; weekends are closed anyway.

    Only the years `first_year` to `last_year` are known. `incomplete` maps a year to a note that says which
    closed day of it is still missing.
    """

    closed: Mapping[date, str]
    first_year: int
    last_year: int
    incomplete: Mapping[int, str] = field(default_factory=dict)

    def is_open(self, day: date) -> bool:
        """Whether the office is open. Raises NotEntered outside the entered years."""
        return self.why_closed(day) is None

    def why_closed(self, day: date) -> Reason | None:
        """Why the office is closed on `day`, None where it is open. Raises NotEntered."""
        if not self.first_year <= day.year <= self.last_year:
            raise NotEntered(day.year)
        if day.weekday() >= SATURDAY:
            return Reason(WEEKEND, {"on": day.isoformat()})
        if day in self.closed:
            return Reason(CLOSED_DAY, {"on": day.isoformat(), "name": self.closed[day]})
        return None

    def next_open_day(self, day: date) -> date:
        """`day` itself if the office is open, else the first open day after it. Raises NotEntered."""
        while not self.is_open(day):
            day += ONE_DAY
        return day

    def count_business_days(
        self,
        start: date,
        days: int,
        *,
        stopped: Callable[[date], bool] = never_stopped,
        until: date | None = None,
    ) -> Count:
        """Count `days` open days after `start` (`start` is day 0). A stopped day is not counted.

        `until` is the first day of a stop that is still open: the count goes no further. Raises NotEntered.
        """
        return _count(start, days, self.why_closed, stopped, until)


def count_calendar_days(
    start: date,
    days: int,
    *,
    stopped: Callable[[date], bool] = never_stopped,
    until: date | None = None,
) -> Count:
    """Count `days` days after `start`, weekends and holidays too; otherwise as for business days."""
    return _count(start, days, _always_open, stopped, until)


def add_years(start: date, years: int) -> date:
    """The same date `years` later; a period begun on 29 February ends on 28 February (ORS 174.120(5))."""
    if (start.month, start.day) == LEAP_DAY:
        return date(start.year + years, 2, 28)
    return start.replace(year=start.year + years)


def _always_open(day: date) -> Reason | None:
    return None


def _count(
    start: date,
    days: int,
    why_closed: Callable[[date], Reason | None],
    stopped: Callable[[date], bool],
    until: date | None,
) -> Count:
    """Walk day by day. A stopped day is not looked up: whether the office was open on it decides nothing."""
    if days < 1:
        raise ValueError(f"a count needs at least one day, not {days}")
    counted: list[date] = []
    skipped: list[Reason] = []
    stood_still: list[date] = []
    day = start
    while len(counted) < days:
        day += ONE_DAY
        if until is not None and day >= until:
            break
        if stopped(day):
            stood_still.append(day)
        elif reason := why_closed(day):
            skipped.append(reason)
        else:
            counted.append(day)
    left = days - len(counted)
    return Count(
        last=None if left else day,
        left=left,
        counted=tuple(counted),
        skipped=tuple(skipped),
        stopped=tuple(stood_still),
    )
