"""What may follow what. Sole writer of Submission.status, and the one door through which events are written.

`MOVES` is the whole table: an action that has no row for a status is not allowed there. Every act of a
person goes through `apply`; the sweep (escalation.py) uses the same table in batches.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import City, Dataset, Office, User
from portals.vocabulary import ClockEvent
from requests_app.models import Action, Actor, Event, Status, Submission, next_event


class NotAllowed(Exception):
    """An act that the case does not allow now. The message is a sentence for the person who tried it."""


OF_ENFORCEMENT = (
    *(Action.ADD_EVIDENCE, Action.NAME_PARTY, Action.HEAR_PARTY, Action.PARTY_ANSWER, Action.FIND),
    *(Action.TAKE_MEASURE, Action.LIFT_MEASURE, Action.WITHHOLD),
)
"""Acts of enforcement go on whatever became of the report."""


OF_PARTS = (
    *(Action.SPLIT, Action.PART_DROP, Action.PART_DECIDE, Action.PART_TAKE_BACK),
    *(Action.PART_CLEAR, Action.PART_RETURN, Action.LOG_WITHHELD, Action.LOG_DROP),
)
"""Acts on the parts of a case and on the log of what is withheld."""


def _moves() -> dict[tuple[Status, Action], Status]:
    """The table. An entry that keeps the status is written with the status itself."""
    s, a = Status, Action
    anywhere = [a.MESSAGE, a.NOTE, a.RECORD, a.HIDE, a.FEE_RECORD, a.LINK, a.UNLINK, a.SEPARATE, a.UNPUBLISH]
    anywhere += [a.APPEAL, a.APPEAL_OUTCOME, a.REVIEW_PETITION, a.REVIEW_ORDER, a.REVIEW_COMPLY]
    anywhere += [a.OPEN_KEY, *OF_ENFORCEMENT]
    at_work = [a.CLAIM, a.RELEASE, a.ASSIGN, a.REFER, a.REFER_BACK, a.EXTEND, a.ESTIMATE, a.RELEASE_PART]
    at_work += [a.HAND_TO_CUSTODIAN, a.FOLLOW_UP, a.JOIN, a.ACCEPT_REFERRAL, a.RAISE_UNCLAIMED]
    at_work += [a.APPEAL_LINK, a.CONVERT, *OF_PARTS]
    table: dict[tuple[Status, Action], Status] = {
        (status, action): status for status in s for action in anywhere
    }
    for status in (s.RECEIVED, s.ACKNOWLEDGED, s.CLARIFYING):
        table |= {(status, action): status for action in at_work}
        table |= {(status, a.DETERMINE): s.DETERMINED, (status, a.WITHDRAW): s.WITHDRAWN}
        table |= {(status, a.REMIND): status, (status, a.LAPSE): s.LAPSED, (status, a.MERGE): s.CLOSED}
        table[status, a.APPEAL_DECIDE] = s.DETERMINED
    for status in (s.RECEIVED, s.ACKNOWLEDGED):
        table[status, a.ASK] = s.CLARIFYING
    table[s.RECEIVED, a.ACKNOWLEDGE] = s.ACKNOWLEDGED
    table[s.RECEIVED, a.ESCALATE] = s.RECEIVED
    table[s.CLARIFYING, a.ANSWER] = s.ACKNOWLEDGED
    table[s.CLARIFYING, a.DECLINE] = s.ACKNOWLEDGED
    table[s.DETERMINED, a.CLOSE] = s.CLOSED
    table[s.DETERMINED, a.FOLLOW_UP] = s.DETERMINED
    table[s.CLOSED, a.PASS_ON] = table[s.CLOSED, a.PUBLISH] = s.CLOSED
    fees = [a.FEE_ESTIMATE, a.FEE_AGREE, a.FEE_DECLINE, a.FEE_ASK, a.FEE_WITHDRAW]
    fees += [a.WAIVER_REQUEST, a.WAIVER_DECIDE]
    for status in (s.RECEIVED, s.ACKNOWLEDGED, s.CLARIFYING, s.DETERMINED):
        table |= {(status, action): status for action in fees}
    for status in (s.RECEIVED, s.ACKNOWLEDGED, s.CLARIFYING, s.DETERMINED, s.CLOSED):
        kept = (a.CLOSED_DAYS, a.CONFIRMED_LIMIT, a.ISSUE_KEY, a.STATEMENT)
        table |= {(status, action): status for action in kept}
    for status in (s.DETERMINED, s.CLOSED):  # what falls due after an answer: a statement, compliance
        table[status, a.REMIND] = status
    for status in (s.DETERMINED, s.CLOSED, s.WITHDRAWN, s.LAPSED):
        table[status, a.REOPEN] = s.RECEIVED
    table |= {(s.DETERMINED, a.UNDO): s.ACKNOWLEDGED, (s.CLOSED, a.UNDO): s.DETERMINED}
    return table


MOVES = _moves()

AT_WORK = frozenset({Status.RECEIVED, Status.ACKNOWLEDGED, Status.CLARIFYING})
"""Still to be answered."""

TAKES_UP = frozenset(
    {Action.ACCEPT_REFERRAL, Action.ACKNOWLEDGE, Action.CLAIM, Action.ASSIGN, Action.ASK, Action.EXTEND}
    | {Action.ESTIMATE, Action.RELEASE_PART, Action.DETERMINE, Action.FEE_ESTIMATE}
)
"""Whoever of the office does one of these works on the case: a referral to it waits no longer."""


def allowed(status: str) -> list[Action]:
    """The actions that the table has for a status, in the order of the vocabulary."""
    return [action for action in Action if (Status(status), action) in MOVES]


def next_status(status: str, action: Action, question_open: bool = False) -> Status:
    """Where an action leads; raises NotAllowed with a sentence for people. `question_open`: the answer that
    an undo takes back was given while a question to the requester was open, and leads back to it."""
    try:
        target = MOVES[Status(status), action]
        return Status.CLARIFYING if action == Action.UNDO and question_open else target
    except KeyError:
        raise NotAllowed(
            _("“%(action)s” is not possible now: the case is “%(status)s”.")
            % {"action": action.label, "status": Status(status).label}
        ) from None


def move_by_clock(row: Submission, action: Action) -> None:
    """A step of the clock changes the status of a held row; the sweep writes it. Raises NotAllowed."""
    row.status = next_status(row.status, action)


def held(keys: Sequence[int], *, skip_locked: bool = False) -> list[Submission]:
    """The rows with these primary keys, held until the transaction ends, with what acts need of them.

    They are held first and read afterwards: PostgreSQL loses a row from a locking join when its office
    changed while it waited.
    """
    rows = Submission.objects.select_for_update(skip_locked=skip_locked).filter(pk__in=keys).order_by("pk")
    found = list(rows.values_list("pk", flat=True))
    read = Submission.objects.filter(pk__in=found).order_by("pk")
    if len(found) == 1:
        return list(read.select_related("city", "office", "climbs_from", "dataset__office"))
    many = list(read.defer("description", "search_text", "flags"))  # long texts that no step needs
    _read_around(many)
    return many


def _read_around(rows: Sequence[Submission]) -> None:
    """Many cases share their city, offices and datasets: each is read once, all offices together."""
    datasets = Dataset.objects.defer("description", "search_text", "keywords").in_bulk(
        {row.dataset_id for row in rows if row.dataset_id}
    )
    wanted = {key for row in rows for key in (row.office_id, row.climbs_from_id)}
    offices = Office.objects.in_bulk(wanted | {one.office_id for one in datasets.values() if one.office_id})
    cities = City.objects.in_bulk({row.city_id for row in rows})
    related: tuple[tuple[Any, Mapping[int, Any]], ...] = (
        (Submission.city, cities),
        (Submission.office, offices),
        (Submission.climbs_from, offices),
        (Submission.dataset, datasets),
    )
    of_datasets = [(Dataset.office, dataset, offices) for dataset in datasets.values()]
    of_rows = [(name, row, known) for row in rows for name, known in related]
    for name, instance, known in (*of_datasets, *of_rows):
        name.field.set_cached_value(instance, known.get(getattr(instance, name.field.attname)))


def locked(submission: Submission, *, revision: int | None = None) -> Submission:
    """The row, read again and held until the transaction ends.

    `revision` is the chain length that the person saw; another one means that somebody acted meanwhile.
    """
    (row,) = held([submission.pk])
    if revision is not None and row.chain_length != revision:
        last = row.events.order_by("-sequence").first()
        raise NotAllowed(
            _(
                "Meanwhile %(who)s did this: “%(what)s”. Look at the case again, then send; "
                "what you typed is kept."
            )
            % {
                "who": (last.by_name or last.get_actor_display()) if last else _("somebody"),
                "what": last.get_action_display() if last else "",
            }
        )
    return row


def storable(value: Any) -> Any:
    """A value as it stands in an event: JSON, with dates as ISO text and rows as their keys."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return getattr(value, "pk", value)


