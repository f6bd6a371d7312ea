"""The page of the person concerned by a report: the notice, their answer, an appeal of a measure.

They open it with a reference and code of their own. Nothing of the report stands on it, and nothing of
whoever reported: everything shown comes from `enforcement_file.told_to`.
"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portals.vocabulary import SubmissionKind
from requests_app import enforcement
from requests_app.access import grant_concerned, grant_requester, visible_to_concerned
from requests_app.doors import one_time, references, throttle
from requests_app.forms.base import key_of, new_key, typed
from requests_app.forms.concerned import AnswerForm, CodeForm, MeasureAppealForm
from requests_app.lifecycle import NotAllowed
from requests_app.models import ConcernedParty, MeasureTaken
from requests_app.offences import concerned as notices
from requests_app.offences import measure_appeals
from requests_app.pages import enforcement_file
from requests_app.views.common import keep_typed, page
from requests_app.views.resident.submit import CODES
from requests_app.views.typed_again import typed_before, typed_files

TRIES, TRIES_A_REFERENCE, QUARTER = 20, 10, 15 * 60


def _found(request: HttpRequest, reference: str, now: datetime) -> ConcernedParty | None:
    """The person concerned, where this browser has proved the code."""
    rows = visible_to_concerned(request.session, now=now)
    rows = rows.select_related("submission__city", "submission__office", "key")
    return rows.filter(reference=references.normalised(reference) or "").first()


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def concerned(request: HttpRequest, reference: str) -> HttpResponse:
    """The notice; POST sends an answer, or proves the code."""
    now = timezone.now()
    party = _found(request, reference, now)
    if party is None:
        return _door(request, reference, now)
    kept = typed_before(request)
    form = AnswerForm(kept, typed_files(request, kept))
    form.errors.clear()
    if request.method == "POST":
        form = AnswerForm(request.POST, request.FILES)
        if form.is_valid() and "drop" not in request.POST:
            try:
                enforcement.answer(party, body=form.cleaned_data["body"], files=form.stored, now=now)
            except NotAllowed as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, _("Your answer was sent to the office."))
                return redirect("requests_app:concerned", party.reference)
    context = page(
        party.submission.city,
        "concerned",
        **_facts(party),
        form=form,
        told=enforcement_file.told_to(party),
    )
    status = 422 if form.errors else 200
    return render(request, "requests_app/concerned/page.html", context, status=status)


def _facts(party: ConcernedParty) -> dict[str, Any]:
    """What both pages show: the person's own facts and the office, nothing of the case."""
    return {"party": party, "office": party.submission.office, "ways": notices.ways(party.submission)}


def _door(request: HttpRequest, reference: str, now: datetime) -> HttpResponse:
    """Asks for the code, or mails one; the answer is the same whether or not there is such a reference."""
    form = CodeForm(request.POST if {"code", "mail"} & set(request.POST) else None)
    mailed = False
    if form.is_bound:
        known = references.normalised(reference) or ""
        who = throttle.address_of(request.META)
        if not throttle.allowed("concerned", who, limit=TRIES, seconds=QUARTER):
            return render(request, "429.html", status=429)
        short = throttle.allowed("concerned-reference", known, limit=TRIES_A_REFERENCE, seconds=QUARTER)
        row = ConcernedParty.objects.select_related("submission__city", "submission__office")
        party = row.filter(reference=known).first()
        mailed = "mail" in request.POST
        if mailed:
            if party and short:
                notices.mail_code(party, now=now)
            form = CodeForm()
        elif form.is_valid() and party and _proves(party, form.cleaned_data["code"], now, short=short):
            request.session.cycle_key()
            grant_concerned(request.session, party, now=now)
            return redirect("requests_app:concerned", party.reference)
        else:
            form.add_error(
                "code", _("Reference and code do not belong together, or the code is no longer valid.")
            )
    elif request.method == "POST":
        keep_typed(request, typed(request.POST, writer="0"))
    minutes = one_time.LIFETIME.seconds // 60
    context = {
        "form": form,
        "reference": reference[:40],
        "nav": "concerned",
        "mailed": mailed,
        "minutes": minutes,
    }
    return render(request, "requests_app/concerned/door.html", context, status=422 if form.errors else 200)


def _proves(party: ConcernedParty, code: str, now: datetime, *, short: bool) -> bool:
    """With `short`, eight digits may still be tried on this notice: anybody who knows its reference can use
    the tries up, so the code of a printed letter opens it even then."""
    if not code:
        return False
    if party.code_hash and references.code_matches(party.reference, code, party.code_hash):
        return True
    return short and one_time.use_code_of(party, code, now=now)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def appeal(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """An appeal of one measure: a submission of its own, filed where the city's rules send it."""
    now = timezone.now()
    party = _found(request, reference, now)
    if party is None:
        return _door(request, reference, now)
    taken = party.measures.filter(number=number).first()
    if taken is None:
        raise Http404(_("There is no such measure."))
    if request.method != "POST" and (said := _not_to_appeal(taken)):
        messages.info(request, said)
        return redirect("requests_app:concerned", party.reference)
    kept, initial = typed_before(request), {"submission_key": new_key()}
    form = MeasureAppealForm(kept, typed_files(request, kept), initial=initial)
    form.errors.clear()
    if request.method == "POST":
        form = MeasureAppealForm(request.POST, request.FILES)
        key = key_of(request.POST.get("submission_key", ""))
        if form.is_valid() and key and "drop" not in request.POST:
            if answer := _file(request, party, taken, form, key, now):
                return answer
            key = None
        if key is None:
            form.data = typed(form.data, submission_key=new_key())
            form.add_error(
                None, _("Nothing was sent yet. Everything you typed is kept: look at it and send it again.")
            )
    context = page(party.submission.city, "concerned", **_facts(party), form=form, taken=taken)
    status = 422 if form.errors else 200
    return render(request, "requests_app/concerned/appeal.html", context, status=status)


def _not_to_appeal(taken: MeasureTaken) -> str:
    """Why no form is shown for an appeal of this measure; "" where one is."""
    filed = taken.appeals.select_related("submission").first()
    if filed is not None:
        return _("You appealed it: %(reference)s.") % {"reference": filed.submission.reference}
    return "" if taken.in_force else _("The measure was lifted.")


def _file(
    request: HttpRequest,
    party: ConcernedParty,
    taken: MeasureTaken,
    form: MeasureAppealForm,
    key: str,
    now: datetime,
) -> HttpResponse | None:
    """Files it and opens its page; None where the key of the form made something else before."""
    values = form.cleaned_data
    with transaction.atomic():
        filed = measure_appeals.file(
            party,
            taken,
            measure_appeals.Appealed(
                description=values["description"],
                remedy_sought=values["remedy_sought"],
                files=form.stored,
                submission_key=key,
                language=get_language() or "en",
            ),
            now=now,
        )
        case = filed.submission
        if case.kind != SubmissionKind.APPEAL or case.appeal.measure_id != taken.pk:
            return None
        if filed.code:
            request.session[CODES] = {**request.session.get(CODES, {}), case.reference: filed.code}
        grant_requester(request.session, case, now=now)
        request.session.save()
    return redirect("requests_app:case", case.reference)
