"""The requester's page of a case: what is known, what can be done, and the acts."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from requests_app.access import requester_permitted, visible_to_requester
from requests_app.attachments.files import StoredFile
from requests_app.correspondence import conversation
from requests_app.doors import references
from requests_app.forms.base import typed
from requests_app.forms.case import TrackForm, WithdrawForm, WriteForm
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Submission
from requests_app.pages.requester_page import page_of
from requests_app.views.common import keep_typed, page
from requests_app.views.resident.submit import CODES
from requests_app.views.resident.track import mistyped, show_form
from requests_app.views.typed_again import typed_before

Act = Callable[[Submission, str, Sequence[StoredFile], datetime, int | None], Any]


def _writing(act: Callable[..., Any], **more: Any) -> Act:
    return lambda case, body, files, now, revision: act(
        case, body=body, files=files, now=now, revision=revision, **more
    )


ACTS: dict[str, tuple[Act, Any]] = {
    "answer": (_writing(conversation.answer), gettext_lazy("Your answer was sent.")),
    "decline": (
        _writing(conversation.answer, declined=True),
        gettext_lazy("The office knows that you do not want to answer."),
    ),
    "message": (_writing(conversation.message), gettext_lazy("Your message was sent.")),
    "follow_up": (_writing(conversation.follow_up), gettext_lazy("Your follow-up was sent.")),
    "statement": (
        lambda case, body, files, now, revision: conversation.request_statement(
            case, now=now, revision=revision
        ),
        gettext_lazy("The office was asked for a written statement of the reasons."),
    ),
}
"""What a button may send: the act, and what is said when it is done."""


def find(request: HttpRequest, reference: str, now: datetime) -> Submission | None:
    """The case, where this browser has proved its code."""
    found = visible_to_requester(request.session, now=now).select_related(
        "city", "office", "dataset__office", "dataset__city"
    )
    return found.filter(reference=references.normalised(reference) or "").first()


def closed_door(request: HttpRequest, reference: str) -> HttpResponse:
    """What everybody else sees: the same whether or not there is such a case. What was typed meanwhile waits
    until the code is proved."""
    if request.method == "POST":
        keep_typed(request, typed(request.POST, writer="0"))
    form = TrackForm(initial={"reference": reference[:40]})
    if references.normalised(reference) is None:
        form = TrackForm({"reference": reference[:40]})
        form.is_valid()
        form.add_error("reference", mistyped())
        return show_form(request, form, status=404)
    return show_form(request, form)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """The page; POST does the act that the button names."""
    now = timezone.now()
    found = find(request, reference, now)
    if found is None:
        return closed_door(request, reference)
    if request.method == "POST":
        return _act(request, found, now)
    kept = typed_before(request)
    if kept is None:
        return _show(request, found, now)
    form = WriteForm(kept, request.FILES)
    form.errors.clear()
    return _show(request, found, now, form)


def _show(
    request: HttpRequest, found: Submission, now: datetime, form: WriteForm | None = None, status: int = 200
) -> HttpResponse:
    context = page(found.city, "track", **page_of(found, now=now))
    context["form"] = form or WriteForm(initial={"revision": found.chain_length})
    context["code"] = _code_once(request, found)
    return render(request, "requests_app/public/case.html", context, status=status)


def _code_once(request: HttpRequest, found: Submission) -> str | None:
    codes: dict[str, str] = request.session.get(CODES, {})
    if found.reference not in codes or request.method == "HEAD":
        return None
    request.session[CODES] = {name: code for name, code in codes.items() if name != found.reference}
    return codes[found.reference]


def _act(request: HttpRequest, found: Submission, now: datetime) -> HttpResponse:
    act, done = ACTS.get(request.POST.get("action", ""), (None, ""))
    form = WriteForm(request.POST, request.FILES)
    if not form.is_valid() or act is None or "drop" in request.POST:
        return _show(request, found, now, form, status=422 if form.errors else 200)
    values = form.cleaned_data
    try:
        act(found, values["body"], form.stored, now, values["revision"])
    except NotAllowed as refused:
        form.add_error(None, str(refused))
        form.look_again(found.chain_length)
        return _show(request, found, now, form, status=422)
    messages.success(request, str(done))
    return redirect("requests_app:case", reference=found.reference)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Asks whether the submission is really taken back, then does it."""
    now = timezone.now()
    found = find(request, reference, now)
    if found is None:
        return closed_door(request, reference)
    if Action.WITHDRAW not in requester_permitted(found):
        messages.warning(request, _("This case has ended already, so it cannot be withdrawn."))
        return redirect("requests_app:case", reference=found.reference)
    form = WithdrawForm(request.POST or typed_before(request), initial={"revision": found.chain_length})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            conversation.withdraw(found, now=now, reason=values["reason"], revision=values["revision"])
        except NotAllowed as refused:
            form.add_error(None, str(refused))
            form.look_again(found.chain_length)
        else:
            messages.success(request, _("Your submission is withdrawn."))
            return redirect("requests_app:case", reference=found.reference)
    context = page(found.city, "track", case=found, form=form)
    status = 422 if form.errors else 200
    return render(request, "requests_app/public/withdraw.html", context, status=status)
