"""What happened to a submission, in which order, and when it stood still. Pure; no database.

Alone responsible for turning a bag of events into an order that does not depend on how they were listed,
for letting one receipt serve as another, and for the stops (clarification, fee) that follow from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portals.vocabulary import ClockEvent

CLARIFICATION, FEE = "clarification", "fee"
OPENS = {CLARIFICATION: ClockEvent.CLARIFICATION_ASKED, FEE: ClockEvent.FEE_NOTIFIED}
CLOSES = {
    CLARIFICATION: (ClockEvent.CLARIFICATION_ANSWERED, ClockEvent.CLARIFICATION_DECLINED),
    FEE: (ClockEvent.FEE_PAID, ClockEvent.FEE_WAIVED),
}
RECEIPTS = (ClockEvent.SUBMITTED, ClockEvent.RECEIVED, ClockEvent.RECEIVED_BY_CUSTODIAN)
# Who gave only the earlier receipt means the later one too (the intake is the custodian).
SERVES_AS: dict[str, tuple[str, ...]] = {
    ClockEvent.RECEIVED: (ClockEvent.SUBMITTED,),
    ClockEvent.RECEIVED_BY_CUSTODIAN: (ClockEvent.RECEIVED, ClockEvent.SUBMITTED),
}
# How a day goes of which only the events are known: a waiver is refused before the fee is paid.
_USUAL_DAY = (
    *RECEIPTS,
    ClockEvent.ACKNOWLEDGED,
    ClockEvent.CLARIFICATION_ASKED,
    ClockEvent.CLARIFICATION_ANSWERED,
    ClockEvent.CLARIFICATION_DECLINED,
    ClockEvent.FEE_NOTIFIED,
    ClockEvent.FEE_WAIVER_DENIED,
    ClockEvent.FEE_PAID,
    ClockEvent.FEE_WAIVED,
    ClockEvent.EXTENSION_NOTIFIED,
    ClockEvent.ESTIMATE_SET,
    ClockEvent.DETERMINED,
    ClockEvent.DENIED,
    ClockEvent.INSTALMENT_RELEASED,
    ClockEvent.COMPLETED,
    ClockEvent.STATEMENT_REQUESTED,
    ClockEvent.STATEMENT_GIVEN,
    ClockEvent.REVIEW_REQUESTED,
    ClockEvent.PETITION_RECEIVED,
    ClockEvent.ORDER_ISSUED,
    ClockEvent.VIOLATION_ASCERTAINED,
)
NATURAL_ORDER = {str(name): position for position, name in enumerate(_USUAL_DAY)}
# Dates outside are slips of the keyboard, and would run into the end of the calendar.
PLAUSIBLE_YEARS = range(1900, 2200)


class ContradictoryEvents(ValueError):
    """Events that cannot have happened in this order; `str()` is a sentence that says which."""


@dataclass(frozen=True)
class Happening:
    """One event: `name` is a ClockEvent, `at` an aware moment or a bare city date.

    `until` is the date that an extension notice or an estimate promises. Raises ValueError for an unknown
    name, a moment without an offset and an impossible year.
    """

    name: str
    at: datetime | date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.name not in ClockEvent.values:
            raise ValueError(_("there is no clock event called %(name)s") % {"name": self.name})
        if isinstance(self.at, datetime) and self.at.utcoffset() is None:
            raise ValueError(_("%(name)s: a time of day needs its offset from UTC") % {"name": self.name})
        if any(day and day.year not in PLAUSIBLE_YEARS for day in (self.at, self.until)):
            raise ValueError(_("%(name)s: the year cannot be right") % {"name": self.name})


@dataclass(frozen=True)
class Stop:
    """Days that a stopped clock does not count: `first` to `last`, both included. Open: `last` is None."""

    first: date
    last: date | None
    causes: tuple[str, ...]

    def holds(self, day: date) -> bool:
        """Whether `day` is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Event:
    """A happening placed in the city. `on` is its local date; `moment` (UTC) is None for a bare date.

    `position` is its place in the order; `serves` says that another receipt stands in for this one.
    """

    name: str
    on: date
    moment: datetime | None
    until: date | None
    position: int = -1
    serves: bool = False


