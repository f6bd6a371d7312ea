"""What a requester can still do: for each way that the city's rules know, whether it is open, until when, who
decides, and where it is written. What a rule leaves open is said to be open; nothing is filled in.

Reads rules from the cache and rows that the caller has; asks the database nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from portals.appeal_terms import AppealRule
from portals.clocks import ComputedDeadline, Happening, NotEntered
from portals.models import Citation
from portals.rule_words import confirmation_words
from portals.rulebook import Rulebook, rulebook_for
from portals.templatetags.civic import city_date
from portals.vocabulary import ClockEvent, ClockState, Layer, Milestone, SubmissionKind
from requests_app.events import case_clocks
from requests_app.events.appeal_stand import ReviewStand, reviews_of
from requests_app.lifecycle import AT_WORK
from requests_app.models import Appeal, Deadline, Event, Status, Submission

UNLESS = {"elected_official": "elected_official", "commercial": "commercial_purpose"}
"""Word of an appeal route's `unless` -> the flag whose yes closes that way."""
FILING = (Milestone.APPEAL_FILING, Milestone.COURT_FILING)

OPEN, LATER, OVER, ENDED, CLOSED = "open", "later", "over", "ended", "closed"
PENDING, DECIDED = "pending", "decided"


@dataclass(frozen=True)
class Remedy:
    """One way. `state`: open, later (`why` says from when), over (its last day has passed), ended (by
    itself), pending (already taken), decided or closed here. Dates are city dates. `uncounted`: a rule gives
    a last day, but what it counts from is not known. `asks`: the office to ask where no last day is
    specified; `intake`: where to ask for everything else."""

    rule: AppealRule
    state: str
    why: str = ""
    last_day: date | None = None
    because: Sequence[Any] = ()
    unspecified: bool = False
    uncounted: bool = False
    asks: str = ""
    unless: str = ""
    citation: Any = ""
    confirmed: Mapping[str, Any] | None = None
    intake: str = ""

    @property
    def address(self) -> str:
        """How to reach whoever decides, as that office says itself; "" where nobody has said it."""
        return self.rule.office.contact if self.rule.office else ""

    @property
    def sent_elsewhere(self) -> bool:
        """Whether the person needs an address: the way is open, or will be, and does not begin here."""
        return self.state in (OPEN, LATER, OVER) and not self.rule.inside

    @property
    def open(self) -> bool:
        return self.state not in (CLOSED, LATER)


@dataclass(frozen=True)
class DeemedDenial:
    """Silence that counts as a denial `since` a city date, because `last_day` passed without an answer."""

    since: date
    last_day: date
    because: str
    citation: Any


@dataclass(frozen=True)
class Remedies:
    """`ground` is what an appeal would most likely be about; "" where there is nothing to appeal yet."""

    ground: str
    silence: DeemedDenial | None
    ways: list[Remedy]


def remedies_of(
    case: Submission,
    events: Sequence[Event],
    found: Sequence[Deadline],
    today: date,
    labels: Mapping[str, Citation] | None = None,
) -> Remedies:
    """What can be done about the answer to a case, or about silence. `found` are the deadlines of its current
    cycle, `today` is the city date, `labels` the city's citations where the caller links them."""
    ground = ground_of(case, found, today)
    book, known = rulebook_for(case.city), labels or {}
    if not ground:
        return Remedies("", None, [])
    silence = deemed_denial(case, book, found, today, known) if ground == Appeal.Ground.SILENCE else None
    days: list[Deadline | ComputedDeadline] = [*found]
    if silence:
        days += _counted_from(case, book, events, silence.since)
    about = {ground, Appeal.Ground.HANDLING} if ground == Appeal.Ground.DENIAL else {ground}
    rules = book.appeal_routes(case.kind, case.received_on)
    fit = [rule for rule in rules if not rule.grounds or about & set(rule.grounds)]
    intake = book.routes.intake.name
    limits = limited(book, case.kind, case.received_on)
    flags = frozenset(case.flags)
    view = _View(rules, flags, days, reviews_of(events), today, known, intake=intake, limits=limits)
    ways = [replace(view.remedy(rule), confirmed=_confirmed(book, rule, case)) for rule in fit]
    return Remedies(ground, silence, ways)


def _confirmed(book: Rulebook, rule: AppealRule, case: Submission) -> dict[str, Any] | None:
    """What an office confirmed of a way that its page leaves open."""
    return confirmation_words(book.overrides.current(f"appeal_route:{rule.key}", case.received_on))


