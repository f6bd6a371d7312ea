"""Writes a letter down as a row, in the transaction that causes it; correspondence/delivery.py sends it.

The requester gets a letter of its own for each act. Members of an office get items of one letter a day.
Letters go only to the requester's own address and to registered members, never to an address from a
guide or the web. No letter to a requester carries what the requester wrote: it carries the reference, dates
and a link. The daily letter of staff names the case.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from portals.models import Absence, Member, Office
from portals.vocabulary import MemberRole
from requests_app.bulk import insert_rows
from requests_app.models import Deadline, Notice, Submission

_EMPTY_LINES = re.compile(r"\n\s*\n\s*\n+")
"""What template tags leave behind."""


def rendered(kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body of `templates/emails/<kind>.txt`: its first line is the subject."""
    subject, _gap, body = render_to_string(f"emails/{kind}.txt", dict(context)).strip().partition("\n")
    return " ".join(subject.split())[:300], _EMPTY_LINES.sub("\n\n", body.strip()) + "\n"


def link(submission: Submission) -> str:
    """The full address of the requester's page."""
    return settings.SITE_URL + reverse("requests_app:case", args=[submission.reference])


def letter_to_requester(
    submission: Submission,
    kind: str,
    *,
    now: datetime,
    occasion: str,
    deadlines: Iterable[Deadline],
    **context: Any,
) -> Notice | None:
    """The unsaved letter to the requester, or None where there is no address.

    `occasion` names the act that causes it (`Event.occasion`); the same one never gives a second letter.
    """
    if not submission.requester_email:
        return None
    with translation.override(submission.language):
        subject, body = rendered(
            kind,
            {
                "submission": submission,
                "city": submission.city,
                "paragraphs": submission.city.paragraphs,
                "link": link(submission),
                "deadlines": list(deadlines),
                **context,
            },
        )
    return Notice(
        city_id=submission.city_id,
        submission=submission,
        email=submission.requester_email,
        kind=kind,
        key=f"{kind}:{submission.pk}:{occasion}:requester",
        subject=subject,
        body=body,
        created_at=now,
        next_at=now,
    )


class FormLetters:
    """Letters to requesters that differ only in reference and address: rendered once for all of a kind.

    Their templates see nothing else of a case, so nothing of one case can stand in another's letter.
    """

    _REFERENCE, _LINK = "\ue000", "\ue001"  # private signs that no text holds

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], tuple[str, str]] = {}
        self._address = settings.SITE_URL + reverse("requests_app:case", args=["REFERENCE"])

    def values(
        self, submission: Submission, kind: str, *, now: datetime, occasion: str, office: Office, heads: bool
    ) -> list[dict[str, Any]]:
        """Values of the unsaved letter; none where there is no address."""
        if not submission.requester_email:
            return []
        key = (kind, submission.language, submission.city_id, submission.kind, office.pk, heads)
        if key not in self._known:
            self._known[key] = self._rendered(submission, kind, office, heads)
        subject, body = (text.replace(self._REFERENCE, submission.reference) for text in self._known[key])
        return [
            {
                "city_id": submission.city_id,
                "submission_id": submission.pk,
                "email": submission.requester_email,
                "kind": kind,
                "key": f"{kind}:{submission.pk}:{occasion}:requester",
                "subject": subject,
                "body": body.replace(self._LINK, self._address.replace("REFERENCE", submission.reference)),
                "created_at": now,
                "next_at": now,
            }
        ]

    def _rendered(self, submission: Submission, kind: str, office: Office, heads: bool) -> tuple[str, str]:
        with translation.override(submission.language):
            seen = {"reference": self._REFERENCE, "get_kind_display": submission.get_kind_display()}
            context = {
                "submission": seen,
                "city": submission.city,
                "paragraphs": submission.city.paragraphs,
                "link": self._LINK,
                "office": office,
                "heads": heads,
            }
            return rendered(kind, context)


