"""Warnings: where the closed days that a city file enters end before a deadline that can arise.

Alone responsible for telling the people who keep a file to enter the next year in time. Pure; today is given.
"""

import datetime as dt
from collections.abc import Iterator

from portals.city_toml.content import CityFile
from portals.city_toml.entries import ClockEntry
from portals.city_toml.reading import Problem
from portals.vocabulary import DayUnit, Roll

MARGIN = 7
"""Days by which a roll may move a last day."""


def coverage_warnings(file: CityFile, today: dt.date) -> Iterator[Problem]:
    """What a filing of `today` (a city date) may need that the file does not enter yet."""
    for row in file.closed_days:
        if not row.complete and row.year >= today.year:
            yield Problem(f"closed_days[{row.year}]", f"not complete: {row.note}")
    if not file.closed_days:
        return
    last = max(row.year for row in file.closed_days)
    first = min(row.year for row in file.closed_days)
    if first > today.year:
        yield Problem("closed_days", f"begin with {first}: a deadline of {today.year} cannot be counted")
    reach, name = _farthest(file, today)
    if reach.year > last:
        yield Problem(
            "closed_days",
            f"end with {last}, but a filing of {today} may need {reach.year} ({name}): enter {last + 1}",
        )


def _farthest(file: CityFile, today: dt.date) -> tuple[dt.date, str]:
    """The latest day whose closed days some clock may ask for, and which clock that is."""
    closed = {day.on for row in file.closed_days for day in row.days}
    clocks = {row.id: row for row in file.clock if (row.effective_to or today) >= today}
    reach = (_open_days_on(today, file.targets.acknowledge_within, closed), "targets")
    for row in clocks.values():
        end = _end(row, clocks, today, closed, ())
        if _needs_closed_days(row) and end > reach[0]:
            reach = (end, f"clock {row.id}")
    for step in file.escalation_step:
        end = _open_days_on(today, max(step.after, step.clock_after or 0), closed)
        if end > reach[0]:
            reach = (end, f"escalation step {step.step}")
    return reach


def _needs_closed_days(row: ClockEntry) -> bool:
    extension = row.extension is not None and row.extension.unit == DayUnit.BUSINESS
    return row.unit == DayUnit.BUSINESS or row.roll == Roll.NEXT_OPEN_DAY or extension


def _end(
    row: ClockEntry,
    clocks: dict[str, ClockEntry],
    today: dt.date,
    closed: set[dt.date],
    seen: tuple[str, ...],
) -> dt.date:
    start = today
    if row.after in clocks and row.after not in seen:
        start = _end(clocks[row.after], clocks, today, closed, (*seen, row.id))
    if row.count is None or row.unit is None:
        return start
    end = _count(start, row.count, row.unit, closed)
    if row.extension is not None:
        from_start = row.extension.from_ == "start"
        days = row.extension.total if from_start else row.extension.limit
        end = max(end, _count(start if from_start else end, days or 0, row.extension.unit, closed))
    return end + dt.timedelta(days=MARGIN) if row.roll != Roll.NONE else end


def _count(start: dt.date, count: int, unit: DayUnit, closed: set[dt.date]) -> dt.date:
    if unit == DayUnit.BUSINESS:
        return _open_days_on(start, count, closed)
    return start + dt.timedelta(days=count if unit == DayUnit.CALENDAR else count * 366)


def _open_days_on(start: dt.date, count: int, closed: set[dt.date]) -> dt.date:
    """`count` open days on; beyond the years entered only weekends are known to be closed."""
    day = start
    while count > 0:
        day += dt.timedelta(days=1)
        if day.weekday() < 5 and day not in closed:
            count -= 1
    return day
