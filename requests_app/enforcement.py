"""Acts of looking into misuse or a privacy concern: evidence, the person concerned and their side, findings.

The case is the report itself: it is with the office that the city's route names, and its ladder and clocks
are those of every case. Measures are in offences/measures.py. Nothing here is shown to the reporter, and
nothing of the reporter to the person concerned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portals.models import ApiKey, User, Violation
from requests_app import deadlines
from requests_app.attachments.files import StoredFile, attach_files
from requests_app.doors import references
from requests_app.events.enforcement_stand import ENFORCED
from requests_app.lifecycle import NotAllowed, acknowledge_on_the_way, apply, locked
from requests_app.models import (
    Action,
    Actor,
    ConcernedParty,
    Event,
    Evidence,
    Finding,
    Message,
    PartyWord,
    Submission,
)
from requests_app.notices import people_of, tell
from requests_app.offences import concerned


@dataclass(frozen=True)
class Proof:
    """What shows what happened. `seen_on` is a city date."""

    words: str
    found_at: str = ""
    seen_on: date | None = None
    files: Sequence[StoredFile] = ()


def _taken_up(submission: Submission, *, by: User, now: datetime, revision: int | None) -> Submission:
    """The row of a case of enforcement, held; whoever looks into it has read it. Raises NotAllowed."""
    row = locked(submission, revision=revision)
    if row.kind not in ENFORCED:
        raise NotAllowed(_("Only a report of misuse or a privacy concern is looked into in this way."))
    acknowledge_on_the_way(row, by=by, now=now)
    return row


def _party_of(row: Submission, party: ConcernedParty) -> ConcernedParty:
    """The party, read again with the case as it is held; NotAllowed for one of another case."""
    found = ConcernedParty.objects.filter(pk=party.pk, submission=row).select_related("key").first()
    if found is None:
        raise NotAllowed(_("This person is not named in this case."))
    found.submission = row
    return found


def _internal(row: Submission, event: Event, body: str, files: Sequence[StoredFile] = ()) -> Message:
    """Words and files that the reporter never sees."""
    message = Message.objects.create(
        submission=row, actor=event.actor, by=event.by, at=event.at, body=body, internal=True
    )
    actor = Actor(event.actor)
    attach_files(row, files, actor=actor, by=event.by, now=event.at, message=message, internal=True)
    return message


def add_evidence(
    submission: Submission, proof: Proof, *, by: User, now: datetime, revision: int | None = None
) -> Evidence:
    """Put a piece of evidence into the case. Raises NotAllowed without words."""
    with transaction.atomic():
        row = _taken_up(submission, by=by, now=now, revision=revision)
        if not proof.words.strip():
            raise NotAllowed(_("Say what the evidence shows."))
        number = row.evidence.count() + 1
        event = apply(row, Action.ADD_EVIDENCE, now=now, by=by, data={"number": number}, public=False)
        message = _internal(row, event, proof.words, proof.files)
        deadlines.recompute(row)
        return Evidence.objects.create(
            submission=row,
            message=message,
            number=number,
            found_at=proof.found_at,
            seen_on=proof.seen_on,
        )


def name_party(
    submission: Submission,
    *,
    name: str,
    email: str = "",
    key: ApiKey | None = None,
    by: User,
    now: datetime,
    revision: int | None = None,
) -> ConcernedParty:
    """Name whom the report concerns; nobody is told by it. A key brings its holder. Raises NotAllowed."""
    with transaction.atomic():
        row = _taken_up(submission, by=by, now=now, revision=revision)
        if key is not None and key.city_id != row.city_id:
            raise NotAllowed(_("This key belongs to another city."))
        name = name.strip() or (key.holder_name or key.prefix if key else "")
        email = (email or (key.holder_email if key else "")).lower()
        if not name:
            raise NotAllowed(_("Name the person or company, or give their API key."))
        event = apply(row, Action.NAME_PARTY, now=now, by=by, data={"party": name}, public=False)
        deadlines.recompute(row)
        try:
            with transaction.atomic():
                return ConcernedParty.objects.create(
                    submission=row,
                    city_id=row.city_id,
                    reference=references.new_reference(row.city.prefix),
                    name=name,
                    folded=folded(name),
                    email=email,
                    key=key,
                    at=event.at,
                    by=by,
                )
        except IntegrityError:
            raise NotAllowed(_("%(name)s is named in this case already.") % {"name": name}) from None


def folded(name: str) -> str:
    """A name as it is compared with others."""
    return " ".join(name.casefold().split())[:200]


def hear(
    submission: Submission,
    *,
    party: ConcernedParty,
    body: str,
    by: User,
    now: datetime,
    revision: int | None = None,
) -> Event:
    """Tell the person concerned what it is about and ask for their side. Raises NotAllowed."""
    with transaction.atomic():
        row = _taken_up(submission, by=by, now=now, revision=revision)
        party = _party_of(row, party)
        if not body.strip():
            raise NotAllowed(_("Write what you want to say, then send."))
        concerned.protect_reporter(row, body)
        event = apply(row, Action.HEAR_PARTY, now=now, by=by, data={"party": party.name}, public=False)
        PartyWord.objects.create(party=party, message=_internal(row, event, body))
        concerned.write(party, "heard", now=now, occasion=event.occasion, body=body)
        deadlines.recompute(row)
    return event


def hand_code(party: ConcernedParty, *, by: User, now: datetime) -> str:
    """A new code for a printed letter, or for one that was lost; shown once. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(party.submission)
        party = _party_of(row, party)
        note = _("A new code was made for a printed letter.")
        data = {"party": party.name, "note": note}
        apply(row, Action.HEAR_PARTY, now=now, by=by, data=data, public=False)
        return concerned.new_code(party, now=now)


