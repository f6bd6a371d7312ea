"""Where a demo's story stands: who works in its cities, which datasets and cases there are, what a text says.

What the steps of a template need (demo/steps.py and its like), and what Walk (demo/cases.py) goes through.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from portals.business_days import BusinessCalendar, NotEntered
from portals.models import City, Dataset, Member, User
from portals.rulebook import rulebook_for
from portals.vocabulary import MemberRole
from requests_app.models import Submission

KEY = "demo:"
SOURCE = "demo"


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
    step: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Scene:
    """The invented cases by city and template, and the people who work on them, at `now` (UTC)."""

    cities: Sequence[City]
    templates: Templates
    now: datetime
    prefix: str = KEY
    cases: dict[tuple[str, str], Submission] = field(default_factory=dict)
    datasets: dict[int, list[Dataset]] = field(default_factory=dict)
    staff: dict[int, list[User]] = field(default_factory=dict)
    clerks: dict[int, User] = field(default_factory=dict)


def know_the_staff(scene: Scene) -> None:
    """Read who works where: members first, as they do most of the work."""
    members = Member.objects.filter(city__in=scene.cities, office__isnull=False, active=True)
    for member in members.select_related("user").order_by("pk"):
        people = scene.staff.setdefault(member.office_id or 0, [])
        if member.role == MemberRole.MEMBER:
            people.insert(0, member.user)
        else:
            people.append(member.user)
        if member.role == MemberRole.CLERK:
            scene.clerks.setdefault(member.city_id, member.user)


def worker(scene: Scene, case: Submission) -> User:
    """Who acts for the office that has the case now: who claimed it, else a member, else the clerk."""
    people = scene.staff.get(case.office_id) or [scene.clerks[case.city_id]]
    return next((person for person in people if person.pk == case.assigned_to_id), people[0])


def is_open(calendar: BusinessCalendar, day: date) -> bool:
    """Also in years whose closed days are not entered: the demo must be there in any year."""
    try:
        return calendar.is_open(day)
    except NotEntered:
        return day.weekday() < 5


def later(move: Move, days: int) -> date:
    """The city date that is `days` open days after a move."""
    day = move.city.date_at(move.at)
    calendar = rulebook_for(move.city).calendar
    while days:
        day += timedelta(days=1)
        days -= is_open(calendar, day)
    return day


def filler(city: City, dataset: Dataset | None, scene: Scene) -> Callable[[str], str]:
    """What puts names into the places that a text holds for them."""
    words = {
        "{city}": city.name,
        "{dataset}": dataset.name if dataset else "",
        "{department}": (dataset.department if dataset else "") or city.name,
        "{exemption}": scene.templates.exemptions.get(city.slug, ""),
    }

    def fill(text: str) -> str:
        for mark, word in words.items():
            text = text.replace(mark, word)
        return text

    return fill


def said(case: Submission, move: Move, scene: Scene, key: str = "text") -> str:
    """A text of the step, with the names of the city in it."""
    return filler(move.city, case.dataset, scene)(move.step.get(key, ""))


def other(case: Submission, move: Move, scene: Scene, key: str) -> Submission:
    """The case of the same city by another template, which the step names under `key`, as it is now."""
    found = scene.cases[move.city.slug, move.step[key]]
    return Submission.objects.select_related("city", "office", "dataset").get(pk=found.pk)


Step = Callable[[Submission, Move, Scene], object]
"""What a step of a template does."""
