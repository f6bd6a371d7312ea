"""An appeal of a measure by the person concerned: a submission of its own with its own office and clock.

It names the measure and the person's own reference. It is not linked to the report as the case appealed, so
that nothing leads from the person concerned to whoever reported.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from portals.vocabulary import Relation, SubmissionKind
from requests_app import intake, routing
from requests_app.attachments.files import StoredFile
from requests_app.models import Appeal, ConcernedParty, MeasureTaken, Submission
from requests_app.notices import people_of, tell
from requests_app.offences import concerned


@dataclass(frozen=True)
class Appealed:
    """What the person concerned writes. `submission_key` makes a form that is sent twice one appeal."""

    description: str
    submission_key: str
    remedy_sought: str = ""
    files: Sequence[StoredFile] = ()
    language: str = "en"


def file(party: ConcernedParty, taken: MeasureTaken, given: Appealed, *, now: datetime) -> intake.Filed:
    """File the appeal of `taken` by `party`; the office that the city's route names receives it."""
    case = party.submission
    way = next((rule for rule in concerned.ways(case) if rule.inside and rule.available), None)
    about = _("Measure no. %(number)d, %(name)s (%(reference)s)") % {
        "number": taken.number,
        "name": taken.name,
        "reference": party.reference,
    }
    filing = intake.Filing(
        city=case.city,
        kind=SubmissionKind.APPEAL,
        title=Truncator(_("Appeal: %(about)s") % {"about": about}).chars(200),
        description=given.description,
        details={
            "against_text": about[:300],
            "ground": Appeal.Ground.MEASURE,
            "remedy_sought": given.remedy_sought,
            "route": way.key if way else "",
            "measure": taken,
        },
        submission_key=given.submission_key,
        received_at=now,
        requester_name=party.name,
        requester_email=party.email,
        language=given.language,
        files=given.files,
        steward=case.office,
    )
    with transaction.atomic():
        filed = intake.submit(filing, now=now)
        if filed.is_new:
            _announce(party, taken, filed.submission, now=now)
    return filed


def _announce(party: ConcernedParty, taken: MeasureTaken, appeal: Submission, *, now: datetime) -> None:
    """The office that took the measure hears of it; the one that decides may read the file. The reason given
    for that is read by the reporter, so it names nothing."""
    case = party.submission
    if appeal.office_id != case.office_id:
        reason = {"code": "route.decides", "params": {}}
        routing.involve(case, appeal.office, Relation.INFORMED, now=now, because={"reasons": [reason]})
    line = _("“%(measure)s” is appealed: %(reference)s, by %(appeal)s") % {
        "measure": taken.name,
        "reference": case.reference,
        "appeal": appeal.reference,
    }
    occasion = f"appeal:{appeal.pk}"
    tell(case, people_of(case.office), kind="appeal", line=line, now=now, occasion=occasion)
