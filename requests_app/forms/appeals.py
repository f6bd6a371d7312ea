"""The form for an appeal of an answer or of silence, or a complaint about how a request was handled."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.rulebook import AppealRule, FlagRule
from portals.vocabulary import SubmissionKind
from requests_app import deadlines, references
from requests_app.forms.base import KindForm, Section
from requests_app.forms.fields import LineField, TextField
from requests_app.models import Appeal, Deadline, Submission

ABOUT_RECORDS = "about_public_record"
UNLESS = {"elected_official": "elected_official", "commercial": "commercial_purpose"}
"""Word of an appeal route's `unless` -> the flag whose yes closes that way."""

_LOOKS_LIKE_REFERENCE = re.compile(r"[A-Za-z]{3}[- ]?[0-9A-Za-z]{8,9}")
_APPEALABLE = [choice for choice in SubmissionKind.choices if choice[0] != SubmissionKind.APPEAL]


@dataclass(frozen=True)
class Way:
    """A way to have an answer reviewed. `open` is False where it is not available here;
    `last_day` stands where the case that is appealed has one."""

    rule: AppealRule
    open: bool
    closed_because: str = ""
    last_day: Deadline | None = None


class AppealForm(KindForm):
    """An appeal: against which case, on which ground, and what should be decided instead."""

    kind = SubmissionKind.APPEAL
    detail_names = ("ground", "remedy_sought")
    search_first = False

    about = forms.ChoiceField(label=gettext_lazy("What had you asked for?"), choices=_APPEALABLE)
    against = LineField(
        label=gettext_lazy("Reference of your request"),
        required=False,
        limit=300,
        help_text=gettext_lazy(
            "It looks like KNT-7F3K9QX2M. Without one, say when and where you asked, and who answered."
        ),
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("What is the matter?"), choices=Appeal.Ground.choices, widget=forms.RadioSelect
    )
    description = TextField(
        label=gettext_lazy("What happened, and why do you disagree?"),
    )
    remedy_sought = TextField(label=gettext_lazy("What should be decided instead?"), required=False, rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case: Submission | None = None
        self.fields["dataset"].help_text = _("Only if it is about one: its name or identifier.")

    def asked_flags(self) -> list[FlagRule]:
        return [flag for flag in self.book.flags_of(self.kind) if flag.key != ABOUT_RECORDS]

    @property
    def flags(self) -> frozenset[str]:
        """With whether it is about a public record, which the form knows without asking."""
        known = {flag.key for flag in self.book.flags_of(self.kind)}
        about_records = self.cleaned_data.get("about") == SubmissionKind.RECORDS_REQUEST
        return super().flags | ({ABOUT_RECORDS} & known if about_records else frozenset())

    def own_sections(self) -> list[Section]:
        return [
            Section(_("What it is about"), ("about", "against", "dataset", "ground")),
            Section(_("Your reasons"), ("description", "remedy_sought")),
        ]

    def clean_against(self) -> str:
        """Links the case that the reference names. Whether there is one is not told: it may be another's."""
        typed: str = self.cleaned_data["against"]
        reference = references.normalised(typed)
        if reference:
            rows = Submission.objects.select_related("dataset__office")
            self.case = rows.filter(reference=reference, city=self.city).first()
            return reference
        if _LOOKS_LIKE_REFERENCE.fullmatch(typed):
            raise forms.ValidationError(
                _("A sign of this reference is mistyped. Compare it with your letter, or leave it empty.")
            )
        return typed

    def clean(self) -> dict[str, Any]:
        """Without a dataset named, that of the appealed case says which office publishes."""
        values = super().clean() or self.cleaned_data
        if self.case and self.case.pk in self.proved and not self.dataset:
            self.dataset = self.case.dataset
        return values

    def details(self) -> dict[str, Any]:
        against, about = self.cleaned_data["against"], self.cleaned_data["about"]
        text = f"{SubmissionKind(about).label}: {against}".rstrip(": ")
        chosen = next((way for way in self.ways() if way.open and way.rule.inside), None)
        return {
            **super().details(),
            "against": self.case,
            "against_text": text[:300],
            "route": chosen.rule.key if chosen else "",
        }

    def ways(self) -> list[Way]:
        """The ways that the rules know for this kind and ground, those that are closed here among them."""
        values = self.cleaned_data
        flags, dates = self.flags, self._last_days()
        rules = self.book.appeal_routes(values["about"], self._rules_of(), values["ground"])
        return [_way(rule, flags, dates) for rule in rules]

    def _rules_of(self) -> Any:
        known = self.case is not None and self.case.pk in self.proved
        return self.case.received_on if known and self.case else self.today

    def _last_days(self) -> dict[str, Deadline]:
        """Last days of the appealed case by route; only for whoever has proved its code."""
        if self.case is None or self.case.pk not in self.proved:
            return {}
        return {found.route: found for found in deadlines.of_case(self.case) if found.route}


def _way(rule: AppealRule, flags: frozenset[str], dates: dict[str, Deadline]) -> Way:
    closed = [word for word in rule.unless if UNLESS.get(word, word) in flags]
    return Way(
        rule=rule,
        open=rule.available and not closed,
        closed_because=_("Not open because of what you answered above.") if closed else "",
        last_day=dates.get(rule.key),
    )
