"""Acts of the office on a running case: what happened outside, the hand-over to the custodian, a part
released.

Every date that a clock counts from may be given as it truly was; deadlines are recomputed from it.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import User
from portals.vocabulary import ClockEvent, SubmissionKind
from requests_app import deadlines
from requests_app.answers import releases
from requests_app.answers.case_parts import withheld_in
from requests_app.attachments.files import StoredFile, looked_at
from requests_app.correspondence import conversation
from requests_app.events import case_clocks
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import Action, Event, Submission
from requests_app.notices import write_to_requester

OUTSIDE = (
    ClockEvent.VIOLATION_ASCERTAINED,
    ClockEvent.REVIEW_REQUESTED,
    ClockEvent.STATEMENT_REQUESTED,
)
"""What happens outside this system and still starts a clock; redress/reviews.py has petitions and orders."""


def _check_moment(row: Submission, happened_at: datetime, now: datetime) -> None:
    if happened_at > now:
        raise NotAllowed(_("This lies in the future. Enter when it really happened."))
    if happened_at < row.received_at:
        raise NotAllowed(_("This lies before the case was received. Check the date."))


def record(
    submission: Submission,
    *,
    happening: ClockEvent,
    happened_at: datetime,
    by: User,
    now: datetime,
    note: str = "",
    revision: int | None = None,
) -> Event:
    """Write down what happened outside, with its true moment (UTC): deadlines count from it.

    Raises NotAllowed for anything that this system writes by itself, and for impossible dates.
    """
    if happening not in OUTSIDE:
        raise NotAllowed(_("This is written down by its own act, not recorded by hand."))
    with transaction.atomic():
        row = locked(submission, revision=revision)
        _check_moment(row, happened_at, now)
        event = apply(
            row,
            Action.RECORD,
            now=now,
            by=by,
            happening=happening,
            happened_at=happened_at,
            data={"note": note} if note else {},
        )
        deadlines.recompute(row)
    return event


def hand_to_custodian(
    submission: Submission,
    *,
    happened_at: datetime,
    by: User,
    now: datetime,
    note: str = "",
    revision: int | None = None,
) -> Event:
    """The custodian of records has it: clocks that count from the custodian's receipt start at
    `happened_at` (UTC; RSMo 610.023.3). Raises NotAllowed where the custodian had it before."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if row.kind != SubmissionKind.RECORDS_REQUEST:
            raise NotAllowed(_("Only a records request is handed to the custodian of records."))
        _check_moment(row, happened_at, now)
        if case_clocks.custodian_has_it(row.events.all()):
            raise NotAllowed(_("The custodian of records has received this case already."))
        event = apply(
            row,
            Action.HAND_TO_CUSTODIAN,
            now=now,
            by=by,
            happening=ClockEvent.RECEIVED_BY_CUSTODIAN,
            happened_at=happened_at,
            data={"note": note} if note else {},
        )
        deadlines.recompute(row)
    return event


def hide(
    submission: Submission, *, reason: str, by: User, now: datetime, revision: int | None = None
) -> Event:
    """Take a public report off the dataset's page at once: it names a third person, or is abuse.

    The case itself goes on as before. Raises NotAllowed where it is not public, or without a reason.
    """
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not row.is_public:
            raise NotAllowed(_("This case does not stand on a public page."))
        if not reason.strip():
            raise NotAllowed(_("Say why it is taken off: it stands in the history of the case."))
        return apply(
            row,
            Action.HIDE,
            now=now,
            by=by,
            changes={"is_public": False},
            data={"reason": reason},
        )


def release_part(
    submission: Submission,
    *,
    body: str,
    by: User,
    now: datetime,
    parts: Sequence[int] = (),
    files: Sequence[StoredFile] = (),
    revision: int | None = None,
) -> Event:
    """Give out an instalment and say what it is; the case goes on. `parts` are the numbers of decided parts
    that are told with it; where something of them is withheld, remedies begin to run. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not body.strip():
            raise NotAllowed(_("Say what is released and what is still to come."))
        told = releases.to_be_told(row, parts) if parts else []
        event = apply(
            row,
            Action.RELEASE_PART,
            now=now,
            by=by,
            happening=ClockEvent.INSTALMENT_RELEASED,
            data={**releases.facts(row, told), **looked_at(files)},
        )
        message = conversation.write_message(row, event, body, files=files)
        releases.release(row, event, told, message=message)
        if withheld := withheld_in(told):
            data = {"parts": [part.number for part in withheld]}
            apply(row, Action.RECORD, now=now, by=by, happening=ClockEvent.DENIED, data=data)
        deadlines.recompute(row)
        context = {"body": body, "parts": told, "rows": event.data["withheld"], "withholds": bool(withheld)}
        write_to_requester(row, "instalment", now=now, occasion=event.occasion, **context)
    return event


def answer_for_requester(
    submission: Submission,
    *,
    body: str,
    happened_at: datetime,
    by: User,
    now: datetime,
    declined: bool = False,
    revision: int | None = None,
) -> Event:
    """Enter the requester's answer (or that there will be none) that came by phone, mail or counter.

    `happened_at` (UTC) is when it came: stopped clocks run again from then. Raises NotAllowed.
    """
    _check_moment(submission, happened_at, now)
    return conversation.answer(
        submission,
        body=body,
        by=by,
        now=now,
        declined=declined,
        happened_at=happened_at,
        revision=revision,
    )
