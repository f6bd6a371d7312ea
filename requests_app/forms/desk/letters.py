"""The form of a letter of the city."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from requests_app.correspondence.letter_fields import TEXT_OF, complaint
from requests_app.correspondence.letters import BODY_LIMIT, NAME_LIMIT
from requests_app.forms.fields import LineField, TextField


class LetterForm(forms.Form):
    """A letter; `case` is the reference of the case with which it is shown, and is not kept."""

    action = forms.ChoiceField(
        label=gettext_lazy("For which act"), choices=[(str(one), one.label) for one in TEXT_OF]
    )
    name = LineField(label=gettext_lazy("Name"), limit=NAME_LIMIT)
    body = TextField(label=gettext_lazy("Text"), rows=12, limit=BODY_LIMIT)
    active = forms.BooleanField(label=gettext_lazy("Offer it in the form of the act"), required=False)
    case = LineField(
        label=gettext_lazy("Show it with this case"),
        required=False,
        limit=40,
        help_text=gettext_lazy("A reference. Without one, the newest case that you can see."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=10**6)

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if wrong := complaint(body):
            raise forms.ValidationError(wrong)
        return body


class ImportForm(forms.Form):
    """A JSON document with letters."""

    document = forms.FileField(
        label=gettext_lazy("File with letters (JSON)"),
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    def clean_document(self) -> Any:
        file = self.cleaned_data["document"]
        if file.size > 1_000_000:
            raise forms.ValidationError(gettext_lazy("This file is larger than 1 MB."))
        return file
