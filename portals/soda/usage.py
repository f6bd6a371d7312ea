"""How often the holders of keys call, for the office and for themselves.

A call never writes to the database. It is noted in memory, and once a minute a thread of its own writes down
what was noted: one statement for each key and day. Who kills the process loses the last minute's count, and
nothing else.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import DatabaseError, IntegrityError, connections, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from portals.models import ApiKey, KeyUse

logger = logging.getLogger(__name__)

WRITE_EVERY = 60.0  # seconds


@dataclass
class _Noted:
    calls: int
    last_at: datetime


class Ledger:
    """Calls that are noted and not yet written down. `later` runs an act after a while."""

    def __init__(self, later: Callable[[Callable[[], None]], None]) -> None:
        self.later = later
        self._lock = threading.Lock()
        self._noted: dict[tuple[int, date], _Noted] = {}
        self._is_due = False

    def note(self, key: ApiKey, *, now: datetime) -> None:
        """A call with `key` at `now`; it counts for the day of the key's city."""
        day = (key.pk, key.city.date_at(now))
        with self._lock:
            noted = self._noted.setdefault(day, _Noted(0, now))
            noted.calls += 1
            noted.last_at = max(noted.last_at, now)
            was_due, self._is_due = self._is_due, True
        if not was_due:
            self.later(self.write_down)

    def write_down(self) -> None:
        """Add what was noted to what is written. What the database does not take now waits for the next call
        with a key."""
        with self._lock:
            noted, self._noted, self._is_due = self._noted, {}, False
        for (key, on), one in noted.items():
            try:
                _add(key, on, one)
            except IntegrityError:
                logger.warning("Calls of key %d on %s are not counted: there is no such key", key, on)
            except DatabaseError as error:
                logger.warning("Calls of key %d on %s wait to be counted: %s", key, on, error)
                self._put_back(key, on, one)

    def _put_back(self, key: int, on: date, one: _Noted) -> None:
        with self._lock:
            noted = self._noted.setdefault((key, on), _Noted(0, one.last_at))
            noted.calls += one.calls
            noted.last_at = max(noted.last_at, one.last_at)


def _add(key: int, on: date, noted: _Noted) -> None:
    rows = KeyUse.objects.filter(key=key, on=on)
    more = {"calls": F("calls") + noted.calls, "last_at": Greatest(F("last_at"), noted.last_at)}
    if rows.update(**more):
        return
    try:
        with transaction.atomic():
            KeyUse.objects.create(key_id=key, on=on, calls=noted.calls, last_at=noted.last_at)
    except IntegrityError:
        if not rows.update(**more):  # another process wrote the first line of the day; else there is no key
            raise


def in_a_minute(act: Callable[[], None]) -> None:
    """Run `act` in a thread of its own, which ends with the process."""
    timer = threading.Timer(WRITE_EVERY, _alone, [act])
    timer.daemon = True
    timer.start()


def _alone(act: Callable[[], None]) -> None:
    try:
        act()
    finally:
        connections.close_all()


LEDGER = Ledger(in_a_minute)
"""The one of this process."""


@dataclass(frozen=True)
class Use:
    """Calls with a key on one day of its city, and when the last one ever was (UTC; None: never)."""

    today: int
    last_at: datetime | None


def use_of(key: ApiKey, *, now: datetime) -> Use:
    """What is written of a key; a minute late at most. One query."""
    last = KeyUse.objects.filter(key=key).order_by("-on").first()
    if last is None:
        return Use(0, None)
    return Use(last.calls if last.on == key.city.date_at(now) else 0, last.last_at)
