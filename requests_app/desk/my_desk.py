"""What needs a person today: the lists of the desk, most pressing first; catalogues that failed to come in.

What may be seen is decided by access.py, what a row shows by queue.py.
"""

from collections.abc import Iterable, Mapping, Sized
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Max, QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from portals.models import CatalogRun
from portals.vocabulary import Relation
from requests_app import access
from requests_app.access import Standing
from requests_app.desk.next_due import read_duties
from requests_app.desk.queue import (
    Workplace,
    by_city_date,
    due_on_the_day,
    late,
    later,
    still_due,
    with_columns,
)
from requests_app.lifecycle import AT_WORK
from requests_app.models import Status, Submission
from requests_app.models.submission import OPEN

ON_DESK = 10
COUNT_CAP = 30

ORDER: dict[str, Any] = {
    "late": _("Late"),
    "today": _("Due today"),
    "owed": _("Answered, something is still due"),
    "referred": _("Referred to your office, not accepted yet"),
    "unacknowledged": _("Not acknowledged yet"),
    "answered": _("The requester wrote"),
    "clears": _("A decision waits for your clearance"),
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
    """All lists, the empty ones too: one query for the keys of all of them, bounded for each, and one for all
    their rows."""
    scope = "lead" if who.offices else "city"
    found = _keys(who, place.dates(now))
    queries = {
        "late": f"scope={scope}&due=late",
        "today": f"scope={scope}&due=today",
        "owed": f"scope={scope}&state=owed",
        "referred": "scope=lead&state=referred",
        "unacknowledged": f"scope={scope}&state=received",
        "answered": f"scope={scope}&state=wrote",
        "clears": "scope=clears",
        "asked": "scope=asked&state=any",
        "together": "scope=informed&state=received",
        "assigned": "scope=mine",
        "away": "scope=away",
    }
    shown = {pk for keys in found.values() for pk in keys[:ON_DESK]}
    rows = {row.pk: row for row in with_columns(Submission.objects.filter(pk__in=shown))} if shown else {}
    read_duties(rows.values())
    lists = []
    for key, title in ORDER.items():
        first = [rows[pk] for pk in found[key][:ON_DESK] if pk in rows]
        lists.append(DeskList(key, str(title), first, _count(found[key]), queries[key]))
    return lists


def _count(found: Sized) -> str:
    return f"{COUNT_CAP}+" if len(found) > COUNT_CAP else str(len(found))


def _keys(who: Standing, today: Mapping[int, date]) -> dict[str, list[int]]:
    """The first keys of each list, all in one statement. `today` is the date in each city."""
    statement, parameters = _statement(
        who, (who.offices_led, access.kinds_to_clear(who)), tuple(today.items())
    )
    found: dict[str, list[tuple[int, int]]] = {key: [] for key in ORDER}
    if statement:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            for key, place, pk in cursor.fetchall():
                found[key].append((place, pk))
    return {key: [pk for _place, pk in sorted(rows)] for key, rows in found.items()}


@lru_cache(maxsize=1_000)
def _statement(
    who: Standing, _more: tuple[frozenset[Any], ...], today: tuple[tuple[int, date], ...]
) -> tuple[str, tuple[Any, ...]]:
    """The statement and its parameters: they follow from who asks and from the dates alone. A desk is looked
    at all day, and to put them together costs more than to run them, so they are kept for who asks again.

    Django's union takes no list that is cut short, so the statements that it makes are put together here.
    """
    parts: list[str] = []
    parameters: list[Any] = []
    for key, rows in _lists(who, dict(today)).items():
        in_order = rows if rows.query.order_by else rows.order_by("urgency", "pk")
        try:
            statement, given = in_order.values_list("pk")[: COUNT_CAP + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT '{key}', row_number() OVER (), cut.* FROM ({statement}) AS cut")  # noqa: S608
        parameters += given
    return " UNION ALL ".join(parts), tuple(parameters)


def _lists(who: Standing, today: Mapping[int, date]) -> dict[str, QuerySet[Submission]]:
    mine = access.led_by(who) if who.offices else access.whole_city(who)
    at_work = sorted(AT_WORK)
    return {
        "late": mine.filter(OPEN, by_city_date(today, late)),
        "today": mine.filter(OPEN, by_city_date(today, due_on_the_day)),
        "owed": mine.filter(still_due()),
        "referred": access.led_by(who).filter(referral_waits_since__isnull=False, status__in=at_work),
        "unacknowledged": mine.filter(by_city_date(today, later), status=Status.RECEIVED),
        "answered": mine.filter(requester_wrote_at__isnull=False).order_by("requester_wrote_at", "pk"),
        "clears": access.clearing(who).filter(status__in=at_work),
        "asked": access.mentioning(who),
        "together": access.involving(who, Relation.TOGETHER).filter(status=Status.RECEIVED),
        "assigned": access.visible_to(who).filter(assigned_to_id=who.user_id, status__in=at_work),
        "away": access.stood_in_for(who, today).filter(status__in=at_work),
    }


def failing_catalogues(cities: Iterable[int]) -> list[CatalogRun]:
    """The latest import of each of these cities, where it failed. One query where none ever failed."""
    failed = {
        run.city_id: run for run in CatalogRun.objects.filter(city_id__in=cities, ok=False).order_by("at")
    }
    if not failed:
        return []
    newest = CatalogRun.objects.filter(city_id__in=failed).values_list("city_id").annotate(newest=Max("at"))
    latest = dict(newest)
    found = [run for run in failed.values() if run.at == latest[run.city_id]]
    prefetch_related_objects(found, "city")
    return found
