"""Money that came in for a fee or was given back, written down by staff with a receipt.

No card is charged and no account is kept here: the city's cashier has the money, the case has the record.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from portals.fee_terms import dollars
from portals.models import User
from portals.vocabulary import ClockEvent
from requests_app import deadlines
from requests_app.events.fee_stand import FeeStand
from requests_app.fees import HIGHEST, check_agreed, stand_of, write
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import Action, Payment, Submission


@dataclass(frozen=True)
class Money:
    """What was received, or given back. `happened_at` (UTC) is when."""

    amount: Decimal
    method: str
    happened_at: datetime
    is_refund: bool = False
    note: str = ""


def record_payment(
    submission: Submission, money: Money, *, by: User, now: datetime, revision: int | None = None
) -> Payment:
    """Write down money that was received or given back; the requester gets a receipt.

    When what is asked for has been paid, the clocks hear of it. Raises NotAllowed.
    """
    with transaction.atomic():
        row = locked(submission, revision=revision)
        found = stand_of(row)
        _check_money(row, found, money, now)
        receipt = f"{row.reference}-{'B' if money.is_refund else 'R'}{row.payments.count() + 1}"
        reached = found.notified and not money.is_refund and found.paid + money.amount >= found.asked
        event = apply(
            row,
            Action.FEE_RECORD,
            now=now,
            by=by,
            happening=ClockEvent.FEE_PAID if reached else "",
            happened_at=_not_before_the_notice(row, money.happened_at) if reached else money.happened_at,
            data={
                "paid": str(money.amount),
                "refund": money.is_refund,
                "method": str(money.method),
                "receipt": receipt,
            },
        )
        kept = _keep(row, money, receipt, by=by, now=now)
        deadlines.recompute(row)
        write(row, "payment_received", event, payment=kept)
    return kept


def _keep(row: Submission, money: Money, receipt: str, *, by: User, now: datetime) -> Payment:
    return Payment.objects.create(
        submission=row,
        receipt=receipt,
        is_refund=money.is_refund,
        amount=money.amount,
        method=money.method,
        received_on=row.city.date_at(money.happened_at),
        at=now,
        by=by,
        by_name=str(by)[:200],
        note=money.note,
    )


def _check_money(row: Submission, found: FeeStand, money: Money, now: datetime) -> None:
    if found.state == "none":
        raise NotAllowed(_("No fee was estimated for this case, so nothing can be charged."))
    if not 0 < money.amount < HIGHEST or money.amount != round(money.amount, 2):
        raise NotAllowed(_("The amount cannot be right."))
    if money.happened_at > now or money.happened_at < row.received_at:
        raise NotAllowed(
            _("The money came after the case was received, and not in the future. Check the date.")
        )
    if money.is_refund and money.amount > found.overpaid:
        raise NotAllowed(
            _("Only what was paid too much is given back: %(sum)s.") % {"sum": dollars(found.overpaid)}
        )
    if not money.is_refund:
        check_agreed(row, found)


def _not_before_the_notice(row: Submission, at: datetime) -> datetime:
    """A notice is answered by a payment no earlier than it was given."""
    notices = row.events.filter(happening=ClockEvent.FEE_NOTIFIED).order_by("-sequence")
    given = notices.values_list("happened_at", flat=True).first()
    return max(at, given) if given else at
