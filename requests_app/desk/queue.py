"""Which cases stand in front of a person, in which order, a page at a time: the queue.

Alone responsible for filters, order and keyset paging of the staff's lists. What may be seen is decided by
access.py: every list starts from one of its querysets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portals.models import City, Office
from portals.text_search import matching
from portals.vocabulary import SubmissionKind
from requests_app import access
from requests_app.access import Standing
from requests_app.deadlines import NOTHING_DUE
from requests_app.desk.next_due import STATES, read_duties
from requests_app.lifecycle import AT_WORK
from requests_app.models import Status, Submission
from requests_app.models.submission import OPEN

PAGE = 25


@dataclass(frozen=True)
class Workplace:
    """The cities in which a person works and all their offices, read once a request."""

    cities: Mapping[int, City]
    offices: Mapping[int, Office]

    def choices(self) -> list[tuple[str, str]]:
        """The offices of the cities, with the name of the city where there are several."""
        several = len(self.cities) > 1
        return [
            (str(office.pk), f"{office}, {self.cities[office.city_id]}" if several else office.name)
            for office in self.offices.values()
            if not office.outside
        ]

    def today(self, city_id: int, now: datetime) -> date:
        """The date in a city at `now`."""
        return self.cities[city_id].date_at(now)

    def dates(self, now: datetime) -> dict[int, date]:
        """The date in each city at `now`."""
        return {city_id: city.date_at(now) for city_id, city in self.cities.items()}


def workplace(who: Standing) -> Workplace:
    """The cities of a person with all their offices, in one query."""
    cities = {member.city_id: member.city for member in who.members}
    offices = Office.objects.filter(city_id__in=who.cities_worked)
    return Workplace(cities=cities, offices={office.pk: office for office in offices})


def own_desk(who: Standing) -> Workplace:
    """The cities of a person with only the person's own offices, without any query."""
    return Workplace(
        cities={member.city_id: member.city for member in who.members},
        offices={
            member.office_id: member.office for member in who.members if member.office_id and member.office
        },
    )


def by_city_date(dates: Mapping[int, date], condition: Any) -> Q:
    """`condition(today)` for each city by its date (key -> date); one condition where all have the same."""
    days: dict[date, list[int]] = {}
    for city_id, day in dates.items():
        days.setdefault(day, []).append(city_id)
    if len(days) == 1:
        return Q(condition(next(iter(days))))
    found = Q(pk__in=[])
    for today, cities in days.items():
        found |= Q(city_id__in=cities) & condition(today)
    return found


def late(today: date) -> Q:
    return Q(urgency__lt=today)


def due_on_the_day(today: date) -> Q:
    return Q(urgency=today)


def later(today: date) -> Q:
    return Q(urgency__gt=today)


def this_week(today: date) -> Q:
    """From today through Sunday."""
    return Q(urgency__gte=today, urgency__lte=today + timedelta(days=6 - today.weekday()))


def still_due() -> Q:
    """Answered or closed, and the law wants more: a written statement, what an order asks."""
    return Q(status__in=(Status.DETERMINED, Status.CLOSED), urgency__lt=NOTHING_DUE)


DUE = {"late": late, "today": due_on_the_day, "week": this_week}
ANY, OPEN_STATE, WROTE, REFERRED, OWED = "any", "open", "wrote", "referred", "owed"


