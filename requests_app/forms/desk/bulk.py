"""The forms of an act on many cases: what is typed once and holds for each of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import Member, Office
from portals.templatetags.civic import city_date
from portals.vocabulary import SubmissionKind
from requests_app.desk import absences
from requests_app.forms.fields import DateField, TextField
from requests_app.models import Submission


class BulkForm(forms.Form):
    """An act that needs no words. `cases` are the chosen ones, `today` the earliest date in their cities."""

    def __init__(self, data: Any = None, *, cases: Sequence[Submission], today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.cases, self.today = cases, today
        self.prepare()

    def prepare(self) -> None:
        """What depends on the cases: choices."""

    def hints(self) -> list[str]:
        """Sentences to read before acting."""
        return []


class BulkAcknowledge(BulkForm):
    message = TextField(label=gettext_lazy("Message to each requester"), required=False)
    estimate = DateField(label=gettext_lazy("Estimated date of the answer"), required=False)

    def hints(self) -> list[str]:
        if not any(case.kind == SubmissionKind.RECORDS_REQUEST for case in self.cases):
            return []
        return [
            _(
                "Where the law wants an answer or an estimated date for a records request, an "
                "acknowledgement without a date does not meet it."
            )
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("estimate") and values["estimate"] < self.today:
            self.add_error("estimate", _("The estimated date lies in the past. Choose a day still to come."))
        if values.get("estimate") and not values.get("message"):
            self.add_error("message", _("Say why it takes until then: the requester reads it."))
        return values


class BulkAssign(BulkForm):
    to = forms.ChoiceField(label=gettext_lazy("Assign to"))
    anyway = forms.BooleanField(
        label=gettext_lazy("Assign them although this person is away"), required=False
    )

    def prepare(self) -> None:
        offices = {case.office_id for case in self.cases}
        found = Member.objects.filter(office__in=offices, active=True, user__is_active=True)
        members = found.select_related("user").order_by("user__last_name", "user__first_name", "pk")
        self.people = {str(member.user_id): member.user for member in members}
        self.away = {
            key: one for office in offices for key, one in absences.away_on(office, self.today).items()
        }
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Choose somebody")),
            *((key, self._label(int(key), str(user))) for key, user in self.people.items()),
        ]
        chosen = self.data.get("to", "") if self.is_bound else ""
        if chosen not in map(str, self.away):
            del self.fields["anyway"]

    def _label(self, key: int, name: str) -> str:
        if key not in self.away:
            return name
        words = {
            "name": name,
            "last": city_date(self.away[key].to_on),
            "deputy": self.away[key].deputy.user,
        }
        return _("%(name)s (away until %(last)s; %(deputy)s stands in)") % words

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        absence = self.away.get(int(values["to"])) if values.get("to") else None
        if absence and not values.get("anyway"):
            words = {"name": absence.member.user, "deputy": absence.deputy.user}
            self.add_error(
                "to",
                _("%(name)s is away. Choose %(deputy)s, who stands in, or tick the box below.") % words,
            )
        return values


class BulkRefer(BulkForm):
    to = forms.ChoiceField(label=gettext_lazy("Refer to"))
    reason = TextField(
        label=gettext_lazy("Why the other office must act"),
        help_text=gettext_lazy("The other office reads this first. The filing dates stay."),
    )

    def prepare(self) -> None:
        cities = {case.city_id: case.city for case in self.cases}
        offices = Office.objects.filter(city_id__in=cities, outside=False)
        self.offices = {str(office.pk): office for office in offices}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Choose an office")),
            *(
                (key, f"{office}, {cities[office.city_id]}" if len(cities) > 1 else office.name)
                for key, office in self.offices.items()
            ),
        ]


class BulkNote(BulkForm):
    body = TextField(label=gettext_lazy("Note"), help_text=gettext_lazy("Only staff see it."))
