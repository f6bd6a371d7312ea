"""The OpenAPI 3.1 document of the API, made from the table: whatever is routed is documented, and no more."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from portals.api import problems
from portals.api.operation import Operation
from portals.api.schema import Schema
from requests_app.api.dispatch import KEY_HEADER
from requests_app.api.reading import FORM, JSON
from requests_app.api.table import HOME, OPERATIONS, PATHS, SCHEMAS

VERSION = "1.0.0"
CODE, KEY = "caseCode", "apiKey"
ALWAYS = ("malformed", "not-acceptable", "invalid")
READING = ("key-refused", "too-many")
SENDING = ("cross-site", "too-large", "wrong-media-type")
PROVING = ("code-wanted", "too-many")


def document() -> dict[str, Any]:
    """The whole document, in the active language."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(f"/{HOME}{operation.path}", {})[operation.method.lower()] = described(operation)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": _("Civicdata: the front desk of a city's open-data program"),
            "version": VERSION,
            "summary": _("What a city's rules say, and what becomes of what one asks of it."),
            "description": _(
                "Read the rules, offices, datasets, published answers and figures of a city; ask who acts "
                "and by when; file a submission of any kind, and follow it with reference and code. Dates "
                "are dates of the city, moments are UTC. Texts come in the language of Accept-Language."
            ),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": _("This site.")}],
        "tags": [{"name": name} for name in dict.fromkeys(str(operation.tag) for operation in OPERATIONS)],
        "paths": paths,
        "components": {"schemas": dict(SCHEMAS), "securitySchemes": _schemes()},
    }


def _schemes() -> dict[str, Any]:
    """The two things that a call can carry beside its content."""
    told = _(
        "Not needed. Reads count by the key (%(key)d an hour, or what the office gave), else by address "
        "(%(limit)d)."
    )
    return {
        CODE: {
            "type": "http",
            "scheme": "bearer",
            "description": _("The twelve characters that were shown once when the case was filed."),
        },
        KEY: {
            "type": "apiKey",
            "in": "header",
            "name": KEY_HEADER,
            "description": told % {"limit": settings.API_LIMIT, "key": settings.API_KEY_LIMIT},
        },
    }


def described(operation: Operation) -> dict[str, Any]:
    """One operation object."""
    found: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.told,
        "parameters": [*_in_path(operation), *_in_query(operation)],
        "responses": _responses(operation),
        "security": _security(operation),
    }
    if operation.body:
        found["requestBody"] = _body(operation)
    return found


def _in_path(operation: Operation) -> Iterator[dict[str, Any]]:
    for name, (_converter, schema) in PATHS.items():
        if f"{{{name}}}" in operation.path:
            yield _parameter(name, schema, "path", required=True)


def _in_query(operation: Operation) -> Iterator[dict[str, Any]]:
    for parameter in operation.query:
        found = _parameter(parameter.name, parameter.schema, "query", required=parameter.required)
        yield {**found, "style": "form", "explode": True} if parameter.many else found


def _parameter(name: str, schema: Schema, place: str, *, required: bool) -> dict[str, Any]:
    bare = {key: value for key, value in schema.items() if key != "description"}
    told = {"name": name, "in": place, "description": schema["description"], "schema": bare}
    return {**told, "required": required}


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    if operation.code == "required":
        return [{CODE: []}]
    if operation.code == "optional":
        return [{CODE: []}, {}]
    return [{}, {KEY: []}] if operation.reads else [{}]


def _body(operation: Operation) -> dict[str, Any]:
    assert operation.body
    schema = {"$ref": f"#/components/schemas/{operation.body.schema}"}
    content: dict[str, Any] = {JSON: {"schema": schema}}
    if operation.body.files:
        known = SCHEMAS[operation.body.schema]
        one = {"type": "string", "contentMediaType": "application/octet-stream"}
        files = {
            "type": "array",
            "description": _("Files, looked at and limited as on the page."),
            "items": one,
        }
        content[FORM] = {"schema": {**known, "properties": {**known["properties"], "files": files}}}
    return {"required": True, "content": content}


def kinds_of(operation: Operation) -> list[problems.Kind]:
    """The problems that an operation may end in, by status."""
    names = {*ALWAYS, *operation.problems, *(READING if operation.reads else SENDING)}
    names |= set(PROVING) if operation.code else set()
    if "{" in operation.path:
        names.add("not-found")
    return [kind for kind in problems.KINDS.values() if kind.name in names]


def _responses(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status in operation.statuses:
        found[str(status)] = _success(operation, status)
    if operation.reads and operation.answer:
        found["304"] = {"description": _("It has not changed since the ETag that was sent.")}
    for kind in kinds_of(operation):
        key = str(kind.status)
        if key in found:
            found[key]["description"] += f" / {kind.title}"
            continue
        content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        found[key] = {"description": str(kind.title), "content": content}
    return found


def _success(operation: Operation, status: int) -> dict[str, Any]:
    if not operation.answer:
        content: dict[str, Any] = {"application/octet-stream": {"schema": {}}}
    else:
        content = {JSON: {"schema": {"$ref": f"#/components/schemas/{operation.answer}"}}}
    told = {200: _("Done."), 201: _("Filed.")}[status]
    found: dict[str, Any] = {"description": told, "content": content}
    if operation.reads and operation.answer:
        found["headers"] = {
            "ETag": {"description": _("Send it as If-None-Match."), "schema": {"type": "string"}}
        }
    return found
