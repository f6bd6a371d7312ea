"""Acts about an appeal: it is linked to the case that it appeals against, and decided.

A decision that changes the answer reopens the case: its office must acknowledge it anew and answer by the
date that the decision gives. What the law had wanted of the first answer stays met.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import User
from portals.vocabulary import AppealOutcome, ClockEvent, SubmissionKind
from requests_app import deadlines
from requests_app.attachments.files import StoredFile, attach_files, looked_at
from requests_app.lifecycle import AT_WORK, NotAllowed, acknowledge_on_the_way, apply, locked, take_up
from requests_app.models import Action, Actor, Appeal, CaseLink, Deadline, Determination, Event, Submission
from requests_app.notices import people_of, tell, write_to_requester
from requests_app.redress import appeal_links, remedies
from requests_app.related import merging

CHANGES = frozenset({AppealOutcome.PARTLY, AppealOutcome.REVERSED, AppealOutcome.REMANDED})
"""Outcomes after which the case must be answered anew."""


@dataclass(frozen=True)
class Decision:
    """What was decided on an appeal. `until` is the city date by which the case must be answered anew."""

    outcome: AppealOutcome
    reasons: str
    until: date | None = None


def missing_from(details: Appeal, decision: Decision, today: date) -> dict[str, str]:
    """Field -> sentence for everything that a decision lacks; `today` is the city date."""
    wanted: dict[str, str] = {}
    if not decision.reasons.strip():
        wanted["reasons"] = _("Give the reasons: the person who appealed and the office read them.")
    goes_back = decision.outcome in CHANGES
    unlinked = details.against_id is None and details.measure_id is None
    if unlinked and decision.outcome == AppealOutcome.REMANDED:
        wanted["outcome"] = _("First link the case that is appealed: only then can it be sent back.")
    if goes_back and details.against_id is not None and decision.until is None:
        wanted["until"] = _("Say by when the case must be answered anew.")
    if decision.until is not None and not goes_back:
        wanted["until"] = _("With this decision nothing must be answered anew. Empty the date.")
    elif decision.until is not None and decision.until < today:
        wanted["until"] = _("This date lies in the past. Choose a day still to come.")
    return wanted


def details_of(row: Submission) -> Appeal:
    """What an appeal adds to its submission. Raises NotAllowed for other kinds."""
    if row.kind != SubmissionKind.APPEAL:
        raise NotAllowed(_("This is possible only for an appeal."))
    return Appeal.objects.select_related("against", "submission", "measure__submission__office").get(
        submission=row
    )


def link(
    submission: Submission, *, against: Submission, by: User, now: datetime, revision: int | None = None
) -> Event:
    """Say which case is appealed, where the appellant only named it. The caller has found `against` among
    what `by` may see. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        details = details_of(row)
        if details.measure_id is not None:
            raise NotAllowed(
                _("It appeals a measure. It stays apart from the report, so that who reported is not told.")
            )
        if details.against_id is not None:
            raise NotAllowed(
                _("It is linked to %(reference)s already.") % {"reference": str(details.against)}
            )
        if against.city_id != row.city_id or against.pk == row.pk:
            raise NotAllowed(_("An appeal is linked to another case of the same city."))
        if against.kind == SubmissionKind.APPEAL and against.pk > row.pk:
            raise NotAllowed(_("That appeal came after this one."))
        details.against = against
        appeal_links.complete(details)
        details.save(update_fields=["against", "route", "last_day"])
        event = apply(row, Action.APPEAL_LINK, now=now, by=by, data={"case": against.reference})
        appeal_links.bind(row, details, by=by, now=now)
        deadlines.recompute(row)
    return event


def decide(
    submission: Submission,
    decision: Decision,
    *,
    by: User,
    now: datetime,
    files: Sequence[StoredFile] = (),
    revision: int | None = None,
) -> Determination:
    """Decide on the appeal, tell both sides, and send the case back where the decision changes the answer.

    Whoever decides has read it, so it counts as acknowledged. Raises NotAllowed.
    """
    with transaction.atomic():
        row = locked(submission, revision=revision)
        details = details_of(row)
        if wanted := missing_from(details, decision, row.city.date_at(now)):
            raise NotAllowed(" ".join(wanted.values()))
        acknowledge_on_the_way(row, by=by, now=now)
        event, decided = _record(row, decision, files, by=by, now=now)
        attach_files(row, files, actor=Actor.STAFF, by=by, now=now)
        case = carry_out(row, details, decision, by=by, now=now) if details.against else None
        _tell_enforcing_office(row, details, decision, event)
        found = deadlines.recompute(row)
        _write(row, case, decided, event, decision, found)
    return decided


