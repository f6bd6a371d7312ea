"""The forms of the setup of a city. A form checks what was typed; what may be set decide the acts.

`revision` is the number of the last change that the person saw: who changed the same thing meanwhile wins.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.clockwork.rules import TARGET_KEY, ClockRule
from portals.models import Member, Office
from portals.models.rule import Clock, Rule
from portals.vocabulary import DayUnit, MemberRole, Roll
from requests_app.forms.base import typed
from requests_app.forms.fields import DateField, LineField, MailField, TextField
from requests_app.setup.city_people import OfficeFacts, Person, Place
from requests_app.setup.closed_days import Source, Year, read_days
from requests_app.setup.confirmations import Answer
from requests_app.setup.simulation import Change, wrong_with
from requests_app.setup.targets import Target

CITATION = gettext_lazy("Where it is written")
CITATION_HELP = gettext_lazy(
    "For example: e-mail of the City Clerk of June 1, 2026; Administrative Order 12-3, section 4."
)


class UrlField(forms.URLField):
    """An address on the web that a browser may open."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {
            "label": gettext_lazy("Its address on the web"),
            "required": False,
            "max_length": 500,
            "assume_scheme": "https",
            **kwargs,
        }
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        url = str(super().clean(value) or "")
        if url and not url.startswith(("https://", "http://")):
            raise forms.ValidationError(_("This must begin with https:// or http://."))
        return url


