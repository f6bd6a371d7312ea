"""Which office a case is with. Sole writer of Submission.office. A case is never without an office."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import City, Dataset, Office, User
from portals.routes import RouteAnswer, RoutePart, office_that_leads
from portals.rulebook import Rulebook, rulebook_for
from portals.vocabulary import ClockEvent, OfficeRole, Relation, SubmissionKind
from requests_app import deadlines
from requests_app.events import case_clocks
from requests_app.lifecycle import NotAllowed, apply, locked, passed_on_by_clock
from requests_app.models import Action, Event, Involvement, Referral, Submission
from requests_app.notices import people_of, tell, write_to_requester


@dataclass(frozen=True)
class Placement:
    """Where a new case goes: the lead and why (reasons as stored), and the other offices with theirs."""

    lead: Office
    because: list[dict[str, Any]]
    others: list[tuple[Office, Relation, dict[str, Any]]]


def answer_for(
    city: City,
    kind: str,
    *,
    dataset: Dataset | None,
    flags: frozenset[str],
    on: date,
    steward: Office | None = None,
) -> RouteAnswer:
    """What the rules in force on the city date `on` say about a submission, for showing and for placing.

    `steward` stands for the publishing office where no dataset tells it: for an appeal, the office that
    answered.
    """
    book = rulebook_for(city)
    publisher = steward or (dataset.office if dataset else None)
    return book.route(
        kind,
        on=on,
        dataset_office=book.office_ref(publisher),
        flags=flags,
        dataset=dataset is not None,
    )


def rule_of_lead(case: Submission, book: Rulebook) -> RoutePart | None:
    """Where it is written that the office of a case leads, or who should where it stands in for an office
    that is not known; by the rules of the day of receipt. None for an office that a referral brought in."""
    dataset = case.dataset
    answer = book.route(
        case.kind,
        on=case.received_on,
        dataset_office=book.office_ref(dataset.office if dataset else None),
        flags=frozenset(case.flags),
        dataset=dataset is not None,
    )
    named = (part for part in answer.acts if part.office and part.office.pk == case.office_id)
    return next(named, None if answer.lead.office else answer.lead)


def place(
    city: City,
    kind: str,
    *,
    dataset: Dataset | None,
    flags: frozenset[str],
    on: date,
    steward: Office | None = None,
) -> Placement:
    """The offices of a new case. Falls back to an alternative, then to the intake office."""
    answer = answer_for(city, kind, dataset=dataset, flags=flags, on=on, steward=steward)
    lead, reasons = office_that_leads(answer)
    parts = [part for part in (*answer.acts, *answer.informed) if part.office]
    rows = Office.objects.in_bulk({lead.pk, *(part.office.pk for part in parts if part.office)} - {None})
    others: list[tuple[Office, Relation, dict[str, Any]]] = []
    for part in parts:
        if part.office is None or part.office.pk == lead.pk or part.office.pk is None:
            continue
        because = {
            "route": part.key,
            "citation": part.citation,
            "layer": str(part.layer),
            "reasons": [reason.as_json() for reason in part.reasons],
        }
        if part.office.pk not in {office.pk for office, _relation, _why in others}:
            others.append((rows[part.office.pk], Relation(part.relation), because))
    assert lead.pk is not None
    return Placement(rows[lead.pk], [reason.as_json() for reason in reasons], others)


def involve(
    submission: Submission, office: Office, relation: Relation, *, now: datetime, because: Mapping[str, Any]
) -> None:
    """An office beside the lead. One that stands there already keeps its place unless it must now act."""
    known, created = Involvement.objects.get_or_create(
        submission=submission,
        office=office,
        defaults={"relation": relation, "since": now, "because": dict(because)},
    )
    if not created and relation == Relation.TOGETHER and known.relation == Relation.INFORMED:
        known.relation = relation
        known.save(update_fields=["relation"])


def referable(submission: Submission) -> list[Office]:
    """The offices of the city to which this case can be referred."""
    return list(
        Office.objects.filter(city_id=submission.city_id, outside=False).exclude(pk=submission.office_id)
    )


def refer(
    submission: Submission,
    *,
    to: Office,
    reason: str,
    by: User,
    now: datetime,
    is_return: bool = False,
    revision: int | None = None,
) -> Event:
    """Hand the case to another office of the city. The filing date and all clocks stay what they were;
    the office it leaves stays informed. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        _check_referral(row, to, reason)
        left = row.office
        event = apply(
            row,
            Action.REFER_BACK if is_return else Action.REFER,
            now=now,
            by=by,
            changes={"office_id": to.pk, "climbs_from_id": to.pk, "assigned_to_id": None},
            data={"from": left.name, "to": to.name, "reason": reason},
        )
        row.office = row.climbs_from = to
        record_referral(row, left, to, by=by, now=now, reason=reason, is_return=is_return)
        _custodian_receives(row, to, by=by, now=now)
        deadlines.recompute(row)
        line = (
            _("%(office)s gave back: %(reference)s")
            if is_return
            else _("Referred to your office by %(office)s, accept it or give it back: %(reference)s")
        ) % {"reference": row.reference, "office": left}
        tell(row, people_of(to), kind="referred", line=line, now=now, occasion=event.occasion)
        write_to_requester(row, "referred", now=now, occasion=event.occasion, office=to)
    return event


