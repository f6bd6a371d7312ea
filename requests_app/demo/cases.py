"""Walks the invented cases through time: every act at its hour, by the real acts, the clock ticking between.

What a demo shows is therefore what the software did. Days are counted back from today on each city's own
calendar; whatever would lie in the future has not happened yet.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from portals.business_days import BusinessCalendar, NotEntered
from portals.models import City, Dataset, Member, Office, User
from portals.rulebook import rulebook_for
from portals.vocabulary import AppealOutcome, ClockState, MemberRole, OfficeRole, Outcome, SubmissionKind
from requests_app import conversation, delivery, determinations, files, intake, ladder, routing
from requests_app.appeals import CHANGES, Decision, decide
from requests_app.demo import answers
from requests_app.demo.words import FIRST_NAMES, LAST_NAMES
from requests_app.determinations import Answer
from requests_app.escalation import sweep
from requests_app.intake import Filing
from requests_app.models import Action, Channel, Submission
from requests_app.reviews import Petition, petition

KEY = "demo:"
SOURCE = "demo"
OFFICE_HOURS = (time(8, 20), time(16, 30))
WAKING_HOURS = (time(7, 0), time(21, 30))
JITTER = 2  # business days that a case may be older than its template says
ESTIMATE_AFTER = 10  # business days that an office says it needs
KEPT_UNSENT = timedelta(hours=24)


@dataclass(frozen=True)
class Templates:
    """The templates of cases, and the exemption that denials of a city name (by slug)."""

    cases: list[dict[str, Any]]
    exemptions: Mapping[str, str]


@dataclass(frozen=True)
class Move:
    """One thing that happens: filing (no step) or a step of a template, at a UTC moment."""

    at: datetime
    city: City
    template: Mapping[str, Any]
    step: Mapping[str, Any] | None = None


@dataclass
class Walk:
    """Invented cases on their way through time up to `now` (UTC). `run` needs the caller's transaction.

    `letters`: gather daily letters as the service does. `round_hours`: everything happens on the hour in the
    morning or at noon, and not within the last hour, so that a copy can be up to an hour later.
    """

    cities: Sequence[City]
    templates: Templates
    now: datetime
    prefix: str = KEY
    letters: bool = True
    round_hours: bool = False
    cases: dict[tuple[str, str], Submission] = field(default_factory=dict)
    datasets: dict[int, list[Dataset]] = field(default_factory=dict)
    staff: dict[int, list[User]] = field(default_factory=dict)
    clerks: dict[int, User] = field(default_factory=dict)

    def run(self) -> Counter[str]:
        """Let everything happen; returns the steps that the clock took. `cases` holds what was filed."""
        until = self.now - timedelta(hours=1) if self.round_hours else self.now
        for city in self.cities:
            self.datasets[city.pk] = datasets_of(city)
        _know_the_staff(self)
        moves = sorted((move for city in self.cities for move in _plan(city, self, until)), key=_moment_of)
        taken: Counter[str] = Counter()
        ticks = _ticks(self.cities, moves[0].at, until) if moves else []
        for move, tick in _merged(moves, ticks):
            if move is not None:
                _do(move, self)
            elif tick is not None:
                taken.update(sweep(now=tick).taken)
                if self.letters:
                    delivery.write_digests(now=tick + timedelta(minutes=5))
        return taken


def datasets_of(city: City) -> list[Dataset]:
    """The datasets of the demo in a city, with their offices."""
    return list(city.datasets.filter(source=SOURCE).select_related("office").order_by("identifier"))


def _moment_of(move: Move) -> datetime:
    return move.at


def _merged(
    moves: Sequence[Move], ticks: Sequence[datetime]
) -> Iterable[tuple[Move | None, datetime | None]]:
    both: list[tuple[datetime, Move | None, datetime | None]] = [(move.at, move, None) for move in moves]
    both += [(tick, None, tick) for tick in ticks]
    return [(move, tick) for _at, move, tick in sorted(both, key=lambda entry: entry[0])]


def _ticks(cities: Sequence[City], first: datetime, now: datetime) -> list[datetime]:
    """When the clock looks: each day just after eight in each time zone, and now."""
    zones = {city.zone for city in cities}
    days = (now - first).days + 2
    found = {
        ladder.moment(first.date() + timedelta(days=day), zone) + timedelta(minutes=1)
        for day in range(-1, days + 1)
        for zone in zones
    }
    return [*sorted(tick for tick in found if first < tick < now), now]


# -- when


def _plan(city: City, walk: Walk, until: datetime) -> Iterable[Move]:
    calendar = rulebook_for(city).calendar
    today = city.date_at(until)
    moment = _full_hour if walk.round_hours else _moment
    for template in walk.templates.cases:
        chance = random.Random(f"{city.slug} {template['id']}")  # noqa: S311 - reproducible on purpose
        age = template["age"] + (0 if template.get("against") else chance.randint(0, JITTER))
        by_staff = template["channel"] != Channel.WEB
        last = moment(city, _days_ago(calendar, today, age), chance, by_staff, None)
        moves = [Move(last, city, template)]
        for step in template["steps"]:
            day = _days_ago(calendar, today, age - step["after"])
            last = moment(city, day, chance, step["by"] == "office", last)
            moves.append(Move(last, city, template, step))
        yield from (move for move in moves if move.at < until)


def _days_ago(calendar: BusinessCalendar, today: date, days: int) -> date:
    """The open day that is `days` open days before the latest open day."""
    day = today
    while not _is_open(calendar, day):
        day -= timedelta(days=1)
    for _day in range(days):
        day -= timedelta(days=1)
        while not _is_open(calendar, day):
            day -= timedelta(days=1)
    return day


def _is_open(calendar: BusinessCalendar, day: date) -> bool:
    """Also in years whose closed days are not entered: the demo must be there in any year."""
    try:
        return calendar.is_open(day)
    except NotEntered:
        return day.weekday() < 5


def _moment(city: City, day: date, chance: random.Random, office: bool, after: datetime | None) -> datetime:
    first, last = (
        datetime.combine(day, hour, city.zone) for hour in (OFFICE_HOURS if office else WAKING_HOURS)
    )
    at = (first + timedelta(seconds=chance.randrange(int((last - first).total_seconds())))).astimezone(UTC)
    return max(at, after + timedelta(minutes=chance.randint(15, 90))) if after else at


def _full_hour(
    city: City, day: date, chance: random.Random, office: bool, after: datetime | None
) -> datetime:
    at = datetime.combine(day, time(chance.randint(8, 12)), city.zone).astimezone(UTC)
    return max(at, after + timedelta(hours=1)) if after else at


# -- who


def _know_the_staff(walk: Walk) -> None:
    members = Member.objects.filter(city__in=walk.cities, office__isnull=False, active=True)
    for member in members.select_related("user").order_by("pk"):
        people = walk.staff.setdefault(member.office_id or 0, [])
        if member.role == MemberRole.MEMBER:
            people.insert(0, member.user)
        else:
            people.append(member.user)
        if member.role == MemberRole.CLERK:
            walk.clerks.setdefault(member.city_id, member.user)


def _worker(walk: Walk, case: Submission) -> User:
    """Who acts for the office that has the case now: who claimed it, else a member, else the clerk."""
    people = walk.staff.get(case.office_id) or [walk.clerks[case.city_id]]
    return next((person for person in people if person.pk == case.assigned_to_id), people[0])


def _requester(move: Move, walk: Walk) -> tuple[str, str]:
    """Name and address; somebody else in every city, the same person in an appeal."""
    against = walk.cases.get((move.city.slug, move.template.get("against") or ""))
    if against is not None:
        return against.requester_name, against.requester_email
    name, email = move.template["requester"]["name"], move.template["requester"]["email"]
    chance = random.Random(f"requester {move.city.slug} {move.template['id']}")  # noqa: S311
    if not name or chance.random() < 0.2:
        return name, email
    first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
    return f"{first} {last}", f"{first}.{last}@example.org".lower() if email else ""


# -- what


def _do(move: Move, walk: Walk) -> None:
    key = (move.city.slug, move.template["id"])
    if move.step is None:
        walk.cases[key] = _file(move, walk)
        return
    case = Submission.objects.select_related("city", "office", "dataset").get(pk=walk.cases[key].pk)
    STEPS[Action(move.step["action"])](case, move, walk)


def _file(move: Move, walk: Walk) -> Submission:
    template, city = move.template, move.city
    kind, channel = SubmissionKind(template["kind"]), Channel(template["channel"])
    dataset = _dataset(template, walk.datasets[city.pk])
    fill = _filler(city, dataset, walk)
    name, email = _requester(move, walk)
    details = {
        key: fill(value) if isinstance(value, str) else value for key, value in template["details"].items()
    }
    if template.get("against"):
        details["against"] = walk.cases[city.slug, template["against"]]
    by = None if channel == Channel.WEB else walk.clerks[city.pk]
    filing = Filing(
        city=city,
        kind=kind,
        title=fill(template["title"]),
        description=fill(template["description"]),
        details=details,
        submission_key=f"{walk.prefix}{city.slug}:{template['id']}",
        received_at=move.at if by is None else move.at - timedelta(minutes=12),
        flags=frozenset(template["flags"]),
        dataset=dataset,
        requester_name=name,
        requester_email=email,
        channel=channel,
        entered_by=by,
        is_public=template["public"],
    )
    return intake.submit(filing, now=move.at).submission


def _dataset(template: Mapping[str, Any], datasets: Sequence[Dataset]) -> Dataset | None:
    """The dataset that a template speaks of: the first that shares one of its words, in their order."""
    if not template["dataset"] or not datasets:
        return None
    for word in template["about"]:
        for dataset in datasets:
            if word.lower() in {keyword.lower() for keyword in dataset.keywords}:
                return dataset
    chance = random.Random(f"dataset {template['id']} {datasets[0].identifier}")  # noqa: S311
    return chance.choice(datasets)


def _filler(city: City, dataset: Dataset | None, walk: Walk) -> Callable[[str], str]:
    words = {
        "{city}": city.name,
        "{dataset}": dataset.name if dataset else "",
        "{department}": (dataset.department if dataset else "") or city.name,
        "{exemption}": walk.templates.exemptions.get(city.slug, ""),
    }

    def fill(text: str) -> str:
        for mark, word in words.items():
            text = text.replace(mark, word)
        return text

    return fill


def _said(case: Submission, move: Move, walk: Walk, key: str = "text") -> str:
    assert move.step is not None
    return _filler(move.city, case.dataset, walk)(move.step.get(key, ""))


def _acknowledge(case: Submission, move: Move, walk: Walk) -> None:
    by = _worker(walk, case)
    until = None
    if case.kind == SubmissionKind.RECORDS_REQUEST:
        until = _later(move, ESTIMATE_AFTER)
    intake.acknowledge(case, by=by, now=move.at, message=_said(case, move, walk), estimate_until=until)
    intake.claim(case, by=by, now=move.at + timedelta(minutes=1))


def _later(move: Move, days: int) -> date:
    day = move.city.date_at(move.at)
    calendar = rulebook_for(move.city).calendar
    while days:
        day += timedelta(days=1)
        days -= _is_open(calendar, day)
    return day


def _answer(case: Submission, move: Move, walk: Walk) -> None:
    assert move.step is not None
    stored = [
        files.store(SimpleUploadedFile(file["name"], file["text"].encode()))
        for file in move.step.get("files", ())
    ]
    conversation.answer(case, body=_said(case, move, walk), files=stored, now=move.at)


def _determine(case: Submission, move: Move, walk: Walk) -> None:
    assert move.step is not None
    answer = Answer(
        outcome=Outcome(move.step["outcome"]),
        reasons=_said(case, move, walk, "reasons"),
        exemption=_said(case, move, walk, "exemption"),
        explanation=_said(case, move, walk, "explanation"),
        responsible=_said(case, move, walk, "responsible"),
    )
    answers.give(case, answer, by=_worker(walk, case), now=move.at)


def _decide(case: Submission, move: Move, walk: Walk) -> None:
    assert move.step is not None
    outcome = AppealOutcome(move.step["outcome"])
    until = _later(move, ESTIMATE_AFTER) if outcome in CHANGES else None
    said = _said(case, move, walk, "reasons")
    decide(case, Decision(outcome, said, until), by=_worker(walk, case), now=move.at)


def _petition(case: Submission, move: Move, walk: Walk) -> None:
    """To the body outside the city whose decision has a time limit; other cities hear of no petition."""
    for rule in rulebook_for(move.city).clocks_for(case.kind, case.received_on):
        if rule.milestone == "reviewer_decision":
            on = move.city.date_at(move.at)
            petition(case, Petition(rule.route, on), by=_worker(walk, case), now=move.at)


def _refer(case: Submission, move: Move, walk: Walk) -> None:
    """To the office that publishes the dataset, else to the one where everything arrives."""
    offices: list[Office] = routing.referable(case)
    publisher = case.dataset.office_id if case.dataset else None
    to = next((office for office in offices if office.pk == publisher), None)
    to = to or next((office for office in offices if OfficeRole.INTAKE in office.roles), offices[0])
    routing.refer(case, to=to, reason=_said(case, move, walk), by=_worker(walk, case), now=move.at)


def _extend(case: Submission, move: Move, walk: Walk) -> None:
    """As far as the city's law lets it extend; where it knows no extension, an estimate says the same."""
    by, reason, until = _worker(walk, case), _said(case, move, walk), _later(move, ESTIMATE_AFTER)
    clock = case.deadlines.filter(extendable_to__isnull=False, state=ClockState.OPEN).first()
    if clock is None or clock.due_on is None or clock.due_on < move.city.date_at(move.at):
        determinations.estimate(case, until=until, reason=reason, by=by, now=move.at)
        return
    until = min(until, clock.extendable_to or until)
    determinations.extend(case, until=until, reason=reason, by=by, now=move.at)


