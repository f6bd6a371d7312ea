"""What a changed rule would have done to last year's cases. Computed with the pure clocks; writes nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from portals.clocks import ClockRule, ComputedDeadline
from portals.models import City
from portals.rule_overrides import ACKNOWLEDGE
from portals.rulebook import Rulebook, rulebook_for
from portals.vocabulary import ClockState, DayUnit, Layer, ProvisionStatus, Roll
from requests_app.events import case_clocks
from requests_app.ladder import OFFICE_DUTIES
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Event, Status, Submission

YEAR = timedelta(days=365)
AT_MOST = 1_000
"""So many cases are worked out; the page says when there are more."""


@dataclass(frozen=True)
class Change:
    """The time limit to try. `extension` is in the unit of the rule's own extension; None leaves it."""

    count: int
    unit: str
    roll: str = Roll.NONE
    extension: int | None = None


@dataclass(frozen=True)
class Line:
    """One case: last days before and after (city dates), when it was done, and whether that was late."""

    submission: Submission
    before: date | None
    after: date | None
    done_on: date | None
    late_before: bool
    late_after: bool

    @property
    def days(self) -> int | None:
        """By how many days the last day moves; None where there was none before."""
        return (self.after - self.before).days if self.before and self.after else None


@dataclass(frozen=True)
class Outcome:
    """`found` cases of the year; `lines` of those that were worked out and have the clock; `moved`: days by
    which the last day moves -> cases."""

    found: int
    looked_at: int
    lines: list[Line]
    moved: list[tuple[int, int]]
    first_on: date

    @property
    def late_before(self) -> int:
        return sum(line.late_before for line in self.lines)

    @property
    def late_after(self) -> int:
        return sum(line.late_after for line in self.lines)

    @property
    def undated(self) -> int:
        """Cases without a last day under the rule as it is."""
        return sum(line.before is None for line in self.lines)


def clocks_of(city: City, today: date) -> list[ClockRule]:
    """The rules that hold today and can be tried: one a key."""
    book = rulebook_for(city)
    held = [
        rule
        for rule in book.clocks
        if (rule.effective_from or date.min) <= today <= (rule.effective_to or date.max)
    ]
    return list({rule.key: rule for rule in [*held, book.acknowledgement_target(today)]}.values())


def wrong_with(rule: ClockRule, change: Change) -> dict[str, str]:
    """Why this cannot be tried, by field, as the rules of a city file have it; empty where it can."""
    if change.unit == DayUnit.YEARS and (rule.paused_by or rule.extension):
        return {"unit": _("This clock can be stopped or extended, so it cannot be counted in years.")}
    return {}


def changed_rule(rule: ClockRule, change: Change) -> ClockRule:
    """The rule with another time limit that `wrong_with` lets pass."""
    extension = rule.extension
    if extension and change.extension is not None:
        from_start = extension.counts_from == "start"
        total = change.count + change.extension if from_start else extension.total
        extension = replace(extension, limit=change.extension, total=total)
    layer = rule.layer if rule.status == ProvisionStatus.STATED else Layer.OFFICE_TARGET
    return replace(
        rule,
        status=ProvisionStatus.STATED,
        count=change.count,
        unit=change.unit,
        roll=change.roll if change.unit == DayUnit.CALENDAR else Roll.NONE,
        extension=extension,
        layer=layer,
    )


def simulate(city: City, rule: ClockRule, change: Change, *, now: datetime) -> Outcome:
    """What `change` of `rule` would have made of the cases received in the 365 days before `now` (UTC)."""
    today = city.date_at(now)
    cases = Submission.objects.filter(
        city=city, kind__in=list(rule.kinds), received_on__gte=today - YEAR, received_on__lte=today
    ).exclude(status__in=(Status.WITHDRAWN, Status.LAPSED))
    events = Prefetch("events", queryset=Event.objects.order_by("sequence"))
    newest = cases.defer("description", "search_text").order_by("-received_on", "-pk")
    rows = list(newest.prefetch_related(events)[:AT_MOST])
    book = rulebook_for(city)
    other = _with_change(book, rule, change)
    lines = [line for row in rows if (line := _line(row, rule.key, book, other, today))]
    days = Counter(line.days for line in lines if line.days is not None)
    found = cases.count() if len(rows) == AT_MOST else len(rows)
    return Outcome(found, len(rows), lines, sorted(days.items()), today - YEAR)


def _with_change(book: Rulebook, rule: ClockRule, change: Change) -> Rulebook:
    if rule.key == case_clocks.TARGET_KEY:
        own = tuple(row for row in book.overrides.targets if row.name != ACKNOWLEDGE)
        overrides = replace(book.overrides, targets=own)
        return replace(book, acknowledge_within=change.count, overrides=overrides)
    tried = tuple(changed_rule(one, change) if one.key == rule.key else one for one in book.clocks)
    return replace(book, clocks=tried)


def _line(row: Submission, key: str, book: Rulebook, other: Rulebook, today: date) -> Line | None:
    events = [event for event in row.events.all() if event.action != Action.CONFIRMED_LIMIT]
    try:
        old, new = _of(key, row, events, book), _of(key, row, events, other)
    except NotAllowed:
        return None
    if new is None:
        return None
    done_on, before, duty = new.met_on, (old.due_on if old else None), new.milestone in OFFICE_DUTIES
    late_before, late_after = (duty and _late(due_on, done_on, today) for due_on in (before, new.due_on))
    return Line(row, before, new.due_on, done_on, late_before, late_after)


def _of(key: str, row: Submission, events: Sequence[Event], book: Rulebook) -> ComputedDeadline | None:
    computed, _beyond = case_clocks.computed_for(row, book, events)
    return next((one for one in computed if one.rule.key == key and one.state != ClockState.PAUSED), None)


def _late(due_on: date | None, done_on: date | None, today: date) -> bool:
    return due_on is not None and (done_on or today) > due_on
