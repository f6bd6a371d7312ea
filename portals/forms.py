"""The forms of the city's public pages. They are sent with GET, so that an address can be shared."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Protocol

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from portals.clockwork.event_text import PROMISING
from portals.clockwork.happenings import PLAUSIBLE_YEARS, Happening
from portals.models import City
from portals.rulebook import Rulebook
from portals.vocabulary import ClockEvent, SubmissionKind

EVENT_ROWS = 6
LARGEST_FEE = Decimal("9999999.99")


class Wish(Protocol):
    """Something that a person may need, and the kind of submission that it is."""

    @property
    def kind(self) -> str: ...
    @property
    def wish(self) -> str | Promise: ...


def _offer(field: forms.Field, choices: list[tuple[str, Any]]) -> None:
    """Set the choices of a field that has some; they come from the rows of a city."""
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{field} has no choices")
    field.choices = choices


class StartForm(forms.Form):
    """What do you need, and from which city?"""

    need = forms.ChoiceField(
        label=_("What do you need?"),
        error_messages={
            "required": _("Choose what you need."),
            "invalid_choice": _("Choose one of the needs in the list."),
        },
    )
    city = forms.ChoiceField(
        label=_("From which city?"),
        error_messages={"required": _("Choose a city."), "invalid_choice": _("Choose one of the cities.")},
    )

    def __init__(self, data: Any, *, cities: Iterable[City], needs: Iterable[Wish]) -> None:
        super().__init__(data)
        wishes = [(need.kind, need.wish) for need in needs]
        places = [(city.slug, f"{city.name}, {city.state_name}") for city in cities]
        _offer(self.fields["need"], [("", _("Choose")), *wishes])
        _offer(self.fields["city"], [("", _("Choose")), *places])


class DayField(forms.DateField):
    """A city date, typed as ISO or picked in the browser. The year must be one that can be meant."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(input_formats=["%Y-%m-%d", "%m/%d/%Y"], **kwargs)
        self.error_messages["invalid"] = _("This is not a day: write it like 2026-06-04.")

    def validate(self, value: dt.date | None) -> None:
        super().validate(value)
        if value is not None and value.year not in PLAUSIBLE_YEARS:
            raise forms.ValidationError(_t("The year %(year)s cannot be right.") % {"year": value.year})


def _event_choices() -> list[tuple[str, Any]]:
    offered = [(str(event), event.label) for event in ClockEvent if event != ClockEvent.RECEIVED]
    return [("", _("nothing more")), *offered]


class CalculatorForm(forms.Form):
    """What happened to a submission in one city, for the deadlines that follow. All dates are city dates."""

    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=SubmissionKind.choices,
        initial=SubmissionKind.RECORDS_REQUEST,
        error_messages={
            "required": _("Choose what it is."),
            "invalid_choice": _("There is no such kind of submission."),
        },
    )
    received = DayField(
        label=_("On which day was it received?"),
        error_messages={"required": _("Give the day on which it was received.")},
    )
    received_time = forms.TimeField(
        label=_("At what time?"),
        required=False,
        help_text=_("Local time of the city. It moves no date; it is told where an office closes earlier."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("This is not a time: write it like 17:30.")},
    )
    fee = forms.DecimalField(
        label=_("Fee in dollars, if one is known"),
        required=False,
        min_value=Decimal(0),
        max_value=LARGEST_FEE,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
        error_messages={"invalid": _("This is not an amount: write it like 25 or 0.10.")},
    )
    flag = forms.MultipleChoiceField(
        label=_("What is true of it?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The rules of this city ask for it. What does not belong to the kind is left aside."),
        error_messages={"invalid_choice": _("There is no such circumstance in this city.")},
    )
    no_dataset = forms.BooleanField(label=_("It is not about a dataset"), required=False)

    def __init__(self, data: Any = None, *, book: Rulebook) -> None:
        super().__init__(data)
        self.book = book
        if book.flags:
            _offer(self.fields["flag"], [(flag.key, flag.question) for flag in book.flags])
        else:
            del self.fields["flag"]
        for row in range(1, EVENT_ROWS + 1):
            self._add_row(row)

    def _add_row(self, row: int) -> None:
        self.fields[f"event_{row}"] = forms.ChoiceField(
            label=_t("Event %(row)d") % {"row": row},
            choices=_event_choices,
            required=False,
            error_messages={"invalid_choice": _("There is no such event.")},
        )
        self.fields[f"on_{row}"] = DayField(label=_t("Day of event %(row)d") % {"row": row}, required=False)
        self.fields[f"until_{row}"] = DayField(
            label=_t("Date that event %(row)d promises") % {"row": row}, required=False
        )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The fields of each further event: what, on which day, until when."""
        numbers = range(1, EVENT_ROWS + 1)
        return [(self[f"event_{row}"], self[f"on_{row}"], self[f"until_{row}"]) for row in numbers]

    def clean(self) -> dict[str, Any]:
        """A row needs both its event and its day; only some events can promise a date."""
        values = super().clean() or {}
        for row in range(1, EVENT_ROWS + 1):
            if not {f"event_{row}", f"on_{row}", f"until_{row}"} & set(self.errors):
                self._check_row(row, values)
        return values

    def _check_row(self, row: int, values: dict[str, Any]) -> None:
        event, on, until = values.get(f"event_{row}"), values.get(f"on_{row}"), values.get(f"until_{row}")
        label = ClockEvent(event).label if event else ""
        if event and on is None:
            told = _t("Give the day for “%(event)s”.") % {"event": label}
            self.add_error(f"on_{row}", told)
        elif not event and (on is not None or until is not None):
            self.add_error(f"event_{row}", _t("Choose what happened, or take the day away."))
        elif until is not None and event not in PROMISING:
            told = _t("“%(event)s” promises no date: leave this empty.") % {"event": label}
            self.add_error(f"until_{row}", told)

    def happenings(self) -> list[Happening]:
        """The events that were entered, the receipt first. Call it on a valid form only."""
        values = self.cleaned_data
        on, at = values["received"], values.get("received_time")
        moment = dt.datetime.combine(on, at, tzinfo=self.book.time_zone) if at else on
        found = [Happening(ClockEvent.RECEIVED, moment)]
        for row in range(1, EVENT_ROWS + 1):
            if event := values.get(f"event_{row}"):
                found.append(Happening(event, values[f"on_{row}"], values.get(f"until_{row}")))
        return found

    def flags(self) -> frozenset[str]:
        """The circumstances that were ticked and belong to the chosen kind."""
        kind, ticked = self.cleaned_data["kind"], self.cleaned_data.get("flag", [])
        return frozenset(flag.key for flag in self.book.flags_of(kind) if flag.key in ticked)


def typed(form: forms.Form) -> Sequence[tuple[str, str]]:
    """What was typed, without what was left empty, as it stands in a short address."""
    names = set(form.fields)
    lists = form.data.lists() if hasattr(form.data, "lists") else ()
    return [(name, value) for name, values in lists if name in names for value in values if value.strip()]
