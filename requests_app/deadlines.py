"""Opens, meets, pauses, resumes, extends and lapses deadlines by recomputing them from the events of a case.

Sole writer of Deadline rows and of Submission.next_due_on and urgency. There is no stored date that the
events and the rules of the day of receipt would not give again.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from portals.clocks import (
    ClockRule,
    ComputedDeadline,
    ContradictoryEvents,
    Happening,
    NotEntered,
    acknowledgement_rule,
    compute,
    in_force,
)
from portals.explain import long_date
from portals.routes import StepPart
from portals.rulebook import Rulebook, rulebook_for
from portals.vocabulary import ClockEvent, ClockState, Milestone, SubmissionKind
from requests_app import ladder
from requests_app.lifecycle import AT_WORK, NotAllowed
from requests_app.models import Action, Deadline, Escalation, Event, Status, Submission

NOTHING_DUE = date(9999, 12, 31)
TARGET_KEY = "acknowledgement-target"

AFTER_AN_ANSWER = frozenset({Milestone.DENIAL_STATEMENT, Milestone.INTERNAL_REVIEW, Milestone.COMPLIANCE})
"""What a denial or an order sets running: it goes on while the case itself is answered or closed."""

_QUESTIONS = frozenset(
    {
        ClockEvent.CLARIFICATION_ASKED,
        ClockEvent.CLARIFICATION_ANSWERED,
        ClockEvent.CLARIFICATION_DECLINED,
    }
)
_VOID_AFTER_REOPENING = frozenset({ClockEvent.DETERMINED, ClockEvent.COMPLETED, ClockEvent.DENIED})


def happenings(events: Iterable[Event]) -> list[Happening]:
    """What the events of a case mean for its clocks. A reopening takes back the answer before it."""
    found: list[Happening] = []
    for event in events:
        if event.action == Action.REOPEN:
            found = _taken_up_again(found, event.happened_at)
        if event.happening:
            try:
                found.append(Happening(event.happening, event.happened_at, event.until))
            except ValueError as error:
                raise NotAllowed(str(error)) from error
    return found


def _taken_up_again(found: Sequence[Happening], at: datetime) -> list[Happening]:
    """Without the answer; a question that stood open no longer stops anything, nor lets the case lapse."""
    kept = [happening for happening in found if happening.name not in _VOID_AFTER_REOPENING]
    questions = [happening.name for happening in kept if happening.name in _QUESTIONS]
    if questions and questions[-1] == ClockEvent.CLARIFICATION_ASKED:
        kept.append(Happening(ClockEvent.CLARIFICATION_ANSWERED, at))
    return kept


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

    A clock that starts with the custodian's receipt is left out while the case lies with another office.
    """
    rules = in_force(book.clocks, submission.kind, submission.received_on)
    if any(
        event.happening == ClockEvent.RECEIVED_BY_CUSTODIAN or event.data.get("custodian_first")
        for event in events
    ):
        return tuple(rules)
    return _without_custodian(rules)


def _without_custodian(rules: Iterable[ClockRule]) -> tuple[ClockRule, ...]:
    return tuple(rule for rule in rules if rule.starts_on != (ClockEvent.RECEIVED_BY_CUSTODIAN,))


def _target(book: Rulebook) -> ClockRule:
    return acknowledgement_rule(
        kinds=tuple(SubmissionKind),
        within=book.acknowledge_within,
        citation=book.targets_citation,
        citation_title=book.targets_citation_title,
    )


def recompute(row: Submission, *, now: datetime) -> None:
    """Bring the Deadline rows of the current cycle in line with the events; within the act's transaction."""
    book = rulebook_for(row.city)
    events = list(row.events.order_by("sequence"))
    happened = happenings(events)
    rules = rules_for(book, row, events)
    computed, beyond = _computed(book, rules, happened, fee_of(events))
    if row.cycle > 1 or not any(rule.milestone == Milestone.ACKNOWLEDGEMENT for rule in rules):
        target, not_entered = _computed(book, [_target(book)], _since_filing(events, row.cycle))
        computed, beyond = computed + target, beyond + not_entered
    fresh = [_row_of(row, deadline) for deadline in computed] + [_refused(row, *pair) for pair in beyond]
    _save(row, book, _without_twins(fresh), events)
    _mark_next_due(row, fresh)


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
        rules = (*rules, _target(book))
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
    return reopenings[-1].happened_at.astimezone(book.time_zone).date()


