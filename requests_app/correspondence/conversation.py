"""Acts of the conversation: questions and answers, messages, notes, follow-ups in writing, withdrawal."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import User
from portals.rulebook import rulebook_for
from portals.vocabulary import ClockEvent
from requests_app import deadlines
from requests_app.attachments.files import StoredFile, attach_files, looked_at
from requests_app.correspondence import mentions
from requests_app.events import case_clocks
from requests_app.lifecycle import NotAllowed, acknowledge_on_the_way, apply, locked
from requests_app.models import Action, Actor, Event, Message, Submission
from requests_app.notices import people_of, tell, write_to_requester


def write_message(
    row: Submission,
    event: Event,
    body: str,
    *,
    files: Sequence[StoredFile] = (),
    internal: bool = False,
    is_question: bool = False,
) -> Message:
    """The words and files of an act, as a row beside its event."""
    message = Message.objects.create(
        submission=row,
        actor=event.actor,
        by=event.by,
        at=event.at,
        body=body,
        internal=internal,
        is_question=is_question,
    )
    attach_files(
        row, files, actor=Actor(event.actor), by=event.by, now=event.at, message=message, internal=internal
    )
    return message


def _needs_words(body: str) -> str:
    if not body.strip():
        raise NotAllowed(_("Write what you want to say, then send."))
    return body


def _tell_staff(row: Submission, event: Event, line: str) -> None:
    members = people_of(row.office)
    if row.assigned_to_id:
        members = [member for member in members if member.user_id == row.assigned_to_id] or members
    tell(row, members, kind=str(event.action), line=line, now=event.at, occasion=event.occasion)


def ask(
    submission: Submission,
    *,
    body: str,
    by: User,
    now: datetime,
    files: Sequence[StoredFile] = (),
    revision: int | None = None,
) -> Event:
    """Ask the requester what must be known first: may stop or start clocks, as the city's law has it.

    Whoever asks has read the case, so it is acknowledged first where it was not. Raises NotAllowed.
    """
    with transaction.atomic():
        row = locked(submission, revision=revision)
        _needs_words(body)
        acknowledge_on_the_way(row, by=by, now=now)
        event = apply(
            row,
            Action.ASK,
            now=now,
            by=by,
            changes={"requester_wrote_at": None},
            happening=ClockEvent.CLARIFICATION_ASKED,
            data=looked_at(files),
        )
        write_message(row, event, body, files=files, is_question=True)
        deadlines.recompute(row)
        write_to_requester(row, "asked", now=now, occasion=event.occasion)
    return event


def answer(
    submission: Submission,
    *,
    body: str,
    now: datetime,
    files: Sequence[StoredFile] = (),
    revision: int | None = None,
    by: User | None = None,
    declined: bool = False,
    happened_at: datetime | None = None,
) -> Event:
    """The requester answers the question, or declines to: stopped clocks run again.

    `by` is the member of staff who enters an answer that came by phone, mail or counter. Raises NotAllowed.
    """
    if happened_at and happened_at > now:
        raise NotAllowed(_("The answer cannot come from the future. Enter when it really came."))
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not declined:
            _needs_words(body)
        event = apply(
            row,
            Action.DECLINE if declined else Action.ANSWER,
            now=now,
            by=by,
            changes={"requester_wrote_at": now},
            happening=ClockEvent.CLARIFICATION_DECLINED if declined else ClockEvent.CLARIFICATION_ANSWERED,
            happened_at=happened_at,
        )
        if body.strip() or files:
            write_message(row, event, body, files=files)
        deadlines.recompute(row)
        _tell_staff(row, event, _("Answered by the requester: %(reference)s") % {"reference": row.reference})
    return event


def message(
    submission: Submission,
    *,
    body: str,
    now: datetime,
    by: User | None = None,
    files: Sequence[StoredFile] = (),
    revision: int | None = None,
) -> Event:
    """A word from staff to the requester (`by`), or from the requester to the office. Moves no clock."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        _needs_words(body)
        event = apply(
            row,
            Action.MESSAGE,
            now=now,
            by=by,
            changes={"requester_wrote_at": None if by else now},
            data=looked_at(files),
        )
        write_message(row, event, body, files=files)
        if by:
            write_to_requester(row, "message", now=now, occasion=event.occasion)
        else:
            _tell_staff(row, event, _("The requester wrote: %(reference)s") % {"reference": row.reference})
    return event


def note(
    submission: Submission,
    *,
    body: str,
    by: User,
    now: datetime,
    files: Sequence[StoredFile] = (),
    asking: Sequence[User] = (),
    revision: int | None = None,
) -> Event:
    """A note that only staff see. Those whom it asks to look find the case on their desk and in their daily
    letter; whoever answers with a note of one's own has looked. Raises NotAllowed for whom may not see it."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        _needs_words(body)
        told = mentions.checked(row, asking)
        data = {"to": ", ".join(str(member.user) for member in told)} if told else {}
        event = apply(row, Action.NOTE, now=now, by=by, data=data, public=False)
        message = write_message(row, event, body, files=files, internal=True)
        mentions.seen(row, by=by, now=now)
        mentions.ask(message, told, event)
    return event


def follow_up(
    submission: Submission,
    *,
    body: str,
    now: datetime,
    files: Sequence[StoredFile] = (),
    revision: int | None = None,
) -> Event:
    """The requester follows up in writing because nobody acknowledged (Kansas City's guide, how-to)."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        _needs_words(body)
        event = apply(row, Action.FOLLOW_UP, now=now, changes={"requester_wrote_at": now})
        write_message(row, event, body, files=files)
        deadlines.requester_followed_up(row, now=now)
        line = _("The requester followed up in writing: %(reference)s") % {"reference": row.reference}
        tell(
            row,
            people_of(row.office),
            kind="follow_up",
            line=line,
            now=now,
            occasion=event.occasion,
        )
    return event


def withdraw(
    submission: Submission, *, now: datetime, reason: str = "", revision: int | None = None
) -> Event:
    """The requester takes the submission back. Raises NotAllowed where it has ended already."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        event = apply(row, Action.WITHDRAW, now=now, changes={"closed_at": now})
        if reason.strip():
            write_message(row, event, reason)
        deadlines.recompute(row)
        _tell_staff(row, event, _("Withdrawn: %(reference)s") % {"reference": row.reference})
        write_to_requester(row, "withdrawn", now=now, occasion=event.occasion)
    return event


def can_request_statement(submission: Submission, events: Sequence[Event]) -> bool:
    """Whether the city's law gives a written statement of a denial on request (RSMo 610.023.4), the case was
    denied, and nobody has asked for it since."""
    happened = [found.name for found in case_clocks.happenings(events)]
    if ClockEvent.DENIED not in happened or ClockEvent.STATEMENT_REQUESTED in happened:
        return False
    rules = case_clocks.rules_for(rulebook_for(submission.city), submission, events)
    return any(ClockEvent.STATEMENT_REQUESTED in rule.starts_on for rule in rules)


def request_statement(submission: Submission, *, now: datetime, revision: int | None = None) -> Event:
    """The requester asks for the written statement of a denial: its clock starts. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not can_request_statement(row, list(row.events.order_by("sequence"))):
            raise NotAllowed(_("A written statement cannot be asked for here, or was asked for already."))
        event = apply(
            row,
            Action.RECORD,
            now=now,
            changes={"requester_wrote_at": now},
            happening=ClockEvent.STATEMENT_REQUESTED,
        )
        deadlines.recompute(row)
        line = _("A written statement of the denial is asked for: %(reference)s") % {
            "reference": row.reference
        }
        _tell_staff(row, event, line)
    return event
