"""Acts about the fee of a case: estimate, agreement, asking for the money, withdrawal.

What may be charged and how it may be asked for decide the city's fee rules (portals.fee_terms); what stops or
lapses decide its clocks. Nothing is ever charged by this program: staff write down what was paid elsewhere.
All sums are USD. `happened_at` is the true moment (UTC) of what came by phone, mail or at the counter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portals.fee_terms import (
    Line,
    agreement_wanted,
    dollars,
    total_of,
    wrong_lines,
    wrong_payment,
)
from portals.models import User
from portals.vocabulary import ClockEvent, PaymentTime
from requests_app import deadlines
from requests_app.events import fee_words
from requests_app.events.fee_stand import FeeStand, stand
from requests_app.lifecycle import NotAllowed, acknowledge_on_the_way, apply, locked
from requests_app.models import (
    Action,
    Event,
    FeeEstimate,
    FeeLine,
    Submission,
)
from requests_app.notices import people_of, tell, write_to_requester

HIGHEST = Decimal(10) ** 9
"""Sums above it are slips of the keyboard."""


@dataclass(frozen=True)
class Estimate:
    """What staff estimate. `circumstances` are those that hold, each with why."""

    lines: Sequence[Line]
    pay: PaymentTime
    deposit: Decimal | None = None
    circumstances: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def total(self) -> Decimal:
        return total_of(self.lines)

    @property
    def asked(self) -> Decimal:
        """What must be paid for the work to go on."""
        if self.pay == PaymentTime.DEPOSIT:
            return self.deposit or Decimal(0)
        return self.total if self.pay == PaymentTime.ADVANCE else Decimal(0)


def stand_of(case: Submission) -> FeeStand:
    """Where the fee stands by the events in the database."""
    return stand(case.events.order_by("sequence"))


def wrong_with(case: Submission, given: Estimate) -> dict[str, list[str]]:
    """What the rules refuse: `line-0`, `pay` or `lines` -> sentences with citations; empty if it may go."""
    terms = fee_words.terms_of(case)
    if not terms.charges:
        return {"lines": [_("No rule of this city names a fee for this kind of submission.")]}
    if not given.lines:
        return {"lines": [_("Enter at least one line.")]}
    found = {
        f"line-{place}": sentences
        for place, sentences in wrong_lines(terms, given.lines, given.circumstances).items()
    }
    if found:
        return found
    if not 0 < given.total < HIGHEST:
        return {"lines": [_("The sum of the lines cannot be right.")]}
    refused = wrong_payment(
        terms,
        given.pay,
        total=given.total,
        deposit=given.deposit,
        circumstances=given.circumstances,
        stops=fee_words.clock_stops(case),
    )
    return {"pay": [refused]} if refused else {}


def notice_of(asked: Decimal, before: FeeStand) -> str:
    """What a new sum means for the clocks: a fee is asked for, or what was asked for is paid by now."""
    if asked > before.paid:
        return ClockEvent.FEE_NOTIFIED
    return ClockEvent.FEE_PAID if before.notified else ""


def write(row: Submission, kind: str, event: Event, **more: Any) -> None:
    """The letter to the requester, with the sums and dates as they are after the act."""
    found = list(row.deadlines.filter(cycle=row.cycle))
    now_stands = stand_of(row)
    context = fee_words.told(row, now_stands, found) | more
    write_to_requester(row, kind, now=event.at, occasion=event.occasion, **context)


def tell_staff(row: Submission, event: Event, line: str) -> None:
    """A line for the next daily letter of the office; `line` names `%(reference)s`."""
    words = line % {"reference": row.reference}
    occasion = event.occasion
    tell(row, people_of(row.office), kind=str(event.action), line=words, now=event.at, occasion=occasion)


def estimate(
    submission: Submission, given: Estimate, *, by: User, now: datetime, revision: int | None = None
) -> FeeEstimate:
    """Tell the requester what the answer will cost, and ask for the money as the city's rules let it.

    Replaces an estimate that stands. Whoever estimates has read the case. Raises NotAllowed with the rule.
    """
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if wrong := wrong_with(row, given):
            raise NotAllowed(" ".join(sentence for found in wrong.values() for sentence in found))
        before = stand_of(row)
        without_open_waiver(before)
        acknowledge_on_the_way(row, by=by, now=now)
        event = apply(
            row,
            Action.FEE_ESTIMATE,
            now=now,
            by=by,
            happening=notice_of(given.asked, before),
            data={
                "amount": str(given.total),
                "asked": str(given.asked),
                "pay": str(given.pay),
                "number": before.number + 1,
                "lines": [
                    [line.key, str(line.quantity), str(line.rate), str(line.amount)] for line in given.lines
                ],
            },
        )
        kept = _keep(row, given, before.number + 1, by=by, now=now)
        deadlines.recompute(row)
        write(row, "fee_estimate", event)
    return kept


def _keep(row: Submission, given: Estimate, number: int, *, by: User, now: datetime) -> FeeEstimate:
    kept = FeeEstimate.objects.create(
        submission=row,
        number=number,
        at=now,
        by=by,
        pay=given.pay,
        total=given.total,
        asked=given.asked,
        circumstances={word: why for word, why in given.circumstances.items() if why.strip()},
        note=given.note,
    )
    terms = fee_words.terms_of(row)
    lines = []
    for position, line in enumerate(given.lines):
        term = terms.named(line.key)
        assert term is not None
        lines.append(
            FeeLine(
                estimate=kept,
                position=position,
                rule=term.key,
                item=term.item,
                per=term.per,
                quantity=line.quantity,
                rate=line.rate,
                amount=line.amount,
                highest=term.amount,
                note=line.note,
                statement=term.statement,
                citation=term.citation,
                layer=term.layer,
            )
        )
    FeeLine.objects.bulk_create(lines)
    return kept


def standing(row: Submission) -> FeeStand:
    """The stand of a fee that can still be owed. Raises NotAllowed where there is none."""
    found = stand_of(row)
    if not found.stands:
        raise NotAllowed(_("There is no estimate of a fee that stands."))
    return found


def without_open_waiver(found: FeeStand) -> None:
    """Raises NotAllowed while a request for a waiver waits for its decision."""
    if found.waiver == "requested":
        raise NotAllowed(_("The requester asked for a waiver. Decide on it first."))


def agree(
    submission: Submission,
    *,
    now: datetime,
    by: User | None = None,
    happened_at: datetime | None = None,
    revision: int | None = None,
) -> Event:
    """The requester agrees to the fee; `by` enters it for him. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if standing(row).state == "agreed":
            raise NotAllowed(_("The requester has agreed to this fee already."))
        event = apply(row, Action.FEE_AGREE, now=now, by=by, happened_at=happened_at)
        if by is None:
            tell_staff(row, event, _("The requester agreed to the fee: %(reference)s"))
    return event


