"""What letters and pages tell about the fee of a case: its lines, what is due, and what the clocks do.

Alone responsible for these facts, so that a letter and the page it leads to say the same.
"""

from collections.abc import Iterable
from typing import Any

from portals.appeal_terms import AppealRule
from portals.clockwork.happenings import FEE
from portals.fee_terms import FeeTerms, agreement_wanted
from portals.rulebook import rulebook_for
from portals.vocabulary import ClockEvent, ClockState, FeeCircumstance, FeeRuleKind, Milestone
from requests_app.events.fee_stand import FeeStand
from requests_app.models import Deadline, FeeEstimate, Submission


def terms_of(case: Submission) -> FeeTerms:
    """The fee rules that hold for this case, from the cache."""
    return rulebook_for(case.city).fees_for(case.kind, case.received_on)


def clock_stops(case: Submission) -> bool:
    """Whether telling of a fee stops a clock of this case (ORS 192.329(3)); elsewhere the dates stay."""
    rules = rulebook_for(case.city).clocks_for(case.kind, case.received_on)
    return any(FEE in rule.paused_by for rule in rules)


def last_days(case: Submission, found: Iterable[Deadline]) -> list[dict[str, Any]]:
    """What ends the case if the fee stays unpaid, and when (city dates); nothing where no rule says so."""
    rules = {
        rule.key: rule
        for rule in rulebook_for(case.city).clocks_for(case.kind, case.received_on)
        if rule.milestone == Milestone.LAPSE and ClockEvent.FEE_NOTIFIED in rule.starts_on
    }
    return [
        {
            "due_on": deadline.due_on,
            "acts_on": deadline.acts_on,
            "because": rules[deadline.clock_key].because,
            "citation": deadline.citation,
        }
        for deadline in found
        if deadline.clock_key in rules and deadline.state == ClockState.OPEN and deadline.due_on
    ]


def ways_against_denial(case: Submission) -> list[AppealRule]:
    """The ways to have a denied waiver reviewed, also those that are closed here and why."""
    routes = rulebook_for(case.city).appeal_routes(case.kind, case.received_on)
    return [route for route in routes if "fee_waiver" in route.grounds]


def told(case: Submission, stand: FeeStand, found: Iterable[Deadline]) -> dict[str, Any]:
    """The facts of the fee for a template; `found` are the deadlines of the current cycle."""
    terms = terms_of(case)
    estimate = FeeEstimate.objects.filter(submission=case, number=stand.number).first()
    lines = list(estimate.lines.all()) if estimate else []
    stops = clock_stops(case)
    return {
        "stand": stand,
        "estimate": estimate,
        "lines": lines,
        "circumstances": [(FeeCircumstance(word).label, why) for word, why in estimate.circumstances.items()]
        if estimate
        else [],
        "unsure": [line for line in lines if (term := terms.named(line.rule)) and term.status == "partly"],
        "agreement": agreement_wanted(terms, stand.total),
        "last_days": last_days(case, found),
        "stops": stops and stand.notified,
        "goes_on": not stops,
        "prepayment": terms.one(FeeRuleKind.PREPAYMENT),
        "deposit": terms.one(FeeRuleKind.DEPOSIT),
        "waiver_rule": terms.one(FeeRuleKind.WAIVER),
        "waiver_appeal": terms.one(FeeRuleKind.WAIVER_APPEAL),
    }
