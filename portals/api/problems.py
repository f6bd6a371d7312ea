"""What went wrong, as RFC 9457 problem details.

Alone responsible for the kinds of problems, their titles and their document. A sentence (`detail`) says what
to do; it stands in the language of whoever asks.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MEDIA_TYPE = "application/problem+json"
HOME = "/api/v1/"


@dataclass(frozen=True)
class Kind:
    """A kind of problem. `name` ends the address that is its `type`."""

    name: str
    status: int
    title: str | Promise


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("malformed", 400, _("The request cannot be read")),
        Kind("code-wanted", 401, _("Reference and code do not belong together")),
        Kind("key-refused", 403, _("The API key is refused")),
        Kind("cross-site", 403, _("Not from another site's page")),
        Kind("not-found", 404, _("There is no such thing")),
        Kind("wrong-method", 405, _("This address does not take this method")),
        Kind("not-acceptable", 406, _("Only JSON is given out here")),
        Kind("sent-before", 409, _("This was sent before")),
        Kind("not-allowed", 409, _("The case does not allow this now")),
        Kind("too-large", 413, _("This is too large")),
        Kind("wrong-media-type", 415, _("This media type is not taken")),
        Kind("invalid", 422, _("Something in the request is not right")),
        Kind("too-many", 429, _("Too many calls")),
        Kind("server-error", 500, _("Something went wrong here")),
    )
}
"""All kinds, by status."""


class Problem(Exception):
    """Ends a call with a problem. `errors` are sentences by field, `headers` go with the answer."""

    def __init__(
        self,
        name: str,
        detail: Any = "",
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.kind = KINDS[name]
        self.detail = str(detail)
        self.errors = errors
        self.headers = dict(headers or {})
        super().__init__(name)


def invalid(errors: Mapping[str, Sequence[str]]) -> Problem:
    """422 with what is wrong with which field."""
    return Problem("invalid", _("See what is told of each field. Nothing was saved."), errors=errors)


def errors_of(form: forms.BaseForm) -> dict[str, list[str]]:
    """What a form says is wrong, by field; what concerns it as a whole stands under `form`."""
    found = form.errors.get_json_data()
    return {
        "form" if name == "__all__" else name: [str(line["message"]) for line in lines]
        for name, lines in found.items()
    }


def problem_response(found: Problem) -> HttpResponse:
    """The document of a problem; nobody keeps it."""
    document: dict[str, Any] = {
        "type": f"{HOME}#problem-{found.kind.name}",
        "title": str(found.kind.title),
        "status": found.kind.status,
        "detail": found.detail or str(found.kind.title),
    }
    if found.errors is not None:
        document["errors"] = {name: [str(line) for line in lines] for name, lines in found.errors.items()}
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False), content_type=MEDIA_TYPE, status=found.kind.status
    )
    response.headers["Cache-Control"] = "no-store"
    for name, value in found.headers.items():
        response.headers[name] = value
    return response
