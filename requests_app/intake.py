"""Acts at the front desk: a submission is filed, acknowledged, promised for a day, claimed, assigned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portals import text_search
from portals.models import City, Dataset, Office, User
from portals.vocabulary import ClockEvent, OfficeRole, Relation, SubmissionKind
from requests_app import deadlines, lifecycle
from requests_app.attachments.files import StoredFile, attach_files
from requests_app.bulk import insert_rows
from requests_app.doors import references
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import (
    Action,
    Actor,
    Appeal,
    Channel,
    Deadline,
    Event,
    Involvement,
    Submission,
    next_event,
    occasion_of,
)
from requests_app.models.kinds import DETAILS
from requests_app.notices import people_of, tell, write_to_requester
from requests_app.pathway import climb
from requests_app.redress import appeal_links
from requests_app.routing import Placement, place

SEARCHED = 20_000
"""Letters of a submission that the text search looks into."""


@dataclass(frozen=True)
class Filing:
    """Everything that is known when a submission is filed. `received_at` (UTC) is when the city got it:
    now for the web form, the true moment for what staff enter. `custodian_received_at` is given where it
    first lay with another office (RSMo 610.023.3 counts from the custodian's receipt)."""

    city: City
    kind: SubmissionKind
    title: str
    description: str
    details: Mapping[str, Any]
    submission_key: str
    received_at: datetime
    flags: frozenset[str] = frozenset()
    dataset: Dataset | None = None
    requester_name: str = ""
    requester_email: str = ""
    language: str = "en"
    channel: Channel = Channel.WEB
    custodian_received_at: datetime | None = None
    entered_by: User | None = None
    is_public: bool = False
    files: Sequence[StoredFile] = ()
    steward: Office | None = None
    """The office that stands for the publishing one where neither dataset nor appealed case tells it."""


@dataclass(frozen=True)
class Filed:
    """A filed submission. `code` is None where the same form had been sent before: it is shown only once."""

    submission: Submission
    code: str | None

    @property
    def is_new(self) -> bool:
        return self.code is not None


def submit(filing: Filing, *, now: datetime, code: str | None = None) -> Filed:
    """File a submission: row, offices, deadlines, letters and event in one transaction.

    The same `submission_key` gives the same submission, however often and however concurrently it is sent.
    `code` opens it; where none is given a new one does. Raises NotAllowed where the date of receipt lies in
    the future.
    """
    if filing.received_at > now:
        raise NotAllowed(_("The date of receipt lies in the future. Enter when it really came."))
    if filing.custodian_received_at and not filing.received_at <= filing.custodian_received_at <= now:
        raise NotAllowed(
            _(
                "The custodian cannot have received it before the city did, nor in the future. "
                "Check both dates."
            )
        )
    code = code or references.new_code()
    try:
        with transaction.atomic():
            return Filed(_file(filing, code, now), code)
    except IntegrityError:
        twin = Submission.objects.filter(submission_key=filing.submission_key).first()
        if twin is None:
            raise
        return Filed(twin, None)


def made_of(case: Submission, filing: Filing) -> bool:
    """Whether a case was made of just this filing, so that whoever sends it again wrote it. What staff
    entered for somebody was never sent by that person's browser."""
    of_case = (case.city_id, case.kind, case.entered_by_id, case.dataset_id, case.is_public, case.flags)
    of_filing = (
        filing.city.pk,
        filing.kind,
        None,
        filing.dataset and filing.dataset.pk,
        filing.is_public,
        sorted(filing.flags),
    )
    words = ("description", "requester_name", "requester_email")
    if of_case != of_filing or any(getattr(case, name) != getattr(filing, name) for name in words):
        return False
    details = DETAILS[filing.kind]._default_manager.get(submission=case)
    return all(getattr(details, name) == value for name, value in filing.details.items())


def received_on(filing: Filing) -> date:
    """The city's date of receipt: after hours counts on its own local date."""
    return filing.city.date_at(filing.received_at)


def _file(filing: Filing, code: str, now: datetime) -> Submission:
    against = filing.details.get("against")
    placement = place(
        filing.city,
        filing.kind,
        dataset=filing.dataset,
        flags=filing.flags,
        on=received_on(filing),
        steward=against.office if against else filing.steward,
    )
    submission = _submission(filing, placement.lead, code, now)
    submission.save(force_insert=True)
    filed = _record_filing(submission, filing, placement, now)
    details = DETAILS[filing.kind](submission=submission, **filing.details)
    if isinstance(details, Appeal) and details.against:
        appeal_links.complete(details)
        appeal_links.bind(submission, details, by=filing.entered_by, now=now)
    details.save(force_insert=True)
    beside = (
        Involvement(submission=submission, office=office, relation=relation, because=because, since=now)
        for office, relation, because in placement.others
    )
    insert_rows(Involvement, beside)
    attach_files(submission, filing.files, actor=_filer(filing), by=filing.entered_by, now=now)
    received = None
    if filing.custodian_received_at:
        received = apply(
            locked(submission),
            Action.HAND_TO_CUSTODIAN,
            now=now,
            by=filing.entered_by,
            happening=ClockEvent.RECEIVED_BY_CUSTODIAN,
            happened_at=filing.custodian_received_at,
        )
        submission.refresh_from_db()
    events = [filed, *([received] if received else [])]
    dates = deadlines.recompute(submission, events=events, is_new=received is None)
    _announce(submission, placement, dates, events, now)
    return submission


def _submission(filing: Filing, lead: Office, code: str, now: datetime) -> Submission:
    reference = references.new_reference(filing.city.prefix)
    return Submission(
        city=filing.city,
        kind=filing.kind,
        reference=reference,
        code_hash=references.code_hash(reference, code),
        submission_key=filing.submission_key,
        title=filing.title,
        description=filing.description,
        flags=sorted(filing.flags),
        dataset=filing.dataset,
        office=lead,
        climbs_from=lead,
        requester_name=filing.requester_name,
        requester_email=filing.requester_email,
        language=filing.language,
        channel=filing.channel,
        entered_by=filing.entered_by,
        submitted_at=now,
        received_at=filing.received_at,
        received_on=received_on(filing),
        is_public=filing.is_public,
        unclaimed_since=now,
        urgency=deadlines.NOTHING_DUE,
        search_text=searchable(filing, reference),
    )


def _filer(filing: Filing) -> Actor:
    return Actor.STAFF if filing.entered_by else Actor.REQUESTER


def _record_filing(submission: Submission, filing: Filing, placement: Placement, now: datetime) -> Event:
    event = next_event(
        submission,
        Action.SUBMIT,
        at=now,
        actor=_filer(filing),
        by=filing.entered_by,
        happening=ClockEvent.RECEIVED,
        happened_at=filing.received_at,
        after={"status": submission.status, "office": submission.office_id},
        data={
            "channel": str(filing.channel),
            "kind": str(filing.kind),
            "office": placement.lead.name,
            "because": placement.because,
            "custodian_first": filing.custodian_received_at is None
            and OfficeRole.RECORDS_CUSTODIAN in placement.lead.roles,
        },
    )
    event.save(force_insert=True)
    Submission.objects.filter(pk=submission.pk).update(
        chain_length=submission.chain_length, chain_head=submission.chain_head
    )
    return event


def searchable(filing: Filing, reference: str) -> str:
    """What the staff's text search looks into: reference, title, description, details, name, dataset."""
    words = [reference, filing.title, filing.description, filing.requester_name, filing.requester_email]
    words += [value for value in filing.details.values() if isinstance(value, str)]
    if filing.dataset:
        words += [filing.dataset.name, filing.dataset.identifier]
    return text_search.searchable(*words)[:SEARCHED]


def _announce(
    submission: Submission,
    placement: Placement,
    dates: Sequence[Deadline],
    events: Sequence[Event],
    now: datetime,
) -> None:
    """The receipt for the requester with what comes next, and a line for every office that takes part."""
    occasion = occasion_of(submission.chain_length)
    ahead = climb.ahead_of(submission, dates, events, submission.city.date_at(now))
    write_to_requester(submission, "filed", now=now, occasion=occasion, deadlines=dates, climb=ahead)
    line = _("New: %(kind)s, %(reference)s") % {
        "kind": submission.get_kind_display(),
        "reference": submission.reference,
    }
    told = [placement.lead] + [
        office
        for office, relation, _because in placement.others
        if relation in (Relation.TOGETHER, Relation.INFORMED)
    ]
    tell(submission, people_of(*told), kind="filed", line=line, now=now, occasion=occasion)


def acknowledge(
    submission: Submission,
    *,
    by: User,
    now: datetime,
    message: str = "",
    estimate_until: date | None = None,
    revision: int | None = None,
) -> Event:
    """The office says that it has the case: stops the ladder, tells the requester. Raises NotAllowed.

    `estimate_until` is the city date by which the answer is expected; where the law wants an estimate with
    the acknowledgement (RCW 42.56.520(1)), only the two together meet the clock.
    """
    with transaction.atomic():
        row = locked(submission, revision=revision)
        event = lifecycle.acknowledge(row, by=by, now=now, message=message)
        if estimate_until:
            promise(row, estimate_until, by=by, now=now)
        deadlines.recompute(row)
        write_to_requester(
            row,
            "acknowledged",
            now=now,
            occasion=event.occasion,
            message=message,
            until=estimate_until,
        )
    return event


def promise(row: Submission, until: date, *, by: User, now: datetime, reason: str = "") -> Event:
    """The event of an estimated date, within the act that gives it: never a day that is over in the city."""
    if until < row.city.date_at(now):
        raise NotAllowed(_("The estimated date lies in the past. Choose a day still to come."))
    return apply(
        row,
        Action.ESTIMATE,
        now=now,
        by=by,
        happening=ClockEvent.ESTIMATE_SET,
        until=until,
        data={"until": until.isoformat(), **({"reason": reason} if reason else {})},
    )


def claim(submission: Submission, *, by: User, now: datetime, revision: int | None = None) -> Event:
    """Take the case for oneself. Raises NotAllowed where somebody else has it."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if row.assigned_to_id and row.assigned_to_id != by.pk:
            raise NotAllowed(
                _("%(name)s has this case already. Ask for it, or assign it.") % {"name": row.assigned_to}
            )
        return apply(
            row,
            Action.CLAIM,
            now=now,
            by=by,
            changes={"assigned_to_id": by.pk},
            public=False,
        )


def release(submission: Submission, *, by: User, now: datetime, revision: int | None = None) -> Event:
    """Give the case back to the office. Raises NotAllowed where nobody has it."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if row.assigned_to_id is None:
            raise NotAllowed(_("Nobody has claimed this case."))
        return apply(
            row,
            Action.RELEASE,
            now=now,
            by=by,
            changes={"assigned_to_id": None},
            public=False,
        )


def assign(
    submission: Submission, *, to: User, by: User, now: datetime, revision: int | None = None
) -> Event:
    """Give the case to a member of its office. Raises NotAllowed for anybody else."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not row.office.members.filter(user=to, active=True, user__is_active=True).exists():
            raise NotAllowed(
                _("%(name)s does not work in %(office)s. Refer the case first, or choose somebody there.")
                % {"name": to, "office": row.office}
            )
        event = apply(
            row,
            Action.ASSIGN,
            now=now,
            by=by,
            changes={"assigned_to_id": to.pk},
            data={"to": str(to)},
            public=False,
        )
        line = _("Assigned to you: %(reference)s") % {"reference": row.reference}
        members = [member for member in people_of(row.office) if member.user_id == to.pk]
        tell(row, members, kind="assigned", line=line, now=now, occasion=event.occasion)
    return event
