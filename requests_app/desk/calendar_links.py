"""Acts about secret links to calendars: make one, take it back, and whose dates one may show."""

import hashlib
import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portals.models import Office, User
from requests_app import access
from requests_app.access import Standing
from requests_app.lifecycle import NotAllowed
from requests_app.models import CalendarLink, Submission


def _hash(token: str) -> str:
    return hashlib.sha256(f"calendar:{token}".encode()).hexdigest()


def cases_of(who: Standing, office: Office | None) -> QuerySet[Submission]:
    """The cases whose dates a calendar shows: those assigned to the person, or those of one office, and never
    more than the person may see."""
    visible = access.visible_to(who)
    return visible.filter(office=office) if office else visible.filter(assigned_to_id=who.user_id)


def offices_for(who: Standing) -> QuerySet[Office]:
    """The offices of whose cases this person may have a calendar."""
    return access.offices_seen(who)


def make(user: User, *, office: Office | None, now: datetime) -> tuple[CalendarLink, str]:
    """A new link and its secret, which is told once and kept by nobody. One that the person had for the
    same cases stops working. Raises NotAllowed for an office of which the person may not see all."""
    if office is not None and not offices_for(access.standing(user)).filter(pk=office.pk).exists():
        raise NotAllowed(_("You may not see the cases of this office."))
    token = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            CalendarLink.objects.filter(user=user, office=office, revoked_at=None).update(revoked_at=now)
            link = CalendarLink.objects.create(
                user=user, office=office, token_hash=_hash(token), created_at=now
            )
    except IntegrityError:
        raise NotAllowed(_("Such a link was made at the same moment. Look again.")) from None
    return link, token


def revoke(user: User, *, link_id: int, now: datetime) -> None:
    """The link shows nothing any more. Raises NotAllowed where the person has no such link that works."""
    if not CalendarLink.objects.filter(pk=link_id, user=user, revoked_at=None).update(revoked_at=now):
        raise NotAllowed(_("This link does not work any more already."))


def found(token: str) -> tuple[CalendarLink, Standing] | None:
    """The link with this secret and what its owner may see now; None where it shows nothing (any more)."""
    links = CalendarLink.objects.filter(revoked_at=None, user__is_active=True).select_related(
        "user", "office__city"
    )
    link = links.filter(token_hash=_hash(token)).first()
    if link is None:
        return None
    who = access.standing(link.user)
    if not who.is_staff:
        return None
    if link.office and not offices_for(who).filter(pk=link.office.pk).exists():
        return None
    return link, who
