"""Pages for everybody that show a city's things together with cases: choose, dataset, suggestions, files."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portals.catalog.page import Here, dataset_context
from portals.models import Dataset, Distribution
from portals.soda.catalogue import Links, has_geometry, repeated_identifiers, table_of
from portals.soda.preview import preview_context
from portals.vocabulary import Layer, SubmissionKind
from requests_app import access
from requests_app.access import (
    files_for_concerned,
    files_for_requester,
    files_for_staff,
    public_reports,
    sees_dataset,
    standing,
)
from requests_app.attachments.files import path_of
from requests_app.kinds import KINDS
from requests_app.models import Attachment, Submission
from requests_app.related import following
from requests_app.related.suggestions import answered_before, likely_datasets, public_reports_like
from requests_app.views.common import city_or_404, city_today, page

REPORTS_A_PAGE = 10
GIVEN = 5
SHORTEST_QUESTION = 3


@require_safe
def choose(request: HttpRequest, city_slug: str) -> HttpResponse:
    """What do you need? The seven kinds, each with what the city's guide says about it."""
    city = city_or_404(city_slug)
    said: dict[str, list[Any]] = {}
    for row in city.provisions.filter(layer=Layer.GUIDE).select_related("citation", "confirm_with"):
        said.setdefault(row.topic, []).append(row)
    kinds = [
        {
            "entry": entry,
            "provision": next((row for topic in entry.topics for row in said.get(topic, ())), None),
        }
        for entry in KINDS.values()
    ]
    return render(request, "requests_app/public/choose.html", page(city, "choose", kinds=kinds))


@require_safe
def suggest(request: HttpRequest, city_slug: str) -> HttpResponse:
    """A fragment: datasets and published answers that may be what somebody is writing about."""
    city = city_or_404(city_slug)
    text = request.GET.get("q", "").replace("\0", "").strip()[:2_000]
    kind = request.GET.get("kind", "")
    context: dict[str, Any] = {"city": city, "kind": kind, "in_form": kind in KINDS}
    if len(text) >= SHORTEST_QUESTION:
        context["found"] = likely_datasets(city, text)
        context["answers"] = public_reports_like(city, text)
        context["given"] = answered_before(city, text)
    context["takes_dataset"] = kind in KINDS and KINDS[kind].form.about_dataset
    return render(request, "requests_app/public/suggestions.html", context)


@require_safe
def dataset(request: HttpRequest, city_slug: str, identifier: str) -> HttpResponse:
    """A dataset: what it is, what was reported about it with the offices' answers, and how to act on it."""
    found = (
        Dataset.objects.select_related("city", "office", "table")
        .filter(city__slug=city_slug, identifier=identifier.replace("\0", ""))
        .first()
    )
    if found is None or not sees_dataset(request.user, found):
        raise Http404(_("There is no such dataset in this city's catalogue."))
    today = city_today(found.city, timezone.now())
    context = dataset_context(found, today=today, here=_served_here(request, found))
    context |= preview_context(found)
    context |= _known(request, found)
    context["given"] = list(
        access.published_answers().filter(dataset=found).order_by("-published_at")[:GIVEN]
    )
    context["forms"] = [
        KINDS[kind]
        for kind in (
            SubmissionKind.ERROR_REPORT,
            SubmissionKind.DATASET_REQUEST,
            SubmissionKind.ACCESS_REQUEST,
            SubmissionKind.PRIVACY_CONCERN,
            SubmissionKind.MISUSE_REPORT,
        )
    ]
    return render(request, "requests_app/public/dataset.html", context)


def _served_here(request: HttpRequest, found: Dataset) -> Here | None:
    """Where the rows of a dataset are read here; None where its table is not loaded."""
    table = table_of(found)
    if table is None:
        return None
    links = Links(request.build_absolute_uri, repeated=repeated_identifiers(found.identifier))
    names = ["CSV", "JSON", *(["GeoJSON"] if has_geometry(table) else [])]
    downloads = tuple(
        Distribution(
            title=_("All rows as %(format)s") % {"format": name}, url=links.download(found, name.lower())
        )
        for name in names
    )
    return Here(links.rows(found, "json"), downloads)


def _known(request: HttpRequest, found: Dataset) -> dict[str, Any]:
    """Public reports about a dataset, newest first, a page at a time by key, each with its answer."""
    rows: QuerySet[Submission] = public_reports(found).order_by("-pk")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    shown = following.counted(rows).only(
        "reference", "title", "description", "received_on", "status", "chain_head"
    )
    taken = list(shown.prefetch_related("determinations__office")[: REPORTS_A_PAGE + 1])
    older = taken[REPORTS_A_PAGE - 1].pk if len(taken) > REPORTS_A_PAGE else None
    return {
        "known": "".join(f"{row.chain_head}{following.voices(row)}" for row in taken),
        "reports": [
            (row, [answer for answer in row.determinations.all() if not answer.taken_back_at][-1:])
            for row in taken[:REPORTS_A_PAGE]
        ],
        "older_url": f"?before={older}#known" if older else "",
        "newer_url": request.path + "#known" if before else "",
    }


@never_cache
@require_safe
def file(request: HttpRequest, file_id: int) -> Any:
    """A file of a case, as a download and never as a page, for those who may see it; 404 for all others."""
    found = _visible_file(request, file_id)
    path = path_of(found.sha256) if found else None
    if found is None or path is None or not path.exists():
        raise Http404(_("There is no such file, or it is not for you."))
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _visible_file(request: HttpRequest, file_id: int) -> Attachment | None:
    now = timezone.now()
    mine = files_for_requester(request.session, now=now).filter(pk=file_id).first()
    if mine is None and "concerned" in request.session:
        mine = files_for_concerned(request.session, now=now).filter(pk=file_id).first()
    return mine or files_for_staff(standing(request.user)).filter(pk=file_id).first()
