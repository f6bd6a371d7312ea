"""A form whose token against forgery does not fit: what was typed is shown again, with a fresh token.

Only to whoever sent it from a page of ours. A form that another site sends is refused, and nothing of it is
shown: it could put words into somebody's mouth.
"""

from urllib.parse import urlsplit

from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _

from requests_app.doors.kept_forms import WRITER
from requests_app.views.typed_again import FROM_A_STALE_PAGE, STALE, has_words, show_again

HELD = (200, 403, 409, 422)
"""How a page answers that shows its form with what was typed."""


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 in any case. From a page of ours: the form with everything typed, ready to be sent with one press.
    Files must be chosen again where the page cannot keep them; passwords and codes must be typed again."""
    if not _sent_by_us(request):
        return render(request, "403_csrf.html", status=403)
    data, files = request.POST.copy(), request.FILES
    named = [(name, file.name or "") for name, found in files.lists() for file in found]
    written_by = data.get(WRITER, "")
    somebody_else = request.user.is_authenticated and written_by not in ("", str(request.user.pk))
    own = None if somebody_else else _own_page(request, data)
    if own is not None:
        own.status_code = 403
        own.headers["Cache-Control"] = "private, no-store"
        return own
    why = str(STALE)
    if somebody_else:
        data[WRITER] = str(request.user.pk)
        why = _(
            "Somebody else was signed in when this was written. Nothing was sent. You are signed in as "
            "%(who)s: if you send it, it is sent in your name."
        ) % {"who": request.user}
    is_staff = hasattr(request, "standing") and request.standing.is_staff
    return show_again(request, data, why=why, status=403, files=named, is_staff=is_staff)


def _sent_by_us(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this very host and scheme sent it."""
    said = request.META.get("HTTP_ORIGIN") or request.META.get("HTTP_REFERER", "")
    try:
        came_from = urlsplit(said)
    except ValueError:
        return False
    return (came_from.scheme, came_from.netloc) == (request.scheme, request.get_host())


def _own_page(request: HttpRequest, data: QueryDict) -> HttpResponse | None:
    """The page of the form itself, opened as if by a link, so that nothing is done, with what was typed;
    None where it cannot hold that."""
    match = request.resolver_match
    if match is None or match.app_name != "requests_app" or not has_words(data):
        return None
    data.pop("csrfmiddlewaretoken", None)
    request.method, request.POST = "GET", QueryDict()
    setattr(request, FROM_A_STALE_PAGE, data)
    try:
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    except (Http404, PermissionDenied):
        response = HttpResponse(status=404)
    if response.status_code in HELD and not hasattr(request, FROM_A_STALE_PAGE):
        return response
    list(get_messages(request))  # what the page that is not shown had to say
    request.method = "POST"
    return None
