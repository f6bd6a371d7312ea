"""Setup of a city, who works there: offices and how to reach them, members and their places."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from portals import setup_log
from portals.models import City, Member, Office
from requests_app import access
from requests_app.forms.setup import MemberForm, OfficeForm, PlaceForm
from requests_app.lifecycle import AT_WORK
from requests_app.models import Submission
from requests_app.setup import city_people
from requests_app.setup.city_people import OfficeFacts
from requests_app.views.setup.door import Tried, sent, setup_page, shown, tried
from requests_app.views.staff_only import StaffRequest


@setup_page
def offices(request: StaffRequest, city: City) -> HttpResponse:
    """The offices of a city, and how many people are registered in each."""
    active = Q(members__active=True, members__user__is_active=True)
    rows = city.offices.annotate(people=Count("members", filter=active)).select_related("citation")
    return shown(request, city, "offices", rows=list(rows))


@setup_page
def new_office(request: StaffRequest, city: City) -> HttpResponse:
    """An office that the city's file does not name."""
    return _office(request, city, None)


@setup_page
def office(request: StaffRequest, city: City, pk: int) -> HttpResponse:
    """One office: what its file says, and what staff say of it."""
    return _office(request, city, get_object_or_404(city.offices.select_related("citation"), pk=pk))


def _office(request: StaffRequest, city: City, row: Office | None) -> HttpResponse:
    now, subject = timezone.now(), city_people.subject_of(row, "office")
    form = OfficeForm(
        sent(request),
        facts=city_people.office_facts(row) if row else OfficeFacts(),
        from_file=bool(row and row.from_file),
        revision=setup_log.revision(city, subject),
    )

    def act() -> Office:
        facts, by = form.facts(), request.user
        if row is None:
            return city_people.add_office(city, facts, by=by, now=now, revision=form.seen)
        return city_people.edit_office(row, facts, by=by, now=now, revision=form.seen)

    came = Tried()
    if request.method == "POST":
        came = tried(request, city, form, act, subject=subject)
        if came.done:
            messages.success(request, _("Kept."))
            return redirect("requests_app:setup_offices", city.slug)
    members = row.members.select_related("user").order_by("-active", "user__last_name") if row else ()
    context = {"row": row, "form": form, "members": list(members), "refused": came.refused}
    return shown(request, city, "office", status=came.status, **context)


@setup_page
def members(request: StaffRequest, city: City) -> HttpResponse:
    """Everybody who has, or had, a place in the city."""
    rows = city.members.select_related("user", "office").order_by(
        "-active", "office__position", "user__last_name", "user__first_name", "pk"
    )
    return shown(request, city, "members", rows=list(rows))


@setup_page
def new_member(request: StaffRequest, city: City) -> HttpResponse:
    """Give somebody a place; whoever has no account is invited."""
    now = timezone.now()
    form = MemberForm(
        sent(request),
        offices=city.offices.all(),
        revision=setup_log.revision(city, "member"),
    )
    came = Tried()
    if request.method == "POST":
        wanted = request.POST.get("role", "")
        came = tried(
            request,
            city,
            form,
            lambda: city_people.add_member(
                city, form.person(), form.place(), by=request.user, now=now, revision=form.seen
            ),
            subject="member",
            wrong=lambda: _misplaced(city_people.wrong_place(city, form.place())),
            allowed=access.may_appoint(request.standing, city, wanted),
        )
        if came.done:
            messages.success(request, _("Registered. A letter is on its way."))
            return redirect("requests_app:setup_members", city.slug)
    context = {"form": form, "refused": came.refused, "row": None}
    return shown(request, city, "member", status=came.status, **context)


def _misplaced(sentence: str) -> dict[str, str]:
    return {"office": sentence} if sentence else {}


@setup_page
def member(request: StaffRequest, city: City, pk: int) -> HttpResponse:
    """One place: its role, and whether it is held."""
    row: Member = get_object_or_404(city.members.select_related("user", "office"), pk=pk)
    now, subject = timezone.now(), city_people.subject_of(row, "member")
    form = PlaceForm(
        sent(request),
        member=row,
        revision=setup_log.revision(city, subject),
    )
    allowed = access.may_appoint(request.standing, city, row.role, request.POST.get("role", ""))
    came = Tried()
    if request.method == "POST":
        came = tried(
            request,
            city,
            form,
            lambda: city_people.edit_member(row, form.place(), by=request.user, now=now, revision=form.seen),
            subject=subject,
            wrong=lambda: {"role": wrong} if (wrong := city_people.wrong_place(city, form.place())) else {},
            allowed=allowed,
        )
        if came.done:
            messages.success(request, _("Kept."))
            return redirect("requests_app:setup_members", city.slug)
    assigned = Submission.objects.filter(city=city, assigned_to=row.user_id, status__in=AT_WORK)
    context = {
        "row": row,
        "form": form,
        "refused": came.refused,
        "assigned": assigned.count(),
        "may_appoint": allowed,
        "events": list(city.setup_events.filter(subject=subject).order_by("-sequence")[:20]),
    }
    return shown(request, city, "member", status=came.status, **context)
