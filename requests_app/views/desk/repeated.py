"""What is asked for again and again, and the proposal of a dataset from it."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portals.models import City
from requests_app import access
from requests_app.forms.base import key_of, new_key
from requests_app.forms.desk.proposals import ProposalForm
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action
from requests_app.related import proposals, repeated
from requests_app.related.proposals import Proposal
from requests_app.related.repeated import Group
from requests_app.views.common import city_or_404
from requests_app.views.staff_only import StaffRequest, desk_page, staff_only
from requests_app.views.typed_again import has_words, show_to_copy


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def asked_again(request: StaffRequest, city_slug: str) -> HttpResponse:
    """The groups of a city; `group` shows one with the form; POST proposes it."""
    city = city_or_404(city_slug)
    if city.pk not in request.standing.cities_worked:
        raise Http404
    found = repeated.groups(access.visible_to(request.standing), city, city.date_at(timezone.now()))
    wanted = request.GET.get("group", "")
    chosen = next((group for group in found if group.key == wanted), None)
    if chosen is None:
        if request.method == "POST":
            gone = _("These requests are no longer grouped like this. Look again.")
            if has_words(request.POST):
                return show_to_copy(request, gone, 409)
            messages.warning(request, gone)
            return redirect("requests_app:repeated", city.slug)
        context = {**desk_page("queue", city), "groups": found}
        return render(request, "requests_app/staff/repeated.html", context)
    if request.method == "POST":
        return _propose(request, city, chosen)
    about = chosen.dataset.name if chosen.dataset else ", ".join(chosen.words)
    form = ProposalForm(group=chosen, initial={"title": _("Publish: %(what)s") % {"what": about}})
    return _page(request, city, chosen, form)


def _propose(request: StaffRequest, city: City, group: Group) -> HttpResponse:
    if not access.may_enter(request.standing, city):
        raise PermissionDenied(_("You may read everything here, but not act."))
    form = ProposalForm(request.POST, group=group)
    key = key_of(request.POST.get("submission_key", ""))
    if key is None:
        form.add_error(None, _("This form was not recognized. Everything typed is kept: send it again."))
    if not form.is_valid() or key is None:
        return _page(request, city, group, form, status=422)
    values = form.cleaned_data
    proposal = Proposal(city, values["title"], values["description"], key, group.dataset)
    picked = replace(group, cases=form.chosen())
    if refused := _not_mine(request, picked):
        form.add_error("cases", refused)
        return _page(request, city, group, form, status=403)
    try:
        made = proposals.propose(
            proposal, picked, by=request.user, now=timezone.now(), language=get_language() or "en"
        )
    except NotAllowed as error:
        form.add_error(None, str(error))
        return _page(request, city, group, form, status=409)
    messages.success(request, _("Proposed as %(reference)s.") % {"reference": made.reference})
    if access.visible_to(request.standing).filter(pk=made.pk).exists():
        return redirect("requests_app:staff_case", made.reference)
    return redirect("requests_app:repeated", city.slug)


def _not_mine(request: StaffRequest, group: Group) -> str:
    """A sentence with the requests on which this person may not act, for each gets an event; "" for none."""
    keys = [case.pk for case in group.cases]
    rows = access.visible_to(request.standing).filter(pk__in=keys).prefetch_related("involvements")
    barred = [row for row in rows if not {Action.LINK} & set(access.permitted(request.standing, row))]
    if not barred:
        return ""
    return _("Another office acts on these. Leave them out, or ask the clerk: %(cases)s.") % {
        "cases": ", ".join(row.reference for row in barred)
    }


def _page(
    request: StaffRequest, city: City, group: Group, form: ProposalForm, *, status: int = 200
) -> HttpResponse:
    sent = request.POST.get("submission_key", "")
    context: dict[str, Any] = {
        **desk_page("queue", city),
        "group": group,
        "counted": proposals.counted(group),
        "form": form,
        "submission_key": sent if key_of(sent) else new_key(),
        "may": access.may_enter(request.standing, city) and not request.standing.read_only,
    }
    return render(request, "requests_app/staff/proposal.html", context, status=status)
