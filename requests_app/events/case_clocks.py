"""What the events of a case mean for its clocks: which rules hold, and the deadlines that they give.

Alone responsible for the way from events to computed deadlines. Reads a case, writes nothing: deadlines.py
keeps the result.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portals.clocks import (
    ClockRule,
    ComputedDeadline,
    ContradictoryEvents,
    Happening,
    NotEntered,
    Reason,
    compute,
    in_force,
    last_second,
)
from portals.rulebook import Rulebook
from portals.vocabulary import ClockEvent, ClockState, Layer, Milestone
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Event, OutsideReview, Submission

TARGET_KEY = "acknowledgement-target"
CUSTODIAN_RECEIPT = "custodian_received_at"
"""Where the event of a joined case tells when the custodian of records received the first of them."""

_QUESTIONS = frozenset(
    {
        ClockEvent.CLARIFICATION_ASKED,
        ClockEvent.CLARIFICATION_ANSWERED,
        ClockEvent.CLARIFICATION_DECLINED,
    }
)
NOTHING_ORDERED = frozenset({OutsideReview.Result.FOR_CITY, OutsideReview.Result.ENDED})
"""Ends of an outside review that leave the city nothing to comply with."""
APPEAL_KEY = "appeal-decision"
"""The clock of a case that was sent back: the date that the decision on the appeal gives."""
_VOID_AFTER_REOPENING = frozenset({ClockEvent.DETERMINED, ClockEvent.COMPLETED, ClockEvent.DENIED})
_RECEIPTS = {
    ClockEvent.RECEIVED: "received_at",
    ClockEvent.RECEIVED_BY_CUSTODIAN: CUSTODIAN_RECEIPT,
}
_RECEIPT_REASONS = frozenset(f"started.{name.value}" for name in _RECEIPTS)
_VOID_WITH_THE_ANSWER = frozenset({ClockEvent.DENIED})


def happenings(events: Iterable[Event], *, parts: bool = True) -> list[Happening]:
    """What the events of a case mean for its clocks. A reopening takes back the answer before it; an undo
    takes back what came of one act, and nothing else. Without `parts`, no denial of a single part."""
    found: list[tuple[int, Happening]] = []
    for event in events:
        if event.action == Action.REOPEN:
            found = [(0, kept) for kept in _taken_up_again([one for _n, one in found], event.happened_at)]
        elif event.action == Action.UNDO:
            since, void = event.data["since"], event.data["void"]
            found = [(n, one) for n, one in found if n < since or one.name not in void]
        if event.action in (Action.JOIN, Action.SEPARATE):
            own = [(n, one) for n, one in found if one.name not in _RECEIPTS]
            found = [*((0, receipt) for receipt in _joined_receipts(event.data)), *own]
        if event.data.get("answer_taken_back"):
            found = [(n, one) for n, one in found if one.name not in _VOID_WITH_THE_ANSWER]
        if event.happening and (parts or not _denies_a_part(event)):
            try:
                found.append((event.sequence, Happening(event.happening, event.happened_at, event.until)))
            except ValueError as error:
                raise NotAllowed(str(error)) from error
    return [happening for _n, happening in found]


def _denies_a_part(event: Event) -> bool:
    """Whether a part was refused while the case goes on: remedies run from it, but nothing is met by it."""
    return event.happening == ClockEvent.DENIED and bool(event.data.get("parts"))


def _taken_up_again(found: Sequence[Happening], at: datetime) -> list[Happening]:
    """Without the answer; a question that stood open no longer stops anything, nor lets the case lapse."""
    kept = [happening for happening in found if happening.name not in _VOID_AFTER_REOPENING]
    questions = [happening.name for happening in kept if happening.name in _QUESTIONS]
    if questions and questions[-1] == ClockEvent.CLARIFICATION_ASKED:
        kept.append(Happening(ClockEvent.CLARIFICATION_ANSWERED, at))
    return kept


def _joined_receipts(data: Mapping[str, Any]) -> list[Happening]:
    """What was joined counts as received when the first of it was, and so it is with the custodian."""
    return [
        Happening(name, datetime.fromisoformat(data[key])) for name, key in _RECEIPTS.items() if data.get(key)
    ]


def joined(events: Iterable[Event]) -> Mapping[str, Any]:
    """What the latest joining or separating of a case says: the receipts that count now. Empty where none."""
    told = [event.data for event in events if event.action in (Action.JOIN, Action.SEPARATE)]
    return told[-1] if told else {}


def custodian_receipt(events: Iterable[Event]) -> datetime | None:
    """When the custodian of records received it (UTC), by a hand-over or because it was filed there; what was
    joined to it left out."""
    for event in events:
        if event.happening == ClockEvent.RECEIVED_BY_CUSTODIAN or event.data.get("custodian_first"):
            return event.happened_at
    return None


def sent_back(events: Sequence[Event]) -> int:
    """The place of the latest reopening because of an appeal, among these events; -1 where there is none."""
    places = [at for at, one in enumerate(events) if one.action == Action.REOPEN and one.data.get("appeal")]
    return places[-1] if places else -1


def estimate_of(events: Iterable[Event]) -> date | None:
    """The city date by which the office said last that it expects to answer; None where it said nothing since
    the case was taken up again. It is the office's word, no deadline of a rule."""
    estimate = None
    for event in events:
        if event.action == Action.REOPEN:
            estimate = None
        elif event.happening == ClockEvent.ESTIMATE_SET and event.until:
            estimate = event.until
    return estimate


