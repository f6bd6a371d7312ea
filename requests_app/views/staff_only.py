"""The door of the desk: sign-in, and a standing that is read once and put on the request."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portals.models import City, User
from requests_app import access
from requests_app.access import Standing
from requests_app.views.common import keep_typed

View = Callable[..., HttpResponse]


class StaffRequest(HttpRequest):
    """A request that passed the door."""

    standing: Standing
    user: User


def one_city(who: Standing) -> City | None:
    """The city whose colours and name a page of the desk bears: that of whoever works in one only."""
    cities = {member.city_id: member.city for member in who.members}
    return next(iter(cities.values())) if len(cities) == 1 else None


def staff_only(view: View) -> View:
    """Only for people with a place in a city; everybody else who is signed in gets a sentence and a 403."""

    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.standing = access.standing(request.user)
        if not request.standing.is_staff:
            return render(request, "requests_app/staff/no_standing.html", status=403)
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    behind = login_required(guarded)

    @wraps(view)
    def door(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            keep_typed(request, request.POST)
        return behind(request, *args, **kwargs)

    return door
