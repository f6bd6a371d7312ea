"""What every call of the read API has in common, whatever it reads.

It is counted and its key looked at before anything else; it reads and never writes; scripts of other pages
may make it; whatever goes wrong is told as JSON, and never as a page. It looks at no session and sets no
cookie.
"""

import json
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from portals.soda import limits
from portals.soda.catalogue import Links, repeated_identifiers
from portals.soda.errors import SodaError
from portals.soda.limits import Allowance, LimitReached
from portals.soda.usage import LEDGER

logger = logging.getLogger(__name__)

JSON = "application/json; charset=utf-8"
METHODS = ("GET", "HEAD", "OPTIONS")
_SENT = "Accept, Authorization, Content-Type, If-Modified-Since, If-None-Match, X-App-Token"
_SHOWN = (
    "ETag, Last-Modified, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, "
    "X-SODA2-Fields, X-SODA2-Types, X-Socrata-RequestId"
)

View = Callable[..., HttpResponseBase]


def read_call(view: View) -> View:
    """An address that is read with GET or HEAD. The view may raise SodaError; its keyword
    `identifier` is what is asked for."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, **named: str) -> HttpResponseBase:
        if request.method == "OPTIONS":
            return _finished(request, _preflight(), None)
        allowance = None
        try:
            _check_method(request)
            allowance = _counted(request, timezone.now())
            response = view(request, **named)
        except SodaError as error:
            response = refusal(error, named.get("identifier", ""))
        except SuspiciousOperation:
            response = refusal(SodaError(_("This call has too many parameters, or they cannot be read.")))
        except Exception:
            logger.exception("The read API failed at %s", request.path)
            response = refusal(_failed(request))
        return _finished(request, response, allowance)

    return answer


def _preflight() -> HttpResponse:
    """What browsers ask before a script of another page may send a key."""
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    response.headers["Allow"] = response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    response.headers["Access-Control-Allow-Headers"] = _SENT
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _check_method(request: HttpRequest) -> None:
    if request.method not in METHODS:
        message = _("Data is only read here: use GET.")
        raise SodaError(message, code="method-not-allowed", status=HTTPStatus.METHOD_NOT_ALLOWED)


def _counted(request: HttpRequest, now: datetime) -> Allowance:
    caller = limits.caller_of(request, now=now)
    allowance = limits.count(caller, now=now)
    if caller.key is not None:
        LEDGER.note(caller.key, now=now)
    return allowance


def _failed(request: HttpRequest) -> SodaError:
    message = _("Something went wrong here. If you report it, name this number: %(number)s") % {
        "number": request_id(request) or "-"
    }
    return SodaError(message, code="internal-error", status=HTTPStatus.INTERNAL_SERVER_ERROR)


def refusal(error: SodaError, identifier: str = "") -> HttpResponse:
    """What is answered instead of the data, in the form that fits the error."""
    response = json_response(error.as_json(identifier), status=error.status)
    response.headers["Cache-Control"] = "no-store"
    if isinstance(error, LimitReached):
        response.headers["Retry-After"] = str(error.wait)
    if error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(METHODS)
    return response


def json_response(content: Any, *, status: int = HTTPStatus.OK) -> HttpResponse:
    """A document that is small enough to be written at once."""
    return HttpResponse(json.dumps(content, ensure_ascii=False) + "\n", status=status, content_type=JSON)


def streamed(request: HttpRequest, pieces: Iterable[str | bytes], content_type: str) -> StreamingHttpResponse:
    """A document that is sent while it is written; HEAD has the headers alone, and writes nothing."""
    return StreamingHttpResponse(() if request.method == "HEAD" else pieces, content_type=content_type)


def _finished(
    request: HttpRequest, response: HttpResponseBase, allowance: Allowance | None
) -> HttpResponseBase:
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = _SHOWN
    headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
    # Kept copies are asked for again each time: what is taken down is gone with the next call.
    headers.setdefault("Cache-Control", "public, no-cache")
    if number := request_id(request):
        headers["X-Socrata-RequestId"] = number
    if allowance is not None:
        headers["X-RateLimit-Limit"] = str(allowance.limit)
        headers["X-RateLimit-Remaining"] = str(allowance.left)
        headers["X-RateLimit-Reset"] = str(int(allowance.ends_at.timestamp()))
    return response


def request_id(request: HttpRequest) -> str:
    """The number of this call, as the log has it; the outermost middleware wrote it there."""
    return str(request.META.get("HTTP_X_REQUEST_ID", ""))


def links_of(request: HttpRequest) -> Links:
    """The addresses of datasets, as whoever calls reaches them. One query."""
    return Links(request.build_absolute_uri, request.get_host(), repeated_identifiers())


# -- Kept copies


def unchanged(request: HttpRequest, etag: str, changed_at: datetime | None) -> HttpResponseBase | None:
    """The answer to whoever has the newest copy already (304), or None. `etag` is without quotes."""
    modified = int(changed_at.timestamp()) if changed_at else None
    found: HttpResponseBase | None = get_conditional_response(
        request, etag=_quoted(etag), last_modified=modified
    )
    if found is not None:
        mark(found, etag, changed_at)
    return found


def mark(response: HttpResponseBase, etag: str, changed_at: datetime | None) -> None:
    """Say which copy this is."""
    response.headers["ETag"] = _quoted(etag)
    if changed_at is not None:
        response.headers["Last-Modified"] = http_date(changed_at.astimezone(UTC).timestamp())


def _quoted(etag: str) -> str:
    """Weak: a proxy that packs the answer sends other bytes of the same content."""
    return f'W/"{etag}"'