def ground_of(case: Submission, found: Iterable[Deadline], today: date) -> str:
    """Which ground an appeal most likely has; empty where there is nothing to appeal yet."""
    if case.status == Status.WITHDRAWN:
        return ""
    if case.determined_at is not None:
        return Appeal.Ground.DENIAL
    return Appeal.Ground.SILENCE if case.kind != SubmissionKind.APPEAL and _missed(case, found, today) else ""


ANSWERS = (Milestone.ACKNOWLEDGEMENT, Milestone.RESPONSE, Milestone.DETERMINATION, Milestone.COMPLETION)


def _missed(case: Submission, found: Iterable[Deadline], today: date) -> list[Deadline]:
    """The answers that are owed and whose last day has passed. The office's own target for acknowledging
    counts only where no rule gives a date for the answer."""
    if case.status not in AT_WORK:
        return []
    owed = [one for one in found if one.milestone in ANSWERS and one.due_on]
    by_rule = [one for one in owed if one.layer != Layer.OFFICE_TARGET]
    return [
        one for one in by_rule or owed if one.state == ClockState.OPEN and one.due_on and one.due_on < today
    ]


def deemed_denial(
    case: Submission,
    book: Rulebook,
    found: Iterable[Deadline],
    today: date,
    labels: Mapping[str, Citation] | None = None,
) -> DeemedDenial | None:
    """Whether silence counts as a denial by the law (key `silence` of a clock), and since when."""
    rules = {rule.key: rule for rule in book.clocks_for(case.kind, case.received_on)}
    for missed in _missed(case, found, today):
        silence = rules[missed.clock_key].silence if missed.clock_key in rules else None
        if silence and missed.due_on:
            citation = (labels or {}).get(silence.citation, silence.citation)
            since = missed.due_on + timedelta(days=1)
            return DeemedDenial(since, missed.due_on, silence.because, citation)
    return None


def _counted_from(
    case: Submission, book: Rulebook, events: Sequence[Event], since: date
) -> list[ComputedDeadline]:
    """The last days that count from a denial, if silence is one."""
    at = datetime.combine(since, time(12), book.time_zone).astimezone(UTC)
    happened = [*case_clocks.happenings(events), Happening(ClockEvent.DENIED, at)]
    try:
        days = book.deadlines(case.kind, happened, received_on=case.received_on)
    except NotEntered:
        return []
    return [day for day in days if day.milestone in FILING]


def inside_route(
    book: Rulebook, kind: str, on: date, ground: str, flags: frozenset[str] = frozenset()
) -> AppealRule | None:
    """The way within the city that an appeal takes: the first that is open for this kind and ground."""
    for rule in book.appeal_routes(kind, on, ground):
        if rule.inside and rule.available and not closed_by(rule, flags):
            return rule
    return None


def closed_by(rule: AppealRule, flags: frozenset[str]) -> list[str]:
    """The circumstances that hold and close this way."""
    return [word for word in rule.unless if UNLESS.get(word, word) in flags]


def last_day_of(found: Iterable[Deadline], route: str) -> date | None:
    """The last day to file by this way, where the case has one."""
    days = [one.due_on for one in found if one.route == route and one.milestone in FILING and one.due_on]
    return days[0] if days else None


def limited(book: Rulebook, kind: str, on: date) -> frozenset[str]:
    """The ways for which a rule gives a last day, for what is received on a city date."""
    filing = [rule for rule in book.clocks_for(kind, on) if rule.milestone in FILING]
    return frozenset(rule.route for rule in filing if rule.count)


def without_case(
    rules: Sequence[AppealRule],
    flags: frozenset[str],
    found: Iterable[Deadline],
    today: date,
    limits: frozenset[str],
) -> list[Remedy]:
    """The ways for an appeal that is being written; `found` are the deadlines of the case, if it is known,
    `limits` what `limited` gives."""
    view = _View(rules, flags, list(found), [], today, {}, knows_case=bool(found), limits=limits)
    return [view.remedy(rule) for rule in rules]


def if_no_answer(
    book: Rulebook, kind: str, flags: frozenset[str], on: date, labels: Mapping[str, Citation]
) -> list[Remedy]:
    """The ways that open if what is filed on the city date `on` gets no answer in time, told ahead."""
    rules = book.appeal_routes(kind, on, Appeal.Ground.SILENCE)
    view = _View(rules, flags, [], [], on, labels, knows_case=False, limits=limited(book, kind, on))
    return [way for way in (view.remedy(rule) for rule in rules) if way.open]


