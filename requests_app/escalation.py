"""When something is late and who hears of it: one pass of the clock over all due steps.

The sweep takes what is due without a lower bound, in batches of one transaction each. It holds the rows of
the submissions (as every act of a person does), so it never undoes an act; a second sweep passes over rows
that are held. A batch that fails is halved until the poisoned case stands alone and is put off for an hour.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import chain
from typing import Any

from django.db import connection
from django.db.models import Q

from portals.rulebook import Rulebook, rulebook_for
from requests_app import deadlines
from requests_app.events import case_clocks
from requests_app.ladder import Step, next_step
from requests_app.lifecycle import held
from requests_app.models import Action, Deadline, Escalation, Event, Submission, Tick
from requests_app.pathway.batches import AT_ONCE, WORKING_OUT, alike, in_halves, side_by_side
from requests_app.pathway.effects import Effects, People
from requests_app.pathway.escalation_steps import take_step
from requests_app.pathway.unclaimed import raise_unclaimed

logger = logging.getLogger(__name__)

BATCH = 500
"""Cases that are one transaction."""
PUT_OFF = timedelta(hours=1)
"""How long a case whose step failed is left alone."""


@dataclass
class Report:
    """What a sweep did: steps by code, and the deadlines that were put off because they raised."""

    taken: Counter[str] = field(default_factory=Counter)
    put_off: list[int] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "steps": self.taken.total(),
            "by_step": dict(sorted(self.taken.items())),
            "put_off": self.put_off,
        }


def database_now() -> datetime:
    """The database's clock (UTC): a worker whose own clock is wrong does no harm."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')" if sqlite else "SELECT statement_timestamp()"
        )
        (value,) = cursor.fetchone()
    return datetime.fromisoformat(value).replace(tzinfo=UTC) if sqlite else value


def sweep(*, now: datetime, batch: int = BATCH) -> Report:
    """Take every step that is due at `now` (UTC), each exactly once; a missed run is made up here."""
    report = Report()
    people = cache(partial(People, now=now))  # read when the first step is due, and not again in this pass
    for taken, put_off in side_by_side(_batches(now, batch), partial(_take, people=people, now=now)):
        report.taken.update(taken)
        report.put_off += put_off
    report.taken["unclaimed"] += raise_unclaimed(people=people, now=now, batch=batch)
    report.taken = +report.taken  # without the codes of which nothing was taken
    Tick.objects.update_or_create(name="sweep", defaults={"at": now, "detail": report.as_json()})
    return report


def _batches(now: datetime, size: int) -> Iterator[list[int]]:
    """Primary keys of cases with due steps, oldest step first; those another sweep holds are passed once.

    As many batches are looked up at once as are worked on side by side, and made alike.
    """
    beyond = Q()
    while True:
        due = list(
            Deadline.objects.filter(beyond, next_step_at__lte=now)
            .order_by("next_step_at", "pk")
            .values_list("submission_id", "next_step_at", "pk")[: size * AT_ONCE]
        )
        if not due:
            return
        cases = list(dict.fromkeys(case for case, _at, _pk in due))
        yield from alike(cases, at_most=size)
        _case, last_at, last_pk = due[-1]
        # The first bound is what an index can use.
        beyond = Q(next_step_at__gte=last_at) & (Q(next_step_at__gt=last_at) | Q(pk__gt=last_pk))


def _take(
    cases: Sequence[int], people: Callable[[], People], now: datetime
) -> tuple[Counter[str], list[int]]:
    """The steps taken, by code, and the deadlines that were put off."""
    taken: Counter[str] = Counter()
    put_off: list[int] = []

    def take(part: Sequence[int]) -> None:
        taken.update(_take_batch(part, people, now))

    def give_up(case: int) -> None:
        logger.exception("A step of case %s failed; its steps are put off for an hour", case)
        put_off.extend(deadlines.put_off(case, now=now, until=now + PUT_OFF))

    in_halves(cases, take, give_up)
    return taken, put_off


