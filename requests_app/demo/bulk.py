"""Any number of open cases besides the walked ones, fast enough for a hundred thousand.

A few hundred cases are walked through time by the real acts and the real clock, in a transaction that is
then undone; what those acts wrote is copied with other words, minutes, requesters and datasets. So every row
is one that the software would have written, and each copy has an event chain of its own.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from portals.models import City, Dataset
from portals.vocabulary import SubmissionKind
from requests_app.bulk import insert_rows
from requests_app.demo import texts
from requests_app.demo.cases import Walk
from requests_app.demo.scene import SOURCE, Templates
from requests_app.doors import references
from requests_app.escalation import sweep
from requests_app.intake import Filing, searchable
from requests_app.lifecycle import AT_WORK
from requests_app.models import (
    Channel,
    Deadline,
    Escalation,
    Event,
    Involvement,
    Message,
    Referral,
    Submission,
)
from requests_app.models.kinds import DETAILS

KEY = "demo-bulk:"
PROTOTYPES = 1000
COPIES = 100  # of one prototype
FEWEST = 100
AT_ONCE = 2000
LATER = 3300  # seconds within the hour by which a copy may be later than its prototype


def top_up(cities: Sequence[City], size: int, *, now: datetime, say: Callable[[str], None]) -> int:
    """Bring the number of bulk cases up to `size`; returns how many were added.

    Ends with a pass of the clock at `now` (UTC), so that nothing that is due is left over.
    """
    there = Submission.objects.filter(submission_key__startswith=KEY).count()
    missing = size - there
    if missing <= 0:
        return 0
    chance = random.Random(f"bulk {there}")  # noqa: S311 - reproducible on purpose
    copier = _Copier(prototypes(cities, missing, chance, now=now), cities, chance)
    for start in range(0, missing, AT_ONCE):
        copier.write(there + start, min(AT_ONCE, missing - start))
        say(f"{min(start + AT_ONCE, missing)} of {missing}")
    sweep(now=now)
    return missing


# -- prototypes


@dataclass
class Prototype:
    """What the acts of one case wrote."""

    submission: Submission
    details: models.Model
    events: list[Event] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    escalations: list[Escalation] = field(default_factory=list)
    involvements: list[Involvement] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def prototypes(cities: Sequence[City], size: int, chance: random.Random, *, now: datetime) -> list[Prototype]:
    """Walk invented cases to where they stand at `now` and read them; nothing of them stays."""
    count = min(PROTOTYPES, max(FEWEST, size // COPIES)) // len(cities)
    templates = Templates([texts.template(number, chance) for number in range(count)], {})
    with transaction.atomic():
        walk = Walk(cities, templates, now=now, prefix="demo-prototype:", letters=False, round_hours=True)
        walk.run()
        found = _read([case.pk for case in walk.cases.values()])
        transaction.set_rollback(True)
    return found


def _read(keys: Sequence[int]) -> list[Prototype]:
    found: dict[int, Prototype] = {}
    cases = Submission.objects.filter(pk__in=keys, status__in=AT_WORK).select_related("city", "dataset")
    for case in cases.order_by("pk"):
        model: Any = DETAILS[case.kind]
        found[case.pk] = Prototype(case, model.objects.get(pk=case.pk))
    parts: tuple[tuple[Any, str], ...] = (
        (Event, "events"),
        (Deadline, "deadlines"),
        (Involvement, "involvements"),
        (Referral, "referrals"),
        (Message, "messages"),
    )
    for model, name in parts:
        for row in model.objects.filter(submission_id__in=found).order_by("pk"):
            getattr(found[row.submission_id], name).append(row)
    for step in Escalation.objects.filter(deadline__submission_id__in=found).select_related("deadline"):
        found[step.deadline.submission_id].escalations.append(step)
    return list(found.values())


# -- copies


class _Copier:
    """Writes copies of prototypes, a batch a transaction."""

    def __init__(self, originals: Sequence[Prototype], cities: Sequence[City], chance: random.Random) -> None:
        self.originals = originals
        self.chance = chance
        self.datasets: dict[int | None, list[Dataset]] = defaultdict(list)
        for dataset in Dataset.objects.filter(city__in=cities, source=SOURCE):
            self.datasets[dataset.office_id].append(dataset)

    def write(self, first: int, count: int) -> None:
        """Write copies number `first` to `first + count`."""
        rows: dict[type[models.Model], list[Any]] = defaultdict(list)
        with transaction.atomic():
            for number, key in enumerate(new_keys(Submission, count), start=first):
                self._copy(self.originals[number % len(self.originals)], number, key, rows)
            for key, deadline in zip(new_keys(Deadline, len(rows[Deadline])), rows[Deadline], strict=True):
                deadline.pk = key
            for step in rows[Escalation]:
                step.deadline_id = step.deadline.pk
            for model, created in rows.items():
                insert_rows(model, created)

    def _copy(
        self, original: Prototype, number: int, key: int, rows: dict[type[models.Model], list[Any]]
    ) -> None:
        later = timedelta(seconds=self.chance.randrange(LATER))
        case = self._case(original, number, key, later)
        rows[Submission].append(case)
        details = copy(original.details)
        details.submission_id = details.pk = key  # type: ignore[attr-defined]
        rows[type(details)].append(details)
        rows[Event] += _chain(case, original.events, later)
        for part in (*original.involvements, *original.referrals, *original.messages):
            rows[type(part)].append(_moved(part, case, later))
        clocks = {clock.pk: _moved(clock, case, later) for clock in original.deadlines}
        rows[Deadline] += clocks.values()
        for step in original.escalations:
            twin = _copied(step)
            twin.deadline = clocks[step.deadline_id]
            rows[Escalation].append(twin)

    def _case(self, original: Prototype, number: int, key: int, later: timedelta) -> Submission:
        case = _copied(original.submission)
        case.pk, case.dataset_id = key, original.submission.dataset_id
        if case.dataset_id:
            alike = self.datasets[original.submission.dataset.office_id]  # type: ignore[union-attr]
            case.dataset = self.chance.choice(alike)
        case.reference = references.new_reference(original.submission.city.prefix)
        case.code_hash = references.code_hash(case.reference, references.new_code())
        case.submission_key = f"{KEY}{number}"
        case.title, case.description = texts.words(case.kind, case.dataset, self.chance)
        case.requester_name, case.requester_email = texts.requester(self.chance)
        moments = ("submitted_at", "received_at", "acknowledged_at", "requester_wrote_at")
        for name in (*moments, "referral_waits_since", "unclaimed_since"):
            if getattr(case, name):
                setattr(case, name, getattr(case, name) + later)
        case.search_text = searchable(_filing(case), case.reference)
        return case


def _filing(case: Submission) -> Filing:
    return Filing(
        city=case.city,
        kind=SubmissionKind(case.kind),
        title=case.title,
        description=case.description,
        details={},
        submission_key=case.submission_key,
        received_at=case.received_at,
        dataset=case.dataset,
        requester_name=case.requester_name,
        requester_email=case.requester_email,
        channel=Channel(case.channel),
    )


def _copied(row: Any) -> Any:
    """An unsaved twin of a row; what it points to is shared."""
    twin = copy(row)
    twin._state = copy(row._state)
    twin._state.fields_cache = dict(row._state.fields_cache)
    twin._state.adding, twin.pk = True, None
    return twin


def _moved(row: Any, case: Submission, later: timedelta) -> Any:
    twin = _copied(row)
    twin.submission_id = case.pk
    for name in ("at", "since"):
        if hasattr(twin, name):
            setattr(twin, name, getattr(twin, name) + later)
    return twin


def _chain(case: Submission, events: Iterable[Event], later: timedelta) -> Iterator[Event]:
    """The events of the case, hashed anew; the case carries the end of the chain."""
    case.chain_head = ""
    for event in events:
        twin = _moved(event, case, later)
        twin.happened_at += later
        twin.previous_hash = case.chain_head
        twin.hash = case.chain_head = twin.computed_hash()
        yield twin


def new_keys(model: type[models.Model], count: int) -> Sequence[int]:
    """Keys for rows still to be written: the hash of an event needs them before. Inside a transaction, which
    on SQLite keeps all others from writing."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
    return range(last + 1, last + 1 + count)
