"""The OpenAPI document: whatever is routed is documented, and whatever is documented can be understood."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import translation
from jsonschema import Draft202012Validator

from requests_app.api.dispatch import address_of
from requests_app.api.table import HOME, OPERATIONS, PATHS, SCHEMAS
from tests.requests_app.api.callers import described

METHODS = {"get", "post"}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in described()["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def routed() -> set[str]:
    """The addresses below `/api/v1/`, beside the document, the page and the catch-all."""
    (ours,) = (
        found for found in get_resolver().url_patterns if getattr(found, "app_name", "") == "requests_app"
    )
    named = {
        str(found.name): str(found.pattern) for found in ours.url_patterns if isinstance(found, URLPattern)
    }
    found = {pattern for name, pattern in named.items() if pattern.startswith(HOME)}
    return found - {HOME, f"{HOME}openapi.json", f"{HOME}<path:rest>"}


def test_what_is_documented_is_routed_and_what_is_routed_is_documented() -> None:
    documented = {path.removeprefix(f"/{HOME}") for path in described()["paths"]}
    assert {address_of(path) for path in documented} == routed()


def test_the_document_is_given_out_as_it_is_made(client: Client, db: None) -> None:
    answer = client.get(f"/{HOME}openapi.json")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/json"
    assert answer.json() == described()


def test_it_is_openapi_3_1_with_all_that_must_be_there() -> None:
    found = described()
    assert found["openapi"].startswith("3.1.") and {"title", "version"} <= set(found["info"])
    assert set(found) <= {
        *("openapi", "info", "jsonSchemaDialect", "servers", "tags", "paths", "components"),
    }
    for path, method, operation in operations():
        assert path.startswith("/") and method in METHODS
        assert set(operation) <= {
            *("operationId", "tags", "summary", "description", "parameters", "responses", "security"),
            "requestBody",
        }
        assert operation["summary"] and operation["description"] and operation["tags"]
        assert ("requestBody" in operation) == (method == "post")
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[2-5]\d\d", status) and response["description"]


def test_names_of_operations_are_there_once() -> None:
    names = [operation["operationId"] for _path, _method, operation in operations()]
    assert len(names) == len(set(names)) == len(OPERATIONS)


def test_every_variable_of_an_address_is_a_parameter_and_no_other_is() -> None:
    for path, _method, operation in operations():
        inside = [one["name"] for one in operation["parameters"] if one["in"] == "path"]
        assert sorted(inside) == sorted(re.findall(r"{(\w+)}", path))
        assert all(one["required"] for one in operation["parameters"] if one["in"] == "path")
        places = [(one["name"], one["in"]) for one in operation["parameters"]]
        assert len(places) == len(set(places)) and all(one["description"] for one in operation["parameters"])


def test_every_schema_is_a_schema() -> None:
    for schema in described()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for _path, _method, operation in operations():
        for parameter in operation["parameters"]:
            Draft202012Validator.check_schema(parameter["schema"])


def references(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        if isinstance(found.get("$ref"), str):
            yield found["$ref"]
        for value in found.values():
            yield from references(value)
    elif isinstance(found, list):
        for value in found:
            yield from references(value)


def test_every_reference_leads_to_a_schema_and_no_schema_is_left_over() -> None:
    used = set(references(described()))
    assert used == {f"#/components/schemas/{name}" for name in described()["components"]["schemas"]}


def parts(schema: dict[str, Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and every schema in it."""
    yield where, schema
    for name, inner in schema.get("properties", {}).items():
        yield from parts(inner, f"{where}.{name}")
    for name, inner in schema.get("patternProperties", {}).items():
        yield from parts(inner, f"{where}.{name}")
    if "items" in schema:
        yield from parts(schema["items"], f"{where}[]")


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_property_says_what_it_is_and_gives_an_example(name: str) -> None:
    for where, schema in parts(described()["components"]["schemas"][name], name):
        target = [schema, *schema.get("anyOf", [])]
        if any("$ref" in one for one in target):
            continue
        assert schema.get("description") or where.endswith("[]"), where
        kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
        if kind not in ("array", "object") and "enum" not in schema:
            assert schema.get("examples"), where
        for example in schema.get("examples", ()):
            assert Draft202012Validator(schema).is_valid(example), (where, example)


def test_every_variable_of_an_address_is_used() -> None:
    assert set(PATHS) == {name for path in described()["paths"] for name in re.findall(r"{(\w+)}", path)}


def test_the_document_is_written_in_the_language_of_whoever_asks(client: Client, db: None) -> None:
    with translation.override("en"):
        answer = client.get(f"/{HOME}openapi.json", headers={"Accept-Language": "en"})
    assert answer["Content-Language"] == "en" and "Accept-Language" in answer["Vary"]


def test_a_second_look_costs_nothing(client: Client, db: None) -> None:
    first = client.get(f"/{HOME}openapi.json")
    again = client.get(f"/{HOME}openapi.json", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and not again.content
