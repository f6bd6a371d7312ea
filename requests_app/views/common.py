"""What several views need: the city of an address, or the page that says what to do instead."""

from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from portals.models import City
from requests_app.doors import kept_forms, throttle
from requests_app.kinds import KINDS, Kind


def city_or_404(slug: str) -> City:
    """The city, or 404."""
    city = City.objects.filter(slug=slug).first()
    if city is None:
        raise Http404(_("There is no such city here."))
    return city


def kind_or_404(value: str) -> Kind:
    """The kind, or 404."""
    if value not in KINDS:
        raise Http404(_("There is no such form."))
    return KINDS[value]


def city_today(city: City, now: datetime) -> date:
    """The date in the city at `now` (UTC)."""
    return city.date_at(now)


def page(city: City, nav: str, **more: Any) -> dict[str, Any]:
    """The context of a page of a city."""
    return {"city": city, "nav": nav, **more}


KEPT_AN_HOUR = 100
"""Forms of one address that are kept over a sign-in: a whole office may share one."""


def keep_typed(request: HttpRequest, data: QueryDict) -> None:
    """A session ended while somebody wrote: the words wait until that person is back."""
    who = throttle.address_of(request.META)
    if throttle.allowed("kept_form", who, limit=KEPT_AN_HOUR, seconds=3600):
        kept_forms.keep(request.session, request.path, data, now=timezone.now())
