"""Clock events as people write them: `NAME=ISO` or `NAME=ISO/UNTIL`.

Alone responsible for reading one event from a command line or a city file's example. Pure.
"""

import datetime as dt
import difflib
import re

from portals.clockwork.happenings import Happening
from portals.vocabulary import ClockEvent

DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
PROMISING = (ClockEvent.EXTENSION_NOTIFIED, ClockEvent.ESTIMATE_SET)
"""Events that may promise a date."""


def read_event(written: str) -> Happening:
    """The event in `received=2026-06-04` or `received=2026-06-04T17:30:00-07:00`; with a promised date,
    `extension_notified=2026-06-04/2026-06-20`. A bare date is a city date. Raises ValueError."""
    name, separator, value = written.partition("=")
    if not separator:
        raise ValueError(f"event {written!r}: write NAME=ISO, for example received=2026-06-04")
    return event_at(name.strip(), value.strip())


def event_at(name: str, value: str) -> Happening:
    """The event `name` at `value` (`ISO` or `ISO/UNTIL`). Raises ValueError with one sentence."""
    if name not in ClockEvent.values:
        near = difflib.get_close_matches(name, ClockEvent.values, n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise ValueError(f"unknown event {name!r}{hint}; known: {', '.join(ClockEvent.values)}")
    moment, slash, until = value.partition("/")
    if slash and name not in PROMISING:
        raise ValueError(f"{name}={value}: only {' and '.join(PROMISING)} can promise a date after a slash")
    return Happening(name, _moment(name, moment), read_date(name, until) if slash else None)


def read_date(name: str, value: str) -> dt.date:
    """A city date like 2026-06-04. Raises ValueError with one sentence that begins with `name`."""
    if not DATE.match(value):
        raise ValueError(f"{name}={value}: is not an ISO date like 2026-06-04")
    try:
        return dt.date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{name}={value}: there is no such day ({error})") from None


def _moment(name: str, value: str) -> dt.date | dt.datetime:
    if "T" not in value and " " not in value:
        return read_date(name, value)
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{name}={value}: is not an ISO date-time like 2026-06-04T17:30:00-07:00") from None
    if moment.tzinfo is None:
        raise ValueError(
            f"{name}={value}: a date-time needs its offset from UTC, like {value}-07:00 or {value}Z; "
            "a date alone is a date in the city"
        )
    return moment
