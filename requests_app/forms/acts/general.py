"""The forms of the acts on every case: writing, notes, dates, who works on it, what happened outside."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import User
from portals.templatetags.civic import city_date
from portals.vocabulary import ClockEvent, ClockState
from requests_app import access, deadlines, routing
from requests_app.correspondence import mentions
from requests_app.desk import absences
from requests_app.forms.acts.base import ActForm, Desk, Moment, ReasonForm, ToRequester, WithFiles
from requests_app.forms.fields import DateField, LineField, TextField
from requests_app.handling.casework import OUTSIDE
from requests_app.lifecycle import NotAllowed
from requests_app.models import Deadline


class MessageForm(ToRequester):
    body = TextField(label=gettext_lazy("Message to the requester"))


class AskForm(ToRequester):
    body = TextField(
        label=gettext_lazy("Question to the requester"),
        help_text=gettext_lazy("Ask only what you need, and say why you need it."),
    )

    def hints(self) -> list[str]:
        rules = self.desk.book.clocks_for(self.desk.submission.kind, self.desk.submission.received_on)
        stops = [rule.citation for rule in rules if "clarification" in rule.paused_by]
        if stops:
            return [_("The clock stops until the answer comes (%(citation)s).") % {"citation": stops[0]}]
        return [_("A question does not stop the clock here: the due date stays.")]


class NoteForm(WithFiles):
    """A note, and whom it asks to look. `asking` are those who were ticked or named as @first.last."""

    body = TextField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("Only staff see it. Name colleagues as @first.last, or tick them below."),
    )
    tell = forms.MultipleChoiceField(
        label=gettext_lazy("Ask these people to look"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("All who may see this case."),
    )
    field_order = ["body", "tell", "files"]

    def prepare(self) -> None:
        self.readers = {str(one.user_id): one for one in reversed(access.readers(self.desk.submission))}
        field = self.fields["tell"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(key, mentions.label(one)) for key, one in reversed(self.readers.items())]

    @property
    def asking(self) -> list[User]:
        named = mentions.named(self.cleaned_data["body"], self.desk.submission)
        return [self.readers[key].user for key in self.cleaned_data["tell"]] + named

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        try:
            mentions.named(body, self.desk.submission)
        except NotAllowed as error:
            raise forms.ValidationError(str(error)) from None
        return body


class ReleasePartForm(ToRequester):
    body = TextField(
        label=gettext_lazy("What is released, and what is still to come"),
        help_text=gettext_lazy("The requester reads it. Attach the records below, or say where they are."),
    )


class AcknowledgeForm(ActForm):
    message = TextField(label=gettext_lazy("Message to the requester"), required=False)
    estimate = DateField(label=gettext_lazy("Estimated date of the answer"), required=False)

    def hints(self) -> list[str]:
        deadline = estimate_wanted(self.desk)
        if deadline is None:
            return []
        return [
            _(
                "Until %(due)s the law wants an answer or an estimated date (%(citation)s). "
                "An acknowledgement without one does not meet it."
            )
            % {"due": city_date(deadline.due_on), "citation": deadline.citation}
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        estimate = values.get("estimate")
        if estimate and estimate < self.desk.today:
            self.add_error("estimate", _("The estimated date lies in the past. Choose a day still to come."))
        if estimate and not values.get("message"):
            self.add_error("message", _("Say why it takes until then: the requester reads it."))
        return values


def estimate_wanted(desk: Desk) -> Deadline | None:
    """The open deadline that an estimated date meets and an acknowledgement alone does not."""
    rules = {
        rule.key: rule for rule in desk.book.clocks_for(desk.submission.kind, desk.submission.received_on)
    }
    for deadline in desk.deadlines:
        rule = rules.get(deadline.clock_key)
        if rule is None or deadline.state != ClockState.OPEN:
            continue
        if ClockEvent.ESTIMATE_SET in rule.met_by and ClockEvent.ACKNOWLEDGED not in rule.met_by:
            return deadline
    return None


class AssignForm(ActForm):
    to = forms.ModelChoiceField(
        label=gettext_lazy("Assign to"),
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose somebody"),
    )
    anyway = forms.BooleanField(label=gettext_lazy("Assign it although this person is away"), required=False)

    def prepare(self) -> None:
        self.away = absences.away_on(self.desk.submission.office_id, self.desk.today)
        chosen = self.data.get(self.add_prefix("to"), "") if self.is_bound else ""
        if chosen not in map(str, self.away):
            del self.fields["anyway"]
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        members = User.objects.filter(
            memberships__office=self.desk.submission.office_id, memberships__active=True, is_active=True
        )
        field.queryset = members.distinct().order_by("last_name", "first_name")
        field.label_from_instance = self._label  # type: ignore[assignment,method-assign]

    def _label(self, person: Any) -> str:
        absence = self.away.get(person.pk)
        if absence is None:
            return str(person)
        words = {"name": person, "last": city_date(absence.to_on), "deputy": absence.deputy.user}
        return _("%(name)s (away until %(last)s; %(deputy)s stands in)") % words

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        absence = self.away.get(values["to"].pk) if values.get("to") else None
        if absence and not values.get("anyway"):
            self.add_error(
                "to",
                _("%(name)s is away until %(last)s. Choose %(deputy)s, who stands in, or tick the box below.")
                % {
                    "name": values["to"],
                    "last": city_date(absence.to_on),
                    "deputy": absence.deputy.user,
                },
            )
        return values


class ReferForm(ActForm):
    to = forms.ChoiceField(label=gettext_lazy("Refer to"))
    reason = TextField(
        label=gettext_lazy("Why the other office must act"),
        help_text=gettext_lazy("The other office reads this first. The filing date stays."),
    )

    def prepare(self) -> None:
        self.offices = {str(office.pk): office for office in routing.referable(self.desk.submission)}
        beside = {one.office_id: one for one in self.desk.submission.involvements.all()}
        near = [
            (key, f"{office.name} ({beside[office.pk].get_relation_display()})")
            for key, office in self.offices.items()
            if office.pk in beside
        ]
        others = [(key, office.name) for key, office in self.offices.items() if office.pk not in beside]
        groups = [(_("Named for this case"), near), (_("Other offices"), others)]
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose an office")), *((title, part) for title, part in groups if part)]


class ReopenForm(ReasonForm):
    def hints(self) -> list[str]:
        return [_("The case must be acknowledged anew. The filing date stays, and so do the letters.")]


class HideForm(ReasonForm):
    def hints(self) -> list[str]:
        return [_("The report leaves the public page at once. The case goes on, and its requester sees why.")]


class EstimateForm(ReasonForm):
    until = DateField(label=gettext_lazy("Estimated date"))
    field_order = ["until", "reason"]

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until < self.desk.today:
            raise forms.ValidationError(_("The estimated date lies in the past. Choose a day still to come."))
        return until


class ExtendForm(ReasonForm):
    until = DateField(label=gettext_lazy("New last day"))
    field_order = ["until", "reason"]

    @property
    def deadline(self) -> Deadline | None:
        """The deadline that an extension would move."""
        return deadlines.extendable(self.desk.deadlines)

    def hints(self) -> list[str]:
        deadline = self.deadline
        if deadline is None:
            return [_("The rules of this city know no extension here. Give an estimated date instead.")]
        return [
            _(
                "Due on %(due)s. An extension may reach %(limit)s at the latest, and its notice must be "
                "given by the due date (%(citation)s)."
            )
            % {
                "due": city_date(deadline.due_on),
                "limit": city_date(deadline.extendable_to),
                "citation": deadline.citation,
            }
        ]


class CustodianForm(Moment):
    note = LineField(label=gettext_lazy("Note"), required=False, limit=500)


class RecordForm(Moment):
    happening = forms.ChoiceField(
        label=gettext_lazy("What happened"),
        choices=[(str(one), one.label) for one in OUTSIDE],
        widget=forms.RadioSelect,
    )
    note = LineField(label=gettext_lazy("Note"), required=False, limit=500)
    field_order = ["happening", "on", "at", "note"]


class AnswerForm(Moment):
    body = TextField(
        label=gettext_lazy("What the requester answered"),
        help_text=gettext_lazy("As it came by phone, mail or at the counter."),
    )
    field_order = ["body", "on", "at"]


class DeclineForm(Moment):
    body = TextField(label=gettext_lazy("What the requester said"), required=False)
    field_order = ["body", "on", "at"]
