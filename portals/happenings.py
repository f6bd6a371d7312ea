"""What happened to a submission, in which order, and when it stood still. Pure; no database.

Alone responsible for turning a bag of events into an order that does not depend on how they were listed,
for letting one receipt serve as another, and for the stops (clarification, fee) that follow from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from portals.vocabulary import ClockEvent


class ContradictoryEvents(ValueError):
    """Events that cannot have happened in this order; `str()` is a sentence that says which."""


@dataclass(frozen=True)
class Happening:
    """One event: `name` is a ClockEvent, `at` an aware moment or a bare city date.

    `until` is the date that an extension notice or an estimate promises. Raises ValueError for an unknown
    name and for a moment without an offset.
    """

    name: str
    at: datetime | date
    until: date | None = None

    def __post_init__(self) -> None:
        if self.name not in ClockEvent.values:
            raise ValueError(f"unknown clock event: {self.name}")
        if isinstance(self.at, datetime) and self.at.utcoffset() is None:
            raise ValueError(f"{self.name}: a moment needs its offset from UTC")


@dataclass(frozen=True)
class Stop:
    """Days that no paused clock counts: `first` to `last`, both included; `last` is None while it is open."""

    first: date
    last: date | None
    causes: tuple[str, ...]
