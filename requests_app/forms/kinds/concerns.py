"""Forms about conduct and people: misuse of data, and personal data that seems to be public."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.vocabulary import SubmissionKind
from requests_app.forms.base import KindForm, Section
from requests_app.forms.fields import TextField


class MisuseReportForm(KindForm):
    """Somebody uses data or systems in a way that the rules forbid. The guide names the types."""

    kind = SubmissionKind.MISUSE_REPORT
    detail_names = ("violation", "location", "evidence")

    description = TextField(label=gettext_lazy("What happened?"))
    location = TextField(
        label=gettext_lazy("Where did you see it?"),
        rows=2,
        help_text=gettext_lazy("An address on the web, an app, a publication, a place."),
    )
    evidence = TextField(
        label=gettext_lazy("How can the office see it for itself?"),
        required=False,
        rows=3,
        help_text=gettext_lazy("Describe what proves it. Screenshots go under Files."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.violations = list(self.city.violations.select_related("citation").order_by("pk"))
        if self.violations:
            choices = [("", _("None of these, or I am not sure"))]
            choices += [(row.key, row.name) for row in self.violations]
            self.fields["violation"] = forms.ChoiceField(
                label=_("What kind of misuse is it?"),
                choices=choices,
                required=False,
                help_text=_("The kinds that the city's guide names."),
            )
            self.order_fields([name for part in self.sections() for name in part.names])

    def own_sections(self) -> list[Section]:
        first = ("violation",) if "violation" in self.fields else ()
        return [Section(_("The misuse"), (*first, "description", "location", "dataset", "evidence"))]

    def details(self) -> dict[str, Any]:
        values = self.cleaned_data
        return {name: values.get(name, "") for name in self.detail_names}


class PrivacyConcernForm(KindForm):
    """Personal or protected data seems to be published."""

    kind = SubmissionKind.PRIVACY_CONCERN
    detail_names = ("location", "affected")

    location = TextField(
        label=gettext_lazy("Where did you see the data?"),
        rows=2,
        help_text=gettext_lazy("The dataset, column and row, or an address on the web."),
    )
    description = TextField(
        label=gettext_lazy("What should not be public?"),
        help_text=gettext_lazy("Describe it without repeating private details here."),
    )
    affected = TextField(label=gettext_lazy("Whom does it concern?"), required=False, rows=2)

    def own_sections(self) -> list[Section]:
        return [Section(_("Your concern"), ("dataset", "location", "description", "affected"))]
