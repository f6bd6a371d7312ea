"""The shape of a clock rule and of a deadline, and which version of a rule holds. Pure data.

Alone responsible for the form in which `[[clock]]` of a city file (docs/city-file.md) reaches the count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from portals.business_days import Reason
from portals.clockwork.happenings import OPENS
from portals.vocabulary import ClockEvent, DayUnit, Layer, Milestone, ProvisionStatus, Roll, SubmissionKind

TARGET_KEY = "acknowledgement-target"


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
    """`cap` of a clock: a second anchor (`starts_on`, in order of preference); the earlier date holds."""

    starts_on: tuple[str, ...]
    count: int
    unit: str = DayUnit.YEARS


@dataclass(frozen=True)
class Silence:
    """`silence` of a clock: no answer by its last day counts as a denial from the next day on."""

    because: str
    citation: str
    citation_title: str = ""


@dataclass(frozen=True)
class Confirmed:
    """Who confirmed a time limit, when (a city date), and the cited page (`silent`) that leaves it open."""

    office: str
    on: date
    silent: str
    silent_layer: str = Layer.GUIDE


@dataclass(frozen=True)
class ClockRule:
    """One `[[clock]]` of a city file (docs/city-file.md). `key` is its `id`, `citation` a label.

    `confirm_with` is the *name* of the office. `effective_from` and `effective_to` are both included.
    `confirmed` stands where an office confirmed what the cited page leaves open, `set_from` where the city
    set a target of its own, for what is received from that day on.
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
    silence: Silence | None = None
    route: str = ""
    layer: str = Layer.STATUTE
    citation: str = ""
    citation_title: str = ""
    because: str = ""
    confirm_with: str = ""
    effective_from: date | None = None
    effective_to: date | None = None
    confirmed: Confirmed | None = None
    set_from: date | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be counted; the loader of city files says the same in the words of the file."""
        if bool(self.starts_on) == bool(self.after):
            raise ValueError(f"{self.key}: a clock has either starts_on or after")
        if self.status == ProvisionStatus.STATED and (self.count is None or self.count < 1):
            raise ValueError(f"{self.key}: a stated clock needs a count of at least 1")
        if self.unit == DayUnit.YEARS and (self.paused_by or self.extension or self.roll != Roll.NONE):
            raise ValueError(f"{self.key}: a period of years is not stopped, extended or rolled")
        if self.extension and self.extension.counts_from == "start" and not self.extension.total:
            raise ValueError(f"{self.key}: an extension from the start needs a total")
        if not set(self.paused_by) <= set(OPENS):
            raise ValueError(f"{self.key}: unknown in paused_by: {', '.join(self.paused_by)}")


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
    """The versions that hold for a submission of `kind` received on `received_on`, in the order given.

    A submission keeps the rules of the day on which it was received (see `portals.clocks.receipt_day`).
    """
    return tuple(
        rule
        for rule in rules
        if kind in rule.kinds
        and (rule.effective_from is None or rule.effective_from <= received_on)
        and (rule.effective_to is None or received_on <= rule.effective_to)
    )


def acknowledgement_rule(
    *,
    kinds: Sequence[str],
    within: int,
    citation: str,
    citation_title: str = "",
    set_from: date | None = None,
) -> ClockRule:
    """The office's own target for acknowledging (`[targets]`): `within` business days after receipt."""
    return ClockRule(
        key=TARGET_KEY,
        kinds=tuple(kinds),
        milestone=Milestone.ACKNOWLEDGEMENT,
        starts_on=(ClockEvent.RECEIVED,),
        count=within,
        unit=DayUnit.BUSINESS,
        met_by=(
            ClockEvent.ACKNOWLEDGED,
            ClockEvent.COMPLETED,
            ClockEvent.DETERMINED,
            ClockEvent.DENIED,
        ),
        layer=Layer.OFFICE_TARGET,
        citation=citation,
        citation_title=citation_title,
        set_from=set_from,
    )


def with_acknowledgement_target(
    rules: Iterable[ClockRule],
    *,
    kind: str,
    within: int,
    citation: str,
    citation_title: str = "",
    set_from: date | None = None,
) -> tuple[ClockRule, ...]:
    """`rules`, and the target where `kind` has no acknowledgement clock and is no records request."""
    own = tuple(rules)
    has_one = any(rule.milestone == Milestone.ACKNOWLEDGEMENT and kind in rule.kinds for rule in own)
    if has_one or kind == SubmissionKind.RECORDS_REQUEST:
        return own
    target = acknowledgement_rule(
        kinds=[kind], within=within, citation=citation, citation_title=citation_title, set_from=set_from
    )
    return (*own, target)
