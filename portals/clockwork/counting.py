"""From a start day to a last day, with a reason for each day between them. Pure; knows no events.

Alone responsible for what count, unit, roll and stops make of a start day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from portals.business_days import (
    ONE_DAY,
    SUNDAY,
    WEEKEND,
    BusinessCalendar,
    Reason,
    add_years,
    count_calendar_days,
)
from portals.clockwork.happenings import Stop
from portals.vocabulary import DayUnit, Roll


@dataclass(frozen=True)
class Span:
    """`due` is None while `pause` stands open; then `left` days (in the unit counted) remain."""

    due: date | None
    reasons: tuple[Reason, ...]
    counted: tuple[date, ...] = ()
    stopped: tuple[date, ...] = ()
    left: int = 0
    pause: Stop | None = None


def count_span(
    start: date, count: int, unit: str, *, roll: str, stops: Sequence[Stop], calendar: BusinessCalendar
) -> Span:
    """Count `count` units after `start` (day 0) and roll the end. Raises NotEntered for an unknown day."""
    if unit == DayUnit.YEARS:
        return _count_years(start, count)
    pause = next((stop for stop in stops if stop.last is None), None)
    counter = calendar.count_business_days if unit == DayUnit.BUSINESS else count_calendar_days
    result = counter(
        start,
        count,
        stopped=lambda day: any(stop.holds(day) for stop in stops),
        until=pause.first if pause else None,
    )
    rolled = _roll(result.last, roll, stops, calendar) if result.last else None
    due = rolled.due if rolled else None
    left = result.left or (1 if due is None else 0)
    between = _in_time_order(result.skipped, _relevant(stops, start, due))
    closing = _closing_reasons(rolled.reasons if rolled else (), stops, due, pause, left, unit)
    return Span(
        due=due,
        reasons=(Reason(f"count.{unit}", {"count": count}), *between, *closing),
        counted=result.counted,
        stopped=result.stopped + (rolled.stopped if rolled else ()),
        left=left,
        pause=pause if due is None else None,
    )


def _count_years(start: date, count: int) -> Span:
    due = add_years(start, count)
    reasons = [Reason(f"count.{DayUnit.YEARS}", {"count": count})]
    if due.day != start.day:
        reasons.append(Reason("leap_day"))
    return Span(due=due, reasons=tuple(reasons))


def _roll(last: date, roll: str, stops: Sequence[Stop], calendar: BusinessCalendar) -> Span:
    """Move `last` off the days on which it may not fall; a stop on the way holds the move up as well."""
    closed: list[Reason] = []
    stopped: list[date] = []
    day = last
    while True:
        stop = next((stop for stop in stops if stop.holds(day)), None)
        if stop and stop.last is None:
            return Span(due=None, reasons=(), stopped=tuple(stopped))
        why = calendar.why_closed(day) if roll == Roll.NEXT_OPEN_DAY else None
        if stop:
            stopped.append(day)
        elif why:
            closed.append(why)
        elif roll != Roll.SUNDAY or day.weekday() != SUNDAY:
            break
        day += ONE_DAY
    if day == last:
        return Span(due=last, reasons=())
    moved = Reason("rolled.sunday" if roll == Roll.SUNDAY else "rolled", {"on": day.isoformat()})
    would_be = Reason("last_would_be", {"on": last.isoformat()})
    return Span(due=day, reasons=(would_be, *group_weekends(closed), moved), stopped=tuple(stopped))


def _relevant(stops: Iterable[Stop], start: date, due: date | None) -> list[Stop]:
    """The stops that took a day from the count."""
    return [
        stop
        for stop in stops
        if stop.last is not None and stop.last > start and (due is None or stop.first <= due)
    ]


def _in_time_order(skipped: Sequence[Reason], stops: Iterable[Stop]) -> list[Reason]:
    dated = [(_first_day(reason), reason) for reason in group_weekends(skipped)]
    dated += [(stop.first, _stopped(stop)) for stop in stops]
    return [reason for _day, reason in sorted(dated, key=lambda pair: (pair[0], pair[1].code))]


def _closing_reasons(
    rolled: Sequence[Reason],
    stops: Iterable[Stop],
    due: date | None,
    pause: Stop | None,
    left: int,
    unit: str,
) -> Iterator[Reason]:
    yield from rolled
    if due is None and pause is not None:
        yield Reason(f"paused.{_cause(pause)}", {"on": pause.first.isoformat()})
        yield Reason(f"left.{unit}", {"count": left})
    for stop in stops:
        if due is not None and stop.first > due:
            yield Reason("stopped.too_late", {"on": stop.first.isoformat()})


def _cause(stop: Stop) -> str:
    return stop.causes[0] if len(stop.causes) == 1 else "both"


def _stopped(stop: Stop) -> Reason:
    if stop.last is None or stop.last == stop.first:
        return Reason(f"stopped.{_cause(stop)}.day", {"on": stop.first.isoformat()})
    params = {"on": stop.first.isoformat(), "to_on": stop.last.isoformat()}
    return Reason(f"stopped.{_cause(stop)}", params)


def group_weekends(closed: Sequence[Reason]) -> list[Reason]:
    """Closed days as reasons, a Saturday and the Sunday after it in one; every date is still named."""
    grouped: list[Reason] = []
    runs: list[list[date]] = []
    for reason in closed:
        if reason.code != WEEKEND:
            grouped.append(reason)
            continue
        day = date.fromisoformat(reason.params["on"])
        if runs and runs[-1][-1] + ONE_DAY == day:
            runs[-1].append(day)
        else:
            runs.append([day])
    for run in runs:
        grouped.append(Reason(WEEKEND, {"days": [day.isoformat() for day in run], "count": len(run)}))
    return sorted(grouped, key=_first_day)


def _first_day(reason: Reason) -> date:
    return date.fromisoformat(reason.params["on"] if "on" in reason.params else reason.params["days"][0])