def fee_of(events: Iterable[Event]) -> Decimal | None:
    """The fee in dollars of the latest notice, where the event tells it: some clocks depend on it."""
    amounts = [event.data.get("amount") for event in events if event.happening == ClockEvent.FEE_NOTIFIED]
    return Decimal(amounts[-1]) if amounts and amounts[-1] else None


def _computed(
    book: Rulebook, rules: Sequence[ClockRule], happened: Sequence[Happening], fee: Decimal | None = None
) -> tuple[list[ComputedDeadline], list[tuple[ClockRule, NotEntered]]]:
    """All deadlines; those that need closed days beyond the table are named instead of guessed."""

    def of(chosen: Sequence[ClockRule]) -> list[ComputedDeadline]:
        try:
            return compute(
                chosen,
                happened,
                calendar=book.calendar,
                time_zone=book.time_zone,
                closing_time=book.closing_time,
                fee=fee,
            )
        except ContradictoryEvents as error:
            raise NotAllowed(str(error)) from error

    try:
        return of(rules), []
    except NotEntered:
        pass
    found: list[ComputedDeadline] = []
    beyond: list[tuple[ClockRule, NotEntered]] = []
    for rule in rules:
        needed = [other for other in rules if other.key == rule.after] + [rule]
        try:
            found += [deadline for deadline in of(needed) if deadline.rule.key == rule.key]
        except NotEntered as error:
            beyond.append((rule, error))
    return found, beyond


def rules_for(book: Rulebook, submission: Submission, events: Sequence[Event]) -> tuple[ClockRule, ...]:
    """The clocks that were in force on the day of receipt, without the office's own target.

    A time limit that an office confirmed later holds where it was applied to the case.
    A clock that starts with the custodian's receipt is left out while the case lies with another office.
    """
    rules = in_force(book.clocks, submission.kind, submission.received_on)
    orders = [event.data for event in events if event.happening == ClockEvent.ORDER_ISSUED]
    if orders and orders[-1].get("result") in NOTHING_ORDERED:
        rules = tuple(rule for rule in rules if rule.milestone != Milestone.COMPLIANCE)
    applied = {
        event.data["rule"]: event.data["number"] for event in events if event.action == Action.CONFIRMED_LIMIT
    }
    if applied:
        rules = tuple(
            book.overrides.applied(rule, applied[rule.key], book.file_clocks) if rule.key in applied else rule
            for rule in rules
        )
    return tuple(rules) if custodian_has_it(events) else _without_custodian(rules)


def custodian_has_it(events: Iterable[Event]) -> bool:
    """Whether the custodian's receipt is on record, by a hand-over or because it, or what was joined to it,
    was filed there."""
    known = list(events)
    return custodian_receipt(known) is not None or bool(joined(known).get(CUSTODIAN_RECEIPT))


def _without_custodian(rules: Iterable[ClockRule]) -> tuple[ClockRule, ...]:
    return tuple(rule for rule in rules if rule.starts_on != (ClockEvent.RECEIVED_BY_CUSTODIAN,))


def computed_for(
    submission: Submission, book: Rulebook, events: Sequence[Event]
) -> tuple[list[ComputedDeadline], list[tuple[ClockRule, NotEntered]]]:
    """The deadlines of a case as its events stand, the office's own target included where no rule sets an
    acknowledgement; and the clocks for which closed days are not entered. Raises NotAllowed."""
    rules = rules_for(book, submission, events)
    computed, beyond = _by_law(book, rules, events)
    computed += _by_decision(book, submission, events)
    if submission.cycle > 1 or not any(rule.milestone == Milestone.ACKNOWLEDGEMENT for rule in rules):
        own = book.acknowledgement_target(submission.received_on)
        target, not_entered = _computed(book, [own], _since_filing(events, submission.cycle))
        computed, beyond = computed + target, beyond + not_entered
    if joined(events).get("earlier"):
        computed = [_told_as_joined(deadline) for deadline in computed]
    return computed, beyond


def _told_as_joined(deadline: ComputedDeadline) -> ComputedDeadline:
    """With the sentence that the day of receipt is that of another submission."""
    reasons = list(deadline.reasons)
    places = [place for place, reason in enumerate(reasons) if reason.code in _RECEIPT_REASONS]
    if places:
        reasons.insert(places[0] + 1, Reason("joined"))
    return replace(deadline, reasons=tuple(reasons))


