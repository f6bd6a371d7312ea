"""Views of the queue that are kept: save one, see them all, remove one."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portals.models import Office
from requests_app import access
from requests_app.access import Standing
from requests_app.desk import queue, saved_views
from requests_app.forms.desk.saved_views import SaveViewForm
from requests_app.lifecycle import NotAllowed
from requests_app.models import SavedView
from requests_app.views.staff_only import StaffRequest, desk_page, one_city, staff_only


def led_offices(who: Standing) -> list[Office]:
    """The own offices for which this person may keep a view: as their head, or as the clerk among them."""
    offices = {
        one.office_id: one.office for one in who.members if one.office and one.office_id in who.offices
    }
    return [office for office in offices.values() if office and access.may_lead(who, office)]


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: StaffRequest) -> HttpResponse:
    """All views of this person and the own offices; POST keeps another one."""
    who, now = request.standing, timezone.now()
    if request.method != "POST":
        return _show(request, None)
    form = SaveViewForm(request.POST, offices=led_offices(who))
    if not form.is_valid():
        return _show(request, form, status=422)
    values = form.cleaned_data
    asked = queue.QueueFilter(QueryDict(values["query"]), who=who, place=queue.workplace(who), now=now)
    if not asked.is_valid():
        form.add_error(None, _("These filters cannot be kept: one of them does not exist here."))
        return _show(request, form, status=422)
    query = urlencode(asked.narrowed)
    try:
        office = form.offices.get(values.get("whose", ""))
        saved_views.save(values["name"], query, by=request.user, now=now, office=office)
    except NotAllowed as error:
        form.add_error("name", str(error))
        return _show(request, form, status=409)
    messages.success(request, _("Kept. It stands above the queue from now on."))
    return redirect(f"{reverse('requests_app:queue')}?{query}")


@staff_only
@require_POST
def remove(request: StaffRequest, view_id: int) -> HttpResponse:
    """Remove a view: one's own, or as the head one of the office."""
    found = saved_views.of(request.standing).filter(pk=view_id).first()
    if found is None:
        raise Http404
    if found.office and not access.may_lead(request.standing, found.office):
        raise PermissionDenied(_("Only the head of the office removes a view that all its people use."))
    found.delete()
    messages.success(request, _("“%(name)s” is removed.") % {"name": found.name})
    return redirect("requests_app:views")


def _show(request: StaffRequest, form: SaveViewForm | None, *, status: int = 200) -> HttpResponse:
    who = request.standing
    address = reverse("requests_app:queue")
    rows: list[dict[str, Any]] = [
        {"view": view, "url": f"{address}?{view.query}", "may_remove": _may_remove(who, view)}
        for view in saved_views.of(who)
    ]
    context = {**desk_page("queue", one_city(who)), "rows": rows, "form": form}
    return render(request, "requests_app/staff/views.html", context, status=status)


def _may_remove(who: Standing, view: SavedView) -> bool:
    return view.office is None or access.may_lead(who, view.office)
