"""Setup of a city, what staff decide beside its file: confirmations and the city's own targets."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from portals import setup_log
from portals.models import City, Confirmation, OfficeTarget
from portals.models.rule import Clock, Rule
from portals.rule_overrides import Overrides
from portals.vocabulary import ProvisionStatus
from requests_app.forms.setup import ApplyForm, ConfirmForm, ReasonForm, SetupForm, TargetForm
from requests_app.setup import confirmations, recount, targets
from requests_app.views.setup.door import Tried, follow, sent, setup_page, shown, tried
from requests_app.views.setup.overview import line_of
from requests_app.views.staff_only import StaffRequest

SHOWN = 100
"""So many cases of a preview stand on the page."""


# -- confirmations


@setup_page
def confirm(request: StaffRequest, city: City, table: str, key: str) -> HttpResponse:
    """One rule that is not specified: what was confirmed, a form to record it, a preview of open cases."""
    rule = f"{table}:{key}"
    row = confirmations.rule_of(city, rule)
    if row is None or row.status == ProvisionStatus.STATED:
        raise Http404(_("The city's file states this rule, or there is no such rule."))
    forms = _forms(request, city, rule, row)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    came = Tried()
    if what in forms:
        came = _tried(request, city, rule, row, what, forms[what])
        if came.done:
            return redirect("requests_app:setup_confirm", city.slug, table, key)
    return _page(request, city, table, row, forms, what, came)


def _forms(request: StaffRequest, city: City, rule: str, row: Rule) -> dict[str, SetupForm]:
    """The three forms of the page; the one that was sent holds what was typed."""
    data = sent(request)
    what = data.get("what", "") if data else ""
    revision = setup_log.revision(city, rule)
    initial = {"revision": revision}
    today = city.date_at(timezone.now())
    last = _last(city, rule)
    return {
        "confirm": ConfirmForm(
            data if what == "confirm" else None,
            rule=row,
            offices=city.offices.all(),
            today=today,
            revision=revision,
        ),
        "take_back": ReasonForm(data if what == "take_back" else None, initial=initial),
        "apply": ApplyForm(
            data if what == "apply" else None, initial={**initial, "number": last.number if last else 0}
        ),
    }


def _last(city: City, rule: str) -> Confirmation | None:
    return city.confirmations.filter(rule=rule).select_related("office").order_by("-number").first()


def _tried(request: StaffRequest, city: City, rule: str, row: Rule, what: str, form: SetupForm) -> Tried:
    now, by = timezone.now(), request.user
    if isinstance(form, ConfirmForm):
        today = city.date_at(now)
        came = tried(
            request,
            city,
            form,
            lambda: confirmations.confirm(city, rule, form.answer(), by=by, now=now, revision=form.seen),
            subject=rule,
            wrong=lambda: confirmations.wrong_with(row, form.answer(), today=today),
        )
        said = _("Recorded. It holds for what is received from its day on.")
    elif isinstance(form, ApplyForm):
        came = tried(
            request,
            city,
            form,
            lambda: confirmations.apply_to_open(
                city, rule, form.cleaned_data["number"], by=by, now=now, revision=form.seen
            ),
            subject=rule,
        )
        said = follow(came.result, now=now) if came.done else ""
    else:
        came = tried(
            request,
            city,
            form,
            lambda: confirmations.take_back(
                city, rule, reason=form.cleaned_data["reason"], by=by, now=now, revision=form.seen
            ),
            subject=rule,
        )
        said = _("Taken back from tomorrow on.")
    if came.done:
        messages.success(request, said)
    return came


def _page(
    request: StaffRequest,
    city: City,
    table: str,
    row: Rule,
    forms: dict[str, SetupForm],
    what: str,
    came: Tried,
) -> HttpResponse:
    rule = f"{table}:{row.key}"
    rows = list(city.confirmations.filter(rule=rule).select_related("office").order_by("-number"))
    last = rows[0] if rows else None
    pending = last if isinstance(row, Clock) and last and not confirmations.applied(city, last) else None
    preview = recount.preview_limit(city, row.key, pending.number) if pending else None
    context: dict[str, Any] = {
        "line": line_of(table, row, rows),
        "is_clock": isinstance(row, Clock),
        "rows": [{"row": found, "told": confirmations.told(found)} for found in rows],
        "last": last,
        "pending": pending,
        "preview": preview,
        "moved": preview.cases[:SHOWN] if preview else [],
        "late": preview.late_on(city.date_at(timezone.now())) if preview else 0,
        "forms": forms,
        "what": what,
        "refused": came.refused,
    }
    return shown(request, city, "confirm", status=came.status, **context)


# -- targets


@setup_page
def targets_page(request: StaffRequest, city: City) -> HttpResponse:
    """All targets: the file's, the one that holds today, and the one that comes."""
    today = city.date_at(timezone.now())
    held = Overrides.of(city)
    rows = [_target_row(target, held, today) for target in targets.targets_of(city)]
    return shown(request, city, "targets", rows=rows)


def _target_row(target: targets.Target, held: Overrides, today: date) -> dict[str, Any]:
    own = [row for row in held.targets if row.name == target.name]
    last = max(own, key=lambda row: row.number, default=None)
    return {
        "target": target,
        "now": held.target(target.name, today, target.in_file),
        "last": last,
        "coming": last if last and last.effective_from > today else None,
    }


@setup_page
def target(request: StaffRequest, city: City, name: str) -> HttpResponse:
    """One target: the form, and what it was before."""
    now = timezone.now()
    today = city.date_at(now)
    found = next((one for one in targets.targets_of(city) if one.name == name), None)
    if found is None:
        raise Http404(_("There is no such target in this city."))
    row = _target_row(found, Overrides.of(city), today)
    subject = targets.subject(name)
    form = TargetForm(
        sent(request),
        target=found,
        value=row["now"],
        today=today,
        revision=setup_log.revision(city, subject),
    )
    came = _set(request, city, name, form, now) if request.method == "POST" else Tried()
    if came.done:
        messages.success(request, _("Set. It holds for what is received from its day on."))
        return redirect("requests_app:setup_targets", city.slug)
    rows = list(city.office_targets.filter(name=name).order_by("-number"))
    context = {"row": row, "form": form, "rows": rows, "refused": came.refused}
    return shown(request, city, "target", status=came.status, **context)


def _set(request: StaffRequest, city: City, name: str, form: TargetForm, now: datetime) -> Tried:
    def act() -> OfficeTarget:
        values = form.cleaned_data
        return targets.set_target(
            city,
            name,
            values["value"],
            effective_from=values["effective_from"],
            reason=values["reason"],
            by=request.user,
            now=now,
            revision=form.seen,
        )

    def wrong() -> dict[str, str]:
        values, today = form.cleaned_data, city.date_at(now)
        if not {"value", "effective_from"} <= values.keys():
            return {}
        return targets.wrong_with(city, name, values["value"], values["effective_from"], today=today)

    return tried(request, city, form, act, subject=targets.subject(name), wrong=wrong)
