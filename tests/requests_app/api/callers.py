"""A program that calls the API, and checks every answer against the document of the API."""

import json
import uuid
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.test import Client
from jsonschema import Draft202012Validator

from portals.api.operation import Operation
from requests_app.api.description import document
from requests_app.api.dispatch import KEY_HEADER
from requests_app.api.table import HOME, OPERATIONS
from tests.requests_app.pages import ENOUGH

BY_NAME: dict[str, Operation] = {operation.name: operation for operation in OPERATIONS}


@cache
def described() -> dict[str, Any]:
    """The document as it is given out."""
    from django.core.serializers.json import DjangoJSONEncoder

    return json.loads(json.dumps(document(), cls=DjangoJSONEncoder))


def wrong_with(found: Any, schema: str) -> list[str]:
    """What a schema of the document has against a value."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": described()["components"]}
    checker = Draft202012Validator.FORMAT_CHECKER
    return [str(error) for error in Draft202012Validator(whole, format_checker=checker).iter_errors(found)]


def address(name: str, **variables: Any) -> str:
    """The address of an operation."""
    return f"/{HOME}{BY_NAME[name].path.format(**variables)}"


def call(
    client: Client, name: str, *, sent: Any = None, code: str = "", key: str = "", data: Any = None, **at: Any
) -> HttpResponse:
    """Calls an operation: `sent` as JSON, or `data` as a form, or a read with `query` among the variables.
    The answer must be one that the document knows, and look as it says."""
    headers = {"Authorization": f"Bearer {code}"} if code else {}
    headers |= {KEY_HEADER: key} if key else {}
    query = at.pop("query", None)
    operation = BY_NAME[name]
    if operation.method == "GET":
        answer = client.get(address(name, **at), query, headers=headers)
    elif data is not None:
        answer = client.post(address(name, **at), data, headers=headers)
    else:
        answer = client.post(address(name, **at), sent, content_type="application/json", headers=headers)
    check(answer, operation)
    return answer


def check(answer: HttpResponse, operation: Operation) -> None:
    """Status, media type and document are as described, and the call left no cookie."""
    method = described()["paths"][f"/{HOME}{operation.path}"][operation.method.lower()]
    status = str(answer.status_code)
    assert status in method["responses"], (operation.name, status, answer.content[:500])
    assert not answer.cookies and "Cookie" not in answer.get("Vary", "")
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert wrong_with(answer.json(), "Problem") == []
    elif operation.answer:
        assert wrong_with(answer.json(), operation.answer) == [], operation.name


def content(kind: str, **more: Any) -> dict[str, Any]:
    """The least that a kind takes, with a key of its own."""
    return {**ENOUGH[kind], "submission_key": str(uuid.uuid4()), **more}


def filed(client: Client, city: str, kind: str, **more: Any) -> dict[str, Any]:
    """Files a submission; the document that comes back."""
    answer = call(client, f"submit_{kind}", city=city, sent=content(kind, **more))
    assert answer.status_code == 201, answer.content
    return answer.json()
