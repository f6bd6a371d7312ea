"""The way in: choose a city, search all cities, a city's front desk and its colours."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portals.addresses import submit_address
from portals.forms import StartForm
from portals.models import City, Dataset, Office
from portals.text_search import matching
from portals.views.city_page import city_page, kept_public
from portals.vocabulary import OfficeRole, ProvisionStatus, SubmissionKind, Topic

HITS_A_CITY = 5
THEME_SECONDS = 365 * 86400
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class Need(NamedTuple):
    """What somebody may want, in his own words, and the kind of submission that it is."""

    kind: str
    wish: str | Promise
    help: str | Promise


NEEDS = (
    Need(
        SubmissionKind.ERROR_REPORT,
        _("Something in a dataset is wrong"),
        _("Say which dataset and what is wrong with it."),
    ),
    Need(
        SubmissionKind.DATASET_REQUEST,
        _("I need data that is not published"),
        _("Ask the city to publish a dataset, or to add something to one."),
    ),
    Need(
        SubmissionKind.ACCESS_REQUEST,
        _("I want to use the API, or I need a key or help with it"),
        _("For keys, restricted data, large downloads and questions of developers."),
    ),
    Need(
        SubmissionKind.RECORDS_REQUEST,
        _("I need a record: a letter, a contract, a report"),
        _("Ask for a public record. The law of the state says how the city must answer."),
    ),
    Need(
        SubmissionKind.MISUSE_REPORT,
        _("Somebody misuses the city's data"),
        _("Say who does what with which data, as far as you know it."),
    ),
    Need(
        SubmissionKind.PRIVACY_CONCERN,
        _("A dataset shows too much about a person"),
        _("Say where. Do not repeat the private details more than is needed to find them."),
    ),
    Need(
        SubmissionKind.APPEAL,
        _("I disagree with an answer, or nobody answered"),
        _("Ask for a review, or complain about how something was handled."),
    ),
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/`: cities, what one may need, and a search (`q`) of the datasets of all cities.

    `need` and `city` together lead on to the form of that kind.
    """
    cities = list(City.objects.all())
    start = StartForm(request.GET if "need" in request.GET else None, cities=cities, needs=NEEDS)
    if start.is_bound and start.is_valid():
        return HttpResponseRedirect(submit_address(start.cleaned_data["city"], start.cleaned_data["need"]))
    words = request.GET.get("q", "").strip()[:200]
    context = {
        "cities": cities,
        "start": start,
        "words": words,
        "found": _found(words, cities) if words else [],
    }
    return kept_public(request, render(request, "portals/home.html", context))


def _found(words: str, cities: Iterable[City]) -> list[dict[str, Any]]:
    """The cities with matching datasets, how many there are, and the first of each by name; two queries."""
    matches = matching(Dataset.objects.filter(public=True, missing_since=None), words)
    totals = dict(matches.order_by().values_list("city").annotate(Count("id")))
    first = (
        matches.annotate(
            place=Window(RowNumber(), partition_by=F("city"), order_by=[F("name").asc(), F("id").asc()])
        )
        .filter(place__lte=HITS_A_CITY)
        .order_by("city", "place")
    )
    shown: dict[int, list[Dataset]] = {}
    for dataset in first.only("id", "city_id", "identifier", "name", "department"):
        shown.setdefault(dataset.city_id, []).append(dataset)
    return [
        {"city": city, "total": totals[city.pk], "datasets": shown.get(city.pk, [])}
        for city in cities
        if totals.get(city.pk)
    ]


@city_page
def front_desk(request: HttpRequest, city: City) -> HttpResponse:
    """`/<city>/`: what one can do here, who is who, and what is not specified."""
    offices = list(city.offices.select_related("citation"))
    context = {
        "city": city,
        "nav": "front_desk",
        "needs": [(need, submit_address(city.slug, need.kind)) for need in NEEDS],
        "offices": _who_is_who(office for office in offices if office.roles),
        "publishers": [office for office in offices if office.publishes and not office.roles],
        "empty_roles": city.empty_roles.select_related("citation"),
        "open_questions": _open_questions(city),
        "dataset_total": city.datasets.filter(public=True, missing_since=None).count(),
    }
    return kept_public(request, render(request, "portals/front_desk.html", context))


def _who_is_who(offices: Iterable[Office]) -> list[dict[str, Any]]:
    known = set(OfficeRole.values)
    return [
        {"office": office, "roles": [OfficeRole(role).label for role in office.roles if role in known]}
        for office in offices
    ]


def _open_questions(city: City) -> list[dict[str, Any]]:
    """The topics on which the guide leaves something open, each with the offices to ask, in page order."""
    rows = city.provisions.filter(
        status__in=[ProvisionStatus.NOT_SPECIFIED, ProvisionStatus.SILENT]
    ).select_related("confirm_with")
    asked: dict[str, dict[str, None]] = {}
    for row in rows:
        offices = asked.setdefault(row.topic, {})
        if row.confirm_with:
            offices[row.confirm_with.name] = None
    return [
        {"topic": topic.value, "label": topic.label, "ask": list(asked[topic])}
        for topic in Topic
        if topic in asked
    ]


@city_page
def theme(request: HttpRequest, city: City) -> HttpResponse:
    """`/<city>/theme.css`: the accent colours of the loaded file and nothing else.

    Under the address that names the version (`?v=`) it never changes, so it may be kept for a year.
    """
    colours = {"--accent": city.accent, "--accent-dark": city.accent_dark}
    lines = [f"{name}:{value}" for name, value in colours.items() if COLOUR.fullmatch(value)]
    response = HttpResponse(f":root{{{';'.join(lines)}}}\n", content_type="text/css; charset=utf-8")
    current = request.GET.get("v") == str(city.version)
    response.headers["Cache-Control"] = (
        f"public, max-age={THEME_SECONDS}, immutable" if current else "public, max-age=60"
    )
    return response
