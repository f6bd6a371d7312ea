"""The events of a case in plain words for the requester. Neutral: a step up the offices is told as it is, as
handing on, and no reminder to staff is told at all.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import City
from portals.templatetags.civic import city_date
from portals.vocabulary import ClockEvent, Milestone, StepAction, SubmissionKind
from requests_app.events import appeal_stand, date_moves, fee_stand, part_stand
from requests_app.models import Action, Actor, Event

TITLES: dict[str, Any] = {
    Action.SUBMIT: gettext_lazy("Your submission came in"),
    Action.ACKNOWLEDGE: gettext_lazy("The office has acknowledged it"),
    Action.REFER: gettext_lazy("Passed to %(to)s"),
    Action.REFER_BACK: gettext_lazy("Passed back to %(to)s"),
    Action.ACCEPT_REFERRAL: gettext_lazy("%(to)s took it over"),
    Action.ASK: gettext_lazy("The office asked you a question"),
    Action.ANSWER: gettext_lazy("You answered the question"),
    Action.DECLINE: gettext_lazy("You chose not to answer the question"),
    Action.FOLLOW_UP: gettext_lazy("You followed up in writing"),
    Action.EXTEND: gettext_lazy("The office extended the time limit to %(until)s"),
    Action.ESTIMATE: gettext_lazy("The office expects to answer by %(until)s"),
    Action.RELEASE_PART: gettext_lazy("A part was released"),
    Action.SPLIT: gettext_lazy("The office answers your request in parts"),
    Action.PART_DROP: gettext_lazy("The office removed a part"),
    Action.DETERMINE: gettext_lazy("The office answered"),
    Action.CLOSE: gettext_lazy("Closed"),
    Action.REOPEN: gettext_lazy("Taken up again"),
    Action.UNDO: gettext_lazy("The office took its answer back"),
    Action.STATEMENT: gettext_lazy("The office gave you the written statement of the reasons"),
    Action.WITHDRAW: gettext_lazy("You withdrew it"),
    Action.LAPSE: gettext_lazy("Closed, because no answer or payment came by %(due)s"),
    Action.HAND_TO_CUSTODIAN: gettext_lazy("The custodian of records received it"),
    Action.HIDE: gettext_lazy("The office took it off the public page; it is worked on as before"),
    Action.FEE_ESTIMATE: gettext_lazy("The office told you what the answer is expected to cost"),
    Action.FEE_AGREE: gettext_lazy("You agreed to the fee"),
    Action.FEE_DECLINE: gettext_lazy("You declined the fee"),
    Action.FEE_ASK: gettext_lazy("The office asked for the payment"),
    Action.FEE_RECORD: gettext_lazy("The office recorded a payment"),
    Action.FEE_WITHDRAW: gettext_lazy("The office took back the estimate of the fee"),
    Action.WAIVER_REQUEST: gettext_lazy("You asked for a waiver of the fee"),
    Action.WAIVER_DECIDE: gettext_lazy("The office decided on the waiver of the fee"),
    Action.MERGE: gettext_lazy("It was joined to %(into)s, which asks the same"),
    Action.JOIN: gettext_lazy("Another submission that asks the same was joined to it"),
    Action.SEPARATE: gettext_lazy("A submission that was joined to it is separate again"),
    Action.PASS_ON: gettext_lazy("The office answered"),
    Action.APPEAL: gettext_lazy("The answer was appealed"),
    Action.APPEAL_LINK: gettext_lazy("The office linked it to the case that you appeal"),
    Action.APPEAL_DECIDE: gettext_lazy("Your appeal was decided"),
    Action.APPEAL_OUTCOME: gettext_lazy("The appeal was decided"),
    Action.REVIEW_PETITION: gettext_lazy("A review outside the city has begun"),
    Action.REVIEW_ORDER: gettext_lazy("It was decided outside the city"),
    Action.REVIEW_COMPLY: gettext_lazy("The city says that it complied with the order"),
    Action.PUBLISH: gettext_lazy("The answer was published, without your name"),
    Action.UNPUBLISH: gettext_lazy("The published answer was taken off the web"),
    Action.CONVERT: gettext_lazy("It was turned into another kind: %(kind)s"),
    Action.CLOSED_DAYS: gettext_lazy("Dates moved, because the days on which the city is closed changed"),
    Action.CONFIRMED_LIMIT: gettext_lazy("The office confirmed a time limit that its pages leave open"),
    Action.ISSUE_KEY: gettext_lazy("The office issued an API key for you"),
    Action.OPEN_KEY: gettext_lazy("You opened the API key"),
    Action.TAKE_MEASURE: gettext_lazy("The office took the dataset %(dataset)s down"),
    Action.WITHHOLD: gettext_lazy("The office took the dataset %(dataset)s down"),
    Action.LIFT_MEASURE: gettext_lazy("The takedown of the dataset %(dataset)s ended"),
}
STEPS: dict[str, Any] = {
    StepAction.REMIND: gettext_lazy("%(office)s was asked to look at it"),
    StepAction.FOLLOW_UP: gettext_lazy("%(office)s was asked in writing to look at it"),
    StepAction.REFER: gettext_lazy("Passed to %(office)s"),
    StepAction.INFORM: gettext_lazy("%(office)s was told about it"),
}
RECORDED: dict[str, Any] = {
    ClockEvent.STATEMENT_REQUESTED: gettext_lazy("You asked for a written statement of the reasons"),
}
KEY = {
    Action.SUBMIT,
    Action.ACKNOWLEDGE,
    Action.DETERMINE,
    Action.LAPSE,
    Action.WITHDRAW,
    Action.ASK,
    Action.MERGE,
    Action.APPEAL_DECIDE,
    Action.APPEAL_OUTCOME,
    Action.REVIEW_ORDER,
}
_DETAILS = ("message", "reason")


def told(events: Iterable[Event], city: City) -> list[dict[str, Any]]:
    """What happened, oldest first, as `components/timeline.html` takes it. Internal events are left out."""
    return [_told(event, city) for event in events if event.public and not _told_elsewhere(event)]


def _told_elsewhere(event: Event) -> bool:
    """A denial and a last instalment stand in the answer beside them."""
    beside = (ClockEvent.DENIED, ClockEvent.INSTALMENT_RELEASED)
    return event.action == Action.RECORD and event.happening in beside


def _told(event: Event, city: City) -> dict[str, Any]:
    return {
        "at": event.at,
        "title": _title(event),
        "detail": fee_stand.words_of(event)
        or (appeal_stand.words_of(event) if event.action != Action.APPEAL_LINK else "")
        or date_moves.words_of(event)
        or part_stand.words_of(event)
        or next((event.data[name] for name in _DETAILS if event.data.get(name)), _elsewhere(event, city)),
        "who": _who(event),
        "key": event.action in KEY,
    }


def _title(event: Event) -> str:
    data = event.data
    if event.action == Action.ESCALATE:
        words = STEPS.get(data.get("action", ""), gettext_lazy("Passed on to %(office)s"))
        return str(words) % {"office": data.get("office") or _("the next office")}
    if event.action == Action.MESSAGE:
        mine = event.actor == Actor.REQUESTER
        return _("You wrote a message") if mine else _("The office wrote to you")
    if event.action == Action.RECORD:
        return _recorded(event)
    if data.get("answer_taken_back"):
        return _("The office took its answer back and works on it again")
    title = TITLES.get(event.action)
    if title is None:
        return str(event.get_action_display())
    values = {
        "to": data.get("to", ""),
        "dataset": data.get("dataset", ""),
        "into": data.get("into", ""),
        "kind": _kind(event.after.get("kind")),
        "until": _day(event.until),
        "due": _day(data.get("due_on")),
    }
    return str(title) % values


def _recorded(event: Event) -> str:
    if event.happening:
        return str(RECORDED.get(event.happening, ClockEvent(event.happening).label))
    milestone = event.data.get("milestone")
    if milestone in Milestone.values:
        return _("%(what)s: the time is over") % {"what": Milestone(milestone).label}
    return _("Recorded")


def _elsewhere(event: Event, city: City) -> str:
    """Where something happened on another day than it was entered: both days."""
    happened_on = city.date_at(event.happened_at)
    if event.happening and happened_on != city.date_at(event.at):
        return _("This happened on %(on)s and was entered later.") % {"on": _day(happened_on)}
    return ""


def _who(event: Event) -> str:
    if event.actor == Actor.REQUESTER:
        return _("You")
    return _("The city") if event.actor == Actor.STAFF else _("Automatic")


def _kind(value: Any) -> str:
    return str(SubmissionKind(value).label) if value else ""


def _day(value: Any) -> str:
    return city_date(value) if value else ""
