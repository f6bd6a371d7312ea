"""The acts of every case, whatever its kind: taking over, writing, dates, answering, closing, reopening."""

from typing import Any

from django.utils.translation import gettext_lazy

from portals.vocabulary import ClockEvent
from requests_app import determinations, intake, routing
from requests_app.correspondence import conversation
from requests_app.forms.acts import general as forms
from requests_app.forms.acts.determine import DetermineForm
from requests_app.forms.acts.parts import InstalmentForm
from requests_app.handling import casework
from requests_app.models import Action, Submission
from requests_app.related import merging
from requests_app.views.acts import parts
from requests_app.views.acts.act import Act, Do


def _files(form: Any) -> dict[str, Any]:
    return {"body": form.cleaned_data["body"], "files": form.stored}


def _extend(submission: Submission, form: forms.ExtendForm, **common: Any) -> None:
    values = form.cleaned_data
    determinations.extend(submission, until=values["until"], reason=values["reason"], **common)


def _estimate(submission: Submission, form: forms.EstimateForm, **common: Any) -> None:
    values = form.cleaned_data
    determinations.estimate(submission, until=values["until"], reason=values["reason"], **common)


def _refer(submission: Submission, form: forms.ReferForm, **common: Any) -> None:
    values = form.cleaned_data
    routing.refer(submission, to=form.offices[values["to"]], reason=values["reason"], **common)


def _record(submission: Submission, form: forms.RecordForm, **common: Any) -> None:
    values = form.cleaned_data
    happening = ClockEvent(values["happening"])
    casework.record(submission, happening=happening, happened_at=form.moment, note=values["note"], **common)


def _answer(declined: bool) -> Do:
    def do(submission: Submission, form: forms.AnswerForm, **common: Any) -> None:
        body = form.cleaned_data["body"]
        casework.answer_for_requester(
            submission, body=body, happened_at=form.moment, declined=declined, **common
        )

    return do


