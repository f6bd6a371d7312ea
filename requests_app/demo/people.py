"""The invented people of the demo and how they sign in. One known password, so never in production."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from portals.models import City, Member, Office, User
from portals.vocabulary import MemberRole, OfficeRole
from requests_app.demo.words import FIRST_NAMES, LAST_NAMES

PASSWORD = "open-data-demo"  # noqa: S105 - printed on every start of the demo
ADMIN = "admin@civicdata.example"
SHOWN = (
    ("clerk", "the clerk: sees and works the whole city"),
    ("police", "a member of an office"),
    ("police.head", "the head of that office"),
    ("attorney", "the attorney, where the city's guide names one"),
    ("administrator", "the city's administrator"),
    ("auditor", "the auditor: sees everything, changes nothing"),
)


@dataclass(frozen=True)
class Place:
    """Who will work where: `local` is the part of the address before the @."""

    local: str
    office: Office | None
    role: MemberRole
    is_deputy: bool = False


def address(local: str, city: City) -> str:
    """The sign-in of somebody in a city; .example belongs to nobody (RFC 2606)."""
    return f"{local}@{city.slug}.example"


def sign_ins(cities: Sequence[City]) -> list[str]:
    """Lines that tell how to sign in, for the start of the service. Empty where the demo has no people."""
    if not cities or not User.objects.filter(email=ADMIN).exists():
        return []
    first = cities[0]
    lines = [f"Demo sign-ins (password of all: {PASSWORD}):"]
    lines += [f"  {address(local, first):<34} {what}" for local, what in SHOWN]
    others = ", ".join(f"@{city.slug}.example" for city in cities[1:])
    lines += [f"  the same with {others}"] if others else []
    return [*lines, f"  {ADMIN:<34} the superuser: /admin/"]


def create(cities: Iterable[City]) -> int:
    """Make the accounts and their places; returns how many accounts were made."""
    password = make_password(PASSWORD)  # once: hashing it for each would take longer than everything else
    wanted = [(city, place) for city in cities for place in _places(city)]
    names = _names()
    users = [
        User(
            username=address(place.local, city),
            email=address(place.local, city),
            first_name=first,
            last_name=last,
            password=password,
        )
        for (city, place), (first, last) in zip(wanted, names, strict=False)
    ]
    users.append(User(username=ADMIN, email=ADMIN, first_name="Ada", last_name="Minh", password=password))
    users[-1].is_staff = users[-1].is_superuser = True
    before = User.objects.count()
    User.objects.bulk_create(users, ignore_conflicts=True)
    made = {user.email: user for user in User.objects.filter(email__in=[user.email for user in users])}
    Member.objects.bulk_create(
        [
            Member(
                user=made[address(place.local, city)],
                city=city,
                office=place.office,
                role=place.role,
                is_deputy=place.is_deputy,
            )
            for city, place in wanted
        ],
        ignore_conflicts=True,
    )
    return User.objects.count() - before


def _places(city: City) -> Iterator[Place]:
    """Two people for every office of the city: its head (or clerk, or attorney) and a member."""
    yield Place("administrator", None, MemberRole.ADMINISTRATOR)
    yield Place("auditor", None, MemberRole.AUDITOR)
    has_clerk = has_attorney = False
    for office in city.offices.filter(outside=False):
        if OfficeRole.RECORDS_CUSTODIAN in office.roles and not has_clerk:
            has_clerk = True
            yield Place("clerk", office, MemberRole.CLERK)
            yield Place("records", office, MemberRole.MEMBER, is_deputy=True)
        elif OfficeRole.LEGAL in office.roles and not has_attorney:
            has_attorney = True
            yield Place("attorney", office, MemberRole.ATTORNEY)
        else:
            yield Place(office.key, office, MemberRole.MEMBER)
            yield Place(f"{office.key}.head", office, MemberRole.HEAD)


def _names() -> Iterator[tuple[str, str]]:
    """Every combination of names once, in an order that does not look sorted."""
    pairs = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    random.Random("people of the demo").shuffle(pairs)  # noqa: S311 - not a secret
    return iter(pairs)
