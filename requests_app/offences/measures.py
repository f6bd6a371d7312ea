"""Measures of enforcement: taken from the city's own list and no other, told, lifted; what they switch.

A key works while no measure in force holds it, in whatever case; a dataset is served while no takedown in
force holds it. Taking a dataset down to protect people is not a measure against anybody and needs none.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portals import access as portal
from portals.models import ApiKey, Dataset, DatasetTakedown, Measure, Office, User
from portals.vocabulary import KeyStatus, MeasureEffect, OfficeRole
from requests_app import deadlines
from requests_app.events.enforcement_stand import ENFORCED
from requests_app.lifecycle import AT_WORK, NotAllowed, acknowledge_on_the_way, apply, locked
from requests_app.models import Action, ConcernedParty, Event, Finding, MeasureTaken, Submission
from requests_app.offences import concerned
from requests_app.routing import refer

HOLDS_KEY = {MeasureEffect.SUSPEND_KEY: KeyStatus.SUSPENDED, MeasureEffect.REVOKE_KEY: KeyStatus.REVOKED}


@dataclass(frozen=True)
class Given:
    """A measure as staff take it. `comply_by` is the office's own date in the city; `dataset` with its public
    `notice` is for a measure that takes down, where it is a dataset of the city that comes down."""

    measure: Measure
    party: ConcernedParty
    reasons: str
    comply_by: date | None = None
    dataset: Dataset | None = None
    notice: str = ""


def take(
    submission: Submission, given: Given, *, by: User, now: datetime, revision: int | None = None
) -> MeasureTaken:
    """Take a measure: it acts at once, is told to the person concerned, and stands in the history.

    Only an access is suspended before there is a finding. Raises NotAllowed.
    """
    with transaction.atomic():
        row = _held(submission, revision=revision)
        party = row.parties.select_related("key").filter(pk=given.party.pk).first()
        if party is None:
            raise NotAllowed(_("This person is not named in this case."))
        party.submission = row
        _check(row, given, party, today=row.city.date_at(now))
        acknowledge_on_the_way(row, by=by, now=now)
        takedown = None
        if given.dataset is not None:
            takedown = _down(row, given.dataset, given.notice, by=by, now=now)
        taken = _as_worded(row, given, party, takedown, by=by, now=now)
        public = takedown is not None
        data = _data(taken, public=public)
        event = apply(row, Action.TAKE_MEASURE, now=now, by=by, data=data, public=public)
        _settle(taken.key, now=now)
        deadlines.recompute(row)
        _tell(taken, "measure", event)
        if taken.acts == MeasureEffect.REFER_LEGAL:
            hand_to_legal(row, taken, by=by, now=now)
    return taken


def _held(submission: Submission, *, revision: int | None) -> Submission:
    row = locked(submission, revision=revision)
    if row.kind not in ENFORCED:
        raise NotAllowed(_("Measures are taken only on a report of misuse or a privacy concern."))
    return row


def _check(row: Submission, given: Given, party: ConcernedParty, *, today: date) -> None:
    measure = given.measure
    if measure.city_id != row.city_id:
        raise NotAllowed(_("The guide of %(city)s names no such measure.") % {"city": row.city.name})
    if not given.reasons.strip():
        raise NotAllowed(_("Give the reasons: the person concerned reads them."))
    if given.comply_by is not None and given.comply_by < today:
        raise NotAllowed(_("The date by which to comply lies in the past."))
    if given.dataset is not None and measure.acts != MeasureEffect.TAKE_DOWN:
        raise NotAllowed(_("“%(name)s” takes no dataset down.") % {"name": measure.name})
    if party.measures.filter(measure=measure.key, lifted_at=None).exists():
        raise NotAllowed(
            _("“%(name)s” is in force against %(who)s already. Lift it before you take it again.")
            % {"name": measure.name, "who": party.name}
        )
    if measure.acts != MeasureEffect.SUSPEND_KEY and not is_substantiated(row, party):
        raise NotAllowed(
            _("First record a finding that it is substantiated. Before that, only access can be suspended.")
        )
    if measure.acts == MeasureEffect.REFER_LEGAL and row.status not in AT_WORK and legal_office(row):
        raise NotAllowed(_("Only a case at work can be handed over. Reopen it first."))
    concerned.protect_reporter(row, given.reasons, given.notice)


def is_substantiated(row: Submission, party: ConcernedParty) -> bool:
    """Whether the last finding about this person, or else about the case as a whole, says so."""
    own = row.findings.filter(party=party).last() or row.findings.filter(party=None).last()
    return own is not None and own.outcome == Finding.Outcome.SUBSTANTIATED


def _as_worded(
    row: Submission,
    given: Given,
    party: ConcernedParty,
    takedown: DatasetTakedown | None,
    *,
    by: User,
    now: datetime,
) -> MeasureTaken:
    """The measure as a row that keeps the words and the citation that hold now."""
    measure = given.measure
    return _keep(
        row,
        party=party,
        measure=measure.key,
        name=measure.name,
        statement=measure.statement,
        citation=measure.citation.label,
        layer=measure.citation.layer,
        acts=measure.acts,
        offense=measure.offense,
        reasons=given.reasons,
        comply_by=given.comply_by,
        key=party.key if measure.acts in HOLDS_KEY else None,
        takedown=takedown,
        by=by,
        now=now,
    )


def _keep(row: Submission, *, by: User, now: datetime, **facts: Any) -> MeasureTaken:
    try:
        with transaction.atomic():
            return MeasureTaken.objects.create(
                submission=row,
                number=row.measures_taken.count() + 1,
                at=now,
                by=by,
                by_name=str(by)[:200],
                **facts,
            )
    except IntegrityError:
        raise NotAllowed(_("Somebody else took this measure at the same moment.")) from None


def _data(taken: MeasureTaken, *, public: bool) -> dict[str, Any]:
    """What the event tells; a public one, which the reporter reads, names no person."""
    data = {"number": taken.number, "name": taken.name, "measure": taken.measure}
    if taken.party and not public:
        data["party"] = taken.party.name
    if taken.key and not public:
        data["key"] = taken.key.prefix
    if taken.takedown:
        data["dataset"] = taken.takedown.dataset.name
    return data


def _tell(taken: MeasureTaken, kind: str, event: Event, **more: Any) -> None:
    """The letter to the person concerned; none for a takedown that is against nobody."""
    if taken.party is not None:
        occasion = event.occasion
        concerned.write(taken.party, kind, now=event.at, occasion=occasion, taken=taken, **more)


# -- what measures switch


def _settle(key: ApiKey | None, *, now: datetime) -> KeyStatus:
    """Bring a key in line with the measures in force that hold it, in all cases; the strongest counts."""
    status = KeyStatus.ACTIVE
    if key is None:
        return status
    held = ApiKey.objects.select_for_update().get(pk=key.pk)
    acts = set(MeasureTaken.objects.filter(key=held, lifted_at=None).values_list("acts", flat=True))
    for effect, becomes in HOLDS_KEY.items():  # the stronger one comes last
        if effect in acts:
            status = becomes
    portal.set_status(held, status, now=now)
    return status


def _down(row: Submission, dataset: Dataset, notice: str, *, by: User, now: datetime) -> DatasetTakedown:
    if dataset.city_id != row.city_id:
        raise NotAllowed(_("This dataset belongs to another city."))
    if not notice.strip():
        raise NotAllowed(_("Write the public notice: everybody reads it on the page of the dataset."))
    already = DatasetTakedown.objects.filter(dataset=dataset, case=row.reference, restored_at=None)
    if already.exists():
        raise NotAllowed(_("In this case the dataset is taken down already."))
    return portal.take_down(dataset, notice=notice, case=row.reference, by=by, now=now)


def legal_office(row: Submission) -> Office | None:
    """The office with the role `legal`; None in a city whose guide names none."""
    offices = Office.objects.filter(city_id=row.city_id, outside=False)
    return next((office for office in offices if OfficeRole.LEGAL in office.roles), None)


def hand_to_legal(row: Submission, taken: MeasureTaken, *, by: User, now: datetime) -> None:
    """The case goes to the legal office with its file; where the guide names none, nothing moves. The
    reporter reads the reason of a referral, so it says nothing of the person concerned."""
    office = legal_office(row)
    if office is not None and office.pk != row.office_id:
        reason = _("Measure no. %(number)d: the file is under “Enforcement”.") % {"number": taken.number}
        refer(row, to=office, reason=reason, by=by, now=now)


def withhold(
    submission: Submission,
    *,
    dataset: Dataset,
    notice: str,
    reasons: str,
    by: User,
    now: datetime,
    revision: int | None = None,
) -> MeasureTaken:
    """Take a dataset down at once, to protect people whose data may stand in it. Raises NotAllowed."""
    with transaction.atomic():
        row = _held(submission, revision=revision)
        if not reasons.strip():
            raise NotAllowed(_("Give the reasons, for those who decide later whether it comes back."))
        concerned.protect_reporter(row, notice)
        acknowledge_on_the_way(row, by=by, now=now)
        takedown = _down(row, dataset, notice, by=by, now=now)
        taken = _keep(
            row,
            name=_("Dataset taken down"),
            acts=MeasureEffect.TAKE_DOWN,
            reasons=reasons,
            takedown=takedown,
            by=by,
            now=now,
        )
        apply(row, Action.WITHHOLD, now=now, by=by, data=_data(taken, public=True))
        deadlines.recompute(row)
    return taken


def lift(
    taken: MeasureTaken,
    *,
    reasons: str,
    notice: str = "",
    by: User,
    now: datetime,
    revision: int | None = None,
) -> MeasureTaken:
    """End a measure or takedown: what it switched comes back, unless another measure still holds it.

    `notice` is what the page of a dataset says about its coming back. Raises NotAllowed.
    """
    with transaction.atomic():
        row = locked(taken.submission, revision=revision)
        if not reasons.strip():
            raise NotAllowed(_("Give the reasons: they stand in the history."))
        concerned.protect_reporter(row, reasons, notice)
        ended = MeasureTaken.objects.filter(pk=taken.pk, submission=row, lifted_at=None).update(
            lifted_at=now, lifted_by=by, lifted_by_name=str(by)[:200], lift_reasons=reasons
        )
        if not ended:
            raise NotAllowed(_("This measure was lifted already."))
        related = ("party", "key", "takedown__dataset")
        taken = MeasureTaken.objects.select_related(*related).get(pk=taken.pk)
        taken.submission = row
        if taken.party:
            taken.party.submission = row
        if taken.takedown:
            portal.restore(taken.takedown, notice=notice, by=by, now=now)
        public = taken.takedown is not None
        data = _data(taken, public=public)
        event = apply(row, Action.LIFT_MEASURE, now=now, by=by, data=data, public=public)
        works = _settle(taken.key, now=now) == KeyStatus.ACTIVE
        _tell(taken, "lifted", event, key_works=works)
    return taken
