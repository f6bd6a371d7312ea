"""Where the fee of a case stands, read from its events alone: told, agreed to, asked for, paid, waived.

Alone responsible for these sums; acts, pages and letters all take them from here, so that none can differ.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from portals.fee_terms import dollars
from portals.vocabulary import ClockEvent
from requests_app.models import Action, Event, WaiverRequest

NOTHING = Decimal(0)
_NOTICES = frozenset({ClockEvent.FEE_NOTIFIED, ClockEvent.FEE_PAID, ClockEvent.FEE_WAIVED})


@dataclass(frozen=True)
class FeeStand:
    """Sums in USD. `state`: none, open, agreed, declined, waived, withdrawn. `waiver`: "", requested,
    granted, reduced, denied. `asked` is what must be paid for the work to go on; `notified` whether the
    clocks were told of a fee that is neither paid nor waived."""

    state: str = "none"
    number: int = 0
    pay: str = ""
    total: Decimal = NOTHING
    asked: Decimal = NOTHING
    paid: Decimal = NOTHING
    waiver: str = ""
    notified: bool = False

    @property
    def stands(self) -> bool:
        """Whether there is an estimate that the requester can still owe something by."""
        return self.state in ("open", "agreed", "declined")

    @property
    def due_now(self) -> Decimal:
        return max(self.asked - self.paid, NOTHING)

    @property
    def rest(self) -> Decimal:
        """What is left of the whole fee."""
        return max(self.total - self.paid, NOTHING)

    @property
    def overpaid(self) -> Decimal:
        return max(self.paid - self.total, NOTHING)

    @property
    def is_settled(self) -> bool:
        """Nothing is to be asked for, to be paid or to be given back."""
        return not self.rest and not self.overpaid


def stand(events: Iterable[Event]) -> FeeStand:
    """The stand after these events, which come in their order."""
    found = FeeStand()
    for event in events:
        found = _after(found, event)
        if event.happening in _NOTICES:
            found = replace(found, notified=event.happening == ClockEvent.FEE_NOTIFIED)
    return found


def _after(found: FeeStand, event: Event) -> FeeStand:
    data = event.data
    match event.action:
        case Action.FEE_ESTIMATE:
            return replace(
                found,
                state="open",
                number=data["number"],
                pay=data["pay"],
                total=Decimal(data["amount"]),
                asked=Decimal(data["asked"]),
                waiver="",
            )
        case Action.FEE_AGREE:
            return replace(found, state="agreed")
        case Action.FEE_DECLINE:
            return replace(found, state="declined")
        case Action.FEE_ASK:
            return replace(found, asked=Decimal(data["asked"]))
        case Action.FEE_WITHDRAW:
            return replace(found, state="withdrawn", total=NOTHING, asked=NOTHING, waiver="")
        case Action.WAIVER_REQUEST:
            return replace(found, waiver="requested")
        case Action.WAIVER_DECIDE:
            return _decided(found, event)
        case Action.FEE_RECORD:
            sign = -1 if data["refund"] else 1
            return replace(found, paid=found.paid + sign * Decimal(data["paid"]))
    return found


def _decided(found: FeeStand, event: Event) -> FeeStand:
    data = event.data
    return replace(
        found,
        state="waived" if data["decision"] == "granted" else found.state,
        waiver=data["decision"],
        total=Decimal(data["amount"]),
        asked=Decimal(data["asked"]),
    )


def words_of(event: Event) -> str:
    """What an act about the fee said, in a sentence for the history; "" for other acts."""
    data = event.data
    match event.action:
        case Action.FEE_ESTIMATE:
            asked = Decimal(data["asked"])
            words = _("%(total)s by estimate no. %(number)d.") % {
                "total": dollars(Decimal(data["amount"])),
                "number": data["number"],
            }
            return (
                f"{words} {_('%(asked)s is asked for now.') % {'asked': dollars(asked)}}" if asked else words
            )
        case Action.FEE_ASK:
            return dollars(Decimal(data["asked"]))
        case Action.FEE_RECORD:
            told = (
                _("%(sum)s was given back. Receipt %(receipt)s")
                if data["refund"]
                else _("%(sum)s. Receipt %(receipt)s")
            )
            return told % {"sum": dollars(Decimal(data["paid"])), "receipt": data["receipt"]}
        case Action.WAIVER_DECIDE:
            label = WaiverRequest.Decision(data["decision"]).label
            left = _("%(sum)s is left") % {"sum": dollars(Decimal(data["amount"]))}
            return f"{label} ({left}). {data['reason']}"
    return ""
