"""What every response carries: a request id and strict headers; and a limit on what may be sent to us."""

import re
import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from civicdata.logs import request_id
from portals.api import problems

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()"
UTF8 = ("utf-8", "utf8", "us-ascii")
_NUL = re.compile(r"%00|\x00")
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestIdMiddleware:
    """Takes the proxy's `X-Request-ID` where harmless, else makes one; logs and the response carry it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        token = request_id.set(given if _ACCEPTABLE_ID.fullmatch(given) else secrets.token_hex(8))
        request.META["HTTP_X_REQUEST_ID"] = request_id.get()  # for answers that tell it in their own way
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class SecurityHeadersMiddleware:
    """Strict headers on every response, static files and errors included.

    A view that already set a stricter policy (a served attachment is sandboxed) keeps it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        # Whoever wants a page kept says so; nothing is kept because somebody forgot to forbid it.
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class BodyLimitMiddleware:
    """Refuses what cannot be a form of ours before a byte of it is read: a body larger than all allowed files
    together (413), and another encoding than UTF-8 (415), on which Django's own error page would fail."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length[:18]) > settings.BODY_MAX_BYTES:
            text = _("This is too large. Send at most %(count)d files of %(size)d MB each.") % {
                "count": settings.UPLOAD_MAX_FILES,
                "size": settings.UPLOAD_MAX_BYTES // 1024 // 1024,
            }
            return _refused(request, "too-large", text)
        if (request.content_params or {}).get("charset", "utf-8").lower() not in UTF8:
            text = _("This form was sent in an encoding that is not UTF-8. Nothing was saved.")
            return _refused(request, "wrong-media-type", text)
        return self.get_response(request)


def _refused(request: HttpRequest, name: str, text: str) -> HttpResponse:
    """A sentence, as whoever called reads it: for the API a problem document, for all others plain text."""
    problem = problems.Problem(name, text)
    if request.path_info.startswith(problems.HOME):
        return problems.problem_response(problem)
    return HttpResponse(text, status=problem.kind.status, content_type="text/plain; charset=utf-8")


class NoNulInAddressMiddleware:
    """No address of ours has a NUL, and PostgreSQL takes none as text: one in the query is left out, one in
    the path leads nowhere (404)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        request.META["QUERY_STRING"] = _NUL.sub("", request.META.get("QUERY_STRING", ""))
        return self.get_response(request)
