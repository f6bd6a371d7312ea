"""What the requester's page of a case shows and offers, read with a constant number of queries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portals.business_days import NotEntered
from portals.clocks import Reason
from portals.explain import sentences
from portals.models import Citation
from portals.rulebook import rulebook_for
from portals.vocabulary import ClockState, Milestone, Relation, SubmissionKind, meaning_of
from requests_app import deadlines, ladder
from requests_app.access import requester_permitted
from requests_app.correspondence.conversation import can_request_statement
from requests_app.events import appeal_stand, case_clocks, enforcement_stand, fee_stand, part_stand
from requests_app.events.ties import ties_of
from requests_app.events.timeline import told
from requests_app.kinds import details_of
from requests_app.models import (
    Action,
    Actor,
    Attachment,
    CaseLink,
    Deadline,
    Event,
    Message,
    Status,
    Submission,
)
from requests_app.pathway import climb
from requests_app.redress.remedies import ground_of, remedies_of
from requests_app.routing import rule_of_lead


def page_of(case: Submission, *, now: datetime) -> dict[str, Any]:
    """The context of the page; `case` comes with city, office and dataset. `now` is UTC."""
    today = case.city.date_at(now)
    events = list(case.events.order_by("sequence"))
    found = deadlines.of_case(case)
    labels = {row.label: row for row in case.city.citations.all()}
    files = list(case.attachments.filter(internal=False))
    can = set(requester_permitted(case))
    offered_from = follow_up_from(case, events) if Action.FOLLOW_UP in can else None
    return {
        "case": case,
        "today": today,
        "details": details_of(case),
        "deadlines": _shown_deadlines(case, found, labels),
        "bar": deadlines.next_duty(found),
        "estimate": case_clocks.estimate_of(events) if case.status in deadlines.AT_WORK else None,
        "climb": climb.ahead_of(case, found, events, today),
        "offices": offices(case, events, labels),
        "timeline": told(events, case.city),
        "messages_of_case": _messages(case, files),
        "files": [_file(file) for file in _loose(files, Actor.REQUESTER)],
        "answer_files": [_file(file) for file in _loose(files, Actor.STAFF)],
        "determination": _in_force(case),
        "remedies": remedies_of(case, events, found, today, labels),
        "appeals": appeal_stand.appeals_of(events),
        "reviews": appeal_stand.reviews_of(events),
        "fee": fee_stand.stand(events),
        "kept": _kept(case, events),
        "key": enforcement_stand.stand(events).key,
        "parts": part_stand.stand(events),
        "revision": case.chain_length,
        "can_answer": Action.ANSWER in can,
        "can_follow_up": offered_from is not None and today >= offered_from,
        "follow_up_from": offered_from if offered_from and today < offered_from else None,
        "can_withdraw": Action.WITHDRAW in can,
        "can_request_statement": can_request_statement(case, events),
        "appeal_ground": ground_of(case, found, today),
        "against": _against(case),
        "is_at_work": case.status in deadlines.AT_WORK,
    }


def _kept(case: Submission, events: Sequence[Event]) -> Submission | None:
    """The case to which this one was joined; asked for only where the events say so."""
    if not ties_of(events).into:
        return None
    tie = case.links.filter(tie=CaseLink.Tie.DUPLICATE_OF).select_related("target__office").first()
    return tie.target if tie else None


def follow_up_from(case: Submission, events: Sequence[Event]) -> date | None:
    """The first city day on which the rules offer a follow-up in writing; None where they offer none now."""
    if case.status != Status.RECEIVED:
        return None
    book = rulebook_for(case.city)
    filed = case_clocks.filed_on(case, events, book)
    offered = [part for part in deadlines.ladder_of(book, case) if part.rule.offered_to_requester]
    try:
        return min(
            (ladder.business_day(book.calendar, filed, part.rule.after) for part in offered), default=None
        )
    except NotEntered:
        return None


def _shown_deadlines(
    case: Submission, found: Sequence[Deadline], labels: dict[str, Citation]
) -> list[dict[str, Any]]:
    rules = rulebook_for(case.city).clocks_for(case.kind, case.received_on)
    asks = {rule.key: rule.confirm_with for rule in rules}
    return [
        {
            **_shown_deadline(deadline, labels),
            "meaning": meaning_of(deadline.milestone, case.kind),
            "confirm_with": asks.get(deadline.clock_key, ""),
        }
        for deadline in found
        if not is_past_lapse(deadline) and not _stopped_for_good(case, deadline)
    ]


def _stopped_for_good(case: Submission, deadline: Deadline) -> bool:
    """A clock that stood still when the case ended: nothing will start it again."""
    return deadline.state == ClockState.PAUSED and case.status not in deadlines.AT_WORK


def _shown_deadline(deadline: Deadline, labels: dict[str, Citation]) -> dict[str, Any]:
    return {
        "milestone": deadline.milestone,
        "due_on": deadline.due_on,
        "ends_at": deadline.ends_at,
        "route": deadline.route,
        "state": deadline.state,
        "because": deadline.because,
        "citation": labels.get(deadline.citation, deadline.citation),
        "layer": deadline.layer,
        "acts_on": deadline.acts_on,
        "extendable_to": deadline.extendable_to,
    }


def is_past_lapse(deadline: Deadline) -> bool:
    """A case can no longer lapse for want of an answer that came: that date would only frighten."""
    return deadline.milestone == Milestone.LAPSE and deadline.state == ClockState.MET


def offices(case: Submission, events: Sequence[Event], labels: dict[str, Citation]) -> list[dict[str, Any]]:
    """The office that has the case, and those beside it, each with why."""
    placed = [event for event in events if event.action in (Action.SUBMIT, Action.CONVERT)][-1:]
    filed: list[dict[str, Any]] = placed[0].data.get("because", []) if placed else []
    moved = any(
        event.sequence > placed[0].sequence and event.action in (Action.REFER, Action.REFER_BACK)
        for event in events
    ) or (placed and placed[0].data.get("office") not in (None, case.office.name))
    by_rule = None if moved else rule_of_lead(case, rulebook_for(case.city))
    shown = [{
        "relation": Relation.LEAD,
        "office": case.office.name,
        "because": _("The case was passed on to it.") if moved else _words(filed),
        "citation": labels.get(by_rule.citation, by_rule.citation) if by_rule else "",
        "layer": by_rule.layer if by_rule else "",
    }]  # fmt: skip
    for row in case.involvements.select_related("office").order_by("pk"):
        label = row.because.get("citation", "")
        shown.append({
            "relation": row.relation,
            "office": row.office.name,
            "because": _words(row.because.get("reasons", [])),
            "citation": labels.get(label, label),
            "layer": row.because.get("layer", ""),
        })  # fmt: skip
    return shown


def _words(stored: Sequence[dict[str, Any]]) -> str:
    return " ".join(sentences(Reason.from_json(reason) for reason in stored))


def _messages(case: Submission, files: Sequence[Attachment]) -> list[dict[str, Any]]:
    return [
        {
            "author": _("You") if message.actor == Actor.REQUESTER else _("The office"),
            "at": message.at,
            "body": message.body,
            "direction": "in" if message.actor != Actor.REQUESTER else "out",
            "is_question": message.is_question,
            "files": [_file(file) for file in files if file.message_id == message.pk],
        }
        for message in Message.objects.filter(submission=case, internal=False)
    ]


def _loose(files: Sequence[Attachment], actor: Actor) -> list[Attachment]:
    """Files that came with no message: those of the submission, or those of the answer."""
    return [file for file in files if file.message_id is None and file.actor == actor]


def _file(file: Attachment) -> dict[str, Any]:
    return {
        "id": file.pk,
        "name": file.name,
        "size": file.size,
        "url": reverse("requests_app:file", args=[file.pk]),
    }


def _in_force(case: Submission) -> Any:
    if case.status in deadlines.AT_WORK:
        return None
    return case.determinations.filter(taken_back_at=None).select_related("office").last()


def _against(case: Submission) -> Submission | None:
    """The case that an appeal is linked to; one query, and none for other kinds."""
    return case.appeal.against if case.kind == SubmissionKind.APPEAL else None
