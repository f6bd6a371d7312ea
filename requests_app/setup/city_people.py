"""Adds and changes offices and members of a city, each with an event of the setup's log.

What the city's file says of an office (name, roles, what it publishes) is not changed here. An account is
made without a password: the invitation leads to the page on which its owner sets one.
"""

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portals import setup_log
from portals.models import City, Member, Office, User
from portals.vocabulary import MemberRole, SetupAct
from requests_app.lifecycle import NotAllowed
from requests_app.models import Notice
from requests_app.notices import rendered
from requests_app.setup.door import changing

RUNS = (MemberRole.ADMINISTRATOR, MemberRole.CLERK)
WHOLE_CITY = (MemberRole.ADMINISTRATOR, MemberRole.AUDITOR)
"""Roles that need no office."""


def subject_of(row: Office | Member | None, what: str) -> str:
    """The key under which the log keeps the changes of an office or member; of all, where it is new."""
    return f"{what}:{row.pk}" if row else what


# -- offices


@dataclass(frozen=True)
class OfficeFacts:
    """What staff may say of an office. Name, note, publishes and aliases only where no file names it."""

    contact: str = ""
    hours: str = ""
    name: str = ""
    note: str = ""
    publishes: bool = False
    aliases: tuple[str, ...] = ()


OWN = ("contact", "hours")


def office_facts(row: Office) -> OfficeFacts:
    """What stands in the row now."""
    values = {field.name: getattr(row, field.name) for field in fields(OfficeFacts)}
    return OfficeFacts(**{**values, "aliases": tuple(row.aliases)})


def add_office(
    city: City, facts: OfficeFacts, *, by: User, now: datetime, revision: int | None = None
) -> Office:
    """An office that the city's file does not name; it has no role of the rules. Raises NotAllowed."""
    with changing(city, "office", revision=revision) as held:
        _named(held, facts.name)
        key = slugify(facts.name)[:70] or "office"
        taken = set(held.offices.values_list("key", flat=True))
        number = 2
        wanted = key
        while wanted in taken:
            wanted, number = f"{key}-{number}", number + 1
        row = Office.objects.create(
            city=held,
            key=wanted,
            **{**asdict(facts), "aliases": list(facts.aliases)},
            position=held.offices.count(),
        )
        after = _told(facts)
        setup_log.write(held, SetupAct.OFFICE_ADD, "office", row.name, now=now, by=by, after=after)
    return row


def edit_office(
    row: Office, facts: OfficeFacts, *, by: User, now: datetime, revision: int | None = None
) -> Office:
    """Change what staff may say of an office. Raises NotAllowed."""
    with changing(row.city, subject_of(row, "office"), revision=revision) as held:
        row = held.offices.get(pk=row.pk)
        before = office_facts(row)
        names = OWN if row.from_file else tuple(asdict(facts))
        if not row.from_file:
            _named(held, facts.name, besides=row)
        changed = {
            name: getattr(facts, name) for name in names if getattr(facts, name) != getattr(before, name)
        }
        if not changed:
            raise NotAllowed(_("Nothing was changed."))
        for name, value in changed.items():
            setattr(row, name, list(value) if isinstance(value, tuple) else value)
        row.save(update_fields=list(changed))
        setup_log.write(
            held,
            SetupAct.OFFICE_EDIT,
            subject_of(row, "office"),
            row.name,
            now=now,
            by=by,
            before={name: _told(before)[name] for name in changed},
            after={name: _told(facts)[name] for name in changed},
        )
    return row


def _told(facts: OfficeFacts) -> dict[str, Any]:
    return {**asdict(facts), "aliases": list(facts.aliases)}


def _named(city: City, name: str, besides: Office | None = None) -> None:
    if not name.strip():
        raise NotAllowed(_("Give the office a name."))
    same = city.offices.filter(name__iexact=name.strip())
    if (same.exclude(pk=besides.pk) if besides else same).exists():
        raise NotAllowed(_("There is an office with this name already."))


# -- members


@dataclass(frozen=True)
class Place:
    """A person's place in a city."""

    role: str
    office: Office | None = None
    is_deputy: bool = False
    active: bool = True

    def told(self) -> dict[str, Any]:
        """As the log keeps it."""
        return {
            "role": str(self.role),
            "office": self.office.name if self.office else "",
            "deputy": self.is_deputy,
            "active": self.active,
        }