def silence_rules(
    book: Rulebook, kind: str, on: date, labels: Mapping[str, Citation]
) -> list[dict[str, Any]]:
    """What the law says of silence itself (`silence` of a clock), each with where it is written."""
    told = {rule.silence.because: rule.silence for rule in book.clocks_for(kind, on) if rule.silence}
    return [
        {"because": because, "citation": labels.get(silence.citation, silence.citation)}
        for because, silence in told.items()
    ]


_UNLESS_WORDS = {
    "elected_official": lambda: _("Not where an elected official claims the right to withhold the record."),
    "commercial": lambda: _("Not for a request that is solely commercial."),
}


@dataclass(frozen=True)
class _View:
    """What is known of a case when its ways are looked at."""

    rules: Sequence[AppealRule]
    flags: frozenset[str]
    days: Sequence[Deadline | ComputedDeadline]
    reviews: Sequence[ReviewStand]
    today: date
    labels: Mapping[str, Citation]
    knows_case: bool = True
    intake: str = ""
    limits: frozenset[str] = frozenset()

    def remedy(self, rule: AppealRule) -> Remedy:
        state, why = self._state(rule)
        day = self._day(rule.key)
        last_day = day.due_on if day else None
        none = state not in (CLOSED, PENDING, DECIDED) and last_day is None and not self._ends_by_itself(rule)
        uncounted = none and day is None and rule.key in self.limits
        return Remedy(
            rule=rule,
            state=state,
            why=why,
            last_day=last_day if state != CLOSED else None,
            because=_reasons(day),
            unspecified=none and not uncounted,
            uncounted=uncounted,
            asks=rule.confirm_with or (rule.office.name if rule.office and rule.inside else ""),
            unless=" ".join(str(_UNLESS_WORDS[word]()) for word in rule.unless if state != CLOSED),
            citation=self.labels.get(rule.citation, rule.citation),
            intake=self.intake,
        )

    def _day(self, route: str) -> Deadline | ComputedDeadline | None:
        return next((one for one in self.days if one.route == route and one.milestone in FILING), None)

    def _ends_by_itself(self, rule: AppealRule) -> date | None:
        """The last day of the city's own review, which ends whether or not anybody asks."""
        if not rule.inside or Appeal.Ground.DENIAL not in rule.grounds:
            return None
        days = [one.due_on for one in self.days if one.milestone == Milestone.INTERNAL_REVIEW]
        return days[0] if days else None

    def _state(self, rule: AppealRule) -> tuple[str, str]:
        if not rule.available:
            return CLOSED, ""
        if closed_by(rule, self.flags):
            return CLOSED, _("Not open here because of what you answered.")
        for review in self.reviews:
            if review.route == rule.key:
                said = {"on": city_date(review.received_on), "words": review.words}
                if review.result:
                    return DECIDED, _("Received there on %(on)s. Result: %(words)s.") % said
                return PENDING, _("Received there on %(on)s: %(words)s.") % said
        if ends := self._ends_by_itself(rule):
            ended = _("It ended by itself on %(on)s; the denial is final.")
            running = _("It ends by itself on %(on)s, whether or not you ask for it.")
            over = ends < self.today
            return (ENDED if over else OPEN), (ended if over else running) % {"on": city_date(ends)}
        day = self._day(rule.key)
        if day and day.due_on and day.due_on < self.today:
            late = _("The last day has passed. Your appeal is still accepted here, and marked as late.")
            outside = _("The last day has passed. Whether it is still taken, they decide.")
            return OVER, late if rule.inside else outside
        return self._opens(rule)

    def _opens(self, rule: AppealRule) -> tuple[str, str]:
        """Whether the way before it (`after` of the city file) has been gone to its end."""
        before = (
            next((other for other in self.rules if other.key == rule.after), None) if rule.after else None
        )
        if before is None or not self.knows_case:
            return OPEN, ""
        if ends := self._ends_by_itself(before):
            if ends < self.today:
                return OPEN, ""
            opens = city_date(ends + timedelta(days=1))
            return LATER, _("Open from %(on)s, when the city's own review has ended.") % {"on": opens}
        decided = [
            one for one in self.reviews if one.route in _same_reviewer(before, self.rules) and one.result
        ]
        if any(one.result != "for_requester" for one in decided):
            return OPEN, ""
        return LATER, _("Open after this: %(name)s.") % {"name": before.name}


def _same_reviewer(rule: AppealRule, rules: Sequence[AppealRule]) -> set[str]:
    return {rule.key} | {other.key for other in rules if rule.office and other.office == rule.office}


def _reasons(day: Deadline | ComputedDeadline | None) -> Sequence[Any]:
    if day is None:
        return ()
    return day.because if isinstance(day, Deadline) else [reason.as_json() for reason in day.reasons]
