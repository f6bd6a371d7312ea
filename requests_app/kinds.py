"""Kind -> its form, its model and its texts: the one table that views, staff pages and the API look into."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from portals.vocabulary import SubmissionKind, Topic
from requests_app.forms.base import Answered, KindForm
from requests_app.forms.kinds.appeals import AppealForm
from requests_app.forms.kinds.concerns import MisuseReportForm, PrivacyConcernForm
from requests_app.forms.kinds.datasets import AccessRequestForm, DatasetRequestForm, ErrorReportForm
from requests_app.forms.kinds.records import RecordsRequestForm
from requests_app.models import Submission
from requests_app.models.kinds import DETAILS

HIDDEN = frozenset({"route", "against", "measure"})
"""Columns that are keys, not words."""


@dataclass(frozen=True)
class Kind:
    """A kind of submission. `lede` says in plain words what it is for; `topics` are the headings of the rules
    page that speak of it."""

    kind: SubmissionKind
    form: type[KindForm]
    heading: Any
    lede: Any
    topics: tuple[Topic, ...]

    @property
    def model(self) -> type[Model]:
        return DETAILS[self.kind]

    @property
    def label(self) -> str:
        return str(self.kind.label)

    @property
    def intro_template(self) -> str:
        """What stands above the form of this kind."""
        return f"requests_app/kinds/{self.kind}.html"


KINDS: dict[str, Kind] = {
    kind.kind: kind
    for kind in (
        Kind(
            SubmissionKind.ERROR_REPORT,
            ErrorReportForm,
            _("Report an error in a dataset"),
            _("A value is wrong, out of date, missing or in the wrong place."),
            (Topic.ERROR_REPORTS,),
        ),
        Kind(
            SubmissionKind.DATASET_REQUEST,
            DatasetRequestForm,
            _("Request a dataset"),
            _("Data that is not published yet, other columns, or an export of what is there."),
            (Topic.DATASET_REQUESTS,),
        ),
        Kind(
            SubmissionKind.ACCESS_REQUEST,
            AccessRequestForm,
            _("Request API access"),
            _("A key, restricted data, an exemption from a limit, help, or notice of scheduled downloads."),
            (Topic.API_ACCESS,),
        ),
        Kind(
            SubmissionKind.RECORDS_REQUEST,
            RecordsRequestForm,
            _("Request a public record"),
            _("A document or file of the city that is not on the portal. State law gives you a right to it."),
            (Topic.PUBLIC_RECORDS, Topic.FEES),
        ),
        Kind(
            SubmissionKind.MISUSE_REPORT,
            MisuseReportForm,
            _("Report misuse of data"),
            _("Somebody uses the city's data or systems in a way that the rules forbid."),
            (Topic.VIOLATIONS, Topic.ENFORCEMENT),
        ),
        Kind(
            SubmissionKind.PRIVACY_CONCERN,
            PrivacyConcernForm,
            _("Raise a privacy concern"),
            _("Personal or protected data seems to be public, or could be worked out from what is public."),
            (Topic.PRIVACY,),
        ),
        Kind(
            SubmissionKind.APPEAL,
            AppealForm,
            _("Appeal or complain about an answer"),
            _("You disagree with an answer, got none in time, or were not treated as you should have been."),
            (Topic.APPEALS,),
        ),
    )
}
"""All seven, in the order in which they are offered."""


def details_of(submission: Submission) -> list[Answered]:
    """What the kind adds to a case, as label and value; what was left empty is left out.

    One query, or none where the caller read the row of the kind with the case; one more names a violation.
    """
    row = getattr(submission, DETAILS[submission.kind]._meta.model_name or "", None)
    shown = []
    for field in row._meta.fields if row else ():
        if field.primary_key or field.name in HIDDEN:
            continue
        value = getattr(row, field.name)
        if field.name == "violation" and value:
            value = (
                submission.city.violations.filter(key=value).values_list("name", flat=True).first() or value
            )
        display = getattr(row, f"get_{field.name}_display", None)
        text = str(display()) if display and value else _said(value)
        if text:
            shown.append(Answered(capfirst(str(field.verbose_name)), text))
    return shown


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, date):
        return str(date_format(value))
    return "" if value is None else str(value)
