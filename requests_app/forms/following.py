"""What somebody who follows a public report types: an address, and nothing else."""

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_app.forms.fields import MailField


class FollowForm(forms.Form):
    """The address for letters about one report."""

    email = MailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_(
            "You get a letter to confirm it first. It serves this report only and is shown to nobody."
        ),
        error_messages={"required": _("Enter the address to which the letters should go.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
