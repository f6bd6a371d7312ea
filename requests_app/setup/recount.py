"""Brings open cases in line with a change of the city's setup: an event and a letter where a date moves.

Works off the Recount rows that staff or a loaded city file left, in batches of one transaction each; the
batch and how far it came are written together, so a case is told once, however often this is stopped and
begun again. A batch that fails is halved until the poisoned case stands alone; that one is tried again later.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from portals.city_calendar import changed
from portals.models import City, Recount, User
from portals.rulebook import Rulebook, rulebook_for
from portals.vocabulary import ClockState
from requests_app import deadlines
from requests_app.events import case_clocks
from requests_app.events.date_moves import Move, words
from requests_app.ladder import OFFICE_DUTIES, moment
from requests_app.lifecycle import NotAllowed, apply, held
from requests_app.models import Action, Actor, Deadline, Event, Status, Submission
from requests_app.notices import people_of, tell, write_to_requester

logger = logging.getLogger(__name__)

BATCH = 50
"""Cases in one transaction: it holds their rows, and on SQLite the whole database."""
PUT_OFF = timedelta(hours=1)
PREVIEWED = 1_000
"""So many cases are looked at for a preview; the page says when there are more."""
ENDED = (Status.WITHDRAWN, Status.LAPSED)
ACTIONS = {
    Recount.What.CLOSED_DAYS: Action.CLOSED_DAYS,
    Recount.What.CONFIRMATION: Action.CONFIRMED_LIMIT,
}


@dataclass
class Report:
    """What a run did: cases looked at, cases of which a date moved, letters, cases that raised."""

    looked_at: int = 0
    moved: int = 0
    letters: int = 0
    left: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Preview:
    """What a change would do: `cases` with their moves; `looked_at` of `open_cases` were worked out."""

    open_cases: int
    looked_at: int
    cases: list[tuple[Submission, list[Move]]]

    @property
    def complete(self) -> bool:
        return self.looked_at == self.open_cases

    def late_on(self, today: date) -> int:
        """The cases that would be late at once on `today` (city date)."""
        return sum(any(move.after and move.after < today for move in moves) for _row, moves in self.cases)


def with_days(
    book: Rulebook,
    *,
    added: Iterable[date] = (),
    withdrawn: Iterable[date] = (),
    last_year: int | None = None,
) -> Rulebook:
    """The rules with other closed days."""
    closed = {day: "" for day in added}
    return replace(
        book, calendar=changed(book.calendar, closed=closed, opened=withdrawn, last_year=last_year)
    )


# -- which cases, and what moves


def with_open_dates(city: City, first_on: date) -> QuerySet[Submission]:
    """The cases on whose dates a closed day from `first_on` on can bear. An open duty without a next step is
    one of them: its later steps may lie in a year that was not entered."""
    at = moment(first_on, city.zone) - timedelta(days=1)
    bears = (
        Q(due_on__gte=first_on) | Q(due_on=None) | Q(extendable_to__gte=first_on) | Q(next_step_at__gte=at)
    )
    bears |= Q(state=ClockState.OPEN, milestone__in=OFFICE_DUTIES, next_step_at=None)
    return _having(city, bears)


def with_clock(city: City, key: str) -> QuerySet[Submission]:
    """The cases in which this clock is open or has no date."""
    return _having(city, Q(clock_key=key))


def _having(city: City, condition: Q) -> QuerySet[Submission]:
    bearing = Deadline.objects.filter(condition, submission=OuterRef("pk"), cycle=OuterRef("cycle"))
    not_met = bearing.exclude(state=ClockState.MET)
    return Submission.objects.filter(Exists(not_met), city=city).exclude(status__in=ENDED)


def moved_by_days(row: Submission, events: Sequence[Event], old: Rulebook, new: Rulebook) -> list[Move]:
    """What other closed days make of the dates of a case. Raises NotAllowed."""
    return _moves(_dates(row, events, old), _dates(row, events, new))


def moved_by_limit(
    row: Submission,
    events: Sequence[Event],
    stored: Iterable[Deadline],
    rule: str,
    number: int,
    book: Rulebook,
) -> list[Move]:
    """What applying confirmation no. `number` of the clock `rule` makes of the dates of a case."""
    applied = Event(action=Action.CONFIRMED_LIMIT, data={"rule": rule, "number": number})
    old = {
        deadline.clock_key: (deadline.milestone, deadline.state, deadline.due_on)
        for deadline in stored
        if deadline.cycle == row.cycle
    }
    return _moves(old, _dates(row, [*events, applied], book))


_Dates = dict[str, tuple[str, str, date | None]]


def _dates(row: Submission, events: Sequence[Event], book: Rulebook) -> _Dates:
    computed, _beyond = case_clocks.computed_for(row, book, events)
    return {found.rule.key: (found.milestone, str(found.state), found.due_on) for found in computed}


def _moves(old: _Dates, new: _Dates) -> list[Move]:
    found = []
    for key, (milestone, state, due_on) in new.items():
        _milestone, state_before, before = old.get(key, (milestone, ClockState.NOT_SPECIFIED, None))
        if before != due_on and ClockState.OPEN in (state, state_before) and state != ClockState.MET:
            found.append(Move(key, milestone, before, due_on))
    return found


def _events_of(keys: Iterable[int]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = {key: [] for key in keys}
    for event in Event.objects.filter(submission_id__in=found).order_by("submission_id", "sequence"):
        found[event.submission_id].append(event)
    return found


# -- before


def preview_days(
    city: City, *, added: Sequence[date] = (), withdrawn: Sequence[date] = (), last_year: int | None = None
) -> Preview:
    """What these closed days would do to open cases; writes nothing."""
    old = rulebook_for(city)
    new = with_days(old, added=added, withdrawn=withdrawn, last_year=last_year)
    first = min([*added, *withdrawn], default=date.max)
    cases = with_open_dates(city, first)
    return _previewed(cases, lambda row, events, _found: moved_by_days(row, events, old, new))


def preview_limit(city: City, rule: str, number: int) -> Preview:
    """What applying a recorded confirmation to open cases would do; writes nothing."""
    book = rulebook_for(city)
    return _previewed(
        with_clock(city, rule),
        lambda row, events, found: moved_by_limit(row, events, found, rule, number, book),
    )


def _previewed(cases: QuerySet[Submission], moves_of: Any) -> Preview:
    rows = list(
        cases.select_related("city", "office").prefetch_related("deadlines").order_by("pk")[:PREVIEWED]
    )
    events = _events_of(row.pk for row in rows)
    found = []
    for row in rows:
        try:
            moves = moves_of(row, events[row.pk], row.deadlines.all())
        except NotAllowed:
            continue  # its events contradict each other; the batch names it
        if moves:
            found.append((row, moves))
    return Preview(cases.count() if len(rows) == PREVIEWED else len(rows), len(rows), found)


# -- the batch


def waiting(city: City) -> list[Recount]:
    """The changes of a city that are not worked off yet, and the latest that are."""
    return list(Recount.objects.filter(city=city).order_by("-id")[:10])


def carry_out(*, now: datetime, only: Recount | None = None, at_most: int | None = None) -> Report:
    """Work off what is due at `now` (UTC): all of it, or `only` one change, or about `at_most` cases."""
    report = Report()
    due = Recount.objects.filter(next_at__lte=now).select_related("city", "by").order_by("pk")
    for recount in due.filter(pk=only.pk) if only else due:
        _work_off(recount, now, report, at_most)
    return report


def _work_off(recount: Recount, now: datetime, report: Report, at_most: int | None) -> None:
    for key in recount.left:
        _take(recount, [key], now, report, again=True)
    while at_most is None or report.looked_at < at_most:
        cases = _cases_of(recount).filter(pk__gt=recount.reached).order_by("pk")
        keys = list(cases.values_list("pk", flat=True)[:BATCH])
        if not keys:
            _finish(recount, now)
            return
        recount.city.refresh_from_db(fields=["version", "loaded_at", "file_digest"])
        rulebook_for(recount.city)  # outside of a transaction it is kept, and not read anew for each case
        if not _take(recount, keys, now, report):
            return


def _cases_of(recount: Recount) -> QuerySet[Submission]:
    if recount.what == Recount.What.CLOSED_DAYS:
        return with_open_dates(recount.city, recount.first_on)
    cases = with_clock(recount.city, recount.data["rule"])
    since = recount.data.get("received_from")
    return cases.filter(received_on__gte=since) if since else cases


def _take(
    recount: Recount, keys: Sequence[int], now: datetime, report: Report, *, again: bool = False
) -> bool:
    """One transaction for these cases, or halves of them; False where another process is at it."""
    try:
        with transaction.atomic():
            row = Recount.objects.select_for_update().get(pk=recount.pk)
            if row.reached != recount.reached or row.done_at:
                return False
            moved, letters = _recount(row, keys, now)
            row.left = [key for key in row.left if key not in keys]
            row.moved, row.letters = row.moved + moved, row.letters + letters
            _mark(row, keys, again)
    except OperationalError:
        raise  # the database is away or busy: no case is at fault, the next run goes on
    except Exception:
        if len(keys) > 1:
            middle = len(keys) // 2
            first = _take(recount, keys[:middle], now, report)
            return first and _take(recount, keys[middle:], now, report)
        logger.exception("The dates of case %s could not be brought in line; tried again later", keys[0])
        report.left.append(keys[0])
        row = _leave(recount, keys[0], again)
        moved = letters = 0
    recount.reached, recount.left = row.reached, row.left
    report.looked_at += len(keys)
    report.moved, report.letters = report.moved + moved, report.letters + letters
    return True


def _mark(row: Recount, keys: Sequence[int], again: bool) -> None:
    if not again:
        row.reached, row.looked_at = keys[-1], row.looked_at + len(keys)
    row.save(update_fields=["left", "moved", "letters", "reached", "looked_at"])


def _leave(recount: Recount, key: int, again: bool) -> Recount:
    with transaction.atomic():
        row = Recount.objects.select_for_update().get(pk=recount.pk)
        row.left = list(dict.fromkeys([*row.left, key]))
        _mark(row, [key], again)
    return row


def _finish(recount: Recount, now: datetime) -> None:
    """Done; or, where cases are left, once more in an hour."""
    if recount.left:
        Recount.objects.filter(pk=recount.pk, done_at=None).update(next_at=now + PUT_OFF)
    else:
        Recount.objects.filter(pk=recount.pk, done_at=None).update(next_at=None, done_at=now)


def _recount(recount: Recount, keys: Sequence[int], now: datetime) -> tuple[int, int]:
    """Bring these cases in line; how many moved, and how many letters were queued."""
    rows = held(keys)
    events = _events_of(row.pk for row in rows)
    stored: dict[int, list[Deadline]] = {row.pk: [] for row in rows}
    for deadline in Deadline.objects.filter(submission_id__in=stored):
        stored[deadline.submission_id].append(deadline)
    moved = letters = 0
    for row in rows:
        if row.status in ENDED:
            continue
        moves = _moves_of(recount, row, events[row.pk], stored[row.pk])
        if moves:
            moved += 1
            letters += _move(recount, row, events[row.pk], moves, now)
        else:
            deadlines.recompute(row, events=events[row.pk])
    return moved, letters


def _moves_of(
    recount: Recount, row: Submission, events: Sequence[Event], stored: Iterable[Deadline]
) -> list[Move]:
    book, data = rulebook_for(row.city), recount.data
    if recount.what == Recount.What.CONFIRMATION:
        return moved_by_limit(row, events, stored, data["rule"], data["number"], book)
    added, withdrawn = (list(_days(data[name])) for name in ("added", "withdrawn"))
    before = with_days(book, added=withdrawn, withdrawn=added, last_year=data.get("last_year_before"))
    return moved_by_days(row, events, before, book)


def _days(written: Iterable[str]) -> Iterator[date]:
    return (date.fromisoformat(day) for day in written)


def _move(
    recount: Recount, row: Submission, events: Sequence[Event], moves: Sequence[Move], now: datetime
) -> int:
    """The event, the new dates and the letter of a case whose dates move; how many letters."""
    by: User | None = recount.by
    data: dict[str, Any] = {
        "recount": recount.pk,
        "moved": [move.as_json() for move in moves],
        "reason": recount.reason,
    }
    for name in ("rule", "number", "added", "withdrawn"):
        if name in recount.data:
            data[name] = recount.data[name]
    event = apply(
        row,
        ACTIONS[Recount.What(recount.what)],
        now=now,
        by=by,
        data=data,
        actor=None if by else Actor.CLOCK,
    )
    stands = deadlines.recompute(row, events=[*events, event])
    with translation.override(row.language):
        told = words(data["moved"])
    write_to_requester(
        row,
        "dates_moved",
        now=now,
        occasion=f"recount:{recount.pk}",
        deadlines=stands,
        moves=told,
        reason=recount.reason,
        confirmed=event.action == Action.CONFIRMED_LIMIT,
    )
    _tell_office(recount, row, event, now)
    return 1 if row.requester_email else 0


def _tell_office(recount: Recount, row: Submission, event: Event, now: datetime) -> None:
    """A line in the daily letter of whoever works on the case; of the whole office where nobody has it."""
    people = people_of(row.office)
    mine = [member for member in people if member.user_id == row.assigned_to_id]
    said = {"reference": row.reference, "moves": "; ".join(words(event.data["moved"]))}
    line = _("Dates of %(reference)s have moved. %(moves)s") % said
    tell(row, mine or people, kind="office_dates", line=line, now=now, occasion=f"recount:{recount.pk}")
