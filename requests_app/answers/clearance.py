"""Acts of the office that clears: a second person looks at a decision before it is sent.

Who may clear is decided in access.py by the role that the city's `[[clearance]]` names; whoever decided does
not clear the own decision.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import Member, User
from requests_app.answers.case_parts import named, part_of
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import Action, Event, Part, Submission
from requests_app.notices import people_of, tell


def clear(
    submission: Submission,
    numbers: Sequence[int],
    *,
    by: User,
    now: datetime,
    note: str = "",
    revision: int | None = None,
) -> Event:
    """Clear the decisions on these parts: they can be sent as they are. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not numbers:
            raise NotAllowed(_("Choose what you clear."))
        parts = [_waiting(row, number, by) for number in numbers]
        event = apply(
            row,
            Action.PART_CLEAR,
            now=now,
            by=by,
            data={"parts": [part.number for part in parts], "note": note},
            public=False,
        )
        for part in parts:
            _mark(part, Part.Clearance.CLEARED, by, now, note)
        _tell_office(row, event, parts, _("Cleared, ready to be sent: %(reference)s"))
    return event


def give_back(
    submission: Submission,
    number: int,
    *,
    reason: str,
    by: User,
    now: datetime,
    revision: int | None = None,
) -> Event:
    """Return a decision that cannot be sent like this, with why; it is decided anew. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not reason.strip():
            raise NotAllowed(_("Say what must be changed: whoever decided reads it."))
        part = _waiting(row, number, by)
        event = apply(
            row,
            Action.PART_RETURN,
            now=now,
            by=by,
            data={"part": part.number, "title": part.title, "reason": reason},
            public=False,
        )
        _mark(part, Part.Clearance.RETURNED, by, now, reason)
        _tell_office(row, event, [part], _("Returned, to be decided anew: %(reference)s"))
    return event


def _waiting(row: Submission, number: int, by: User) -> Part:
    part = part_of(row, number)
    if part.clearance == Part.Clearance.CLEARED:
        raise NotAllowed(
            _("%(part)s was cleared by %(who)s already.") % {"part": named(part), "who": part.cleared_by_name}
        )
    if part.clearance != Part.Clearance.ASKED:
        raise NotAllowed(_("%(part)s does not wait for clearance.") % {"part": named(part)})
    if part.decided_by_id == by.pk:
        raise NotAllowed(_("You decided this yourself: a second person clears it."))
    return part


def _mark(part: Part, clearance: Part.Clearance, by: User, now: datetime, note: str) -> None:
    part.clearance, part.clearance_note = clearance, note
    part.cleared_by, part.cleared_by_name, part.cleared_at = by, str(by)[:200], now
    part.save()


def _tell_office(row: Submission, event: Event, parts: Sequence[Part], line: str) -> None:
    """Whoever decided hears of it; where that person has left the office, the whole office."""
    members: list[Member] = people_of(row.office)
    deciders = {part.decided_by_id for part in parts}
    tell(
        row,
        [member for member in members if member.user_id in deciders] or members,
        kind=str(event.action),
        line=line % {"reference": row.reference},
        now=event.at,
        occasion=event.occasion,
    )
