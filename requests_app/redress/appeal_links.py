"""The bond between an appeal and the case that it appeals against: written into both, told to both offices.

It is made only where the appellant has proved that the case is his, or by staff who see both; the reference
that somebody typed makes none, or it would tell a stranger that there is such a case.
"""

from datetime import date, datetime

from django.utils.translation import gettext as _

from portals.models import User
from portals.rulebook import rulebook_for
from portals.vocabulary import Relation
from requests_app import routing
from requests_app.lifecycle import apply, locked
from requests_app.models import Action, Appeal, Event, Submission
from requests_app.notices import people_of, tell
from requests_app.redress import remedies


def way_of(against: Submission, ground: str) -> tuple[str, date | None]:
    """The way within the city that an appeal of this case takes ("" for none), and its last day."""
    book = rulebook_for(against.city)
    rule = remedies.inside_route(book, against.kind, against.received_on, ground, frozenset(against.flags))
    if rule is None:
        return "", None
    found = against.deadlines.filter(cycle=against.cycle)
    return rule.key, remedies.last_day_of(found, rule.key)


def complete(details: Appeal) -> None:
    """Which way an appeal of a known case takes, and the last day of that way; the caller saves it."""
    assert details.against is not None
    route, last_day = way_of(details.against, details.ground)
    if details.route in ("", route):
        details.route, details.last_day = route, last_day


def bind(appeal: Submission, details: Appeal, *, by: User | None, now: datetime) -> Event:
    """Write the appeal into the case that it names; within the act that makes the bond, which holds the
    appeal. The office that decides may read the case from now on."""
    assert details.against is not None
    case = locked(details.against)
    event = apply(
        case,
        Action.APPEAL,
        now=now,
        by=by,
        data={"appeal": appeal.reference, "ground": details.ground, "late": details.is_late},
    )
    if appeal.office_id != case.office_id:
        reason = {"code": "route.appealed", "params": {"appeal": appeal.reference}}
        routing.involve(case, appeal.office, Relation.INFORMED, now=now, because={"reasons": [reason]})
    line = _("Appealed: %(reference)s, by %(appeal)s") % {
        "reference": case.reference,
        "appeal": appeal.reference,
    }
    tell(case, people_of(case.office), kind="appeal", line=line, now=now, occasion=event.occasion)
    return event
