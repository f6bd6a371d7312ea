"""One view for every act at the desk, over the ACTIONS table: find, form, one act, redirect.

An act that the case does not allow (any more) answers 409 with the sentence and everything that was typed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portals.rulebook import rulebook_for
from portals.vocabulary import ClockEvent
from requests_app import access, deadlines, determinations, intake, lifecycle, routing
from requests_app.access import Standing
from requests_app.correspondence import conversation
from requests_app.forms.acts import general as forms
from requests_app.forms.acts.determine import DetermineForm
from requests_app.forms.acts.parts import InstalmentForm
from requests_app.forms.base import typed
from requests_app.handling import casework
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Submission
from requests_app.pages import casefile
from requests_app.pages.casefile import CaseFile
from requests_app.related import merging
from requests_app.views.acts import answers as answer_acts
from requests_app.views.acts import appeals as appeal_acts
from requests_app.views.acts import enforcement as enforcement_acts
from requests_app.views.acts import fees as fee_acts
from requests_app.views.acts import letter_choice, told
from requests_app.views.acts import parts as part_acts
from requests_app.views.acts import ties as tie_acts
from requests_app.views.acts.office import OFFICE_ACTS
from requests_app.views.staff_only import StaffRequest, staff_only
from requests_app.views.typed_again import typed_before

Do = Callable[..., Any]


@dataclass(frozen=True)
class Act:
    """How an action is done at the desk: its form, what the form gives to the act, and what is said after.

    `direct` acts need no words: the case page sends them with one button.
    """

    form: type[forms.ActForm]
    do: Do
    heading: Any
    button: Any
    done: Any
    direct: bool = False
    danger: bool = False
    page: str = "staff_case"
    """Where one goes on afterwards: the name of a page of the case."""


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


MORE = (fee_acts, answer_acts, part_acts, appeal_acts, tie_acts)
MORE_ACTS = (
    fee_acts.FEE_ACTS
    | part_acts.PART_ACTS
    | answer_acts.ANSWER_ACTS
    | appeal_acts.APPEAL_ACTS
    | tie_acts.TIE_ACTS
    | enforcement_acts.KEY_ACTS
)
"""Acts that stand in modules of their own, each with its rows and with those that have no object now."""

ACTIONS: dict[Action, Act] = {
    Action.ACCEPT_REFERRAL: Act(*OFFICE_ACTS[Action.ACCEPT_REFERRAL]),
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
        part_acts.answer,
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
    Action.REFER_BACK: Act(*OFFICE_ACTS[Action.REFER_BACK]),
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
    **{action: Act(*row) for action, row in MORE_ACTS.items()},
    **{
        action: Act(*row, page="enforcement_of", danger=action in (Action.TAKE_MEASURE, Action.WITHHOLD))
        for action, row in enforcement_acts.ENFORCEMENT_ACTS.items()
    },
}
"""Every act of staff, in the order in which the case page offers them."""


def offered(who: Standing, file: CaseFile) -> list[tuple[Action, Act]]:
    """The acts that this person may do now, as access and lifecycle have it; without those that have no
    object here."""
    nothing_to_do = casefile.without_object(file).union(*(one.pointless(file) for one in MORE))
    nothing_to_do |= enforcement_acts.without_object(file)
    permitted = set(access.permitted(who, file.submission)) - nothing_to_do
    return [(action, act) for action, act in ACTIONS.items() if action in permitted]


@staff_only
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: StaffRequest, reference: str, action: str) -> HttpResponse:
    """Do one act on one case."""
    now = timezone.now()
    chosen = ACTIONS.get(Action(action)) if action in Action.values else None
    if chosen is None:
        raise Http404
    submission = _found(request, reference)
    if (data := _to_look_at(request, submission, Action(action), now)) is not None:
        return _look(request, submission, Action(action), data, now)
    form = chosen.form(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        desk=_desk(submission, now),
        initial={"part": request.GET["part"]} if "part" in request.GET else {},
    )
    refused, status = refusal(request.standing, submission, Action(action))
    ready = request.method == "POST" and not refused and form.is_valid()
    if ready and letter_choice.is_finished(form, Action(action)):
        try:
            said = chosen.do(submission, form, by=request.user, now=now, revision=form.seen)
        except NotAllowed as error:
            refused, status = str(error), 409
        else:
            told.tell(request, submission, Action(action), said if isinstance(said, str) else "", chosen.done)
            return redirect(f"requests_app:{chosen.page}", reference)
    elif request.method == "POST" and not refused:
        status = 422
    if refused and request.method == "POST":
        form = _again(chosen, request, _found(request, reference), now)
    return _page(request, submission, chosen, form, refused=refused, status=status)


def _to_look_at(request: StaffRequest, submission: Submission, action: Action, now: datetime) -> Any:
    """What the form shows before it is sent: a letter of the city put into what was typed, or what was typed
    when the session ended. None for neither."""
    if request.method != "POST":
        return typed_before(request, request.user.pk)
    if "letter" in request.POST:
        return letter_choice.with_letter(request.POST, submission, action, request.user, now)
    return None


def _look(
    request: StaffRequest, submission: Submission, action: Action, data: Any, now: datetime
) -> HttpResponse:
    chosen = ACTIONS[action]
    form = chosen.form(data, request.FILES, desk=_desk(submission, now))
    form.is_valid()  # puts the files that came with it into the store
    form.errors.clear()
    refused, status = refusal(request.standing, submission, action)
    return _page(request, submission, chosen, form, refused=refused, status=status)


def _found(request: StaffRequest, reference: str) -> Submission:
    visible = access.visible_to(request.standing).select_related("city", "office", "dataset__office")
    return get_object_or_404(visible.prefetch_related("involvements"), reference=reference)


def _desk(submission: Submission, now: datetime) -> forms.Desk:
    return forms.Desk(submission, rulebook_for(submission.city), deadlines.of_case(submission), now)


def refusal(who: Standing, submission: Submission, action: Action) -> tuple[str, int]:
    """Why the act cannot be done by this person now, and the status that says so; "" where it can."""
    try:
        lifecycle.next_status(submission.status, action)
    except NotAllowed as error:
        return str(error), 409
    if action in access.permitted(who, submission):
        unfit = appeal_acts.refusal(submission, action)
        return unfit, 409 if unfit else 200
    if who.read_only:
        return _("You may read everything here, but not act."), 403
    if action in access.CLEARANCE_ACTIONS:
        return _("Only the office that the city's rules name for it clears an answer."), 403
    return (
        _("%(office)s acts on this case. Your office is informed of it and may add notes.")
        % {"office": submission.office},
        403,
    )


def _again(chosen: Act, request: StaffRequest, fresh: Submission, now: datetime) -> forms.ActForm:
    """The same form with everything typed, now on the case as it stands."""
    data = typed(request.POST, revision=str(fresh.chain_length))
    form = chosen.form(data, request.FILES, desk=_desk(fresh, now))
    form.is_valid()  # puts the files that came with it into the store
    return form


def _page(
    request: StaffRequest, submission: Submission, chosen: Act, form: Any, *, refused: str, status: int
) -> HttpResponse:
    action = next(action for action, act in ACTIONS.items() if act is chosen)
    context = {
        "city": submission.city,
        "is_member": True,
        "nav": "queue",
        "case": submission,
        "act": chosen,
        "form": form,
        "refused": refused,
        "can_retry": status == 409 and bool(form.is_bound),
        "letters": [] if refused else letter_choice.offered(submission, action),
    }
    return render(request, "requests_app/staff/act.html", context, status=status)
