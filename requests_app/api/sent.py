"""What can be sent to the API: a schema for each form and act, made of the forms of the pages themselves."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portals.api.schema import Schema, Words, choice, day, number, text, thing, yes_no
from portals.vocabulary import SubmissionKind
from requests_app.forms.fields import TEXT_LIMIT
from requests_app.kinds import KINDS

REVISION = number(
    _(
        "The `revision` of the case as you read it. If somebody acted since, nothing is done (409), so that "
        "an act that is sent twice is done once."
    ),
    4,
    minimum=0,
)
KEY_PATTERN = r"^[A-Za-z0-9_-]{22,64}$"
FLAG_PATTERN = r"^flag_[a-z0-9_-]{1,80}$"

_EXAMPLES = {
    "description": "Forty trees stand in the river.",
    "dataset": "abcd-1234",
    "requester_name": "Rita Resident",
    "requester_email": "rita@example.org",
    "field_name": "latitude",
    "row": "17",
    "records_from": "2026-01-01",
    "records_to": "2026-06-01",
    "against": "KNT-7F3K9QX2M",
}


def _field(name: str, field: forms.Field) -> Schema:
    """A field of a form, with its label and help as they stand on the page."""
    told: Words = (
        format_lazy("{}\n\n{}", field.label, field.help_text) if field.help_text else field.label or name
    )
    example = _EXAMPLES.get(name, "As the form asks.")
    if isinstance(field, forms.BooleanField):
        return yes_no(told)
    if isinstance(field, forms.ChoiceField):
        offered: Any = field.choices
        return choice(told, [value for value, _label in offered])
    if isinstance(field, forms.DateField):
        return day(told, example)
    if isinstance(field, forms.DecimalField):
        return number(told, 25.5, minimum=0)
    if isinstance(field, forms.EmailField):
        return text(told, example, format="email", maxLength=field.max_length)
    limits = [one.limit_value for one in field.validators if isinstance(one, MaxLengthValidator)]
    least = {"minLength": 1} if field.required else {}
    return text(told, example, maxLength=min(limits, default=TEXT_LIMIT), **least)


def filing_schema(kind: str) -> Schema:
    """What a submission of a kind takes: the fields of its form, which in a city may have some more."""
    form = KINDS[kind].form
    fields = {name: _field(name, field) for name, field in form.base_fields.items() if name != "files"}
    if form.about_dataset:
        told = _("The dataset that it is about: its name or identifier.")
        fields["dataset"] = text(told, _EXAMPLES["dataset"], maxLength=500)
    if kind == SubmissionKind.MISUSE_REPORT:
        told = _("The kind of misuse, where the city's guide names some; `forms` lists them.")
        fields["violation"] = text(told, "resale", maxLength=80)
    key = _(
        "Made by you, at random, and kept secret: sent again with the same content it makes no second case, "
        "and within a day gives the code again. A UUID will do."
    )
    return {
        "type": "object",
        "description": KINDS[kind].lede,
        "properties": {
            "submission_key": text(key, "0b6a3c1e-5f2d-4c53-9a0e-2f1c8d7e6b5a", pattern=KEY_PATTERN),
            **fields,
            "anyway": yes_no(_("Send it although the same was sent from this e-mail address within a day.")),
        },
        "patternProperties": {
            FLAG_PATTERN: choice(
                _("A circumstance that the city's rules ask about; `forms` lists them."), ["yes", "no"]
            )
        },
        "required": ["submission_key", *(name for name, field in form.base_fields.items() if field.required)],
        "additionalProperties": False,
    }


def _words(told: Words, *, files: bool = True, **more: Schema) -> Schema:
    body = text(_("What you want to say."), "It is the tree at 400 West Meeker Street.", maxLength=TEXT_LIMIT)
    found = thing(told, body=body, **more, revision=REVISION)
    return {**found, "required": ["body", "revision"]}


SENT_SCHEMAS: dict[str, Schema] = {
    **{f"submission_{kind}": filing_schema(kind) for kind in KINDS},
    "AnswerSent": {
        **_words(
            _("An answer to the question of the office."),
            declined=yes_no(_("Whether you do not want to answer; then `body` may be left out.")),
        ),
        "required": ["revision"],
    },
    "MessageSent": _words(_("A message to the office.")),
    "Withdrawal": {
        **thing(
            _("A withdrawal."),
            reason=text(_("Why; you need not say."), "It was put right.", maxLength=2_000),
            revision=REVISION,
        ),
        "required": ["revision"],
    },
    "StatementWanted": thing(_("A written statement of a denial is wanted."), revision=REVISION),
}
