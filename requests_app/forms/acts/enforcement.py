"""The forms of the acts of enforcement and of issuing a key. What may be done decide the acts."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.models import ApiKey, Dataset, Measure
from portals.templatetags.civic import city_date
from portals.vocabulary import MeasureEffect
from requests_app.answers import api_keys
from requests_app.enforcement import Proof
from requests_app.forms.acts.base import ActForm, Moment, WithFiles
from requests_app.forms.fields import DateField, LineField, MailField, TextField
from requests_app.models import ConcernedParty, Finding, MeasureTaken
from requests_app.offences import measures
from requests_app.offences.measures import Given
from requests_app.related.suggestions import resolve_dataset

READ_BY_PARTY = gettext_lazy(
    "The person concerned reads this. Do not say who reported, and leave out the reference of the report."
)


class EvidenceForm(WithFiles):
    """A piece of evidence, with files."""

    body = TextField(
        label=gettext_lazy("What it shows"),
        help_text=gettext_lazy("Only staff see it. Screenshots and logs go under Files."),
    )
    found_at = LineField(
        label=gettext_lazy("Where it was found"),
        required=False,
        limit=500,
        help_text=gettext_lazy("An address on the web, a log, a publication, a place."),
    )
    seen_on = DateField(label=gettext_lazy("Seen on"), required=False)
    field_order = ["body", "found_at", "seen_on", "files"]

    def clean_seen_on(self) -> date | None:
        day: date | None = self.cleaned_data["seen_on"]
        if day and day > self.desk.today:
            raise forms.ValidationError(_("This lies in the future. Enter when it was seen."))
        return day

    def proof(self) -> Proof:
        values = self.cleaned_data
        return Proof(values["body"], values["found_at"], values["seen_on"], self.stored)


class PartyForm(ActForm):
    """Whom the report concerns. Naming tells nobody."""

    name = LineField(label=gettext_lazy("Name of the person or company"), required=False)
    email = MailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Without one the letters are printed."),
    )
    key = LineField(
        label=gettext_lazy("API key"),
        required=False,
        limit=60,
        help_text=gettext_lazy(
            "The eight characters after cdk_, if a key was used. Its holder's name and address are taken "
            "from it."
        ),
    )

    def hints(self) -> list[str]:
        return [_("Nobody is told by this. You decide afterwards when the person hears of it.")]

    def clean_key(self) -> ApiKey | None:
        typed = self.cleaned_data["key"].removeprefix("cdk_").partition("_")[0].lower()
        if not typed:
            return None
        found = ApiKey.objects.filter(city=self.desk.submission.city_id, prefix=typed).first()
        if found is None:
            raise forms.ValidationError(_("No key of this city begins with these characters."))
        return found

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not values.get("name") and not values.get("key") and "key" not in self.errors:
            self.add_error("name", _("Name the person or company, or give their API key."))
        return values


class OfParty(ActForm):
    """An act that concerns one of the persons named in the case."""

    party = forms.ModelChoiceField(
        label=gettext_lazy("Person concerned"),
        queryset=ConcernedParty.objects.none(),
        empty_label=gettext_lazy("Choose the person"),
    )

    def prepare(self) -> None:
        super().prepare()
        field = self.fields["party"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.desk.submission.parties.all()
        parties = list(field.queryset)
        if len(parties) == 1 and field.required:
            field.initial = parties[0]
        if not parties and field.required:
            field.help_text = _("Nobody is named yet. First name the person concerned.")


class HearForm(OfParty):
    """Words to the person concerned."""

    body = TextField(label=gettext_lazy("What you write to them"), help_text=READ_BY_PARTY)
    field_order = ["party", "body"]

    def hints(self) -> list[str]:
        return [
            _(
                "Say what is held against them and ask for their side. They get a letter and answer on a "
                "page of their own; without an e-mail address, print the letter from the page of enforcement."
            )
        ]


class PartyAnswerForm(OfParty, Moment):
    """An answer that came by phone, mail or at the counter."""

    body = TextField(label=gettext_lazy("What the person concerned said"))
    field_order = ["party", "body", "on", "at"]


class FindingForm(OfParty):
    """What was found, with reasons."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("Finding"), choices=Finding.Outcome.choices, widget=forms.RadioSelect
    )
    reasons = TextField(label=gettext_lazy("Reasons"), help_text=READ_BY_PARTY)
    field_order = ["party", "outcome", "violation", "reasons"]

    def prepare(self) -> None:
        field = self.fields["party"]
        assert isinstance(field, forms.ModelChoiceField)
        field.required = False
        field.empty_label = _("The case as a whole")
        super().prepare()
        violations = list(self.desk.submission.city.violations.order_by("pk"))
        self.violations = {row.key: row for row in violations}
        if violations:
            choices = [("", _("None of these")), *((row.key, row.name) for row in violations)]
            self.fields["violation"] = forms.ChoiceField(
                label=_("Violation"),
                choices=choices,
                required=False,
                help_text=_("The kinds that the city's guide names."),
            )
            self.order_fields(self.field_order)

    def hints(self) -> list[str]:
        return [_("A person who has heard of the case gets a letter with the finding and its reasons.")]


