"""What the person concerned by a report types: the code, an answer, an appeal of a measure."""

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.forms.attachments import AttachmentsForm
from requests_app.forms.fields import LineField, TextField


class CodeForm(forms.Form):
    """The code: mailed when it was asked for, or from a printed letter."""

    code = LineField(
        label=_("Code"),
        limit=40,
        required=False,
        help_text=_("Eight digits that we mailed to you, or twelve characters from a printed letter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class AnswerForm(AttachmentsForm):
    """The other side."""

    body = TextField(label=_("Your answer"), required=False)


class MeasureAppealForm(AttachmentsForm):
    """An appeal of a measure."""

    submission_key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    description = TextField(label=_("Why do you disagree with it?"))
    remedy_sought = TextField(label=_("What should be decided instead?"), required=False, rows=3)
    field_order = ["submission_key", "description", "remedy_sought", "files"]
