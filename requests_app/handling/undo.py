"""Takes back an answer, or a closing, that was just sent, as if it had not been.

The window is the office's own target (`[targets] undo_hours` of the city file, or what the city set instead,
by the day of the answer). Within it the case stands
again as it stood before: no new cycle, the same clocks and last days, and what had begun to run from
the answer is gone. After it only `determinations.reopen` is left.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import City, User
from portals.rule_overrides import UNDO
from portals.rulebook import Rulebook, rulebook_for
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


def window(city: City, book: Rulebook, sent_at: datetime) -> timedelta:
    """How long what was sent at that moment (UTC) can be undone; nothing where the city wants none."""
    return timedelta(hours=book.overrides.target(UNDO, city.date_at(sent_at), city.undo_hours))


def undoable(
    status: str, events: Iterable[Event], city: City, book: Rulebook, *, now: datetime
) -> Event | None:
    """The event that can be taken back at `now` (UTC), or None where nothing can or the window has passed."""
    action = WHAT.get(Status(status))
    last = [event for event in events if event.action == action][-1:]
    return next((event for event in last if event.at <= now < event.at + window(city, book, event.at)), None)


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
    events, book = list(row.events.order_by("sequence")), rulebook_for(row.city)
    undone = undoable(row.status, events, row.city, book, now=now)
    if undone is None:
        sent_at = next(event.at for event in reversed(events) if event.action == WHAT[Status(row.status)])
        raise NotAllowed(
            _(
                "An answer can be undone within %(hours)d hours after it was sent "
                "(the office's own target, not a legal deadline). Reopen the case instead."
            )
            % {"hours": window(row.city, book, sent_at) / timedelta(hours=1)}
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