class Log:
    """The events of one submission in the order in which they happened. Raises ContradictoryEvents."""

    def __init__(self, happenings: Iterable[Happening], time_zone: ZoneInfo) -> None:
        placed = _in_order({_placed(happening, time_zone) for happening in happenings})
        self.events = tuple(replace(event, position=position) for position, event in enumerate(placed))
        _check(self.events)

    def named(self, *names: str) -> list[Event]:
        """The events of these names in order; an earlier receipt stands in for one that is not given."""
        found: list[Event] = []
        for name in {str(name) for name in names}:
            found += [event for event in self.events if event.name == name] or self._standing_in(name)
        return sorted(found, key=lambda event: (event.position, NATURAL_ORDER[event.name]))

    def receipt_day(self) -> date | None:
        """The date that decides which version of a rule holds (see `portals.clockwork.rules.in_force`)."""
        for name in (ClockEvent.RECEIVED, ClockEvent.RECEIVED_BY_CUSTODIAN):
            if found := self.named(name):
                return found[-1].on
        return self.events[0].on if self.events else None

    def stops(self, causes: Iterable[str]) -> list[Stop]:
        """The stops for these causes, overlapping ones united, in order."""
        single = sorted(
            (stop for cause in causes for stop in _stops_of(cause, self.events)),
            key=lambda stop: (stop.first, stop.last or date.max, stop.causes),
        )
        united: list[Stop] = []
        for stop in single:
            if united and (united[-1].last is None or stop.first <= united[-1].last):
                united[-1] = _union(united[-1], stop)
            else:
                united.append(stop)
        return united

    def _standing_in(self, name: str) -> list[Event]:
        for other in SERVES_AS.get(name, ()):
            found = [event for event in self.events if event.name == other]
            if found:
                return [replace(event, name=name, serves=True) for event in found]
        return []


def follows(event: Event, start: Event) -> bool:
    """Whether `event` came after `start`."""
    if event.moment and start.moment:
        return (event.moment, event.position) > (start.moment, start.position)
    return event.position > start.position


def _placed(happening: Happening, time_zone: ZoneInfo) -> Event:
    if isinstance(happening.at, datetime):
        on = happening.at.astimezone(time_zone).date()
        return Event(happening.name, on, happening.at.astimezone(UTC), happening.until)
    return Event(happening.name, happening.at, None, happening.until)


def _in_order(events: Iterable[Event]) -> Iterator[Event]:
    """By date; within a day by moment where every moment is known, else as is natural for such a day."""
    open_causes: set[str] = set()
    for _day, group in groupby(sorted(events, key=_fixed_key), key=lambda event: event.on):
        today = list(group)
        if all(event.moment for event in today):
            today.sort(key=lambda event: (event.moment, NATURAL_ORDER[event.name]))
        else:
            stood_open = frozenset(open_causes)
            today.sort(key=lambda event: _natural_key(event, stood_open))
        for event in today:
            open_causes.update(cause for cause in OPENS if event.name == OPENS[cause])
            open_causes.difference_update(cause for cause in CLOSES if event.name in CLOSES[cause])
            yield event


def _fixed_key(event: Event) -> tuple[date, str, str, str]:
    """Any order will do here, as long as it does not depend on the order of the list."""
    moment = event.moment.isoformat() if event.moment else ""
    return event.on, event.name, moment, str(event.until or "")


def _natural_key(event: Event, stood_open: frozenset[str]) -> int:
    """On a day whose moments are not known: what stands open is closed before it is opened again."""
    for cause in stood_open:
        if event.name == OPENS[cause]:
            return 2 * max(NATURAL_ORDER[name] for name in CLOSES[cause]) + 1
    return 2 * NATURAL_ORDER[event.name]


def _stops_of(cause: str, events: Iterable[Event]) -> Iterator[Stop]:
    first: date | None = None
    for event in events:
        if event.name == OPENS[cause] and first is None:
            first = event.on
        elif event.name in CLOSES[cause] and first is not None:
            yield Stop(first, event.on, (cause,))
            first = None
    if first is not None:
        yield Stop(first, None, (cause,))


def _union(one: Stop, other: Stop) -> Stop:
    last = None if one.last is None or other.last is None else max(one.last, other.last)
    return Stop(one.first, last, tuple(sorted({*one.causes, *other.causes})))


def _check(events: tuple[Event, ...]) -> None:
    """Refuse what cannot have happened in this order, with a sentence for the person who entered it."""
    receipt = next((event for event in events if event.name in RECEIPTS), None)
    seen: set[str] = set()
    for event in events:
        if receipt and event.name not in RECEIPTS and event.on < receipt.on:
            raise ContradictoryEvents(_before(event.name, receipt.name))
        for cause in OPENS:
            if event.name in CLOSES[cause] and OPENS[cause] not in seen:
                _check_opened(event, cause, events)
        if event.until is not None and event.until < event.on:
            raise ContradictoryEvents(
                _("“%(event)s”: the date that it names is before the day on which it was given.")
                % {"event": ClockEvent(event.name).label}
            )
        seen.add(event.name)


def _check_opened(event: Event, cause: str, events: tuple[Event, ...]) -> None:
    """An answer needs its question. A fee may be paid or waived without a notice, but not before it."""
    if cause == CLARIFICATION or any(other.name == OPENS[cause] for other in events):
        raise ContradictoryEvents(_before(event.name, OPENS[cause]))


def _before(name: str, other: str) -> str:
    return _("“%(event)s” cannot come before “%(other)s”.") % {
        "event": ClockEvent(name).label,
        "other": ClockEvent(other).label,
    }
