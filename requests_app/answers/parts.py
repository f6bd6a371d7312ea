"""Acts on the parts of a case: splitting it, deciding on a part, taking a decision back.

A decision is the office's own until it is told with a release or with the answer to the whole. Where the city
wants it cleared first (`[[clearance]]`), deciding asks the office that clears.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import Office, User
from portals.templatetags.civic import city_date
from portals.vocabulary import Relation, SubmissionKind
from requests_app import routing
from requests_app.answers.case_parts import clearance_of, named, offices_that_clear, part_of, parts_of
from requests_app.answers.denials import Decision, missing_from_part
from requests_app.attachments.files import StoredFile, attach_files, looked_at
from requests_app.lifecycle import NotAllowed, acknowledge_on_the_way, apply, locked
from requests_app.models import Action, Actor, Event, Part, PartExemption, PartFile, Submission
from requests_app.notices import people_of, tell

SPLITTABLE = (SubmissionKind.RECORDS_REQUEST, SubmissionKind.DATASET_REQUEST)
MOST = 50
"""Parts of one case. Whoever needs more asks the requester what matters most."""


def split(
    submission: Submission, titles: Sequence[str], *, by: User, now: datetime, revision: int | None = None
) -> list[Part]:
    """Make numbered parts of what was asked for, or add some; whoever splits has read the case. Raises
    NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        known = parts_of(row)
        asked = [title.strip() for title in titles if title.strip()]
        _check_split(row, known, asked)
        acknowledge_on_the_way(row, by=by, now=now)
        first = max((part.number for part in known), default=0) + 1
        new = [
            Part(submission=row, cycle=row.cycle, number=number, title=title)
            for number, title in enumerate(asked, start=first)
        ]
        apply(row, Action.SPLIT, now=now, by=by, data={"parts": [[part.number, part.title] for part in new]})
        return Part.objects.bulk_create(new)


def _check_split(row: Submission, known: Sequence[Part], asked: Sequence[str]) -> None:
    if row.kind not in SPLITTABLE:
        raise NotAllowed(_("Only a request for records or for a dataset is answered in parts."))
    if any(part.whole for part in known):
        raise NotAllowed(
            _("An answer to the whole is prepared already. Take it back before you split the case.")
        )
    if not asked or (not known and len(asked) < 2):
        raise NotAllowed(_("Name at least two parts, one in each line."))
    if len(known) + len(asked) > MOST:
        raise NotAllowed(_("A case can have at most %(most)d parts.") % {"most": MOST})
    titles = [part.title for part in known] + list(asked)
    twice = next((title for title in titles if titles.count(title) > 1), None)
    if twice:
        raise NotAllowed(_("“%(title)s” stands twice.") % {"title": twice})
    if any(len(title) > 300 for title in asked):
        raise NotAllowed(_("A part is named with at most 300 characters."))


def drop(
    submission: Submission, number: int, *, by: User, now: datetime, revision: int | None = None
) -> Event:
    """Remove a part on which nothing is decided; its number is not given again. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        part = part_of(row, number)
        if part.outcome:
            raise NotAllowed(_("%(part)s is decided. Take the decision back first.") % {"part": named(part)})
        if not Part.objects.filter(submission=row, cycle=row.cycle).exclude(pk=part.pk).exists():
            raise NotAllowed(_("The last part stays: a case that was split is answered part by part."))
        event = apply(row, Action.PART_DROP, now=now, by=by, data={"part": part.number, "title": part.title})
        part.delete()
    return event


def decide(
    submission: Submission,
    number: int,
    decision: Decision,
    *,
    by: User,
    now: datetime,
    files: Sequence[StoredFile] = (),
    revision: int | None = None,
) -> Part:
    """Decide on one part. Raises NotAllowed where somebody decided it before, and sentence by sentence for
    what the law of the city wants of a denial and the decision lacks."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        part = part_of(row, number)
        _check_undecided(row, part)
        return _decide(row, part, decision, by=by, now=now, files=files)