@dataclass(frozen=True)
class Person:
    """Whom an account belongs to, or will belong to."""

    email: str
    first_name: str = ""
    last_name: str = ""


def wrong_place(city: City, place: Place) -> str:
    """Why there can be no such place; "" where there can."""
    if place.role not in MemberRole.values:
        return _("There is no such role.")
    if place.office is None and place.role not in WHOLE_CITY:
        return _("This role needs an office. Only administrators and auditors have the whole city.")
    if place.office is not None and place.office.city_id != city.pk:
        return _("This office belongs to another city.")
    if place.office is not None and place.office.outside:
        return _("This office is no part of the city: nobody is registered there.")
    return ""


def add_member(
    city: City, person: Person, place: Place, *, by: User, now: datetime, revision: int | None = None
) -> Member:
    """Give a person a place in the city; whoever has no account gets one, and an invitation by mail.

    Raises NotAllowed.
    """
    with changing(city, "member", revision=revision) as held:
        if wrong := wrong_place(held, place):
            raise NotAllowed(wrong)
        user, is_new = _account(person)
        if held.members.filter(user=user, office=place.office).exists():
            raise NotAllowed(_("This person has a place there already. Change it in the list of members."))
        row = Member.objects.create(
            user=user, city=held, office=place.office, role=place.role, is_deputy=place.is_deputy
        )
        after = {"email": user.email, **place.told()}
        setup_log.write(held, SetupAct.MEMBER_ADD, "member", str(user), now=now, by=by, after=after)
        _invite(held, row, is_new, by=by, now=now)
    return row


def _account(person: Person) -> tuple[User, bool]:
    """The account with this address, and whether it was made now."""
    address = person.email.strip().lower()
    user = User.objects.filter(email__iexact=address).first()
    if user is not None:
        if not user.is_active:
            raise NotAllowed(_("This account is closed. A superuser opens it again."))
        return user, False
    user = User(
        username=address[:150], email=address, first_name=person.first_name, last_name=person.last_name
    )
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise NotAllowed(
            _("An account with this address was made at the same moment. Send it again.")
        ) from error
    return user, True


def _invite(city: City, row: Member, is_new: bool, *, by: User, now: datetime) -> None:
    page = "account_reset_password" if is_new else "requests_app:desk"
    context = {"city": city, "member": row, "is_new": is_new, "by": by, "paragraphs": city.paragraphs}
    subject, body = rendered("invited", {**context, "link": settings.SITE_URL + reverse(page)})
    Notice.objects.create(
        city=city,
        user=row.user,
        email=row.user.email,
        kind="invited",
        key=f"invited:{row.pk}",
        subject=subject,
        body=body,
        created_at=now,
        next_at=now,
    )


def edit_member(row: Member, place: Place, *, by: User, now: datetime, revision: int | None = None) -> Member:
    """Change role, deputy or whether the place is held. The office stays: another office is another place.

    Raises NotAllowed.
    """
    with changing(row.city, subject_of(row, "member"), revision=revision) as held:
        row = held.members.select_related("user", "office").get(pk=row.pk)
        if row.user_id == by.pk:
            raise NotAllowed(_("Your own place is changed by somebody else."))
        before = Place(row.role, row.office, row.is_deputy, row.active)
        if place.office != before.office:
            raise NotAllowed(_("The office of a place stays. Add another place instead."))
        if place == before:
            raise NotAllowed(_("Nothing was changed."))
        if wrong := wrong_place(held, place):
            raise NotAllowed(wrong)
        runs_on = place.active and place.role in RUNS
        others = held.members.filter(active=True, role__in=RUNS, user__is_active=True).exclude(pk=row.pk)
        if row.role in RUNS and not runs_on and not others.exists():
            raise NotAllowed(_("Somebody must be left who runs the city: its clerk or an administrator."))
        row.role, row.is_deputy, row.active = place.role, place.is_deputy, place.active
        row.save(update_fields=["role", "is_deputy", "active"])
        setup_log.write(
            held,
            SetupAct.MEMBER_EDIT,
            subject_of(row, "member"),
            str(row.user),
            now=now,
            by=by,
            before=before.told(),
            after=place.told(),
        )
    return row
