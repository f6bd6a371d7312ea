"""The page that tells programmers how to read the data: addresses, keys, limits, formats, errors."""

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portals.addresses import submit_address
from portals.models import City
from portals.views.city_page import kept_public
from portals.vocabulary import SubmissionKind


class Row(NamedTuple):
    """A line of a table of the page: something to write down, and what it means."""

    code: str
    text: str | Promise


ADDRESSES = (
    Row("/resource/<id>.json", _("The rows of a dataset. Also .csv, .tsv, .geojson and .cjson.")),
    Row("/resource/<id>/<row>.json", _("One row by its identifier, which $select=:id shows.")),
    Row("/api/views/<id>.json", _("What is known about a dataset: columns, license, keywords, last update.")),
    Row("/api/views/<id>/rows.csv", _("All rows as a download, with the titles of columns. Also .json.")),
    Row("/api/catalog/v1?q=trees", _("Search the catalogue.")),
    Row("/data.json", _("The catalogue of all cities as DCAT-US 1.1; /<city>/data.json that of one.")),
    Row("/d/<id>", _("Leads to the page of the dataset.")),
)
PARAMETERS = (
    Row("$select=department,count(*)", _("Columns, and what is worked out from them. Without it: all.")),
    Row("$where=opened > '2026-01-01'", _("Which rows.")),
    Row("department=Parks", _("The same for one value of one column.")),
    Row("$q=street tree", _("Rows in which all these words stand, in any column.")),
    Row("$group=department", _("One row for each value; $having narrows the groups.")),
    Row("$order=opened DESC", _("In which order. Say it when you fetch page after page: $order=:id.")),
    Row("$limit=1000&$offset=2000", _("A page. Without $limit you get 1,000 rows.")),
    Row("$query=SELECT * WHERE …", _("All of it in one sentence.")),
)
STATUSES = (
    Row("304", _("Nothing has changed since the answer whose ETag you sent.")),
    Row("400", _("The query is wrong, or a parameter is unknown. The message says what and where.")),
    Row("403", _("The API key is wrong, suspended, revoked or has run out. Without it the call works.")),
    Row("404", _("There is no such dataset or row here, or its data was taken down.")),
    Row("406", _("The format is not served.")),
    Row("408", _("The query took longer than 10 seconds. Narrow it, or fetch it in pages.")),
    Row("429", _("Too many calls in this hour. Retry-After says after how many seconds to go on.")),
)


@require_safe
def api_docs(request: HttpRequest) -> HttpResponse:
    """`/developers/`: how to read the data by program, for all cities."""
    cities = list(City.objects.all())
    context: dict[str, Any] = {
        "cities": cities,
        "forms": [(city, submit_address(city.slug, SubmissionKind.ACCESS_REQUEST)) for city in cities],
        "addresses": ADDRESSES,
        "parameters": PARAMETERS,
        "statuses": STATUSES,
        "limit": settings.API_LIMIT,
        "key_limit": settings.API_KEY_LIMIT,
        "base": request.build_absolute_uri("/").rstrip("/"),
    }
    return kept_public(request, render(request, "portals/developers.html", context))