def _saying(act: Callable[..., Any], name: str = "body") -> Callable[[Submission, Move, Walk], Any]:
    return lambda case, move, walk: act(
        case, **{name: _said(case, move, walk)}, by=_worker(walk, case), now=move.at
    )


STEPS: dict[Action, Callable[[Submission, Move, Walk], Any]] = {
    Action.ACKNOWLEDGE: _acknowledge,
    Action.ANSWER: _answer,
    Action.DETERMINE: _determine,
    Action.APPEAL_DECIDE: _decide,
    Action.REVIEW_PETITION: _petition,
    Action.REFER: _refer,
    Action.EXTEND: _extend,
    Action.ASK: _saying(conversation.ask),
    Action.MESSAGE: _saying(conversation.message),
    Action.NOTE: _saying(conversation.note),
    Action.ESTIMATE: lambda case, move, walk: determinations.estimate(
        case,
        until=_later(move, ESTIMATE_AFTER),
        reason=_said(case, move, walk),
        by=_worker(walk, case),
        now=move.at,
    ),
    Action.CLOSE: lambda case, move, walk: determinations.close(case, by=_worker(walk, case), now=move.at),
    Action.REOPEN: _saying(determinations.reopen, "reason"),
    Action.WITHDRAW: lambda case, move, walk: conversation.withdraw(
        case, reason=_said(case, move, walk), now=move.at
    ),
}
