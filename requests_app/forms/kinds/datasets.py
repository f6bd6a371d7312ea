"""Forms about datasets: an error in one, one that is wanted, access to one."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.vocabulary import SubmissionKind
from requests_app.forms.base import KindForm, Section
from requests_app.forms.fields import LineField, TextField
from requests_app.models import AccessRequest, DatasetRequest


class ErrorReportForm(KindForm):
    """Something in a dataset is wrong."""

    kind = SubmissionKind.ERROR_REPORT
    detail_names = ("field_name", "row", "evidence", "suggested_correction", "steps_to_reproduce")

    description = TextField(
        label=gettext_lazy("What is wrong?"),
        help_text=gettext_lazy("Say what the data shows and what you know to be true."),
    )
    field_name = LineField(label=gettext_lazy("Column"), required=False)
    row = LineField(
        label=gettext_lazy("Row"),
        required=False,
        limit=300,
        help_text=gettext_lazy("A number, an address or a name by which the row can be found."),
    )
    evidence = TextField(
        label=gettext_lazy("How do you know?"),
        required=False,
        rows=3,
        help_text=gettext_lazy("A source, a photo under Files, or what you saw yourself."),
    )
    suggested_correction = TextField(label=gettext_lazy("What would be right?"), required=False, rows=3)
    steps_to_reproduce = TextField(
        label=gettext_lazy("How can the office see it?"),
        required=False,
        rows=3,
        help_text=gettext_lazy("The steps or the API call that show the error."),
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("Show this report on the dataset's page"),
        required=False,
        help_text=gettext_lazy(
            "Others see what is wrong and what the office answers, never your name, address or files. "
            "Leave private matters out of the text."
        ),
    )

    def own_sections(self) -> list[Section]:
        return [
            Section(_("Where is the error?"), ("dataset", "field_name", "row")),
            Section(
                _("What is the error?"),
                ("description", "suggested_correction", "evidence", "steps_to_reproduce", "is_public"),
            ),
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("is_public") and not self.dataset and "dataset" not in self.errors:
            self.add_error(
                "is_public", _("Name the dataset above: without it there is no page to show the report on.")
            )
        return values


class DatasetRequestForm(KindForm):
    """Data that is not published, or not in the form that is needed."""

    kind = SubmissionKind.DATASET_REQUEST
    detail_names = ("wanted", "purpose", "scope", "fields_wanted", "preferred_format")

    wanted = forms.ChoiceField(
        label=gettext_lazy("What do you need?"),
        choices=DatasetRequest.Wanted.choices,
        widget=forms.RadioSelect,
        initial=DatasetRequest.Wanted.NEW,
    )
    description = TextField(
        label=gettext_lazy("Which data?"),
        help_text=gettext_lazy("In your own words: what should stand in it?"),
    )
    purpose = TextField(
        label=gettext_lazy("What do you want to do with it?"),
        rows=3,
        help_text=gettext_lazy("This helps the office to find or make what is useful to you."),
    )
    scope = TextField(
        label=gettext_lazy("Which years, places or cases?"),
        required=False,
        rows=3,
    )
    fields_wanted = TextField(label=gettext_lazy("Which columns?"), required=False, rows=3)
    preferred_format = LineField(
        label=gettext_lazy("Preferred format"),
        required=False,
        limit=100,
        help_text=gettext_lazy("For example CSV, GeoJSON or an API."),
    )

    def own_sections(self) -> list[Section]:
        return [
            Section(_("What you need"), ("wanted", "description", "dataset", "purpose")),
            Section(_("Details"), ("scope", "fields_wanted", "preferred_format")),
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        about_known = values.get("wanted") in (DatasetRequest.Wanted.FIELDS, DatasetRequest.Wanted.EXPORT)
        if about_known and not values.get("dataset") and "dataset" not in self.errors:
            self.add_error("dataset", _("Name the dataset, or choose “A new dataset” above."))
        return values


class AccessRequestForm(KindForm):
    """Something about using the API."""

    kind = SubmissionKind.ACCESS_REQUEST
    detail_names = ("wanted", "purpose", "expected_volume", "schedule")

    wanted = forms.ChoiceField(
        label=gettext_lazy("What do you need?"),
        choices=AccessRequest.Wanted.choices,
        widget=forms.RadioSelect,
        initial=AccessRequest.Wanted.API_KEY,
    )
    description = TextField(
        label=gettext_lazy("What exactly do you ask for?"),
        help_text=gettext_lazy("For help: what you tried, what you expected and what you got."),
    )
    purpose = TextField(label=gettext_lazy("What will you use it for?"), rows=3)
    expected_volume = LineField(
        label=gettext_lazy("How many calls do you expect?"),
        required=False,
        help_text=gettext_lazy("For example: 5,000 a day, mostly at night."),
    )
    schedule = LineField(
        label=gettext_lazy("When do your scheduled downloads run?"),
        required=False,
        limit=300,
        help_text=gettext_lazy("For example: every Sunday at 02:00, about 2 GB."),
    )

    def own_sections(self) -> list[Section]:
        return [
            Section(_("What you need"), ("wanted", "description", "dataset", "purpose")),
            Section(_("How you will use the API"), ("expected_volume", "schedule")),
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        wanted = values.get("wanted")
        if wanted == AccessRequest.Wanted.DOWNLOAD_NOTICE and not values.get("schedule"):
            self.add_error("schedule", _("Say when the downloads run: that is what the notice is about."))
        if wanted == AccessRequest.Wanted.RESTRICTED and not values.get("dataset"):
            self.add_error("dataset", _("Name the restricted dataset, or choose something else above."))
        return values
