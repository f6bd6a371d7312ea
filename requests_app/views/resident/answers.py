"""Published answers for everybody: the list with its search, one answer, its files. No cookie, no session."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portals.text_search import matching
from portals.vocabulary import SubmissionKind
from requests_app import access
from requests_app.answers.publication import NEVER
from requests_app.attachments.files import path_of
from requests_app.models import PublishedAnswer
from requests_app.views.common import city_or_404, page

A_PAGE = 20
KINDS = [(str(kind), kind.label) for kind in SubmissionKind if kind not in NEVER]


@require_safe
def answers(request: HttpRequest, city_slug: str) -> HttpResponse:
    """The published answers of a city, newest first: by words, kind and dataset, a page at a time by key."""
    city = city_or_404(city_slug)
    chosen = {
        "q": request.GET.get("q", "").strip()[:300],
        "kind": request.GET.get("kind", "") if request.GET.get("kind") in SubmissionKind.values else "",
        "dataset": request.GET.get("dataset", "")[:500],
    }
    rows = matching(access.published_answers().filter(city=city), chosen["q"])
    if chosen["kind"]:
        rows = rows.filter(kind=chosen["kind"])
    if chosen["dataset"]:
        rows = rows.filter(dataset__identifier=chosen["dataset"], dataset__public=True)
    taken = list(_beyond(rows, request.GET.get("after", ""))[: A_PAGE + 1])
    query = urlencode({name: value for name, value in chosen.items() if value})
    more = len(taken) > A_PAGE
    context = page(
        city,
        "answers",
        answers=taken[:A_PAGE],
        chosen=chosen,
        kinds=KINDS,
        newer_url=f"?{query}" if "after" in request.GET else "",
        older_url=f"?{query}&after={taken[A_PAGE - 1].pk}".replace("?&", "?") if more else "",
        narrowed=bool(query),
    )
    return render(request, "requests_app/public/answers.html", context)


def _beyond(rows: QuerySet[PublishedAnswer], after: str) -> QuerySet[PublishedAnswer]:
    """The rows behind the one with this key, or from the front where there is none."""
    if after.isdecimal() and len(after) < 18:
        edge = PublishedAnswer.objects.filter(pk=int(after)).values_list("published_at", "pk").first()
        if edge and edge[0]:
            behind = Q(published_at__lt=edge[0]) | Q(pk__lt=edge[1])
            rows = rows.filter(behind, published_at__lte=edge[0])
    rows = rows.select_related("answered_by", "dataset").defer("answer", "search_text")
    return rows.order_by("-published_at", "-pk")


@require_safe
def answer(request: HttpRequest, city_slug: str, answer_id: int) -> HttpResponse:
    """One published answer."""
    rows = access.published_answers().select_related("city", "answered_by", "dataset")
    found = rows.filter(city__slug=city_slug, pk=answer_id).first()
    if found is None:
        raise Http404(_("There is no such answer here, or it is not public any more."))
    files = access.published_files().filter(answer=found).select_related("attachment")
    context = page(found.city, "answers", answer=found, files=list(files))
    return render(request, "requests_app/public/answer.html", context)


@require_safe
def file(request: HttpRequest, city_slug: str, answer_id: int, file_id: int) -> Any:
    """A file of a published answer, as a download and never as a page."""
    rows = access.published_files().filter(answer__city__slug=city_slug, answer_id=answer_id, pk=file_id)
    found = rows.select_related("attachment").first()
    path = path_of(found.attachment.sha256) if found else None
    if found is None or path is None or not path.exists():
        raise Http404(_("There is no such file, or it is not public any more."))
    one = found.attachment
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=one.name, content_type=one.content_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
