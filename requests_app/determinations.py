"""Acts that answer: estimate, extension, determination, closing, reopening.

A denial is checked by what the city's law wants of it (answers/denials.py) before it can be sent.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import User
from portals.vocabulary import ClockEvent, Outcome, SubmissionKind
from requests_app import deadlines
from requests_app.answers import releases
from requests_app.answers.case_parts import answer_of, clearance_of, parts_of, withheld_in
from requests_app.answers.denials import DENIALS, Answer, missing_from
from requests_app.attachments.files import StoredFile, attach_files, looked_at
from requests_app.intake import promise
from requests_app.lifecycle import NotAllowed, acknowledge_on_the_way, apply, locked, take_up
from requests_app.models import Action, Actor, Deadline, Determination, Event, Part, Submission
from requests_app.notices import write_to_requester
from requests_app.redress.remedies import remedies_of


def determine(
    submission: Submission,
    answer: Answer,
    *,
    by: User,
    now: datetime,
    files: Sequence[StoredFile] = (),
    revision: int | None = None,
) -> Determination:
    """Answer the submission; whoever answers has read it, so it counts as acknowledged. Of a case in parts
    all must be decided, and the answer is what they make together; of `answer` only the reasons count then.
    Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        parts = parts_of(row)
        told = releases.to_be_told(row)
        answer = _checked(row, answer, parts)
        acknowledge_on_the_way(row, by=by, now=now)
        withholds = bool(withheld_in(told)) if parts else answer.outcome in DENIALS
        event = _record_answer(row, answer, told, withholds=withholds, by=by, now=now, files=files)
        decided = Determination.objects.create(
            submission=row,
            outcome=answer.outcome,
            reasons=answer.reasons,
            exemption=answer.exemption,
            explanation=answer.explanation,
            responsible=answer.responsible,
            office=row.office,
            by=by,
            at=now,
        )
        attach_files(row, files, actor=Actor.STAFF, by=by, now=now)
        if parts or files or event.data["withheld"]:
            releases.release(row, event, told, determination=decided)
        found = deadlines.recompute(row)
        _write_answer(row, decided, event, found, parts)
    return decided


def _write_answer(
    row: Submission,
    decided: Determination,
    event: Event,
    found: Sequence[Deadline],
    parts: Sequence[Part],
) -> None:
    """The letter, with what the requester can do about the answer."""
    remedies = remedies_of(row, list(row.events.order_by("sequence")), found, row.city.date_at(event.at))
    told: dict[str, Any] = {"determination": decided, "deadlines": found, "remedies": remedies}
    told |= {"parts": parts, "rows": event.data["withheld"]}
    write_to_requester(row, "determined", now=event.at, occasion=event.occasion, **told)


def _checked(row: Submission, answer: Answer, parts: Sequence[Part]) -> Answer:
    """The answer that is sent. Raises NotAllowed for what it lacks, and where it must be cleared first."""
    if row.kind == SubmissionKind.APPEAL:
        raise NotAllowed(_("An appeal is decided, with the outcomes of an appeal."))
    if parts:
        whole = answer_of(parts, answer.reasons)
        if not whole.reasons.strip():
            raise NotAllowed(" ".join(missing_from(row, Answer(Outcome.GRANTED, "")).values()))
        return whole
    if missing := missing_from(row, answer):
        raise NotAllowed(" ".join(missing.values()))
    if wanted := clearance_of(row, answer.outcome):
        raise NotAllowed(
            _("This answer is cleared before it is sent: %(rule)s (%(citation)s)")
            % {"rule": wanted.statement, "citation": wanted.citation}
        )
    return answer


def _record_answer(
    row: Submission,
    answer: Answer,
    told: Sequence[Part],
    *,
    withholds: bool,
    by: User,
    now: datetime,
    files: Sequence[StoredFile],
) -> Event:
    """The event of the answer; a refusal is an event of its own, for the remedies count from it, and so is
    the last instalment (RCW 42.56.550(6))."""
    data = {"outcome": str(answer.outcome)}
    released_before = row.events.filter(happening=ClockEvent.INSTALMENT_RELEASED).exists()
    event = apply(
        row,
        Action.DETERMINE,
        now=now,
        by=by,
        changes={"determined_at": now, "requester_wrote_at": None},
        happening=ClockEvent.DETERMINED,
        data={**data, **releases.facts(row, told), **looked_at(files)},
    )
    if withholds:
        apply(row, Action.RECORD, now=now, by=by, happening=ClockEvent.DENIED, data=data)
    if released_before and (told or files):
        apply(row, Action.RECORD, now=now, by=by, happening=ClockEvent.INSTALMENT_RELEASED)
    return event


def extend(
    submission: Submission,
    *,
    until: date,
    reason: str,
    by: User,
    now: datetime,
    revision: int | None = None,
) -> Event:
    """Extend a deadline by written notice, within the limit of the city's law. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not reason.strip():
            raise NotAllowed(_("Give the reason for the extension: the notice must state it."))
        deadlines.check_extension(row, until=until, today=row.city.date_at(now))
        event = apply(
            row,
            Action.EXTEND,
            now=now,
            by=by,
            happening=ClockEvent.EXTENSION_NOTIFIED,
            until=until,
            data={"reason": reason, "until": until.isoformat()},
        )
        deadlines.recompute(row)
        write_to_requester(row, "extended", now=now, occasion=event.occasion, reason=reason, until=until)
    return event


def estimate(
    submission: Submission,
    *,
    until: date,
    reason: str,
    by: User,
    now: datetime,
    revision: int | None = None,
) -> Event:
    """Tell the requester by when the answer is expected, and why it takes until then. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not reason.strip():
            raise NotAllowed(_("Say why it takes until then: the requester reads it."))
        event = promise(row, until, by=by, now=now, reason=reason)
        deadlines.recompute(row)
        write_to_requester(row, "estimated", now=now, occasion=event.occasion, reason=reason, until=until)
    return event


def close(submission: Submission, *, by: User, now: datetime, revision: int | None = None) -> Event:
    """Close an answered case. Raises NotAllowed where it was not answered."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        event = apply(
            row,
            Action.CLOSE,
            now=now,
            by=by,
            changes={"closed_at": now},
            happening=ClockEvent.COMPLETED,
        )
        deadlines.recompute(row)
    return event


def reopen(
    submission: Submission, *, reason: str, by: User, now: datetime, revision: int | None = None
) -> Event:
    """Take a case up again: a new cycle of acknowledgement and ladder; the filing date stays."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not reason.strip():
            raise NotAllowed(_("Say why the case is taken up again: it stands in its history."))
        event = take_up(row, by=by, now=now, reason=reason)
        deadlines.recompute(row)
        write_to_requester(row, "reopened", now=now, occasion=event.occasion, reason=reason)
    return event
