"""Acts on two cases at once: link, take a link away, merge, and take up again what was merged.

Alone responsible for what a merge does. The case that stays counts as received when the first of both was, so
no date moves to a later day than any requester was promised; a merge that would break a promise is refused.
The case that goes is closed as a duplicate; its requester keeps its page and gets the answer there (joined).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portals.explain import long_date
from portals.models import User
from portals.vocabulary import ClockEvent, ClockState, Outcome, Relation, SubmissionKind
from requests_app import deadlines, determinations, routing
from requests_app.events import case_clocks, fee_stand
from requests_app.ladder import OFFICE_DUTIES
from requests_app.lifecycle import AT_WORK, NotAllowed, acknowledge_on_the_way, apply, held, locked
from requests_app.models import (
    Action,
    Actor,
    Attachment,
    CaseLink,
    Deadline,
    Determination,
    Event,
    Message,
    Submission,
)
from requests_app.notices import people_of, tell, write_to_requester
from requests_app.related import following

DUPLICATE = CaseLink.Tie.DUPLICATE_OF


def _both(
    first: Submission, other: Submission, revision: int | None, other_revision: int | None = None
) -> tuple[Submission, Submission]:
    """Both rows, held in the order of their keys, so that two people who link the same two never wait for
    each other. Raises NotAllowed."""
    if first.pk == other.pk:
        raise NotAllowed(_("This is the same case. Enter the reference of another one."))
    if first.city_id != other.city_id:
        raise NotAllowed(_("Both cases must be of the same city."))
    held([first.pk, other.pk])
    return locked(first, revision=revision), locked(other, revision=other_revision)


# -- links


def link(
    submission: Submission,
    *,
    other: Submission,
    by: User,
    now: datetime,
    reason: str = "",
    revision: int | None = None,
) -> CaseLink:
    """Note that two cases have to do with each other; neither changes. Raises NotAllowed."""
    with transaction.atomic():
        row, second = _both(submission, other, revision)
        pair = Q(source=row, target=second) | Q(source=second, target=row)
        if CaseLink.objects.filter(pair).exists():
            raise NotAllowed(_("These two cases are linked already."))
        older, newer = sorted((row, second), key=lambda case: case.pk)
        for one, its_other in ((row, second), (second, row)):
            data = {"other": its_other.reference, **({"reason": reason} if reason else {})}
            apply(one, Action.LINK, now=now, by=by, data=data, public=False)
        return CaseLink.objects.create(
            city_id=row.city_id,
            source=older,
            target=newer,
            tie=CaseLink.Tie.RELATED,
            by=by,
            at=now,
            reason=reason,
        )


def unlink(
    submission: Submission, *, other: Submission, by: User, now: datetime, revision: int | None = None
) -> None:
    """Take a link away. A merge is undone by taking the merged case up again. Raises NotAllowed."""
    with transaction.atomic():
        row, second = _both(submission, other, revision)
        pair = Q(source=row, target=second) | Q(source=second, target=row)
        found = CaseLink.objects.filter(pair).first()
        if found is None:
            raise NotAllowed(_("These two cases are not linked (any more)."))
        if found.tie == DUPLICATE:
            raise NotAllowed(_("This is a merge. To undo it, reopen the case that was merged."))
        found.delete()
        for one, its_other in ((row, second), (second, row)):
            apply(one, Action.UNLINK, now=now, by=by, data={"other": its_other.reference}, public=False)


# -- merging


def merge(
    submission: Submission,
    *,
    into: Submission,
    reason: str,
    by: User,
    now: datetime,
    revision: int | None = None,
    kept_revision: int | None = None,
) -> Event:
    """Close a case as a duplicate of another one, which is then worked on for both.

    `reason` is read by the requester of the case that goes. Raises NotAllowed, also where the requester of
    either would be answered later than promised. `revision` and `kept_revision`: what the person saw of each.
    """
    with transaction.atomic():
        gone, kept = _both(submission, into, revision, kept_revision)
        _check(gone, kept, reason)
        promised = {case.pk: deadlines.of_case(case) for case in (gone, kept)}
        acknowledge_on_the_way(kept, by=by, now=now)
        CaseLink.objects.filter(Q(source=gone, target=kept) | Q(source=kept, target=gone)).delete()
        CaseLink.objects.filter(target=gone, tie=DUPLICATE).update(target=kept, told=0)
        event = _close_as_duplicate(gone, kept, reason, by=by, now=now)
        tie = CaseLink.objects.create(
            city_id=gone.city_id, source=gone, target=kept, tie=DUPLICATE, by=by, at=now, reason=reason
        )
        joined = _count_from_the_first(kept, Action.JOIN, gone, by=by, now=now)
        deadlines.recompute(kept)
        _check_promises(kept, gone, [*promised[gone.pk], *promised[kept.pk]])
        _hand_over(gone, kept, by=by, now=now)
        deadlines.recompute(gone)
        _tell_of_merge(gone, kept, tie, event, joined, reason)
    return event


def _check(gone: Submission, kept: Submission, reason: str) -> None:
    """Raises NotAllowed with what stands against a merge."""
    said = {"kept": kept.reference, "gone": gone.reference, "status": kept.get_status_display()}
    if not reason.strip():
        raise NotAllowed(_("Say why both are the same: the requester reads it."))
    if gone.kind != kept.kind:
        raise NotAllowed(
            _("Only cases of one kind can be merged: each has time limits of its own. Link them instead.")
        )
    if gone.kind == SubmissionKind.APPEAL:
        raise NotAllowed(_("Each appeal is decided by itself. Link them instead."))
    if gone.status not in AT_WORK:
        raise NotAllowed(_("%(gone)s has ended, so it cannot be merged. Link them instead.") % said)
    if kept.status not in AT_WORK:
        raise NotAllowed(
            _("%(kept)s is not worked on any more (%(status)s). Link them, and answer this one.") % said
        )
    if gone.is_public and not kept.is_public:
        raise NotAllowed(
            _(
                "%(gone)s is public and %(kept)s is not: its followers would lose sight of it. "
                "Merge %(kept)s into it instead."
            )
            % said
        )
    if fee_stand.stand(gone.events.order_by("sequence")).stands:
        raise NotAllowed(
            _("A fee stands in %(gone)s. Withdraw its estimate first, or merge the other way round.") % said
        )


def _close_as_duplicate(gone: Submission, kept: Submission, reason: str, *, by: User, now: datetime) -> Event:
    acknowledge_on_the_way(gone, by=by, now=now)
    event = apply(
        gone,
        Action.MERGE,
        now=now,
        by=by,
        changes={"determined_at": now, "closed_at": now, "requester_wrote_at": None},
        happening=ClockEvent.DETERMINED,
        data={"into": kept.reference, "reason": reason, "outcome": str(Outcome.DUPLICATE)},
    )
    Determination.objects.create(
        submission=gone, outcome=Outcome.DUPLICATE, reasons=reason, office=kept.office, by=by, at=now
    )
    return event


def _receipts(cases: Iterable[Submission]) -> tuple[datetime, datetime | None]:
    """When the first of these cases was received, and when the custodian of records received the first."""
    received, custodian = [], []
    for case in cases:
        events = list(case.events.order_by("sequence"))
        received.append(events[0].happened_at)
        if at := case_clocks.custodian_receipt(events):
            custodian.append(at)
    return min(received), min(custodian, default=None)


def _count_from_the_first(
    kept: Submission, action: Action, other: Submission, *, by: User | None, now: datetime
) -> Event:
    """The event by which the case that stays counts from the first receipt of all that are joined in it."""
    events = list(kept.events.order_by("sequence"))
    actor = None if by else Actor.CLOCK
    if action == Action.SEPARATE and kept.status not in AT_WORK:  # its dates are history by now
        data = {**case_clocks.joined(events), "other": other.reference}
        return apply(kept, action, now=now, by=by, actor=actor, data=data)
    merged = [tie.source for tie in kept.links_here.filter(tie=DUPLICATE).select_related("source")]
    received, custodian = _receipts([kept, *merged])
    return apply(
        kept,
        action,
        now=now,
        by=by,
        actor=actor,
        changes={"received_at": received, "received_on": kept.city.date_at(received)},
        data={
            "other": other.reference,
            "received_at": received.isoformat(),
            case_clocks.CUSTODIAN_RECEIPT: custodian.isoformat() if custodian else None,
            "earlier": received < events[0].happened_at,
        },
    )


def _check_promises(kept: Submission, gone: Submission, promised: Sequence[Deadline]) -> None:
    """Raises NotAllowed where a duty of the office would now be due later than one of both was promised."""
    now_due: dict[str, list[Deadline]] = {}
    for deadline in Deadline.objects.filter(submission=kept, cycle=kept.cycle):
        now_due.setdefault(deadline.milestone, []).append(deadline)
    for old in promised:
        if old.state != ClockState.OPEN or old.milestone not in OFFICE_DUTIES or old.due_on is None:
            continue
        new = now_due.get(old.milestone, [])
        if any(
            one.state == ClockState.MET or (one.due_on is not None and one.due_on <= old.due_on)
            for one in new
        ):
            continue
        raise NotAllowed(
            _(
                "The requester of %(case)s was promised this by %(on)s: %(what)s. After a merge into "
                "%(kept)s it could come later. Link them instead."
            )
            % {
                "case": (gone if old.submission_id == gone.pk else kept).reference,
                "what": old.get_milestone_display(),
                "on": long_date(old.due_on),
                "kept": kept.reference,
            }
        )


def _hand_over(gone: Submission, kept: Submission, *, by: User, now: datetime) -> None:
    """What the other requester wrote and sent becomes an internal note; the other office stays informed, and
    the followers follow the case that stays."""
    following.move(gone, kept)
    note = Message.objects.create(
        submission=kept,
        actor=Actor.STAFF,
        by=by,
        at=now,
        body=_("From %(reference)s, which was joined to this case:") % {"reference": gone.reference}
        + f"\n\n{gone.description}",
        internal=True,
    )
    Attachment.objects.bulk_create(
        Attachment(
            submission=kept,
            message=note,
            actor=file.actor,
            by=file.by,
            at=now,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            content_type=file.content_type,
            internal=True,
        )
        for file in gone.attachments.all()
    )
    if gone.office_id != kept.office_id:
        because = {"reasons": [{"code": "route.joined", "params": {}}]}
        routing.involve(kept, gone.office, Relation.INFORMED, now=now, because=because)


def _tell_of_merge(
    gone: Submission, kept: Submission, tie: CaseLink, event: Event, joined: Event, reason: str
) -> None:
    """Letters to both requesters, a line for both offices; the other one knows the dates as of now."""
    found = deadlines.of_case(kept)
    write_to_requester(
        gone,
        "merged",
        now=event.at,
        occasion=event.occasion,
        kept=kept,
        kept_deadlines=found,
        reason=reason,
    )
    write_to_requester(kept, "joined", now=event.at, occasion=joined.occasion, event=joined)
    said = {"gone": gone.reference, "kept": kept.reference}
    for office in {gone.office_id: gone.office, kept.office_id: kept.office}.values():
        tell(
            kept,
            people_of(office),
            kind="merged",
            line=_("%(gone)s was merged into %(kept)s") % said,
            now=event.at,
            occasion=joined.occasion,
        )
    remember(tie, kept)


def remember(tie: CaseLink, kept: Submission) -> None:
    """The requester of the merged case knows how the other one stands now."""
    tie.told, tie.told_status, tie.told_due_on = kept.chain_length, kept.status, kept.next_due_on
    tie.save(update_fields=["told", "told_status", "told_due_on", "passed_on"])


# -- taking up again


def reopen(
    submission: Submission, *, reason: str, by: User, now: datetime, revision: int | None = None
) -> Any:
    """Take a case up again. One that was merged is separated first and counts from its own receipt, as does
    the case that it was merged into. Raises NotAllowed."""
    with transaction.atomic():
        tie = CaseLink.objects.filter(source=submission, tie=DUPLICATE).select_related("target").first()
        if tie is not None:
            held([submission.pk, tie.target_id])
        event = determinations.reopen(submission, reason=reason, by=by, now=now, revision=revision)
        if tie is not None:
            separate(tie, by=by, now=now)
    return event


def separate(tie: CaseLink, *, by: User | None, now: datetime) -> None:
    """Take a merge back on the side of the case that stayed; the caller has held both rows."""
    kept, gone = locked(tie.target), tie.source
    tie.delete()
    _count_from_the_first(kept, Action.SEPARATE, gone, by=by, now=now)
    deadlines.recompute(kept)
