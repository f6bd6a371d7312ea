"""What happens, on which day, while nobody confirms that they have a case, in words for the requester.

Alone responsible for that list: the page before sending and the page of a case show the same one. The steps
and their days are those of `ladder`, which the clock takes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from portals.clocks import ComputedDeadline
from portals.explained import office_words
from portals.models import Dataset
from portals.routes import OfficeRef, StepPart
from portals.rulebook import Rulebook, rulebook_for
from portals.vocabulary import Milestone, StepAction
from requests_app import deadlines, ladder
from requests_app.events import case_clocks
from requests_app.models import Action, Deadline, Event, Submission

SHOWN = 6
"""Steps that are told ahead; a weekly reminder would fill the page."""

WORDS = {
    StepAction.REMIND: _("A reminder goes to %(office)s."),
    StepAction.FOLLOW_UP: _("A follow-up in writing goes to %(office)s."),
    StepAction.REFER: _("It is passed on to %(office)s, which must then act."),
    StepAction.INFORM: _("A notice goes to %(office)s."),
}
TO_HEAD = {
    StepAction.REMIND: _("A reminder goes to the head of the office (%(office)s)."),
    StepAction.FOLLOW_UP: _("A follow-up in writing goes to the head of the office (%(office)s)."),
    StepAction.REFER: _("It is passed on to the head of the office (%(office)s), who must then act."),
    StepAction.INFORM: _("A notice goes to the head of the office (%(office)s)."),
}

_GOES_ON = _("%(words)s This goes on until somebody acknowledges it.")


@dataclass(frozen=True)
class Told:
    """One step still to come: `on` a date of the city, `words` a sentence."""

    on: date
    words: str


def before_filing(
    book: Rulebook, parts: Sequence[StepPart], lead: str, computed: Iterable[ComputedDeadline], filed_on: date
) -> list[Told]:
    """The steps that a case filed on `filed_on` (city date) at the office `lead` would climb."""
    planned: list[ladder.Step] = []
    for deadline in computed:
        if deadline.milestone != Milestone.ACKNOWLEDGEMENT or deadline.due_on is None:
            continue
        planned += ladder.steps(
            milestone=deadline.milestone,
            due_on=deadline.due_on,
            acts_on=deadline.acts_on,
            filed_on=filed_on,
            remind_after=book.remind_after(filed_on),
            rules=parts,
            calendar=book.calendar,
            zone=book.time_zone,
        )
    return _told(planned, lead)


def steps_before_filing(
    book: Rulebook, kind: str, lead: OfficeRef, dataset: Dataset | None, on: date
) -> tuple[StepPart, ...]:
    """The ladder from the office that will have the case, where the rules leave the lead open too."""
    publisher = book.office_ref(dataset.office) if dataset else None
    return book.escalation_steps(kind, lead=lead, dataset_office=publisher, on=on)


def steps_taken(events: Sequence[Event]) -> list[Event]:
    """What the clock has done because nobody acknowledged, since the case was filed or last reopened."""
    start = max((i for i, event in enumerate(events) if event.action == Action.REOPEN), default=0)
    return [
        event
        for event in events[start:]
        if event.data.get("step")
        and event.data.get("milestone", Milestone.ACKNOWLEDGEMENT) == Milestone.ACKNOWLEDGEMENT
    ]


def steps_ahead(case: Submission, found: Iterable[Deadline], events: Sequence[Event]) -> list[ladder.Step]:
    """What the clock will still do if nobody acknowledges, in order; `found` are the case's deadlines."""
    book = rulebook_for(case.city)
    filed = case_clocks.filed_on(case, events, book)
    done = {event.data["step"] for event in steps_taken(events)}
    return [
        step
        for deadline in found
        if deadline.milestone == Milestone.ACKNOWLEDGEMENT
        for step in deadlines.planned_steps(deadline, case, book, filed)
        if step.code not in done
    ]


def ahead_of(case: Submission, found: Iterable[Deadline], events: Sequence[Event], today: date) -> list[Told]:
    """The steps of a filed case that are still to come on `today` (city date) or later; none once somebody
    has acknowledged."""
    return _told((step for step in steps_ahead(case, found, events) if step.on >= today), case.office.name)


def _told(planned: Iterable[ladder.Step], lead: str) -> list[Told]:
    """In order of days; what two steps of one day would say alike stands once."""
    found: dict[Told, Any] = {}
    for step in sorted(planned, key=lambda step: (step.at, step.code)):
        if step.action is None:
            continue
        office = (office_words(step.part) if step.part else None) or lead
        words = TO_HEAD if step.part and step.part.head else WORDS
        sentence = words[step.action] % {"office": office}
        found[Told(step.on, sentence[:1].upper() + sentence[1:])] = None
    return _without_repeats(list(found)[:SHOWN])


def _without_repeats(told: list[Told]) -> list[Told]:
    """The same sentence day after day at the end stands twice; that it goes on is said."""
    last = len(told)
    while last > 1 and told[last - 2].words == told[-1].words:
        last -= 1
    if len(told) - last < 2:
        return told
    again = told[last]
    return [*told[:last], replace(again, words=_GOES_ON % {"words": again.words})]
