"""Makes what case tests need: cities from the shipped files, their people, datasets, and filed submissions.

Submissions are filed through `intake.submit`, never by hand: what a test sees is what a resident causes.
"""

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Any

import factory
from factory.django import DjangoModelFactory

from portals import rulebook
from portals.city_file import load
from portals.city_toml.schema import Checked, check_file
from portals.models import City, Dataset, Member, Office, User
from portals.vocabulary import MemberRole, OfficeRole, SubmissionKind
from requests_app import intake
from requests_app.models import Submission
from tests.portals.loading import NOW, SHIPPED

FILED = dt.datetime(2026, 6, 1, 17, 0, tzinfo=dt.UTC)
"""A Monday morning in all five cities; the first day of a week without closed days."""

DETAILS: dict[str, dict[str, Any]] = {
    SubmissionKind.DATASET_REQUEST: {"purpose": "A map of trees"},
    SubmissionKind.ACCESS_REQUEST: {"wanted": "api_key", "purpose": "A map of trees"},
    SubmissionKind.MISUSE_REPORT: {"location": "A page that sells our data"},
    SubmissionKind.PRIVACY_CONCERN: {"location": "Column 3"},
    SubmissionKind.APPEAL: {"ground": "handling"},
}
"""What a kind cannot be filed without."""


@functools.cache
def checked(slug: str) -> Checked:
    (path,) = (path for path in SHIPPED if path.stem == slug)
    return check_file(path, NOW.date())


def load_shipped(*slugs: str) -> dict[str, City]:
    """Load shipped cities. Their rules are put into the cache, which otherwise waits for a commit."""
    wanted = slugs or tuple(path.stem for path in SHIPPED)
    cities = {slug: load(checked(slug), now=NOW).city for slug in wanted}
    for city in cities.values():
        city.refresh_from_db()
        keep_rules(city)
    return cities


def keep_rules(city: City) -> None:
    stamp = (city.version, city.loaded_at, city.file_digest)
    rulebook._books[city.pk] = (stamp, rulebook._read(city))


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda number: f"person-{number}")
    first_name = factory.Sequence(lambda number: f"Person {number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@civic.example")


class OfficeFactory(DjangoModelFactory):
    """An office that staff added by hand."""

    class Meta:
        model = Office

    key = factory.Sequence(lambda number: f"office-{number}")
    name = factory.Sequence(lambda number: f"Office {number}")
    publishes = True


class MemberFactory(DjangoModelFactory):
    class Meta:
        model = Member

    user = factory.SubFactory(UserFactory)
    city = factory.SelfAttribute("office.city")
    role = MemberRole.MEMBER


class DatasetFactory(DjangoModelFactory):
    class Meta:
        model = Dataset

    identifier = factory.Sequence(lambda number: f"data-{number}")
    name = factory.Sequence(lambda number: f"Dataset {number}")


@dataclass(frozen=True)
class Staff:
    """The people of a city. Alice works in the office that publishes `dataset`, Bob is its head, Charlie
    works in another office, the clerk where records are kept; a city may have no attorney."""

    city: City
    steward: Office
    dataset: Dataset
    alice: User
    bob: User
    charlie: User
    clerk: User
    attorney: User | None
    auditor: User


def office_with(city: City, role: str) -> Office | None:
    return next((office for office in city.offices.order_by("position") if role in office.roles), None)


def person(name: str, city: City, office: Office | None, role: MemberRole = MemberRole.MEMBER) -> User:
    user = UserFactory(username=f"{name}-{city.slug}", first_name=name.title(), last_name="")
    MemberFactory(user=user, city=city, office=office, role=role)
    return user


def staff_of(city: City) -> Staff:
    """Register the people of a city and one dataset of its first publishing office."""
    steward = OfficeFactory(city=city, key="parks-by-hand", name="Parks by Hand")
    legal = office_with(city, OfficeRole.LEGAL)
    other = office_with(city, OfficeRole.IT_OPEN_DATA) or OfficeFactory(city=city, name="Other Office")
    return Staff(
        city=city,
        steward=steward,
        dataset=DatasetFactory(city=city, office=steward),
        alice=person("alice", city, steward),
        bob=person("bob", city, steward, MemberRole.HEAD),
        charlie=person("charlie", city, other),
        clerk=person("clerk", city, office_with(city, OfficeRole.RECORDS_CUSTODIAN), MemberRole.CLERK),
        attorney=person("attorney", city, legal, MemberRole.ATTORNEY) if legal else None,
        auditor=person("auditor", city, None, MemberRole.AUDITOR),
    )


_numbers = iter(range(1, 10**9))


def filing(city: City, kind: str = SubmissionKind.ERROR_REPORT, **changes: Any) -> intake.Filing:
    """A filing as the form gives it; `changes` are fields of `intake.Filing`."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "city": city,
        "kind": SubmissionKind(kind),
        "title": f"Case {number}",
        "description": "The addresses of 40 trees are wrong.",
        "details": DETAILS.get(kind, {}),
        "submission_key": f"key-{number}",
        "received_at": FILED,
        "requester_name": "Rita Resident",
        "requester_email": f"rita{number}@people.example",
    }
    return intake.Filing(**{**facts, **changes})


def file_case(city: City, kind: str = SubmissionKind.ERROR_REPORT, **changes: Any) -> Submission:
    """File a case on the web at `received_at` (default FILED)."""
    made = filing(city, kind, **changes)
    now = made.received_at if made.custodian_received_at is None else made.custodian_received_at
    return intake.submit(made, now=now).submission
