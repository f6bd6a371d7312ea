"""The acts that change what a case is, as rows for the table of staff acts."""

from django.utils.translation import gettext_lazy

from requests_app.forms.acts.conversions import ConvertForm
from requests_app.models import Action
from requests_app.pages.casefile import CaseFile
from requests_app.related import conversions
from requests_app.views.acts.act import Act

TIE_ACTS: dict[Action, Act] = {
    Action.CONVERT: Act(
        ConvertForm,
        lambda s, f, **c: conversions.convert(s, **f.values(), **c),
        gettext_lazy("Turn into another kind"),
        gettext_lazy("Turn it into this"),
        gettext_lazy("Done."),
    ),
}


def pointless(file: CaseFile) -> set[Action]:
    """A kind that becomes nothing else has no such act."""
    return set() if conversions.targets(file.submission.kind) else {Action.CONVERT}
