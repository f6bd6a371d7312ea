"""The form by which a dataset is proposed from requests that ask the same."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.forms.fields import LineField, TextField
from requests_app.models import Submission
from requests_app.related.repeated import Group


class ProposalForm(forms.Form):
    """What should be published, and which of the requests ask for it."""

    title = LineField(label=_("Title of the proposal"), limit=200)
    description = TextField(
        label=_("What should be published"),
        rows=5,
        help_text=_("In your own words, without names. How often it was asked for is added by itself."),
    )
    cases = forms.MultipleChoiceField(
        label=_("Requests that ask for it"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, group: Group, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.group = group
        field = self.fields["cases"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(case.pk), f"{case.reference}: {case.title}") for case in group.cases]
        field.initial = [str(case.pk) for case in group.cases]

    def chosen(self) -> list[Submission]:
        """The requests that were left ticked."""
        keys = set(self.cleaned_data["cases"])
        return [case for case in self.group.cases if str(case.pk) in keys]
