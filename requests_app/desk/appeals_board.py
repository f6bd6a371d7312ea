"""Appeals, reviews and time limits that somebody must watch: which rows stand on the board, in which order.

Alone responsible for the board's lists and their keyset paging. What may be seen is decided by access.py;
what is not specified is read from the rules of the cities, without a query.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Model, Prefetch, Q, QuerySet

from portals.appeal_terms import AppealRule
from portals.clocks import ClockRule
from portals.models import Confirmation
from portals.rulebook import Rulebook, rulebook_for
from portals.vocabulary import ClockState, Milestone, ProvisionStatus, SubmissionKind
from requests_app import access
from requests_app.access import Standing
from requests_app.desk.queue import Workplace
from requests_app.lifecycle import AT_WORK
from requests_app.models import Deadline, OutsideReview, Submission

PAGE = 25
ON_BOARD = 5
SOON = timedelta(days=30)
"""A window that closes within these days stands on the board."""

WINDOWS = (Milestone.APPEAL_FILING, Milestone.COURT_FILING, Milestone.INTERNAL_REVIEW)
OUTSIDE = (Milestone.REVIEWER_DECISION, Milestone.COMPLIANCE)
BOUND = (OutsideReview.Result.FOR_REQUESTER, OutsideReview.Result.PARTLY)
UNSURE = frozenset({ProvisionStatus.NOT_SPECIFIED, ProvisionStatus.PARTLY})


@dataclass(frozen=True)
class Page:
    """Rows, and the cursors of the pages around them ("" where there is none)."""

    rows: list[Any]
    before: str = ""
    after: str = ""


def page_by(
    queryset: QuerySet[Any], column: str, *, after: str = "", before: str = "", size: int = PAGE
) -> Page:
    """One page in the order of a date column and the key; the first page for no cursor or a broken one."""
    beyond = _beyond(before or after, column, forward=not before)
    backward = beyond is not None and bool(before)
    ordered = queryset.filter(beyond) if beyond is not None else queryset
    ordered = ordered.order_by(column, "pk")
    rows = list((ordered.reverse() if backward else ordered)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    has_before, has_after = (more, True) if backward else (beyond is not None, more)
    return Page(
        rows,
        before=_cursor(rows[0], column) if rows and has_before else "",
        after=_cursor(rows[-1], column) if rows and has_after else "",
    )


def _cursor(row: Model, column: str) -> str:
    return f"{getattr(row, column).isoformat()}.{row.pk}"


def _beyond(cursor: str, column: str, *, forward: bool) -> Q | None:
    day, _dot, key = cursor.rpartition(".")
    try:
        at, pk = date.fromisoformat(day), int(key)
    except ValueError:
        return None
    sign = "gt" if forward else "lt"
    return Q(**{f"{column}__{sign}": at}) | Q(**{column: at, f"pk__{sign}": pk})


# -- the lists


def to_decide(who: Standing) -> QuerySet[Submission]:
    """Appeals within the city that nobody has decided yet, by what is due next."""
    rows = access.visible_to(who).filter(kind=SubmissionKind.APPEAL, status__in=sorted(AT_WORK))
    return (
        rows.select_related("office", "appeal__against", "appeal__measure__submission")
        .prefetch_related(Prefetch("deadlines", queryset=Deadline.objects.defer("because")))
        .defer("description", "search_text")
    )


def _running(who: Standing, milestones: tuple[Milestone, ...]) -> QuerySet[Deadline]:
    rows = Deadline.objects.filter(
        state=ClockState.OPEN,
        milestone__in=milestones,
        cycle=F("submission__cycle"),
        submission__in=access.visible_to(who),
    )
    return rows.select_related("submission__office").defer(
        "because", "submission__description", "submission__search_text"
    )


def windows(who: Standing, place: Workplace, now: datetime) -> QuerySet[Deadline]:
    """Time in which an answer can still be appealed or taken to court, where it ends soon."""
    return _running(who, WINDOWS).filter(
        _by_date(place, now, lambda today: Q(due_on__gte=today, due_on__lte=today + SOON))
    )


def outside(who: Standing) -> QuerySet[OutsideReview]:
    """Reviews outside the city that are not decided, or whose order is not complied with yet."""
    rows = OutsideReview.objects.filter(
        Q(result="") | Q(result__in=BOUND, complied_on=None), submission__in=access.visible_to(who)
    )
    due = Deadline.objects.filter(milestone__in=OUTSIDE, cycle=F("submission__cycle")).defer("because")
    return rows.select_related("submission__office").prefetch_related(
        Prefetch("submission__deadlines", queryset=due)
    )


def silent(who: Standing, place: Workplace, now: datetime) -> QuerySet[Deadline]:
    """Answers that did not come in time where the law makes that a denial."""
    keys = Q(pk__in=[])
    for book in books(place):
        clocks = sorted({rule.key for rule in book.clocks if rule.silence})
        if clocks:
            keys |= Q(submission__city_id=book.city_id, clock_key__in=clocks)
    milestones = (
        Milestone.RESPONSE,
        Milestone.DETERMINATION,
        Milestone.COMPLETION,
        Milestone.ACKNOWLEDGEMENT,
    )
    late = _by_date(place, now, lambda today: Q(due_on__lt=today))
    return _running(who, milestones).filter(keys, late, submission__status__in=sorted(AT_WORK))


def _by_date(place: Workplace, now: datetime, condition: Any) -> Q:
    """`condition(today)` for each city, with that city's date."""
    found = Q(pk__in=[])
    for city in place.cities.values():
        found |= Q(submission__city_id=city.pk) & condition(place.today(city.pk, now))
    return found


