"""Acts that answer: estimate, extension, determination, closing, reopening.

A denial is checked by what the city's law wants of it (DenialRule) before it can be sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import DenialRule, User
from portals.vocabulary import ClockEvent, Outcome, ProvisionStatus, SubmissionKind
from requests_app import deadlines
from requests_app.files import StoredFile, attach_files, looked_at
from requests_app.intake import promise
from requests_app.lifecycle import NotAllowed, acknowledge_on_the_way, apply, locked, take_up
from requests_app.models import Action, Actor, Deadline, Determination, Event, Submission
from requests_app.notices import write_to_requester
from requests_app.remedies import remedies_of

DENIALS = frozenset({Outcome.DENIED, Outcome.PARTIAL})


@dataclass(frozen=True)
class Answer:
    """What staff decided. `exemption` is the citation of the law that withholds, `explanation` how it
    applies, `responsible` the names and titles of those responsible (Gov. Code 7922.540)."""

    outcome: Outcome
    reasons: str
    exemption: str = ""
    explanation: str = ""
    responsible: str = ""


def missing_from(submission: Submission, answer: Answer) -> dict[str, str]:
    """Field -> sentence for everything that an answer lacks; empty where it can be sent."""
    wanted: dict[str, str] = {}
    if not answer.reasons.strip():
        wanted["reasons"] = _("Say what was decided and why: the requester reads it.")
    if answer.outcome not in DENIALS or submission.kind != SubmissionKind.RECORDS_REQUEST:
        return wanted
    sentences = {
        "exemption": _("Name the exemption that withholds, with its citation (%(citation)s)."),
        "explanation": _(
            "Explain in a sentence how the exemption applies to what is withheld (%(citation)s)."
        ),
        "responsible": _("Give name and title of each person responsible for the denial (%(citation)s)."),
    }
    rules = DenialRule.objects.filter(
        city_id=submission.city_id, status__in=[ProvisionStatus.STATED, ProvisionStatus.PARTLY]
    ).select_related("citation")
    for rule in rules:
        if "on_request_only" in rule.requires:
            continue
        for need in rule.requires:
            field = "responsible" if need == "names_and_titles" else need
            if field in sentences and not getattr(answer, field).strip():
                wanted.setdefault(field, sentences[field] % {"citation": rule.citation.label})
    return wanted


def determine(
    submission: Submission,
    answer: Answer,
    *,
    by: User,
    now: datetime,
    files: Sequence[StoredFile] = (),
    revision: int | None = None,
) -> Determination:
    """Answer the submission; whoever answers has read it, so it counts as acknowledged. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if row.kind == SubmissionKind.APPEAL:
            raise NotAllowed(_("An appeal is decided, with the outcomes of an appeal."))
        missing = missing_from(row, answer)
        if missing:
            raise NotAllowed(" ".join(missing.values()))
        acknowledge_on_the_way(row, by=by, now=now)
        event = _record_answer(row, answer, files, by=by, now=now)
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
        found = deadlines.recompute(row, now=now)
        _write_answer(row, decided, event, found)
    return decided


def _write_answer(row: Submission, decided: Determination, event: Event, found: Sequence[Deadline]) -> None:
    """The letter, with what the requester can do about the answer."""
    remedies = remedies_of(row, list(row.events.order_by("sequence")), found, row.city.date_at(event.at))
    told: dict[str, Any] = {"determination": decided, "deadlines": found, "remedies": remedies}
    write_to_requester(row, "determined", now=event.at, occasion=f"event:{event.sequence}", **told)


def _record_answer(
    row: Submission, answer: Answer, files: Sequence[StoredFile], *, by: User, now: datetime
) -> Event:
    """The event of the answer; a refusal is an event of its own, for the remedies count from it."""
    data = {"outcome": str(answer.outcome)}
    event = apply(
        row,
        Action.DETERMINE,
        now=now,
        by=by,
        changes={"determined_at": now, "requester_wrote_at": None},
        happening=ClockEvent.DETERMINED,
        data={**data, **looked_at(files)},
    )
    if answer.outcome in DENIALS:
        apply(
            row,
            Action.RECORD,
            now=now,
            by=by,
            happening=ClockEvent.DENIED,
            data=data,
        )
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
        deadlines.recompute(row, now=now)
        write_to_requester(
            row, "extended", now=now, occasion=f"event:{event.sequence}", reason=reason, until=until
        )
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
        deadlines.recompute(row, now=now)
        write_to_requester(
            row, "estimated", now=now, occasion=f"event:{event.sequence}", reason=reason, until=until
        )
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
        deadlines.recompute(row, now=now)
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
        deadlines.recompute(row, now=now)
        write_to_requester(row, "reopened", now=now, occasion=f"event:{event.sequence}", reason=reason)
    return event
