"""The acts about appeals and outside reviews as rows for the table of staff acts."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import User
from portals.vocabulary import SubmissionKind
from requests_app import access, appeals
from requests_app.events import appeal_stand
from requests_app.forms.acts import appeals as forms
from requests_app.lifecycle import NotAllowed
from requests_app.models import Action, OutsideReview, Submission
from requests_app.pages.casefile import CaseFile
from requests_app.redress import reviews
from requests_app.views.acts.act import Act


def _link(submission: Submission, form: forms.LinkForm, *, by: User, **common: Any) -> None:
    reference = form.cleaned_data["reference"]
    against = access.visible_to(access.standing(by)).filter(reference=reference).first()
    if against is None:
        raise NotAllowed(
            _("You see no case with this reference. Somebody who sees both cases can link them.")
        )
    appeals.link(submission, against=against, by=by, **common)


def _order(submission: Submission, form: forms.OrderForm, **common: Any) -> None:
    values = form.cleaned_data
    reviews.order(
        submission,
        number=values["review"],
        result=OutsideReview.Result(values["result"]),
        on=values["on"],
        note=values["note"],
        **common,
    )


def _comply(submission: Submission, form: forms.ComplyForm, **common: Any) -> None:
    values = form.cleaned_data
    reviews.comply(submission, number=values["review"], on=values["on"], note=values["note"], **common)


APPEAL_ACTS: dict[Action, Act] = {
    Action.APPEAL_DECIDE: Act(
        forms.DecideForm,
        lambda s, f, **c: appeals.decide(s, f.decision, files=f.stored, **c),
        gettext_lazy("Decide on the appeal"),
        gettext_lazy("Send the decision"),
        gettext_lazy("Decided. The office of the case is told."),
    ),
    Action.APPEAL_LINK: Act(
        forms.LinkForm,
        _link,
        gettext_lazy("Link to the case that is appealed"),
        gettext_lazy("Link them"),
        gettext_lazy("Linked. Both cases show it."),
    ),
    Action.REVIEW_PETITION: Act(
        forms.PetitionForm,
        lambda s, f, **c: reviews.petition(s, f.petition, **c),
        gettext_lazy("Record a petition outside the city"),
        gettext_lazy("Record it"),
        gettext_lazy("Recorded. The dates count from it."),
    ),
    Action.REVIEW_ORDER: Act(
        forms.OrderForm,
        _order,
        gettext_lazy("Record what was decided outside the city"),
        gettext_lazy("Record it"),
        gettext_lazy("Recorded."),
    ),
    Action.REVIEW_COMPLY: Act(
        forms.ComplyForm,
        _comply,
        gettext_lazy("Record that the order is complied with"),
        gettext_lazy("Record it"),
        gettext_lazy("Recorded."),
    ),
}


ONLY_FOR_APPEALS = frozenset({Action.APPEAL_DECIDE, Action.APPEAL_LINK})
NOT_FOR_APPEALS = frozenset({Action.DETERMINE})


def refusal(submission: Submission, action: Action) -> str:
    """Why an act does not fit this kind of submission; "" where it does."""
    is_appeal = submission.kind == SubmissionKind.APPEAL
    if is_appeal and action in NOT_FOR_APPEALS:
        return _("An appeal is decided, with the outcomes of an appeal.")
    if not is_appeal and action in ONLY_FOR_APPEALS:
        return _("This is possible only for an appeal.")
    return ""


def pointless(file: CaseFile) -> set[Action]:
    """The acts about appeals that have no object in this case now; asks the database nothing."""
    case = file.submission
    found = appeal_stand.reviews_of(file.events)
    idle = set(NOT_FOR_APPEALS if case.kind == SubmissionKind.APPEAL else ONLY_FOR_APPEALS)
    if case.kind == SubmissionKind.APPEAL and (case.appeal.against_id or case.appeal.measure_id):
        idle.add(Action.APPEAL_LINK)
    if not reviews.ways_outside(case):
        idle.add(Action.REVIEW_PETITION)
    if not any(not one.result for one in found):
        idle.add(Action.REVIEW_ORDER)
    if not any(one.binds_the_city and one.complied_on is None for one in found):
        idle.add(Action.REVIEW_COMPLY)
    return idle
