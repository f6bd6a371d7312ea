"""What the forms of all seven kinds share: who asks, about which dataset, the city's questions, files.

A form turns what was typed into a `Filing`; it saves nothing and reads no clock (`today` is handed in).
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.core import signing
from django.urls import reverse
from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portals.models import City, Dataset
from portals.routes import FlagRule
from portals.rulebook import Rulebook, rulebook_for
from portals.vocabulary import SubmissionKind
from requests_app.forms.attachments import AttachmentsForm
from requests_app.forms.fields import LineField, MailField, TextField, YesNoField, plain
from requests_app.intake import Filing
from requests_app.related.suggestions import resolve_dataset

TITLE_SIGNS = 120
FLAG_PREFIX = "flag_"
_KEYS = signing.Signer(salt="requests_app.submission_key")


def new_key() -> str:
    """A signed random key for a form that is shown: sent twice, it makes one submission."""
    return _KEYS.sign(secrets.token_hex(16))


def key_of(signed: str) -> str | None:
    """The key that we signed; None for any other."""
    try:
        return _KEYS.unsign(signed)
    except signing.BadSignature:
        return None


@dataclass(frozen=True)
class Section:
    """Fields under one heading."""

    legend: str
    names: tuple[str, ...]
    hint: str = ""


@dataclass(frozen=True)
class Answered:
    """One answer as the check page shows it."""

    label: str
    value: str


class KindForm(AttachmentsForm):
    """The form of a kind. Subclasses name their fields, sections and which fields are details of the kind."""

    kind: ClassVar[SubmissionKind]
    detail_names: ClassVar[tuple[str, ...]] = ()
    about_dataset: ClassVar[bool] = True
    search_first: ClassVar[bool] = True

    requester_name = LineField(label=gettext_lazy("Your name"), required=False)
    requester_email = MailField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy(
            "With an address you get a letter at each step and can have a new code mailed to you. "
            "Without one, keep the reference and code that you get at the end."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        city: City,
        today: date,
        proved: Collection[int] = (),
        for_other: bool = False,
        **kwargs: Any,
    ) -> None:
        """`today` is the city's date; `proved` are the cases whose code this person has given; `for_other`:
        staff type for somebody, whose name and address are asked for and not their own."""
        super().__init__(data, files, **kwargs)
        self.city, self.today, self.proved, self.for_other = city, today, proved, for_other
        self.book: Rulebook = rulebook_for(city)
        self.dataset: Dataset | None = None
        self.dataset_options: list[Dataset] = []
        self.fields["requester_name"].widget.attrs["autocomplete"] = "name"
        if for_other:
            self._ask_of_the_requester()
        if self.about_dataset:
            self.fields["dataset"] = self._dataset_field()
        for flag in self.asked_flags():
            self.fields[FLAG_PREFIX + flag.key] = YesNoField(label=flag.question, help_text=escape(flag.help))
        self.order_fields([name for part in self.sections() for name in part.names])
        for field in self.fields.values():
            field.error_messages["required"] = _("This must be filled in.")
        self._suggest("description", reverse("requests_app:suggest", args=[city.slug]) + f"?kind={self.kind}")

    def _ask_of_the_requester(self) -> None:
        name, email = self.fields["requester_name"], self.fields["requester_email"]
        name.label, email.label = _("Name of the requester"), _("E-mail address of the requester")
        email.help_text = _(
            "With an address they get a letter at each step. Without one, hand over reference and code."
        )
        for field in (name, email):
            field.widget.attrs["autocomplete"] = "off"

    def _dataset_field(self) -> TextField:
        field = LineField(
            label=_("Dataset"),
            required=False,
            limit=500,
            help_text=_(
                "Its name or identifier. If you do not know it, leave this empty and describe the data in "
                "your own words."
            ),
        )
        field.widget.attrs["autocomplete"] = "off"
        return field

    def _suggest(self, name: str, url: str) -> None:
        if name in self.fields:
            self.fields[name].widget.attrs |= {
                "data-suggest-url": url,
                "data-suggest-target": f"suggest-{name}",
            }

    # -- what stands where

    def asked_flags(self) -> list[FlagRule]:
        """The circumstances that the city's guide names for this kind, asked as questions."""
        return list(self.book.flags_of(self.kind))

    def own_sections(self) -> list[Section]:
        """The headings of the kind; the city's questions, files and the person follow."""
        raise NotImplementedError

    def sections(self) -> list[Section]:
        """All headings, in order, with the names of their fields."""
        flags = tuple(FLAG_PREFIX + flag.key for flag in self.asked_flags())
        rest = [Section(_("Files"), ("files",))]
        if flags:
            asked = ngettext(
                "A question about the circumstances", "Questions about the circumstances", len(flags)
            )
            rest.insert(0, Section(asked, flags))
        about = (
            (_("The requester"), _("Nobody need say who they are."))
            if self.for_other
            else (_("About you"), _("You need no account, and you need not say who you are."))
        )
        rest.append(Section(about[0], ("requester_name", "requester_email"), about[1]))
        return [*self.own_sections(), *rest]

    def shown_sections(self) -> list[dict[str, Any]]:
        """Sections with their bound fields, for the page."""
        return [
            {"legend": part.legend, "hint": part.hint, "fields": [self[name] for name in part.names]}
            for part in self.sections()
        ]

    # -- what was typed

    def clean_dataset(self) -> str:
        typed = self.cleaned_data.get("dataset", "")
        self.dataset, self.dataset_options = resolve_dataset(self.city, typed, hidden_too=self.for_other)
        if typed and self.dataset is None:
            raise forms.ValidationError(
                _("Several datasets fit. Choose one of those below, or leave this empty.")
                if self.dataset_options
                else _(
                    "This city's catalogue knows no such dataset. Look for it under Datasets, or leave this "
                    "empty and describe it."
                )
            )
        return typed

    def forget_errors(self) -> None:
        """Show what was typed without complaints: the person only wants to change something."""
        self.errors.clear()

    @property
    def flags(self) -> frozenset[str]:
        """The circumstances that were answered with yes."""
        return frozenset(
            name.removeprefix(FLAG_PREFIX)
            for name, value in self.cleaned_data.items()
            if name.startswith(FLAG_PREFIX) and value == "yes"
        )

    def title(self) -> str:
        """What stands in lists: the beginning of the description."""
        first = self.cleaned_data["description"].strip().partition("\n")[0]
        return Truncator(first).chars(TITLE_SIGNS)

    def details(self) -> dict[str, Any]:
        """Columns of the kind's own model."""
        return {name: self.cleaned_data[name] for name in self.detail_names}

    def filing(self, *, key: str, now: datetime, language: str) -> Filing:
        """Everything that `intake.submit` needs; `now` (UTC) is the moment of receipt."""
        values = self.cleaned_data
        return Filing(
            city=self.city,
            kind=self.kind,
            title=self.title(),
            description=values["description"],
            details=self.details(),
            submission_key=key,
            received_at=now,
            flags=self.flags,
            dataset=self.dataset,
            requester_name=values["requester_name"],
            requester_email=values["requester_email"],
            language=language,
            is_public=bool(values.get("is_public")),
            files=self.stored,
        )

    # -- how it is shown again

    def answered(self) -> list[dict[str, Any]]:
        """Headings with what was answered; what was left empty is left out."""
        shown = []
        for part in self.sections():
            answers = [
                Answered(str(self.fields[name].label), text)
                for name in part.names
                if name != "files" and (text := self._shown(name))
            ]
            if answers:
                shown.append({"legend": part.legend, "answers": answers})
        return shown

    def _shown(self, name: str) -> str:
        value, field = self.cleaned_data.get(name), self.fields[name]
        if name == "dataset" and self.dataset:
            return f"{self.dataset.name} ({self.dataset.identifier})"
        if isinstance(field, YesNoField) and not value:
            return _("Not answered; counts as no")
        if isinstance(field, forms.ChoiceField):
            return dict(_flat(field.choices)).get(str(value or ""), str(value or ""))
        if isinstance(value, bool):
            return _("Yes") if value else ""
        if isinstance(value, date):
            return str(self[name].field.widget.format_value(value) or "")
        return "" if value is None else str(value)

    def carried(self) -> list[tuple[str, str]]:
        """Name and value of everything typed, for hidden inputs of the check page."""
        names = [name for name in self.fields if name != "files"]
        values = [(name, plain(value)) for name in names for value in self._values(name)]
        return values + [("stored", token) for _file, token in self.kept]


def _flat(choices: Any) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for value, label in choices:
        inner = label if isinstance(label, list | tuple) else [(value, label)]
        flat += [(str(key), str(words)) for key, words in inner]
    return flat


def typed(data: Mapping[str, Any], **changes: str) -> Any:
    """A copy of what was sent with some values changed."""
    copy = data.copy()  # type: ignore[attr-defined]
    for name, value in changes.items():
        copy[name] = value
    return copy
