"""Opening a case without an account: reference and code, or a code by mail.

The answer is the same whether or not there is such a case: a reference is not a secret, but whether somebody
filed something is nobody else's business.
"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from requests_app.access import grant_requester
from requests_app.doors import one_time, references, throttle
from requests_app.doors.throttle import QUARTER, TRIES_A_REFERENCE, TRIES_AN_ADDRESS
from requests_app.forms.case import TrackForm
from requests_app.models import Submission


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """The form; POST `open` proves a code, POST `mail` sends one."""
    if request.method != "POST":
        form = TrackForm(initial={"reference": request.GET.get("reference", "")[:40]})
        return show_form(request, form)
    form = TrackForm(request.POST)
    if not form.is_valid():
        return show_form(request, form, status=422)
    reference = references.normalised(form.cleaned_data["reference"])
    if reference is None:
        form.add_error("reference", mistyped())
        return show_form(request, form, status=422)
    by_address, by_case = _may_try(request, reference)
    if not by_address:
        return render(request, "429.html", status=429)
    now = timezone.now()
    case = Submission.objects.select_related("city").filter(reference=reference).first()
    if "mail" in request.POST and by_case:
        if case:
            one_time.send_code(case, now=now)
        return show_form(request, form, mailed=True)
    if case and _proves(case, form.cleaned_data["code"], now, short_codes=by_case):
        request.session.cycle_key()
        grant_requester(request.session, case, now=now)
        return redirect("requests_app:case", reference=case.reference)
    if not by_case:
        return render(request, "429.html", status=429)
    form.add_error(
        "code",
        _("Reference and code do not belong together, or the code is no longer valid.")
        if form.cleaned_data["code"]
        else _("Enter the code too, or have one mailed to you."),
    )
    return show_form(request, form, status=422)


def mistyped() -> str:
    """What is said where the check sign does not fit."""
    return _("This is not a reference: a character is missing or wrong. Compare it with yours, one by one.")


def show_form(
    request: HttpRequest, form: TrackForm, *, status: int = 200, mailed: bool = False
) -> HttpResponse:
    """The page with the form; also what a case page shows to whoever has not proved its code."""
    context = {"form": form, "nav": "track", "mailed": mailed, "minutes": one_time.LIFETIME.seconds // 60}
    return render(request, "requests_app/public/track.html", context, status=status)


def _may_try(request: HttpRequest, reference: str) -> tuple[bool, bool]:
    """Whether this address may go on trying, and whether eight digits may still be tried on this case.

    The second limit must not shut out the requester himself: anybody who knows the reference can use it up.
    The code of twelve signs cannot be guessed, so it opens the case even then.
    """
    by_address = throttle.allowed(
        "track", throttle.address_of(request.META), limit=TRIES_AN_ADDRESS, seconds=QUARTER
    )
    by_case = throttle.allowed("track-case", reference, limit=TRIES_A_REFERENCE, seconds=QUARTER)
    return by_address, by_case


def _proves(case: Submission, typed: str, now: datetime, *, short_codes: bool) -> bool:
    if not typed:
        return False
    if references.code_matches(case.reference, typed, case.code_hash):
        return True
    return short_codes and one_time.use_code(case, typed, now=now)
