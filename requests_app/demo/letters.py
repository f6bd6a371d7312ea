"""A few letters for every city of the demo, as a clerk would write them. No law is told in them: that the
fields and the forms say."""

from collections.abc import Iterable
from datetime import datetime

from portals.models import City, Member
from portals.vocabulary import MemberRole
from requests_app.correspondence import letters
from requests_app.models import Action

LETTERS: tuple[tuple[Action, str, str], ...] = (
    (
        Action.ACKNOWLEDGE,
        "We have it",
        "Dear {{ requester_name }},\n\n{{ office }} received your submission on {{ received_on }} and works "
        "on it. Its reference is {{ reference }}.",
    ),
    (
        Action.ASK,
        "Which years and which area",
        "Dear {{ requester_name }},\n\nto find what you need we must know for which years and for which "
        "part of {{ city }} you want it. Please answer on your page: {{ link }}",
    ),
    (
        Action.DETERMINE,
        "The error is corrected",
        "Dear {{ requester_name }},\n\nthank you for your report about {{ dataset }}. The data were "
        "corrected on {{ today }}.\n\n{{ my_name }}, {{ office }}",
    ),
)


def write(cities: Iterable[City], *, now: datetime) -> int:
    """Write the letters of these cities; returns how many."""
    written = 0
    for city in cities:
        clerk = (
            Member.objects.filter(city=city, role=MemberRole.CLERK, active=True)
            .select_related("user")
            .first()
        )
        for action, name, body in LETTERS if clerk else ():
            assert clerk
            letters.save(city, action=action, name=name, body=body, by=clerk.user, now=now)
            written += 1
    return written
