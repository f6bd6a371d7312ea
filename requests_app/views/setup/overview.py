"""Setup of a city, pages that read: overview, what is not specified and who must confirm it, history."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from portals import setup_log
from portals.models import City, Confirmation, SetupEvent
from portals.models.rule import Rule
from portals.rule_words import span_words
from portals.rulebook import rulebook_for
from portals.templatetags.civic import city_date, word
from portals.vocabulary import DayUnit, ProvisionStatus, SetupAct
from requests_app import access
from requests_app.setup import confirmations, recount
from requests_app.views.setup.door import setup_page, shown
from requests_app.views.staff_only import StaffRequest, staff_only

PAGE = 50


@staff_only
def setup(request: StaffRequest) -> HttpResponse:
    """The cities that I may set up; straight on where it is one."""
    cities = list(access.cities_set_up(request.standing))
    if not cities:
        raise Http404(_("The setup of a city is seen by its clerk, administrator and auditor."))
    if len(cities) == 1:
        return redirect("requests_app:setup_city", cities[0].slug)
    return shown(request, cities[0], "cities", cities=cities)


@setup_page
def overview(request: StaffRequest, city: City) -> HttpResponse:
    """What waits in the setup of a city, and what was changed last."""
    today = city.date_at(timezone.now())
    groups = open_rules(city, today)
    waiting = sum(len([line for line in group["lines"] if not line["confirmed"]]) for group in groups)
    calendar = rulebook_for(city).calendar
    context: dict[str, Any] = {
        "waiting": waiting,
        "confirmed": sum(len(group["lines"]) for group in groups) - waiting,
        "last_year": calendar.last_year,
        "incomplete": ", ".join(str(year) for year in sorted(calendar.incomplete) if year >= today.year),
        "years_left": calendar.last_year - today.year,
        "recounts": recount.waiting(city),
        "events": list(city.setup_events.order_by("-sequence")[:5]),
        "offices": city.offices.count(),
        "members": city.members.filter(active=True).count(),
    }
    return shown(request, city, "overview", **context)


def open_rules(city: City, today: date) -> list[dict[str, Any]]:
    """Every rule that its page leaves open, by the office that must confirm it; clocks and appeals first."""
    offices = {office.pk: office for office in city.offices.all()}
    held: dict[str, list[Confirmation]] = {}
    for found in city.confirmations.select_related("office"):
        held.setdefault(found.rule, []).append(found)
    groups: dict[str, list[dict[str, Any]]] = {}
    intake = rulebook_for(city).routes.intake.name
    for table, model in confirmations.TABLES.items():
        rows = model._default_manager.filter(city=city).exclude(status=ProvisionStatus.STATED)
        for row in rows.select_related("citation"):
            if row.effective_to is None or row.effective_to >= today:
                rule = f"{table}:{row.key}"
                line = line_of(table, row, held.get(rule, ()))
                office = offices.get(row.confirm_with_id or 0)
                groups.setdefault(office.name if office else intake, []).append(line)
    return [{"office": name, "lines": lines} for name, lines in sorted(groups.items())]


def line_of(table: str, row: Rule, rows: Iterable[Confirmation]) -> dict[str, Any]:
    """A rule as the pages of the setup show it, with the confirmation that stands or comes."""
    last = max(rows, key=lambda found: found.number, default=None)
    return {
        "table": table,
        "key": row.key,
        "title": confirmations.title_of(row),
        "statement": getattr(row, "statement", "") or getattr(row, "because", ""),
        "status": row.status,
        "citation": row.citation,
        "layer": row.layer,
        "confirmed": None if last is None or last.withdrawn else last,
        "told": "" if last is None else confirmations.told(last),
    }


@setup_page
def not_specified(request: StaffRequest, city: City) -> HttpResponse:
    """Everything that is not specified, with the office that must confirm it."""
    groups = open_rules(city, city.date_at(timezone.now()))
    return shown(request, city, "not_specified", groups=groups)


@setup_page
def history(request: StaffRequest, city: City) -> HttpResponse:
    """Every change of the setup, the newest first."""
    before = request.GET.get("before", "")
    events = city.setup_events.order_by("-sequence")
    if before.isascii() and before.isdecimal() and len(before) < 10:
        events = events.filter(sequence__lt=int(before))
    rows = list(events[: PAGE + 1])
    more = rows[PAGE - 1].sequence if len(rows) > PAGE else None
    context: dict[str, Any] = {
        "events": [{"event": event, "changes": changes_of(event)} for event in rows[:PAGE]],
        "older_url": f"?before={more}" if more else "",
        "newest_url": "?" if before else "",
        "broken": list(setup_log.broken(city)) if not before else [],
    }
    return shown(request, city, "history", **context)


def changes_of(event: SetupEvent) -> list[dict[str, str]]:
    """What changed, as rows: name, before, after."""
    if event.what == SetupAct.LOAD:
        before, after = event.before.get("version"), event.after.get("version")
        return [{"name": _("Version"), "before": _said(before), "after": _said(after)}]
    rows = [
        {
            "name": label(name),
            "before": _said(event.before.get(name), name),
            "after": _said(event.after.get(name), name),
        }
        for name in dict.fromkeys([*event.before, *event.after])
    ]
    return [row for row in rows if row["before"] != row["after"]]


DATES = frozenset({"on", "confirmed_on", "effective_from"})


def label(name: str) -> str:
    """What a column of the log is called."""
    words = {
        "limit": _("Confirmed"),
        "citation": _("Where it is written"),
        "url": _("Address"),
        "office": _("Office"),
        "confirmed_by": _("Confirmed by"),
        "confirmed_on": _("Confirmed on"),
        "effective_from": _("Holds from"),
        "days": _("Days"),
        "undo_hours": _("Hours"),
        "on": _("Day"),
        "open": _("Open after all"),
        "year": _("Year"),
        "name": _("Name"),
        "contact": _("How to reach it"),
        "hours": _("Opening hours"),
        "note": _("Note"),
        "publishes": _("Publishes datasets"),
        "aliases": _("Other spellings"),
        "email": _("E-mail address"),
        "role": _("Role"),
        "deputy": _("Deputy"),
        "active": _("Holds this place"),
    }
    return words.get(name, name)


def _said(value: Any, name: str = "") -> str:
    """A stored value in words."""
    if value in (None, "", [], {}):
        return ""
    if name in DATES:
        return city_date(value)
    if name == "role":
        return word(value, "MemberRole")
    if name == "limit":
        count, _space, unit = str(value).partition(" ")
        if count.isdecimal() and unit in DayUnit.values:
            return span_words(int(count), unit)
        return word(value, "ProvisionStatus")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {name}" for key, name in value.items())
    return str(value)
