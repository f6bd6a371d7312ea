"""How something came that staff enter for somebody: by which way, and when it truly came."""

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.rulebook import Rulebook
from portals.templatetags.civic import city_date
from portals.vocabulary import SubmissionKind
from requests_app.forms.fields import DateField
from requests_app.models import Channel

NOT_ENTERED = (Channel.WEB, Channel.PROPOSAL, Channel.API)
"""Ways on which nobody types for somebody else."""


class EnteredForm(forms.Form):
    """Channel and true receipt. `received_at` and `custodian_received_at` are in UTC; a date without a time
    of day is taken at noon, because only the date decides."""

    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        choices=[(str(way), way.label) for way in Channel if way not in NOT_ENTERED],
        widget=forms.RadioSelect,
    )
    received_on = DateField(label=gettext_lazy("When the city received it"))
    received_time = forms.TimeField(
        label=gettext_lazy("Time of day"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("If it is known. The date decides."),
    )
    custodian_on = DateField(
        label=gettext_lazy("Received by the custodian of records on"),
        required=False,
        help_text=gettext_lazy(
            "Only if it first lay with another office and has reached the custodian since. Where the law "
            "counts from the custodian's receipt, the deadlines start on this day."
        ),
    )

    def __init__(self, data: Any = None, *, kind: str, book: Rulebook, now: datetime, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.book, self.now = book, now
        self.received_at = now
        self.custodian_received_at: datetime | None = None
        if kind != SubmissionKind.RECORDS_REQUEST:
            del self.fields["custodian_on"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("received_on"):
            self.received_at = self._moment("received_on", values["received_on"], values.get("received_time"))
        custodian_on = values.get("custodian_on")
        if custodian_on and "received_on" not in self.errors:
            moment = self._moment("custodian_on", custodian_on, None)
            self.custodian_received_at = max(moment, self.received_at)
            if custodian_on < values["received_on"]:
                self.add_error(
                    "custodian_on",
                    _("The custodian cannot have it before the city: it came on %(on)s.")
                    % {"on": city_date(values["received_on"])},
                )
        return values

    def _moment(self, name: str, day: date, at: time | None) -> datetime:
        today = self.book.city_date(self.now)
        if day > today:
            self.add_error(name, _("This date lies in the future. Enter when it really came."))
            return self.now
        if day.year < 1990:
            self.add_error(name, _("The year cannot be right."))
            return self.now
        found = datetime.combine(day, at or time(12), tzinfo=self.book.time_zone).astimezone(UTC)
        if at is not None and found > self.now:
            self.add_error("received_time", _("This time lies in the future. Enter when it really came."))
        return min(found, self.now)
