"""What an answer must carry by the law of its city before it can be sent, and what it lacks, sentence by
sentence. The rules are the `[[denial_rule]]` tables of the city's file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portals.models import DenialRule
from portals.rulebook import rulebook_for
from portals.vocabulary import Outcome, ProvisionStatus, SubmissionKind
from requests_app.models import Submission

DENIALS = frozenset({Outcome.DENIED, Outcome.PARTIAL})


@dataclass(frozen=True)
class Answer:
    """What staff decided. `exemption` is the citation of the law that withholds, `explanation` how it
    applies, `responsible` the names and titles of those responsible (Gov. Code 7922.540)."""

    outcome: Outcome
    reasons: str
    exemption: str = ""
    explanation: str = ""
    responsible: str = ""


@dataclass(frozen=True)
class Ground:
    """Law that withholds, with its citation, and how it applies."""

    law: str
    explanation: str = ""


@dataclass(frozen=True)
class Decision:
    """What staff decided on a part."""

    outcome: Outcome
    reasons: str
    grounds: Sequence[Ground] = ()
    responsible: str = ""


_SENTENCES = {
    "exemption": lambda: _("Name the exemption that withholds, with its citation (%(citation)s)."),
    "explanation": lambda: _(
        "Explain in a sentence how the exemption applies to what is withheld (%(citation)s)."
    ),
    "responsible": lambda: _("Give name and title of each person responsible for the denial (%(citation)s)."),
}


def needs_of(submission: Submission) -> dict[str, DenialRule]:
    """Word of `requires` -> the rule that wants it of every denial of this submission. What is owed only on
    request (RSMo 610.023.4) is not among them."""
    if submission.kind != SubmissionKind.RECORDS_REQUEST:
        return {}
    rules = DenialRule.objects.filter(
        city_id=submission.city_id, status__in=[ProvisionStatus.STATED, ProvisionStatus.PARTLY]
    ).select_related("citation")
    found: dict[str, DenialRule] = {}
    for rule in rules:
        if "on_request_only" not in rule.requires:
            for need in rule.requires:
                found.setdefault("responsible" if need == "names_and_titles" else need, rule)
    return found


def missing_from(submission: Submission, answer: Answer) -> dict[str, str]:
    """Field -> sentence for everything that an answer lacks; empty where it can be sent."""
    wanted = _without_reasons(answer.reasons)
    if answer.outcome not in DENIALS:
        return wanted
    for need, rule in needs_of(submission).items():
        if need in _SENTENCES and not getattr(answer, need).strip():
            wanted.setdefault(need, _SENTENCES[need]() % {"citation": rule.citation.label})
        if need == "review_notice" and not _can_be_reviewed(submission):
            wanted["outcome"] = _no_review(rule)
    return wanted


def missing_from_part(submission: Submission, decision: Decision) -> dict[str, str]:
    """Field -> sentence for everything that the decision on a part lacks: `law-0`, `explanation-0`, ... name
    the grounds by their place."""
    wanted = _without_reasons(decision.reasons)
    if decision.outcome not in DENIALS:
        if any(ground.law or ground.explanation for ground in decision.grounds) or decision.responsible:
            wanted["outcome"] = _("Nothing is withheld with this decision. Empty the law, or change it.")
        return wanted
    needs = needs_of(submission)
    for place, ground in enumerate(decision.grounds):
        if not ground.law.strip() and "exemption" in needs:
            wanted[f"law-{place}"] = _("Name the law that this explains, with its citation.")
        elif "explanation" in needs and not ground.explanation.strip():
            wanted[f"explanation-{place}"] = _told("explanation", needs["explanation"])
    for need in ("exemption", "explanation"):
        if need in needs and not decision.grounds:
            wanted["law-0" if need == "exemption" else "explanation-0"] = _told(need, needs[need])
    if "responsible" in needs and not decision.responsible.strip():
        wanted["responsible"] = _told("responsible", needs["responsible"])
    if "review_notice" in needs and not _can_be_reviewed(submission):
        wanted["outcome"] = _no_review(needs["review_notice"])
    return wanted


def _without_reasons(reasons: str) -> dict[str, str]:
    return {} if reasons.strip() else {"reasons": _("Say what was decided and why: the requester reads it.")}


def _told(need: str, rule: DenialRule) -> str:
    return str(_SENTENCES[need]() % {"citation": rule.citation.label})


def _can_be_reviewed(submission: Submission) -> bool:
    """Whether the letter can state a right to seek review: some way is known and open."""
    routes = rulebook_for(submission.city).appeal_routes(submission.kind, submission.received_on, "denial")
    return any(route.available for route in routes)


def _no_review(rule: DenialRule) -> str:
    return _(
        "A denial must state the right to have it reviewed (%(citation)s), and the city's file names no way "
        "of review for it."
    ) % {"citation": rule.citation.label}
