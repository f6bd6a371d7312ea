"""The form of an answer. A denial of records is asked for what the city's law wants of it (DenialRule)."""

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import DenialRule
from portals.vocabulary import Outcome, ProvisionStatus, SubmissionKind
from requests_app.determinations import DENIALS, Answer, missing_from
from requests_app.forms.fields import LineField, TextField
from requests_app.forms.release import ReleaseForm
from requests_app.forms.staff import ActForm

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


class DetermineForm(ReleaseForm, ActForm):
    """What was decided. A denial of records shows what the city's law wants of it."""

    outcome = forms.ChoiceField(label=gettext_lazy("What is decided"), widget=forms.RadioSelect)
    reasons = TextField(
        label=gettext_lazy("What was decided and why"),
        help_text=gettext_lazy("The requester reads it."),
    )
    exemption = LineField(
        label=gettext_lazy("Law that withholds, with its citation"), required=False, limit=300
    )
    explanation = TextField(label=gettext_lazy("How it applies to what is withheld"), required=False, rows=3)
    responsible = TextField(
        label=gettext_lazy("Names and titles of those responsible for the denial"), required=False, rows=3
    )
    field_order = ["outcome", "reasons", "exemption", "explanation", "responsible", "files"]

    def prepare(self) -> None:
        kind = self.desk.submission.kind
        usual = OUTCOMES.get(kind) or tuple(one for one in Outcome if one not in _OWN)
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(one), one.label) for one in usual]
        wanted = {need for rule in self.denial_rules for need in rule.requires}
        for name in DENIAL_FIELDS:
            if kind != SubmissionKind.RECORDS_REQUEST or (name == "responsible" and NAMES not in wanted):
                del self.fields[name]
            else:
                self.fields[name].help_text = _("Only where something is withheld.")

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

    def answer(self) -> Answer:
        """What was typed, as the act wants it."""
        values = self.cleaned_data
        return Answer(
            outcome=Outcome(values["outcome"]),
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
