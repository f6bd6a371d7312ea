"""The appeals board: what must be decided, which windows close soon, what is under way outside, which silence
counts as a denial, and which ways and time limits somebody must confirm."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portals.templatetags.civic import city_date, deadline_state
from portals.vocabulary import ClockState, Milestone
from requests_app.access import Standing
from requests_app.desk import appeals_board, next_due, queue
from requests_app.desk.appeals_board import ON_BOARD, PAGE, page_by
from requests_app.desk.queue import Workplace
from requests_app.models import Appeal, Deadline, OutsideReview, Submission
from requests_app.setup import confirmations
from requests_app.views.staff_only import StaffRequest, desk_page, one_city, staff_only

Cell = dict[str, Any]
NOT_SAID = gettext_lazy("not specified on the cited page")


def _reference(case: Submission) -> Cell:
    return {
        "text": case.reference,
        "url": reverse("requests_app:staff_case", args=[case.reference]),
        "ref": True,
    }


def _state(due_on: date | None, state: str, today: date) -> Cell:
    shown = deadline_state({"due_on": due_on, "state": state}, today)
    return {"state": shown["key"], "text": " ".join(filter(None, [shown["word"], shown["distance"]]))}


def _appealed(appeal: Appeal) -> Cell:
    """The case that is appealed, or the measure of enforcement with the file that it belongs to."""
    if appeal.measure:
        reference = appeal.measure.submission.reference
        url = reverse("requests_app:enforcement_of", args=[reference])
        return {"text": f"{appeal.measure.name} ({reference})", "url": url}
    return _reference(appeal.against) if appeal.against else {"text": _("not linked yet")}


def _appeal_cells(case: Submission, today: date) -> list[Cell]:
    appeal = case.appeal
    state, duty = next_due.due_state(case, today), next_due.duty_among(case, case.deadlines.all())
    decision = next(
        (
            one
            for one in case.deadlines.all()
            if one.cycle == case.cycle and one.milestone == Milestone.DETERMINATION
        ),
        None,
    )
    by_when = city_date(decision.due_on) if decision and decision.due_on else str(NOT_SAID)
    late = _(" (after the last day)") if appeal.is_late else ""
    return [
        _reference(case),
        _appealed(appeal),
        {"text": f"{appeal.get_ground_display()}{late}"},
        {"text": case.office.name},
        {"text": by_when},
        {
            "state": state["key"],
            "text": " ".join(filter(None, [state["word"], state["distance"]])),
            "note": _due_note(case, duty),
        },
    ]


def _due_note(case: Submission, duty: tuple[str, bool] | None) -> str:
    """Which duty is due next and on which day, as the day of a decision may be another or not specified."""
    if duty is None:
        return ""
    what, own = duty
    target = _("office target") if own else ""
    return " · ".join(filter(None, [what, city_date(case.next_due_on), target]))


def _deadline_cells(row: Deadline, today: date) -> list[Cell]:
    return [
        _reference(row.submission),
        {"text": str(row.get_milestone_display())},
        {"text": city_date(row.due_on)},
        _state(row.due_on, row.state, today),
        {"text": row.submission.office.name},
        {"text": row.citation},
    ]


def _review_cells(row: OutsideReview, today: date) -> list[Cell]:
    due = appeals_board.due_of(row)
    late = _(" (after the last day)") if row.is_late else ""
    return [
        _reference(row.submission),
        {"text": f"{row.body}{late}"},
        {"text": city_date(row.received_on)},
        {"text": _("to be complied with") if row.result else _("to be decided there")},
        {"text": city_date(due.due_on) if due else str(NOT_SAID)},
        _state(due.due_on, due.state, today) if due else _state(None, ClockState.NOT_SPECIFIED, today),
    ]


def _of_appeal(row: Submission) -> int:
    return row.city_id


def _of_other(row: Deadline | OutsideReview) -> int:
    return row.submission.city_id


_DEADLINE_COLUMNS = (
    *(gettext_lazy("Case"), gettext_lazy("What ends"), gettext_lazy("Last day"), gettext_lazy("How long")),
    *(gettext_lazy("Office"), gettext_lazy("Rule")),
)

Cells = Callable[[Any, date], list[Cell]]
LISTS: dict[str, tuple[Any, Any, str, tuple[Any, ...], Cells, Callable[[Any], int]]] = {
    "decide": (
        gettext_lazy("Appeals to decide"),
        gettext_lazy("No appeal waits for a decision."),
        "urgency",
        (
            *(gettext_lazy("Appeal"), gettext_lazy("Of"), gettext_lazy("Ground"), gettext_lazy("Office")),
            *(gettext_lazy("Decision due"), gettext_lazy("Due next")),
        ),
        _appeal_cells,
        _of_appeal,
    ),
    "windows": (
        gettext_lazy("Windows that close within 30 days"),
        gettext_lazy("No time to appeal or to go to court ends soon."),
        "due_on",
        _DEADLINE_COLUMNS,
        _deadline_cells,
        _of_other,
    ),
    "outside": (
        gettext_lazy("Reviews outside the city"),
        gettext_lazy("No petition is under way, and no order waits to be complied with."),
        "received_on",
        (
            *(gettext_lazy("Case"), gettext_lazy("Who decides"), gettext_lazy("Received there")),
            *(gettext_lazy("Stands"), gettext_lazy("Due"), gettext_lazy("How long")),
        ),
        _review_cells,
        _of_other,
    ),
    "silence": (
        gettext_lazy("Silence that counts as a denial"),
        gettext_lazy("No answer is so late that the law makes it a denial."),
        "due_on",
        (
            *(gettext_lazy("Case"), gettext_lazy("What was owed"), gettext_lazy("Last day")),
            *(gettext_lazy("How long"), gettext_lazy("Office"), gettext_lazy("Rule")),
        ),
        _deadline_cells,
        _of_other,
    ),
}
"""Key -> title, what is said when empty, column of the order, columns, cells of a row, city of a row."""


def _rows(key: str, who: Standing, place: Workplace, now: datetime) -> Any:
    if key == "decide":
        return appeals_board.to_decide(who)
    if key == "windows":
        return appeals_board.windows(who, place, now)
    if key == "outside":
        return appeals_board.outside(who)
    return appeals_board.silent(who, place, now)


@staff_only
@require_safe
def board(request: StaffRequest) -> HttpResponse:
    """The board; with `list` one of its lists alone, a page at a time."""
    now, who = timezone.now(), request.standing
    place = queue.own_desk(who)
    chosen = request.GET.get("list", "")
    keys = [chosen] if chosen in LISTS else list(LISTS)
    cursor = {name: request.GET.get(name, "") for name in ("after", "before")} if chosen in LISTS else {}
    size = PAGE if chosen in LISTS else ON_BOARD
    context = {
        **desk_page("appeals", one_city(who)),
        "lists": [_list(key, who, place, now, size, **cursor) for key in keys],
        "alone": chosen in LISTS,
        "unsure": [] if chosen in LISTS else _unsure(who, place, now),
        "several_cities": len(place.cities) > 1,
    }
    return render(request, "requests_app/staff/appeals.html", context)


def _unsure(who: Standing, place: Workplace, now: datetime) -> list[dict[str, Any]]:
    """What must be confirmed, with what was, and where whoever runs the setup of the city records it."""
    return [
        {
            "open": one,
            "told": confirmations.told(one.answer) if one.answer else "",
            "url": reverse("requests_app:setup_confirm", args=[one.slug, one.table, one.key])
            if one.city_id in who.cities_seen
            else "",
        }
        for one in appeals_board.to_confirm(place, now)
    ]


def _list(
    key: str, who: Standing, place: Workplace, now: datetime, size: int, after: str = "", before: str = ""
) -> dict[str, Any]:
    title, empty, column, columns, cells, city_of = LISTS[key]
    found = page_by(_rows(key, who, place, now), column, after=after, before=before, size=size)
    return {
        "key": key,
        "title": title,
        "empty": empty,
        "columns": [{"label": label} for label in columns],
        "rows": [{"cells": cells(row, place.today(city_of(row), now))} for row in found.rows],
        "more": f"?list={key}" if found.after else "",
        "newer_url": f"?list={key}&before={found.before}" if found.before else "",
        "older_url": f"?list={key}&after={found.after}" if found.after else "",
    }
