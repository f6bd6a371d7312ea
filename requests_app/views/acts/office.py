"""The acts by which an office takes a case over, as rows for the table of staff acts."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy

from requests_app import routing
from requests_app.forms.acts.general import ActForm, ReasonForm
from requests_app.models import Action

Row = tuple[type[ActForm], Callable[..., Any], Any, Any, Any, bool]

OFFICE_ACTS: dict[Action, Row] = {
    Action.ACCEPT_REFERRAL: (
        ActForm,
        lambda s, f, **c: routing.accept(s, **c),
        gettext_lazy("Accept the referral"),
        gettext_lazy("Accept the referral"),
        gettext_lazy("Accepted. The office that referred it hears of it."),
        True,
    ),
    Action.REFER_BACK: (
        ReasonForm,
        lambda s, f, **c: routing.refer_back(s, reason=f.cleaned_data["reason"], **c),
        gettext_lazy("Give back to the office that referred it"),
        gettext_lazy("Give it back"),
        gettext_lazy("Given back, with your reason. Your office stays informed."),
        False,
    ),
}
