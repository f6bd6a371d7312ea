"""One view for every act at the desk, over the ACTIONS table: find, form, one act, redirect.

An act that the case does not allow (any more) answers 409 with the sentence and everything that was typed.
"""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portals.rulebook import rulebook_for
from requests_app import access, deadlines, lifecycle
from requests_app.access import Standing
from requests_app.forms.acts.base import ActForm, Desk
from requests_app.forms.base import typed
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, Submission
from requests_app.views.acts import appeals, letter_choice, told
from requests_app.views.acts.act import Act
from requests_app.views.acts.table import ACTIONS
from requests_app.views.staff_only import StaffRequest, desk_page, staff_only
from requests_app.views.typed_again import typed_before


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


def _desk(submission: Submission, now: datetime) -> Desk:
    return Desk(submission, rulebook_for(submission.city), deadlines.of_case(submission), now)


def refusal(who: Standing, submission: Submission, action: Action) -> tuple[str, int]:
    """Why the act cannot be done by this person now, and the status that says so; "" where it can."""
    try:
        lifecycle.next_status(submission.status, action)
    except NotAllowed as error:
        return str(error), 409
    if action in access.permitted(who, submission):
        unfit = appeals.refusal(submission, action)
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


def _again(chosen: Act, request: StaffRequest, fresh: Submission, now: datetime) -> ActForm:
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
        **desk_page("queue", submission.city),
        "case": submission,
        "act": chosen,
        "form": form,
        "refused": refused,
        "can_retry": status == 409 and bool(form.is_bound),
        "letters": [] if refused else letter_choice.offered(submission, action),
    }
    return render(request, "requests_app/staff/act.html", context, status=status)
