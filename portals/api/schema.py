"""Words for JSON Schema 2020-12, the dialect of OpenAPI 3.1. Pure.

Every property has a description and an example, so that the document of the API can be read like a page.
Descriptions may be lazy: the document is written out in the language of whoever asks.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise

Schema = dict[str, Any]
Words = str | Promise


def text(told: Words, example: str, **more: Any) -> Schema:
    """A text."""
    return {"type": "string", "description": told, "examples": [example], **more}


def choice(told: Words, values: Iterable[Any]) -> Schema:
    """A word of a fixed list."""
    return {"type": "string", "description": told, "enum": [str(value) for value in values]}


def yes_no(told: Words) -> Schema:
    """True or false."""
    return {"type": "boolean", "description": told, "examples": [False]}


def number(told: Words, example: int | float, **more: Any) -> Schema:
    """A whole number, or one with a fraction where the example has one."""
    kind = "integer" if isinstance(example, int) else "number"
    return {"type": kind, "description": told, "examples": [example], **more}


def day(told: Words, example: str = "2026-06-04") -> Schema:
    """A date of the city."""
    return text(told, example, format="date")


def moment(told: Words, example: str = "2026-06-04T17:00:00Z") -> Schema:
    """A moment in UTC."""
    return text(told, example, format="date-time")


def address(told: Words, example: str) -> Schema:
    """An address on the web."""
    return text(told, example, format="uri")


def listed(told: Words, items: Schema) -> Schema:
    """A list."""
    return {"type": "array", "description": told, "items": items}


def thing(told: Words, /, **properties: Schema) -> Schema:
    """An object with exactly these properties, all of them always there."""
    return {
        "type": "object",
        "description": told,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def ref(name: str, told: Words | None = None) -> Schema:
    """A schema among the components."""
    found: Schema = {"$ref": f"#/components/schemas/{name}"}
    return found if told is None else {**found, "description": told}


def maybe(schema: Schema) -> Schema:
    """As `schema`, or null where nothing is known or specified."""
    if "type" not in schema:
        told = {"description": schema["description"]} if "description" in schema else {}
        bare = {name: value for name, value in schema.items() if name != "description"}
        return {"anyOf": [bare, {"type": "null"}], **told}
    found = {**schema, "type": [schema["type"], "null"]}
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    return found
