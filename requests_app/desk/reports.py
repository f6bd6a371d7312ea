"""The figures of a period read from the tables: what came in, how long it took, what was decided.

Alone responsible for which cases each figure counts (report_figures.py says it in words). Everything is
about the cases that were received in the period, as they stand now. Durations are whole days between dates
of the city: what came on Monday and was answered on Wednesday took two days. A fixed number of queries,
whatever the size.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    When,
)
from django.db.models.functions import Cast, TruncDate, TruncMonth

from portals.clockwork.happenings import CLOSES, OPENS
from portals.clockwork.rules import in_force
from portals.rulebook import Rulebook
from portals.vocabulary import ClockEvent
from requests_app.desk.report_figures import Key, Report, Spread, Tally, spread
from requests_app.ladder import OFFICE_DUTIES
from requests_app.models import (
    Action,
    Appeal,
    CaseLink,
    Deadline,
    Determination,
    Event,
    FeeEstimate,
    Payment,
    Status,
    Submission,
)
from requests_app.models.submission import OPEN

_STOPS = frozenset({*OPENS.values(), *CLOSES["clarification"], *CLOSES["fee"]})


def report_of(cases: QuerySet[Submission], book: Rulebook, *, today: date) -> Report:
    """The figures of these cases of one city, without order. `today` is the city's date."""
    cases = cases.annotate(is_merged=_is_merged())
    cells: dict[Key, Tally] = {}
    for row in _counts(cases, today):
        office, kind = row.pop("office_id"), row.pop("kind")
        cells[office, kind] = Tally(**row)
    for name, rows in (
        ("first", _durations(cases, _first_response(), book)),
        ("completion", _durations(cases.filter(ANSWERED), F("determined_at"), book)),
        ("outcomes", _outcomes(cases)),
    ):
        for office, kind, value, n in rows:
            getattr(cells[office, kind], name)[value] += n
    for name, rows in _single_counts(cases):
        for office, kind, n in rows:
            setattr(cells[office, kind], name, n)
    for office, kind, refund, amount in _money(cases):
        cells[office, kind].collected += -amount if refund else amount
    _add_stops(cells, cases, book, today)
    return Report(cells, _exemptions(cases))


ANSWERED = Q(determined_at__isnull=False, is_merged=False)


def _is_merged() -> Exists:
    """Whether a case was closed as a duplicate of another one and is not taken up again."""
    into = CaseLink.objects.filter(source=OuterRef("pk"), tie=CaseLink.Tie.DUPLICATE_OF)
    return Exists(into.filter(source__closed_at__isnull=False))


def by_month(cases: QuerySet[Submission], since: date, until: date) -> list[tuple[date, int]]:
    """Every month of the period by its first day, with the number of cases received in it."""
    rows = cases.order_by().annotate(month=TruncMonth("received_on")).values_list("month")
    found = dict(rows.annotate(n=Count("pk")))
    months = [since.replace(day=1)]
    while (following := (months[-1] + timedelta(days=31)).replace(day=1)) <= until:
        months.append(following)
    return [(month, found.get(month, 0)) for month in months]


def first_response_by_month(
    cases: QuerySet[Submission], book: Rulebook, months: Sequence[date]
) -> list[tuple[date, Spread]]:
    """For each of these months (its first day): how long the cases received in it waited for a response."""
    days: dict[date, Counter[int]] = {month: Counter() for month in months}
    for _office, _kind, received_on, on, n in _by_dates(cases, _first_response(), book):
        days[received_on.replace(day=1)][max((on - received_on).days, 0)] += n
    return [(month, spread(found)) for month, found in days.items()]


def _counts(cases: QuerySet[Submission], today: date) -> Iterable[Any]:
    return (
        cases.order_by()
        .values("office_id", "kind")
        .annotate(
            received=Count("pk"),
            open=Count("pk", filter=OPEN),
            answered=Count("pk", filter=ANSWERED),
            merged=Count("pk", filter=Q(is_merged=True)),
            withdrawn=Count("pk", filter=Q(status=Status.WITHDRAWN)),
            lapsed=Count("pk", filter=Q(status=Status.LAPSED)),
            overdue=Count("pk", filter=OPEN & Q(urgency__lt=today)),
        )
    )


def _first_response() -> Any:
    """When an office first reacted. A reopening empties the column; then the events still know."""
    first = (
        Event.objects.filter(submission=OuterRef("pk"), action=Action.ACKNOWLEDGE)
        .order_by()
        .values("submission")
        .annotate(first=Min("at"))
    )
    return Case(
        When(cycle=1, then=F("acknowledged_at")),
        default=Subquery(first.values("first")),
        output_field=DateTimeField(),
    )


def _by_dates(cases: QuerySet[Submission], moment: Any, book: Rulebook) -> Iterable[tuple[Any, ...]]:
    """Office, kind, day of receipt, city day of that moment, number of cases."""
    return (
        cases.order_by()
        .annotate(moment=moment)
        .filter(moment__isnull=False)
        .annotate(on=TruncDate("moment", tzinfo=book.time_zone))
        .values_list("office_id", "kind", "received_on", "on")
        .annotate(n=Count("pk"))
    )


