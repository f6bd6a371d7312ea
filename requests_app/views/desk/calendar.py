"""The dates of cases: a calendar behind the desk, secret links to it for calendar programs, and the feed."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portals.models import Office
from portals.rulebook import rulebook_for
from requests_app.desk import calendar_feed, calendar_links, queue
from requests_app.desk.due_dates import due_between
from requests_app.desk.queue import SCOPES, Workplace, scopes_of
from requests_app.lifecycle import NotAllowed
from requests_app.models import CalendarLink, Deadline
from requests_app.views.staff_only import StaffRequest, desk_page, one_city, staff_only

WEEKS = 4
BACK, AHEAD = timedelta(days=60), timedelta(days=400)
"""How far a feed reaches: what is late still stands in it, and so does the last day to go to court."""
FRESH = "calendar_secrets"
"""Session key: key of a link -> its address, until it was shown once."""


@staff_only
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    """Four weeks of due dates, day by day; `from` is the first day, `scope` whose cases."""
    now, who = timezone.now(), request.standing
    place = queue.own_desk(who)
    today = min((city.date_at(now) for city in place.cities.values()), default=now.date())
    monday = today - timedelta(days=today.weekday())
    first = _day(request.GET.get("from", ""), monday)
    last = first + timedelta(days=7 * WEEKS - 1)
    scopes = scopes_of(who)
    scope = request.GET.get("scope", "")
    scope = scope if scope in scopes else scopes[0]
    rows = due_between(SCOPES[scope][1](who, place.dates(now)), first, last)
    context = {
        **desk_page("calendar", one_city(who)),
        "days": _days(rows, place, first, last, today),
        "first": first,
        "last": last,
        "scopes": [(key, SCOPES[key][0], _url(key, first)) for key in scopes],
        "scope": scope,
        "earlier_url": _url(scope, first - timedelta(weeks=WEEKS)),
        "later_url": _url(scope, first + timedelta(weeks=WEEKS)),
        "this_week_url": "" if first == monday else _url(scope, monday),
        "several_cities": len(place.cities) > 1,
    }
    return render(request, "requests_app/staff/calendar.html", context)


def _url(scope: str, first: date) -> str:
    return f"?scope={scope}&from={first.isoformat()}"


def _day(typed: str, otherwise: date) -> date:
    """The Monday of the week that was asked for; this week for anything that is no date of our times."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return otherwise
    if not 2000 <= day.year <= 2100:
        return otherwise
    return day - timedelta(days=day.weekday())


def _days(
    rows: list[Deadline], place: Workplace, first: date, last: date, today: date
) -> list[dict[str, Any]]:
    """The days with something due or on which an office is closed, and today."""
    closed = _closed(place)
    found = []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        due = [row for row in rows if row.due_on == day]
        if due or day in closed or day == today:
            found.append({"on": day, "due": due, "closed": closed.get(day, ""), "is_today": day == today})
    return found


def _closed(place: Workplace) -> Mapping[date, str]:
    """Closed days with their names; with the city where there are several."""
    several = len(place.cities) > 1
    found: dict[date, list[str]] = {}
    for city in place.cities.values():
        for day, name in rulebook_for(city).calendar.closed.items():
            found.setdefault(day, []).append(f"{city.name}: {name}" if several else name)
    return {day: ", ".join(names) for day, names in found.items()}


@staff_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: StaffRequest) -> HttpResponse:
    """The secret links of this person: make one, take one back. A new address is shown once."""
    user = request.user
    offices = {str(office.pk): office for office in calendar_links.offices_for(request.standing)}
    if request.method == "POST":
        return _act(request, offices)
    fresh: dict[str, str] = request.session.get(FRESH, {})
    if fresh and request.method == "GET":
        del request.session[FRESH]
    rows = CalendarLink.objects.filter(user=user, revoked_at=None).select_related("office__city")
    several = one_city(request.standing) is None
    context = {
        **desk_page("calendar", one_city(request.standing)),
        "links": [{"link": row, "address": fresh.get(str(row.pk), "")} for row in rows],
        "offices": [
            (key, f"{office}, {office.city}" if several else office.name) for key, office in offices.items()
        ],
    }
    return render(request, "requests_app/staff/calendar_links.html", context)


def _act(request: StaffRequest, offices: Mapping[str, Office]) -> HttpResponse:
    now, user = timezone.now(), request.user
    try:
        if "revoke" in request.POST:
            key = request.POST["revoke"]
            calendar_links.revoke(user, link_id=int(key) if key.isdecimal() and len(key) < 18 else 0, now=now)
            messages.success(request, _("The link does not work any more."))
        else:
            wanted = request.POST.get("office", "")
            if wanted and wanted not in offices:
                raise NotAllowed(_("You may not see the cases of this office."))
            link, token = calendar_links.make(user, office=offices.get(wanted), now=now)
            address = settings.SITE_URL + reverse("requests_app:calendar_feed", args=[token])
            request.session[FRESH] = {**request.session.get(FRESH, {}), str(link.pk): address}
            messages.success(request, _("The link is made. Copy its address now: it is shown only once."))
    except NotAllowed as refused:
        messages.error(request, str(refused))
    return redirect("requests_app:calendar_links")


@never_cache
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a secret link, for a program that cannot sign in; 404 for every other address."""
    now = timezone.now()
    known = calendar_links.found(token)
    if known is None:
        raise Http404(_("There is no such calendar."))
    link, who = known
    today = now.date()
    rows = due_between(calendar_links.cases_of(who, link.office), today - BACK, today + AHEAD)
    name = f"{link.office}, {link.office.city}" if link.office else _("My cases")
    body = calendar_feed.calendar(rows, name=name, now=now)
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="deadlines.ics"'
    return answer