def _row_of(row: Submission, deadline: ComputedDeadline) -> Deadline:
    return Deadline(
        submission=row,
        cycle=row.cycle,
        clock_key=deadline.rule.key,
        milestone=deadline.milestone,
        layer=deadline.layer,
        citation=deadline.citation,
        route=deadline.route,
        state=deadline.state,
        started_on=deadline.started_on,
        due_on=deadline.due_on,
        ends_at=deadline.ends_at,
        acts_on=deadline.acts_on,
        extendable_to=deadline.extendable_to,
        because=[reason.as_json() for reason in deadline.reasons],
    )


def _refused(row: Submission, rule: ClockRule, error: NotEntered) -> Deadline:
    return Deadline(
        submission=row,
        cycle=row.cycle,
        clock_key=rule.key,
        milestone=rule.milestone,
        layer=rule.layer,
        citation=rule.citation,
        route=rule.route,
        state=ClockState.NOT_SPECIFIED,
        because=[{"code": "not_entered", "params": {"year": error.year}}],
    )


def _without_twins(deadlines: list[Deadline]) -> list[Deadline]:
    return list({deadline.clock_key: deadline for deadline in deadlines}.values())


_COLUMNS = [
    "milestone",
    "layer",
    "citation",
    "route",
    "state",
    "started_on",
    "due_on",
    "ends_at",
    "acts_on",
    "extendable_to",
    "because",
    "next_step",
    "next_step_at",
]


def _save(row: Submission, book: Rulebook, fresh: list[Deadline], events: Sequence[Event]) -> None:
    stored = {deadline.clock_key: deadline for deadline in row.deadlines.filter(cycle=row.cycle)}
    taken: dict[int, set[str]] = {}
    for deadline_id, step in Escalation.objects.filter(deadline__submission=row).values_list(
        "deadline_id", "step"
    ):
        taken.setdefault(deadline_id, set()).add(step)
    start = filed_on(row, events, book)
    changed, new = [], []
    for deadline in fresh:
        known = stored.pop(deadline.clock_key, None)
        steps = taken.get(known.pk, set()) if known else set()
        if "act" in steps:
            deadline.state = ClockState.MET  # it ended by itself; no event of a person says so
        plan_next_step(deadline, row, book, start, steps)
        if known is None:
            new.append(deadline)
        elif any(getattr(known, name) != getattr(deadline, name) for name in _COLUMNS):
            deadline.pk = known.pk
            changed.append(deadline)
    for gone in stored.values():
        gone.state, gone.next_step, gone.next_step_at = ClockState.MET, "", None
        changed.append(gone)
    row.deadlines.filter(cycle__lt=row.cycle, next_step_at__isnull=False).update(next_step_at=None)
    Deadline.objects.bulk_create(new)
    Deadline.objects.bulk_update(changed, _COLUMNS)


def planned_steps(
    deadline: Deadline, submission: Submission, book: Rulebook, filed: date
) -> list[ladder.Step]:
    """The steps that an open deadline leads to, taken or not; none where the case no longer waits for it."""
    if deadline.state != ClockState.OPEN or deadline.due_on is None:
        return []
    if not _waited_for(deadline, submission, filed):
        return []
    return ladder.steps(
        milestone=deadline.milestone,
        due_on=deadline.due_on,
        acts_on=deadline.acts_on,
        filed_on=filed,
        remind_after=book.remind_lead_after,
        rules=ladder_of(book, submission),
        calendar=book.calendar,
        zone=book.time_zone,
    )


def _waited_for(deadline: Deadline, submission: Submission, filed: date) -> bool:
    """Whether the status leaves anything to do. After a reopening the office's own target alone climbs, and
    what stood open before it does not let the case lapse."""
    status = submission.status
    if deadline.milestone in AFTER_AN_ANSWER:
        return status not in (Status.WITHDRAWN, Status.LAPSED)
    if deadline.milestone == Milestone.ACKNOWLEDGEMENT:
        first = submission.cycle == 1 or deadline.clock_key == TARGET_KEY
        return status == Status.RECEIVED and first
    if deadline.milestone == Milestone.LAPSE and submission.cycle > 1:
        return status in AT_WORK and deadline.started_on is not None and deadline.started_on >= filed
    return status in AT_WORK


