"""The acts about a fee as rows for the table of staff acts: form, act, heading, button, what is said."""

from typing import Any

from django.utils.translation import gettext_lazy

from requests_app import fees
from requests_app.events.fee_stand import stand
from requests_app.forms.acts import fees as forms
from requests_app.forms.acts.base import ActForm, ReasonForm
from requests_app.handling import fee_payments, fee_waivers
from requests_app.models import Action, Submission, WaiverRequest
from requests_app.pages.casefile import CaseFile
from requests_app.views.acts.act import Act


def _decide(submission: Submission, form: forms.WaiverDecisionForm, **common: Any) -> None:
    values = form.cleaned_data
    decision = WaiverRequest.Decision(values["decision"])
    fee_waivers.decide_waiver(
        submission, decision=decision, reasons=values["reasons"], amount=values.get("amount"), **common
    )


FEE_ACTS: dict[Action, Act] = {
    Action.FEE_ESTIMATE: Act(
        forms.FeeEstimateForm,
        lambda s, f, **c: fees.estimate(s, f.given, **c),
        gettext_lazy("Estimate the fee"),
        gettext_lazy("Tell the requester this fee"),
        gettext_lazy("Estimated."),
    ),
    Action.FEE_AGREE: Act(
        forms.FeeMomentForm,
        lambda s, f, **c: fees.agree(s, happened_at=f.moment, **c),
        gettext_lazy("Enter that the requester agrees to the fee"),
        gettext_lazy("Enter the agreement"),
        gettext_lazy("Entered."),
    ),
    Action.FEE_DECLINE: Act(
        forms.FeeMomentForm,
        lambda s, f, **c: fees.decline(s, happened_at=f.moment, **c),
        gettext_lazy("Enter that the requester declines the fee"),
        gettext_lazy("Enter this"),
        gettext_lazy("Entered."),
    ),
    Action.FEE_ASK: Act(
        ActForm,
        lambda s, f, **c: fees.ask_for_payment(s, **c),
        gettext_lazy("Ask for what is left of the fee"),
        gettext_lazy("Ask for the payment"),
        gettext_lazy("Asked."),
    ),
    Action.FEE_RECORD: Act(
        forms.PaymentForm,
        lambda s, f, **c: fee_payments.record_payment(s, f.money(), **c),
        gettext_lazy("Record a payment"),
        gettext_lazy("Write it down"),
        gettext_lazy("Written down."),
    ),
    Action.FEE_WITHDRAW: Act(
        ReasonForm,
        lambda s, f, **c: fees.withdraw_estimate(s, reason=f.cleaned_data["reason"], **c),
        gettext_lazy("Withdraw the estimate of the fee"),
        gettext_lazy("Withdraw it"),
        gettext_lazy("Withdrawn."),
    ),
    Action.WAIVER_REQUEST: Act(
        forms.WaiverRequestForm,
        lambda s, f, **c: fee_waivers.request_waiver(
            s, reasons=f.cleaned_data["reasons"], happened_at=f.moment, **c
        ),
        gettext_lazy("Enter a request to waive the fee"),
        gettext_lazy("Enter the request"),
        gettext_lazy("Entered."),
    ),
    Action.WAIVER_DECIDE: Act(
        forms.WaiverDecisionForm,
        _decide,
        gettext_lazy("Decide on the waiver of the fee"),
        gettext_lazy("Send the decision"),
        gettext_lazy("Decided."),
    ),
}


def pointless(file: CaseFile) -> set[Action]:
    """The acts about a fee that have no object in this case now; asks the database nothing."""
    case, found = file.submission, stand(file.events)
    terms = file.book.fees_for(case.kind, case.received_on)
    idle: set[Action] = set()
    if not terms.charges:
        idle.add(Action.FEE_ESTIMATE)
    if found.state == "none":
        idle.add(Action.FEE_RECORD)
    waits = found.waiver == "requested"
    if not found.stands:
        idle |= {Action.FEE_AGREE, Action.FEE_DECLINE, Action.FEE_WITHDRAW, Action.FEE_ASK}
    if found.stands and (found.asked == found.total or not found.rest or found.state == "declined" or waits):
        idle.add(Action.FEE_ASK)
    if found.state == "agreed":
        idle.add(Action.FEE_AGREE)
    if found.state == "declined":
        idle.add(Action.FEE_DECLINE)
    if waits:
        idle |= {Action.FEE_ESTIMATE, Action.FEE_WITHDRAW}
    if not found.stands or found.waiver:
        idle.add(Action.WAIVER_REQUEST)
    if not waits:
        idle.add(Action.WAIVER_DECIDE)
    return idle
