"""Publishes the answer of a closed case: written anew, checked for personal data, reviewed, put on the web.

Alone responsible for the states of a published answer. Nothing of a case stands on a public page before it
was reviewed, its title neither; each finding of the check and each file is confirmed by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portals import text_search
from portals.models import User
from portals.vocabulary import SubmissionKind
from requests_app.answers.personal_data import Finding, What, find
from requests_app.attachments.files import path_of
from requests_app.events.ties import ties_of
from requests_app.lifecycle import NotAllowed, apply, locked
from requests_app.models import (
    Action,
    Actor,
    Attachment,
    Determination,
    Event,
    PublishedAnswer,
    PublishedFile,
    Status,
    Submission,
)
from requests_app.notices import write_to_requester

State = PublishedAnswer.State
NEVER = frozenset({SubmissionKind.MISUSE_REPORT, SubmissionKind.PRIVACY_CONCERN})
"""Kinds that speak of people's conduct or of private data: their answers are not published."""
READ_AT_MOST = 1_000_000


@dataclass(frozen=True)
class Draft:
    """What staff wrote for everybody. `files` are keys of released files of the case."""

    title: str
    question: str
    answer: str
    files: Sequence[int] = ()


def answer_of(case: Submission) -> Determination | None:
    """The answer in force."""
    return case.determinations.filter(taken_back_at=None).select_related("office").last()


def releasable(case: Submission) -> list[Attachment]:
    """The files that the office gave out; what the requester sent is not the city's to publish."""
    return list(case.attachments.filter(actor=Actor.STAFF, internal=False))


def check(case: Submission) -> None:
    """Raises NotAllowed with why the answer of this case cannot be published."""
    if case.kind in NEVER:
        raise NotAllowed(_("Answers to reports of misuse and privacy concerns are not published."))
    if case.status != Status.CLOSED:
        raise NotAllowed(_("Only the answer of a closed case can be published. Close the case first."))
    into = ties_of(case.events.order_by("sequence")).into
    if into:
        raise NotAllowed(_("This case was merged. Publish the answer of %(into)s.") % {"into": into})
    if answer_of(case) is None:
        raise NotAllowed(_("This case has no answer that could be published."))


def save_draft(
    submission: Submission, draft: Draft, *, by: User, now: datetime, seen: int
) -> PublishedAnswer:
    """Keep the words; what was reviewed must be reviewed anew. `seen` is the revision that the person saw, 0
    for none. Raises NotAllowed."""
    with transaction.atomic():
        case = locked(submission)
        check(case)
        found = _held(case, seen)
        if found and found.state == State.PUBLISHED:
            raise NotAllowed(_("It is on the web. Take it off first, then change it."))
        answer = answer_of(case)
        assert answer is not None
        row = found or PublishedAnswer(submission=case, city_id=case.city_id)
        _of_answer(row, case, answer)
        row.title, row.question, row.answer = draft.title, draft.question, draft.answer
        row.state, row.confirmed, row.reviewed_at, row.reviewed_by = State.DRAFT, [], None, None
        row.search_text = text_search.searchable(draft.title, draft.question, draft.answer)[:20_000]
        _changed(row, by, now)
        _choose_files(row, draft.files, case)
    return row


def _of_answer(row: PublishedAnswer, case: Submission, answer: Determination) -> None:
    """What stands beside the words is always that of the answer in force."""
    row.kind, row.dataset, row.outcome = case.kind, case.dataset, answer.outcome
    row.answered_by, row.answered_on = answer.office, case.city.date_at(answer.at)


def _choose_files(row: PublishedAnswer, keys: Sequence[int], case: Submission) -> None:
    """The files that stand with it from now on. Raises NotAllowed for one that was not released."""
    if not set(keys) <= {file.pk for file in releasable(case)}:
        raise NotAllowed(_("Only files that the office has released can be published."))
    row.files.exclude(attachment_id__in=keys).delete()
    has = set(row.files.values_list("attachment_id", flat=True))
    PublishedFile.objects.bulk_create(
        PublishedFile(answer=row, attachment_id=key) for key in keys if key not in has
    )