def ladder_of(book: Rulebook, submission: Submission) -> tuple[StepPart, ...]:
    """The steps that climb from the office that the case is with now."""
    lead = book.office_ref(submission.climbs_from)
    assert lead is not None
    publisher = submission.dataset.office if submission.dataset else None
    return book.escalation_steps(
        submission.kind,
        lead=lead,
        dataset_office=book.office_ref(publisher),
        on=submission.received_on,
    )


def plan_next_step(
    deadline: Deadline, submission: Submission, book: Rulebook, filed: date, taken: Iterable[str]
) -> None:
    """Write down which step of the clock comes next, and when."""
    step = ladder.next_step(planned_steps(deadline, submission, book, filed), set(taken))
    deadline.next_step = step.code if step else ""
    deadline.next_step_at = step.at if step else None


def put_off(submission_id: int, *, now: datetime, until: datetime) -> list[int]:
    """Look again later at the due deadlines of a case of which a step failed; returns their keys."""
    due = Deadline.objects.filter(submission_id=submission_id, next_step_at__lte=now)
    keys = list(due.values_list("pk", flat=True))
    due.update(next_step_at=until)
    return keys


def requester_followed_up(row: Submission, *, now: datetime) -> None:
    """The step that a guide offers to the requester was taken by him: the clock does not take it again."""
    book = rulebook_for(row.city)
    events = list(row.events.order_by("sequence"))
    filed, today = filed_on(row, events, book), book.city_date(now)
    for deadline in row.deadlines.filter(cycle=row.cycle, milestone=Milestone.ACKNOWLEDGEMENT):
        for step in planned_steps(deadline, row, book, filed):
            rule = step.part.rule if step.part else None
            if rule is None or not rule.offered_to_requester:
                continue
            if ladder.business_day(book.calendar, filed, rule.after) <= today:
                Escalation.objects.get_or_create(
                    deadline=deadline,
                    step=step.code,
                    cycle=deadline.cycle,
                    defaults={"action": rule.action, "office": row.office, "at": now},
                )
    recompute(row, now=now)


def _mark_next_due(row: Submission, deadlines: Sequence[Deadline]) -> None:
    waited_for = ladder.OFFICE_DUTIES if row.status in AT_WORK else frozenset()
    if row.status in (Status.DETERMINED, Status.CLOSED):
        waited_for = ladder.OFFICE_DUTIES & AFTER_AN_ANSWER
    due = [
        deadline.due_on
        for deadline in deadlines
        if deadline.state == ClockState.OPEN and deadline.due_on and deadline.milestone in waited_for
    ]
    row.next_due_on = min(due, default=None)
    row.urgency = row.next_due_on or NOTHING_DUE
    Submission.objects.filter(pk=row.pk).update(next_due_on=row.next_due_on, urgency=row.urgency)


def check_extension(row: Submission, *, until: date, today: date) -> Deadline:
    """The open deadline that an extension until this date would move; NotAllowed says why it cannot be.

    `today` is the city's date. The limit and the last day for the notice are the rule's own.
    """
    candidates = [
        deadline
        for deadline in row.deadlines.filter(cycle=row.cycle, state=ClockState.OPEN)
        if deadline.extendable_to is not None and deadline.due_on is not None
    ]
    if not candidates:
        raise NotAllowed(_("The rules of this city know no extension here. Give an estimated date instead."))
    deadline = candidates[0]
    assert deadline.due_on and deadline.extendable_to
    due, limit = long_date(deadline.due_on), long_date(deadline.extendable_to)
    said = {"due": due, "limit": limit, "citation": deadline.citation}
    if today > deadline.due_on:
        raise NotAllowed(_("The notice of an extension had to be given by %(due)s (%(citation)s).") % said)
    if not deadline.due_on < until <= deadline.extendable_to:
        raise NotAllowed(
            _("An extension may reach a day after %(due)s and not later than %(limit)s (%(citation)s).")
            % said
        )
    return deadline


def of_case(submission: Submission) -> list[Deadline]:
    """The deadlines of the current cycle, in the order in which a person wants to read them."""
    order: dict[Any, int] = {value: index for index, value in enumerate(Milestone.values)}
    found = [deadline for deadline in submission.deadlines.all() if deadline.cycle == submission.cycle]
    return sorted(found, key=lambda deadline: (deadline.due_on or NOTHING_DUE, order[deadline.milestone]))
