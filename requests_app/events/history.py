"""The events of a case in words: what was done, by whom, when, and what it changed.

Alone responsible for the words of a timeline; times are left as moments and shown in the city's zone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.templatetags.civic import city_date
from portals.vocabulary import ClockEvent, Milestone, StepAction, SubmissionKind
from requests_app.attachments.screening.words import released_words
from requests_app.events import appeal_stand, date_moves, enforcement_stand, fee_stand, part_stand
from requests_app.models import Action, Actor, Channel, Event, Status, outcome_label

DONE = {
    Action.SUBMIT: gettext_lazy("Filed"),
    Action.ACKNOWLEDGE: gettext_lazy("Acknowledged"),
    Action.CLAIM: gettext_lazy("Claimed"),
    Action.RELEASE: gettext_lazy("Given back to the office"),
    Action.ASSIGN: gettext_lazy("Assigned"),
    Action.REFER: gettext_lazy("Referred to another office"),
    Action.REFER_BACK: gettext_lazy("Referred back"),
    Action.ACCEPT_REFERRAL: gettext_lazy("Referral accepted"),
    Action.RAISE_UNCLAIMED: gettext_lazy("Raised: nobody had claimed it"),
    Action.ASK: gettext_lazy("The requester was asked a question"),
    Action.ANSWER: gettext_lazy("The question was answered"),
    Action.DECLINE: gettext_lazy("The requester declined to answer"),
    Action.MESSAGE: gettext_lazy("Message sent"),
    Action.FOLLOW_UP: gettext_lazy("The requester followed up in writing"),
    Action.NOTE: gettext_lazy("Internal note"),
    Action.EXTEND: gettext_lazy("Time limit extended"),
    Action.ESTIMATE: gettext_lazy("Estimated date given"),
    Action.RELEASE_PART: gettext_lazy("A part was released"),
    Action.SPLIT: gettext_lazy("Split into parts"),
    Action.PART_DROP: gettext_lazy("A part was removed"),
    Action.PART_DECIDE: gettext_lazy("A part was decided"),
    Action.PART_TAKE_BACK: gettext_lazy("The decision on a part was taken back"),
    Action.PART_CLEAR: gettext_lazy("Cleared"),
    Action.PART_RETURN: gettext_lazy("Returned instead of cleared"),
    Action.LOG_WITHHELD: gettext_lazy("Written into the log of what is withheld"),
    Action.LOG_DROP: gettext_lazy("Removed from the log of what is withheld"),
    Action.DETERMINE: gettext_lazy("Determined"),
    Action.CLOSE: gettext_lazy("Closed"),
    Action.REOPEN: gettext_lazy("Reopened"),
    Action.UNDO: gettext_lazy("The answer was taken back"),
    Action.STATEMENT: gettext_lazy("The written statement of the denial was given"),
    Action.WITHDRAW: gettext_lazy("Withdrawn"),
    Action.LAPSE: gettext_lazy("Closed by itself for lack of an answer or payment"),
    Action.REMIND: gettext_lazy("The office was reminded"),
    Action.ESCALATE: gettext_lazy("Escalated: nobody had acknowledged"),
    Action.HAND_TO_CUSTODIAN: gettext_lazy("Received by the custodian of records"),
    Action.RECORD: gettext_lazy("Recorded"),
    Action.HIDE: gettext_lazy("Taken off the public page"),
    Action.FEE_ESTIMATE: gettext_lazy("The fee was estimated"),
    Action.FEE_AGREE: gettext_lazy("The requester agreed to the fee"),
    Action.FEE_DECLINE: gettext_lazy("The requester declined the fee"),
    Action.FEE_ASK: gettext_lazy("The payment was asked for"),
    Action.FEE_RECORD: gettext_lazy("A payment was recorded"),
    Action.FEE_WITHDRAW: gettext_lazy("The estimate of the fee was withdrawn"),
    Action.WAIVER_REQUEST: gettext_lazy("The requester asked for a waiver of the fee"),
    Action.WAIVER_DECIDE: gettext_lazy("The waiver of the fee was decided"),
    Action.LINK: gettext_lazy("Linked to another case"),
    Action.UNLINK: gettext_lazy("No longer linked to another case"),
    Action.MERGE: gettext_lazy("Merged into another case"),
    Action.JOIN: gettext_lazy("Another case was joined to this one"),
    Action.SEPARATE: gettext_lazy("A case that was joined is separate again"),
    Action.PASS_ON: gettext_lazy("The answer of the other case was passed on"),
    Action.APPEAL: gettext_lazy("Appealed"),
    Action.APPEAL_LINK: gettext_lazy("Linked to the case that is appealed"),
    Action.APPEAL_DECIDE: gettext_lazy("The appeal was decided"),
    Action.APPEAL_OUTCOME: gettext_lazy("Decision on the appeal"),
    Action.REVIEW_PETITION: gettext_lazy("A review outside the city has begun"),
    Action.REVIEW_ORDER: gettext_lazy("Decided outside the city"),
    Action.REVIEW_COMPLY: gettext_lazy("The order is complied with"),
    Action.CONVERT: gettext_lazy("Turned into another kind"),
    Action.CLOSED_DAYS: gettext_lazy("Dates moved: the closed days of the city changed"),
    Action.CONFIRMED_LIMIT: gettext_lazy("A time limit that the office confirmed was applied"),
    Action.ISSUE_KEY: gettext_lazy("An API key was issued"),
    Action.OPEN_KEY: gettext_lazy("The requester opened the API key"),
    Action.ADD_EVIDENCE: gettext_lazy("Evidence was added"),
    Action.NAME_PARTY: gettext_lazy("The person concerned was named"),
    Action.HEAR_PARTY: gettext_lazy("The person concerned was written to"),
    Action.PARTY_ANSWER: gettext_lazy("The person concerned answered"),
    Action.FIND: gettext_lazy("A finding was recorded"),
    Action.TAKE_MEASURE: gettext_lazy("A measure was taken"),
    Action.LIFT_MEASURE: gettext_lazy("A measure was lifted"),
    Action.WITHHOLD: gettext_lazy("A dataset was taken down"),
    Action.PUBLISH: gettext_lazy("The answer was published"),
    Action.UNPUBLISH: gettext_lazy("The published answer was taken off the web"),
}

COLUMNS = {
    "status": gettext_lazy("Status"),
    "office": gettext_lazy("Office"),
    "office_id": gettext_lazy("Office"),
    "assigned_to_id": gettext_lazy("Assigned to"),
    "cycle": gettext_lazy("Round"),
    "acknowledged_at": gettext_lazy("Acknowledged"),
    "determined_at": gettext_lazy("Determined"),
    "closed_at": gettext_lazy("Closed"),
    "requester_wrote_at": gettext_lazy("The requester waits for a reply since"),
    "is_public": gettext_lazy("Public"),
    "received_at": gettext_lazy("Counts as received"),
    "kind": gettext_lazy("Kind"),
    "flags": gettext_lazy("Circumstances"),
}
HIDDEN = {"climbs_from_id", "received_on"}


@dataclass(frozen=True)
class Change:
    """One column before and after, in words ("" for nothing)."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One event as it is shown. `key` marks what matters most, `counts_from` a moment earlier than `at`."""

    at: datetime
    title: str
    who: str
    detail: str
    key: bool
    public: bool
    counts_from: datetime | None = None
    changes: list[Change] = field(default_factory=list)