def apply(
    row: Submission,
    action: Action,
    *,
    now: datetime,
    by: User | None = None,
    changes: Mapping[str, Any] | None = None,
    happening: ClockEvent | str = "",
    happened_at: datetime | None = None,
    until: date | None = None,
    data: Mapping[str, Any] | None = None,
    public: bool = True,
    question_open: bool = False,
    actor: Actor | None = None,
) -> Event:
    """Do one act on a row held by `locked`, in a transaction: check the table, change the columns, write the
    event. Raises NotAllowed. `by` is the member of staff, else it was the requester or `actor`. `changes` are
    columns besides the status; `happened_at` is when it counts for clocks (UTC), `now` when it is written."""
    new = dict(changes or {})
    if (target := next_status(row.status, action, question_open)) != row.status:
        new["status"] = target
    before = {name: storable(getattr(row, name)) for name in new}
    for name, value in new.items():
        setattr(row, name, value)
    event = next_event(
        row,
        action,
        at=now,
        actor=actor or (Actor.STAFF if by else Actor.REQUESTER),
        by=by,
        happening=happening,
        happened_at=happened_at,
        until=until,
        before=before,
        after={name: storable(value) for name, value in new.items()},
        data=data,
        public=public,
    )
    _write(row, event, {**new, **_who_has_it(row, action, new, now)})
    return event


