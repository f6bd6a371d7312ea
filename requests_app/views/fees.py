"""Pages about the fee of a case: what it is made of, what was paid, receipts; for staff and the requester."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from requests_app import access, deadlines, fees
from requests_app.access import requester_permitted
from requests_app.events import fee_words
from requests_app.events.fee_stand import FeeStand, stand
from requests_app.forms.case import WriteForm
from requests_app.handling import fee_waivers
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Submission
from requests_app.views.common import page
from requests_app.views.resident.case import closed_door, find
from requests_app.views.staff_only import StaffRequest, desk_page, staff_only
from requests_app.views.typed_again import typed_before


def _facts(case: Submission) -> dict[str, Any]:
    """The fee of a case as both pages show it."""
    found = stand(case.events.order_by("sequence"))
    return {
        **fee_words.told(case, found, deadlines.of_case(case)),
        "case": case,
        "payments": list(case.payments.all()),
        "waiver": case.waiver_requests.last(),
        "ways": fee_words.ways_against_denial(case),
    }


# -- the requester

Act = Callable[[Submission, str, datetime, int | None], Any]

ACTS: dict[str, tuple[Act, Any]] = {
    "agree": (
        lambda case, body, now, revision: fees.agree(case, now=now, revision=revision),
        gettext_lazy("The office knows that you agree."),
    ),
    "decline": (
        lambda case, body, now, revision: fees.decline(case, now=now, revision=revision),
        gettext_lazy("The office knows that you do not agree."),
    ),
    "waiver": (
        lambda case, body, now, revision: fee_waivers.request_waiver(
            case, reasons=body, now=now, revision=revision
        ),
        gettext_lazy("You have asked for a waiver. The office decides and writes to you."),
    ),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def fee(request: HttpRequest, reference: str) -> HttpResponse:
    """The fee of a case for the requester; POST agrees, declines or asks for a waiver."""
    now = timezone.now()
    case = find(request, reference, now)
    if case is None:
        return closed_door(request, reference)
    form = WriteForm(request.POST or typed_before(request), initial={"revision": case.chain_length})
    if request.method == "POST" and form.is_valid():
        act, done = ACTS.get(request.POST.get("action", ""), (None, ""))
        values = form.cleaned_data
        try:
            if act is not None:
                act(case, values["body"], now, values["revision"])
                messages.success(request, str(done))
                return redirect("requests_app:fee", reference=case.reference)
        except NotAllowed as refused:
            form.add_error(None, str(refused))
            form.look_again(case.chain_length)
    facts = _facts(case)
    if facts["estimate"] is None:
        return redirect("requests_app:case", reference=case.reference)
    context = page(case.city, "track", **facts, **_offers(case, facts["stand"]), form=form)
    status = 422 if form.errors else 200
    return render(request, "requests_app/public/fee.html", context, status=status)


def _offers(case: Submission, found: FeeStand) -> dict[str, bool]:
    can = set(requester_permitted(case)) if found.stands else set()
    return {
        "can_agree": Action.FEE_AGREE in can and found.state != "agreed",
        "can_decline": Action.FEE_DECLINE in can and found.state != "declined",
        "can_ask_waiver": Action.WAIVER_REQUEST in can and not found.waiver,
    }


@never_cache
@require_safe
def receipt(request: HttpRequest, reference: str, receipt: str) -> HttpResponse:
    """One receipt, to be printed."""
    case = find(request, reference, timezone.now())
    if case is None:
        return closed_door(request, reference)
    paid = get_object_or_404(case.payments, receipt=receipt)
    context = page(case.city, "track", **_facts(case), payment=paid)
    return render(request, "requests_app/public/receipt.html", context)


# -- staff


def _seen(request: StaffRequest, reference: str) -> Submission:
    visible = access.visible_to(request.standing).select_related("city", "office")
    return get_object_or_404(visible, reference=reference)


@staff_only
@require_safe
def staff_fee(request: StaffRequest, reference: str) -> HttpResponse:
    """The fee of a case for staff: lines, sums, payments, receipts."""
    case = _seen(request, reference)
    facts = _facts(case)
    if facts["estimate"] is None:
        raise Http404
    context = {**facts, **desk_page("queue", case.city)}
    return render(request, "requests_app/staff/fee.html", context)


@staff_only
@require_safe
def staff_receipt(request: StaffRequest, reference: str, receipt: str) -> HttpResponse:
    """One receipt for staff, to be printed and handed over."""
    case = _seen(request, reference)
    paid = get_object_or_404(case.payments, receipt=receipt)
    context = {**_facts(case), "payment": paid, **desk_page("queue", case.city)}
    return render(request, "requests_app/staff/receipt.html", context)