TWO_CASES = {Action.LINK, Action.UNLINK, Action.MERGE, Action.JOIN, Action.SEPARATE, Action.PASS_ON}
KEY_ACTIONS = {
    Action.SUBMIT,
    Action.ACKNOWLEDGE,
    Action.DETERMINE,
    Action.APPEAL_DECIDE,
    Action.APPEAL_OUTCOME,
    Action.CLOSE,
    Action.REOPEN,
    Action.UNDO,
    Action.LAPSE,
    Action.WITHDRAW,
    Action.MERGE,
    Action.JOIN,
}


def lines(events: Iterable[Event], *, offices: Mapping[int, str], zone: ZoneInfo) -> list[Line]:
    """All events in words, in their order; moments within words are in `zone`. `offices` are names by key; a
    referral names its own offices as they were called then, and so are people."""
    people: dict[int, str] = {}
    offices = dict(offices)
    found = []
    for event in events:
        if event.action in (Action.REFER, Action.REFER_BACK):
            offices |= {
                event.before["office_id"]: event.data["from"],
                event.after["office_id"]: event.data["to"],
            }
        assigned = event.after.get("assigned_to_id")
        if assigned:
            people[assigned] = event.data.get("to") or event.by_name
        found.append(_line(event, _Names(offices, people, zone)))
    return found


@dataclass(frozen=True)
class _Names:
    """What the values of changed columns are called."""

    offices: Mapping[int, str]
    people: Mapping[int, str]
    zone: ZoneInfo


def _line(event: Event, names: _Names) -> Line:
    title, detail = title_of(event), _detail_with_files(event)
    return Line(
        at=event.at,
        title=title,
        who=event.by_name or str(Actor(event.actor).label),
        detail=detail if detail != title else "",
        key=event.action in KEY_ACTIONS,
        public=event.public,
        counts_from=event.happened_at if event.happened_at != event.at else None,
        changes=[
            Change(
                str(COLUMNS.get(name, name)),
                _value(name, event.before.get(name), names),
                _value(name, event.after.get(name), names),
            )
            for name in event.after
            if name not in HIDDEN
            and event.action != Action.SUBMIT
            and event.before.get(name) != event.after.get(name)
        ],
    )


