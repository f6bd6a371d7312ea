"""Steps of the demo from the desk and from the public page: referrals, ties, notes, followers."""

from portals.models import User
from portals.vocabulary import SubmissionKind
from requests_app import access, intake, routing
from requests_app.correspondence import conversation
from requests_app.demo.scene import Move, Scene, Step, other, said, worker
from requests_app.handling import casework
from requests_app.models import Action, Follower, Submission
from requests_app.related import conversions, following, merging


def _claim(case: Submission, move: Move, scene: Scene) -> None:
    intake.claim(case, by=worker(scene, case), now=move.at)


def _accept(case: Submission, move: Move, scene: Scene) -> None:
    by = worker(scene, case)
    routing.accept(case, by=by, now=move.at)


def _give_back(case: Submission, move: Move, scene: Scene) -> None:
    routing.refer_back(case, reason=said(case, move, scene), by=worker(scene, case), now=move.at)


def _note(case: Submission, move: Move, scene: Scene) -> None:
    """A note; `asking` asks somebody else who sees the case to look."""
    by = worker(scene, case)
    asked: list[User] = []
    if move.step.get("asking"):
        asked = [member.user for member in access.readers(case) if member.user_id != by.pk][:1]
    conversation.note(case, body=said(case, move, scene), asking=asked, by=by, now=move.at)


def _link(case: Submission, move: Move, scene: Scene) -> None:
    merging.link(
        case,
        other=other(case, move, scene, "to"),
        reason=said(case, move, scene),
        by=worker(scene, case),
        now=move.at,
    )


def _merge(case: Submission, move: Move, scene: Scene) -> None:
    merging.merge(
        case,
        into=other(case, move, scene, "to"),
        reason=said(case, move, scene),
        by=worker(scene, case),
        now=move.at,
    )


def _convert(case: Submission, move: Move, scene: Scene) -> None:
    conversions.convert(
        case,
        to=SubmissionKind(move.step["to"]),
        reason=said(case, move, scene),
        consent=said(case, move, scene, "consent"),
        by=worker(scene, case),
        now=move.at,
    )


def _hide(case: Submission, move: Move, scene: Scene) -> None:
    casework.hide(case, reason=said(case, move, scene), by=worker(scene, case), now=move.at)


def _follow(case: Submission, move: Move, scene: Scene) -> None:
    """Neighbors follow the report, and others say that they have the same trouble."""
    for email in move.step["emails"]:
        following.ask(case, email=email, language="en", now=move.at)
    for follower in Follower.objects.filter(submission=case, confirmed_at=None):
        following.confirm(follower, now=move.at)
    for number in range(move.step["me_too"]):
        following.add_me_too(case, browser=f"demo {number}", now=move.at)


STEPS: dict[str, Step] = {
    Action.CLAIM: _claim,
    Action.ACCEPT_REFERRAL: _accept,
    Action.REFER_BACK: _give_back,
    Action.NOTE: _note,
    Action.LINK: _link,
    Action.MERGE: _merge,
    Action.CONVERT: _convert,
    Action.HIDE: _hide,
    "follow": _follow,
}
