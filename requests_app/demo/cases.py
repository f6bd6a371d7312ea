"""Walks the invented cases through time: every act at its hour, by the real acts, the clock ticking between.

What a demo shows is therefore what the software did. Days are counted back from today on each city's own
calendar; whatever would lie in the future has not happened yet.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from portals.business_days import BusinessCalendar
from portals.models import City, Dataset
from portals.rulebook import rulebook_for
from portals.vocabulary import SubmissionKind
from requests_app import intake, ladder
from requests_app.bulk import update_rows
from requests_app.correspondence import delivery
from requests_app.demo.scene import SOURCE, Move, Scene, filler, is_open, know_the_staff
from requests_app.demo.steps import STEPS
from requests_app.demo.words import FIRST_NAMES, LAST_NAMES
from requests_app.escalation import sweep
from requests_app.intake import Filing
from requests_app.models import Channel, Deadline, Notice, Submission
from requests_app.models.submission import OPEN
from requests_app.related import following, joined

OFFICE_HOURS = (time(8, 20), time(16, 30))
WAKING_HOURS = (time(7, 0), time(21, 30))
JITTER = 2  # business days that a case may be older than its template says
SATURDAY = 5
KEPT_UNSENT = timedelta(hours=24)


@dataclass
class Walk(Scene):
    """Invented cases on their way through time up to `now` (UTC). `run` needs the caller's transaction.

    `letters`: gather daily letters as the service does. `round_hours`: everything happens on the hour in the
    morning or at noon, and not within the last hour, so that a copy can be up to an hour later.
    """

    letters: bool = True
    round_hours: bool = False

    def run(self) -> Counter[str]:
        """Let everything happen; returns the steps that the clock took. `cases` holds what was filed."""
        until = self.now - timedelta(hours=1) if self.round_hours else self.now
        for city in self.cities:
            self.datasets[city.pk] = datasets_of(city)
        know_the_staff(self)
        moves = sorted((move for city in self.cities for move in _plan(city, self, until)), key=_moment_of)
        taken: Counter[str] = Counter()
        ticks = _ticks(self.cities, moves[0].at, until) if moves else []
        for move, tick in _merged(moves, ticks):
            if move is not None:
                _do(move, self)
            elif tick is not None and (tick == self.now or _has_work(tick)):
                taken.update(sweep(now=tick).taken)
                if self.letters:
                    joined.pass_on(now=tick)
                    following.write_letters(now=tick)
                    delivery.write_digests(now=tick + timedelta(minutes=5))
        return taken


def _has_work(tick: datetime) -> bool:
    """Whether a pass of the clock can find anything; on a weekend only where a date has come."""
    if tick.weekday() < SATURDAY and Submission.objects.filter(OPEN).exists():
        return True
    return Deadline.objects.filter(next_step_at__lte=tick).exists()


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
    for written in walk.templates.cases:
        template = in_city(written, city.slug)
        if template is None:
            continue
        chance = random.Random(f"{city.slug} {template['id']}")  # noqa: S311 - reproducible on purpose
        age = template["age"] + (0 if template.get("against") else chance.randint(0, JITTER))
        by_staff = template["channel"] != Channel.WEB
        last = moment(city, _days_ago(calendar, today, age), chance, by_staff, None)
        moves = [Move(last, city, template)]
        for step in filter(None, (in_city(step, city.slug) for step in template["steps"])):
            day = _days_ago(calendar, today, age - step["after"])
            last = moment(city, day, chance, step["by"] == "office", last)
            moves.append(Move(last, city, template, step))
        yield from (move for move in moves if move.at < until)


def in_city(written: Mapping[str, Any], slug: str) -> Mapping[str, Any] | None:
    """A template or step as it reads in one city: `in` holds what is other there; None where it is not for
    this city (`only`)."""
    if slug not in written.get("only", (slug,)):
        return None
    return {**written, **written.get("in", {}).get(slug, {})}


def _days_ago(calendar: BusinessCalendar, today: date, days: int) -> date:
    """The open day that is `days` open days before the latest open day."""
    day = today
    while not is_open(calendar, day):
        day -= timedelta(days=1)
    for _day in range(days):
        day -= timedelta(days=1)
        while not is_open(calendar, day):
            day -= timedelta(days=1)
    return day


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


def _requester(move: Move, walk: Walk) -> tuple[str, str]:
    """Name and address; somebody else in every city, the same person in an appeal."""
    same = move.template.get("against") or move.template.get("same_as") or ""
    against = walk.cases.get((move.city.slug, same))
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
    if not move.step:
        walk.cases[key] = _file(move, walk)
        return
    case = Submission.objects.select_related("city", "office", "dataset").get(pk=walk.cases[key].pk)
    STEPS[move.step["action"]](case, move, walk)


def _file(move: Move, walk: Walk) -> Submission:
    template, city = move.template, move.city
    kind, channel = SubmissionKind(template["kind"]), Channel(template["channel"])
    dataset = _dataset(template, walk.datasets[city.pk])
    fill = filler(city, dataset, walk)
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


# -- letters


def settle_letters(*, before: datetime) -> int:
    """Letters of the past count as sent when they were written: nobody wants thousands of old ones now."""
    old = list(Notice.objects.filter(state=Notice.State.QUEUED, created_at__lt=before))
    for notice in old:
        notice.state, notice.sent_at, notice.next_at = Notice.State.SENT, notice.created_at, None
        notice.attempts, notice.message_id = 1, delivery.message_id(notice.key)
    return update_rows(Notice, ["state", "sent_at", "next_at", "attempts", "message_id"], old)
