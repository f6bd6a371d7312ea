"""Who is away, who stands in, and whom to turn to: a page of the desk, and the three things it sends."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portals.models import Absence, Member, Office
from requests_app import access
from requests_app.access import Standing
from requests_app.desk import absences
from requests_app.forms.desk.absences import AbsenceForm, BackupForm
from requests_app.lifecycle import NotAllowed
from requests_app.views.staff_only import StaffRequest, desk_page, one_city, staff_only
from requests_app.views.typed_again import typed_before


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    """Who is away now and soon; POST enters an absence."""
    now, who = timezone.now(), request.standing
    if request.method != "POST":
        return _show(request, now, absence=_typed_before(request))
    members, deputies = _people(who)
    form = AbsenceForm(request.POST, members=members, deputies=deputies)
    if who.read_only:
        raise PermissionDenied(_("You may read everything here, but not act."))
    if not form.is_valid():
        return _show(request, now, absence=form, status=422)
    values = form.cleaned_data
    try:
        absences.enter(
            form.people[values["member"]],
            deputy=form.people[values["deputy"]],
            from_on=values["from_on"],
            to_on=values["to_on"],
            note=values["note"],
            by=request.user,
            now=now,
        )
    except NotAllowed as error:
        form.add_error(None, str(error))
        return _show(request, now, absence=form, status=409)
    messages.success(request, _("Entered. The deputy sees the cases on the desk from the first day on."))
    return redirect("requests_app:absences")


def _typed_before(request: StaffRequest) -> AbsenceForm | None:
    data = typed_before(request, request.user.pk)
    if data is None:
        return None
    members, deputies = _people(request.standing)
    form = AbsenceForm(data, members=members, deputies=deputies)
    form.errors.clear()
    return form


@staff_only
@require_POST
def end(request: StaffRequest, absence_id: int) -> HttpResponse:
    """Back already, or not going after all."""
    who = request.standing
    found = Absence.objects.filter(pk=absence_id).select_related("member__city").first()
    if found is None or not _sees(who, found.member):
        raise Http404
    if not access.may_enter_absence(who, found.member):
        raise PermissionDenied(_("Only the person, the head of the office or the clerk ends an absence."))
    try:
        absences.end(found, today=found.member.city.date_at(timezone.now()))
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Ended."))
    return redirect("requests_app:absences")


@staff_only
@require_POST
def backup(request: StaffRequest) -> HttpResponse:
    """Name the backup contact of an office."""
    offices, members = _arranged(request.standing)
    form = BackupForm(request.POST, offices=offices, members=members)
    if not offices:
        raise PermissionDenied(_("Only the head of an office, the clerk or the administrator names it."))
    if not form.is_valid():
        return _show(request, timezone.now(), backup=form, status=422)
    office, member = form.offices[form.cleaned_data["office"]], form.people.get(form.cleaned_data["member"])
    try:
        absences.set_backup(office, member)
    except NotAllowed as error:
        form.add_error("member", str(error))
        return _show(request, timezone.now(), backup=form, status=409)
    messages.success(request, _("The backup contact of %(office)s is kept.") % {"office": office})
    return redirect("requests_app:absences")


def _sees(who: Standing, member: Member) -> bool:
    return (
        member.city_id in who.cities_seen or member.office_id in who.offices or member.user_id == who.user_id
    )


def _people(who: Standing) -> tuple[list[Member], list[Member]]:
    """Whom this person may enter as away, and who can stand in for one of those."""
    active = Member.objects.filter(active=True, user__is_active=True).select_related("user", "office", "city")
    near = active.filter(city_id__in=who.cities_worked).order_by(
        "city_id", "office__position", "office_id", "user__last_name", "user__first_name", "pk"
    )
    members = [one for one in near if access.may_enter_absence(who, one)]
    places = {(one.city_id, one.office_id) for one in members}
    return members, [one for one in near if (one.city_id, one.office_id) in places]


def _arranged(who: Standing) -> tuple[list[Office], list[Member]]:
    """The offices whose backup contact this person names, and who it can be for one of them."""
    if not (who.offices_led or who.cities_run):
        return [], []
    offices = Office.objects.filter(city_id__in=who.cities_worked, outside=False).select_related(
        "backup__user"
    )
    mine = [office for office in offices if access.may_lead(who, office)]
    people = {member.pk: member for member in absences.backup_choices(*mine)}
    return mine, list(people.values())


def _show(
    request: StaffRequest,
    now: datetime,
    *,
    absence: AbsenceForm | None = None,
    backup: BackupForm | None = None,
    status: int = 200,
) -> HttpResponse:
    who = request.standing
    members, deputies = _people(who)
    offices, contacts = _arranged(who)
    cities = {member.city_id: member.city for member in who.members}
    today = {city_id: city.date_at(now) for city_id, city in cities.items()}
    found = [
        one
        for one in absences.lasting(today, who.offices, who.cities_seen, [one.pk for one in who.members])
        if one.to_on >= today[one.member.city_id]
    ]
    context: dict[str, Any] = {
        **desk_page("absences", one_city(who)),
        "absences": [
            {
                "absence": one,
                "now": one.from_on <= today[one.member.city_id],
                "may_end": access.may_enter_absence(who, one.member),
            }
            for one in found
        ],
        "form": absence or (AbsenceForm(members=members, deputies=deputies) if members else None),
        "offices": offices,
        "backup": backup or (BackupForm(offices=offices, members=contacts) if offices else None),
    }
    return render(request, "requests_app/staff/absences.html", context, status=status)