def decide_whole(
    submission: Submission,
    decision: Decision,
    *,
    by: User,
    now: datetime,
    files: Sequence[StoredFile] = (),
    revision: int | None = None,
) -> Part:
    """Prepare an answer to the whole that must be cleared before it is sent. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        if parts_of(row):
            raise NotAllowed(_("This case is answered part by part, or an answer is prepared already."))
        if clearance_of(row, decision.outcome) is None:
            raise NotAllowed(_("This answer needs no clearance: send it."))
        part = Part(submission=row, cycle=row.cycle, number=1, whole=True, title=_("The whole request"))
        return _decide(row, part, decision, by=by, now=now, files=files)


def _check_undecided(row: Submission, part: Part) -> None:
    if part.whole:
        raise NotAllowed(_("An answer to the whole is prepared. Take it back to change it."))
    if part.outcome and part.clearance != Part.Clearance.RETURNED:
        assert part.decided_at
        raise NotAllowed(
            _("%(part)s was decided by %(who)s on %(on)s: %(outcome)s. Take that decision back to change it.")
            % {
                "part": named(part),
                "who": part.decided_by_name,
                "on": city_date(row.city.date_at(part.decided_at)),
                "outcome": part.get_outcome_display(),
            }
        )


def _decide(
    row: Submission,
    part: Part,
    decision: Decision,
    *,
    by: User,
    now: datetime,
    files: Sequence[StoredFile],
) -> Part:
    missing = missing_from_part(row, decision)
    if missing:
        raise NotAllowed(" ".join(dict.fromkeys(missing.values())))
    acknowledge_on_the_way(row, by=by, now=now)
    wanted = clearance_of(row, decision.outcome)
    offices = offices_that_clear(row, wanted) if wanted else []
    event = apply(
        row,
        Action.PART_DECIDE,
        now=now,
        by=by,
        data={
            "part": part.number,
            "title": part.title,
            "whole": part.whole,
            "decided": str(decision.outcome),
            "laws": [ground.law for ground in decision.grounds],
            "clearance": ", ".join(office.name for office in offices),
            **looked_at(files),
        },
        public=False,
    )
    _keep(part, decision, by=by, now=now, clearance=Part.Clearance.ASKED if wanted else "")
    attached = attach_files(row, files, actor=Actor.STAFF, by=by, now=now, internal=True)
    PartFile.objects.bulk_create(PartFile(part=part, attachment=file) for file in attached)
    if wanted:
        _ask_for_clearance(row, event, offices, wanted.statement)
    return part


def _ask_for_clearance(row: Submission, event: Event, offices: Sequence[Office], why: str) -> None:
    """The offices that clear see the case from now on, and their people hear of it."""
    line = _("An answer waits for your clearance: %(reference)s") % {"reference": row.reference}
    because = {"reasons": [{"code": "said", "params": {"text": why}}]}
    for office in offices:
        if office.pk != row.office_id:
            routing.involve(row, office, Relation.INFORMED, now=event.at, because=because)
        people = [member for member in people_of(office) if member.user_id != event.by_id]
        tell(row, people, kind="clearance", line=line, now=event.at, occasion=event.occasion)


def _keep(part: Part, decision: Decision, *, by: User, now: datetime, clearance: str) -> None:
    part.outcome = decision.outcome
    part.reasons, part.responsible = decision.reasons, decision.responsible
    part.decided_by, part.decided_by_name, part.decided_at = by, str(by)[:200], now
    part.clearance, part.clearance_note = clearance, ""
    part.cleared_by, part.cleared_by_name, part.cleared_at = None, "", None
    part.save()
    part.exemptions.all().delete()
    PartExemption.objects.bulk_create(
        PartExemption(part=part, position=place, law=ground.law, explanation=ground.explanation)
        for place, ground in enumerate(decision.grounds)
    )


def take_back(
    submission: Submission, number: int, *, by: User, now: datetime, revision: int | None = None
) -> Event:
    """Take back a decision that was not told yet; what was typed is kept for the next one. Its files stay in
    the case as internal files. Raises NotAllowed."""
    with transaction.atomic():
        row = locked(submission, revision=revision)
        part = part_of(row, number)
        if not part.outcome:
            raise NotAllowed(_("%(part)s is not decided yet.") % {"part": named(part)})
        if part.release_id:
            raise NotAllowed(
                _("%(part)s was told to the requester already; only an undo can take it back.")
                % {"part": named(part)}
            )
        event = apply(
            row,
            Action.PART_TAKE_BACK,
            now=now,
            by=by,
            data={"part": part.number, "title": part.title},
            public=False,
        )
        part.files.all().delete()
        if part.whole:
            part.delete()
        else:
            part.outcome, part.decided_at, part.decided_by, part.decided_by_name = "", None, None, ""
            part.clearance, part.cleared_by, part.cleared_by_name, part.cleared_at = "", None, "", None
            part.save()
    return event