def due_of(review: OutsideReview) -> Deadline | None:
    """What a review waits for: its decision, or compliance; None where no rule gives a date."""
    wanted = Milestone.COMPLIANCE if review.result else Milestone.REVIEWER_DECISION
    return next(
        (
            one
            for one in review.submission.deadlines.all()
            if one.milestone == wanted and one.state == ClockState.OPEN
        ),
        None,
    )


# -- what is not specified


@dataclass(frozen=True)
class Unsure:
    """A way or a time limit that the cited page leaves open. `asks` is the office that must confirm it,
    `table` and `key` name the rule where that is recorded; `answer` is what was confirmed, beside it."""

    city_id: int
    city: str
    slug: str
    table: str
    key: str
    what: str
    about: tuple[str, ...]
    said: str
    asks: str
    citation: str
    layer: str
    answer: Confirmation | None = None


def books(place: Workplace) -> list[Rulebook]:
    return [rulebook_for(city) for city in place.cities.values()]


def to_confirm(place: Workplace, now: datetime) -> list[Unsure]:
    """The ways and time limits of appeals that the cited pages leave open today, city by city, each with what
    an office has confirmed since; one query."""
    answers = _answers(place)
    found: list[Unsure] = []
    for book in books(place):
        today = place.today(book.city_id, now)
        clocks = list(_open_clocks(book, today))
        timed = {rule.route for rule in clocks}
        found += [_of_clock(book, rule, answers) for rule in clocks]
        found += [_of_way(book, rule, answers) for rule in _open_ways(book, today) if rule.key not in timed]
    return found


def _answers(place: Workplace) -> dict[tuple[int, str], Confirmation]:
    rows = Confirmation.objects.filter(city_id__in=place.cities).select_related("office").order_by("number")
    newest = {(row.city_id, row.rule): row for row in rows}
    return {key: row for key, row in newest.items() if not row.withdrawn}


def _open_clocks(book: Rulebook, today: date) -> Iterator[ClockRule]:
    about = {*WINDOWS, *OUTSIDE}
    for rule in book.file_clocks:
        concerned = rule.milestone in about or SubmissionKind.APPEAL in rule.kinds
        if concerned and rule.status == ProvisionStatus.NOT_SPECIFIED and _holds(rule, today):
            yield rule


def _open_ways(book: Rulebook, today: date) -> Iterator[AppealRule]:
    for rule in book.appeals:
        if rule.available and rule.status in UNSURE and _holds(rule, today):
            yield rule


def _holds(rule: ClockRule | AppealRule, today: date) -> bool:
    return (rule.effective_from or date.min) <= today <= (rule.effective_to or date.max)


def _of_clock(book: Rulebook, rule: ClockRule, answers: Mapping[tuple[int, str], Confirmation]) -> Unsure:
    names = {way.key: way.name for way in book.appeals}
    what = str(Milestone(rule.milestone).label)
    what = f"{what}: {names[rule.route]}" if rule.route in names else what
    return _unsure(book, "clock", rule, what, answers)


def _of_way(book: Rulebook, rule: AppealRule, answers: Mapping[tuple[int, str], Confirmation]) -> Unsure:
    return _unsure(book, "appeal_route", rule, rule.name, answers)


def _unsure(
    book: Rulebook,
    table: str,
    rule: ClockRule | AppealRule,
    what: str,
    answers: Mapping[tuple[int, str], Confirmation],
) -> Unsure:
    return Unsure(
        city_id=book.city_id,
        city=book.name,
        slug=book.slug,
        table=table,
        key=rule.key,
        what=what,
        about=tuple(str(SubmissionKind(kind).label) for kind in rule.kinds),
        said=rule.because,
        asks=rule.confirm_with,
        citation=rule.citation,
        layer=rule.layer,
        answer=answers.get((book.city_id, f"{table}:{rule.key}")),
    )