def _detail_with_files(event: Event) -> str:
    """What the event carries, and what somebody released with it although it was found in a file."""
    released = released_words(event.data.get("looked_at", ()))
    return " · ".join(part for part in (detail_of(event), released) if part)


def title_of(event: Event) -> str:
    """What was done, in a few words; a recorded happening is called by its own name."""
    if event.action == Action.RECORD and event.happening:
        return str(ClockEvent(event.happening).label)
    return str(DONE[Action(event.action)])


def _of_two_cases(data: Mapping[str, Any]) -> str:
    said = [data.get("into") or data.get("other", "")]
    if data.get("answer_taken_back"):
        said.append(_("taken back, because it is worked on again"))
    elif "outcome" in data and "into" not in data:
        said.append(outcome_label(data["outcome"]))
    if data.get("earlier"):
        said.append(_("the earlier day of receipt counts"))
    return ": ".join(part for part in (", ".join(said), data.get("reason", "")) if part)


def _converted(data: Mapping[str, Any]) -> str:
    """Why, how the requester agreed, and the dates that held until then."""
    promised = [
        f"{Milestone(one['milestone']).label} {city_date(date.fromisoformat(one['due_on']))}"
        for one in data.get("promised", ())
    ]
    said = [data.get("reason", "")]
    if data.get("consent"):
        said.append(_("The requester agreed: %(how)s") % {"how": data["consent"]})
    if promised:
        said.append(_("Dates until then: %(dates)s") % {"dates": ", ".join(promised)})
    return " · ".join(said)


def _step(data: Mapping[str, Any]) -> str:
    what = str(StepAction(data["action"]).label).capitalize()
    return f"{what}: {data.get('office') or _('nobody is named for this step')}"


def _promise(data: Mapping[str, Any]) -> str:
    said = {"until": city_date(data["until"]), "reason": data.get("reason", "")}
    return (_("Until %(until)s: %(reason)s") if said["reason"] else _("Until %(until)s")) % said


def _referred(data: Mapping[str, Any]) -> str:
    return f"{data.get('from', '')} → {data.get('to', '')}: {data.get('reason', '')}"


OF_ACTION: dict[Action, Callable[[Mapping[str, Any]], str]] = {
    Action.REFER: _referred,
    Action.REFER_BACK: _referred,
    Action.CONVERT: _converted,
    Action.PUBLISH: lambda data: data.get("title", ""),
    **dict.fromkeys(TWO_CASES, _of_two_cases),
}
"""Action -> what the data of its event say."""


OF_REVIEWS = frozenset({Action.REVIEW_PETITION, Action.REVIEW_ORDER, Action.REVIEW_COMPLY})
"""What staff write beside these is theirs: the requester is told of the review alone."""
TELLERS = (fee_stand, appeal_stand, date_moves, enforcement_stand, part_stand)
"""What knows the words of events of its own."""


def detail_of(event: Event) -> str:
    """What the event carries besides its name."""
    data = event.data
    if said := next(filter(None, (module.words_of(event) for module in TELLERS)), ""):
        noted = data.get("note") if event.action in OF_REVIEWS else ""
        return " · ".join(part for part in (said, noted) if part)
    if words := OF_ACTION.get(Action(event.action)):
        return words(data)
    if "outcome" in data and event.action != Action.REOPEN:
        return outcome_label(data["outcome"])
    if event.action == Action.ESCALATE and data.get("action"):
        return _step(data)
    if event.action in (Action.EXTEND, Action.ESTIMATE) and data.get("until"):
        return _promise(data)
    if event.action == Action.SUBMIT and data.get("office"):
        return f"{Channel(data.get('channel', Channel.WEB)).label} → {data['office']}"
    if data.get("milestone"):
        return f"{Milestone(data['milestone']).label}: {city_date(data.get('due_on'))}"
    if event.action == Action.STATEMENT:
        return str(data["exemption"])
    return str(data.get("message") or data.get("reason") or data.get("note") or data.get("to") or "")


def _value(name: str, value: Any, names: _Names) -> str:
    if value in (None, ""):
        return ""
    if name == "kind":
        return str(SubmissionKind(value).label)
    if name == "flags":
        return ", ".join(value)
    if name == "status":
        return str(Status(value).label)
    if name in ("office_id", "office"):
        return names.offices.get(value, str(value))
    if name == "assigned_to_id":
        return names.people.get(value, _("somebody"))
    if name.endswith("_at"):
        return formats.date_format(datetime.fromisoformat(value).astimezone(names.zone), "DATETIME_FORMAT")
    if name.endswith("_on"):
        return city_date(date.fromisoformat(value))
    return str(value)
