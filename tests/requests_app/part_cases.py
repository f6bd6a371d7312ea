"""Parts, decisions and answers for tests; an answer that the city wants cleared is cleared on the way."""

import datetime as dt

from portals.models import User
from portals.vocabulary import Outcome
from requests_app.answers import parts
from requests_app.answers.denials import Answer, Decision, Ground
from requests_app.attachments.files import StoredFile
from requests_app.demo import answers
from requests_app.models import Determination, Part, Submission
from tests.requests_app.factories import FILED, Staff, file_case

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
YES = Decision(Outcome.GRANTED, "Here it is.")
LAW = Ground("RCW 42.56.250(1)(d)", "It is the home address of an employee.")
NO = Decision(Outcome.DENIED, "Home addresses.", [LAW], responsible="A. Clerk, City Clerk")
NOT_HELD = Decision(Outcome.NOT_HELD, "The city has no such record.")
PAPER = StoredFile("map.pdf", "cd" * 32, 9, "application/pdf")


def fresh(case: Submission) -> Submission:
    return Submission.objects.get(pk=case.pk)


def in_parts(staff: Staff, *titles: str, at: dt.datetime = FILED + HOUR) -> Submission:
    case = file_case(staff.city, "records_request", received_at=at - HOUR)
    parts.split(case, titles or ("Minutes", "Addresses"), by=staff.clerk, now=at)
    return fresh(case)


def decided(staff: Staff, case: Submission, number: int, decision: Decision, **more: object) -> Part:
    return parts.decide(case, number, decision, by=staff.clerk, now=FILED + 2 * HOUR, **more)


def answered(case: Submission, answer: Answer, *, by: User, now: dt.datetime) -> Determination:
    """Answer a case, by way of whoever clears where the city wants that. A city whose people are not
    registered gets somebody who clears."""
    return answers.give(case, answer, by=by, now=now)