class SetupForm(forms.Form):
    """Any change of the setup."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def take(self, wrong: Mapping[str, str]) -> None:
        """Put what the act would refuse beside the fields."""
        for name, sentence in wrong.items():
            self.add_error(name if name in self.fields else None, sentence)

    @property
    def seen(self) -> int:
        """The revision that the person saw; without one the change is refused as if it were an old one."""
        found: int | None = self.cleaned_data.get("revision")
        return -1 if found is None else found

    def again(self, revision: int) -> None:
        """Show it once more, on the setup as it stands now, with everything that was typed."""
        self.data = typed(self.data, revision=str(revision))


class SourcedForm(SetupForm):
    """A change that needs a citation and a reason."""

    citation_label = LineField(label=CITATION, help_text=CITATION_HELP)
    citation_url = UrlField()
    reason = TextField(
        label=gettext_lazy("Why"), rows=2, limit=1000, help_text=gettext_lazy("Everybody concerned reads it.")
    )

    @property
    def source(self) -> Source:
        values = self.cleaned_data
        return Source(values["citation_label"], values["citation_url"], values["reason"])


class ConfirmForm(SetupForm):
    """What an office answered: a time limit for a clock, words for every other rule."""

    count = forms.IntegerField(
        label=gettext_lazy("How many"), widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"})
    )
    unit = forms.ChoiceField(label=gettext_lazy("Counted in"), choices=DayUnit.choices)
    roll = forms.ChoiceField(
        label=gettext_lazy("If calendar days end on a closed day"), choices=Roll.choices, required=False
    )
    words = TextField(label=gettext_lazy("What the office confirmed"), rows=3, limit=2000)
    office = forms.ChoiceField(label=gettext_lazy("Which office"))
    confirmed_by = LineField(
        label=gettext_lazy("Who of the office"), help_text=gettext_lazy("Name and position.")
    )
    confirmed_on = DateField(label=gettext_lazy("When the office said so"))
    citation_label = LineField(label=CITATION, help_text=CITATION_HELP)
    citation_url = UrlField()
    effective_from = DateField(
        label=gettext_lazy("Holds for what is received from"),
        help_text=gettext_lazy("Today or later. Open cases follow only when you apply it to them."),
    )

    def __init__(
        self, data: Any = None, *, rule: Rule, offices: Iterable[Office], today: date, revision: int
    ) -> None:
        initial = {
            "revision": revision,
            "office": str(rule.confirm_with_id or ""),
            "unit": DayUnit.BUSINESS,
            "roll": rule.roll if isinstance(rule, Clock) else Roll.NONE,
            "confirmed_on": today,
            "effective_from": today,
        }
        super().__init__(data, initial=initial)
        self.offices = {str(office.pk): office for office in offices if not office.outside}
        _choices(self, "office", [("", _("Choose")), *((pk, row.name) for pk, row in self.offices.items())])
        for name in ("words",) if isinstance(rule, Clock) else ("count", "unit", "roll"):
            del self.fields[name]

    def answer(self) -> Answer:
        values = {name: value for name, value in self.cleaned_data.items() if name != "revision"}
        values["office"] = self.offices[values["office"]]
        if "roll" in values:
            values["roll"] = values["roll"] or Roll.NONE
        return Answer(**values)


def _choices(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class ReasonForm(SetupForm):
    reason = TextField(label=gettext_lazy("Why"), rows=2, limit=1000)


class ApplyForm(SetupForm):
    """Which confirmation was looked at before it is applied."""

    number = forms.IntegerField(widget=forms.HiddenInput)


class ClosedDayForm(SourcedForm):
    on = DateField(label=gettext_lazy("Day"))
    name = LineField(label=gettext_lazy("Its name"), limit=100)
    field_order = ["on", "name", "citation_label", "citation_url", "reason"]


class WithdrawDayForm(SourcedForm):
    on = DateField(label=gettext_lazy("Day"), widget=forms.HiddenInput)


class YearForm(SourcedForm):
    """A whole year of closed days, one a line."""

    days = TextField(
        label=gettext_lazy("Closed days, one a line"),
        rows=12,
        help_text=gettext_lazy("Date and name: 2028-07-04 Independence Day. Without weekends."),
    )
    missing = LineField(
        label=gettext_lazy("A day that is still missing, and why"),
        required=False,
        limit=500,
        help_text=gettext_lazy("For example one that is fixed each year by executive order."),
    )
    field_order = ["days", "missing", "citation_label", "citation_url", "reason"]

    def __init__(self, data: Any = None, *, year: int, revision: int) -> None:
        super().__init__(data, initial={"revision": revision})
        self.year = year

    def clean_days(self) -> dict[date, str]:
        days, wrong = read_days(self.cleaned_data["days"], self.year)
        if wrong:
            raise forms.ValidationError(wrong)
        if not days:
            raise forms.ValidationError(_("Enter the closed days of the year, one a line."))
        return days

    def given(self) -> Year:
        values = self.cleaned_data
        return Year(self.year, values["days"], complete=not values["missing"], note=values["missing"])


class TargetForm(SetupForm):
    value = forms.IntegerField(
        label=gettext_lazy("Business days"),
        required=False,
        widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
        help_text=gettext_lazy("Leave it empty to go back to the target of the city's file."),
    )
    effective_from = DateField(label=gettext_lazy("For what is received from"))
    reason = TextField(label=gettext_lazy("Why"), rows=2, limit=1000)

    def __init__(self, data: Any = None, *, target: Target, value: int, today: date, revision: int) -> None:
        tomorrow = today + timedelta(days=1)
        super().__init__(data, initial={"value": value, "effective_from": tomorrow, "revision": revision})
        self.fields["value"].widget.attrs |= {"min": target.lowest, "max": target.highest}
        if target.in_hours:
            self.fields["value"].label = _("Hours")
            self.fields["value"].help_text = _(
                "0: never. Leave it empty to go back to the target of the city's file."
            )
            self.fields["effective_from"].label = _("For what is answered from")


class OfficeForm(SetupForm):
    """What staff may say of an office; what its file says is not offered."""

    name = LineField(label=gettext_lazy("Name"))
    contact = TextField(
        label=gettext_lazy("How to reach it"),
        rows=3,
        limit=2000,
        required=False,
        help_text=gettext_lazy(
            "Phone, address, counter; everybody reads it on the front desk. Letters go only to its members."
        ),
    )
    hours = LineField(label=gettext_lazy("Opening hours"), required=False)
    note = TextField(label=gettext_lazy("Note"), rows=2, limit=1000, required=False)
    publishes = forms.BooleanField(label=gettext_lazy("It publishes datasets"), required=False)
    aliases = TextField(
        label=gettext_lazy("Other spellings in catalogues, one a line"), rows=3, limit=2000, required=False
    )

    def __init__(self, data: Any = None, *, facts: OfficeFacts, from_file: bool, revision: int) -> None:
        aliases = "\n".join(facts.aliases)
        initial = {**vars(facts), "aliases": aliases, "revision": revision}
        super().__init__(data, initial=initial)
        self.facts_before = facts
        if from_file:
            for name in ("name", "note", "publishes", "aliases"):
                del self.fields[name]

    def facts(self) -> OfficeFacts:
        values = {name: value for name, value in self.cleaned_data.items() if name != "revision"}
        if "aliases" in values:
            values["aliases"] = tuple(line.strip() for line in values["aliases"].splitlines() if line.strip())
        return OfficeFacts(**{**vars(self.facts_before), **values})


class PlaceForm(SetupForm):
    """A role that somebody holds."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=MemberRole.choices)
    is_deputy = forms.BooleanField(
        label=gettext_lazy("Deputy of the head: is told what the head is told"), required=False
    )
    active = forms.BooleanField(label=gettext_lazy("Holds this place"), required=False)

    def __init__(self, data: Any = None, *, member: Member, revision: int) -> None:
        initial = {name: getattr(member, name) for name in ("role", "is_deputy", "active")}
        super().__init__(data, initial={**initial, "revision": revision})
        self.member = member

    def place(self) -> Place:
        values = self.cleaned_data
        return Place(values["role"], self.member.office, values["is_deputy"], values["active"])


