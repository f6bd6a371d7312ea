"""What the requester writes on the page of a case."""

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.forms.attachments import AttachmentsForm
from requests_app.forms.base import typed
from requests_app.forms.fields import LineField, TextField


class SeenForm(forms.Form):
    """A form on a page that shows a case in a certain state."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def look_again(self, revision: int) -> None:
        """The page below shows the case as it is now, so what is typed can be sent again from it."""
        self.data = typed(self.data, revision=str(revision))


class WriteForm(SeenForm, AttachmentsForm):
    """A word to the office, with files. Which act it is says the button."""

    body = TextField(label=_("Your message"), required=False)


class WithdrawForm(SeenForm):
    """The confirmation of a withdrawal."""

    reason = TextField(label=_("Why? You need not say."), required=False, rows=3, limit=2_000)


class TrackForm(forms.Form):
    """Reference and code: what opens a case without an account."""

    reference = LineField(
        label=_("Reference"),
        limit=40,
        help_text=_("It looks like KNT-7F3K9QX2M."),
        error_messages={"required": _("This must be filled in.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    code = LineField(
        label=_("Code"),
        limit=40,
        required=False,
        help_text=_(
            "Twelve characters from the page you saw when you sent it, or eight digits from a letter."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
