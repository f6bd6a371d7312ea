"""The forms of the acts on parts, clearance and the log of what is withheld. What a decision lacks says
`denials`; here it is only typed. Forms with several rows have a fixed number of them: they need no script.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portals.vocabulary import Outcome
from requests_app.answers import redaction_log
from requests_app.answers.case_parts import clearance_of, named, not_ready, parts_of
from requests_app.answers.denials import Decision, Ground, missing_from_part, needs_of
from requests_app.forms.acts.base import ActForm, ReasonForm
from requests_app.forms.acts.determine import DenialRules, WithLaws, law_field, outcomes_for
from requests_app.forms.acts.general import ReleasePartForm
from requests_app.forms.acts.release import ReleaseForm
from requests_app.forms.fields import LineField, TextField
from requests_app.models import Part, Withheld

GROUNDS, ROWS = 3, 6


class WithParts(ActForm):
    """An act on parts of the case."""

    @cached_property
    def parts(self) -> list[Part]:
        """All parts of the current cycle."""
        return parts_of(self.desk.submission)

    def choose(self, name: str, parts: Iterable[Part]) -> None:
        """The parts that this act can be done on. What is sent may name any: where somebody was faster, the
        act says so."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        offered = self.parts if self.is_bound else parts
        field.choices = [(str(part.number), title_of(part)) for part in offered]
        if len(field.choices) == 1 and not isinstance(field, forms.MultipleChoiceField):
            field.initial = field.choices[0][0]


def title_of(part: Part) -> str:
    """ "2. Title: Denied (Waits for clearance)" """
    words = part.title if part.whole else f"{part.number}. {part.title}"
    decided = f": {part.get_outcome_display()}" if part.outcome else ""
    clearance = f" ({part.get_clearance_display()})" if part.clearance else ""
    return f"{words}{decided}{clearance}"


class SplitForm(WithParts):
    titles = TextField(
        label=gettext_lazy("Parts, one in each line"),
        rows=8,
        help_text=gettext_lazy("Name what is asked for, in the requester's words where you can."),
    )

    def hints(self) -> list[str]:
        known = [named(part) for part in self.parts]
        rest = _("Each part gets a decision of its own. The case is answered when all are decided.")
        return [rest, *([_("Parts now: %(list)s.") % {"list": "; ".join(known)}] if known else [])]

    def titles_given(self) -> list[str]:
        """The lines that hold something."""
        return [" ".join(line.split()) for line in self.cleaned_data["titles"].splitlines() if line.strip()]