def _durations(
    cases: QuerySet[Submission], moment: Any, book: Rulebook
) -> Iterator[tuple[int, str, int, int]]:
    """Office, kind, whole days, number of cases."""
    for office, kind, received_on, on, n in _by_dates(cases, moment, book):
        yield office, kind, max((on - received_on).days, 0), n


def _answers(cases: QuerySet[Submission]) -> QuerySet[Determination]:
    """The answers that stand: the last of each case that is answered now."""
    stand = Determination.objects.filter(taken_back_at=None)
    later = stand.filter(submission=OuterRef("submission"), pk__gt=OuterRef("pk"))
    return stand.filter(~Exists(later), submission__in=cases.filter(ANSWERED)).order_by()


def _outcomes(cases: QuerySet[Submission]) -> Iterable[tuple[Any, ...]]:
    return (
        _answers(cases)
        .values_list("submission__office_id", "submission__kind", "outcome")
        .annotate(n=Count("pk"))
    )


def _exemptions(cases: QuerySet[Submission]) -> list[tuple[str, int]]:
    named = _answers(cases).exclude(exemption="").values_list("exemption").annotate(n=Count("pk"))
    return sorted(named, key=lambda row: (-row[1], row[0]))


def _single_counts(cases: QuerySet[Submission]) -> Iterator[tuple[str, Iterable[tuple[int, str, int]]]]:
    """Figures that are a number of cases with something."""
    met_late = Deadline.objects.annotate(why=Cast("because", TextField())).filter(
        milestone__in=OFFICE_DUTIES, why__contains='"met.late"'
    )
    asked = Event.objects.filter(happening=ClockEvent.CLARIFICATION_ASKED)
    climbed = Event.objects.filter(action=Action.ESCALATE)
    for name, rows in (
        ("late", met_late),
        ("clarified", asked),
        ("escalated", climbed),
        ("charged", FeeEstimate.objects.all()),
    ):
        yield name, _grouped(rows, "submission", cases)
    yield "appealed", _grouped(Appeal.objects.all(), "against", cases)


def _grouped(rows: QuerySet[Any], link: str, cases: QuerySet[Submission]) -> Iterable[tuple[int, str, int]]:
    found = rows.filter(**{f"{link}__in": cases}).order_by()
    return found.values_list(f"{link}__office_id", f"{link}__kind").annotate(n=Count(link, distinct=True))


def _money(cases: QuerySet[Submission]) -> Iterable[tuple[int, str, bool, Decimal]]:
    rows = Payment.objects.filter(submission__in=cases).order_by()
    return rows.values_list("submission__office_id", "submission__kind", "is_refund").annotate(
        sum=Sum("amount")
    )


# -- stopped time: what opened a stop, what closed it, and whether a rule of the day of receipt stops for it


def _add_stops(cells: Mapping[Key, Tally], cases: QuerySet[Submission], book: Rulebook, today: date) -> None:
    happened = Event.objects.filter(submission__in=cases, happening__in=_STOPS)
    rows = happened.order_by("submission_id", "sequence").values_list(
        *("submission_id", "happening", "happened_at", "submission__office_id", "submission__kind"),
        *("submission__received_on", "submission__determined_at", "submission__closed_at"),
    )
    of_case: dict[int, list[tuple[Any, ...]]] = {}
    for pk, *row in rows.iterator():
        of_case.setdefault(pk, []).append(tuple(row))
    known: dict[tuple[str, date], frozenset[str]] = {}
    for events in of_case.values():
        _name, _at, office, kind, received_on, determined_at, closed_at = events[0]
        if (kind, received_on) not in known:
            rules = in_force(book.clocks, kind, received_on)
            known[kind, received_on] = frozenset(cause for rule in rules for cause in rule.paused_by)
        end = book.city_date(determined_at or closed_at) if determined_at or closed_at else today
        days = _stopped_days(
            ((row[0], book.city_date(row[1])) for row in events), known[kind, received_on], end
        )
        if days is not None:
            cells[office, kind].stopped += 1
            cells[office, kind].stopped_days += days


def _stopped_days(events: Iterable[tuple[str, date]], causes: frozenset[str], end: date) -> int | None:
    """Days on which any of these causes stopped a clock; None where none did. Days are not counted twice."""
    opened: dict[str, date] = {}
    spans: list[tuple[date, date]] = []
    for name, on in events:
        for cause in causes:
            if name == OPENS[cause]:
                opened.setdefault(cause, on)
            elif name in CLOSES[cause] and cause in opened:
                spans.append((opened.pop(cause), on))
    spans += [(on, max(on, end)) for on in opened.values()]
    if not spans:
        return None
    return len({day for first, last in spans for day in range(first.toordinal(), last.toordinal())})
