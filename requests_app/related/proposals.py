"""Proposes a dataset from records requests that ask the same. The requests themselves go on as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portals.explain import long_date
from portals.models import City, Dataset, User
from portals.vocabulary import SubmissionKind
from requests_app import intake
from requests_app.lifecycle import NotAllowed, apply, held
from requests_app.models import Action, CaseLink, Channel, DatasetRequest, Submission
from requests_app.related.repeated import GATHERED_AT_ONCE, Group


@dataclass(frozen=True)
class Proposal:
    """What is proposed, in the words of staff; `key` makes a form that is sent twice one proposal."""

    city: City
    title: str
    description: str
    key: str
    dataset: Dataset | None = None


def counted(group: Group) -> str:
    """How often it was asked for, by how many, and when."""
    said = {
        "count": group.count,
        "people": group.people,
        "first": long_date(group.first_on),
        "last": long_date(group.last_on),
    }
    return _("Asked for %(count)d times by %(people)d requesters, from %(first)s to %(last)s.") % said


def propose(proposal: Proposal, group: Group, *, by: User, now: datetime, language: str = "en") -> Submission:
    """File a dataset request of the office that names the counts, and link the requests to it. Raises
    NotAllowed for fewer than two requests, too many, or some of another city or kind."""
    cases = group.cases
    if not 1 < len(cases) <= GATHERED_AT_ONCE:
        raise NotAllowed(
            _("Choose at least two requests, and at most %(most)d.") % {"most": GATHERED_AT_ONCE}
        )
    if any(case.city_id != proposal.city.pk or case.kind != SubmissionKind.RECORDS_REQUEST for case in cases):
        raise NotAllowed(_("Only records requests of this city can be gathered."))
    with transaction.atomic():
        filed = intake.submit(
            intake.Filing(
                city=proposal.city,
                kind=SubmissionKind.DATASET_REQUEST,
                title=proposal.title,
                description=proposal.description,
                details={
                    "wanted": DatasetRequest.Wanted.EXPORT if proposal.dataset else DatasetRequest.Wanted.NEW,
                    "purpose": counted(group),
                },
                submission_key=proposal.key,
                received_at=now,
                dataset=proposal.dataset,
                language=language,
                channel=Channel.PROPOSAL,
                entered_by=by,
            ),
            now=now,
        )
        if filed.is_new:
            _gather(filed.submission, cases, by=by, now=now)
    return filed.submission


def _gather(made: Submission, cases: Sequence[Submission], *, by: User, now: datetime) -> None:
    rows = held([made.pk, *(case.pk for case in cases)])
    target = next(row for row in rows if row.pk == made.pk)
    for row in rows:
        if row.pk != made.pk:
            apply(row, Action.LINK, now=now, by=by, data={"other": made.reference}, public=False)
            apply(target, Action.LINK, now=now, by=by, data={"other": row.reference}, public=False)
    CaseLink.objects.bulk_create(
        CaseLink(
            city_id=made.city_id,
            source_id=case.pk,
            target=made,
            tie=CaseLink.Tie.GATHERED_IN,
            by=by,
            at=now,
        )
        for case in cases
    )
