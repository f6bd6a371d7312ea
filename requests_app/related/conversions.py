"""Turns a case of one kind into one of another, with the filing date that it has.

Alone responsible for what may become what. Offices and dates are those that the rules of the new kind give
from the original day of receipt. A request under the public records law is a right: it becomes something
else only if its requester agreed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.explain import long_date
from portals.models import User
from portals.rulebook import rulebook_for
from portals.vocabulary import ClockState, Milestone, SubmissionKind
from requests_app import deadlines, routing
from requests_app.events import case_clocks, fee_stand
from requests_app.lifecycle import NotAllowed, locked
from requests_app.models import DatasetRequest, Deadline, Event, Submission
from requests_app.models.kinds import DETAILS
from requests_app.notices import people_of, tell, write_to_requester

CONVERSIONS: dict[str, dict[str, Any]] = {
    SubmissionKind.RECORDS_REQUEST: {
        SubmissionKind.DATASET_REQUEST: gettext_lazy("The records are wanted as data that is published."),
    },
    SubmissionKind.DATASET_REQUEST: {
        SubmissionKind.RECORDS_REQUEST: gettext_lazy(
            "The data is not on the portal and will not be: the records themselves are wanted."
        ),
    },
    SubmissionKind.ERROR_REPORT: {
        SubmissionKind.PRIVACY_CONCERN: gettext_lazy(
            "Personal data stands in it, or in the dataset. A public report leaves its page at once."
        ),
    },
    SubmissionKind.PRIVACY_CONCERN: {
        SubmissionKind.ERROR_REPORT: gettext_lazy("No personal data is concerned; the data is wrong."),
    },
}
"""Kind -> what it may become, and when."""


def targets(kind: str) -> Mapping[str, Any]:
    """What a case of this kind may become."""
    return CONVERSIONS.get(kind, {})


def needs_consent(kind: str) -> bool:
    """Whether only the requester's agreement lets it become something else."""
    return kind == SubmissionKind.RECORDS_REQUEST


def foresee(case: Submission, to: str) -> tuple[str, list[str]]:
    """The office that would lead, and each date that the rules of the other kind give from the receipt."""
    book = rulebook_for(case.city)
    asked = {flag.key for flag in book.flags_of(to)}
    placed = routing.place(
        case.city, to, dataset=case.dataset, flags=frozenset(case.flags) & asked, on=case.received_on
    )
    has_it = case_clocks.custodian_has_it(case.events.order_by("sequence"))
    computed, _beyond = case_clocks.foreseen(book, to, at=case.received_at, custodian_first=has_it)
    dates = [
        f"{Milestone(one.milestone).label}: "
        + (long_date(one.due_on) if one.due_on else str(ClockState(one.state).label))
        for one in computed
    ]
    return placed.lead.name, dates


def convert(
    submission: Submission,
    *,
    to: SubmissionKind,
    reason: str,
    by: User,
    now: datetime,
    consent: str = "",
    revision: int | None = None,
) -> Event:
    """Turn the case into one of another kind; the requester is told the new offices and dates, and why.

    `consent` says how the requester agreed, where that is needed. Raises NotAllowed.
    """
    with transaction.atomic():
        row = locked(submission, revision=revision)
        _check(row, to, reason, consent)
        was, left = row.get_kind_display(), row.office
        add_details(row, to)
        told: dict[str, Any] = {"reason": reason, "promised": _dated(deadlines.of_case(row))}
        told |= {"consent": consent} if consent else {}
        event = routing.convert(row, to=to, by=by, now=now, data=told)
        deadlines.change_kind(row)
        occasion = event.occasion
        write_to_requester(
            row, "converted", now=now, occasion=occasion, was=was, left=left, reason=reason, consent=consent
        )
        line = _("Turned into: %(kind)s, %(reference)s") % {
            "kind": row.get_kind_display(),
            "reference": row.reference,
        }
        for office in {row.office_id: row.office, left.pk: left}.values():
            tell(row, people_of(office), kind="converted", line=line, now=now, occasion=occasion)
    return event


def _dated(found: Iterable[Deadline]) -> list[dict[str, str]]:
    """The dates that the requester was given, as they stand in an event."""
    return [{"milestone": one.milestone, "due_on": one.due_on.isoformat()} for one in found if one.due_on]


def _check(row: Submission, to: str, reason: str, consent: str) -> None:
    """Raises NotAllowed with what stands against it."""
    if to not in targets(row.kind):
        raise NotAllowed(_("“%(kind)s” cannot be turned into that.") % {"kind": row.get_kind_display()})
    if not reason.strip():
        raise NotAllowed(_("Say why: the requester reads it."))
    if needs_consent(row.kind) and not consent.strip():
        raise NotAllowed(
            _(
                "State law gives a right to an answer to a records request. Ask the requester first, and "
                "write down how and when they agreed."
            )
        )
    if fee_stand.stand(row.events.order_by("sequence")).stands:
        raise NotAllowed(_("A fee stands in this case. Withdraw its estimate first: fees differ by kind."))


def add_details(row: Submission, to: str) -> None:
    """What the new kind adds, from what is known; what the old kind added stays on record."""
    defaults: dict[str, Any] = {}
    if to == SubmissionKind.PRIVACY_CONCERN:
        old = getattr(row, "errorreport", None)
        where = [row.dataset.name if row.dataset else ""]
        where += [old.field_name, old.row] if old else []
        defaults["location"] = " · ".join(part for part in where if part)
    if to == SubmissionKind.DATASET_REQUEST:
        old = getattr(row, "recordsrequest", None)
        defaults["wanted"] = DatasetRequest.Wanted.EXPORT if row.dataset else DatasetRequest.Wanted.NEW
        defaults["preferred_format"] = old.preferred_format if old else ""
        span = [day.isoformat() for day in (old.records_from, old.records_to) if day] if old else []
        defaults["scope"] = " – ".join(span)
    if to == SubmissionKind.RECORDS_REQUEST:
        old = getattr(row, "datasetrequest", None)
        defaults["preferred_format"] = old.preferred_format if old else ""
    DETAILS[to]._default_manager.get_or_create(submission=row, defaults=defaults)
