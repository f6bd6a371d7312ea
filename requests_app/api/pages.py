"""The document of the API for programs, and the list of its operations for people."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from portals.api import problems
from portals.api.operation import Operation
from portals.views.city_page import kept_public
from requests_app.api.description import VERSION, document, kinds_of
from requests_app.api.dispatch import CORS, KEY_HEADER, etag_of
from requests_app.api.table import HOME, OPERATIONS, PATHS, SCHEMAS

HTML, JSON = "text/html", "application/json"
FILING = """curl --json '{"submission_key": "0b6a3c1e-5f2d-4c53-9a0e-2f1c8d7e6b5a",
  "description": "Row 17 is wrong.", "dataset": "abcd-1234"}' \\
  %scities/kent/submissions/error_report"""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/api/v1/`: every operation, for people; the same list as JSON for whoever prefers that."""
    if request.get_preferred_type([HTML, JSON]) == JSON:
        response = _written(request, _index(request))
    else:
        context = {
            "groups": _groups(),
            "problems": list(problems.KINDS.values()),
            "limit": settings.API_LIMIT,
            "key_limit": settings.API_KEY_LIMIT,
            "key_header": KEY_HEADER,
            "filing_example": FILING % request.build_absolute_uri(f"/{HOME}"),
            "read_example": f"curl {request.build_absolute_uri(f'/{HOME}cities')}",
        }
        response = kept_public(request, render(request, "requests_app/api.html", context))
    patch_vary_headers(response, ["Accept"])
    return response


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """`/api/v1/openapi.json`: the OpenAPI 3.1 document."""
    return _written(request, document())


def _written(request: HttpRequest, found: dict[str, Any]) -> HttpResponse:
    content = json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False)
    response = HttpResponse(
        content, content_type=JSON, headers={**CORS, "Cache-Control": "public, max-age=60"}
    )
    tag = etag_of(response.content)
    response.headers["ETag"] = tag
    return get_conditional_response(request, etag=tag, response=response) or response


def _index(request: HttpRequest) -> dict[str, Any]:
    link = request.build_absolute_uri
    return {
        "name": "Civicdata",
        "version": VERSION,
        "openapi": link(f"/{HOME}openapi.json"),
        "operations": [
            {
                "name": operation.name,
                "method": operation.method,
                "path": f"/{HOME}{operation.path}",
                "summary": operation.summary,
            }
            for operation in OPERATIONS
        ],
    }


def _groups() -> list[dict[str, Any]]:
    """The operations by tag, in the order of the table."""
    found: dict[str, list[dict[str, Any]]] = {}
    for operation in OPERATIONS:
        found.setdefault(str(operation.tag), []).append(_shown(operation))
    return [{"tag": tag, "operations": operations} for tag, operations in found.items()]


def _shown(operation: Operation) -> dict[str, Any]:
    return {
        "operation": operation,
        "path": f"/{HOME}{operation.path}",
        "takes": list(_takes(operation)),
        "gives": list(_gives(operation)),
        "problems": [
            kind for kind in kinds_of(operation) if kind.name not in ("malformed", "not-acceptable")
        ],
    }


def _takes(operation: Operation) -> Iterable[dict[str, Any]]:
    for name, (_converter, schema) in PATHS.items():
        if f"{{{name}}}" in operation.path:
            yield {"name": name, "told": schema["description"], "required": True}
    for parameter in operation.query:
        yield {
            "name": parameter.name,
            "told": parameter.schema["description"],
            "required": parameter.required,
            "values": (parameter.schema.get("items") or parameter.schema).get("enum"),
        }
    if operation.body:
        schema = SCHEMAS[operation.body.schema]
        for name, found in schema["properties"].items():
            yield {
                "name": name,
                "told": found["description"],
                "required": name in schema["required"],
                "values": found.get("enum"),
            }


def _gives(operation: Operation) -> Iterable[dict[str, Any]]:
    for name, found in SCHEMAS[operation.answer]["properties"].items() if operation.answer else ():
        reference = found.get("$ref", "") or next(
            (one["$ref"] for one in found.get("anyOf", ()) if "$ref" in one), ""
        )
        told = found.get("description") or SCHEMAS[reference.rpartition("/")[2]]["description"]
        yield {"name": name, "told": told}