def _by_events(
    book: Rulebook, rules: Sequence[ClockRule], events: Sequence[Event]
) -> tuple[list[ComputedDeadline], list[tuple[ClockRule, NotEntered]]]:
    """The deadlines of the rules. A refusal of a part starts what runs from a denial, and meets nothing."""
    computed, beyond = _computed(book, rules, happenings(events), fee_of(events))
    if not any(_denies_a_part(event) for event in events):
        return computed, beyond
    whole, _beyond = _computed(book, rules, happenings(events, parts=False), fee_of(events))
    from_denials = [one for one in computed if ClockEvent.DENIED in one.rule.starts_on]
    return from_denials + [one for one in whole if ClockEvent.DENIED not in one.rule.starts_on], beyond


def _by_law(
    book: Rulebook, rules: Sequence[ClockRule], events: Sequence[Event]
) -> tuple[list[ComputedDeadline], list[tuple[ClockRule, NotEntered]]]:
    """The deadlines of the rules. What an answer had met before an appeal sent the case back stays met: the
    law's first answer was given, and what is owed now is told by the decision."""
    computed, beyond = _by_events(book, rules, events)
    at = sent_back(events)
    if at < 0:
        return computed, beyond
    earlier, _not_entered = _by_law(book, rules, events[:at])
    met = {one.rule.key: one for one in earlier if one.state == ClockState.MET}
    kept = [met.get(one.rule.key, one) for one in computed]
    return kept, beyond


def _by_decision(book: Rulebook, submission: Submission, events: Sequence[Event]) -> list[ComputedDeadline]:
    """The date by which a decision on an appeal wants a new answer; none after a later reopening."""
    reopened = max((at for at, one in enumerate(events) if one.action == Action.REOPEN), default=0)
    since = list(events[reopened:])
    orders = [at for at, one in enumerate(since) if one.action == Action.APPEAL_OUTCOME and one.until]
    if not orders:
        return []
    order, after = since[orders[-1]], since[orders[-1] + 1 :]
    assert order.until
    answers = [one for one in after if one.happening in (ClockEvent.DETERMINED, ClockEvent.COMPLETED)]
    met_on = book.city_date(answers[0].happened_at) if answers else None
    said = {"appeal": order.data["appeal"], "office": order.data["office"], "on": order.until.isoformat()}
    rule = ClockRule(
        key=APPEAL_KEY,
        kinds=(submission.kind,),
        milestone=Milestone.DETERMINATION,
        starts_on=(ClockEvent.RECEIVED,),
        count=1,
        met_by=(ClockEvent.DETERMINED, ClockEvent.COMPLETED),
        layer=Layer.OFFICE_TARGET,
        citation=order.data["appeal"],
    )
    return [
        ComputedDeadline(
            rule=rule,
            milestone=str(rule.milestone),
            started_on=book.city_date(order.happened_at),
            due_on=order.until,
            ends_at=last_second(order.until, book.time_zone),
            acts_on=None,
            extendable_to=None,
            state=str(ClockState.MET if met_on else ClockState.OPEN),
            layer=str(rule.layer),
            citation=rule.citation,
            route="",
            reasons=(Reason("by_decision", said), Reason("office_target")),
            met_on=met_on,
        )
    ]


def foreseen(
    book: Rulebook, kind: str, *, at: datetime, custodian_first: bool
) -> tuple[list[ComputedDeadline], list[NotEntered]]:
    """The deadlines that a case filed at `at` (UTC) will start with, and which closed days are not entered.

    `custodian_first` says whether it goes straight to the custodian of records (see `rules_for`).
    """
    happened = [Happening(ClockEvent.RECEIVED, at)]
    rules: Sequence[ClockRule] = in_force(book.clocks, kind, book.city_date(at))
    if not custodian_first:
        rules = _without_custodian(rules)
    if not any(rule.milestone == Milestone.ACKNOWLEDGEMENT for rule in rules):
        rules = (*rules, book.acknowledgement_target(book.city_date(at)))
    computed, beyond = _computed(book, rules, happened)
    return computed, [error for _rule, error in beyond]


def _since_filing(events: Sequence[Event], cycle: int) -> list[Happening]:
    """What counts for the office's own target: from filing, or from the latest reopening."""
    if cycle == 1:
        return happenings(events)
    reopened = max(index for index, event in enumerate(events) if event.action == Action.REOPEN)
    start = Happening(ClockEvent.RECEIVED, events[reopened].happened_at)
    since = happenings(events[reopened + 1 :])
    return [start, *(happening for happening in since if happening.at >= start.at)]


def filed_on(submission: Submission, events: Sequence[Event], book: Rulebook) -> date:
    """The day from which the ladder is counted: on which the case came in here, or was last reopened.

    A letter that lay elsewhere for weeks keeps its legal dates, but nobody here could acknowledge it before.
    """
    reopenings = [event for event in events if event.action == Action.REOPEN]
    if not reopenings:
        return max(submission.received_on, book.city_date(submission.submitted_at))
    return book.city_date(reopenings[-1].happened_at)
