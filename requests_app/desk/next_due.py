"""What is due next in a case, as the lists and the head of a case tell it: when, how far, which duty.

Alone responsible for reading the duties of the rows of a list, in few queries, and for their words.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, TypeVar

from django.utils import formats
from django.utils.translation import gettext_lazy as _

from portals.templatetags.civic import Shown, deadline_state, distance
from portals.vocabulary import ClockState, Layer, Milestone
from requests_app.events import case_clocks
from requests_app.ladder import OFFICE_DUTIES
from requests_app.lifecycle import AT_WORK
from requests_app.models import Action, Deadline, Event, Status, Submission

STATES = {**dict(Status.choices), Status.CLARIFYING: _("Waiting for the requester")}
"""The words of a status as staff read them."""

_TOLD = (ClockState.PAUSED, ClockState.NOT_SPECIFIED)
"""What is told of a duty without a date, the first before the second."""


class Duty(NamedTuple):
    """Of a deadline what a list needs: a hundred of them are read a page."""

    submission_id: int
    cycle: int
    state: str
    due_on: date | None
    milestone: str
    layer: str


Due = TypeVar("Due", Deadline, Duty)


def read_duties(rows: Iterable[Submission]) -> None:
    """The open duties of the rows in one query, and the estimated dates of those whose duties tell nothing,
    in another; none where nothing is due."""
    due = {row.pk: row for row in rows if row.next_due_on or row.status in AT_WORK}
    if not due:
        return
    states: dict[int, set[str]] = {key: set() for key in due}
    dated: dict[int, list[Duty]] = {key: [] for key in due}
    duties = Deadline.objects.filter(submission_id__in=due, milestone__in=OFFICE_DUTIES).order_by()
    for one in map(Duty._make, duties.values_list(*Duty._fields)):
        if one.cycle == due[one.submission_id].cycle:
            states[one.submission_id].add(one.state)
            dated[one.submission_id].append(one)
    silent = {
        key for key, found in states.items() if due[key].next_due_on is None and found.isdisjoint(_TOLD)
    }
    promises: dict[int, list[Event]] = {key: [] for key in due}
    if silent:
        told = Event.objects.filter(submission_id__in=silent, action__in=(Action.ESTIMATE, Action.REOPEN))
        for event in told.only("submission_id", "action", "happening", "until").order_by("sequence"):
            promises[event.submission_id].append(event)
    for key, row in due.items():
        vars(row).update(duties=states[key], promises=promises[key], duty=_next(row, dated[key]))


def duty(row: Submission) -> tuple[str, bool] | None:
    """What is due next in a row that `read_duties` has read, and whether the office alone set that date; None
    where nothing is due."""
    found: Duty | None = vars(row).get("duty")
    return _named(found) if found else None


def duty_among(row: Submission, found: Iterable[Deadline]) -> tuple[str, bool] | None:
    """The same for a case whose deadlines the caller has."""
    due = _next(row, [one for one in found if one.milestone in OFFICE_DUTIES and one.cycle == row.cycle])
    return _named(due) if due else None


def _next(row: Submission, duties: Iterable[Due]) -> Due | None:
    """The duty that gives a row its date; of several on one day not the office's own target."""
    on_the_day = [one for one in duties if one.state == ClockState.OPEN and one.due_on == row.next_due_on]
    if row.next_due_on is None or not on_the_day:
        return None
    return min(on_the_day, key=lambda one: one.layer == Layer.OFFICE_TARGET)


def _named(due: Deadline | Duty) -> tuple[str, bool]:
    return str(Milestone(due.milestone).label), due.layer == Layer.OFFICE_TARGET


def due_state(row: Submission, today: date, events: Iterable[Event] | None = None) -> Shown:
    """Glyph, word and distance for what is due next in a case. `events` are those of a case, where the caller
    has them and its deadlines; without them what `read_duties` has read."""
    if row.status not in AT_WORK and not row.next_due_on:
        return {"key": "met", "word": str(STATES[row.status]), "distance": ""}
    if row.next_due_on:
        return deadline_state({"due_on": row.next_due_on, "state": ClockState.OPEN}, today)
    states = vars(row).get("duties")
    if states is None:
        states = {
            deadline.state
            for deadline in row.deadlines.all()
            if deadline.cycle == row.cycle and deadline.milestone in OFFICE_DUTIES
        }
    for state in _TOLD:
        if state in states:
            return deadline_state({"due_on": None, "state": state})
    promises = vars(row).get("promises", ()) if events is None else events
    if estimate := case_clocks.estimate_of(promises):
        return _estimated(estimate, today)
    return {"key": "passed", "word": str(_("Nothing due")), "distance": ""}


def _estimated(on: date, today: date) -> Shown:
    """The date that the office itself gave: it is told with its own words, and nobody is late by it."""
    over = on < today
    said = {"on": formats.date_format(on, "DATE_FORMAT")}
    words = _("Estimated date %(on)s has passed") if over else _("Estimated for %(on)s")
    return {
        "key": "due_soon" if over else "on_time",
        "word": str(words % said),
        "distance": distance(on, today),
    }