def _who_has_it(row: Submission, action: Action, new: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The columns that say whether somebody has taken the case; they follow from the act, so no event
    repeats them. A case that changes hands, is acknowledged or reopened is unclaimed from then on."""
    found: dict[str, Any] = {}
    if action == Action.REFER:
        found["referral_waits_since"] = now
    elif row.referral_waits_since and (
        action in TAKES_UP or action == Action.REFER_BACK or row.status not in AT_WORK
    ):
        found["referral_waits_since"] = None
    if "assigned_to_id" in new or action in (Action.ACKNOWLEDGE, Action.REOPEN):
        found |= {"unclaimed_since": None if row.assigned_to_id else now, "unclaimed_raised": 0}
    for name, value in found.items():
        setattr(row, name, value)
    return found


def passed_on_by_clock(row: Submission, *, now: datetime) -> None:
    """Nobody of the office that a held row moves to has it yet, and it need not accept it; the sweep writes
    the row."""
    row.assigned_to = None
    row.referral_waits_since, row.unclaimed_since, row.unclaimed_raised = None, now, 0


def raised_by_clock(row: Submission, times: int) -> None:
    """How often a held row was raised because nobody had claimed it; the sweep writes the row."""
    row.unclaimed_raised = times


def _write(row: Submission, event: Event, new: Mapping[str, Any]) -> None:
    """The columns and the event, if nobody wrote an event since the row was read."""
    as_read = Submission.objects.filter(pk=row.pk, chain_length=event.sequence - 1)
    written = as_read.update(**new, chain_length=row.chain_length, chain_head=row.chain_head)
    if written != 1 or not transaction.get_connection().in_atomic_block:
        raise NotAllowed(_("Somebody else acted on this case at the same moment. Look again, then send."))
    event.save(force_insert=True)


def acknowledge(row: Submission, *, by: User, now: datetime, message: str = "") -> Event:
    """The event of an acknowledgement, within the act that acknowledges. Raises NotAllowed."""
    return apply(
        row,
        Action.ACKNOWLEDGE,
        now=now,
        by=by,
        changes={"acknowledged_at": now},
        happening=ClockEvent.ACKNOWLEDGED,
        data={"message": message} if message else {},
    )


def acknowledge_on_the_way(row: Submission, *, by: User, now: datetime) -> None:
    """Whoever asks or answers has read the case: it is acknowledged where it was not."""
    if row.status == Status.RECEIVED:
        acknowledge(row, by=by, now=now)


def take_up(
    row: Submission, *, by: User, now: datetime, reason: str, because_of: Mapping[str, Any] | None = None
) -> Event:
    """The event of a reopening, within the act that takes a case up again: a new cycle. Raises NotAllowed.

    Its answer counts as taken back. `because_of` names the appeal that sends it back.
    """
    row.determinations.filter(taken_back_at=None).update(taken_back_at=now)
    return apply(
        row,
        Action.REOPEN,
        now=now,
        by=by,
        changes={
            "cycle": row.cycle + 1,
            "climbs_from_id": row.office_id,
            "acknowledged_at": None,
            "determined_at": None,
            "closed_at": None,
        },
        data={"reason": reason, **(because_of or {})},
    )