def refer_back(
    submission: Submission, *, reason: str, by: User, now: datetime, revision: int | None = None
) -> Event:
    """Give a referred case back to the office that referred it, accepted or not. Raises NotAllowed where none
    did, and where it came back itself: then it is referred anew, so that it cannot go to and fro unexplained.
    """
    last = submission.referrals.filter(to_office_id=submission.office_id).order_by("-at", "-id").first()
    if last is None:
        raise NotAllowed(_("This case was not referred to your office, so it cannot go back."))
    if last.is_return:
        raise NotAllowed(_("This case was given back to your office. Refer it to the office that must act."))
    return refer(
        submission,
        to=last.from_office,
        reason=reason,
        by=by,
        now=now,
        is_return=True,
        revision=revision,
    )


def accept(submission: Submission, *, by: User, now: datetime, revision: int | None = None) -> Event:
    """The office takes the case that was referred to it; whoever referred it hears of that. Raises NotAllowed
    where no referral waits."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if row.referral_waits_since is None:
            raise NotAllowed(_("No referral of this case waits to be accepted."))
        event = apply(row, Action.ACCEPT_REFERRAL, now=now, by=by, data={"to": row.office.name})
        last = row.referrals.filter(to_office_id=row.office_id).order_by("-at", "-id").first()
        line = _("%(office)s accepted: %(reference)s") % {"office": row.office, "reference": row.reference}
        members = people_of(last.from_office) if last else []
        referrer = [member for member in members if last and member.user_id == last.by_id]
        tell(row, referrer or members, kind="accepted", line=line, now=now, occasion=event.occasion)
    return event


def convert(
    row: Submission, *, to: SubmissionKind, by: User, now: datetime, data: Mapping[str, Any]
) -> Event:
    """The event by which a held row becomes another kind, with the offices that the rules of that kind give
    for the day of receipt. The office it leaves stays informed, others by the old rules do not."""
    asked = {flag.key for flag in rulebook_for(row.city).flags_of(to)}
    flags = sorted(asked & set(row.flags))
    placed = place(row.city, to, dataset=row.dataset, flags=frozenset(flags), on=row.received_on)
    left, lead = row.office, placed.lead
    changes: dict[str, Any] = {"kind": str(to), "flags": flags}
    if row.is_public:  # only error reports stand on a page; what becomes one is not put back there
        changes["is_public"] = False
    if lead.pk != left.pk:
        changes |= {"office_id": lead.pk, "climbs_from_id": lead.pk, "assigned_to_id": None}
    told = {**data, "office": lead.name, "because": placed.because}
    event = apply(row, Action.CONVERT, now=now, by=by, changes=changes, data=told)
    row.office = row.climbs_from = lead
    row.involvements.filter(because__has_key="route").delete()
    if lead.pk != left.pk:
        record_referral(row, left, lead, by=by, now=now, reason=str(data.get("reason", "")))
    for office, relation, because in placed.others:
        involve(row, office, relation, now=now, because=because)
    _custodian_receives(row, lead, by=by, now=now)
    return event


def record_referral(
    row: Submission,
    left: Office,
    to: Office,
    *,
    by: User | None,
    now: datetime,
    reason: str,
    is_return: bool = False,
) -> None:
    """The rows of a referral: who handed it to whom; the office that it leaves stays informed."""
    Referral.objects.create(
        submission=row, from_office=left, to_office=to, by=by, at=now, reason=reason, is_return=is_return
    )
    Involvement.objects.filter(submission=row, office=to).delete()
    involve(
        row, left, Relation.INFORMED, now=now, because={"reasons": [{"code": "route.referred", "params": {}}]}
    )


def move_by_clock(row: Submission, to: Office, *, now: datetime) -> None:
    """The office of a held row changes because nobody acknowledged; the sweep writes the row. The ladder
    goes on from where it began, so that its later steps still come."""
    row.office = to
    passed_on_by_clock(row, now=now)


def _check_referral(row: Submission, to: Office, reason: str) -> None:
    if to.city_id != row.city_id or to.outside:
        raise NotAllowed(_("A case can only be referred to an office of its own city."))
    if to.pk == row.office_id:
        raise NotAllowed(_("The case is with %(office)s already.") % {"office": to})
    if not reason.strip():
        raise NotAllowed(_("Say why the other office must act: it reads this first."))


def _custodian_receives(row: Submission, to: Office, *, by: User, now: datetime) -> None:
    """A records request that lay elsewhere reaches its custodian when it is handed over (RSMo 610.023.3)."""
    if row.kind != SubmissionKind.RECORDS_REQUEST or OfficeRole.RECORDS_CUSTODIAN not in to.roles:
        return
    if case_clocks.custodian_has_it(row.events.all()):
        return
    apply(
        row,
        Action.HAND_TO_CUSTODIAN,
        now=now,
        by=by,
        happening=ClockEvent.RECEIVED_BY_CUSTODIAN,
    )