def answer(
    party: ConcernedParty,
    *,
    body: str,
    now: datetime,
    files: Sequence[StoredFile] = (),
    by: User | None = None,
    happened_at: datetime | None = None,
    revision: int | None = None,
) -> Event | None:
    """What the person concerned says; `by` enters what came by mail or phone. None where the same words came
    a moment before, from a button that was pressed twice. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(party.submission, revision=revision)
        party = _party_of(row, party)
        if not body.strip() and not files:
            raise NotAllowed(_("Write your answer, or attach a file, then send."))
        last = party.words.select_related("message").last()
        if by is None and not files and last and last.message.body == body:
            return None
        event = apply(
            row,
            Action.PARTY_ANSWER,
            now=now,
            by=by,
            happened_at=happened_at,
            actor=None if by else Actor.CONCERNED,
            data={"party": party.name},
            public=False,
        )
        message = _internal(row, event, body, files)
        if by is not None:
            Message.objects.filter(pk=message.pk).update(actor=Actor.CONCERNED)
        PartyWord.objects.create(party=party, message=message)
        line = _("The person concerned answered: %(reference)s") % {"reference": row.reference}
        occasion = event.occasion
        tell(row, people_of(row.office), kind="party_answer", line=line, now=now, occasion=occasion)
    return event


def find(
    submission: Submission,
    *,
    outcome: Finding.Outcome,
    reasons: str,
    party: ConcernedParty | None = None,
    violation: Violation | None = None,
    by: User,
    now: datetime,
    revision: int | None = None,
) -> Finding:
    """Write down what was found, about one party or the case as a whole; a later finding replaces it.

    A party who has heard of the case is told. Raises NotAllowed without reasons.
    """
    with transaction.atomic():
        row = _taken_up(submission, by=by, now=now, revision=revision)
        if not reasons.strip():
            raise NotAllowed(_("Give the reasons: the person concerned reads them."))
        if violation is not None and violation.city_id != row.city_id:
            raise NotAllowed(_("The city's guide names no such violation."))
        concerned.protect_reporter(row, reasons)
        party = _party_of(row, party) if party else None
        data = {"finding": str(outcome), "party": party.name if party else ""}
        event = apply(row, Action.FIND, now=now, by=by, data=data, public=False)
        kept = Finding.objects.create(
            submission=row,
            party=party,
            outcome=outcome,
            violation=violation.key if violation else "",
            violation_name=violation.name if violation else "",
            reasons=reasons,
            at=now,
            by=by,
            by_name=str(by)[:200],
        )
        if party and party.told_at:
            concerned.write(party, "found", now=now, occasion=event.occasion, finding=kept)
        deadlines.recompute(row)
    return kept


def standing_finding(party: ConcernedParty | None, findings: Sequence[Finding]) -> Finding | None:
    """The finding that counts for a party: the latest about them, else the latest about the whole case."""
    own = [finding for finding in findings if party and finding.party_id == party.pk]
    whole = [finding for finding in findings if finding.party_id is None]
    counting = own or whole
    return counting[-1] if counting else None
