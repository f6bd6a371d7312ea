"""The filter of the reports: city, office, kind and period. Only what the person may see is a choice."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.vocabulary import SubmissionKind
from requests_app.forms.fields import DateField


class ReportForm(forms.Form):
    """Sent with GET. `since` and `until` are dates of the city, both included."""

    city = forms.ChoiceField(label=gettext_lazy("City"))
    office = forms.ChoiceField(label=gettext_lazy("Office"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("All")), *SubmissionKind.choices],
        required=False,
    )
    since = DateField(label=gettext_lazy("Received from"))
    until = DateField(label=gettext_lazy("Received through"))

    def __init__(
        self, data: Any, *, cities: list[tuple[str, str]], offices: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        for name, choices in (("city", cities), ("office", [("", _("All")), *offices])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        if len(cities) == 1:
            self.fields["city"].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", _("The period ends before it begins."))
        return values


def presets(today: date) -> list[tuple[str, date, date]]:
    """The periods that are looked at most; `today` is the city's date."""
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last_quarter = date(quarter.year - (quarter.month == 1), (quarter.month - 4) % 12 + 1, 1)
    return [
        (_("This year"), date(today.year, 1, 1), today),
        (_("Last year"), date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        (_("This quarter"), quarter, today),
        (_("Last quarter"), last_quarter, date.fromordinal(quarter.toordinal() - 1)),
    ]
