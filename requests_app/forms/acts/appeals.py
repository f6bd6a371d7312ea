"""The forms of the acts about an appeal and about a review outside the city."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.templatetags.civic import city_date
from portals.vocabulary import AppealOutcome
from requests_app.appeals import Decision, missing_from
from requests_app.doors import references
from requests_app.events.appeal_stand import ReviewStand, reviews_of
from requests_app.forms.acts.base import ActForm
from requests_app.forms.acts.release import ReleaseForm
from requests_app.forms.fields import DateField, LineField, TextField
from requests_app.models import Appeal, OutsideReview
from requests_app.redress.reviews import Petition, ways_outside

_REFERENCE = re.compile(r"[A-Za-z]{3}-?[0-9A-Za-z]{9}")


def appeal_of(form: ActForm) -> Appeal:
    """What the case adds as an appeal; an empty one where it is none, so that the page can say so."""
    submission = form.desk.submission
    return getattr(submission, "appeal", None) or Appeal(submission=submission)


class LinkForm(ActForm):
    """Which case an appeal is against. `reference` is normalised."""

    reference = LineField(label=gettext_lazy("Reference of the case that is appealed"), limit=40)

    def prepare(self) -> None:
        named = _REFERENCE.findall(appeal_of(self).against_text)
        self.fields["reference"].initial = next(filter(None, map(references.normalised, named)), "")

    def hints(self) -> list[str]:
        said = appeal_of(self).against_text
        return [
            _("The person wrote: “%(said)s”. Make sure that it is this person's own case.") % {"said": said},
            _("The case is told of the appeal, and a decision can send it back."),
        ]

    def clean_reference(self) -> str:
        reference = references.normalised(self.cleaned_data["reference"])
        if reference is None:
            raise forms.ValidationError(_("A character of this reference is wrong."))
        return reference


class DecideForm(ReleaseForm, ActForm):
    """The decision on an appeal."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What is decided"), choices=AppealOutcome.choices, widget=forms.RadioSelect
    )
    reasons = TextField(
        label=gettext_lazy("What was decided and why"),
        help_text=gettext_lazy("The person who appealed and the office that answered read it."),
    )
    until = DateField(
        label=gettext_lazy("By when the case must be answered anew"),
        required=False,
        help_text=gettext_lazy("Only if the decision changes the answer. You set this date; no law does."),
    )
    field_order = ["outcome", "reasons", "until", "files"]

    def hints(self) -> list[str]:
        appeal = appeal_of(self)
        found = []
        if appeal.is_late:
            found.append(
                _("It came after the last day, %(on)s. It was accepted and marked as late.")
                % {"on": city_date(appeal.last_day)}
            )
        if appeal.measure is not None:
            found.append(
                _(
                    "It appeals the measure “%(measure)s”. The decision lifts nothing by itself: the office "
                    "that took the measure is told of it, and lifts it where it must end."
                )
                % {"measure": appeal.measure.name}
            )
        elif appeal.against is None:
            found.append(_("It is not linked to a case. Only a linked case can be sent back."))
        else:
            found.append(
                _("%(reference)s is reopened if the decision changes its answer.")
                % {"reference": appeal.against.reference}
            )
        return found

    @property
    def decision(self) -> Decision:
        """What was typed, as the act wants it."""
        values = self.cleaned_data
        return Decision(AppealOutcome(values["outcome"]), values.get("reasons", ""), values.get("until"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "outcome" in values:
            missing = missing_from(appeal_of(self), self.decision, self.desk.today)
            for name, sentence in missing.items():
                if name not in self.errors:
                    self.add_error(name, sentence)
        return values


def _not_to_come(form: ActForm, name: str) -> date | None:
    """A city date that is over or today; an error at its field for a day to come or before the receipt."""
    day: date | None = form.cleaned_data.get(name)
    if day and day > form.desk.today:
        raise forms.ValidationError(_("This lies in the future. Enter when it really happened."))
    if day and day < form.desk.submission.received_on:
        on = city_date(form.desk.submission.received_on)
        raise forms.ValidationError(_("The case was received on %(on)s.") % {"on": on})
    return day


class PetitionForm(ActForm):
    """A petition, complaint or suit that reached somebody outside the city."""

    route = forms.ChoiceField(label=gettext_lazy("Where it was filed"), widget=forms.RadioSelect)
    received_on = DateField(label=gettext_lazy("Received there on"))
    filed_on = DateField(label=gettext_lazy("Date of the petition"), required=False)
    note = LineField(label=gettext_lazy("Note"), required=False, limit=500)

    def prepare(self) -> None:
        field = self.fields["route"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (rule.key, f"{rule.name} ({rule.citation})") for rule in ways_outside(self.desk.submission)
        ]

    def clean_received_on(self) -> date | None:
        return _not_to_come(self, "received_on")

    def clean_filed_on(self) -> date | None:
        return _not_to_come(self, "filed_on")

    @property
    def petition(self) -> Petition:
        values = self.cleaned_data
        return Petition(
            values["route"], values["received_on"], values.get("filed_on"), values.get("note", "")
        )


class OfReview(ActForm):
    """An act about one of the reviews of the case."""

    review = forms.TypedChoiceField(label=gettext_lazy("Which review"), coerce=int, widget=forms.RadioSelect)
    on = DateField(label=gettext_lazy("Date"))
    note = LineField(label=gettext_lazy("Note"), required=False, limit=500)

    def waiting(self, review: ReviewStand) -> bool:
        """Whether the act is possible for this review."""
        return not review.result

    def prepare(self) -> None:
        events = self.desk.submission.events.order_by("sequence")
        field = self.fields["review"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (str(one.number), f"{one.body} ({city_date(one.received_on)})")
            for one in reviews_of(events)
            if self.waiting(one)
        ]
        if len(field.choices) == 1:
            field.initial = field.choices[0][0]

    def clean_on(self) -> date | None:
        return _not_to_come(self, "on")


class OrderForm(OfReview):
    """What was decided outside the city."""

    result = forms.ChoiceField(
        label=gettext_lazy("What was decided"), choices=OutsideReview.Result.choices, widget=forms.RadioSelect
    )
    field_order = ["review", "result", "on", "note"]


class ComplyForm(OfReview):
    """The city has done what was ordered."""

    field_order = ["review", "on", "note"]

    def waiting(self, review: ReviewStand) -> bool:
        return review.binds_the_city and review.complied_on is None
