"""Denied cases and appeals of them, as tests of appeals, reviews and remedies want them."""

import datetime as dt
from typing import Any

from portals.models import City, Clock, User
from portals.rulebook import mark_changed
from portals.vocabulary import Outcome, SubmissionKind
from requests_app.determinations import Answer
from requests_app.models import Submission
from tests.requests_app.factories import FILED, file_case, keep_rules
from tests.requests_app.part_cases import answered

DAY = dt.timedelta(days=1)
DENIED = Answer(
    Outcome.DENIED, "No.", exemption="A law", explanation="It says so.", responsible="A. Clerk, City Clerk"
)
UNTIL = dt.date(2026, 6, 26)
"""A Friday, far enough ahead of what happens in the first days."""


def fresh(case: Submission) -> Submission:
    return Submission.objects.get(pk=case.pk)


def denied_record(city: City, by: User, *, now: dt.datetime = FILED + DAY, **changes: Any) -> Submission:
    case = file_case(city, SubmissionKind.RECORDS_REQUEST, **changes)
    answered(case, DENIED, by=by, now=now)
    return fresh(case)


def appeal_of(case: Submission, *, ground: str = "denial", **changes: Any) -> Submission:
    """An appeal by somebody who has proved that the case is his."""
    details = {"ground": ground, "against": case, "against_text": case.reference}
    changes = {"received_at": FILED + 2 * DAY, **changes}
    return file_case(case.city, SubmissionKind.APPEAL, details=details, **changes)


def limit_appeals(city: City, *, days: int, route: str, kind: str = SubmissionKind.ERROR_REPORT) -> None:
    """Give a way within the city a last day, as if the city had confirmed one."""
    law = city.citations.filter(layer="statute").first()
    city.clocks.filter(kinds__icontains=kind, milestone="appeal_filing").delete()
    Clock.objects.create(
        city=city,
        key="confirmed-limit",
        kinds=[kind],
        milestone="appeal_filing",
        starts_on=["denied", "determined"],
        count=days,
        unit="calendar",
        route=route,
        layer="statute",
        citation=law,
    )
    mark_changed(city)
    keep_rules(city)