class TakesDown(ActForm):
    """An act that may take a dataset down."""

    dataset = LineField(label=gettext_lazy("Dataset"), limit=500)
    notice = TextField(
        label=gettext_lazy("Public notice"),
        rows=3,
        limit=2000,
        help_text=gettext_lazy("Everybody reads it on the page of the dataset: what is off, and why."),
    )

    def prepare(self) -> None:
        super().prepare()
        self.found: Dataset | None = None
        about = self.desk.submission.dataset
        if about and self.fields["dataset"].required:
            self.fields["dataset"].initial = about.identifier

    def clean_dataset(self) -> str:
        typed: str = self.cleaned_data["dataset"]
        self.found, options = resolve_dataset(self.desk.submission.city, typed, hidden_too=True)
        if typed and self.found is None:
            near = ", ".join(f"{row.name} ({row.identifier})" for row in options)
            raise forms.ValidationError(
                _("Several datasets fit: %(near)s. Enter the identifier.") % {"near": near}
                if options
                else _("The city's catalogue knows no such dataset.")
            )
        return typed


class WithholdForm(TakesDown):
    """Takes a dataset down to protect people."""

    reasons = TextField(
        label=gettext_lazy("Reasons, for the file"), help_text=gettext_lazy("Only staff see them.")
    )
    field_order = ["dataset", "notice", "reasons"]

    def hints(self) -> list[str]:
        return [
            _(
                "Downloads, table and API of the dataset are off at once, and no import of the catalogue "
                "brings them back. It is no measure against anybody. What stands on the city's own portal "
                "must be taken down there."
            )
        ]


class MeasureForm(OfParty, TakesDown):
    """A measure of the city's own list."""

    measure = forms.ChoiceField(label=gettext_lazy("Measure"), widget=forms.RadioSelect)
    reasons = TextField(label=gettext_lazy("Reasons"), help_text=READ_BY_PARTY)
    comply_by = DateField(
        label=gettext_lazy("To be done by"),
        required=False,
        help_text=gettext_lazy("Your office's own date, if you set one: the guide gives none."),
    )
    field_order = ["party", "measure", "reasons", "comply_by", "dataset", "notice"]

    def prepare(self) -> None:
        self.fields["dataset"].required = self.fields["notice"].required = False
        super().prepare()
        rows = Measure.objects.filter(city=self.desk.submission.city_id).select_related("citation")
        self.measures = {row.key: row for row in rows.order_by(F("order").asc(nulls_last=True), "pk")}
        field = self.fields["measure"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(row.key, self._label(row)) for row in self.measures.values()]
        if any(row.acts == MeasureEffect.TAKE_DOWN for row in rows):
            self.fields["dataset"].label = _("Dataset of the city that is to come down")
            self.fields["dataset"].help_text = _(
                "Only for a takedown. Leave it empty where the person must take something down elsewhere."
            )
        else:
            del self.fields["dataset"], self.fields["notice"]

    def _label(self, row: Measure) -> str:
        step = f"{row.order}. " if row.order else ""
        return f"{step}{row.name} ({row.get_acts_display()})"

    def hints(self) -> list[str]:
        found = []
        case = self.desk.submission
        parties = list(case.parties.all())
        unproved = [party.name for party in parties if not measures.is_substantiated(case, party)]
        if unproved:
            found.append(
                _("No finding about %(who)s is substantiated: before one is, only access can be suspended.")
                % {"who": ", ".join(unproved)}
            )
        keyless = [party.name for party in parties if party.key_id is None]
        if keyless and any(row.acts in measures.HOLDS_KEY for row in self.measures.values()):
            found.append(
                _(
                    "No API key of %(who)s is known here: a suspension is written down and told, and "
                    "switches nothing here."
                )
                % {"who": ", ".join(keyless)}
            )
        refers = any(row.acts == MeasureEffect.REFER_LEGAL for row in self.measures.values())
        if refers and measures.legal_office(case) is None:
            found.append(
                _(
                    "Which office takes legal action is not specified on the cited page. Such a measure is "
                    "written down and told; the case stays with %(office)s until you refer it."
                )
                % {"office": case.office}
            )
        if any(row.order for row in self.measures.values()):
            found.append(
                _(
                    "The numbers are the steps of the guide's pathway. What leads from one to the next is "
                    "not specified on the cited page."
                )
            )
        else:
            found.append(
                _("What follows a first, repeated or continuing offense is not specified on the cited page.")
            )
        return found

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        row = self.measures.get(values.get("measure", ""))
        if values.get("dataset") and row and row.acts != MeasureEffect.TAKE_DOWN:
            self.add_error("dataset", _("“%(name)s” takes no dataset down.") % {"name": row.name})
        if self.fields.get("dataset") and values.get("dataset") and not values.get("notice"):
            self.add_error("notice", _("Everybody who looks for the data reads it: it must be filled in."))
        return values

    def given(self) -> Given:
        values = self.cleaned_data
        return Given(
            self.measures[values["measure"]],
            values["party"],
            values["reasons"],
            values["comply_by"],
            dataset=self.found,
            notice=values.get("notice", ""),
        )


