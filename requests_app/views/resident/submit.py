"""From an empty form to a filed case: form, check your answers, confirm.

Nothing is kept on the server between the steps but files: everything typed travels in the form itself, with a
signed key by which a form that is sent twice makes one submission.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portals.appeal_terms import AppealRule
from portals.models import City
from portals.vocabulary import Layer, SubmissionKind
from requests_app import intake
from requests_app.access import grant_requester, visible_to_requester
from requests_app.forms.base import KindForm, key_of, new_key, typed
from requests_app.forms.kinds.appeals import AppealForm
from requests_app.kinds import Kind
from requests_app.models import Submission
from requests_app.pages.preview import preview
from requests_app.related.alike import sent_lately
from requests_app.related.suggestions import (
    answered_before,
    likely_datasets,
    public_reports_like,
    resolve_dataset,
)
from requests_app.views.common import city_or_404, city_today, kind_or_404, page
from requests_app.views.typed_again import typed_before

CODES = "new_codes"
"""Session key: reference -> code, until it was shown."""

FROM_ADDRESS = ("dataset", "field_name", "row", "wanted", "against", "ground", "about")
MINUTE = timedelta(minutes=1)
STEPS = (gettext_lazy("Your answers"), gettext_lazy("Check"), gettext_lazy("Done"))


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, city_slug: str, kind: str) -> HttpResponse:
    """The form of a kind. POST: the check page, or with `confirm` the case; `edit` shows the form again.

    What was typed is kept by nobody. The empty form may stay with the browser that asked for it: only then
    does its Back button bring back what was typed.
    """
    city, entry = city_or_404(city_slug), kind_or_404(kind)
    if request.method == "POST":
        return _sent(request, city, entry, timezone.now())
    stale = typed_before(request)
    if stale is not None:
        return _typed_before(request, city, entry, stale, timezone.now())
    response = _empty_form(request, city, entry, timezone.now())
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@never_cache
def _sent(request: HttpRequest, city: City, entry: Kind, now: datetime) -> HttpResponse:
    wants_change = "edit" in request.POST or "use_dataset" in request.POST
    data = request.POST
    if "use_dataset" in data:
        data = typed(data, dataset=data["use_dataset"])
    form = entry.form(data, request.FILES, **_around(request, city, now))
    key = key_of(data.get("submission_key", ""))
    valid = form.is_valid()
    if wants_change:
        form.forget_errors()
        return _form_page(request, city, entry, form, now)
    if not valid:
        return _form_page(request, city, entry, form, now, status=422)
    if "confirm" not in data:
        return _check_page(request, city, entry, form, now)
    if key is None:
        form.add_error(
            None,
            _(
                "This form was not recognized, so nothing was sent yet. Everything you typed is kept: "
                "look at it and send it again."
            ),
        )
        return _form_page(request, city, entry, form, now, status=422)
    if "anyway" not in data and (twin := _sent_lately(form, key, now)):
        return _twin_page(request, city, entry, form, twin, now)
    return _file(request, city, entry, form, key, now)


def _typed_before(
    request: HttpRequest, city: City, entry: Kind, data: QueryDict, now: datetime
) -> HttpResponse:
    """The step at which somebody was, again: one press goes on from there."""
    form = entry.form(data, request.FILES, **_around(request, city, now))
    if form.is_valid() and "confirm" in data:
        return _check_page(request, city, entry, form, now)
    form.forget_errors()
    return _form_page(request, city, entry, form, now)


def _sent_lately(form: KindForm, key: str, now: datetime) -> Submission | None:
    """What the same person sent within a day and that says the same; never the case of this very form."""
    filing = form.filing(key=key, now=now, language="")
    return sent_lately(filing, proved=form.proved, now=now)


def _twin_page(
    request: HttpRequest, city: City, entry: Kind, form: KindForm, twin: Submission, now: datetime
) -> HttpResponse:
    """Asks first: look at what was sent, or send this as well. Everything typed travels on."""
    context = page(
        city,
        "choose",
        entry=entry,
        twin=twin,
        ago=timesince(twin.submitted_at, now, depth=1) if now - twin.submitted_at >= MINUTE else "",
        carried=form.carried(),
        submission_key=_key(form),
    )
    return render(request, "requests_app/public/sent_before.html", context, status=409)


def _around(request: HttpRequest, city: City, now: datetime) -> dict[str, Any]:
    """What a form needs to know beside what was typed."""
    proved = frozenset(visible_to_requester(request.session, now=now).values_list("pk", flat=True))
    return {"city": city, "today": city_today(city, now), "proved": proved}


def _empty_form(request: HttpRequest, city: City, entry: Kind, now: datetime) -> HttpResponse:
    initial = {name: request.GET[name][:500] for name in FROM_ADDRESS if name in request.GET}
    looked_for = request.GET.get("q", "").replace("\0", "")[:500]
    if entry.kind in (SubmissionKind.DATASET_REQUEST, SubmissionKind.RECORDS_REQUEST) and looked_for:
        initial["description"] = looked_for
    form = entry.form(initial=initial, city=city, today=city_today(city, now))
    return _form_page(request, city, entry, form, now, looked_for=looked_for)


def _form_page(
    request: HttpRequest,
    city: City,
    entry: Kind,
    form: KindForm,
    now: datetime,
    *,
    status: int = 200,
    looked_for: str = "",
) -> HttpResponse:
    name = form["dataset"].value() if form.about_dataset else ""
    chosen = form.dataset or (resolve_dataset(city, name)[0] if name and not form.is_bound else None)
    context = page(
        city,
        "choose",
        entry=entry,
        form=form,
        submission_key=_key(form),
        chosen=chosen,
        looked_for=looked_for,
        found=likely_datasets(city, looked_for) if looked_for else [],
        answers=public_reports_like(city, looked_for) if looked_for else [],
        given=answered_before(city, looked_for) if looked_for else [],
        provisions=_what_the_guide_says(city, entry),
        appeal_rules=_appeal_rules(form, city, now) if entry.kind == SubmissionKind.APPEAL else [],
        steps=STEPS,
    )
    return render(request, "requests_app/public/form.html", context, status=status)


def _key(form: KindForm) -> str:
    sent: str = form.data.get("submission_key", "") if form.is_bound else ""
    return sent if key_of(sent) else new_key()


def _what_the_guide_says(city: City, entry: Kind) -> list[Any]:
    rows = city.provisions.filter(topic__in=entry.topics, layer=Layer.GUIDE)
    return list(rows.select_related("citation", "confirm_with")[:8])


def _appeal_rules(form: KindForm, city: City, now: datetime) -> list[AppealRule]:
    """All ways of the city, for whoever has not chosen a ground yet."""
    about = form["about"].value() or ""
    today = city_today(city, now)
    seen: dict[str, AppealRule] = {}
    for kind in [about] if about in SubmissionKind.values else SubmissionKind.values:
        for rule in form.book.appeal_routes(kind, today):
            seen.setdefault(rule.key, rule)
    return list(seen.values())


def _check_page(request: HttpRequest, city: City, entry: Kind, form: KindForm, now: datetime) -> HttpResponse:
    request.session.setdefault("sends", True)  # two requests of one press must share a session, see _file
    steward = form.steward if isinstance(form, AppealForm) else None
    foreseen = preview(city, entry.kind, dataset=form.dataset, flags=form.flags, now=now, steward=steward)
    context = page(
        city,
        "choose",
        entry=entry,
        form=form,
        answered=form.answered(),
        carried=form.carried(),
        submission_key=_key(form),
        preview=foreseen,
        ways=form.ways() if isinstance(form, AppealForm) else [],
        today=city_today(city, now),
        steps=STEPS,
    )
    return render(request, "requests_app/public/check.html", context)


def _file(
    request: HttpRequest, city: City, entry: Kind, form: KindForm, key: str, now: datetime
) -> HttpResponse:
    """File it and open the case to this browser, in one transaction.

    A button that is pressed twice sends two requests with one session. The second finds the case, and must
    not overwrite the session in which the first has put the code: so it leaves a session alone that has it.
    A key that comes back with other words opens nothing, and what is new in them is not lost.
    """
    filing = form.filing(key=key, now=now, language=get_language() or "en")
    with transaction.atomic():
        filed = intake.submit(filing, now=now)
        case = filed.submission
        if filed.code:
            grant_requester(request.session, case, now=now)
            request.session[CODES] = {**request.session.get(CODES, {}), case.reference: filed.code}
            _keep(request)
        elif not intake.made_of(case, filing):
            return _sent_before(request, city, entry, form, now)
        elif not _other_request_opened_it(request, case, now):
            grant_requester(request.session, case, now=now)
            _keep(request)
    return redirect("requests_app:case", reference=case.reference)


def _keep(request: HttpRequest) -> None:
    """Save the session with the case; with the response only where the browser must be told of a new one."""
    request.session.save()
    known = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    request.session.modified = known != request.session.session_key


def _sent_before(
    request: HttpRequest, city: City, entry: Kind, form: KindForm, now: datetime
) -> HttpResponse:
    """The form again, ready to be sent as a submission of its own."""
    form.data = typed(form.data, submission_key=new_key(), anyway="1")
    form.add_error(
        None,
        _(
            "This form was sent once already, with other words: what you changed since was not sent. To add "
            "something to that case, open it under “Track a submission”. To send this as another "
            "submission, go on below."
        ),
    )
    return _form_page(request, city, entry, form, now, status=409)


def _other_request_opened_it(request: HttpRequest, case: Any, now: datetime) -> bool:
    fresh = request.session.__class__(request.session.session_key)
    return visible_to_requester(fresh, now=now).filter(pk=case.pk).exists()