GENERAL_ACTS: dict[Action, Act] = {
    Action.ACCEPT_REFERRAL: Act(
        forms.ActForm,
        lambda s, f, **c: routing.accept(s, **c),
        gettext_lazy("Accept the referral"),
        gettext_lazy("Accept the referral"),
        gettext_lazy("Accepted. The office that referred it hears of it."),
        direct=True,
    ),
    Action.ACKNOWLEDGE: Act(
        forms.AcknowledgeForm,
        lambda s, f, **c: intake.acknowledge(
            s, message=f.cleaned_data["message"], estimate_until=f.cleaned_data["estimate"], **c
        ),
        gettext_lazy("Acknowledge"),
        gettext_lazy("Acknowledge"),
        gettext_lazy("Acknowledged."),
    ),
    Action.DETERMINE: Act(
        DetermineForm,
        parts.answer,
        gettext_lazy("Determine"),
        gettext_lazy("Send the determination"),
        gettext_lazy("Determined."),
    ),
    Action.ASK: Act(
        forms.AskForm,
        lambda s, f, **c: conversation.ask(s, **_files(f), **c),
        gettext_lazy("Ask the requester"),
        gettext_lazy("Send the question"),
        gettext_lazy("Asked."),
    ),
    Action.MESSAGE: Act(
        forms.MessageForm,
        lambda s, f, **c: conversation.message(s, **_files(f), **c),
        gettext_lazy("Write to the requester"),
        gettext_lazy("Send the message"),
        gettext_lazy("Your message stands on the page of the case."),
    ),
    Action.NOTE: Act(
        forms.NoteForm,
        lambda s, f, **c: conversation.note(s, **_files(f), asking=f.asking, **c),
        gettext_lazy("Add an internal note"),
        gettext_lazy("Keep the note"),
        gettext_lazy("Noted. Only staff see it."),
    ),
    Action.ESTIMATE: Act(
        forms.EstimateForm,
        _estimate,
        gettext_lazy("Give an estimated date"),
        gettext_lazy("Give this date"),
        gettext_lazy("The estimated date is given."),
    ),
    Action.EXTEND: Act(
        forms.ExtendForm,
        _extend,
        gettext_lazy("Extend the time limit"),
        gettext_lazy("Give notice of the extension"),
        gettext_lazy("Extended."),
    ),
    Action.RELEASE_PART: Act(
        InstalmentForm,
        lambda s, f, **c: casework.release_part(s, **_files(f), parts=f.numbers, **c),
        gettext_lazy("Release a part"),
        gettext_lazy("Release it"),
        gettext_lazy("Released."),
    ),
    Action.CLAIM: Act(
        forms.ActForm,
        lambda s, f, **c: intake.claim(s, **c),
        gettext_lazy("Claim this case"),
        gettext_lazy("Claim"),
        gettext_lazy("The case is yours."),
        direct=True,
    ),
    Action.RELEASE: Act(
        forms.ActForm,
        lambda s, f, **c: intake.release(s, **c),
        gettext_lazy("Give the case back to the office"),
        gettext_lazy("Give back"),
        gettext_lazy("The case is with the office again."),
        direct=True,
    ),
    Action.ASSIGN: Act(
        forms.AssignForm,
        lambda s, f, **c: intake.assign(s, to=f.cleaned_data["to"], **c),
        gettext_lazy("Assign"),
        gettext_lazy("Assign"),
        gettext_lazy("Assigned."),
    ),
    Action.REFER: Act(
        forms.ReferForm,
        _refer,
        gettext_lazy("Refer to another office"),
        gettext_lazy("Refer"),
        gettext_lazy("Referred. Your office stays informed."),
    ),
    Action.REFER_BACK: Act(
        forms.ReasonForm,
        lambda s, f, **c: routing.refer_back(s, reason=f.cleaned_data["reason"], **c),
        gettext_lazy("Give back to the office that referred it"),
        gettext_lazy("Give it back"),
        gettext_lazy("Given back, with your reason. Your office stays informed."),
    ),
    Action.ANSWER: Act(
        forms.AnswerForm,
        _answer(declined=False),
        gettext_lazy("Enter the requester's answer"),
        gettext_lazy("Enter the answer"),
        gettext_lazy("Entered."),
    ),
    Action.DECLINE: Act(
        forms.DeclineForm,
        _answer(declined=True),
        gettext_lazy("The requester will not answer"),
        gettext_lazy("Enter this"),
        gettext_lazy("Entered. The clock runs again."),
    ),
    Action.HAND_TO_CUSTODIAN: Act(
        forms.CustodianForm,
        lambda s, f, **c: casework.hand_to_custodian(
            s, happened_at=f.moment, note=f.cleaned_data["note"], **c
        ),
        gettext_lazy("Received by the custodian of records"),
        gettext_lazy("Enter the receipt"),
        gettext_lazy("Entered. Deadlines count from the custodian's receipt."),
    ),
    Action.RECORD: Act(
        forms.RecordForm,
        _record,
        gettext_lazy("Record what happened outside"),
        gettext_lazy("Record it"),
        gettext_lazy("Recorded."),
    ),
    Action.HIDE: Act(
        forms.HideForm,
        lambda s, f, **c: casework.hide(s, reason=f.cleaned_data["reason"], **c),
        gettext_lazy("Take off the public page"),
        gettext_lazy("Take it off"),
        gettext_lazy("No stranger sees it any more. The case goes on."),
        danger=True,
    ),
    Action.CLOSE: Act(
        forms.ActForm,
        lambda s, f, **c: determinations.close(s, **c),
        gettext_lazy("Close"),
        gettext_lazy("Close the case"),
        gettext_lazy("Closed."),
        direct=True,
    ),
    Action.REOPEN: Act(
        forms.ReopenForm,
        lambda s, f, **c: merging.reopen(s, reason=f.cleaned_data["reason"], **c),
        gettext_lazy("Reopen"),
        gettext_lazy("Reopen the case"),
        gettext_lazy("Reopened. It must be acknowledged anew."),
        danger=True,
    ),
}
