"""Opens, meets, pauses, resumes, extends and lapses deadlines by recomputing them from the events of a case.

Sole writer of Deadline rows and of Submission.next_due_on and urgency. There is no stored date that the
events and the rules of the day of receipt would not give again.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from portals.clocks import ClockRule, ComputedDeadline, NotEntered, in_force
from portals.explain import long_date
from portals.routes import StepPart
from portals.rulebook import Rulebook, rulebook_for
from portals.vocabulary import ClockState, Milestone
from requests_app import ladder
from requests_app.bulk import insert_rows
from requests_app.events import case_clocks
from requests_app.lifecycle import AT_WORK, NotAllowed
from requests_app.models import Deadline, Escalation, Event, Status, Submission

NOTHING_DUE = date(9999, 12, 31)
"""Stands in `urgency` where no duty has a date: it comes last in every list."""

AFTER_AN_ANSWER = frozenset({Milestone.DENIAL_STATEMENT, Milestone.INTERNAL_REVIEW, Milestone.COMPLIANCE})
"""What a denial or an order sets running: it goes on while the case itself is answered or closed."""


def recompute(
    row: Submission, *, events: Sequence[Event] | None = None, is_new: bool = False
) -> list[Deadline]:
    """Bring the Deadline rows of the current cycle in line with the events; within the act's transaction.

    Reads no clock: the same events give the same rows whenever it is called. Returns what stands then, in the
    order of the days. `events` are all of the case, where the act has them;
    `is_new` says that the act made the case, so that nothing of it stands yet.
    """
    book = rulebook_for(row.city)
    if events is None:
        events = list(row.events.order_by("sequence"))
    computed, beyond = case_clocks.computed_for(row, book, events)
    fresh = [_row_of(row, deadline) for deadline in computed] + [_refused(row, *pair) for pair in beyond]
    fresh = _without_twins(fresh)
    _save(row, book, fresh, events, {} if is_new else _stored(row))
    _mark_next_due(row, fresh)
    return sorted(fresh, key=lambda deadline: deadline.due_on or NOTHING_DUE)


def change_kind(row: Submission) -> list[Deadline]:
    """Recompute after the kind of a held row changed. The clocks of the old kind go (their dates stand in the
    event); the steps that were taken because nobody acknowledged count on."""
    book = rulebook_for(row.city)
    keys = {rule.key: rule.milestone for rule in in_force(book.clocks, row.kind, row.received_on)}
    own = (key for key, milestone in keys.items() if milestone == Milestone.ACKNOWLEDGEMENT)
    acknowledging = next(own, case_clocks.TARGET_KEY)
    kept = {*keys, acknowledging} | ({case_clocks.TARGET_KEY} if row.cycle > 1 else set())
    stored = row.deadlines.filter(cycle=row.cycle)
    if not stored.filter(clock_key=acknowledging).exists():
        stored.filter(milestone=Milestone.ACKNOWLEDGEMENT).update(clock_key=acknowledging)
    stored.exclude(clock_key__in=kept).delete()
    return recompute(row)


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
    """A clock that runs into a year whose closed days are not entered: no date is made up for it."""
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
    """One row a clock, as the database has it: where a clock is computed twice, the later one counts."""
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
"""What a recomputation may change in a row that stands."""


def _stored(row: Submission) -> dict[str, Deadline]:
    return {deadline.clock_key: deadline for deadline in row.deadlines.filter(cycle=row.cycle)}


def _save(
    row: Submission,
    book: Rulebook,
    fresh: list[Deadline],
    events: Sequence[Event],
    stored: dict[str, Deadline],
) -> None:
    taken: dict[int, set[str]] = {}
    if stored:
        steps_of_case = Escalation.objects.filter(deadline__submission=row)
        for deadline_id, step in steps_of_case.values_list("deadline_id", "step"):
            taken.setdefault(deadline_id, set()).add(step)
    start = case_clocks.filed_on(row, events, book)
    changed, new = [], []
    for deadline in fresh:
        known = stored.pop(deadline.clock_key, None)
        steps = taken.get(known.pk, set()) if known else set()
        if "act" in steps:  # no event of a person says so
            end_by_clock(deadline)
        plan_next_step(deadline, row, book, start, steps)
        if known is None:
            new.append(deadline)
        elif any(getattr(known, name) != getattr(deadline, name) for name in _COLUMNS):
            deadline.pk = known.pk
            changed.append(deadline)
    for gone in stored.values():
        gone.state = ClockState.MET
        set_next_step(gone, None)
        changed.append(gone)
    if row.cycle > 1:
        row.deadlines.filter(cycle__lt=row.cycle, next_step_at__isnull=False).update(next_step_at=None)
    insert_rows(Deadline, new)
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
        remind_after=book.remind_after(submission.received_on),
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
        first = submission.cycle == 1 or deadline.clock_key == case_clocks.TARGET_KEY
        return status == Status.RECEIVED and first
    if deadline.milestone == Milestone.LAPSE and submission.cycle > 1:
        return status in AT_WORK and deadline.started_on is not None and deadline.started_on >= filed
    return status in AT_WORK


def ladder_of(book: Rulebook, submission: Submission) -> tuple[StepPart, ...]:
    """The steps that climb from the office that the case is with now."""
    lead = book.office_of_key(submission.climbs_from_id) or book.office_ref(submission.climbs_from)
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
    set_next_step(deadline, ladder.next_step(planned_steps(deadline, submission, book, filed), set(taken)))


def set_next_step(deadline: Deadline, step: ladder.Step | None) -> None:
    """The step that the sweep looks for next, or none; the caller writes the row."""
    deadline.next_step = step.code if step else ""
    deadline.next_step_at = step.at if step else None


def end_by_clock(deadline: Deadline) -> None:
    """Its day has passed and what follows by itself has followed; the sweep writes the row."""
    deadline.state = ClockState.MET


def nothing_due(row: Submission) -> None:
    """No duty of the office is left on a held row that the clock closes; the sweep writes the row."""
    row.next_due_on, row.urgency = None, NOTHING_DUE


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
    filed, today = case_clocks.filed_on(row, events, book), book.city_date(now)
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
    recompute(row)


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


def extendable(found: Iterable[Deadline]) -> Deadline | None:
    """The one of these deadlines of a case that an extension would move."""
    return next(
        (deadline for deadline in found if deadline.state == ClockState.OPEN and deadline.extendable_to), None
    )


def check_extension(row: Submission, *, until: date, today: date) -> None:
    """Raises NotAllowed with the reason where no deadline can be extended until this date.

    `today` is the city's date. The limit and the last day for the notice are the rule's own.
    """
    deadline = extendable(of_case(row))
    if deadline is None:
        raise NotAllowed(_("The rules of this city know no extension here. Give an estimated date instead."))
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


def next_duty(found: Iterable[Deadline]) -> Deadline | None:
    """The open duty of the office that comes first among the deadlines of a case."""
    return next(
        (
            deadline
            for deadline in found
            if deadline.state == ClockState.OPEN and deadline.milestone in ladder.OFFICE_DUTIES
        ),
        None,
    )


def of_case(submission: Submission) -> list[Deadline]:
    """The deadlines of the current cycle, in the order in which a person wants to read them."""
    order: dict[Any, int] = {value: index for index, value in enumerate(Milestone.values)}
    found = [deadline for deadline in submission.deadlines.all() if deadline.cycle == submission.cycle]
    return sorted(found, key=lambda deadline: (deadline.due_on or NOTHING_DUE, order[deadline.milestone]))
