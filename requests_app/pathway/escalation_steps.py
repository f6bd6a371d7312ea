"""What each step of the clock does to a case: collected as rows, written together by the sweep.

The City Attorney is informed by the clock, never made to act by it. The requester sees neutrally where a
case stands: an escalation is told as "passed to", a reminder to staff is not told at all.
"""

from typing import Any

from portals.models import Member, Office
from portals.routes import StepPart
from portals.vocabulary import Milestone, OfficeRole, StepAction
from requests_app import deadlines
from requests_app.ladder import Step
from requests_app.models import (
    Action,
    Deadline,
    Status,
    Submission,
    occasion_of,
)
from requests_app.notices import (
    letter_to_requester,
)
from requests_app.pathway.effects import Effects, Values, record_step, tell_members


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
