"""What the forms of the acts at the desk share. A form checks what was typed, saves nothing, reads no clock.

Every form carries `revision`, the number of events that the person saw: an act on a case that has changed
since is refused and shown again with everything that was typed.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.rulebook import Rulebook
from portals.templatetags.civic import city_date
from requests_app.forms.acts.release import ReleaseForm
from requests_app.forms.attachments import AttachmentsForm
from requests_app.forms.fields import DateField, TextField
from requests_app.models import Deadline, Submission


@dataclass(frozen=True)
class Desk:
    """What a form must know besides what is typed: the case, its rules and dates, and the moment (UTC)."""

    submission: Submission
    book: Rulebook
    deadlines: list[Deadline]
    now: datetime

    @property
    def today(self) -> date:
        return self.book.city_date(self.now)

    def moments_on(self, day: date) -> list[datetime]:
        """When something happened to the case on a city date."""
        moments = self.submission.events.values_list("happened_at", flat=True)
        return [moment for moment in moments if self.book.city_date(moment) == day]


class ActForm(forms.Form):
    """An act that needs no words."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, files: Any = None, *, desk: Desk, **kwargs: Any) -> None:
        initial = {"revision": desk.submission.chain_length, **kwargs.pop("initial", {})}
        super().__init__(data, files, initial=initial, **kwargs)
        self.desk = desk
        self.prepare()

    def prepare(self) -> None:
        """What depends on the case: choices, hints."""

    def hints(self) -> list[str]:
        """Sentences to read before acting."""
        return []

    @property
    def seen(self) -> int | None:
        """The revision that the person saw; without one the act is refused as if it were an old one."""
        revision: int | None = self.cleaned_data.get("revision")
        return -1 if revision is None else revision


class WithFiles(ActForm, AttachmentsForm):
    """An act with words and files that only staff see. `stored` holds the files."""

    field_order = ["body", "files"]


class ToRequester(ActForm, ReleaseForm):
    """An act with words and files for the requester."""

    field_order = ["body", "files"]


class Moment(ActForm):
    """An act whose true date counts. `moment` is in UTC; without a time of day it is taken after everything
    else that is known of that day, because only the date counts then."""

    on = DateField(label=gettext_lazy("Date"))
    at = forms.TimeField(
        label=gettext_lazy("Time of day"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=gettext_lazy("If it is known. The date decides."),
    )

    def prepare(self) -> None:
        self.fields["on"].help_text = _("In the city's time (%(zone)s).") % {
            "zone": self.desk.book.time_zone.key
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        day = values.get("on")
        if day is not None:
            self.moment = moment_of(self, day, values.get("at"), self.desk.book, self.desk.now)
            if values.get("at") is None:
                self.moment = min(max([self.moment, *self.desk.moments_on(day)]), self.desk.now)
            earliest = self.desk.submission.received_on
            if day < earliest:
                self.add_error("on", _("The case was received on %(on)s.") % {"on": city_date(earliest)})
        return values


def moment_of(
    form: forms.Form, day: date, at: time | None, book: Rulebook, now: datetime, name: str = "on"
) -> datetime:
    """The moment (UTC) of a city date and time; an error at the field where it lies in the future.

    A day without a time is taken at noon, or at `now` where that is earlier.
    """
    if not 1990 <= day.year <= 2199:
        form.add_error(name, _("The year cannot be right."))
        return now
    found = datetime.combine(day, at or time(12), tzinfo=book.time_zone).astimezone(UTC)
    if at is None and day == book.city_date(now):
        return min(found, now)
    if found > now:
        form.add_error(name, _("This lies in the future. Enter when it really happened."))
    return found


class ReasonForm(ActForm):
    reason = TextField(label=gettext_lazy("Reason"))