class MemberForm(SetupForm):
    """A new place of a person."""

    email = MailField(
        label=gettext_lazy("E-mail address"),
        max_length=150,
        help_text=gettext_lazy("Whoever has an account keeps it; others get an invitation."),
    )
    first_name = LineField(label=gettext_lazy("First name"), required=False, limit=150)
    last_name = LineField(label=gettext_lazy("Last name"), required=False, limit=150)
    office = forms.ChoiceField(label=gettext_lazy("Office"), required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=MemberRole.choices)
    is_deputy = forms.BooleanField(label=gettext_lazy("Deputy of the head"), required=False)

    def __init__(self, data: Any = None, *, offices: Iterable[Office], revision: int) -> None:
        super().__init__(data, initial={"revision": revision})
        self.offices = {str(office.pk): office for office in offices if not office.outside}
        whole = ("", _("The whole city (administrator, auditor)"))
        _choices(self, "office", [whole, *((pk, office.name) for pk, office in self.offices.items())])

    def person(self) -> Person:
        values = self.cleaned_data
        return Person(values["email"], values["first_name"], values["last_name"])

    def place(self) -> Place:
        values = self.cleaned_data
        return Place(values["role"], self.offices.get(values["office"]), values["is_deputy"])


class SimulationForm(forms.Form):
    """A changed time limit to try; sent with GET, so that an address can be shared."""

    rule = forms.ChoiceField(label=gettext_lazy("Which rule"))
    count = forms.IntegerField(
        label=gettext_lazy("How many instead"),
        min_value=1,
        max_value=730,
        widget=forms.NumberInput(attrs={"min": 1, "inputmode": "numeric"}),
    )
    unit = forms.ChoiceField(label=gettext_lazy("Counted in"), choices=DayUnit.choices)
    roll = forms.ChoiceField(
        label=gettext_lazy("If calendar days end on a closed day"), choices=Roll.choices, required=False
    )
    extension = forms.IntegerField(
        label=gettext_lazy("Extension by at most"),
        required=False,
        min_value=1,
        max_value=730,
        help_text=gettext_lazy("Only where the rule has one, and in its unit. Empty leaves it as it is."),
    )

    def __init__(self, data: Any = None, *, rules: Mapping[str, ClockRule], names: Mapping[str, str]) -> None:
        super().__init__(data, initial={"unit": DayUnit.BUSINESS})
        self.rules = rules
        _choices(self, "rule", [("", _("Choose")), *names.items()])

    def change(self) -> Change:
        values = self.cleaned_data
        return Change(values["count"], values["unit"], values["roll"] or Roll.NONE, values["extension"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        rule = self.rules.get(values.get("rule", ""))
        if rule is None or not {"count", "unit"} <= values.keys():
            return values
        if values.get("extension") and not rule.extension:
            self.add_error("extension", _("This rule knows no extension."))
        if values["unit"] == DayUnit.YEARS and values["count"] > 20:
            self.add_error("count", _("Give at most 20 years."))
        if rule.key == TARGET_KEY and values["unit"] != DayUnit.BUSINESS:
            self.add_error("unit", _("The office's own target is counted in business days."))
        for name, sentence in wrong_with(rule, self.change()).items() if not self.errors else ():
            self.add_error(name, sentence)
        return values