def _record(
    row: Submission, decision: Decision, files: Sequence[StoredFile], *, by: User, now: datetime
) -> tuple[Event, Determination]:
    event = apply(
        row,
        Action.APPEAL_DECIDE,
        now=now,
        by=by,
        changes={"determined_at": now, "requester_wrote_at": None},
        happening=ClockEvent.DETERMINED,
        until=decision.until,
        data={"outcome": str(decision.outcome), **looked_at(files)},
    )
    decided = Determination.objects.create(
        submission=row,
        outcome=decision.outcome,
        reasons=decision.reasons,
        office=row.office,
        by=by,
        at=now,
    )
    return event, decided


def _tell_enforcing_office(row: Submission, details: Appeal, decision: Decision, event: Event) -> None:
    """A measure is lifted by the office that took it; nothing of the appeal goes to the reporter."""
    if details.measure is None:
        return
    report = details.measure.submission
    line = _(
        "The appeal %(appeal)s of “%(measure)s” was decided: %(what)s. Lift it if it must end: %(reference)s"
    )
    words = {"appeal": row.reference, "measure": details.measure.name, "reference": report.reference}
    line = line % {**words, "what": decision.outcome.label}
    occasion = f"appeal:{row.pk}:{event.sequence}"
    tell(report, people_of(report.office), kind="appeal_outcome", line=line, now=event.at, occasion=occasion)


def carry_out(
    appeal: Submission, details: Appeal, decision: Decision, *, by: User, now: datetime
) -> Submission:
    """Write the decision into the case that was appealed, and reopen it where it must be answered anew."""
    assert details.against is not None
    case = locked(details.against)
    about = {
        "appeal": appeal.reference,
        "outcome": str(decision.outcome),
        "office": appeal.office.name,
    }
    goes_back = decision.outcome in CHANGES
    if goes_back and case.status not in AT_WORK:
        _take_up(case, decision, about, by=by, now=now)
    event = apply(case, Action.APPEAL_OUTCOME, now=now, by=by, until=decision.until, data=about)
    deadlines.recompute(case)
    words = {"reference": case.reference, "appeal": appeal.reference, "what": decision.outcome.label}
    line = (
        _("Answer anew, after the appeal %(appeal)s (%(what)s): %(reference)s")
        if goes_back
        else _("The appeal %(appeal)s of %(reference)s was decided: %(what)s")
    ) % words
    occasion = event.occasion
    tell(case, people_of(case.office), kind="appeal_outcome", line=line, now=now, occasion=occasion)
    if case.requester_email.casefold() != appeal.requester_email.casefold():
        write_to_requester(
            case, "appeal_outcome", now=now, occasion=occasion, **about_words(appeal, decision)
        )
    return case


def _take_up(case: Submission, decision: Decision, about: dict[str, str], *, by: User, now: datetime) -> None:
    """Reopen the held case; one that was merged into another is separate again."""
    tie = CaseLink.objects.filter(source=case, tie=merging.DUPLICATE).select_related("target").first()
    take_up(case, by=by, now=now, reason=decision.reasons, because_of=about)
    if tie is not None:
        tie.source = case
        merging.separate(tie, by=by, now=now)


def about_words(appeal: Submission, decision: Decision) -> dict[str, Any]:
    """What letters about a decision tell."""
    return {
        "appeal": appeal,
        "outcome_label": decision.outcome.label,
        "until": decision.until,
        "goes_back": decision.outcome in CHANGES,
    }


def _write(
    row: Submission,
    case: Submission | None,
    decided: Determination,
    event: Event,
    decision: Decision,
    found: Sequence[Deadline],
) -> None:
    events = list(row.events.order_by("sequence"))
    write_to_requester(
        row,
        "appeal_decided",
        now=event.at,
        occasion=event.occasion,
        determination=decided,
        case=case,
        deadlines=found,
        remedies=remedies.remedies_of(row, events, found, row.city.date_at(event.at)),
        **about_words(row, decision),
    )
