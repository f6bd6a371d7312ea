"""Pages behind the desk that only read: my desk, the queue, one case, the style guide."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_safe

from portals.models import CatalogRun
from portals.styleguide import sample_context
from portals.vocabulary import OfficeRole, SubmissionKind
from requests_app import access, deadlines
from requests_app.access import Standing
from requests_app.desk import bulk_acts, my_desk, next_due, queue, saved_views
from requests_app.desk.queue import Workplace
from requests_app.doors import references
from requests_app.events import appeal_stand, case_clocks, enforcement_stand, fee_stand, part_stand
from requests_app.events.case_clocks import APPEAL_KEY
from requests_app.events.ties import ties_of
from requests_app.forms.desk.saved_views import SaveViewForm
from requests_app.kinds import details_of
from requests_app.models import Action, Status, Submission
from requests_app.pages import casefile
from requests_app.views.acts.groups import grouped
from requests_app.views.acts.table import offered
from requests_app.views.desk.bulk import BULK
from requests_app.views.desk.saved_views import led_offices
from requests_app.views.staff_only import StaffRequest, desk_page, one_city, staff_only

FIRST = {
    *(Action.ACKNOWLEDGE, Action.DETERMINE, Action.APPEAL_DECIDE),
    *(Action.STATEMENT, Action.REVIEW_COMPLY),  # offered only while they are owed
}
"""What most cases wait for: a button."""
STEWARDS = {OfficeRole.DATA_STEWARD, OfficeRole.IT_OPEN_DATA, OfficeRole.INTAKE}
"""The roles of offices that can mend an import of the catalogue, beside those that publish."""


def _rows(
    found: Iterable[Submission], place: Workplace, who: Standing, now: datetime
) -> list[dict[str, Any]]:
    """Cases as a list shows them. `may_...` only spares a click: the act asks access.py itself.

    `shown` is all that the look of a row depends on: it is rendered once until something changes.
    """
    rows = []
    language = get_language()
    for row in found:
        due, duty = next_due.due_state(row, place.today(row.city_id, now)), next_due.duty(row)
        acts = not who.read_only and (row.office_id in who.offices or row.city_id in who.cities_run)
        shown = (
            language,
            row.chain_head,
            row.office.name,
            row.assigned_to,
            acts,
            who.read_only,
            *due.values(),
            duty,
        )
        rows.append(
            {
                "case": row,
                "due": due,
                "duty": duty,
                "status": next_due.STATES[row.status],
                "may_acknowledge": acts and row.status == Status.RECEIVED,
                "may_refer": acts and row.status in queue.AT_WORK,
                "may_choose": not who.read_only,
                "shown": "\n".join(map(str, shown)),
            }
        )
    return rows


@staff_only
@require_safe
def desk(request: StaffRequest) -> HttpResponse:
    """What needs me today."""
    now, who = timezone.now(), request.standing
    place = queue.own_desk(who)
    lists = [
        {"list": one, "rows": _rows(one.rows, place, who, now), "more": _queue_url(one.query)}
        for one in my_desk.desk_lists(who, place, now)
    ]
    context = {
        **desk_page("desk", one_city(who)),
        "lists": [one for one in lists if one["rows"]],
        "all": lists,
        "place": place,
        "several_cities": len(place.cities) > 1,
        "failures": _failed_catalogues(who, place),
        "enter": _enter_choices(place, who),
    }
    return render(request, "requests_app/staff/desk.html", context)


def _queue_url(query: str) -> str:
    return f"{reverse('requests_app:queue')}?{query}"


def _failed_catalogues(who: Standing, place: Workplace) -> list[CatalogRun]:
    """The catalogues whose latest import failed, for those who can mend it."""
    mine = [place.offices[pk] for pk in who.offices]
    cities = {office.city_id for office in mine if office.publishes or STEWARDS & set(office.roles)}
    cities |= who.cities_run
    return my_desk.failing_catalogues(cities) if cities else []


def _enter_choices(place: Workplace, who: Standing) -> list[dict[str, Any]]:
    if who.read_only:
        return []
    return [
        {"city": city, "kinds": [(kind.value, kind.label) for kind in SubmissionKind]}
        for city in place.cities.values()
    ]


@staff_only
@require_safe
def queue_page(request: StaffRequest) -> HttpResponse:
    """All cases that I may see, filtered and in order, a page at a time."""
    now, who = timezone.now(), request.standing
    place = queue.workplace(who)
    found = queue.QueueFilter(request.GET, who=who, place=place, now=now)
    valid = found.is_valid()
    straight = _straight_to(who, found.chosen["text"]) if valid else None
    if straight:
        return redirect("requests_app:staff_case", straight)
    sort = found.chosen["sort"]
    page = queue.page_of(
        found.qs if valid else Submission.objects.none(),
        sort,
        offices=place.offices,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    chosen = {name: value for name, value in found.chosen.items() if value}
    saved = _saved_views(who, found.narrowed)
    context = {
        **desk_page("queue", one_city(who)),
        "filter": found,
        "form": found.form,
        "rows": _rows(page.rows, place, who, now),
        "place": place,
        "several_cities": len(place.cities) > 1,
        "newer_url": f"?{urlencode({**chosen, 'before': page.before})}" if page.before else "",
        "older_url": f"?{urlencode({**chosen, 'after': page.after})}" if page.after else "",
        "clear_url": reverse("requests_app:queue") if found.is_narrowed else "",
        "newest": sort == "newest",
        "views": _daily_views(who, found.chosen) + saved,
        "views_shown": f"{found.shown}{saved}",
        "save": None if found.form.errors else _save_form(who, found.narrowed),
        "acts": [] if who.read_only else [(action.value, act.heading) for action, act in BULK.items()],
        "query": urlencode(found.narrowed),
        "most": bulk_acts.MOST,
    }
    return render(request, "requests_app/staff/queue.html", context)


VIEWS: tuple[tuple[Any, str], ...] = (
    (gettext_lazy("Open"), ""),
    (gettext_lazy("Late"), "due=late"),
    (gettext_lazy("Due today"), "due=today"),
    (gettext_lazy("Due this week"), "due=week"),
    (gettext_lazy("Not acknowledged"), "state=received"),
    (gettext_lazy("The requester wrote"), "state=wrote"),
    (gettext_lazy("Answered"), "state=determined"),
    (gettext_lazy("Answered, still due"), "state=owed"),
)
"""What is looked at every day, at one press."""


def _daily_views(who: Standing, chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """Links to the daily views, within the scope that is chosen."""
    first = queue.scopes_of(who)[0]
    scope = chosen["scope"]
    prefix = f"scope={scope}&" if scope != first and scope in queue.SCOPES else ""
    shown = {(name, chosen[name]) for name in ("due", "state") if chosen[name] not in ("", queue.OPEN_STATE)}
    return [
        {
            "label": label,
            "url": f"?{prefix}{query}",
            "current": shown == ({tuple(query.split("="))} if query else set()),
        }
        for label, query in VIEWS
    ]


def _saved_views(who: Standing, narrowed: Mapping[str, str]) -> list[dict[str, Any]]:
    """The views that this person or an own office has kept."""
    shown = urlencode(narrowed)
    return [
        {"label": name, "url": f"?{query}", "current": query == shown, "of": office}
        for name, query, office in saved_views.of(who).values_list("name", "query", "office__name")
    ]


def _save_form(who: Standing, narrowed: Mapping[str, str]) -> SaveViewForm | None:
    """The form that keeps what is looked at now; none where nothing is narrowed."""
    if not narrowed:
        return None
    return SaveViewForm(offices=led_offices(who), initial={"query": urlencode(narrowed)})


def _straight_to(who: Standing, text: str) -> str | None:
    """The reference, where exactly one was typed and the person may see that case."""
    reference = references.normalised(text)
    if reference is None:
        return None
    return access.visible_to(who).filter(reference=reference).values_list("reference", flat=True).first()


@staff_only
@require_safe
def case(request: StaffRequest, reference: str) -> HttpResponse:
    """One case: what was asked and said, clocks, route, acts, history."""
    now, who = timezone.now(), request.standing
    try:
        cities = (member.city for member in who.members)
        file = casefile.read(_with_mention(who), reference, now=now, cities=cities)
    except Submission.DoesNotExist:
        raise Http404 from None
    submission = file.submission
    acts = offered(who, file)
    context = {
        **desk_page("queue", submission.city),
        "case": submission,
        "file": file,
        "status": next_due.STATES[submission.status],
        "due": next_due.due_state(submission, file.today, file.events),
        "duty": next_due.duty_among(submission, file.deadlines),
        "details": details_of(submission),
        "flags": _flags(file),
        "referral": _referral(file),
        "fee": fee_stand.stand(file.events),
        "ties": ties_of(file.events),
        "appeals": appeal_stand.appeals_of(file.events),
        "reviews": appeal_stand.reviews_of(file.events),
        "enforcement": enforcement_stand.stand(file.events),
        "is_enforced": submission.kind in enforcement_stand.ENFORCED,
        "parts": part_stand.stand(file.events),
        "today": file.today,
        "bar": _bar(file),
        "estimate": case_clocks.estimate_of(file.events) if submission.status in queue.AT_WORK else None,
        "direct": [pair for pair in acts if pair[1].direct],
        "acts": [pair for pair in acts if not pair[1].direct],
        "acts_shown": " ".join(action for action, _act in acts),
        "first_acts": FIRST,
        "groups": grouped(pair for pair in acts if not pair[1].direct and pair[0] not in FIRST),
        "read_only": not acts,
    }
    return render(request, "requests_app/staff/case.html", context)


def _with_mention(who: Standing) -> QuerySet[Submission]:
    """The cases that this person may see, each with whether a note in it asks this person to look."""
    return access.visible_to(who).annotate(asked=access.Asked("pk", user=who.user_id))


def _referral(file: casefile.CaseFile) -> dict[str, Any] | None:
    """The referral that waits to be accepted: from where, why and since when."""
    if file.submission.referral_waits_since is None:
        return None
    event = next(event for event in reversed(file.events) if event.action == Action.REFER)
    return {"office": event.data["from"], "reason": event.data["reason"], "at": event.at}


def _flags(file: casefile.CaseFile) -> list[str]:
    """The circumstances that the requester said hold, as the form asked about them."""
    questions = {flag.key: flag.question for flag in file.book.flags_of(file.submission.kind)}
    return [questions.get(flag, flag) for flag in file.submission.flags]


def _bar(file: casefile.CaseFile) -> dict[str, Any] | None:
    """The bar of the next duty of the office: from the day it counts from to its due day, with the stops."""
    due = deadlines.next_duty(file.deadlines)
    from_receipt = file.submission.cycle == 1 and due is not None and due.clock_key != APPEAL_KEY
    if due is None or not due.started_on or not from_receipt:
        return None  # after a reopening or a decision on an appeal it does not run from the receipt
    return {
        "received_on": due.started_on,
        "later": due.started_on != file.submission.received_on,
        "due_on": due.due_on,
        "stops": casefile.stops_of(file, due),
    }


@staff_only
@require_safe
def styleguide(request: StaffRequest) -> HttpResponse:
    """All components with sample data."""
    return render(request, "components/styleguide.html", {"is_member": True, **sample_context()})
