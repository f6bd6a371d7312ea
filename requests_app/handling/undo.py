"""Takes back an answer, or a closing, that was just sent, as if it had not been.

The window is the office's own target (`[targets] undo_hours` of the city file). Within it the case stands
again as it stood before: no new cycle, the same clocks and last days, and what had begun to run from
the answer is gone. After it only `determinations.reopen` is left.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import City, User
from portals.vocabulary import ClockEvent
from requests_app import deadlines
from requests_app.answers import releases
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import Action, Actor, Determination, Event, Status, Submission
from requests_app.notices import write_to_requester

WHAT = {Status.DETERMINED: Action.DETERMINE, Status.CLOSED: Action.CLOSE}
"""Where a case stands -> the act that an undo takes back."""
FOLLOWED = {
    Action.CLOSE: (ClockEvent.COMPLETED,),
    Action.DETERMINE: (
        ClockEvent.DETERMINED,
        ClockEvent.DENIED,
        ClockEvent.INSTALMENT_RELEASED,
        ClockEvent.STATEMENT_REQUESTED,
        ClockEvent.STATEMENT_GIVEN,
    ),
}
"""What an act, or what came of it, means for the clocks."""


def undoable(status: str, events: Iterable[Event], city: City, *, now: datetime) -> Event | None:
    """The event that can be taken back at `now` (UTC), or None where nothing can or the window has passed."""
    action = WHAT.get(Status(status))
    last = [event for event in events if event.action == action][-1:]
    within = timedelta(hours=city.undo_hours)
    return next((event for event in last if event.at <= now < event.at + within), None)


def undo(
    submission: Submission, *, reason: str, by: User, now: datetime, revision: int | None = None
) -> Event:
    """Take the answer, or the closing, back; the requester is told why. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        undone = _check(row, reason, now)
        answer = undone.action == Action.DETERMINE
        event = apply(
            row,
            Action.UNDO,
            now=now,
            by=by,
            changes={"determined_at": None} if answer else {"closed_at": None},
            data={
                "reason": reason,
                "undoes": undone.action,
                "since": undone.sequence,
                "void": [str(name) for name in FOLLOWED[Action(undone.action)]],
                "withheld": undone.data.get("withheld", 0),
            },
            question_open=undone.before.get("status") == Status.CLARIFYING,
        )
        if answer:
            _take_back(row, undone, now)
        deadlines.recompute(row)
        write_to_requester(
            row,
            "undone",
            now=now,
            occasion=event.occasion,
            reason=reason,
            answer=answer,
            sent_on=row.city.date_at(undone.at),
        )
    return event


def _check(row: Submission, reason: str, now: datetime) -> Event:
    if Status(row.status) not in WHAT:
        apply(row, Action.UNDO, now=now)  # says what is not possible, and from where
    undone = undoable(row.status, row.events.order_by("sequence"), row.city, now=now)
    if undone is None:
        raise NotAllowed(
            _(
                "An answer can be undone within %(hours)d hours after it was sent "
                "(the office's own target, not a legal deadline). Reopen the case instead."
            )
            % {"hours": row.city.undo_hours}
        )
    if not reason.strip():
        raise NotAllowed(_("Say why it is taken back: the requester reads it."))
    if undone.action == Action.DETERMINE and _appealed(row):
        raise NotAllowed(
            _("An appeal against this answer was filed, so it stands until that is decided, or you reopen.")
        )
    return undone


def _appealed(row: Submission) -> bool:
    return row.appeals.exclude(submission__status=Status.WITHDRAWN).exists()


def _take_back(row: Submission, undone: Event, now: datetime) -> None:
    """The answer stays on record as taken back; its files are no longer the requester's to see."""
    for answer in Determination.objects.filter(submission=row, at=undone.at):
        releases.withdraw(answer)
        answer.taken_back_at = now
        answer.save(update_fields=["taken_back_at"])
    row.attachments.filter(actor=Actor.STAFF, at=undone.at, message=None).update(internal=True)
