"""What the templates of the demo can let happen: each step by the real act, at the moment of its move."""

from collections.abc import Callable
from datetime import timedelta

from portals.models import Office
from portals.vocabulary import ClockState, OfficeRole, SubmissionKind
from requests_app import determinations, intake, routing
from requests_app.correspondence import conversation
from requests_app.demo import answer_steps, appeal_steps, desk_steps, enforcement_steps, fee_steps
from requests_app.demo.scene import Move, Scene, Step, later, said, worker
from requests_app.models import Action, Submission

ESTIMATE_AFTER = 10  # business days that an office says it needs


def _acknowledge(case: Submission, move: Move, scene: Scene) -> None:
    """With an estimated date for a record; `no_estimate` where it would end the clock that a fee stops."""
    by = worker(scene, case)
    until = None
    if case.kind == SubmissionKind.RECORDS_REQUEST and not move.step.get("no_estimate"):
        until = later(move, ESTIMATE_AFTER)
    intake.acknowledge(case, by=by, now=move.at, message=said(case, move, scene), estimate_until=until)
    intake.claim(case, by=by, now=move.at + timedelta(minutes=1))


def _answer(case: Submission, move: Move, scene: Scene) -> None:
    conversation.answer(case, body=said(case, move, scene), files=answer_steps.stored(move), now=move.at)


def _refer(case: Submission, move: Move, scene: Scene) -> None:
    """To the office that publishes the dataset, else to the one where everything arrives."""
    offices: list[Office] = routing.referable(case)
    publisher = case.dataset.office_id if case.dataset else None
    to = next((office for office in offices if office.pk == publisher), None)
    to = to or next((office for office in offices if OfficeRole.INTAKE in office.roles), offices[0])
    routing.refer(case, to=to, reason=said(case, move, scene), by=worker(scene, case), now=move.at)


def _extend(case: Submission, move: Move, scene: Scene) -> None:
    """As far as the city's law lets it extend; where it knows no extension, an estimate says the same."""
    by, reason, until = worker(scene, case), said(case, move, scene), later(move, ESTIMATE_AFTER)
    clock = case.deadlines.filter(extendable_to__isnull=False, state=ClockState.OPEN).first()
    if clock is None or clock.due_on is None or clock.due_on < move.city.date_at(move.at):
        determinations.estimate(case, until=until, reason=reason, by=by, now=move.at)
        return
    until = min(until, clock.extendable_to or until)
    determinations.extend(case, until=until, reason=reason, by=by, now=move.at)


def _told(act: Callable[..., object], name: str = "body") -> Step:
    """A step that is nothing but words of whoever works on the case."""
    return lambda case, move, scene: act(
        case, **{name: said(case, move, scene)}, by=worker(scene, case), now=move.at
    )


def _withdraw(case: Submission, move: Move, scene: Scene) -> None:
    conversation.withdraw(case, reason=said(case, move, scene), now=move.at)


def _estimate(case: Submission, move: Move, scene: Scene) -> None:
    determinations.estimate(
        case,
        until=later(move, ESTIMATE_AFTER),
        reason=said(case, move, scene),
        by=worker(scene, case),
        now=move.at,
    )


STEPS: dict[str, Step] = {
    Action.ACKNOWLEDGE: _acknowledge,
    Action.ANSWER: _answer,
    Action.REFER: _refer,
    Action.EXTEND: _extend,
    Action.ASK: _told(conversation.ask),
    Action.MESSAGE: _told(conversation.message),
    Action.ESTIMATE: _estimate,
    Action.CLOSE: lambda case, move, scene: determinations.close(case, by=worker(scene, case), now=move.at),
    Action.REOPEN: _told(determinations.reopen, "reason"),
    Action.WITHDRAW: _withdraw,
    **answer_steps.STEPS,
    **fee_steps.STEPS,
    **appeal_steps.STEPS,
    **desk_steps.STEPS,
    **enforcement_steps.STEPS,
}
"""Name of a step -> what happens. Most are named as acts are; "follow" and its like are none."""
