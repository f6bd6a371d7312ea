"""Rules + events -> deadlines with reasons. Pure: no database, no clock of its own, the same answer every time.

Alone responsible for what a rule of a city file means as a date. Cases and the public calculator both use it.
The day of receipt is day 0; a moment counts on its own local date, also after hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from portals.business_days import BusinessCalendar, NotEntered, Reason
from portals.happenings import ContradictoryEvents, Happening, Stop
from portals.vocabulary import DayUnit, Layer, ProvisionStatus, Roll

__all__ = [
    "Cap",
    "ClockRule",
    "ComputedDeadline",
    "ContradictoryEvents",
    "Extension",
    "Happening",
    "NotEntered",
    "Reason",
    "Stop",
    "acknowledgement_rule",
    "compute",
    "in_force",
    "receipt_day",
    "with_acknowledgement_target",
]


@dataclass(frozen=True)
class Extension:
    """`extension` of a clock: `counts_from` is the key `from` ("start" or "due").

    From "due" the latest date is `limit` units after the due date; from "start" it is `total` units after the
    start. Either is rolled as the clock rolls. The notice (`event`) counts only if given by the due date.
    """

    limit: int
    unit: str = DayUnit.CALENDAR
    counts_from: str = "due"
    total: int | None = None
    event: str = "extension_notified"
    citation: str = ""


@dataclass(frozen=True)
class Cap:
    """`cap` of a clock: a second anchor; the earlier of both dates holds. `starts_on` in order of preference."""

    starts_on: tuple[str, ...]
    count: int
    unit: str = DayUnit.YEARS


@dataclass(frozen=True)
class ClockRule:
    """One `[[clock]]` of a city file (docs/city-file.md); `key` is its `id`, `citation` the label as people write it.

    `confirm_with` is the *name* of the office. `effective_from` and `effective_to` are both included.
    """

    key: str
    kinds: tuple[str, ...]
    milestone: str
    starts_on: tuple[str, ...] = ()
    pick: str = "preferred"
    after: str = ""
    status: str = ProvisionStatus.STATED
    count: int | None = None
    unit: str = DayUnit.BUSINESS
    roll: str = Roll.NONE
    met_by: tuple[str, ...] = ()
    ended_by: tuple[str, ...] = ()
    paused_by: tuple[str, ...] = ()
    extension: Extension | None = None
    cap: Cap | None = None
    fee_over: Decimal | None = None
    fee_up_to: Decimal | None = None
    acts: bool = False
    route: str = ""
    layer: str = Layer.STATUTE
    citation: str = ""
    citation_title: str = ""
    because: str = ""
    confirm_with: str = ""
    effective_from: date | None = None
    effective_to: date | None = None


@dataclass(frozen=True)
class ComputedDeadline:
    """One deadline. `_on` are city dates; `ends_at` is the last second of `due_on` in the city, in UTC.

    `due_on` is None while paused and where not specified. `acts_on` is the first day on which the system may
    act by itself. `extendable_to` is the latest date a lawful extension can still reach. While paused,
    `days_left` (in units of the rule) remain and `paused_since` is the day on which the clock stopped.
    """

    rule: ClockRule
    milestone: str
    started_on: date
    due_on: date | None
    ends_at: datetime | None
    acts_on: date | None
    extendable_to: date | None
    state: str
    layer: str
    citation: str
    route: str
    reasons: tuple[Reason, ...]
    counted_days: tuple[date, ...] = ()
    stopped_days: tuple[date, ...] = ()
    paused_since: date | None = None
    days_left: int | None = None
    met_on: date | None = None


def in_force(rules: Iterable[ClockRule], kind: str, received_on: date) -> tuple[ClockRule, ...]:
    """The versions that hold for a submission of `kind` received on `received_on`, in the order given."""
    raise NotImplementedError


def receipt_day(happenings: Iterable[Happening], time_zone: ZoneInfo | str) -> date | None:
    """The city date by which the version of a rule is chosen: of `received`, else `submitted`, else
    `received_by_custodian`, else of the earliest event; None without events."""
    raise NotImplementedError


def acknowledgement_rule(
    *, kinds: Sequence[str], within: int, citation: str, citation_title: str = ""
) -> ClockRule:
    """The office's own target for acknowledging (`[targets]`): `within` business days after receipt."""
    raise NotImplementedError


def with_acknowledgement_target(
    rules: Iterable[ClockRule], *, kind: str, within: int, citation: str, citation_title: str = ""
) -> tuple[ClockRule, ...]:
    """`rules` and the office's target, where `kind` is no records request and has no acknowledgement clock."""
    raise NotImplementedError


def compute(
    rules: Iterable[ClockRule],
    happenings: Iterable[Happening],
    *,
    calendar: BusinessCalendar,
    time_zone: ZoneInfo | str,
    fee: Decimal | None = None,
    closing_time: time | None = None,
) -> list[ComputedDeadline]:
    """The deadlines that these events give under `rules` (already chosen with `in_force`), by milestone and id.

    Only clocks whose starting event is given are listed. `fee` is in USD. `closing_time` moves no date, it is
    only told. Raises NotEntered where a closed day beyond the table is needed and ContradictoryEvents.
    """
    raise NotImplementedError