class LiftForm(ActForm):
    """Which measure or takedown ends, and why."""

    taken = forms.ModelChoiceField(
        label=gettext_lazy("Measure"),
        queryset=MeasureTaken.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
    )
    reasons = TextField(label=gettext_lazy("Reasons"), help_text=READ_BY_PARTY)
    notice = TextField(
        label=gettext_lazy("Public notice"),
        required=False,
        rows=3,
        limit=2000,
        help_text=gettext_lazy("What the page of the dataset says about its coming back."),
    )

    def prepare(self) -> None:
        rows = self.desk.submission.measures_taken.filter(lifted_at=None)
        field = self.fields["taken"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows.select_related("party", "takedown__dataset", "key")
        field.label_from_instance = self._label  # type: ignore[method-assign,assignment]
        if not any(row.takedown_id for row in rows):
            del self.fields["notice"]

    def _label(self, row: Any) -> str:
        what = (row.name, row.party and row.party.name, row.takedown and row.takedown.dataset.name)
        on = city_date(self.desk.book.city_date(row.at))
        return f"{row.number}. {' · '.join(part for part in what if part)} ({on})"


class IssueKeyForm(ActForm):
    """The terms of a key."""

    limit = forms.IntegerField(
        label=gettext_lazy("Calls an hour"),
        required=False,
        min_value=1,
        max_value=10_000_000,
        help_text=gettext_lazy("Leave it empty for the limit that every key has."),
    )
    until = DateField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Leave it empty for no end.")
    )
    note = LineField(label=gettext_lazy("Note to the requester"), required=False, limit=500)

    def clean_until(self) -> date | None:
        day: date | None = self.cleaned_data["until"]
        if day and not self.desk.today <= day <= self.desk.today.replace(
            year=self.desk.today.year + 20, day=1
        ):
            raise forms.ValidationError(_("The last day must lie ahead, at most 20 years."))
        return day

    def terms(self) -> api_keys.Terms:
        values = self.cleaned_data
        return api_keys.Terms(values["limit"], values["until"], values["note"])

    def hints(self) -> list[str]:
        case = self.desk.submission
        found = [_("The requester opens the key once on the page of the case. Nobody else ever sees it.")]
        if case.requester_email:
            held = ApiKey.objects.filter(city=case.city_id, holder_email=case.requester_email.lower())
            for key in held.exclude(status="active"):
                found.append(
                    _("Key %(key)s of the same holder: %(status)s.")
                    % {"key": key.prefix, "status": key.get_status_display()}
                )
        return found
