"""Setup of a city, closed days: the list by year, and each change with a preview of the dates that move."""

from collections.abc import Callable
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from portals import setup_log
from portals.models import City, Recount
from portals.rulebook import rulebook_for
from requests_app.forms.setup import ClosedDayForm, SourcedForm, WithdrawDayForm, YearForm
from requests_app.setup import closed_days, recount
from requests_app.setup.recount import Preview
from requests_app.views.setup.door import Tried, follow, sent, setup_page, shown, tried
from requests_app.views.staff_only import StaffRequest

SHOWN = 100
"""So many cases of a preview stand on the page."""


@setup_page
def days(request: StaffRequest, city: City) -> HttpResponse:
    """All closed days by year, the withdrawn ones too, and how far open cases have followed."""
    today = city.date_at(timezone.now())
    rows = city.closed_days.select_related("citation")
    by_year = {year: list(found) for year, found in groupby(rows, lambda row: row.on.year)}
    calendar = rulebook_for(city).calendar
    years = [
        {
            "row": year,
            "days": by_year.get(year.year, []),
            "counted": year.year <= calendar.last_year,
            "open": year.year >= today.year,
        }
        for year in city.closed_years.select_related("citation")
    ]
    context: dict[str, Any] = {
        "years": years,
        "today": today,
        "next_year": calendar.last_year + 1,
        "recounts": recount.waiting(city),
    }
    return shown(request, city, "days", **context)


@setup_page
def add_day(request: StaffRequest, city: City) -> HttpResponse:
    """A closed day to come: form, preview, and then the change."""
    now = timezone.now()
    data = sent(request)
    form = ClosedDayForm(data, initial={"revision": setup_log.revision(city, closed_days.SUBJECT)})

    def act() -> Recount:
        values = form.cleaned_data
        return closed_days.add(
            city, values["on"], values["name"], form.source, by=request.user, now=now, revision=form.seen
        )

    def wrong() -> dict[str, str]:
        sentence = closed_days.wrong_day(city, form.cleaned_data["on"], today=city.date_at(now))
        return {"on": sentence} if sentence else {}

    def preview() -> Preview:
        return recount.preview_days(city, added=[form.cleaned_data["on"]])

    heading, button = _("Add a closed day"), _("Close the offices on this day")
    return _change(request, city, form, act, wrong, preview, heading, button, now)


@setup_page
def withdraw_day(request: StaffRequest, city: City, on: str) -> HttpResponse:
    """The offices are open on a closed day after all: form, preview, and then the change."""
    now, day = timezone.now(), _day(on)
    row = city.closed_days.filter(on=day, withdrawn=False).first() if day else None
    if day is None or row is None:
        raise Http404(_("There is no such closed day."))
    data = sent(request)
    revision = setup_log.revision(city, closed_days.SUBJECT)
    form = WithdrawDayForm(data, initial={"revision": revision, "on": day})
    today = city.date_at(now)

    def act() -> Recount:
        return closed_days.withdraw(city, day, form.source, by=request.user, now=now, revision=form.seen)

    def wrong() -> dict[str, str]:
        sentence = closed_days.wrong_withdrawal(city, day, today=today)
        return {"on": sentence} if sentence else {}

    def preview() -> Preview:
        return recount.preview_days(city, withdrawn=[day])

    button = _("Open the offices on this day")
    refused = "" if request.method == "POST" else closed_days.wrong_withdrawal(city, day, today=today)
    heading = _("Withdraw a closed day")
    return _change(request, city, form, act, wrong, preview, heading, button, now, row=row, refused=refused)


def _day(written: str) -> date | None:
    try:
        return parse_date(written)
    except ValueError:
        return None


@setup_page
def enter_year(request: StaffRequest, city: City) -> HttpResponse:
    """The closed days of the next year: form, preview, and then the change."""
    now = timezone.now()
    year = rulebook_for(city).calendar.last_year + 1
    data = sent(request)
    form = YearForm(data, year=year, revision=setup_log.revision(city, closed_days.SUBJECT))

    def act() -> Recount:
        given = form.given()
        return closed_days.enter_year(city, given, form.source, by=request.user, now=now, revision=form.seen)

    def preview() -> Preview:
        return recount.preview_days(city, added=list(form.given().days), last_year=year)

    button = _("Enter the year")
    heading = _("Enter the closed days of %(year)d") % {"year": year}
    return _change(request, city, form, act, dict, preview, heading, button, now)


def _change(
    request: StaffRequest,
    city: City,
    form: SourcedForm,
    act: Callable[[], Recount],
    wrong: Callable[[], dict[str, str]],
    preview: Callable[[], Preview],
    heading: str,
    button: str,
    now: datetime,
    *,
    row: Any = None,
    refused: str = "",
) -> HttpResponse:
    """The form; after `step=preview` what would move, after `step=apply` the change itself."""
    came, found = Tried(refused=refused, status=409 if refused else 200), None
    if request.method == "POST":
        if request.POST.get("step") == "apply":
            came = tried(request, city, form, act, subject=closed_days.SUBJECT, wrong=wrong)
            if came.done:
                messages.success(request, follow(came.result, now=now))
                return redirect("requests_app:setup_days", city.slug)
        else:
            came = tried(request, city, form, preview, subject=closed_days.SUBJECT, wrong=wrong)
            found = came.result
    context = {
        "form": form,
        "heading": heading,
        "button": button,
        "preview": found,
        "moved": found.cases[:SHOWN] if found else [],
        "late": found.late_on(city.date_at(now)) if found else 0,
        "row": row,
        "refused": came.refused,
        "can_send": not (refused and request.method != "POST"),
    }
    return shown(request, city, "day", status=came.status, **context)
