"""What each step of the clock does to a case: collected as rows, written together by the sweep.

The City Attorney is informed by the clock, never made to act by it. The requester sees neutrally where a
case stands: an escalation is told as "passed to", a reminder to staff is not told at all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from django.utils.translation import gettext

from portals.business_days import Reason
from portals.explain import long_date
from portals.models import City, Member, Office
from portals.routes import StepPart
from portals.vocabulary import MemberRole, Milestone, OfficeRole, Relation, StepAction
from requests_app import deadlines, routing
from requests_app.bulk import insert_rows, update_rows
from requests_app.ladder import Step
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
    Status,
    Submission,
    next_values,
    occasion_of,
)
from requests_app.notices import (
    FormLetters,
    backup_of,
    digest_items,
    letter_to_requester,
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
    """Active members and offices of some cities and who stands in for whom at `now` (UTC), read once a
    batch."""

    def __init__(self, cities: Iterable[City], *, now: datetime) -> None:
        today = {city.pk: city.date_at(now) for city in cities}
        wanted = set(today)
        found = Office.objects.filter(city_id__in=wanted).select_related("backup__user")
        self.offices = {office.pk: office for office in found}
        self.stand_ins = stand_ins(today)
        self._members: dict[int, list[Member]] = {}
        self._found: dict[int, dict[bool, list[Member]]] = {}
        for member in Member.objects.filter(
            office__city_id__in=wanted, active=True, user__is_active=True, office__outside=False
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


def take_step(deadline: Deadline, row: Submission, step: Step, effects: Effects) -> None:
    """Collect what one step does. The rows are held; nothing is written here."""
    effects.submissions[row.pk] = row
    office: Office | None
    if step.code == "act":
        office = _act_by_itself(deadline, row, effects)
    elif step.part is None:
        office = _remind(deadline, row, step, effects)
    else:
        office = _climb(deadline, row, step, effects)
    effects.escalations.append(
        {
            "deadline_id": deadline.pk,
            "step": step.code,
            "cycle": deadline.cycle,
            "action": step.action or "act",
            "office_id": office.pk if office else None,
            "at": effects.now,
        }
    )


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


def _write_requester(row: Submission, kind: str, event: Values, effects: Effects, **context: Any) -> None:
    letter = letter_to_requester(
        row, kind, now=effects.now, occasion=occasion_of(event["sequence"]), deadlines=(), **context
    )
    if letter:
        effects.notices.append(letter)


def _write_form(
    row: Submission, kind: str, event: Values, effects: Effects, office: Office, *, heads: bool = False
) -> None:
    occasion = occasion_of(event["sequence"])
    effects.notices += effects.forms.values(
        row, kind, now=effects.now, occasion=occasion, office=office, heads=heads
    )


def _lead(row: Submission, effects: Effects, *, heads: bool = False) -> list[Member]:
    members = effects.people.of(row.office_id, heads=heads)
    mine = [member for member in members if member.user_id == row.assigned_to_id]
    return members if heads else mine or members


def _remind(deadline: Deadline, row: Submission, step: Step, effects: Effects) -> Office:
    """A reminder before a due date, or the notice that it has passed (then to the head as well)."""
    _ = effects.words
    late = step.code == "overdue"
    event = record_step(
        row,
        Action.REMIND,
        effects,
        data={"step": step.code, "milestone": deadline.milestone, "due_on": str(deadline.due_on)},
        public=False,
    )
    words = {
        "reference": row.reference,
        "milestone": Milestone(deadline.milestone).label,
        "due": effects.long_date(deadline.due_on) if deadline.due_on else "",
    }
    line = (
        _("Overdue since %(due)s: %(milestone)s, %(reference)s")
        if late
        else _("Due on %(due)s: %(milestone)s, %(reference)s")
    ) % words
    members = _lead(row, effects) + (_lead(row, effects, heads=True) if late else [])
    tell_members(row, members, event, "overdue" if late else "reminder", line, effects)
    return row.office


def _told(code: str, part: StepPart, office: Office | None) -> Values:
    """What the event of a step of the ladder says."""
    return {
        "step": code,
        "action": str(part.rule.action),
        "office": office.name if office else "",
        "citation": part.rule.citation,
        "layer": str(part.rule.layer),
        "after_layer": str(part.rule.after_layer),
        "because": [reason.as_json() for reason in part.reasons],
    }


def _climb(deadline: Deadline, row: Submission, step: Step, effects: Effects) -> Office | None:
    """A step of the ladder of an unacknowledged item."""
    assert step.part is not None
    _ = effects.words
    part, rule = step.part, step.part.rule
    ref = part.office
    office = effects.people.offices.get(ref.pk) if ref and ref.pk else None
    data = effects.shared(step.code, part, lambda: _told(step.code, part, office))
    if office is None or office.outside:
        record_step(row, Action.ESCALATE, effects, data=data, public=True)
        return None
    if rule.action == StepAction.REFER and OfficeRole.LEGAL not in office.roles:
        return _refer(row, office, data, effects, heads=part.head)
    event = record_step(row, Action.ESCALATE, effects, data=data, public=True)
    if rule.action in (StepAction.INFORM, StepAction.REFER):
        if office.pk != row.office_id:
            effects.inform(row, office, part.reasons)
        line = _("For your information, nobody has acknowledged %(reference)s (%(days)d business days)")
    elif rule.action == StepAction.FOLLOW_UP:
        line = _("Follow-up in writing: %(reference)s is not acknowledged (%(days)d business days)")
        _write_form(row, "followed_up", event, effects, office)
    else:
        line = _("Reminder: %(reference)s is not acknowledged (%(days)d business days)")
    line = line % {"reference": row.reference, "days": part.clock_after}
    if office.pk == row.office_id:
        members = _lead(row, effects, heads=part.head) + _lead(row, effects, heads=True)
    else:
        members = effects.people.of(office.pk, heads=part.head)
    tell_members(row, members, event, "escalation", line, effects)
    return office


def _refer(row: Submission, office: Office, data: dict[str, Any], effects: Effects, *, heads: bool) -> Office:
    """The clock refers the case: to the head of its office, or up to another office."""
    _ = effects.words
    left = row.office
    if office.pk == left.pk:
        event = record_step(row, Action.ESCALATE, effects, data=data, public=True)
    else:
        event = record_step(
            row,
            Action.ESCALATE,
            effects,
            data=data,
            public=True,
            before={"office_id": left.pk},
            after={"office_id": office.pk},
        )
        effects.move(row, office)
    line = _("Referred to you because nobody has acknowledged it: %(reference)s") % {
        "reference": row.reference
    }
    tell_members(row, effects.people.of(office.pk, heads=heads), event, "escalation", line, effects)
    _write_form(row, "escalated", event, effects, office, heads=heads)
    return office


def _act_by_itself(deadline: Deadline, row: Submission, effects: Effects) -> Office:
    """What happens without anybody when a day has passed: a lapse, or a review that ends by itself."""
    _ = effects.words
    data = {"milestone": deadline.milestone, "due_on": str(deadline.due_on), "citation": deadline.citation}
    if deadline.milestone == Milestone.LAPSE:
        before = {"status": row.status}
        event = record_step(
            row,
            Action.LAPSE,
            effects,
            data=data,
            public=True,
            before=before,
            after={"status": str(Status.LAPSED)},
        )
        row.closed_at = effects.now
        deadlines.nothing_due(row)
        line = _("Lapsed: %(reference)s") % {"reference": row.reference}
        _write_requester(row, "lapsed", event, effects, deadline=deadline)
    else:
        event = record_step(row, Action.RECORD, effects, data=data, public=True)
        line = _("%(milestone)s ended by itself: %(reference)s") % {
            "milestone": Milestone(deadline.milestone).label,
            "reference": row.reference,
        }
    deadlines.end_by_clock(deadline)
    tell_members(row, _lead(row, effects), event, "acted", line, effects)
    return row.office
