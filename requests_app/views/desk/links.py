"""Duplicates and links of a case: what looks alike, what is linked, and two of them side by side."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from requests_app import access, deadlines
from requests_app.forms.desk.links import OtherCaseForm, TieForm
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, CaseLink, Submission
from requests_app.related import alike, merging
from requests_app.views.staff_only import StaffRequest, desk_page, staff_only
from requests_app.views.typed_again import has_words, show_to_copy

Do = Callable[..., Any]


def _merge(case: Submission, other: Submission, reason: str, **common: Any) -> None:
    merging.merge(case, into=other, reason=reason, **common)


def _take_in(case: Submission, other: Submission, reason: str, revision: int, **common: Any) -> None:
    """The other way round: the other case is closed, this one stays."""
    merging.merge(other, into=case, reason=reason, kept_revision=revision, **common)


def _link(case: Submission, other: Submission, reason: str, **common: Any) -> None:
    merging.link(case, other=other, reason=reason, **common)


def _unlink(case: Submission, other: Submission, reason: str, **common: Any) -> None:
    merging.unlink(case, other=other, **common)


ACTS: dict[str, tuple[Do, Action, Action, Any]] = {
    "merge": (_merge, Action.MERGE, Action.JOIN, gettext_lazy("Merged. Both requesters get a letter.")),
    "take_in": (_take_in, Action.JOIN, Action.MERGE, gettext_lazy("Merged. Both requesters get a letter.")),
    "link": (_link, Action.LINK, Action.LINK, gettext_lazy("Linked.")),
    "unlink": (_unlink, Action.UNLINK, Action.UNLINK, gettext_lazy("No longer linked.")),
}
"""What a button sends: the act, what one must be allowed to do here and on the other case, what is said."""


def _found(request: StaffRequest, reference: str) -> Submission | None:
    visible = access.visible_to(request.standing).select_related("city", "office", "dataset")
    return visible.prefetch_related("involvements", "deadlines").filter(reference=reference).first()


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: StaffRequest, reference: str) -> HttpResponse:
    """What is linked and what looks alike; `with` compares two cases; POST acts."""
    case = get_object_or_404(
        access.visible_to(request.standing)
        .select_related("city", "office", "dataset")
        .prefetch_related("involvements", "deadlines"),
        reference=reference,
    )
    if request.method == "POST":
        return _act(request, case, timezone.now())
    chosen = OtherCaseForm({"other": request.GET["with"]}) if "with" in request.GET else OtherCaseForm()
    other = None
    if chosen.is_bound and chosen.is_valid():
        other = _other(request, case, chosen)
    if other is not None:
        initial = {"revision": case.chain_length, "other": other.reference}
        return _compare(request, case, other, TieForm(initial=initial))
    return _overview(request, case, chosen, status=422 if chosen.errors else 200)


def _other(request: StaffRequest, case: Submission, form: Any) -> Submission | None:
    """The other case, if this person may see it; otherwise the form says why not."""
    reference = form.cleaned_data["other"]
    if reference == case.reference:
        form.add_error("other", _("This is the same case. Enter the reference of another one."))
        return None
    other = _found(request, reference)
    if other is None:
        form.add_error("other", _("There is no such case among those that you may see."))
    elif other.city_id != case.city_id:
        form.add_error("other", _("Both cases must be of the same city."))
        return None
    return other


def _act(request: StaffRequest, case: Submission, now: datetime) -> HttpResponse:
    form = TieForm(request.POST)
    act = ACTS.get(request.POST.get("act", ""))
    other = _other(request, case, form) if form.is_valid() else None
    if other is None and has_words(request.POST):
        why = [str(sentence) for found in form.errors.values() for sentence in found]
        return show_to_copy(request, " ".join(why), 422)
    if act is None or other is None:
        chosen = OtherCaseForm({"other": request.POST.get("other", "")})
        if chosen.is_valid():
            _other(request, case, chosen)
        return _overview(request, case, chosen, status=422)
    do, here, there, done = act
    if refused := _refusal(request, case, here) or _refusal(request, other, there):
        form.add_error(None, refused)
        return _compare(request, case, other, form, status=403)
    values = form.cleaned_data
    try:
        do(case, other, values["reason"], by=request.user, now=now, revision=values["revision"])
    except NotAllowed as error:
        fresh = _found(request, case.reference) or case
        form.look_again(fresh.chain_length)
        form.add_error(None, str(error))
        return _compare(request, fresh, other, form, status=409)
    messages.success(request, done)
    return redirect("requests_app:links", case.reference)


def _refusal(request: StaffRequest, case: Submission, action: Action) -> str:
    """Why this person may not do this on the case; "" where they may, or where the act says why not."""
    if action in access.permitted(request.standing, case):
        return ""
    if request.standing.read_only:
        return _("You may read everything here, but not act.")
    if action not in access.possible(case):
        return ""
    return _("%(office)s acts on %(case)s. Ask that office, or the clerk.") % {
        "office": case.office,
        "case": case.reference,
    }


def _context(request: StaffRequest, case: Submission) -> dict[str, Any]:
    return {**desk_page("queue", case.city), "case": case}


def _overview(request: StaffRequest, case: Submission, chosen: OtherCaseForm, *, status: int) -> HttpResponse:
    visible = access.visible_to(request.standing)
    ties = CaseLink.objects.filter(Q(source=case) | Q(target=case)).select_related(
        "source__office", "target__office", "by"
    )
    seen = set(
        visible.filter(Q(links__in=ties) | Q(links_here__in=ties)).values_list("pk", flat=True).distinct()
    )
    shown = [_tie(tie, case) for tie in ties if {tie.source_id, tie.target_id} <= seen | {case.pk}]
    linked = {one["other"].pk for one in shown}
    context = _context(request, case) | {
        "ties": shown,
        "hidden_ties": len(ties) - len(shown),
        "alike": [one for one in alike.like(case, visible) if one.case.pk not in linked],
        "form": chosen,
        "may_link": Action.LINK in access.permitted(request.standing, case),
    }
    return render(request, "requests_app/staff/links.html", context, status=status)


def _tie(tie: CaseLink, case: Submission) -> dict[str, Any]:
    forward = tie.source_id == case.pk
    words = {
        CaseLink.Tie.DUPLICATE_OF: (_("This case was merged into it"), _("It was merged into this case")),
        CaseLink.Tie.GATHERED_IN: (_("A proposal was made from this case"), _("This proposal came from it")),
        CaseLink.Tie.RELATED: (_("Related"), _("Related")),
    }[CaseLink.Tie(tie.tie)]
    return {
        "tie": tie,
        "other": tie.target if forward else tie.source,
        "words": words[0] if forward else words[1],
        "is_merge": tie.tie == CaseLink.Tie.DUPLICATE_OF,
    }


def _compare(
    request: StaffRequest, case: Submission, other: Submission, form: TieForm, *, status: int = 200
) -> HttpResponse:
    """Both side by side, with what can be done."""
    can_here = set(access.permitted(request.standing, case))
    can_there = set(access.permitted(request.standing, other))
    context = _context(request, case) | {
        "other": other,
        "pair": [(one, deadlines.of_case(one)) for one in (case, other)],
        "form": form,
        "today": case.city.date_at(timezone.now()),
        "same_kind": case.kind == other.kind,
        "can_merge": Action.MERGE in can_here and Action.JOIN in can_there,
        "can_take_in": Action.JOIN in can_here and Action.MERGE in can_there,
        "can_link": Action.LINK in can_here and Action.LINK in can_there,
    }
    return render(request, "requests_app/staff/compare.html", context, status=status)
