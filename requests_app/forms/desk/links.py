"""Forms that bring two cases together: which other case, and why."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from requests_app.doors import references
from requests_app.forms.case import SeenForm
from requests_app.forms.fields import LineField, TextField


class OtherCaseForm(forms.Form):
    """The reference of another case, as somebody typed it."""

    other = LineField(
        label=gettext_lazy("Reference of the other case"),
        limit=40,
        help_text=gettext_lazy("It looks like KNT-7F3K9QX2M."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_other(self) -> str:
        found = references.normalised(self.cleaned_data["other"])
        if found is None:
            raise forms.ValidationError(
                _("This is not a reference: a character is missing or wrong. Compare them one by one.")
            )
        return found


class TieForm(SeenForm, OtherCaseForm):
    """What is done with the two; the button says which."""

    other = LineField(widget=forms.HiddenInput, limit=40)
    reason = TextField(
        label=gettext_lazy("Why do they belong together?"),
        help_text=gettext_lazy("After a merge, the requester of the case that is closed reads it."),
        required=False,
        rows=3,
        limit=2_000,
    )
