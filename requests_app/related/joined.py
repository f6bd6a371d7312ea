"""What the requester of a merged case hears of the case that stayed: its answer, its dates, its end.

Alone responsible for that: a tick compares what each was told with how the other case stands, so it does not
matter which act, or the clock, changed it. An answer is passed on in full, with its own remedies and their
dates, for each requester has a right to one.
"""

import logging
from datetime import datetime

from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from portals.vocabulary import ClockEvent
from requests_app import deadlines
from requests_app.attachments.files import StoredFile, attach_files
from requests_app.determinations import DENIALS
from requests_app.lifecycle import AT_WORK, apply, held
from requests_app.models import Action, Actor, Attachment, CaseLink, Determination, Status, Submission
from requests_app.notices import write_to_requester
from requests_app.related.merging import DUPLICATE, remember, separate

logger = logging.getLogger(__name__)

AT_ONCE = 500
ENDED_WITHOUT_ANSWER = (Status.WITHDRAWN, Status.LAPSED)


def pass_on(*, now: datetime) -> int:
    """Bring every merged case in line with the one that it was merged into; returns how many were."""
    waiting = CaseLink.objects.filter(tie=DUPLICATE).exclude(told=F("target__chain_length"))
    done = 0
    for key in list(waiting.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        try:
            with transaction.atomic():
                done += _bring_in_line(key, now)
        except OperationalError:
            raise  # the database is away or busy: the next run does it
        except Exception:
            logger.exception("What became of merged case %s could not be passed on", key)
    return done


def _bring_in_line(key: int, now: datetime) -> int:
    pair = CaseLink.objects.filter(pk=key).values_list("source_id", "target_id").first()
    rows = {row.pk: row for row in held(pair or ())}
    tie = CaseLink.objects.filter(pk=key).first()
    if tie is None or pair != (tie.source_id, tie.target_id) or rows[tie.target_id].chain_length == tie.told:
        return 0  # somebody was faster
    gone, kept = rows[tie.source_id], rows[tie.target_id]
    tie.source, tie.target = gone, kept
    if gone.status != Status.CLOSED:  # it was taken up again without being separated
        separate(tie, by=None, now=now)
        return 1
    answer = None
    if kept.status in (Status.DETERMINED, Status.CLOSED):
        answer = kept.determinations.filter(taken_back_at=None).last()
    if kept.status in ENDED_WITHOUT_ANSWER:
        _take_up(tie, now)
        return 1
    if answer is not None and not _is_passed_on(tie, answer):
        _give_answer(tie, answer, now)
    elif kept.status in AT_WORK and tie.passed_on_id:
        _take_back(tie, now)
    elif (tie.told_status, tie.told_due_on) != (kept.status, kept.next_due_on) and kept.status in AT_WORK:
        found = deadlines.of_case(kept)
        occasion = f"kept:{kept.chain_length}"
        write_to_requester(gone, "joined_news", now=now, occasion=occasion, kept=kept, kept_deadlines=found)
    remember(tie, kept)
    return 1


def _is_passed_on(tie: CaseLink, answer: Determination) -> bool:
    copy = tie.passed_on
    return copy is not None and copy.at == answer.at


def _give_answer(tie: CaseLink, answer: Determination, now: datetime) -> None:
    """The answer of the case that stayed, as an answer to this one; a refusal starts its own remedies."""
    gone, kept = tie.source, tie.target
    data = {"other": kept.reference, "outcome": answer.outcome}
    event = apply(gone, Action.PASS_ON, now=now, actor=Actor.CLOCK, data=data)
    if answer.outcome in DENIALS:
        apply(
            gone,
            Action.RECORD,
            now=now,
            actor=Actor.CLOCK,
            happening=ClockEvent.DENIED,
            data={"outcome": answer.outcome},
        )
    tie.passed_on = Determination.objects.create(
        submission=gone,
        outcome=answer.outcome,
        reasons=answer.reasons,
        exemption=answer.exemption,
        explanation=answer.explanation,
        responsible=answer.responsible,
        office=answer.office,
        by=answer.by,
        at=answer.at,
    )
    _give_files(gone, kept, answer)
    deadlines.recompute(gone)
    write_to_requester(gone, "determined", now=now, occasion=event.occasion, determination=tie.passed_on)


def _give_files(gone: Submission, kept: Submission, answer: Determination) -> None:
    """What was released with the answer and with parts before it; never what was said to the other person."""
    parts = kept.events.filter(action=Action.RELEASE_PART).values("at")
    released = kept.attachments.filter(actor=Actor.STAFF, internal=False)
    of_parts = Q(of_part__part__release__isnull=False)
    released = released.filter(Q(message=None, at=answer.at) | Q(at__in=parts) | of_parts)
    has = set(Attachment.objects.filter(submission=gone, internal=False).values_list("sha256", flat=True))
    new = [
        StoredFile(file.name, file.sha256, file.size, file.content_type)
        for file in released
        if file.sha256 not in has
    ]
    attach_files(gone, new, actor=Actor.STAFF, by=answer.by, now=answer.at)


def _take_back(tie: CaseLink, now: datetime) -> None:
    """The other case is worked on again: what was passed on counts no more."""
    gone, kept, copy = tie.source, tie.target, tie.passed_on
    data = {"other": kept.reference, "answer_taken_back": True}
    event = apply(gone, Action.PASS_ON, now=now, actor=Actor.CLOCK, data=data)
    tie.passed_on = None
    if copy is not None:
        copy.taken_back_at = now
        copy.save(update_fields=["taken_back_at"])
        still = kept.attachments.filter(actor=Actor.STAFF, internal=False).values("sha256")
        given = gone.attachments.filter(actor=Actor.STAFF, at=copy.at).exclude(sha256__in=still)
        given.update(internal=True)
    deadlines.recompute(gone)
    write_to_requester(
        gone,
        "joined_news",
        now=now,
        occasion=event.occasion,
        kept=kept,
        kept_deadlines=deadlines.of_case(kept),
        taken_back=True,
    )


def _take_up(tie: CaseLink, now: datetime) -> None:
    """The other case ended without an answer, which this requester still waits for."""
    gone = tie.source
    reason = _("The submission that yours was joined to has ended without an answer.")
    event = apply(
        gone,
        Action.REOPEN,
        now=now,
        actor=Actor.CLOCK,
        changes={
            "cycle": gone.cycle + 1,
            "climbs_from_id": gone.office_id,
            "acknowledged_at": None,
            "determined_at": None,
            "closed_at": None,
        },
        data={"reason": reason},
    )
    separate(tie, by=None, now=now)
    deadlines.recompute(gone)
    write_to_requester(gone, "reopened", now=now, occasion=event.occasion, reason=reason)
