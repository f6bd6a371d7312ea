"""The form of an answer. A denial of records is asked for what the city's law wants of it (DenialRule)."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import DenialRule, Exemption
from portals.vocabulary import Outcome, ProvisionStatus, SubmissionKind
from requests_app.answers.case_parts import clearance_of, named, not_ready, outcome_of, parts_of
from requests_app.answers.denials import DENIALS, Answer, Decision, Ground, missing_from
from requests_app.forms.acts.base import ActForm
from requests_app.forms.acts.release import ReleaseForm
from requests_app.forms.fields import LineField, TextField
from requests_app.models import Part, Submission

OUTCOMES: dict[str, tuple[Outcome, ...]] = {
    SubmissionKind.ERROR_REPORT: (
        Outcome.CORRECTED,
        Outcome.NO_ACTION,
        Outcome.PARTIAL,
        Outcome.DUPLICATE,
        Outcome.REFERRED_ELSEWHERE,
        Outcome.DENIED,
    ),
    SubmissionKind.DATASET_REQUEST: (
        Outcome.PUBLISHED,
        Outcome.GRANTED,
        Outcome.PARTIAL,
        Outcome.DENIED,
        Outcome.NOT_HELD,
        Outcome.PUBLICLY_AVAILABLE,
        Outcome.DUPLICATE,
        Outcome.REFERRED_ELSEWHERE,
        Outcome.NO_ACTION,
    ),
}
"""Kind -> what can be decided, the usual first. The other kinds have every outcome but `_OWN`."""
DENIAL_FIELDS = ("exemption", "explanation", "responsible")
NAMES = "names_and_titles"
_OWN = (Outcome.CORRECTED, Outcome.PUBLISHED, Outcome.WITHDRAWN)


def outcomes_for(kind: str) -> tuple[Outcome, ...]:
    """What can be decided on such a submission, the usual first."""
    return OUTCOMES.get(kind) or tuple(one for one in Outcome if one not in _OWN)


def exemptions_of(case: Submission) -> list[Exemption]:
    """The exemptions that the city's file names for such a submission, on the day of its receipt."""
    rows = Exemption.objects.filter(city_id=case.city_id).select_related("citation", "confirm_with")
    on = case.received_on
    return [
        row
        for row in rows
        if case.kind in row.kinds
        and (row.effective_from is None or row.effective_from <= on)
        and (row.effective_to is None or on <= row.effective_to)
    ]


def law_field(label: Any) -> LineField:
    """A law with its citation; the page offers those that the city's file names (`suggestions`)."""
    return LineField(label=label, required=False, limit=300, widget=forms.TextInput({"list": "laws"}))


class WithLaws(ActForm):
    """A form in which a law is named; the page offers those that the city's file knows."""

    @cached_property
    def suggestions(self) -> list[str]:
        """Laws that the city's file names, for the page to offer."""
        return [f"{row.citation.label} ({row.name})" for row in exemptions_of(self.desk.submission)]


class DenialRules(WithLaws):
    """A form beside which the rules of the city about a denial of records are read."""

    @cached_property
    def denial_rules(self) -> list[DenialRule]:
        """What the city's law wants of a denial of records, to be read beside the form."""
        if self.desk.submission.kind != SubmissionKind.RECORDS_REQUEST:
            return []
        return list(
            DenialRule.objects.filter(city_id=self.desk.submission.city_id)
            .exclude(status=ProvisionStatus.SILENT)
            .select_related("citation", "confirm_with")
        )


class DetermineForm(DenialRules, ReleaseForm):
    """What was decided. A denial of records shows what the city's law wants of it. A case in parts is
    answered by them: only the words are typed."""

    outcome = forms.ChoiceField(label=gettext_lazy("What is decided"), widget=forms.RadioSelect)
    reasons = TextField(
        label=gettext_lazy("What was decided and why"),
        help_text=gettext_lazy("The requester reads it."),
    )
    exemption = law_field(gettext_lazy("Law that withholds, with its citation"))
    explanation = TextField(label=gettext_lazy("How it applies to what is withheld"), required=False, rows=3)
    responsible = TextField(
        label=gettext_lazy("Names and titles of those responsible for the denial"), required=False, rows=3
    )
    field_order = ["outcome", "reasons", "exemption", "explanation", "responsible", "files"]

    def prepare(self) -> None:
        kind = self.desk.submission.kind
        if self.parts:
            self._by_parts()
            return
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(one), one.label) for one in outcomes_for(kind)]
        wanted = {need for rule in self.denial_rules for need in rule.requires}
        for name in DENIAL_FIELDS:
            if kind != SubmissionKind.RECORDS_REQUEST or (name == "responsible" and NAMES not in wanted):
                del self.fields[name]
            else:
                self.fields[name].help_text = _("Only where something is withheld.")

    @cached_property
    def parts(self) -> list[Part]:
        """The parts of the case, or the answer to the whole that was prepared."""
        return parts_of(self.desk.submission)

    def _by_parts(self) -> None:
        for name in ("outcome", *DENIAL_FIELDS):
            del self.fields[name]
        if self.parts[0].whole:
            self.initial.setdefault("reasons", self.parts[0].reasons)

    def hints(self) -> list[str]:
        case = self.desk.submission
        if self.parts:
            return self._made_of_parts()
        rules = {rule.key: rule for one in Outcome if (rule := clearance_of(case, one))}
        return [f"{rule.statement} ({rule.citation})" for rule in rules.values()]

    def _made_of_parts(self) -> list[str]:
        told = [
            _("%(part)s: %(outcome)s.") % {"part": named(part), "outcome": part.get_outcome_display()}
            for part in self.parts
            if part.outcome
        ]
        if wrong := not_ready(self.desk.submission, self.parts):
            return [*wrong, *told]
        return [*told, _("The answer is then: %(outcome)s.") % {"outcome": outcome_of(self.parts).label}]

    @property
    def needs_clearance(self) -> bool:
        """Whether the answer that was typed is cleared before it is sent."""
        return not self.parts and clearance_of(self.desk.submission, self.answer().outcome) is not None

    def decision(self) -> Decision:
        """The answer to the whole as it waits for clearance."""
        answer = self.answer()
        grounds = (
            [Ground(answer.exemption, answer.explanation)] if answer.exemption or answer.explanation else []
        )
        return Decision(answer.outcome, answer.reasons, grounds, answer.responsible)

    def answer(self) -> Answer:
        """What was typed, as the act wants it."""
        values = self.cleaned_data
        return Answer(
            outcome=Outcome(values.get("outcome", Outcome.GRANTED)),
            reasons=values.get("reasons", ""),
            exemption=values.get("exemption", ""),
            explanation=values.get("explanation", ""),
            responsible=values.get("responsible", ""),
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "outcome" in values:
            for name, sentence in missing_from(self.desk.submission, self.answer()).items():
                if name in self.fields and name not in self.errors:
                    self.add_error(name, sentence)
            if Outcome(values["outcome"]) not in DENIALS:
                self._drop_denial(values)
        return values

    def _drop_denial(self, values: dict[str, Any]) -> None:
        for name in DENIAL_FIELDS:
            if values.get(name):
                self.add_error(name, _("Nothing is withheld with this decision. Empty this, or change it."))
