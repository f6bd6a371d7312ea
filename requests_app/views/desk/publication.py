"""The page on which staff publish the answer of a case: write, check, review, publish, take off."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from requests_app import access
from requests_app.answers import publication
from requests_app.forms.desk.publication import DraftForm, WithdrawPublicationForm
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, PublishedAnswer, Submission
from requests_app.views.staff_only import StaffRequest, desk_page, staff_only
from requests_app.views.typed_again import has_words, show_to_copy

State = PublishedAnswer.State


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: StaffRequest, reference: str) -> HttpResponse:
    """What stands, and the next step. POST `act`: draft, edit, review, publish or withdraw."""
    visible = access.visible_to(request.standing).select_related("city", "office", "dataset")
    case = get_object_or_404(visible.prefetch_related("involvements"), reference=reference)
    if request.method != "POST":
        return _page(request, case)
    if refused := _refusal(request, case):
        raise PermissionDenied(refused)
    act = request.POST.get("act", "")
    try:
        return ACTS[act](request, case, timezone.now()) if act in ACTS else _page(request, case)
    except NotAllowed as error:
        if has_words(request.POST) and (act != "draft" or _why_not(case)):
            return show_to_copy(request, str(error), 409)
        form = DraftForm(request.POST, case=case) if act == "draft" else None
        return _page(request, case, form=form, refused=str(error), status=409)


def _refusal(request: StaffRequest, case: Submission) -> str:
    if {Action.PUBLISH, Action.UNPUBLISH} & set(access.permitted(request.standing, case)):
        return ""
    if request.standing.read_only:
        return _("You may read everything here, but not act.")
    return _("%(office)s acts on this case, and publishes its answer.") % {"office": case.office}


def _seen(request: StaffRequest) -> int:
    typed = request.POST.get("revision", "")
    return int(typed) if typed.isdecimal() and len(typed) < 9 else -1


def _draft(request: StaffRequest, case: Submission, now: datetime) -> HttpResponse:
    form = DraftForm(request.POST, case=case)
    if not form.is_valid():
        return _page(request, case, form=form, status=422)
    publication.save_draft(case, form.draft(), by=request.user, now=now, seen=_seen(request))
    messages.success(request, _("Kept. Now look at what the check has found."))
    return redirect("requests_app:publication", case.reference)


def _edit(request: StaffRequest, case: Submission, now: datetime) -> HttpResponse:
    """The words again, to be changed."""
    row = _row(case)
    if row is None:
        return _page(request, case)
    initial = {
        "revision": row.revision,
        "title": row.title,
        "question": row.question,
        "answer": row.answer,
        "published_files": [str(file.attachment_id) for file in row.files.all()],
    }
    return _page(request, case, form=DraftForm(initial=initial, case=case))


def _review(request: StaffRequest, case: Submission, now: datetime) -> HttpResponse:
    confirmed = request.POST.getlist("confirmed")
    try:
        publication.review(case, confirmed, by=request.user, now=now, seen=_seen(request))
    except NotAllowed as error:
        return _page(request, case, refused=str(error), confirmed=confirmed, status=409)
    messages.success(request, _("Reviewed. Nothing is on the web yet."))
    return redirect("requests_app:publication", case.reference)


def _publish(request: StaffRequest, case: Submission, now: datetime) -> HttpResponse:
    publication.publish(case, by=request.user, now=now, seen=_seen(request))
    letter = _("The requester gets a letter.") if case.requester_email else ""
    messages.success(request, f"{_('Published.')} {letter}".strip())
    return redirect("requests_app:publication", case.reference)


def _withdraw(request: StaffRequest, case: Submission, now: datetime) -> HttpResponse:
    form = WithdrawPublicationForm(request.POST)
    if not form.is_valid():
        return _page(request, case, off=form, status=422)
    reason = form.cleaned_data["reason"]
    publication.withdraw(case, reason=reason, by=request.user, now=now, seen=_seen(request))
    messages.success(request, _("It is off the web."))
    return redirect("requests_app:publication", case.reference)


ACTS = {"draft": _draft, "edit": _edit, "review": _review, "publish": _publish, "withdraw": _withdraw}


def _row(case: Submission) -> PublishedAnswer | None:
    rows = PublishedAnswer.objects.select_related("reviewed_by", "changed_by", "answered_by", "dataset")
    return rows.filter(submission=case).first()


def _page(
    request: StaffRequest,
    case: Submission,
    *,
    form: DraftForm | None = None,
    off: WithdrawPublicationForm | None = None,
    refused: str = "",
    confirmed: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    row, may = _row(case), not _refusal(request, case)
    closed_to = _why_not(case)
    if form is None and row is None and may and not closed_to:
        form = DraftForm(initial={"revision": 0, **DraftForm.first(case)}, case=case)
    context: dict[str, Any] = {
        **desk_page("queue", case.city),
        "case": case,
        "row": row,
        "files": [file.attachment for file in row.files.select_related("attachment")] if row else [],
        "findings": publication.findings(row) if row and row.state in (State.DRAFT, State.WITHDRAWN) else [],
        "confirmed": confirmed or [],
        "form": form,
        "off": off or WithdrawPublicationForm(initial={"revision": row.revision if row else 0}),
        "refused": refused,
        "closed_to": closed_to,
        "may": may,
        "live": bool(row) and access.published_answers().filter(pk=row.pk if row else 0).exists(),
    }
    return render(request, "requests_app/staff/publication.html", context, status=status)


def _why_not(case: Submission) -> str:
    try:
        publication.check(case)
    except NotAllowed as error:
        return str(error)
    return ""
