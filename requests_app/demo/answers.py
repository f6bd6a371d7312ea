"""Answers of the demo as an office really gives them: those that the city wants cleared are cleared first."""

from datetime import datetime

from portals.models import Member, User
from requests_app import determinations
from requests_app.answers import clearance, parts
from requests_app.answers.case_parts import clearance_of, offices_that_clear
from requests_app.answers.denials import Answer, Decision, Ground
from requests_app.models import Determination, Submission


def give(case: Submission, answer: Answer, *, by: User, now: datetime) -> Determination:
    """Answer a case; a second person clears the answer where the city's file wants it."""
    wanted = clearance_of(case, answer.outcome)
    if wanted is not None:
        grounds = [Ground(answer.exemption, answer.explanation)] if answer.exemption else []
        decision = Decision(answer.outcome, answer.reasons, grounds, answer.responsible)
        parts.decide_whole(case, decision, by=by, now=now)
        offices = offices_that_clear(case, wanted)
        second = Member.objects.filter(office__in=offices, active=True).exclude(user=by).order_by("pk")
        clearance.clear(case, [1], by=second[0].user, now=now)
    return determinations.determine(case, answer, by=by, now=now)
