"""From an address to the handler and back: limits, checks, problems, headers. The one view of operations.

No session, no cookie, no CSRF token: a call carries its own proof or none. So a page of another site gains
nothing by making a browser call; it may read what is public (CORS), and it may send nothing.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from portals.api.operation import Answer, Call, Operation
from portals.api.problems import Problem, problem_response
from portals.soda import limits
from portals.soda.errors import SodaError
from portals.soda.limits import LimitReached
from portals.soda.usage import LEDGER
from requests_app.api.reading import allowed_methods, body_of, query_of
from requests_app.api.table import HOME, PATHS, by_path

PUBLIC_SECONDS = 60
KEY_HEADER = "X-App-Token"
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag, Link, Retry-After"}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": f"Authorization, {KEY_HEADER}, If-None-Match, Accept-Language",
    "Access-Control-Max-Age": "86400",
}


def view_of(operations: Mapping[str, Operation]) -> Callable[..., HttpResponseBase]:
    """The view of an address: one operation a method."""

    @csrf_exempt
    def view(request: HttpRequest, **variables: str) -> HttpResponseBase:
        response = _answered(request, operations, variables)
        if "GET" in operations and request.method in ("GET", "HEAD", "OPTIONS"):
            for name, value in CORS.items():
                response.headers[name] = value
        response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        return response

    return view


def _answered(
    request: HttpRequest, operations: Mapping[str, Operation], variables: Mapping[str, str]
) -> HttpResponseBase:
    allow = allowed_methods(operations.values())
    if request.method == "OPTIONS":
        return HttpResponse(
            status=204, headers={"Allow": allow, **(PREFLIGHT if "GET" in operations else {})}
        )
    operation = operations.get("GET" if request.method == "HEAD" else request.method or "")
    try:
        if operation is None:
            raise Problem(
                "wrong-method", _("Allowed: %(names)s.") % {"names": allow}, headers={"Allow": allow}
            )
        return _called(request, operation, variables)
    except Problem as problem:
        return problem_response(problem)


def _called(request: HttpRequest, operation: Operation, variables: Mapping[str, str]) -> HttpResponseBase:
    now = timezone.now()
    if operation.answer and not request.accepts("application/json"):
        raise Problem("not-acceptable", _("Add application/json to the header Accept."))
    if operation.reads:
        _count(request, now)
    elif request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Problem("cross-site", _("Pages of other sites can read here, and send nothing."))
    call = Call(request, operation, now, variables, query_of(request, operation))
    if operation.body:
        call.data, call.files = body_of(request, operation)
    found = operation.handler(call)
    return _written(request, operation, found) if isinstance(found, Answer) else found


def _count(request: HttpRequest, now: datetime) -> None:
    """One read more of this key or this address: those of all APIs here count together. Raises Problem."""
    try:
        caller = limits.caller_of(request, now=now)
        limits.count(caller, now=now)
    except LimitReached as error:
        raise Problem("too-many", error.message, headers={"Retry-After": str(error.wait)}) from None
    except SodaError as error:
        raise Problem("key-refused", error.message) from None
    if caller.key is not None:
        LEDGER.note(caller.key, now=now)


def _written(request: HttpRequest, operation: Operation, answer: Answer) -> HttpResponse:
    """The document with its headers; 304 where the caller has the same already."""
    content = json.dumps(answer.document, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
    response: HttpResponse = HttpResponse(content, status=answer.status, content_type="application/json")
    for name, value in answer.headers.items():
        response.headers[name] = value
    if following := isinstance(answer.document, dict) and answer.document.get("next"):
        response.headers["Link"] = f'<{following}>; rel="next"'
    response.headers["Cache-Control"] = (
        f"public, max-age={PUBLIC_SECONDS}" if operation.is_public else "private, no-store"
    )
    if not operation.reads:
        return response
    tag = etag_of(content)
    response.headers["ETag"] = tag
    return get_conditional_response(request, etag=tag, response=response) or response


def etag_of(content: bytes) -> str:
    """A strong validator of these very bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Every other address below `/api/v1/`."""
    return problem_response(Problem("not-found", _("There is no such address. /api/v1/ lists all of them.")))


def address_of(template: str) -> str:
    """A path of the table as Django reads it."""
    for name, (converter, _schema) in PATHS.items():
        template = template.replace(f"{{{name}}}", f"<{converter}:{name}>")
    return HOME + template


def urls() -> list[URLPattern]:
    """One address for each path of the table, named after its first operation; the catch-all comes last."""
    found = [
        path(address_of(template), view_of(operations), name=f"api_{next(iter(operations.values())).name}")
        for template, operations in by_path().items()
    ]
    return [*found, path(f"{HOME}<path:rest>", nothing_here, name="api_nothing")]
