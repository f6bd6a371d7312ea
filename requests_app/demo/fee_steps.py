"""Steps of the demo about fees: estimate, agreement, waiver and payment. All sums are USD."""

from decimal import Decimal

from portals.fee_terms import Line
from portals.vocabulary import PaymentTime
from requests_app import fees
from requests_app.demo.scene import Move, Scene, Step, said, worker
from requests_app.handling import fee_payments, fee_waivers
from requests_app.models import Action, Payment, Submission, WaiverRequest


def _estimate(case: Submission, move: Move, scene: Scene) -> None:
    step = move.step
    given = fees.Estimate(
        [Line(key, Decimal(quantity), Decimal(rate), note) for key, quantity, rate, note in step["lines"]],
        PaymentTime(step["pay"]),
        Decimal(step["deposit"]) if "deposit" in step else None,
        note=said(case, move, scene),
    )
    fees.estimate(case, given, by=worker(scene, case), now=move.at)


def _agree(case: Submission, move: Move, scene: Scene) -> None:
    fees.agree(case, now=move.at)


def _ask(case: Submission, move: Move, scene: Scene) -> None:
    fees.ask_for_payment(case, by=worker(scene, case), now=move.at)


def _pay(case: Submission, move: Move, scene: Scene) -> None:
    """Everything that is still owed."""
    money = fee_payments.Money(fees.stand_of(case).rest, Payment.Method(move.step["method"]), move.at)
    fee_payments.record_payment(case, money, by=worker(scene, case), now=move.at)


def _ask_waiver(case: Submission, move: Move, scene: Scene) -> None:
    fee_waivers.request_waiver(case, reasons=said(case, move, scene), now=move.at)


def _decide_waiver(case: Submission, move: Move, scene: Scene) -> None:
    fee_waivers.decide_waiver(
        case,
        decision=WaiverRequest.Decision(move.step["decision"]),
        reasons=said(case, move, scene),
        amount=Decimal(move.step["amount"]) if "amount" in move.step else None,
        by=worker(scene, case),
        now=move.at,
    )


STEPS: dict[str, Step] = {
    Action.FEE_ESTIMATE: _estimate,
    Action.FEE_AGREE: _agree,
    Action.FEE_ASK: _ask,
    Action.FEE_RECORD: _pay,
    Action.WAIVER_REQUEST: _ask_waiver,
    Action.WAIVER_DECIDE: _decide_waiver,
}
