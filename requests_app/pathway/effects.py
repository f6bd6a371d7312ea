"""What steps of the clock will write: collected for a batch, written together; and who is told of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from django.utils.translation import gettext

from portals.business_days import Reason
from portals.explain import long_date
from portals.models import City, Member, Office
from portals.vocabulary import MemberRole, Relation
from requests_app import routing
from requests_app.bulk import insert_rows, update_rows
from requests_app.lifecycle import move_by_clock
from requests_app.models import (
    Action,
    Actor,
    Deadline,
    Escalation,
    Event,
    Involvement,
    Notice,
    Referral,
    Submission,
    next_values,
    occasion_of,
)
from requests_app.notices import (
    FormLetters,
    backup_of,
    digest_items,
    stand_ins,
    with_stand_ins,
)

Values = dict[str, Any]
"""An unwritten row as its columns: thousands are made at once."""

REFERRED: dict[str, Any] = {"code": "route.referred", "params": {}}

WRITTEN = (
    "chain_length",
    "chain_head",
    "status",
    "office",
    "assigned_to",
    "referral_waits_since",
    "unclaimed_since",
    "unclaimed_raised",
    "closed_at",
    "next_due_on",
    "urgency",
)
"""Columns of a submission that a step may change."""


class People:
    """Active members and offices of all cities, and who stands in for whom at `now` (UTC)."""

    def __init__(self, *, now: datetime) -> None:
        today = {city.pk: city.date_at(now) for city in City.objects.all()}
        self.offices = {office.pk: office for office in Office.objects.select_related("backup__user")}
        self.stand_ins = stand_ins(today)
        self._members: dict[int, list[Member]] = {}
        self._found: dict[int, dict[bool, list[Member]]] = {}
        for member in Member.objects.filter(
            office__isnull=False, active=True, user__is_active=True, office__outside=False
        ).select_related("user"):
            self._members.setdefault(member.office_id or 0, []).append(member)

    def of(self, office_id: int, *, heads: bool = False) -> list[Member]:
        """The members of an office, or its head and deputy where it has them."""
        if heads not in (known := self._found.setdefault(office_id, {})):
            members = self._members.get(office_id) or backup_of(self.offices[office_id])
            leading = [member for member in members if member.role == MemberRole.HEAD or member.is_deputy]
            known[heads] = leading if heads and leading else members
        return known[heads]


@dataclass
class Effects:
    """Rows that a batch of steps will write."""

    now: datetime
    people: People
    submissions: dict[int, Submission] = field(default_factory=dict)
    deadlines: list[Deadline] = field(default_factory=list)
    events: list[Values] = field(default_factory=list)
    escalations: list[Values] = field(default_factory=list)
    notices: list[Notice | Values] = field(default_factory=list)
    involvements: dict[tuple[int, int], Values] = field(default_factory=dict)
    referrals: list[Referral] = field(default_factory=list)
    moved: list[tuple[int, int]] = field(default_factory=list)
    forms: FormLetters = field(default_factory=FormLetters)
    long_date: Callable[[date], str] = field(default_factory=lambda: cache(long_date))
    words: Callable[[str], str] = field(default_factory=lambda: cache(gettext))  # looked up once a batch
    _shared: dict[tuple[str, int], tuple[object, Values]] = field(default_factory=dict)

    def save(self) -> None:
        """Write everything; runs inside the transaction that holds the submissions."""
        insert_rows(Escalation, self.escalations)
        insert_rows(Event, self.events)
        insert_rows(Referral, self.referrals)
        insert_rows(Notice, self._letters())
        self._leave_the_side()
        insert_rows(Involvement, self.involvements.values(), ignore_conflicts=True)
        update_rows(
            Submission,
            WRITTEN,
            self.submissions.values(),
        )
        update_rows(Deadline, ["next_step", "next_step_at", "state"], self.deadlines)

    def _letters(self) -> Iterable[Notice | Values]:
        """Each letter once, the first of a key: one person may stand in for several who are told."""
        first: dict[str, Notice | Values] = {}
        for notice in self.notices:
            first.setdefault(notice.key if isinstance(notice, Notice) else notice["key"], notice)
        return first.values()

    def _leave_the_side(self) -> None:
        """An office that a case moved to no longer stands beside it."""
        moved = set(self.moved)
        beside = Involvement.objects.filter(submission_id__in={submission_id for submission_id, _to in moved})
        gone = [
            key
            for key, submission_id, office_id in beside.values_list("pk", "submission_id", "office_id")
            if (submission_id, office_id) in moved
        ]
        if gone:
            Involvement.objects.filter(pk__in=gone).delete()

    def shared(self, name: str, owner: object, make: Callable[[], Values]) -> Values:
        """What `make` gives, worked out once for an object that many steps have in common: thousands of rows
        then hold the very same value, which is written out once."""
        key = (name, id(owner))
        if key not in self._shared:
            self._shared[key] = (owner, make())  # the owner is held: its id stays its own
        return self._shared[key][1]

    def inform(self, row: Submission, office: Office, reasons: Sequence[Reason]) -> None:
        """An office is informed from now on; one that stands beside the case already keeps its place."""
        because = self.shared(
            "because", reasons, lambda: {"reasons": [reason.as_json() for reason in reasons] or [REFERRED]}
        )
        self.involvements.setdefault(
            (row.pk, office.pk),
            {
                "submission_id": row.pk,
                "office_id": office.pk,
                "relation": Relation.INFORMED,
                "because": because,
                "since": self.now,
            },
        )

    def move(self, row: Submission, office: Office) -> None:
        """The case goes to an office, which then no longer stands beside it; the one it leaves does."""
        left = row.office
        routing.move_by_clock(row, office, now=self.now)
        self.referrals.append(
            Referral(submission=row, from_office=left, to_office=office, at=self.now, reason="")
        )
        self.moved.append((row.pk, office.pk))
        self.involvements.pop((row.pk, office.pk), None)
        self.inform(row, left, ())


def record_step(
    row: Submission,
    action: Action,
    effects: Effects,
    *,
    data: Mapping[str, Any],
    public: bool,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Values:
    """The event of a step of the clock; the table of moves has its say."""
    move_by_clock(row, action)
    event = next_values(
        row,
        action,
        at=effects.now,
        actor=Actor.CLOCK,
        before=before,
        after=after,
        data=data,
        public=public,
    )
    effects.events.append(event)
    return event


def tell_members(
    row: Submission, members: list[Member], event: Values, kind: str, line: str, effects: Effects
) -> None:
    """Lines for the daily letters of these members and of whoever stands in for them."""
    told = with_stand_ins(members, effects.people.stand_ins)
    effects.notices += digest_items(
        row, told, kind=kind, line=line, now=effects.now, occasion=occasion_of(event["sequence"])
    )