class PartForm(WithParts):
    """An act on one part. Subclasses say which parts."""

    part = forms.ChoiceField(label=gettext_lazy("Part"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        self.choose("part", [part for part in self.parts if self.takes(part)])

    def takes(self, part: Part) -> bool:
        return True

    @property
    def number(self) -> int:
        return int(self.cleaned_data["part"])


class PartDropForm(PartForm):
    def takes(self, part: Part) -> bool:
        return not part.outcome


class PartTakeBackForm(PartForm):
    def takes(self, part: Part) -> bool:
        return bool(part.outcome) and not part.release_id

    def hints(self) -> list[str]:
        return [_("What was typed is kept for the next decision. The requester has seen nothing of it.")]


class PartReturnForm(PartForm, ReasonForm):
    field_order = ["part", "reason"]

    def takes(self, part: Part) -> bool:
        return part.clearance == Part.Clearance.ASKED


class PartClearForm(WithParts):
    parts_cleared = forms.MultipleChoiceField(
        label=gettext_lazy("What you clear"), widget=forms.CheckboxSelectMultiple
    )
    note = TextField(label=gettext_lazy("Note for the office"), required=False, rows=3, limit=2000)

    def prepare(self) -> None:
        self.choose("parts_cleared", [part for part in self.parts if part.clearance == Part.Clearance.ASKED])

    def hints(self) -> list[str]:
        return [_("Read the decision on the page of the parts first. What is cleared can be sent as it is.")]

    @property
    def numbers(self) -> list[int]:
        return [int(number) for number in self.cleaned_data["parts_cleared"]]


class PartDecideForm(DenialRules, ReleaseForm, PartForm):
    """What is decided on one part, by which law something of it is withheld, and by whom."""

    fields_template = "requests_app/staff/_part_fields.html"
    outcome = forms.ChoiceField(label=gettext_lazy("What is decided"), widget=forms.RadioSelect)
    reasons = TextField(
        label=gettext_lazy("What was decided and why"),
        help_text=gettext_lazy("The requester reads it when this part is told."),
    )
    responsible = TextField(
        label=gettext_lazy("Names and titles of those responsible for the denial"), required=False, rows=3
    )

    def prepare(self) -> None:
        super().prepare()
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(one), one.label) for one in outcomes_for(self.desk.submission.kind)]
        for place in range(GROUNDS):
            self.fields[f"law-{place}"] = law_field(_("Law that withholds, with its citation"))
            self.fields[f"explanation-{place}"] = TextField(
                label=_("How it applies to what is withheld"), required=False, rows=2, limit=5000
            )
        if "responsible" not in needs_of(self.desk.submission):
            del self.fields["responsible"]
        self._typed_before()

    def takes(self, part: Part) -> bool:
        return not part.outcome or part.clearance == Part.Clearance.RETURNED

    def _typed_before(self) -> None:
        """What an earlier decision on the part that is asked for said."""
        chosen = next((one for one in self.parts if str(one.number) == str(self.initial.get("part"))), None)
        if chosen is None:
            return
        self.initial["reasons"], self.initial["responsible"] = chosen.reasons, chosen.responsible
        if chosen.outcome:
            self.initial["outcome"] = chosen.outcome
        for ground in list(chosen.exemptions.all())[:GROUNDS]:
            self.initial[f"law-{ground.position}"] = ground.law
            self.initial[f"explanation-{ground.position}"] = ground.explanation

    def first(self) -> list[forms.BoundField]:
        """The fields above the laws."""
        return [self[name] for name in ("part", "outcome", "reasons")]

    def rows(self) -> list[list[forms.BoundField]]:
        """The fields of each law, for the page."""
        return [[self[f"law-{place}"], self[f"explanation-{place}"]] for place in range(GROUNDS)]

    def hints(self) -> list[str]:
        returned = [
            _("%(part)s was returned by %(who)s: %(why)s")
            % {"part": named(part), "who": part.cleared_by_name, "why": part.clearance_note}
            for part in self.parts
            if part.clearance == Part.Clearance.RETURNED
        ]
        case = self.desk.submission
        rules = {rule.key: rule for one in Outcome if (rule := clearance_of(case, one))}
        if not self.suggestions:
            returned.append(_("The cited pages of this city name no exemptions: give the law yourself."))
        return [*returned, *(f"{rule.statement} ({rule.citation})" for rule in rules.values())]

    def decision(self) -> Decision:
        """What was typed, as the act wants it."""
        values = self.cleaned_data
        typed = [
            Ground(values.get(f"law-{place}", ""), values.get(f"explanation-{place}", ""))
            for place in range(GROUNDS)
        ]
        return Decision(
            outcome=Outcome(values["outcome"]),
            reasons=values.get("reasons", ""),
            grounds=[ground for ground in typed if ground.law or ground.explanation],
            responsible=values.get("responsible", ""),
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "outcome" in values:
            for name, sentence in missing_from_part(self.desk.submission, self.decision()).items():
                if name not in self.errors:
                    self.add_error(name if name in self.fields else None, sentence)
        return values


class InstalmentForm(WithParts, ReleasePartForm):
    """An instalment: words, files, and the decided parts that are told with it."""

    told = forms.MultipleChoiceField(
        label=gettext_lazy("Parts that are told now"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ["told", "body", "files"]

    def prepare(self) -> None:
        ready = [part for part in self.parts if not part.release_id and not self._waits(part)]
        if ready or (self.is_bound and self.parts):
            self.choose("told", ready)
        else:
            del self.fields["told"]

    def _waits(self, part: Part) -> bool:
        return part.whole or bool(not_ready(self.desk.submission, [part]))

    def hints(self) -> list[str]:
        count = Withheld.objects.filter(submission=self.desk.submission, release=None).count()
        return [_("Rows of the log that go out with it: %(count)d.") % {"count": count}] if count else []

    @property
    def numbers(self) -> list[int]:
        return [int(number) for number in self.cleaned_data.get("told", [])]


class WithholdForm(WithLaws, WithParts):
    """Up to six rows of the log."""

    fields_template = "requests_app/staff/_log_fields.html"

    def prepare(self) -> None:
        untold = [part for part in self.parts if not part.release_id and not part.whole]
        choices = [("", _("No part")), *((str(part.number), title_of(part)) for part in untold)]
        for place in range(ROWS):
            if untold:
                self.fields[f"part-{place}"] = forms.ChoiceField(
                    label=_("Part"), required=False, choices=choices
                )
            self.fields[f"document-{place}"] = LineField(
                label=_("File or document"),
                required=False,
                limit=300,
                widget=forms.TextInput({"list": "documents"}),
            )
            self.fields[f"place-{place}"] = LineField(label=_("Page or place"), required=False, limit=200)
            self.fields[f"law-{place}"] = law_field(_("Exemption, with its citation"))
            self.fields[f"why-{place}"] = LineField(label=_("Why"), required=False, limit=500)

    @cached_property
    def documents(self) -> list[str]:
        """Names of the files of the case, for the page to offer."""
        return sorted(set(self.desk.submission.attachments.values_list("name", flat=True)))

    def rows(self) -> list[list[forms.BoundField]]:
        """The fields of each row, for the page."""
        names = ("part", "document", "place", "law", "why")
        return [
            [self[f"{name}-{place}"] for name in names if f"{name}-{place}" in self.fields]
            for place in range(ROWS)
        ]

    def hints(self) -> list[str]:
        return [_("The requester gets these rows with the next release, or with the part that they name.")]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        places, self.given = self._typed(values)
        if not self.given and not self.errors:
            self.add_error("document-0", _("Write at least one row."))
        for name, sentence in redaction_log.wrong_with(self.given).items():
            what, _dash, index = name.partition("-")
            self.add_error(f"{what}-{places[int(index)]}", sentence)
        return values

    def _typed(self, values: dict[str, Any]) -> tuple[list[int], Sequence[redaction_log.Row]]:
        places, rows = [], []
        for place in range(ROWS):
            document, where, law, why = (
                values.get(f"{name}-{place}") or "" for name in ("document", "place", "law", "why")
            )
            part = values.get(f"part-{place}")
            if document or where or law or why:
                places.append(place)
                rows.append(redaction_log.Row(document, where, law, why, int(part) if part else None))
        return places, rows


class WithholdDropForm(ActForm):
    row = forms.ChoiceField(label=gettext_lazy("Row"), widget=forms.RadioSelect)

    def prepare(self) -> None:
        field = self.fields["row"]
        assert isinstance(field, forms.ChoiceField)
        rows = Withheld.objects.filter(submission=self.desk.submission, release=None)
        field.choices = [(str(row.pk), f"{row.document}, {row.place}: {row.law}") for row in rows]