def _held(case: Submission, seen: int) -> PublishedAnswer | None:
    """The row of a held case; raises NotAllowed where somebody changed it since it was seen."""
    found = PublishedAnswer.objects.select_for_update().filter(submission=case).first()
    if (found.revision if found else 0) != seen:
        raise NotAllowed(
            _("Somebody else changed this publication meanwhile. Look at it again; what you typed is kept.")
        )
    return found


def _changed(row: PublishedAnswer, by: User, now: datetime) -> None:
    row.revision += 1
    row.changed_by, row.changed_at = by, now
    row.save()


def findings(row: PublishedAnswer) -> list[Finding]:
    """What must be looked at before it is published: each finding in the words and in readable files, and
    each file."""
    case = row.submission
    names = [name for name in (case.requester_name, case.requester_email) if name.strip()]
    found: list[Finding] = []
    for label, text in ((_("Title"), row.title), (_("Question"), row.question), (_("Answer"), row.answer)):
        found += find(text, str(label), names=names)
    for file in row.files.select_related("attachment"):
        one = file.attachment
        found.append(Finding(What.FILE, one.name, one.sha256[:12]))
        found += find(one.name, one.name, names=names)
        if one.content_type == "text/plain":
            found += find(_text_of(one), one.name, names=names)
    return list(dict.fromkeys(found))


def _text_of(file: Attachment) -> str:
    path = path_of(file.sha256)
    if not path.exists():
        return ""
    with path.open("rb") as source:
        return source.read(READ_AT_MOST).decode("utf-8", "replace")


def review(
    submission: Submission, confirmed: Iterable[str], *, by: User, now: datetime, seen: int
) -> PublishedAnswer:
    """Say that each finding was looked at and may be public. Raises NotAllowed while one was not."""
    with transaction.atomic():
        case = locked(submission)
        check(case)
        row = _held(case, seen)
        if row is None or row.state not in (State.DRAFT, State.WITHDRAWN):
            raise NotAllowed(_("There is no draft to review."))
        keys = [finding.key for finding in findings(row)]
        if open_ones := set(keys) - set(confirmed):
            raise NotAllowed(
                _("%(count)d findings are not confirmed yet. Change the words, or confirm each by itself.")
                % {"count": len(open_ones)}
            )
        if answer := answer_of(case):
            _of_answer(row, case, answer)
        row.state, row.confirmed, row.reviewed_at, row.reviewed_by = State.REVIEWED, keys, now, by
        _changed(row, by, now)
    return row


def publish(submission: Submission, *, by: User, now: datetime, seen: int) -> PublishedAnswer:
    """Put what was reviewed on the web; the requester is told. Raises NotAllowed."""
    with transaction.atomic():
        case = locked(submission)
        check(case)
        row = _held(case, seen)
        if row is None or row.state != State.REVIEWED:
            raise NotAllowed(_("It must be reviewed first, in the words in which it stands now."))
        answer = answer_of(case)
        if answer and row.reviewed_at and row.reviewed_at < answer.at:
            raise NotAllowed(_("The case was answered anew since the review. Change the words, then review."))
        row.state, row.published_at = State.PUBLISHED, now
        _changed(row, by, now)
        data = {
            "title": row.title,
            "reviewed_by": str(row.reviewed_by or ""),
            "confirmed": len(row.confirmed),
            "files": [file.attachment.sha256 for file in row.files.select_related("attachment")],
        }
        event = apply(case, Action.PUBLISH, now=now, by=by, data=data)
        write_to_requester(case, "published", now=now, occasion=event.occasion, published=row)
    return row


def withdraw(submission: Submission, *, reason: str, by: User, now: datetime, seen: int) -> Event:
    """Take it off the web at once, in whatever state the case is. Raises NotAllowed without a reason."""
    with transaction.atomic():
        case = locked(submission)
        row = _held(case, seen)
        if row is None or row.state != State.PUBLISHED:
            raise NotAllowed(_("This answer is not on the web."))
        if not reason.strip():
            raise NotAllowed(_("Say why it is taken off: it stands in the history of the case."))
        row.state, row.confirmed, row.reviewed_at, row.reviewed_by = State.WITHDRAWN, [], None, None
        _changed(row, by, now)
        return apply(case, Action.UNPUBLISH, now=now, by=by, data={"reason": reason})
