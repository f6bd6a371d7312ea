"""Steps of the demo about appeals: linked and decided here, tracked outside, and statements of denials."""

from portals.rulebook import rulebook_for
from portals.vocabulary import AppealOutcome, Milestone
from requests_app import appeals
from requests_app.appeals import Decision
from requests_app.correspondence import conversation
from requests_app.demo.scene import Move, Scene, Step, later, other, said, worker
from requests_app.handling import statements
from requests_app.models import Action, OutsideReview, Submission
from requests_app.redress import reviews

ANEW_WITHIN = 5  # business days in which a case is answered anew


def _link(case: Submission, move: Move, scene: Scene) -> None:
    appeals.link(case, against=other(case, move, scene, "to"), by=worker(scene, case), now=move.at)


def _decide(case: Submission, move: Move, scene: Scene) -> None:
    outcome = AppealOutcome(move.step["outcome"])
    until = later(move, ANEW_WITHIN) if outcome in appeals.CHANGES else None
    decision = Decision(outcome, said(case, move, scene, "reasons"), until)
    appeals.decide(case, decision, by=worker(scene, case), now=move.at)


def _petition(case: Submission, move: Move, scene: Scene) -> None:
    """By the way (`route`) that the step names; without one to each body outside the city whose decision has
    a time limit, so in some cities to none."""
    clocks = rulebook_for(move.city).clocks_for(case.kind, case.received_on)
    routes = [rule.route for rule in clocks if rule.milestone == Milestone.REVIEWER_DECISION]
    if "route" in move.step:
        routes = [move.step["route"]]
    for route in routes:
        given = reviews.Petition(route, received_on=move.city.date_at(move.at), note=said(case, move, scene))
        reviews.petition(case, given, by=worker(scene, case), now=move.at)


def _order(case: Submission, move: Move, scene: Scene) -> None:
    reviews.order(
        case,
        number=1,
        result=OutsideReview.Result(move.step["result"]),
        on=move.city.date_at(move.at),
        note=said(case, move, scene),
        by=worker(scene, case),
        now=move.at,
    )


def _comply(case: Submission, move: Move, scene: Scene) -> None:
    reviews.comply(
        case,
        number=1,
        on=move.city.date_at(move.at),
        note=said(case, move, scene),
        by=worker(scene, case),
        now=move.at,
    )


def _ask_for_statement(case: Submission, move: Move, scene: Scene) -> None:
    conversation.request_statement(case, now=move.at)


def _statement(case: Submission, move: Move, scene: Scene) -> None:
    statements.give_statement(
        case,
        grounds=said(case, move, scene),
        exemption=said(case, move, scene, "exemption"),
        by=worker(scene, case),
        now=move.at,
    )


STEPS: dict[str, Step] = {
    Action.APPEAL_LINK: _link,
    Action.APPEAL_DECIDE: _decide,
    Action.REVIEW_PETITION: _petition,
    Action.REVIEW_ORDER: _order,
    Action.REVIEW_COMPLY: _comply,
    "ask_for_statement": _ask_for_statement,
    Action.STATEMENT: _statement,
}
