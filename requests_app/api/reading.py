"""Checks a call against its row of the table before any handler sees it.

What is not documented is refused: a filter with a mistyped name would silently give everything.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from portals.api.operation import Operation, Parameter
from portals.api.problems import Problem, invalid
from portals.api.schema import Schema
from requests_app.api.table import SCHEMAS

JSON, FORM = "application/json", "multipart/form-data"
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def query_of(request: HttpRequest, operation: Operation) -> dict[str, Any]:
    """The parameters of the query that were given, by name. Raises Problem."""
    try:
        given = request.GET
    except SuspiciousOperation:
        raise Problem("malformed", _("There are too many parameters.")) from None
    known = {parameter.name: parameter for parameter in operation.query}
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for name in given:
        if name not in known:
            told = _("There is no such parameter here. Known: %(names)s.")
            errors[name[:100]] = [told % {"names": ", ".join(known) or _("none")}]
    for name, parameter in known.items():
        try:
            if name in given:
                values[name] = _parameter(parameter, given.getlist(name))
            elif parameter.required:
                raise ValueError(_("This is missing."))
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise invalid(errors)
    return values


def _parameter(parameter: Parameter, given: list[str]) -> Any:
    if parameter.many:
        return [_value(parameter.schema["items"], one) for one in given]
    if len(given) > 1:
        raise ValueError(_("This may stand only once."))
    return _value(parameter.schema, given[0])


def _value(schema: Schema, written: str) -> Any:
    if schema["type"] == "integer":
        return _integer(schema, written)
    if schema["type"] == "boolean":
        if written not in ("true", "false"):
            raise ValueError(_("Send true or false."))
        return written == "true"
    _check_text(schema, written)
    return written


def _integer(schema: Schema, written: str) -> int:
    least, most = schema.get("minimum", -(10**9)), schema.get("maximum", 10**9)
    if not _WHOLE.fullmatch(written) or not least <= int(written) <= most:
        raise ValueError(
            _("Send a whole number from %(least)s to %(most)s.") % {"least": least, "most": most}
        )
    return int(written)


def _check_text(schema: Schema, written: str) -> None:
    if "enum" in schema and written not in schema["enum"]:
        raise ValueError(_("Send one of these: %(words)s.") % {"words": ", ".join(schema["enum"])})
    if len(written) > schema.get("maxLength", len(written)):
        raise ValueError(_("This is too long: at most %(most)d characters.") % {"most": schema["maxLength"]})
    if "pattern" in schema and not re.search(schema["pattern"], written):
        raise ValueError(_("This has not the form that is wanted."))
    if schema.get("format") == "date":
        _check_day(written)


def _check_day(written: str) -> None:
    told = _("This is not a date: write it like 2026-06-04.")
    if not _DAY.fullmatch(written):
        raise ValueError(told)
    try:
        date.fromisoformat(written)
    except ValueError:
        raise ValueError(told) from None


# -- bodies


def body_of(request: HttpRequest, operation: Operation) -> tuple[Any, Any]:
    """Data and files as a form of ours takes them. Raises Problem."""
    assert operation.body
    schema = SCHEMAS[operation.body.schema]
    sent = request.content_type
    if sent == JSON:
        data: Any = _json(request, schema)
        files: Any = MultiValueDict()
    elif sent == FORM and operation.body.files:
        data, files = _form(request)
    else:
        taken = f"{JSON}, {FORM}" if operation.body.files else JSON
        told = _("Send one of these media types: %(types)s.") % {"types": taken}
        raise Problem("wrong-media-type", told, headers={"Accept-Post": taken})
    errors = {name: [_("There is no such field.")] for name in data if not _knows(schema, name)}
    errors |= {name: [_("Files are sent as files.")] for name in files if name != "files"}
    errors |= {name: [_("This may stand only once.")] for name, values in data.lists() if len(values) > 1}
    if errors:
        raise invalid({name[:100]: lines for name, lines in errors.items()})
    return data, files


def _schema_of(schema: Schema, name: str) -> Schema | None:
    if name in schema["properties"]:
        found: Schema = schema["properties"][name]
        return found
    patterns: Mapping[str, Schema] = schema.get("patternProperties", {})
    return next((found for pattern, found in patterns.items() if re.search(pattern, name)), None)


def _knows(schema: Schema, name: str) -> bool:
    return _schema_of(schema, name) is not None


def _form(request: HttpRequest) -> tuple[Any, Any]:
    try:
        return request.POST, request.FILES
    except RequestDataTooBig:
        raise Problem("too-large", _("This is too large.")) from None
    except (MultiPartParserError, SuspiciousOperation):
        raise Problem("malformed", _("This form cannot be read.")) from None


def _json(request: HttpRequest, schema: Schema) -> QueryDict:
    """A JSON object as the data of a form: true and false as such, numbers as they are written."""
    try:
        found = json.loads(request.body, parse_constant=_no_number)
    except RequestDataTooBig:
        raise Problem("too-large", _("This is too large. Send long texts as files.")) from None
    except (ValueError, RecursionError):
        raise Problem("malformed", _("This is not JSON.")) from None
    if not isinstance(found, dict):
        raise Problem("malformed", _("Send a JSON object."))
    data, errors = QueryDict(mutable=True), {}
    for name, value in found.items():
        wanted = _schema_of(schema, name)
        if not _is_text(name) or (wanted is not None and not _fits(wanted, value)):
            kind = wanted["type"] if wanted else "string"
            errors[name.encode("utf-8", "replace").decode()[:100]] = [_wanted(kind)]
        else:
            data[name] = _as_typed(value)
    if errors:
        raise invalid(errors)
    return data


def _no_number(written: str) -> NoReturn:
    raise ValueError(written)


def _is_text(value: str) -> bool:
    """Whether it is whole Unicode: JSON can name halves of signs, which no database takes."""
    return not any("\ud800" <= sign <= "\udfff" for sign in value)


def _fits(schema: Schema, value: Any) -> bool:
    if schema["type"] == "boolean":
        return isinstance(value, bool)
    if schema["type"] in ("integer", "number"):
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        fits = whole if schema["type"] == "integer" else isinstance(value, int | float)
        return fits and not isinstance(value, bool)
    return isinstance(value, str) and _is_text(value)


def _wanted(kind: str) -> str:
    words = {
        "boolean": _("Send true or false."),
        "integer": _("Send a whole number."),
        "number": _("Send a number."),
    }
    return words.get(kind, _("Send text."))


def _as_typed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # 4.0 is a whole number in JSON
    return value if isinstance(value, str) else str(value)


def allowed_methods(operations: Iterable[Operation]) -> str:
    """For the header Allow."""
    found = {operation.method for operation in operations}
    return ", ".join(sorted({*found, "OPTIONS", *(("HEAD",) if "GET" in found else ())}))
