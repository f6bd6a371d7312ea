"""Pages of the parts of a case: what was decided on each, what was withheld, for staff and the requester.

The requester sees a decision, its files and its rows of the log from the moment they are told.
"""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from requests_app import access
from requests_app.answers.case_parts import not_ready, outcome_of
from requests_app.answers.redaction_log import as_csv
from requests_app.models import Part, Submission, Withheld
from requests_app.views.common import page
from requests_app.views.resident.case import closed_door, find
from requests_app.views.staff_only import StaffRequest, desk_page, staff_only

TYPES = {"csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8"}


def _shown(part: Part, *, requester: bool) -> dict[str, Any]:
    """A part as the page shows it; of one that was not told the requester sees only its title."""
    told = part.release_id is not None
    files = [
        {"name": file.name, "size": file.size, "url": reverse("requests_app:file", args=[file.pk])}
        for file in (one.attachment for one in part.files.all())
        if told or not requester
    ]
    return {"part": part, "told": told, "open": told or not requester, "files": files}


def _facts(case: Submission, *, requester: bool) -> dict[str, Any]:
    """The parts of all rounds, the newest round first, and the log."""
    rows = Part.objects.filter(submission=case).select_related("release")
    found = [
        part
        for part in rows.prefetch_related("exemptions", "files__attachment")
        if part.release_id or (part.cycle == case.cycle and not (requester and part.whole))
    ]
    now = [part for part in found if part.cycle == case.cycle]
    wrong = not_ready(case, now)
    return {
        "case": case,
        "parts": [_shown(part, requester=requester) for part in now],
        "earlier": [_shown(part, requester=requester) for part in found if part.cycle < case.cycle],
        "outcome": outcome_of(now) if now and not wrong else None,
        "wrong": wrong,
        "log": _log(case, requester=requester),
    }


def _log(case: Submission, *, requester: bool) -> list[Withheld]:
    rows = Withheld.objects.filter(submission=case).select_related("part", "release")
    return list(rows.filter(release__isnull=False) if requester else rows)


def _download(case: Submission, rows: Iterable[Withheld], form: str) -> HttpResponse:
    """The log as a file. A page that is opened from a disk runs nothing and carries no address of ours."""
    if form not in TYPES:
        raise Http404
    if form == "csv":
        content = as_csv(rows)
    else:
        content = render_to_string("requests_app/parts/log_file.html", {"case": case, "log": rows})
    response = HttpResponse(content, content_type=TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{case.reference}-withheld.{form}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


# -- the requester


@never_cache
@require_safe
def parts(request: HttpRequest, reference: str) -> HttpResponse:
    """The parts of a case and the log, as far as they were told."""
    case = find(request, reference, timezone.now())
    if case is None:
        return closed_door(request, reference)
    context = page(case.city, "track", **_facts(case, requester=True))
    return render(request, "requests_app/public/parts.html", context)


@never_cache
@require_safe
def withheld(request: HttpRequest, reference: str, form: str) -> HttpResponse:
    """The log as a file, as far as it was told."""
    case = find(request, reference, timezone.now())
    if case is None:
        return closed_door(request, reference)
    return _download(case, _log(case, requester=True), form)


# -- staff


def _seen(request: StaffRequest, reference: str) -> Submission:
    visible = access.visible_to(request.standing).select_related("city", "office")
    return get_object_or_404(visible.prefetch_related("involvements"), reference=reference)


@staff_only
@require_safe
def staff_parts(request: StaffRequest, reference: str) -> HttpResponse:
    """The parts of a case and the log for staff: what is decided, what waits, what was told."""
    case = _seen(request, reference)
    can = set(access.permitted(request.standing, case))
    facts = _facts(case, requester=False)
    context = {**facts, "can": {str(action) for action in can}}
    return render(
        request,
        "requests_app/staff/parts.html",
        {**context, **desk_page("queue", case.city)},
    )


@staff_only
@require_safe
def staff_withheld(request: StaffRequest, reference: str, form: str) -> HttpResponse:
    """The whole log as a file for staff."""
    case = _seen(request, reference)
    return _download(case, _log(case, requester=False), form)
