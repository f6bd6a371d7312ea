"""Staff enter for somebody what came by phone, mail or at the counter: the same form as the public one."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portals.models import City
from portals.rulebook import rulebook_for
from requests_app import access, intake
from requests_app.access import Standing
from requests_app.doors import references
from requests_app.forms.base import KindForm, key_of, new_key, typed
from requests_app.forms.desk.entered import EnteredForm
from requests_app.kinds import Kind
from requests_app.lifecycle import NotAllowed
from requests_app.models import Channel, Submission
from requests_app.views.common import city_or_404, city_today, kind_or_404
from requests_app.views.staff_only import StaffRequest, desk_page, staff_only
from requests_app.views.typed_again import typed_before, typed_files

ENTERED = "entered_codes"
"""Session key: reference -> code, until it was shown once."""


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: StaffRequest, city_slug: str, kind: str) -> HttpResponse:
    """The form of a kind with channel and true date; after filing, reference and code to hand over."""
    city, entry, now = city_or_404(city_slug), kind_or_404(kind), timezone.now()
    _check_may_enter(request.standing, city)
    if request.method != "POST":
        if "done" in request.GET:
            return _handed_over(request, city, entry, request.GET["done"])
        kept = typed_before(request, request.user.pk)
        form = entry.form(
            kept, typed_files(request, kept), city=city, today=city_today(city, now), for_other=True
        )
        entered = EnteredForm(kept, kind=kind, book=rulebook_for(city), now=now)
        if kept is not None:
            form.forget_errors()
            entered.errors.clear()
        return _page(request, city, entry, form, entered)
    data = request.POST
    if "use_dataset" in data:
        data = typed(data, dataset=data["use_dataset"])
    today = city_today(city, now)
    form = entry.form(data, request.FILES, city=city, today=today, proved=_known(request), for_other=True)
    entered = EnteredForm(data, kind=kind, book=rulebook_for(city), now=now)
    if not all([form.is_valid(), entered.is_valid()]):
        return _page(request, city, entry, form, entered, status=422)
    if "use_dataset" in data:
        return _page(request, city, entry, form, entered)
    key = key_of(data.get("submission_key", ""))
    if key is None:
        form.add_error(None, _("This form was not recognized. Everything typed is kept: send it again."))
        return _page(request, city, entry, form, entered, status=422)
    return _file(request, city, entry, form, entered, key, now)


def _check_may_enter(who: Standing, city: City) -> None:
    if not access.may_enter(who, city):
        raise PermissionDenied(_("You can enter submissions only for a city in which you work."))


def _known(request: StaffRequest) -> list[int]:
    """The case that an appeal names, if this person may see it: its dates may be shown."""
    reference = references.normalised(request.POST.get("against", ""))
    visible = access.visible_to(request.standing).filter(reference=reference)
    return list(visible.values_list("pk", flat=True)) if reference else []


def _file(
    request: StaffRequest,
    city: City,
    entry: Kind,
    form: KindForm,
    entered: EnteredForm,
    key: str,
    now: datetime,
) -> HttpResponse:
    filing = replace(
        form.filing(key=key, now=now, language=get_language() or "en"),
        received_at=entered.received_at,
        custodian_received_at=entered.custodian_received_at,
        channel=Channel(entered.cleaned_data["channel"]),
        entered_by=request.user,
    )
    try:
        filed = intake.submit(filing, now=now)
    except NotAllowed as error:
        entered.add_error(None, str(error))
        return _page(request, city, entry, form, entered, status=409)
    reference = filed.submission.reference
    if filed.code:
        request.session[ENTERED] = {**request.session.get(ENTERED, {}), reference: filed.code}
    done = reverse("requests_app:enter", args=[city.slug, entry.kind])
    return redirect(f"{done}?done={reference}")


def _handed_over(request: StaffRequest, city: City, entry: Kind, reference: str) -> HttpResponse:
    """Reference and code, shown once; afterwards only the reference."""
    case = Submission.objects.filter(reference=reference, city=city, entered_by=request.user).first()
    if case is None:
        return redirect("requests_app:enter", city.slug, entry.kind)
    codes = dict(request.session.get(ENTERED, {}))
    code = codes.pop(reference, "")
    if code:
        request.session[ENTERED] = codes
    visible = access.visible_to(request.standing).filter(pk=case.pk).exists()
    context = {**desk_page("desk", city), "entry": entry, "case": case, "code": code}
    return render(request, "requests_app/staff/entered.html", {**context, "visible": visible})


def _page(
    request: StaffRequest,
    city: City,
    entry: Kind,
    form: KindForm,
    entered: EnteredForm,
    *,
    status: int = 200,
) -> HttpResponse:
    sent = request.POST.get("submission_key", "")
    context: dict[str, Any] = {
        **desk_page("desk", city),
        "entry": entry,
        "form": form,
        "entered": entered,
        "chosen": form.dataset,
        "submission_key": sent if key_of(sent) else new_key(),
    }
    return render(request, "requests_app/staff/enter.html", context, status=status)
