"""What needs a person today: the lists of the desk, most pressing first; catalogues that failed to come in.

What may be seen is decided by access.py, what a row shows by queue.py.
"""

from collections.abc import Iterable, Sized
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from portals.models import CatalogRun
from portals.vocabulary import Relation
from requests_app import access
from requests_app.access import Standing
from requests_app.lifecycle import AT_WORK
from requests_app.models import Status, Submission
from requests_app.models.submission import OPEN
from requests_app.queue import (
    Workplace,
    by_city_date,
    due_on_the_day,
    late,
    later,
    read_undated,
    with_columns,
)

ON_DESK = 10
COUNT_CAP = 30

ORDER: dict[str, Any] = {
    "late": _("Late"),
    "today": _("Due today"),
    "referred": _("Referred to your office, not accepted yet"),
    "unacknowledged": _("Not acknowledged yet"),
    "answered": _("The requester wrote"),
    "asked": _("A note asks you to look"),
    "together": _("Your office must act as well"),
    "assigned": _("Assigned to you"),
    "away": _("Assigned to somebody who is away"),
}
"""The lists, most pressing first, with their titles."""


@dataclass(frozen=True)
class DeskList:
    """One list of the desk: its first rows, how many there are ("30+" beyond the cap), its queue."""

    key: str
    title: str
    rows: list[Submission]
    count: str
    query: str


def desk_lists(who: Standing, place: Workplace, now: datetime) -> list[DeskList]:
    """All lists, the empty ones too: a bounded query of keys for each list of the offices, one for all lists
    that concern the person, and one for all their rows."""
    mine = access.led_by(who) if who.offices else access.whole_city(who)
    scope = "lead" if who.offices else "city"
    found = {
        "late": _keys(mine.filter(OPEN, by_city_date(place, now, late))),
        "today": _keys(mine.filter(OPEN, by_city_date(place, now, due_on_the_day))),
        "unacknowledged": _keys(mine.filter(by_city_date(place, now, later), status=Status.RECEIVED)),
        "answered": _keys(mine.filter(requester_wrote_at__isnull=False), "requester_wrote_at"),
        "together": _keys(access.involving(who, Relation.TOGETHER).filter(status=Status.RECEIVED)),
        **_about_me(who, place, now),
    }
    queries = {
        "late": f"scope={scope}&due=late",
        "today": f"scope={scope}&due=today",
        "referred": "scope=lead&state=referred",
        "unacknowledged": f"scope={scope}&state=received",
        "answered": f"scope={scope}&state=wrote",
        "asked": "scope=asked&state=any",
        "together": "scope=informed&state=received",
        "assigned": "scope=mine",
        "away": "scope=away",
    }
    shown = {pk for keys in found.values() for pk in keys[:ON_DESK]}
    rows = {row.pk: row for row in with_columns(Submission.objects.filter(pk__in=shown))} if shown else {}
    read_undated(rows.values())
    lists = []
    for key, title in ORDER.items():
        first = [rows[pk] for pk in found[key][:ON_DESK] if pk in rows]
        lists.append(DeskList(key, str(title), first, _count(found[key]), queries[key]))
    return lists


def _count(found: Sized) -> str:
    return f"{COUNT_CAP}+" if len(found) > COUNT_CAP else str(len(found))


def _keys(found: QuerySet[Submission], order: str = "urgency") -> list[int]:
    return list(found.order_by(order, "pk").values_list("pk", flat=True)[: COUNT_CAP + 1])


def _about_me(who: Standing, place: Workplace, now: datetime) -> dict[str, list[int]]:
    """Keys of the cases that wait for this person, by list: all four lists in one query."""
    at_work = sorted(AT_WORK)
    mine = Submission.objects.filter(assigned_to_id=who.user_id, status__in=at_work)
    visible = access.visible_to(who)
    parts: dict[str, QuerySet[Submission]] = {
        "referred": access.led_by(who).filter(referral_waits_since__isnull=False, status__in=at_work),
        "asked": access.mentioning(who),
        "assigned": mine.filter(pk__in=visible.values("pk")),
        "away": access.stood_in_for(who, place.dates(now)).filter(status__in=at_work),
    }
    cut = {key: part.order_by("urgency", "pk").values("pk")[: COUNT_CAP + 1] for key, part in parts.items()}
    first, *others = (  # a list cut short stands in a query of its own: SQLite wants it so
        Submission.objects.filter(pk__in=keys)
        .order_by()
        .annotate(part=Value(key, output_field=CharField()))
        .values_list("part", "urgency", "pk")
        for key, keys in cut.items()
    )
    found: dict[str, list[int]] = {key: [] for key in parts}
    for key, _urgency, pk in sorted(first.union(*others, all=True)):
        found[key].append(pk)
    return found


def failing_catalogues(cities: Iterable[int]) -> QuerySet[CatalogRun]:
    """The latest import of each of these cities, where it failed."""
    newer = CatalogRun.objects.filter(city=OuterRef("city"), at__gt=OuterRef("at"))
    return CatalogRun.objects.filter(~Exists(newer), city_id__in=cities, ok=False).select_related("city")
