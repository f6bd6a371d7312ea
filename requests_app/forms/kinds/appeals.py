"""The form for an appeal of an answer or of silence, or a complaint about how a request was handled."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import Office
from portals.routes import FlagRule
from portals.vocabulary import SubmissionKind
from requests_app import deadlines
from requests_app.doors import references
from requests_app.forms.base import KindForm, Section
from requests_app.forms.fields import LineField, TextField
from requests_app.models import Appeal, Submission
from requests_app.redress import remedies
from requests_app.redress.remedies import Remedy

ABOUT_RECORDS = "about_public_record"
_LOOKS_LIKE_REFERENCE = re.compile(r"[A-Za-z]{3}[- ]?[0-9A-Za-z]{8,9}")
_GROUNDS = [choice for choice in Appeal.Ground.choices if choice[0] != Appeal.Ground.MEASURE]
"""A measure is appealed by the person concerned, on the page of their own."""
_APPEALABLE = [
    (value, gettext_lazy("A decision on an appeal") if value == SubmissionKind.APPEAL else label)
    for value, label in SubmissionKind.choices
]


class AppealForm(KindForm):
    """An appeal: against which case, on which ground, and what should be decided instead."""

    kind = SubmissionKind.APPEAL
    detail_names = ("ground", "remedy_sought")
    search_first = False

    about = forms.ChoiceField(
        label=gettext_lazy("What had you asked for?"), choices=[("", gettext_lazy("Choose")), *_APPEALABLE]
    )
    against = LineField(
        label=gettext_lazy("Reference of your request"),
        required=False,
        limit=300,
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("Why do you appeal or complain?"), choices=_GROUNDS, widget=forms.RadioSelect
    )
    description = TextField(
        label=gettext_lazy("What happened, and why do you disagree?"),
    )
    remedy_sought = TextField(label=gettext_lazy("What should be decided instead?"), required=False, rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case: Submission | None = None
        self.fields["against"].help_text = _(
            "It looks like %(example)s. Without one, say when and where you asked, and who answered."
        ) % {"example": f"{self.city.prefix}-7F3K9QX2M"}
        self.fields["dataset"].help_text = _("Only if it is about one: its name or identifier.")

    def asked_flags(self) -> list[FlagRule]:
        return [flag for flag in self.book.flags_of(self.kind) if flag.key != ABOUT_RECORDS]

    @property
    def flags(self) -> frozenset[str]:
        """With whether it is about a public record, which the form knows without asking."""
        known = {flag.key for flag in self.book.flags_of(self.kind)}
        about_records = self.appealed_kind == SubmissionKind.RECORDS_REQUEST
        return super().flags | ({ABOUT_RECORDS} & known if about_records else frozenset())

    def own_sections(self) -> list[Section]:
        return [
            Section(_("What it is about"), ("about", "against", "dataset", "ground")),
            Section(_("Your reasons"), ("description", "remedy_sought")),
        ]

    def clean_against(self) -> str:
        """Finds the case that the reference names, if whoever writes has proved that it is his. Whether there
        is such a case is told to nobody else: not by a link, a date, an office or an error."""
        typed: str = self.cleaned_data["against"]
        reference = references.normalised(typed)
        if reference:
            rows = Submission.objects.select_related("dataset__office", "office", "city")
            self.case = rows.filter(reference=reference, city=self.city, pk__in=self.proved).first()
            return reference
        if _LOOKS_LIKE_REFERENCE.fullmatch(typed):
            raise forms.ValidationError(
                _("A character of this reference is wrong. Compare it with your letter, or leave it empty.")
            )
        return typed

    def clean(self) -> dict[str, Any]:
        """Without a dataset named, that of the appealed case says which office publishes."""
        values = super().clean() or self.cleaned_data
        if self.case and not self.dataset:
            self.dataset = self.case.dataset
        return values

    @property
    def appealed_kind(self) -> str:
        """The kind of what is appealed: that of the case where it is known, else what was answered."""
        return self.case.kind if self.case else str(self.cleaned_data.get("about", ""))

    @property
    def steward(self) -> Office | None:
        """The office that answered, where the case is known: an appeal goes where it did."""
        return self.case.office if self.case else None

    @property
    def is_unproved(self) -> bool:
        """A reference was given, and this browser has not opened that case: it is linked by staff later."""
        return self.case is None and references.normalised(self.cleaned_data.get("against", "")) is not None

    def details(self) -> dict[str, Any]:
        against = self.cleaned_data["against"]
        text = f"{SubmissionKind(self.appealed_kind).label}: {against}".rstrip(": ")
        chosen = next((way for way in self.ways() if way.open and way.rule.inside), None)
        return {
            **super().details(),
            "against": self.case,
            "against_text": text[:300],
            "route": chosen.rule.key if chosen else "",
        }

    def ways(self) -> list[Remedy]:
        """The ways that the rules know for this kind and ground, those that are closed here among them."""
        found = deadlines.of_case(self.case) if self.case else []
        on = self.case.received_on if self.case else self.today
        rules = self.book.appeal_routes(self.appealed_kind, on, self.cleaned_data["ground"])
        limits = remedies.limited(self.book, self.appealed_kind, on)
        return remedies.without_case(rules, self.flags, found, self.today, limits)

    @property
    def last_day_passed(self) -> date | None:
        """The last day of the way that the appeal takes, where it is over; it is accepted all the same."""
        chosen = next((way for way in self.ways() if way.open and way.rule.inside), None)
        over = chosen is not None and chosen.last_day is not None and chosen.last_day < self.today
        return chosen.last_day if chosen and over else None
