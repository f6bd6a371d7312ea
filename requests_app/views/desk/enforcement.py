"""Pages of enforcement for staff: the list, one case with its file, a printed letter, a key."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Prefetch, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portals.soda import limits, usage
from requests_app import access, enforcement
from requests_app.answers import api_keys
from requests_app.desk import next_due, queue
from requests_app.events.enforcement_stand import ENFORCED
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, ConcernedParty, Involvement, MeasureTaken, Submission
from requests_app.offences import concerned
from requests_app.pages import enforcement_file
from requests_app.views.acts import enforcement as enforcement_acts
from requests_app.views.staff_only import StaffRequest, desk_page, staff_only

SHOWN = (
    ("", gettext_lazy("All")),
    ("open", gettext_lazy("At work")),
    ("force", gettext_lazy("Measures in force")),
)


def _seen(request: StaffRequest, reference: str) -> Submission:
    involvements = Prefetch("involvements", queryset=Involvement.objects.select_related("office"))
    visible = access.visible_to(request.standing).select_related(
        "city", "office", "dataset", "misusereport", "privacyconcern", "accessrequest"
    )
    return get_object_or_404(visible.prefetch_related(involvements), reference=reference)


def _enforced(request: StaffRequest, reference: str) -> Submission:
    case = _seen(request, reference)
    if case.kind not in ENFORCED:
        raise Http404
    return case


@staff_only
@require_safe
def listed(request: StaffRequest) -> HttpResponse:
    """The reports of misuse and privacy concerns that I may see, newest first, a page at a time."""
    shown = request.GET.get("show", "")
    rows = enforcement_file.listed(access.visible_to(request.standing), only_in_force=shown == "force")
    if shown == "open":
        rows = rows.filter(status__in=sorted(queue.AT_WORK))
    page = queue.page_of(
        rows, "newest", after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    chosen = {"show": shown} if shown else {}
    cities = {member.city for member in request.standing.members}
    context = {
        **desk_page("enforcement", next(iter(cities)) if len(cities) == 1 else None),
        "rows": [_row(case) for case in page.rows],
        "views": [(label, f"?show={key}" if key else "?", key == shown) for key, label in SHOWN],
        "newer_url": f"?{urlencode({**chosen, 'before': page.before})}" if page.before else "",
        "older_url": f"?{urlencode({**chosen, 'after': page.after})}" if page.after else "",
    }
    return render(request, "requests_app/enforcement/list.html", context)


def _row(case: Submission) -> dict[str, Any]:
    findings = list(case.findings.all())
    return {
        "case": case,
        "parties": list(case.parties.all()),
        "finding": findings[-1] if findings else None,
        "in_force": list(case.measures_taken.all()),
        "status": next_due.STATES[case.status],
    }


@staff_only
@require_safe
def of_case(request: StaffRequest, reference: str) -> HttpResponse:
    """The file of enforcement of one case, and what can be done now."""
    case = _enforced(request, reference)
    file = enforcement_file.read(case)
    permitted = set(access.permitted(request.standing, case))
    in_force = [taken for taken in file.measures if taken.in_force]
    context = {
        **desk_page("enforcement", case.city),
        "case": case,
        "file": file,
        "details": getattr(case, "misusereport", None) or getattr(case, "privacyconcern", None),
        "violations": {row.key: row for row in case.city.violations.all()},
        "in_force": in_force,
        "acts": enforcement_acts.offered(case, permitted, parties=len(file.parties), in_force=len(in_force)),
        "may_print": Action.HEAR_PARTY in permitted,
        "visible": set(_visible_earlier(request, file)),
        "status": next_due.STATES[case.status],
    }
    return render(request, "requests_app/enforcement/case.html", context)


def _visible_earlier(request: StaffRequest, file: enforcement_file.EnforcementFile) -> list[str]:
    """References of earlier cases that this person may open; the others are only counted."""
    earlier = [case.pk for one in file.parties for case in one.earlier]
    if not earlier:
        return []
    rows = access.visible_to(request.standing).filter(pk__in=earlier)
    return list(rows.values_list("reference", flat=True))


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: StaffRequest, party_id: int) -> HttpResponse:
    """A letter to be printed for a person concerned; POST makes a new code, which is shown only here.

    A browser prints the address as well, so the reference of the report does not stand in it.
    """
    party = get_object_or_404(ConcernedParty.objects.select_related("key", "submission"), pk=party_id)
    reference = party.submission.reference
    case = _enforced(request, reference)
    if request.method != "POST":
        return redirect("requests_app:enforcement_of", reference)
    if Action.HEAR_PARTY not in access.permitted(request.standing, case):
        return render(request, "403.html", status=403)
    party.submission = case
    try:
        code = enforcement.hand_code(party, by=request.user, now=timezone.now())
    except NotAllowed:
        return redirect("requests_app:enforcement_of", reference)
    party.refresh_from_db(fields=["told_at"])
    context = {
        **desk_page("enforcement", case.city),
        "case": case,
        "party": party,
        "code": code,
        "link": concerned.link(party),
        "told": enforcement_file.told_to(party),
    }
    return render(request, "requests_app/enforcement/letter.html", context)


@staff_only
@require_safe
def key(request: StaffRequest, reference: str) -> HttpResponse:
    """The key that was issued in a case, and every measure that held it or holds it."""
    case = _seen(request, reference)
    row = api_keys.key_of(case)
    if row is None:
        raise Http404
    now: datetime = timezone.now()
    rows = MeasureTaken.objects.filter(key=row).select_related("submission").order_by("-at")
    visible = access.visible_to(request.standing).filter(Q(pk__in=rows.values("submission")))
    context = {
        **desk_page("queue", case.city),
        "case": case,
        "key": row,
        "measures": list(rows),
        "visible": set(visible.values_list("reference", flat=True)),
        "has_run_out": row.expires_at is not None and row.expires_at <= now,
        "limit": limits.limit_of(row),
        "use": usage.use_of(row, now=now),
    }
    return render(request, "requests_app/enforcement/key.html", context)
