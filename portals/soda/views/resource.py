"""The rows of a table: queries (`/resource/`), single rows, and whole downloads (`/api/views/<id>/rows`)."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portals.models import Dataset, Table
from portals.soda import encodings, finding, metadata, rows_json
from portals.soda.catalogue import described
from portals.soda.errors import QueryError, SodaError, row_missing, unrecognized_arguments
from portals.soda.language.analysis import analyse
from portals.soda.language.parameters import asked
from portals.soda.language.sql import Statement, to_sql
from portals.soda.store import engine, tables
from portals.soda.values.types import ROW_ID, OutputColumn
from portals.soda.views.call import mark, read_call, streamed, unchanged

VERSION = "1"
"""Part of every ETag: raise it when the same rows are written otherwise than before."""
HEADERS_LETTERS = 5_000
"""Of fields and types together. Proxies and clients refuse longer headers, so then both are left out."""
BY_TYPE = {
    "application/json": "json",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/vnd.geo+json": "geojson",
    "application/geo+json": "geojson",
    "application/json+x-socrata-cjson": "cjson",
}
"""What `Accept` may name -> the ending of an address."""
TELLING_FIELDS = ("json", "csv", "tsv")
DOWNLOADS = ("csv", "json", "tsv", "geojson")
OF_DOWNLOADS = {"accesstype", "bom", "date", "format", "max_rows", "sorting"}
"""Parameters that links to downloads have; `bom` and `max_rows` do something."""


@dataclass(frozen=True)
class _Answer:
    """What a statement over a table gives; `write` runs it. `form` tells apart ways to write the same."""

    table: Table
    statement: Statement
    form: str
    content_type: str
    write: Callable[[], Iterable[bytes | str]]


@read_call
def resource(request: HttpRequest, identifier: str, city: str = "") -> HttpResponseBase:
    """`/resource/<id>.<ending>`, or `/resource/<id>` and the type that `Accept` prefers."""
    name, form = _named(request, identifier)
    table = finding.table_of(name, city)
    said = asked(_pairs(request), tables.columns_of(table))
    statement = to_sql(analyse(said.query, tables.columns_of(table)))

    def write() -> Iterable[bytes]:
        rows = _run(table, statement)
        bom = said.byte_order_mark
        return encodings.encode(form, statement.output, rows, bom=bom, row_count=table.row_count)

    kind = f"{form}:{said.byte_order_mark}"
    response = _given(request, _Answer(table, statement, kind, encodings.CONTENT_TYPES[form], write))
    if form in TELLING_FIELDS and response.status_code == HTTPStatus.OK:
        _tell_fields(response, statement.output)
    if name == identifier:
        response.headers["Vary"] = "Accept"
    return response


def _pairs(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, values in request.GET.lists() for value in values]


def _named(request: HttpRequest, name: str) -> tuple[str, str]:
    """Identifier and form. Raises SodaError (406) for a form that is not served."""
    stem, _dot, ending = name.rpartition(".")
    if stem and ending.lower() in encodings.CONTENT_TYPES:
        return stem, ending.lower()
    if stem and not finding.is_known(name):
        raise _not_acceptable(encodings.CONTENT_TYPES)
    preferred = request.get_preferred_type(list(BY_TYPE))
    if preferred is None:
        raise _not_acceptable(encodings.CONTENT_TYPES)
    return name, BY_TYPE[preferred]


def _not_acceptable(forms: Iterable[str]) -> SodaError:
    told = _("This format is not served. Take one of: %(forms)s") % {"forms": ", ".join(forms)}
    return SodaError(told, code="not_acceptable", status=HTTPStatus.NOT_ACCEPTABLE)


def _given(request: HttpRequest, answer: _Answer) -> HttpResponseBase:
    """The rows, or 304. For HEAD nothing is run."""
    etag = _etag(answer)
    known = unchanged(request, etag, answer.table.changed_at)
    if known is not None:
        return known
    pieces = () if request.method == "HEAD" else answer.write()
    response = streamed(request, pieces, answer.content_type)
    mark(response, etag, answer.table.changed_at)
    return response


def _etag(answer: _Answer) -> str:
    """The same table and the same question in the same form have the same answer."""
    said = answer.statement
    names = [column.name for column in said.output]
    about = [VERSION, answer.table.sha256, said.sql, said.parameters, names, answer.form]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]


def _run(table: Table, statement: Statement) -> engine.Rows:
    """Begin to read. Raises SodaError for what takes too long or cannot be computed."""
    return engine.run(tables.path_of(table.sha256), statement)


def _tell_fields(response: HttpResponseBase, output: Sequence[OutputColumn]) -> None:
    fields = json.dumps([column.name for column in output])
    types = json.dumps([str(column.type) for column in output])
    if len(fields) + len(types) < HEADERS_LETTERS:
        response.headers["X-SODA2-Fields"], response.headers["X-SODA2-Types"] = fields, types


@read_call
def row(request: HttpRequest, identifier: str, row: str, city: str = "") -> HttpResponseBase:
    """`/resource/<id>/<row>.json`: one row, by `:id` or by the column in which the publisher numbers rows."""
    name, form = _named_row(row)
    table = finding.table_of(identifier, city)
    if unknown := [one for one in request.GET if not one.startswith("$$")]:
        raise unrecognized_arguments(unknown)
    column = ROW_ID if name.startswith("row-") or not table.row_key else table.row_key
    columns = tables.columns_of(table)
    try:
        statement = to_sql(analyse(asked([(column, name)], columns).query, columns))
    except QueryError:  # no row is called so: it is no identifier, no number, no date
        raise row_missing(name) from None
    found = list(_run(table, statement))[:1]
    if not found:
        raise row_missing(name)

    def write() -> Iterable[bytes]:
        if form == "json":
            return [encodings.json_row(statement.output, found[0])]
        return encodings.encode(form, statement.output, found)

    return _given(request, _Answer(table, statement, f"row:{form}", encodings.CONTENT_TYPES[form], write))


def _named_row(text: str) -> tuple[str, str]:
    """Identifiers of rows have dots themselves, so only a known ending is one."""
    name, _dot, ending = text.rpartition(".")
    return (name, ending.lower()) if name and ending.lower() in encodings.CONTENT_TYPES else (text, "json")


@read_call
def download(request: HttpRequest, identifier: str, ending: str, city: str = "") -> HttpResponseBase:
    """`/api/views/<id>/rows.<ending>`: all rows as a file; the header of CSV and TSV has the titles."""
    form = ending.lower()
    if form not in DOWNLOADS:
        raise _not_acceptable(DOWNLOADS)
    table = finding.table_of(identifier, city)
    given = {name.lower(): str(value) for name, value in request.GET.items() if name[:2] != "$$"}
    if unknown := [name for name in given if name not in OF_DOWNLOADS]:
        raise unrecognized_arguments(unknown)
    columns = tables.columns_of(table)
    pairs = [("$limit", given["max_rows"])] if given.get("max_rows") else []
    pairs += [("$select", ":*, *")] if form == "json" else []
    statement = to_sql(analyse(asked(pairs, columns, default_limit=None).query, columns))
    with_mark = given.get("bom", "").lower() in ("true", "1")
    titles = {column.name: column.title or column.name for column in columns}
    view = metadata.view_of(described(Dataset.objects.filter(pk=table.dataset_id)).get())

    def write() -> Iterable[bytes | str]:
        rows = _run(table, statement)
        if form == "json":
            return rows_json.pieces(view, statement.output, rows)
        named = [replace(one, name=titles[one.name]) for one in statement.output]
        columns_told = named if form in ("csv", "tsv") else statement.output
        return encodings.encode(form, columns_told, rows, bom=with_mark)

    kind = f"rows:{form}:{with_mark}:{metadata.as_text(view)}"
    response = _given(request, _Answer(table, statement, kind, encodings.CONTENT_TYPES[form], write))
    if response.status_code == HTTPStatus.OK:
        name = f"{slugify(table.dataset.name)[:100] or identifier}.{form}"
        response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    return response
