"""The form for a request under the state's public records law."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.vocabulary import SubmissionKind
from requests_app.forms.base import FLAG_PREFIX, KindForm, Section
from requests_app.forms.fields import AmountField, DateField, LineField, TextField

COMMERCIAL = FLAG_PREFIX + "commercial_purpose"


class RecordsRequestForm(KindForm):
    """A public record is wanted. A commercial purpose is asked for only where the city's law asks."""

    kind = SubmissionKind.RECORDS_REQUEST
    detail_names = ("records_from", "records_to", "preferred_format", "fee_limit")

    description = TextField(
        label=gettext_lazy("Which records do you want?"),
        help_text=gettext_lazy(
            "Name documents, offices, places or people as well as you can. You need not say why you ask."
        ),
    )
    records_from = DateField(label=gettext_lazy("Records from"), required=False)
    records_to = DateField(label=gettext_lazy("Records to"), required=False)
    preferred_format = LineField(
        label=gettext_lazy("Preferred format"),
        required=False,
        limit=100,
        help_text=gettext_lazy("For example PDF, a spreadsheet, or to look at the records in the office."),
    )
    fee_limit = AmountField(
        label=gettext_lazy("Ask me first if it costs more than (US dollars)"), required=False
    )

    def own_sections(self) -> list[Section]:
        return [
            Section(_("The records"), ("description", "records_from", "records_to", "dataset")),
            Section(_("How you want them"), ("preferred_format", "fee_limit")),
        ]

    def clean_records_from(self) -> date | None:
        return self._not_in_future("records_from")

    def clean_records_to(self) -> date | None:
        return self._not_in_future("records_to")

    def _not_in_future(self, name: str) -> date | None:
        day: date | None = self.cleaned_data[name]
        if day and day > self.today:
            raise forms.ValidationError(_("This day is still to come. Records exist only up to today."))
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        first, last = values.get("records_from"), values.get("records_to")
        if first and last and first > last:
            self.add_error(
                "records_to", _("This day lies before the first one. Swap them, or leave one empty.")
            )
        return values

    def details(self) -> dict[str, Any]:
        answer = self.cleaned_data.get(COMMERCIAL)
        return {**super().details(), "commercial_purpose": {"yes": True, "no": False}.get(answer or "")}
