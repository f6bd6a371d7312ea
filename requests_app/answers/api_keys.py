"""API keys as the answer to a request for access: issued by staff, opened once by whoever asked.

The secret stands in no row, letter or log: it is made when the requester opens the key on the page of the
case, shown in that one answer, and kept as a hash. Suspending and revoking are measures
(offences/measures.py).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from portals import access as portal
from portals.models import ApiKey, User
from portals.vocabulary import KeyStatus, SubmissionKind
from requests_app import deadlines
from requests_app.lifecycle import NotAllowed, acknowledge_on_the_way, apply, locked
from requests_app.models import Action, Submission
from requests_app.notices import write_to_requester


@dataclass(frozen=True)
class Terms:
    """Under which terms a key is given. `limit` is calls an hour; `until` its last day in the city."""

    limit: int | None = None
    until: date | None = None
    note: str = ""


def issue(
    submission: Submission, terms: Terms, *, by: User, now: datetime, revision: int | None = None
) -> ApiKey:
    """Issue the key that a request for access asks for; its requester gets a letter. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if row.kind != SubmissionKind.ACCESS_REQUEST:
            raise NotAllowed(_("A key is issued only on a request for access."))
        if ApiKey.objects.filter(case=row.reference).exists():
            raise NotAllowed(_("This request has its key already. For another one, file another request."))
        if terms.until is not None and terms.until < row.city.date_at(now):
            raise NotAllowed(_("The last day of the key lies in the past."))
        acknowledge_on_the_way(row, by=by, now=now)
        key = portal.issue(
            row.city,
            case=row.reference,
            holder_name=row.requester_name,
            holder_email=row.requester_email.lower(),
            purpose=row.accessrequest.purpose,
            limit=terms.limit,
            expires_at=_end_of(terms.until, row),
            now=now,
        )
        data = {"key": key.prefix, "limit": terms.limit, "until": terms.until and terms.until.isoformat()}
        if terms.note:
            data["note"] = terms.note
        event = apply(row, Action.ISSUE_KEY, now=now, by=by, data=data)
        deadlines.recompute(row)
        occasion = event.occasion
        write_to_requester(row, "key_issued", now=now, occasion=occasion, key=key, until=terms.until)
    return key


def _end_of(day: date | None, row: Submission) -> datetime | None:
    """The first moment after a day of the city."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=row.city.zone) if day else None


def key_of(submission: Submission) -> ApiKey | None:
    """The key that was issued in this case."""
    return ApiKey.objects.filter(case=submission.reference).first()


def open_key(submission: Submission, *, now: datetime, revision: int | None = None) -> str:
    """The whole key, for its holder, shown once; a secret that was shown before ends. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        key = key_of(row)
        if key is None:
            raise NotAllowed(_("No key was issued for this request."))
        if key.status != KeyStatus.ACTIVE:
            raise NotAllowed(_("This key is suspended or revoked, so it cannot be opened."))
        if key.expires_at is not None and key.expires_at <= now:
            raise NotAllowed(_("This key has run out. File another request for access."))
        apply(row, Action.OPEN_KEY, now=now, data={"key": key.prefix})
        text = portal.open_key(key, now=now)
        if text is None:
            raise NotAllowed(_("The key was opened somewhere else at the same moment."))
    return text