def decline(
    submission: Submission,
    *,
    now: datetime,
    by: User | None = None,
    happened_at: datetime | None = None,
    revision: int | None = None,
) -> Event:
    """The requester does not agree to the fee: the office can ask for less, or the case may lapse as the
    city's law has it. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if standing(row).state == "declined":
            raise NotAllowed(_("The requester has declined this fee already."))
        event = apply(row, Action.FEE_DECLINE, now=now, by=by, happened_at=happened_at)
        if by is None:
            tell_staff(row, event, _("The requester declined the fee: %(reference)s"))
    return event


def check_agreed(row: Submission, found: FeeStand) -> None:
    """Where the law wants a confirmation before it charges (ORS 192.324(4)(c)), there must be one."""
    term = agreement_wanted(fee_words.terms_of(row), found.total)
    if found.stands and term is not None and found.state != "agreed":
        raise NotAllowed(
            _(
                "First the requester must confirm a fee of %(total)s; "
                "enter it if it came another way. %(rule)s"
            )
            % {"total": dollars(found.total), "rule": term.words}
        )


def ask_for_payment(submission: Submission, *, by: User, now: datetime, revision: int | None = None) -> Event:
    """The records are ready: ask for what is left of the fee. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        found = standing(row)
        without_open_waiver(found)
        if found.asked == found.total or not found.rest:
            raise NotAllowed(_("The whole fee was asked for already."))
        if found.state == "declined":
            raise NotAllowed(_("The requester declined this fee. Estimate anew, or withdraw the estimate."))
        check_agreed(row, found)
        sums = {"amount": str(found.total), "asked": str(found.total)}
        event = apply(row, Action.FEE_ASK, now=now, by=by, happening=notice_of(found.total, found), data=sums)
        deadlines.recompute(row)
        write(row, "fee_asked", event)
    return event


def withdraw_estimate(
    submission: Submission, *, reason: str, by: User, now: datetime, revision: int | None = None
) -> Event:
    """Take the estimate back: nothing is owed any more, and clocks go on as if the fee were waived."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        found = standing(row)
        without_open_waiver(found)
        if not reason.strip():
            raise NotAllowed(_("Say why the estimate is withdrawn: the requester reads it."))
        event = apply(
            row,
            Action.FEE_WITHDRAW,
            now=now,
            by=by,
            happening=ClockEvent.FEE_WAIVED if found.notified else "",
            data={"reason": reason},
        )
        deadlines.recompute(row)
        write(row, "fee_withdrawn", event, reason=reason)
    return event
