"""Whom an internal note asks to look: by a tick or by `@first.last` in its words.

Only who may see the case can be asked: a name that finds nobody, several people, or somebody who may not
see it is refused with a sentence, so that nobody believes that a colleague was told who was not.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from portals.models import Member, User
from requests_app.access import readers
from requests_app.lifecycle import NotAllowed
from requests_app.models import Event, Mention, Message, Submission
from requests_app.notices import tell

NAMED = re.compile(r"(?<![\w.@])@(\w[\w'’-]*(?:\.\w[\w'’-]*)+)")
"""`@first.last`; an address like a@b.example is none, and neither is a lone `@word`."""


def label(member: Member) -> str:
    """Who it is, and how the note can name this person."""
    return f"{member.user}, {member.office or member.get_role_display()} (@{handle(member.user)})"


def handle(user: User) -> str:
    """The name as a note writes it; the part of the address before the @ where no name is known."""
    names = [part.replace(" ", "") for part in (user.first_name, user.last_name) if part]
    return ".".join(names).lower() if len(names) > 1 else user.email.partition("@")[0].lower()


def named(body: str, submission: Submission) -> list[User]:
    """The people whom the words name. Raises NotAllowed with a sentence for the first name that finds nobody
    who may be asked."""
    names = list(dict.fromkeys(name.rstrip(".").lower() for name in NAMED.findall(body)))
    if not names:
        return []
    working = Member.objects.filter(city_id=submission.city_id, active=True, user__is_active=True)
    known = list(working.select_related("user", "office"))
    may_see = {member.user_id for member in readers(submission)}
    return [_one(name, known, may_see) for name in names]


def _one(name: str, known: Sequence[Member], may_see: set[int]) -> User:
    fits = {
        member.user_id: member
        for member in known
        if name in (handle(member.user), member.user.email.partition("@")[0].lower())
    }
    if not fits:
        raise NotAllowed(
            _("@%(name)s: nobody of that name works in this city. Tick people instead.") % {"name": name}
        )
    seeing = [member for key, member in fits.items() if key in may_see]
    if not seeing:
        raise NotAllowed(_may_not_see(next(iter(fits.values()))))
    if len(seeing) > 1:
        raise NotAllowed(_("@%(name)s: several people have that name. Tick whom you mean.") % {"name": name})
    return seeing[0].user


def _may_not_see(member: Member) -> str:
    return _("%(name)s works in %(office)s, which has no part in this case, and would not see the note.") % {
        "name": member.user,
        "office": member.office or member.city,
    }


def checked(row: Submission, asked: Iterable[User]) -> list[Member]:
    """The places from which these people see the case, each person once. Raises NotAllowed."""
    wanted = {user.pk: user for user in asked}
    if not wanted:
        return []
    places = {member.user_id: member for member in reversed(readers(row))}
    for key, user in wanted.items():
        if key not in places:
            raise NotAllowed(
                _("%(name)s may not see this case, and cannot be asked to look.") % {"name": user}
            )
    return [places[key] for key in wanted]


def ask(message: Message, members: Sequence[Member], event: Event) -> None:
    """Put the case on the desk of these people and a line into their daily letters."""
    row = message.submission
    Mention.objects.bulk_create(
        Mention(message=message, submission=row, user=member.user, at=event.at) for member in members
    )
    line = _("%(name)s asks you to look at a note: %(reference)s") % {
        "name": event.by_name,
        "reference": row.reference,
    }
    if members:
        tell(row, members, kind="mention", line=line, now=event.at, occasion=event.occasion)


def seen(row: Submission, *, by: User, now: datetime) -> int:
    """This person has looked at every note of the case; returns how many were open."""
    return Mention.objects.filter(submission=row, user=by, seen_at__isnull=True).update(seen_at=now)