def _take_batch(cases: Sequence[int], people: Callable[[], People], now: datetime) -> Counter[str]:
    """One transaction: hold the cases, read what is still due, take each step, write it all at once."""
    taken: Counter[str] = Counter()
    with WORKING_OUT:
        holding = held(cases, skip_locked=True)
        found: dict[int, list[Deadline]] = {row.pk: [] for row in holding}
        due = Deadline.objects.filter(submission_id__in=found, next_step_at__lte=now)
        for deadline in due.order_by("pk").defer("because"):  # why a date is what it is needs no step
            found[deadline.submission_id].append(deadline)
        done = _done(chain.from_iterable(found.values()))
        planner = Planner(holding)
        effects = Effects(now=now, people=people())
        for row in holding:
            for step in _take_steps(row, found[row.pk], done, planner, effects):
                taken[step.code.partition(".")[0]] += 1
    effects.save()
    return taken


def _done(due: Iterable[Deadline]) -> dict[int, set[str]]:
    """The steps that were taken already, by deadline."""
    done: dict[int, set[str]] = {}
    taken = Escalation.objects.filter(deadline_id__in=[deadline.pk for deadline in due])
    for deadline_id, code in taken.values_list("deadline_id", "step"):
        done.setdefault(deadline_id, set()).add(code)
    return done


def _take_steps(
    row: Submission, due: Sequence[Deadline], done: dict[int, set[str]], planner: "Planner", effects: Effects
) -> Iterator[Step]:
    """Take the due steps of one case in the order in which they fell due, however late it is by now."""
    for deadline in due:
        deadline.submission = row
    while True:
        coming = [
            (step.at, deadline.pk, step, deadline)
            for deadline in due
            if (step := next_step(planner.steps(deadline, row), done.get(deadline.pk, ())))
        ]
        first = min(coming, key=lambda entry: entry[:2], default=None)
        if first is None or first[0] > effects.now:
            break
        _at, _pk, step, deadline = first
        take_step(deadline, row, step, effects)
        done.setdefault(deadline.pk, set()).add(step.code)
        yield step
    upcoming = {deadline.pk: step for _at, _pk, step, deadline in coming}
    for deadline in due:
        deadlines.set_next_step(deadline, upcoming.get(deadline.pk))
        effects.deadlines.append(deadline)


class Planner:
    """The planned steps of deadlines, worked out once for all that share their dates, office and rules."""

    def __init__(self, rows: Sequence[Submission]) -> None:
        self._books: dict[int, Rulebook] = {}
        self._known: dict[tuple[Any, ...], list[Step]] = {}
        self._of_deadline: dict[tuple[int, str, str], list[Step]] = {}
        reopened = [row.pk for row in rows if row.cycle > 1]
        self._reopenings: dict[int, list[Event]] = {}
        for event in Event.objects.filter(submission_id__in=reopened, action=Action.REOPEN).order_by(
            "sequence"
        ):
            self._reopenings.setdefault(event.submission_id, []).append(event)

    def steps(self, deadline: Deadline, row: Submission) -> list[Step]:
        """What a deadline leads to; a step taken may change its state or the status of the case."""
        key = (deadline.pk, deadline.state, row.status)
        if key not in self._of_deadline:
            self._of_deadline[key] = self._planned(deadline, row)
        return self._of_deadline[key]

    def _planned(self, deadline: Deadline, row: Submission) -> list[Step]:
        book = self._books.get(row.city_id)
        if book is None:
            book = self._books[row.city_id] = rulebook_for(row.city)
        filed = case_clocks.filed_on(row, self._reopenings.get(row.pk, ()), book)
        key = (
            row.city_id,
            row.kind,
            row.status,
            row.climbs_from_id,
            row.dataset.office_id if row.dataset else None,
            row.received_on,
            filed,
            deadline.clock_key,
            deadline.cycle,
            deadline.milestone,
            deadline.state,
            deadline.started_on,
            deadline.due_on,
            deadline.acts_on,
        )
        if key not in self._known:
            self._known[key] = deadlines.planned_steps(deadline, row, book, filed)
        return self._known[key]
