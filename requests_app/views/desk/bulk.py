"""One act on many cases of the queue: which, one form, and what became of each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from requests_app import access, determinations, intake, routing
from requests_app.correspondence import conversation
from requests_app.desk import bulk_acts, queue
from requests_app.forms.base import key_of, new_key
from requests_app.forms.desk import bulk as forms
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, BulkRun, Submission
from requests_app.views.acts.page import refusal
from requests_app.views.staff_only import StaffRequest, desk_page, one_city, staff_only
from requests_app.views.typed_again import has_words, show_to_copy, typed_before


@dataclass(frozen=True)
class BulkAct:
    """An act that can be done on many cases at once: its form, the act, its heading and button."""

    form: type[forms.BulkForm]
    do: Callable[..., Any]
    heading: Any
    button: Any


BULK: dict[Action, BulkAct] = {
    Action.ACKNOWLEDGE: BulkAct(
        forms.BulkAcknowledge,
        lambda s, f, **c: intake.acknowledge(
            s, message=f.cleaned_data["message"], estimate_until=f.cleaned_data["estimate"], **c
        ),
        gettext_lazy("Acknowledge"),
        gettext_lazy("Acknowledge all of them"),
    ),
    Action.CLAIM: BulkAct(
        forms.BulkForm,
        lambda s, f, **c: intake.claim(s, **c),
        gettext_lazy("Claim"),
        gettext_lazy("Claim all of them"),
    ),
    Action.ASSIGN: BulkAct(
        forms.BulkAssign,
        lambda s, f, **c: intake.assign(s, to=f.people[f.cleaned_data["to"]], **c),
        gettext_lazy("Assign"),
        gettext_lazy("Assign all of them"),
    ),
    Action.REFER: BulkAct(
        forms.BulkRefer,
        lambda s, f, **c: routing.refer(
            s, to=f.offices[f.cleaned_data["to"]], reason=f.cleaned_data["reason"], **c
        ),
        gettext_lazy("Refer to another office"),
        gettext_lazy("Refer all of them"),
    ),
    Action.NOTE: BulkAct(
        forms.BulkNote,
        lambda s, f, **c: conversation.note(s, body=f.cleaned_data["body"], **c),
        gettext_lazy("Add an internal note"),
        gettext_lazy("Keep the note in all of them"),
    ),
    Action.CLOSE: BulkAct(
        forms.BulkForm,
        lambda s, f, **c: determinations.close(s, **c),
        gettext_lazy("Close"),
        gettext_lazy("Close all of them"),
    ),
}
"""The acts that the queue offers for many cases, in their order there."""


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: StaffRequest) -> HttpResponse:
    """The form for the chosen cases; POST does the act on each and leads to what became of them."""
    now, who = timezone.now(), request.standing
    kept = typed_before(request, request.user.pk)
    data = request.POST if request.method == "POST" else kept or request.GET
    action = Action(str(data["action"])) if data.get("action") in Action.values else None
    chosen = BULK.get(action) if action else None
    if chosen is None or action is None:
        messages.warning(request, _("Choose what to do with the cases."))
        return redirect("requests_app:queue")
    if who.read_only:
        raise PermissionDenied(_("You may read everything here, but not act."))
    rows, left_out = _chosen(request, data, now)
    if not rows:
        none = _("No case was chosen. Tick some in the queue, or take all that match.")
        if has_words(request.POST):
            return show_to_copy(request, none, 422)
        messages.warning(request, none)
        return redirect("requests_app:queue")
    today = min(row.city.date_at(now) for row in rows)
    form = chosen.form(data if request.method == "POST" or kept else None, cases=rows, today=today)
    if kept:
        form.errors.clear()
    if request.method == "POST" and form.is_valid():
        key = key_of(data.get("key", ""))
        if key is not None:
            return _run(request, action, form, rows, key, now)
        form.add_error(None, _("This form was not recognized. Everything typed is kept: send it again."))
    return _page(request, data, chosen, form, left_out)


def _chosen(request: StaffRequest, data: QueryDict, now: datetime) -> tuple[list[Submission], int]:
    """The cases that were ticked, or all that the filters of the queue give, and how many more there are."""
    who = request.standing
    visible = access.visible_to(who).select_related("city", "office").prefetch_related("involvements")
    if data.get("all"):
        asked = queue.QueueFilter(
            QueryDict(data.get("query", "")), who=who, place=queue.workplace(who), now=now
        )
        keys = asked.qs.order_by("urgency", "pk").values_list("pk", flat=True) if asked.is_valid() else []
        first = list(keys[: bulk_acts.MOST + 1])
        more = asked.qs.count() - bulk_acts.MOST if len(first) > bulk_acts.MOST else 0
        rows = visible.filter(pk__in=first[: bulk_acts.MOST])
        return list(rows.order_by("urgency", "pk")), more
    named = list(dict.fromkeys(one.replace("\0", "").partition(":")[0] for one in data.getlist("case")))
    rows = visible.filter(reference__in=named[: bulk_acts.MOST])
    return list(rows.order_by("urgency", "pk")), max(0, len(named) - bulk_acts.MOST)


def _run(
    request: StaffRequest, action: Action, form: Any, rows: list[Submission], key: str, now: datetime
) -> HttpResponse:
    seen = {
        reference: int(revision) if revision.isdecimal() and len(revision) < 10 else -1
        for reference, _dot, revision in (one.partition(":") for one in request.POST.getlist("case"))
    }
    cases = [(row.reference, seen.get(row.reference, -1)) for row in rows]
    try:
        run = bulk_acts.start(key=key, by=request.user, action=action, cases=cases, now=now)
    except NotAllowed as error:
        if has_words(request.POST):
            return show_to_copy(request, str(error), 409)
        messages.error(request, str(error))
        return redirect("requests_app:queue")
    bulk_acts.work(
        run,
        rows,
        refusal=lambda row: refusal(request.standing, row, action)[0],
        do=lambda row, revision: BULK[action].do(row, form, by=request.user, now=now, revision=revision),
    )
    return redirect("requests_app:bulk_result", run.key)


def _page(
    request: StaffRequest, data: QueryDict, chosen: BulkAct, form: forms.BulkForm, left_out: int
) -> HttpResponse:
    action = Action(str(data["action"]))
    sent = data.get("key", "")
    rows = [{"case": row, "why_not": refusal(request.standing, row, action)[0]} for row in form.cases]
    context = {
        **desk_page("queue", one_city(request.standing)),
        "act": chosen,
        "action": action,
        "form": form,
        "rows": rows,
        "possible": sum(not row["why_not"] for row in rows),
        "left_out": left_out,
        "most": bulk_acts.MOST,
        "key": sent if key_of(sent) else new_key(),
    }
    return render(request, "requests_app/staff/bulk.html", context, status=422 if form.errors else 200)


@staff_only
@require_safe
def result(request: StaffRequest, key: str) -> HttpResponse:
    """What became of each case of a run; only for the one who did it."""
    run = get_object_or_404(BulkRun, key=key, user=request.user)
    if Action(run.action) not in BULK:
        raise Http404
    visible = access.visible_to(request.standing).values("pk")
    results = list(run.results.filter(submission__in=visible).select_related("submission"))
    done = sum(one.done for one in results)
    context = {
        **desk_page("queue", one_city(request.standing)),
        "act": BULK[Action(run.action)],
        "run": run,
        "results": sorted(results, key=lambda one: one.done),
        "missing": len(run.cases) - len(results),
        "summary": ngettext(
            "Done for %(done)d of %(count)d case.", "Done for %(done)d of %(count)d cases.", len(run.cases)
        )
        % {"done": done, "count": len(run.cases)},
        "all_done": done == len(run.cases),
    }
    return render(request, "requests_app/staff/bulk_result.html", context)
