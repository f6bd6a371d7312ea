"""Cases of enforcement for tests: a report, somebody it concerns, a key, a finding."""

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from portals import access as portal
from portals.models import ApiKey, Measure, User
from requests_app import access, enforcement
from requests_app.answers import api_keys
from requests_app.models import ConcernedParty, Finding, MeasureTaken, Submission
from requests_app.offences import measures
from tests.requests_app.factories import FILED, Staff, file_case

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
REPORTER = {
    "requester_name": "Rita Reporter",
    "requester_email": "rita.reporter@people.example",
    "title": "Canary title",
    "description": "Canary words of the report",
    "details": {"location": "Canary place", "evidence": "Canary proof"},
}
"""What the person concerned must never read."""


def report(staff: Staff, kind: str = "misuse_report", **more: Any) -> Submission:
    facts = {**REPORTER, "dataset": staff.dataset, **more}
    if kind == "privacy_concern":
        facts["details"] = {"location": "Canary place"}
    return file_case(staff.city, kind, **facts)


def key_for(staff: Staff, *, name: str = "Dana Data", email: str = "dana@data.example") -> tuple[ApiKey, str]:
    """A key that its holder has opened, and the whole key."""
    case = file_case(staff.city, "access_request", requester_name=name, requester_email=email)
    key = api_keys.issue(case, api_keys.Terms(), by=staff.clerk, now=FILED)
    return key, api_keys.open_key(case, now=FILED)


def concerned(staff: Staff, case: Submission, key: ApiKey | None = None, **more: Any) -> ConcernedParty:
    facts = {"name": "Dana Data", "email": "dana@data.example", "key": key, **more}
    return enforcement.name_party(case, by=staff.clerk, now=FILED + HOUR, **facts)


def found(staff: Staff, party: ConcernedParty, outcome: str = "substantiated", **more: Any) -> Finding:
    facts = {"reasons": "The log shows 90,000 calls an hour.", "now": FILED + 2 * HOUR, **more}
    return enforcement.find(
        party.submission, outcome=Finding.Outcome(outcome), party=party, by=staff.clerk, **facts
    )


def measure(staff: Staff, key: str) -> Measure:
    return Measure.objects.get(city=staff.city, key=key)


def taken(staff: Staff, party: ConcernedParty, key: str, **more: Any) -> MeasureTaken:
    by: User = more.pop("by", staff.clerk)
    now = more.pop("now", FILED + 3 * HOUR)
    given = measures.Given(measure(staff, key), party, more.pop("reasons", "Too many calls."), **more)
    return measures.take(party.submission, given, by=by, now=now)


def lifted(staff: Staff, row: MeasureTaken, **more: Any) -> MeasureTaken:
    facts = {"reasons": "It stopped.", "by": staff.clerk, "now": FILED + 4 * HOUR, **more}
    return measures.lift(row, **facts)


def works(text: str, now: dt.datetime = FILED + 5 * HOUR) -> bool:
    return portal.check(text, now=now).is_good


def browser(party: ConcernedParty) -> Client:
    """The person concerned, who has proved the code."""
    client = Client()
    session = client.session
    access.grant_concerned(session, party, now=timezone.now())
    session.save()
    return client