class QueueFilter(django_filters.FilterSet):
    """The filters of the queue. Only offices and scopes of the person are choices."""

    scope = django_filters.ChoiceFilter(label=_("Whose"), method="nothing", empty_label=None)
    office = django_filters.ChoiceFilter(label=_("Office"), field_name="office_id", empty_label=_("All"))
    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=SubmissionKind.choices, empty_label=_("All"))
    state = django_filters.ChoiceFilter(
        label=_("Status"),
        method="in_state",
        choices=[
            (OPEN_STATE, _("Open")),
            *STATES.items(),
            (WROTE, _("The requester wrote")),
            (REFERRED, _("Referred, not accepted yet")),
            (OWED, _("Answered, something is still due")),
            (ANY, _("Any")),
        ],
        empty_label=None,
    )
    due = django_filters.ChoiceFilter(
        label=_("Due"),
        method="is_due",
        choices=[
            ("late", _("Late")),
            ("today", _("Today")),
            ("week", _("This week")),
            ("none", _("Nothing due")),
        ],
        empty_label=_("Any time"),
    )
    dataset = django_filters.CharFilter(
        label=_("Dataset"), field_name="dataset__identifier", help_text=_("Its identifier in the catalogue.")
    )
    text = django_filters.CharFilter(
        label=_("Words or reference"),
        method="with_words",
        widget=forms.TextInput(attrs={"type": "search", "data-key": "/"}),
    )
    sort = django_filters.ChoiceFilter(
        label=_("Order"),
        method="nothing",
        choices=[("urgency", _("Most urgent first")), ("newest", _("Newest first"))],
        empty_label=None,
    )

    class Meta:
        model = Submission
        fields: list[str] = []

    def __init__(self, data: Mapping[str, Any], *, who: Standing, place: Workplace, now: datetime) -> None:
        self.who, self.place, self.now = who, place, now
        scopes = scopes_of(who)
        given = {name: data.get(name, "") for name in self.base_filters}
        at_work = given["state"] in (*AT_WORK, OPEN_STATE, REFERRED, OWED, "")
        defaults = {
            "scope": next(iter(scopes)),
            "state": OPEN_STATE,
            "sort": "urgency" if at_work else "newest",  # nothing is urgent among what has ended
        }
        chosen = {name: value or defaults.get(name, "") for name, value in given.items()}
        super().__init__(chosen, queryset=_start(who, place, now, chosen))
        self.filters["scope"].extra["choices"] = [(key, SCOPES[key][0]) for key in scopes]
        several = len(place.cities) > 1
        self.filters["office"].extra["choices"] = [
            (
                str(office.pk),
                f"{office.name}, {place.cities[office.city_id].name}" if several else office.name,
            )
            for office in place.offices.values()
            if not office.outside
        ]
        self.is_narrowed = any(value != defaults.get(name, "") for name, value in chosen.items())
        self.chosen = chosen
        self.narrowed = {name: value for name, value in chosen.items() if value != defaults.get(name, "")}
        self.shown = (
            f"{chosen} {scopes} {self.filters['office'].extra['choices']}"  # what its form looks like
        )

    @property
    def told(self) -> list[str]:
        """What is chosen in the filters that are folded away, in words."""
        chosen = ((self.form.fields[name], value) for name, value in self.narrowed.items() if name != "text")
        return [str(dict(getattr(field, "choices", ())).get(value, value)) for field, value in chosen]

    def nothing(self, queryset: QuerySet[Submission], name: str, value: str) -> QuerySet[Submission]:
        """Scope and order are applied before and after the filters."""
        return queryset

    def in_state(self, queryset: QuerySet[Submission], name: str, value: str) -> QuerySet[Submission]:
        if value == OPEN_STATE:
            return queryset.filter(OPEN)
        if value == WROTE:
            return queryset.filter(requester_wrote_at__isnull=False)
        if value == REFERRED:
            return queryset.filter(OPEN, referral_waits_since__isnull=False)
        if value == OWED:
            return queryset.filter(still_due())
        return queryset if value == ANY else queryset.filter(status=value)

    def is_due(self, queryset: QuerySet[Submission], name: str, value: str) -> QuerySet[Submission]:
        if value == "none":
            return queryset.filter(urgency=NOTHING_DUE)
        return queryset.filter(by_city_date(self.place.dates(self.now), DUE[value]))

    def with_words(self, queryset: QuerySet[Submission], name: str, value: str) -> QuerySet[Submission]:
        return matching(queryset, value, beside_others=True)


SCOPES: dict[str, tuple[Any, Any]] = {
    "lead": (_("My offices must act"), lambda who, today: access.led_by(who)),
    "informed": (_("My offices take part or are informed"), lambda who, today: access.involving(who)),
    "mine": (
        _("Assigned to me"),
        lambda who, today: access.visible_to(who).filter(assigned_to_id=who.user_id),
    ),
    "away": (_("Assigned to somebody who is away"), access.stood_in_for),
    "clears": (_("A decision waits for my clearance"), lambda who, today: access.clearing(who)),
    "asked": (_("A note asks me to look"), lambda who, today: access.mentioning(who)),
    "city": (_("Whole city"), lambda who, today: access.whole_city(who)),
}
"""Key -> (words, the queryset of access.py it starts from, given the date in each city)."""


