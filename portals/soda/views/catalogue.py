"""The catalogue for programs: `/data.json`, `/api/catalog/v1`, and what is known of each dataset."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portals.addresses import dataset_address
from portals.models import City, Dataset
from portals.soda import catalog_v1, dcat, finding, metadata
from portals.soda.catalogue import in_portions, listed
from portals.soda.errors import SodaError, unrecognized_arguments
from portals.soda.views.call import JSON, json_response, links_of, mark, read_call, streamed, unchanged

IN_MEMORY = 2_000_000
"""Bytes of `/data.json` from which on it is written to a file before it is sent."""
VIEWS_A_PAGE = 1_000


@read_call
def data_json(request: HttpRequest, city: str = "") -> HttpResponseBase:
    """`/data.json`, `/<city>/data.json`: DCAT-US 1.1.

    It is written whole before a byte is sent: its ETag is that of its content, and nobody gets half of it.
    """
    rows = listed().order_by("city__slug", "identifier", "pk")
    if city:
        rows = rows.filter(city=_city(city))
    keys = list(rows.values_list("pk", flat=True))
    own = request.build_absolute_uri(request.path)
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the response closes it
    etag = _written(file, dcat.pieces(own, in_portions(keys), links_of(request)))
    response = unchanged(request, etag, None)
    if response is not None:
        file.close()
        return response
    if request.method == "HEAD":
        file.close()
        response = streamed(request, (), JSON)
    else:
        response = FileResponse(file, content_type=JSON)
    mark(response, etag, None)
    return response


def _city(slug: str) -> City:
    found = City.objects.filter(slug=slug).first()
    if found is None:
        raise SodaError("There is no such city here", code="not_found", status=404, data={"city": slug})
    return found


def _written(file: IO[bytes], pieces: Iterable[str]) -> str:
    """Write all and go back to the beginning; the hash of it."""
    digest = hashlib.sha256()
    for piece in pieces:
        written = piece.encode()
        digest.update(written)
        file.write(written)
    file.seek(0)
    return digest.hexdigest()[:32]


@read_call
def catalog(request: HttpRequest) -> HttpResponseBase:
    """`/api/catalog/v1`: search."""
    links = links_of(request)
    search = catalog_v1.read(request.GET, links)
    return streamed(request, catalog_v1.pieces(search, links), JSON)


@read_call
def view(request: HttpRequest, identifier: str, city: str = "") -> HttpResponseBase:
    """`/api/views/<id>.json`: what is known of a dataset, whether its rows are served here or not."""
    return json_response(metadata.view_of(finding.described_dataset(identifier, city)))


@read_call
def simple_view(request: HttpRequest, identifier: str, city: str = "") -> HttpResponseBase:
    """`/api/views/metadata/v1/<id>`: the same, simplified."""
    dataset = finding.described_dataset(identifier.removesuffix(".json"), city)
    return json_response(metadata.simple_view_of(dataset, links_of(request)))


@read_call
def views(request: HttpRequest) -> HttpResponseBase:
    """`/api/views.json`: what is known of all datasets, by name; `limit` and `page` (from 1) narrow it."""
    unknown = [name for name in request.GET if name not in ("limit", "page") and not name.startswith("$$")]
    if unknown:
        raise unrecognized_arguments(unknown)
    keys = listed().order_by("name", "pk").values_list("pk", flat=True)
    limit = _whole(request, "limit", 0)
    if limit:
        start = limit * (max(1, _whole(request, "page", 1)) - 1)
        keys = keys[start : start + limit]
    return streamed(request, _views(in_portions(list(keys))), JSON)


def _whole(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "") or str(default)
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise SodaError(f"{name} must be a whole number", code="invalid_parameter")
    return int(text)


def _views(datasets: Iterable[Dataset]) -> Iterator[str]:
    between = "[\n"
    for dataset in datasets:
        yield between + metadata.as_text(metadata.view_of(dataset))
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


@read_call
def nothing_here(request: HttpRequest, **named: str) -> HttpResponseBase:
    """Every other address below `/resource/`, `/api/views/` and `/api/catalog/`."""
    raise SodaError(_("Nothing is served at this address."), code="not_found", status=404)


@require_safe
def short_link(request: HttpRequest, identifier: str) -> HttpResponse:
    """`/d/<id>`: leads people to the page of the dataset; where it leads nowhere they get a page too."""
    try:
        dataset = finding.dataset_of(identifier)
    except SodaError as error:
        raise Http404(error.message) from None
    return HttpResponseRedirect(dataset_address(dataset.city.slug, dataset.identifier))