def write_to_requester(
    submission: Submission,
    kind: str,
    *,
    now: datetime,
    occasion: str,
    deadlines: Iterable[Deadline] | None = None,
    **context: Any,
) -> None:
    """Queue a letter to the requester in the transaction of the act that causes it. `deadlines` are those of
    the case as the act left them; without them they are read."""
    if deadlines is None:
        deadlines = Deadline.objects.filter(submission=submission, cycle=submission.cycle)
    notice = letter_to_requester(submission, kind, now=now, occasion=occasion, deadlines=deadlines, **context)
    if notice:
        insert_rows(Notice, [notice], ignore_conflicts=True)


def people_of(*offices: Office, heads_only: bool = False) -> list[Member]:
    """Who of an office is told: its active members, or its head and deputy. Never a body outside the city."""
    ours = [office for office in offices if not office.outside]
    found = Member.objects.filter(office__in=ours, active=True, user__is_active=True).select_related("user")
    members = list(found)
    there = {member.office_id for member in members}
    members += [backup for office in ours if office.pk not in there for backup in backup_of(office)]
    if heads_only:
        heads = [member for member in members if member.role == MemberRole.HEAD or member.is_deputy]
        return heads or members
    return members


def backup_of(office: Office) -> list[Member]:
    """The backup contact of an office, where it has one who still works here."""
    backup = office.backup
    return [backup] if backup and backup.active and backup.user.is_active else []


def stand_ins(today: Mapping[int, date], members: Iterable[Member] | None = None) -> dict[int, list[Member]]:
    """Key of a member who is away -> the deputies, by the date in each city (its key -> date). Only of
    `members`, where they are given."""
    if not today:
        return {}
    away = Absence.objects.filter(
        from_on__lte=max(today.values()), to_on__gte=min(today.values()), deputy__isnull=False
    )
    if members is None:
        away = away.filter(member__city_id__in=today)
    else:
        away = away.filter(member_id__in=[member.pk for member in members])
    absences = list(away.order_by("pk").values_list("member_id", "deputy_id", "from_on", "to_on"))
    if not absences:  # as nearly always
        return {}
    working = Member.objects.filter(active=True, user__is_active=True).select_related("user")
    deputies = working.in_bulk({deputy for _member, deputy, _from, _to in absences})
    found: dict[int, list[Member]] = {}
    for member_id, deputy_id, from_on, to_on in absences:
        deputy = deputies.get(deputy_id)
        if deputy and from_on <= today[deputy.city_id] <= to_on:
            found.setdefault(member_id, []).append(deputy)
    return found


def with_stand_ins(members: Iterable[Member], deputies: Mapping[int, list[Member]]) -> list[Member]:
    """These members, and whoever stands in for those of them who are away."""
    told = list(members)
    return told + [deputy for member in told for deputy in deputies.get(member.pk, ())]


def digest_items(
    submission: Submission,
    members: Iterable[Member],
    *,
    kind: str,
    line: str,
    now: datetime,
    occasion: str,
) -> list[dict[str, Any]]:
    """Values of items for the daily letters of these members; `line` is the sentence that stands there."""
    key = f"{kind}:{submission.pk}:{occasion}"
    shared = {
        "city_id": submission.city_id,
        "submission_id": submission.pk,
        "kind": kind,
        "subject": submission.reference,
        "body": line,
        "state": Notice.State.DIGEST_ITEM.value,
        "created_at": now,
    }
    return [
        {**shared, "user_id": user_id, "email": member.user.email, "key": f"{key}:{user_id}"}
        for user_id, member in {member.user_id: member for member in members}.items()
    ]


def tell(
    submission: Submission, members: Iterable[Member], *, kind: str, line: str, now: datetime, occasion: str
) -> None:
    """Put a line into the next daily letter of these members and of whoever stands in for those who are away;
    the same occasion never gives a second line."""
    members = list(members)
    if members:
        today = {submission.city_id: submission.city.date_at(now)}
        members = with_stand_ins(members, stand_ins(today, members))
    items = digest_items(submission, members, kind=kind, line=line, now=now, occasion=occasion)
    insert_rows(Notice, items, ignore_conflicts=True)