def scopes_of(who: Standing) -> list[str]:
    """The scopes that mean something for this person; the first is the default."""
    own = ["lead", "informed", "mine", "away", "asked"] if who.offices else []
    own += ["clears"] if access.kinds_to_clear(who) else []
    return own + (["city"] if who.cities_seen else [])


def _start(who: Standing, place: Workplace, now: datetime, chosen: Mapping[str, str]) -> QuerySet[Submission]:
    scope = chosen["scope"]
    if scope not in scopes_of(who):
        return Submission.objects.none()
    if scope == "city" and chosen["office"]:
        office = next((one for one in place.offices.values() if str(one.pk) == chosen["office"]), None)
        if office and office.city_id in who.cities_seen:
            return Submission.objects.filter(office_id=office.pk)  # the index of an office serves better
    found: QuerySet[Submission] = SCOPES[scope][1](who, place.dates(now))
    return found


# -- pages by key, not by number: nothing is skipped or shown twice while cases come and go


@dataclass(frozen=True)
class Page:
    """Rows, and the cursors of the pages around them ("" where there is none)."""

    rows: list[Submission]
    before: str
    after: str


def _cursor(row: Submission, sort: str) -> str:
    return f"{row.urgency.isoformat()}.{row.pk}" if sort == "urgency" else str(row.pk)


def _beyond(cursor: str, sort: str, *, forward: bool) -> Q | None:
    """What stands after (or before) a cursor; None for one that cannot be read."""
    day, _dot, key = cursor.rpartition(".")
    try:
        pk = int(key)
        if sort != "urgency":
            return Q(pk__lt=pk) if forward else Q(pk__gt=pk)
        urgency = date.fromisoformat(day)
    except ValueError:
        return None
    if forward:
        return Q(urgency__gte=urgency) & (Q(urgency__gt=urgency) | Q(pk__gt=pk))
    return Q(urgency__lte=urgency) & (Q(urgency__lt=urgency) | Q(pk__lt=pk))


def page_of(
    queryset: QuerySet[Submission],
    sort: str,
    *,
    offices: Mapping[int, Office] | None = None,
    after: str = "",
    before: str = "",
) -> Page:
    """One page behind `after` or in front of `before`; the first page for no cursor or a broken one.
    `offices` are all that the rows can be with, where they were read: no row reads its own again."""
    order = ["urgency", "pk"] if sort == "urgency" else ["-pk"]
    beyond = _beyond(before or after, sort, forward=not before) if before or after else None
    backward = beyond is not None and bool(before)
    if beyond is not None:
        queryset = queryset.filter(beyond)
    ordered = queryset.order_by(*order)
    shown = (ordered.reverse() if backward else ordered)[: PAGE + 1]
    rows = list(with_columns(shown)) if offices is None else _beside(shown, offices)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    read_duties(rows)
    if backward:
        rows.reverse()
    has_before, has_after = (more, True) if backward else (beyond is not None, more)
    return Page(
        rows=rows,
        before=_cursor(rows[0], sort) if rows and has_before else "",
        after=_cursor(rows[-1], sort) if rows and has_after else "",
    )


_COLUMNS = [
    *("city_id", "kind", "reference", "status", "cycle", "title", "office_id", "assigned_to_id"),
    *("requester_wrote_at", "referral_waits_since", "next_due_on", "urgency", "chain_head"),
    "received_on",
    *("assigned_to__first_name", "assigned_to__last_name", "assigned_to__email"),
]


def with_columns(queryset: QuerySet[Submission]) -> QuerySet[Submission]:
    """What a list shows, and nothing else; `due_state` of a row without a date wants `read_duties` first."""
    return queryset.select_related("office", "assigned_to").only(*_COLUMNS, "office__name")


def _beside(queryset: QuerySet[Submission], offices: Mapping[int, Office]) -> list[Submission]:
    """The same with offices that are read already; a row reads its own where that was added since."""
    rows = list(queryset.select_related("assigned_to").only(*_COLUMNS))
    for row in rows:
        if office := offices.get(row.office_id):
            Submission.office.field.set_cached_value(row, office)
    return rows
