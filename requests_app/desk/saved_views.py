"""Filters of the queue that are kept under a name: of a person, or of an office for all who work there."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from portals.models import Office, User
from requests_app.access import Standing
from requests_app.lifecycle import NotAllowed
from requests_app.models import SavedView

MOST = 20
"""Of a person, or of an office: more would no longer be a short way."""


def of(who: Standing) -> QuerySet[SavedView]:
    """The views of this person and of the offices in which this person works; the offices' first."""
    found = SavedView.objects.filter(Q(user_id=who.user_id) | Q(office_id__in=who.offices))
    own_last = F("user_id").asc(nulls_first=True)
    return found.select_related("office").order_by(own_last, "office__name", "name", "pk")


def save(name: str, query: str, *, by: User, now: datetime, office: Office | None = None) -> SavedView:
    """Keep `query`, which the filter of the queue has checked, under a name. Raises NotAllowed where there
    are too many, or one of that name."""
    owner = {"office": office} if office else {"user": by}
    if SavedView.objects.filter(**owner).count() >= MOST:
        raise NotAllowed(_("There are %(count)d views already. Remove one first.") % {"count": MOST})
    try:
        with transaction.atomic():
            return SavedView.objects.create(name=name, query=query, saved_by=by, saved_at=now, **owner)
    except IntegrityError:
        raise NotAllowed(
            _("There is a view “%(name)s” already. Choose another name, or remove that one first.")
            % {"name": name}
        ) from None
