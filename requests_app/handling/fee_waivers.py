"""Acts about a waiver of a fee: it is asked for, and granted, granted in part or denied.

A denial moves the clocks only where the city's law counts from it (ORS 192.329(3)); the letter tells every
way to have it reviewed that the city's rules name.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from portals.fee_terms import dollars, highest_deposit
from portals.models import User
from portals.vocabulary import ClockEvent, FeeRuleKind
from requests_app import deadlines
from requests_app.events import fee_words
from requests_app.events.fee_stand import FeeStand
from requests_app.fees import notice_of, standing, tell_staff, write
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import Action, Event, Submission, WaiverRequest


def request_waiver(
    submission: Submission,
    *,
    reasons: str,
    now: datetime,
    by: User | None = None,
    happened_at: datetime | None = None,
    revision: int | None = None,
) -> Event:
    """The requester asks that the fee be waived or lowered; once for each estimate. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if not reasons.strip():
            raise NotAllowed(_("Say why the fee should be waived or lowered."))
        if standing(row).waiver:
            raise NotAllowed(_("A waiver of this fee was asked for already."))
        changes = {} if by else {"requester_wrote_at": now}
        event = apply(row, Action.WAIVER_REQUEST, now=now, by=by, happened_at=happened_at, changes=changes)
        WaiverRequest.objects.create(
            submission=row, at=event.happened_at, actor=event.actor, by=by, reasons=reasons
        )
        if by is None:
            tell_staff(row, event, _("A waiver of the fee is asked for: %(reference)s"))
    return event


def decide_waiver(
    submission: Submission,
    *,
    decision: WaiverRequest.Decision,
    reasons: str,
    by: User,
    now: datetime,
    amount: Decimal | None = None,
    revision: int | None = None,
) -> Event:
    """Waive the fee, lower it to `amount`, or let it stand; the letter says how to have a denial reviewed.

    Raises NotAllowed without reasons, without an open request, or with an amount that lowers nothing.
    """
    with transaction.atomic():
        row = locked(submission, revision=revision)
        found = _waiting(row, reasons)
        left = _left(found, decision, amount)
        asked = _asked_of(row, found, left)
        event = apply(
            row,
            Action.WAIVER_DECIDE,
            now=now,
            by=by,
            changes={"requester_wrote_at": None},
            happening=_waiver_happening(decision, asked, found),
            data={"decision": decision.value, "amount": str(left), "asked": str(asked), "reason": reasons},
        )
        WaiverRequest.objects.filter(submission=row, decision="").update(
            decision=decision, decided_at=now, decided_by=by, decision_reasons=reasons, amount=left
        )
        deadlines.recompute(row)
        told = {"decision": decision, "decision_label": decision.label, "reasons": reasons}
        write(row, "fee_waiver_decided", event, **told, ways=fee_words.ways_against_denial(row))
    return event


def _waiting(row: Submission, reasons: str) -> FeeStand:
    """The stand of a fee of which a waiver waits for its decision. Raises NotAllowed."""
    found = standing(row)
    if found.waiver != "requested":
        raise NotAllowed(_("No request for a waiver is open."))
    if not reasons.strip():
        raise NotAllowed(_("Give the reasons: the requester reads them."))
    return found


def _left(found: FeeStand, decision: WaiverRequest.Decision, amount: Decimal | None) -> Decimal:
    if decision == WaiverRequest.Decision.GRANTED:
        return Decimal("0.00")
    if decision == WaiverRequest.Decision.DENIED:
        return found.total
    if amount is None or not 0 < amount < found.total:
        raise NotAllowed(
            _("Say to how much the fee is lowered: more than nothing and less than %(total)s.")
            % {"total": dollars(found.total)}
        )
    return amount.quantize(Decimal("0.01"))


def _asked_of(row: Submission, found: FeeStand, left: Decimal) -> Decimal:
    """What is asked for now of a fee that was lowered: all of it, a deposit within its limit, or nothing."""
    deposit = fee_words.terms_of(row).one(FeeRuleKind.DEPOSIT)
    if found.asked in (Decimal(0), found.total):
        return left if found.asked else found.asked
    highest = highest_deposit(deposit, left) if deposit else left
    return min(found.asked, highest)


def _waiver_happening(decision: WaiverRequest.Decision, asked: Decimal, before: FeeStand) -> str:
    """A decision moves clocks only where they were told of the fee."""
    if not before.notified:
        return ""
    if decision == WaiverRequest.Decision.GRANTED:
        return ClockEvent.FEE_WAIVED
    if decision == WaiverRequest.Decision.DENIED:
        return ClockEvent.FEE_WAIVER_DENIED
    return notice_of(asked, before)
