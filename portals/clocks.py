"""Rules + events -> deadlines with reasons. Pure: no database, no clock of its own, always the same answer.

Alone responsible for what a rule of a city file means as a date. Cases and the public calculator both use it.
The day of receipt is day 0; a moment counts on its own local date, also after hours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from portals.business_days import ONE_DAY, BusinessCalendar, NotEntered, Reason
from portals.clockwork.counting import Span, count_span
from portals.clockwork.happenings import RECEIPTS, ContradictoryEvents, Event, Happening, Log, Stop, follows
from portals.clockwork.rules import (
    Cap,
    ClockRule,
    ComputedDeadline,
    Extension,
    Silence,
    acknowledgement_rule,
    in_force,
    with_acknowledgement_target,
)
from portals.vocabulary import ClockState, DayUnit, Layer, Milestone, ProvisionStatus, Roll

__all__ = [
    "Cap",
    "ClockRule",
    "ComputedDeadline",
    "ContradictoryEvents",
    "Extension",
    "Happening",
    "NotEntered",
    "Reason",
    "Silence",
    "Stop",
    "acknowledgement_rule",
    "compute",
    "in_force",
    "last_second",
    "receipt_day",
    "with_acknowledgement_target",
]

MILESTONE_ORDER = {str(name): position for position, name in enumerate(Milestone.values)}
"""In which order deadlines are listed: that of the vocabulary."""


def compute(
    rules: Iterable[ClockRule],
    happenings: Iterable[Happening],
    *,
    calendar: BusinessCalendar,
    time_zone: ZoneInfo | str,
    fee: Decimal | None = None,
    closing_time: time | None = None,
) -> list[ComputedDeadline]:
    """The deadlines that these events give under `rules` (chosen with `in_force`), by milestone and key.

    Only clocks whose starting event is given are listed. `fee` is in USD. `closing_time` moves no date, it is
    only told. Raises NotEntered where a closed day beyond the table is needed and ContradictoryEvents.
    """
    zone = _zone(time_zone)
    holding = [rule for rule in rules if _fee_fits(rule, fee)]
    reckoning = _Reckoning(holding, Log(happenings, zone), calendar, zone, fee, closing_time)
    found = (reckoning.reckon(rule) for rule in holding)
    deadlines = [reckoned.deadline for reckoned in found if reckoned]
    return sorted(deadlines, key=lambda item: (MILESTONE_ORDER[item.milestone], item.rule.key))


def receipt_day(happenings: Iterable[Happening], time_zone: ZoneInfo | str) -> date | None:
    """The city date by which the version of a rule is chosen: of `received`, else `submitted`, else
    `received_by_custodian`, else of the earliest event; None without events."""
    return Log(happenings, _zone(time_zone)).receipt_day()


def last_second(day: date, time_zone: ZoneInfo | str) -> datetime:
    """The last second of `day` in the city, in UTC; right also where daylight saving shortens it."""
    midnight = datetime.combine(day + ONE_DAY, time.min, tzinfo=_zone(time_zone))
    return midnight.astimezone(UTC) - timedelta(seconds=1)


def _zone(time_zone: ZoneInfo | str) -> ZoneInfo:
    return ZoneInfo(time_zone) if isinstance(time_zone, str) else time_zone


def _fee_fits(rule: ClockRule, fee: Decimal | None) -> bool:
    """Without a known fee the rule for a fee up to the amount holds, the one for more does not."""
    if rule.fee_over is not None and (fee is None or fee <= rule.fee_over):
        return False
    return rule.fee_up_to is None or fee is None or fee <= rule.fee_up_to


@dataclass(frozen=True)
class _Start:
    """Where a count begins. `on` is None where the step before has no date: then `state` says why."""

    root: Event
    on: date | None
    reasons: tuple[Reason, ...]
    state: str = ClockState.OPEN
    paused_since: date | None = None


@dataclass(frozen=True)
class _Ending:
    """A span with extension and cap applied."""

    span: Span
    due: date | None
    reasons: tuple[Reason, ...]
    extendable_to: date | None


@dataclass(frozen=True)
class _Reckoned:
    """A deadline and what a later step counts from: its due date, whether or not it was met before."""

    deadline: ComputedDeadline
    root: Event
    runs_to: date | None
    paused_since: date | None = None


class _Reckoning:
    """One call of `compute`."""

    def __init__(
        self,
        rules: Sequence[ClockRule],
        log: Log,
        calendar: BusinessCalendar,
        zone: ZoneInfo,
        fee: Decimal | None,
        closing_time: time | None,
    ) -> None:
        self.rules = {rule.key: rule for rule in rules}
        self.log = log
        self.calendar = calendar
        self.zone = zone
        self.fee = fee
        self.closing_time = closing_time

    def reckon(self, rule: ClockRule, below: tuple[str, ...] = ()) -> _Reckoned | None:
        """None where the clock has not started or no longer runs."""
        if rule.key in below:
            raise ValueError(f"clocks that wait for each other: {', '.join(below)}")
        start = self._start_after(rule, below) if rule.after else self._start_of(rule)
        if start is None or any(follows(event, start.root) for event in self.log.named(*rule.ended_by)):
            return None
        facts = (*self._facts(rule), *start.reasons)
        met = next((event for event in self.log.named(*rule.met_by) if follows(event, start.root)), None)
        if start.on is None or rule.status == ProvisionStatus.NOT_SPECIFIED:
            return self._without_date(rule, start, facts, met)
        stops = self.log.stops(rule.paused_by)
        ending = self._end(rule, start, start.on, stops)
        shown = self._end(rule, start, start.on, _until_met(stops, met)) if met else ending
        deadline = self._deadline(rule, start.on, shown, facts, met)
        pause = ending.span.pause
        return _Reckoned(deadline, start.root, ending.due, pause.first if pause else None)

    def _start_of(self, rule: ClockRule) -> _Start | None:
        candidates = self.log.named(*rule.starts_on)
        several = len({event.name for event in candidates}) > 1
        if rule.pick != "latest":
            name = next((n for n in rule.starts_on if self.log.named(n)), None)
            candidates = self.log.named(name) if name else []
        if not candidates:
            return None
        event = candidates[-1]
        same = sum(other.name == event.name for other in candidates)
        reasons = [Reason(f"started.{event.name}", {"on": event.on.isoformat()})]
        if event.serves:
            reasons.append(Reason(f"served_as.{event.name}"))
        if several and rule.pick == "latest":
            reasons.append(Reason("latest_counts"))
        if same > 1:
            reasons.append(Reason("happened_again", {"count": same}))
        return _Start(event, event.on, (*reasons, Reason("day_zero"), *self._after_hours(event)))

    def _after_hours(self, event: Event) -> Iterator[Reason]:
        if event.moment is None or self.closing_time is None or event.name not in RECEIPTS:
            return
        if event.moment.astimezone(self.zone).time() > self.closing_time:
            yield Reason("after_hours", {"closing": self.closing_time.isoformat("minutes")})

    def _start_after(self, rule: ClockRule, below: tuple[str, ...]) -> _Start | None:
        """Start at the *due date* of the step before, met or not (ORS 192.329(5))."""
        parent = self.rules.get(rule.after)
        step = self.reckon(parent, (*below, rule.key)) if parent else None
        if parent is None or step is None:
            return None
        milestone = {"milestone": str(parent.milestone)}
        if step.runs_to is not None:
            reason = Reason("started.after", {"on": step.runs_to.isoformat(), **milestone})
            return _Start(step.root, step.runs_to, (reason,))
        if step.deadline.state == ClockState.NOT_SPECIFIED:
            reason = Reason("not_specified.after", milestone)
            return _Start(step.root, None, (reason,), ClockState.NOT_SPECIFIED)
        reason = Reason("paused.after", milestone)
        return _Start(step.root, None, (reason,), ClockState.PAUSED, step.paused_since)

    def _facts(self, rule: ClockRule) -> Iterator[Reason]:
        """What the rule says of itself, before anything is counted."""
        if rule.because:
            yield Reason("must", {"text": rule.because})
        if rule.layer == Layer.OFFICE_TARGET:
            yield Reason("office_target")
        if rule.set_from:
            yield Reason("target.set", {"on": rule.set_from.isoformat()})
        if rule.confirmed:
            yield Reason("confirmed.silent", {"citation": rule.confirmed.silent})
            said = {"office": rule.confirmed.office, "on": rule.confirmed.on.isoformat()}
            yield Reason("confirmed", {**said, "citation": rule.citation})
        elif rule.citation and rule.citation_title:
            yield Reason("source.titled", {"citation": rule.citation, "title": rule.citation_title})
        elif rule.citation:
            yield Reason("source", {"citation": rule.citation})
        if rule.fee_over is not None:
            yield Reason("fee.over", {"amount": str(rule.fee_over)})
        if rule.fee_up_to is not None:
            code = "fee.unknown" if self.fee is None else "fee.up_to"
            yield Reason(code, {"amount": str(rule.fee_up_to)})

    def _without_date(
        self, rule: ClockRule, start: _Start, facts: tuple[Reason, ...], met: Event | None
    ) -> _Reckoned:
        """Not specified, or waiting for a step before that stands still. Never an invented date."""
        reasons = list(facts)
        not_specified = rule.status == ProvisionStatus.NOT_SPECIFIED
        state = ClockState.NOT_SPECIFIED if not_specified else start.state
        if not_specified and rule.confirm_with:
            reasons.append(Reason("not_specified", {"office": rule.confirm_with}))
        elif not_specified:
            reasons.append(Reason("not_specified.nobody"))
        if met:
            reasons.append(Reason("met.undated", {"event": str(met.name), "on": met.on.isoformat()}))
        if met and state == ClockState.PAUSED:
            state = ClockState.MET
        deadline = _bare(rule, start.on or start.root.on, state, reasons, met)
        if state == ClockState.PAUSED:
            deadline = replace(deadline, paused_since=start.paused_since, days_left=rule.count)
        return _Reckoned(deadline, start.root, None, start.paused_since)

    def _end(self, rule: ClockRule, start: _Start, on: date, stops: Sequence[Stop]) -> _Ending:
        span = self._count(rule, on, rule.count or 0, rule.unit, stops)
        reasons = list(span.reasons)
        due, extendable_to = span.due, None
        if due and rule.extension:
            due, extendable_to, more = self._extend(rule, rule.extension, start, on, due, stops)
            reasons += more
        if due and rule.cap and (anchor := self._cap_anchor(rule.cap)):
            ceiling = self._count(rule, anchor.on, rule.cap.count, rule.cap.unit, ()).due
            if ceiling:
                code = "cap.earlier" if ceiling < due else "cap.later"
                params = {"on": anchor.on.isoformat(), "to_on": ceiling.isoformat()}
                reasons.append(Reason(code, params))
                due = min(due, ceiling)
                extendable_to = min(extendable_to, ceiling) if extendable_to else None
        return _Ending(span, due, tuple(reasons), extendable_to)

    def _count(self, rule: ClockRule, on: date, count: int, unit: str, stops: Sequence[Stop]) -> Span:
        return count_span(on, count, unit, roll=rule.roll, stops=stops, calendar=self.calendar)

    def _cap_anchor(self, cap: Cap) -> Event | None:
        return next((found[-1] for name in cap.starts_on if (found := self.log.named(name))), None)

    def _extend(
        self, rule: ClockRule, extension: Extension, start: _Start, on: date, due: date, stops: Sequence[Stop]
    ) -> tuple[date, date | None, list[Reason]]:
        """The due date with an extension, the latest date it could still reach, and why."""
        notices = [event for event in self.log.named(extension.event) if follows(event, start.root)]
        in_time = [event for event in notices if event.on <= due]
        reasons = [
            Reason("extended.too_late", {"on": event.on.isoformat(), "due_on": due.isoformat()})
            for event in notices
            if event.on > due
        ]
        if notices and not in_time:
            return due, None, reasons
        from_start = extension.counts_from == "start" and extension.total is not None
        count = extension.total if from_start and extension.total else extension.limit
        span = self._count(rule, on if from_start else due, count, extension.unit, stops)
        if span.due is None or span.due <= due:
            return due, None, reasons
        params = {"count": count, "unit": str(extension.unit), "on": span.due.isoformat()}
        reasons.append(Reason(f"extendable.{'start' if from_start else 'due'}", params))
        if span.counted and span.counted[-1] != span.due:
            reasons.append(Reason("extendable.rolled", {"on": span.counted[-1].isoformat()}))
        if extension.citation:
            reasons.append(Reason("source.extension", {"citation": extension.citation}))
        if not in_time:
            return due, span.due, reasons
        extended, reason = _extended_to(in_time[-1], due, span.due)
        return extended, None, [*reasons, reason]

    def _deadline(
        self, rule: ClockRule, on: date, ending: _Ending, facts: tuple[Reason, ...], met: Event | None
    ) -> ComputedDeadline:
        state = ClockState.MET if met else ClockState.OPEN if ending.due else ClockState.PAUSED
        reasons = [*facts, *ending.reasons]
        acts_on = ending.due + ONE_DAY if ending.due and rule.acts and not met else None
        if ending.due:
            reasons += self._last_day_reasons(rule, on, ending.due)
        if met:
            reasons += _met_reasons(met, ending.due)
        if acts_on:
            reasons.append(Reason("acts", {"on": acts_on.isoformat()}))
        span = ending.span
        return replace(
            _bare(rule, on, state, reasons, met),
            due_on=ending.due,
            ends_at=last_second(ending.due, self.zone) if ending.due else None,
            acts_on=acts_on,
            extendable_to=None if met else ending.extendable_to,
            counted_days=span.counted,
            stopped_days=span.stopped,
            paused_since=span.pause.first if span.pause else None,
            days_left=span.left if span.pause else None,
        )

    def _last_day_reasons(self, rule: ClockRule, on: date, due: date) -> Iterator[Reason]:
        yield Reason("last_day", {"on": due.isoformat()})
        if self.closing_time:
            yield Reason("closing", {"closing": self.closing_time.isoformat("minutes")})
        if rule.unit == DayUnit.BUSINESS or rule.roll == Roll.NEXT_OPEN_DAY:
            first = on.year if rule.unit == DayUnit.BUSINESS else due.year
            for year in range(first, due.year + 1):
                if note := self.calendar.incomplete.get(year):
                    yield Reason("incomplete", {"year": str(year), "note": str(note)})


def _until_met(stops: Sequence[Stop], met: Event) -> list[Stop]:
    """The stops that a clock met on that day can have had: what came later no longer concerns it."""
    return [
        replace(stop, last=met.on) if stop.last is None else stop for stop in stops if stop.first <= met.on
    ]


def _bare(
    rule: ClockRule, on: date, state: str, reasons: Sequence[Reason], met: Event | None
) -> ComputedDeadline:
    """A deadline that has no date yet."""
    return ComputedDeadline(
        rule=rule,
        milestone=str(rule.milestone),
        started_on=on,
        due_on=None,
        ends_at=None,
        acts_on=None,
        extendable_to=None,
        state=str(state),
        layer=str(rule.layer),
        citation=rule.citation,
        route=rule.route,
        reasons=tuple(reasons),
        met_on=met.on if met else None,
    )


def _extended_to(notice: Event, due: date, limit: date) -> tuple[date, Reason]:
    params = {"on": notice.on.isoformat(), "to_on": limit.isoformat()}
    if notice.until is None:
        return limit, Reason("extended.full", params)
    if notice.until > limit:
        return limit, Reason("extended.cut", {**params, "until_on": notice.until.isoformat()})
    if notice.until <= due:
        until = {"on": notice.on.isoformat(), "until_on": notice.until.isoformat()}
        return due, Reason("extended.not_later", until)
    return notice.until, Reason("extended", {**params, "to_on": notice.until.isoformat()})


def _met_reasons(met: Event, due: date | None) -> Iterator[Reason]:
    params = {"event": str(met.name), "on": met.on.isoformat()}
    days = (due - met.on).days if due else None
    if days is None:
        yield Reason("met.undated", params)
    elif days == 0:
        yield Reason("met.on_the_day", params)
    else:
        yield Reason("met.early" if days > 0 else "met.late", {**params, "count": abs(days)})
    if met.until:
        yield Reason("promised", {"on": met.until.isoformat()})
