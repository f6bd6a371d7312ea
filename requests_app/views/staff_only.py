"""The door of the desk: sign-in, and a standing that is read once and put on the request.

Whatever stops a form at this door, or behind it, what somebody typed is not lost.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from portals.models import City, User
from requests_app import access
from requests_app.access import Standing
from requests_app.views.common import keep_typed
from requests_app.views.typed_again import SIGNED_OUT, has_words, kept_over_sign_in, show_again, show_to_copy

View = Callable[..., HttpResponse]


class StaffRequest(HttpRequest):
    """A request that passed the door."""

    standing: Standing
    user: User


def one_city(who: Standing) -> City | None:
    """The city whose colours and name a page of the desk bears: that of whoever works in one only."""
    cities = {member.city_id: member.city for member in who.members}
    return next(iter(cities.values())) if len(cities) == 1 else None


def desk_page(nav: str, city: City | None = None) -> dict[str, Any]:
    """What every page of the desk has: its place in the navigation, and the city whose colours it bears."""
    return {"is_member": True, "nav": nav, "city": city}


def staff_only(view: View) -> View:
    """Only for people with a place in a city; everybody else who is signed in gets a sentence and a 403.

    A form that was sent when the session had ended waits for the sign-in; one that may not be done, or not
    any more, is shown again with the reason, so that its words can be copied.
    """

    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.standing = access.standing(request.user)
        response = _answer(request, lambda: view(request, *args, **kwargs))
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    behind = login_required(guarded)

    @wraps(view)
    def door(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            keep_typed(request, request.POST)
        return behind(request, *args, **kwargs)

    return door


def _answer(request: StaffRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    if not request.standing.is_staff:
        why = _("You are signed in as %(who)s, but this account belongs to no office of a city any more.")
        refused = _refused(request, why % {"who": request.user}, 403)
        return refused or render(request, "requests_app/staff/no_standing.html", status=403)
    try:
        response = view()
    except PermissionDenied as error:
        if refused := _refused(request, str(error) or _("You may not do this."), 403):
            return refused
        raise
    except Http404:
        gone = _("It is not here any more, or you may not see it any more.")
        if refused := _refused(request, gone, 404):
            return refused
        raise
    if (waiting := kept_over_sign_in(request, request.user.pk)) is not None:
        return show_again(request, waiting, why=str(SIGNED_OUT), status=200, is_staff=True)
    if request.method == "GET" and response.status_code == 405:
        return redirect("requests_app:desk")  # the sign-in leads to the address of a button
    return response


def _refused(request: StaffRequest, why: str, status: int) -> HttpResponse | None:
    """The words of a form that may not be done, to be copied; None where nothing was typed."""
    data: QueryDict | None = request.POST
    if request.method != "POST":
        data = kept_over_sign_in(request, request.user.pk)
    if data is None or not has_words(data):
        return None
    return show_to_copy(request, why, status, data, is_staff=request.standing.is_staff)
