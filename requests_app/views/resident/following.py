"""The page of a public report: its answer, who has the same trouble, and following it by letter."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from requests_app import access
from requests_app.desk.queue import STATES
from requests_app.doors import references, throttle
from requests_app.forms.following import FollowForm
from requests_app.lifecycle import NotAllowed
from requests_app.models import Determination, Follower, Submission
from requests_app.related import following
from requests_app.views.common import page

HOUR = 3600
TRIES_AN_ADDRESS, LETTERS_A_MAILBOX = 20, 6


def _find(city_slug: str, reference: str) -> Submission:
    answers = Determination.objects.filter(taken_back_at=None).select_related("office")
    found = (
        following.counted(access.public_cases())
        .select_related("city", "dataset", "office")
        .prefetch_related(Prefetch("determinations", queryset=answers))
        .filter(city__slug=city_slug, reference=references.normalised(reference) or "")
        .first()
    )
    if found is None:
        raise Http404(_("There is no such public report here."))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def public_case(request: HttpRequest, city_slug: str, reference: str) -> HttpResponse:
    """One public report. POST `follow` asks for letters, `me_too` counts one more with the same trouble."""
    case, now = _find(city_slug, reference), timezone.now()
    if request.method != "POST":
        return _show(request, case, FollowForm())
    if not throttle.allowed(
        "public-case", throttle.address_of(request.META), limit=TRIES_AN_ADDRESS, seconds=HOUR
    ):
        return render(request, "429.html", status=429)
    if "me_too" in request.POST:
        return _me_too(request, case, now)
    form = FollowForm(request.POST)
    if not form.is_valid():
        return _show(request, case, form, status=422)
    _ask(case, form.cleaned_data["email"], now)
    return _show(request, case, FollowForm(), mailed=True)


def _ask(case: Submission, email: str, now: datetime) -> None:
    """A letter to confirm; nobody's mailbox is filled by strangers, and the page never says which it was."""
    if throttle.allowed("follow-mail", email.casefold(), limit=LETTERS_A_MAILBOX, seconds=24 * HOUR):
        following.ask(case, email=email, language=get_language() or "en", now=now)


def _me_too(request: HttpRequest, case: Submission, now: datetime) -> HttpResponse:
    if access.visible_to_requester(request.session, now=now).filter(pk=case.pk).exists():
        messages.info(request, _("This is your own report; it counts already."))
    else:
        if not request.session.session_key:
            request.session.create()
        browser = request.session.setdefault("browser", request.session.session_key)
        if following.add_me_too(case, browser=browser, now=now):
            messages.success(request, _("You are counted. Nobody learns who you are."))
        else:
            messages.info(request, _("This browser was counted already."))
    return redirect("requests_app:public_case", case.city.slug, case.reference)


def _show(
    request: HttpRequest, case: Submission, form: FollowForm, *, mailed: bool = False, status: int = 200
) -> HttpResponse:
    context = page(
        case.city,
        "datasets",
        case=case,
        form=form,
        mailed=mailed,
        status=STATES[case.status],
        answers=list(case.determinations.all())[-1:],
    )
    return render(request, "requests_app/public/report.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follower(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of a letter: confirm, or stop. Opening it changes nothing, for mail programs
    open links by themselves."""
    found = following.of_token(token)
    if found is None:
        return render(request, "requests_app/public/following.html", {"gone": True}, status=404)
    refused, done = "", ""
    if request.method == "POST":
        try:
            done = _change(request, found)
        except NotAllowed as error:
            refused = str(error)
    context = page(found.submission.city, "datasets", follower=found, refused=refused, done=done)
    return render(request, "requests_app/public/following.html", context, status=409 if refused else 200)


def _change(request: HttpRequest, found: Follower) -> Any:
    if "stop" in request.POST:
        following.stop(found)
        return _("You get no more letters about this report, and your address is forgotten here.")
    following.confirm(found, now=timezone.now())
    found.refresh_from_db()
    return _("You follow this report. You get a letter when it moves.")
