"""The form that turns a case into another kind."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.vocabulary import SubmissionKind
from requests_app.forms.acts.base import ActForm
from requests_app.forms.fields import TextField
from requests_app.related.conversions import foresee, needs_consent, targets


class ConvertForm(ActForm):
    """What it becomes, why, and how the requester agreed where that is needed."""

    to = forms.ChoiceField(label=gettext_lazy("What it becomes"), widget=forms.RadioSelect)
    consent = TextField(
        label=gettext_lazy("How and when the requester agreed"),
        rows=2,
        limit=2_000,
        help_text=gettext_lazy("State law gives a right to an answer to a records request, so ask first."),
    )
    reason = TextField(
        label=gettext_lazy("Why"), help_text=gettext_lazy("The requester reads it."), limit=2_000
    )
    field_order = ["to", "consent", "reason"]

    def prepare(self) -> None:
        case = self.desk.submission
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        found = targets(case.kind)
        field.choices = [(str(kind), f"{SubmissionKind(kind).label}: {when}") for kind, when in found.items()]
        if len(found) == 1:
            field.initial = str(next(iter(found)))
        if not needs_consent(case.kind):
            del self.fields["consent"]

    def hints(self) -> list[str]:
        """What the office and the dates would be, so that nobody is surprised."""
        case = self.desk.submission
        said = [_("The filing date stays; offices and dates follow from it by the rules of the new kind.")]
        for kind in targets(case.kind):
            office, dates = foresee(case, kind)
            said.append(
                _("“%(kind)s” goes to %(office)s. %(dates)s")
                % {"kind": SubmissionKind(kind).label, "office": office, "dates": " · ".join(dates)}
            )
        return said

    def values(self) -> dict[str, Any]:
        """What the act needs."""
        typed = self.cleaned_data
        return {
            "to": SubmissionKind(typed["to"]),
            "reason": typed["reason"],
            "consent": typed.get("consent", ""),
        }
