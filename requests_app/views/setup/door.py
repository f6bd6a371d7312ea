"""The door of the setup pages: who may see the city's setup, who may change it, and how a change is tried."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portals import setup_log
from portals.models import City, Recount
from requests_app import access
from requests_app.forms.setup import SetupForm
from requests_app.lifecycle import NotAllowed
from requests_app.setup import recount
from requests_app.views.staff_only import StaffRequest, View, desk_page, staff_only
from requests_app.views.typed_again import typed_before

AT_ONCE = 50
"""So many cases are brought in line while the person waits; the clock does the rest."""


def setup_page(view: View) -> View:
    """Only for those who may see the setup of the city in the address; for others there is no such page."""

    @staff_only
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: StaffRequest, city_slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        city = get_object_or_404(access.cities_set_up(request.standing), slug=city_slug)
        return view(request, city, *args, **kwargs)

    return guarded


def may_change(request: StaffRequest, city: City) -> bool:
    """Whether the forms are offered; the acts ask access themselves."""
    return access.may_set_up(request.standing, city)


def shown(request: StaffRequest, city: City, page: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page `setup/<page>.html`."""
    base = {
        **desk_page("setup", city),
        "page": page,
        "may_change": may_change(request, city),
    }
    return render(request, f"requests_app/setup/{page}.html", {**base, **context}, status=status)


def sent(request: StaffRequest) -> QueryDict | None:
    """What a form holds: what was sent, or what was typed before the session ended; None for neither."""
    return request.POST if request.method == "POST" else typed_before(request, request.user.pk)


@dataclass
class Tried:
    """What came of a form: `done` where the act did it; else the sentence and the status to answer with."""

    done: bool = False
    result: Any = None
    refused: str = ""
    status: int = 200


def tried(
    request: StaffRequest,
    city: City,
    form: SetupForm,
    act: Callable[[], Any],
    *,
    subject: str,
    wrong: Callable[[], dict[str, str]] | None = None,
    allowed: bool = True,
) -> Tried:
    """Try an act with what was sent: 403 without the right, 422 for what cannot be, 409 where somebody else
    was faster. The form keeps what was typed."""
    no_right = _("You may read the setup of this city, but not change this.")
    if not may_change(request, city):
        raise PermissionDenied(no_right)  # the page has no form then; the door keeps what was typed
    if not allowed:
        return Tried(refused=no_right, status=403)
    if form.is_valid() and wrong is not None:
        form.take(wrong())
    if not form.is_valid():
        return Tried(status=422)
    try:
        return Tried(done=True, result=act())
    except NotAllowed as error:
        form.again(setup_log.revision(city, subject))
        return Tried(refused=str(error), status=409)


def follow(change: Recount, *, now: datetime) -> str:
    """Bring the first open cases in line at once; a sentence that says how far it came."""
    done = recount.carry_out(now=now, only=change, at_most=AT_ONCE)
    change.refresh_from_db()
    said = {"moved": done.moved, "letters": done.letters}
    if change.done_at:
        return _("Cases of which a date moved: %(moved)d. Letters queued: %(letters)d.") % said
    return _("Cases moved so far: %(moved)d. The clock goes on with the others within minutes.") % said
