"""The acts of enforcement and about keys as rows for the table of staff acts, and which have an object."""

from typing import Any

from django.utils.translation import gettext_lazy

from portals.vocabulary import SubmissionKind
from requests_app import enforcement
from requests_app.answers import api_keys
from requests_app.events.enforcement_stand import ENFORCED, stand
from requests_app.forms.acts import enforcement as forms
from requests_app.models import Action, Finding, Submission
from requests_app.offences import measures
from requests_app.pages.casefile import CaseFile
from requests_app.views.acts.act import Act


def _name(submission: Submission, form: forms.PartyForm, **common: Any) -> None:
    values = form.cleaned_data
    enforcement.name_party(
        submission, name=values["name"], email=values["email"], key=values["key"], **common
    )


def _answer(submission: Submission, form: forms.PartyAnswerForm, **common: Any) -> None:
    values = form.cleaned_data
    values["party"].submission = submission
    enforcement.answer(values["party"], body=values["body"], happened_at=form.moment, **common)


def _find(submission: Submission, form: forms.FindingForm, **common: Any) -> None:
    values = form.cleaned_data
    enforcement.find(
        submission,
        outcome=Finding.Outcome(values["outcome"]),
        reasons=values["reasons"],
        party=values["party"],
        violation=form.violations.get(values.get("violation", "")),
        **common,
    )


def _lift(submission: Submission, form: forms.LiftForm, **common: Any) -> None:
    values = form.cleaned_data
    values["taken"].submission = submission
    measures.lift(values["taken"], reasons=values["reasons"], notice=values.get("notice", ""), **common)


def _withhold(submission: Submission, form: forms.WithholdForm, **common: Any) -> None:
    values = form.cleaned_data
    assert form.found
    measures.withhold(
        submission, dataset=form.found, notice=values["notice"], reasons=values["reasons"], **common
    )


ENFORCEMENT_ACTS: dict[Action, Act] = {
    Action.ADD_EVIDENCE: Act(
        forms.EvidenceForm,
        lambda s, f, **c: enforcement.add_evidence(s, f.proof(), **c),
        gettext_lazy("Add evidence"),
        gettext_lazy("Keep the evidence"),
        gettext_lazy("Kept. Only staff see it."),
        page="enforcement_of",
    ),
    Action.NAME_PARTY: Act(
        forms.PartyForm,
        _name,
        gettext_lazy("Name the person concerned"),
        gettext_lazy("Name them"),
        gettext_lazy("Named. Nobody was told."),
        page="enforcement_of",
    ),
    Action.HEAR_PARTY: Act(
        forms.HearForm,
        lambda s, f, **c: enforcement.hear(
            s, party=f.cleaned_data["party"], body=f.cleaned_data["body"], **c
        ),
        gettext_lazy("Ask for the other side"),
        gettext_lazy("Send it"),
        gettext_lazy(
            "It stands on their page. With an e-mail address they get a letter; without one, print it."
        ),
        page="enforcement_of",
    ),
    Action.PARTY_ANSWER: Act(
        forms.PartyAnswerForm,
        _answer,
        gettext_lazy("Enter an answer of the person concerned"),
        gettext_lazy("Enter the answer"),
        gettext_lazy("Entered."),
        page="enforcement_of",
    ),
    Action.FIND: Act(
        forms.FindingForm,
        _find,
        gettext_lazy("Record a finding"),
        gettext_lazy("Record the finding"),
        gettext_lazy("Recorded."),
        page="enforcement_of",
    ),
    Action.TAKE_MEASURE: Act(
        forms.MeasureForm,
        lambda s, f, **c: measures.take(s, f.given(), **c),
        gettext_lazy("Take a measure"),
        gettext_lazy("Take this measure"),
        gettext_lazy("Taken. It holds from now on, and the person concerned is told."),
        page="enforcement_of",
        danger=True,
    ),
    Action.WITHHOLD: Act(
        forms.WithholdForm,
        _withhold,
        gettext_lazy("Take a dataset down"),
        gettext_lazy("Take it down now"),
        gettext_lazy("The data is off, and the public notice stands on its page."),
        page="enforcement_of",
        danger=True,
    ),
    Action.LIFT_MEASURE: Act(
        forms.LiftForm,
        _lift,
        gettext_lazy("Lift a measure or bring data back"),
        gettext_lazy("Lift it"),
        gettext_lazy("Lifted. What it switched off works again, unless something else still holds it."),
        page="enforcement_of",
    ),
}
"""In the order in which a case goes."""

KEY_ACTS: dict[Action, Act] = {
    Action.ISSUE_KEY: Act(
        forms.IssueKeyForm,
        lambda s, f, **c: api_keys.issue(s, f.terms(), **c),
        gettext_lazy("Issue an API key"),
        gettext_lazy("Issue the key"),
        gettext_lazy("Issued. The requester opens it on the page of the case."),
    ),
}


def without_object(file: CaseFile) -> set[Action]:
    """Acts that would do nothing on the case page; those of enforcement have a page of their own. Asks the
    database nothing."""
    issues = file.submission.kind == SubmissionKind.ACCESS_REQUEST and not stand(file.events).key
    return set(ENFORCEMENT_ACTS) | (set() if issues else set(KEY_ACTS))


def offered(
    case: Submission, permitted: set[Action], *, parties: int, in_force: int
) -> list[tuple[Action, Act]]:
    """The acts that this person may do now on the page of enforcement."""
    idle: set[Action] = set()
    if case.kind not in ENFORCED:
        return []
    if not parties:
        idle |= {Action.HEAR_PARTY, Action.PARTY_ANSWER, Action.TAKE_MEASURE}
    if not in_force:
        idle.add(Action.LIFT_MEASURE)
    return [(action, row) for action, row in ENFORCEMENT_ACTS.items() if action in permitted - idle]
