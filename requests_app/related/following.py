"""Following a public case: asked for, confirmed by a letter, told when the case moves, ended by one press.

Alone responsible for who is told what. Letters to followers carry public content only: reference, dataset,
status and outcome; never a word of the conversation, and nothing once the case is no longer public.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F, Func, IntegerField, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from requests_app.access import public_cases
from requests_app.desk.queue import STATES
from requests_app.lifecycle import NotAllowed
from requests_app.models import Determination, Event, Follower, MeToo, Notice, Submission
from requests_app.notices import rendered

logger = logging.getLogger(__name__)

CONFIRM_WITHIN = timedelta(days=7)
LETTERS_A_DAY = 3
AT_ONCE = 500
SALT = "requests_app.follower"


def counted(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """Each case with `follower_count` and `me_too_count`: who follows it, who has the same trouble."""
    return rows.annotate(follower_count=_Followers("pk"), me_too_count=_MeToos("pk"))


def voices(row: Any) -> tuple[int, int]:
    """The two numbers of a case that was read with `counted`."""
    return row.follower_count, row.me_too_count


class _Followers(Func):
    """How many confirmed followers a case has. Written out: every page of a case asks for it, and a subquery
    that is put together anew each time costs more than it finds."""

    template = (
        f"(SELECT COUNT(*) FROM {Follower._meta.db_table} voice"  # noqa: S608 - names of ours
        " WHERE voice.submission_id = %(expressions)s AND voice.confirmed_at IS NOT NULL)"
    )
    output_field = IntegerField()


class _MeToos(Func):
    """How many others have the same trouble."""

    template = (
        f"(SELECT COUNT(*) FROM {MeToo._meta.db_table} voice WHERE voice.submission_id = %(expressions)s)"  # noqa: S608
    )
    output_field = IntegerField()


def token_of(follower: Follower) -> str:
    """What stands in the links of the letters: it opens the page of this one following and nothing else."""
    return signing.dumps({"f": follower.pk, "e": follower.email}, salt=SALT)


def of_token(token: str) -> Follower | None:
    """The following of a link, while it stands."""
    try:
        content = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    rows = Follower.objects.filter(pk=content["f"], email=content["e"])
    return rows.select_related("submission__city", "submission__dataset").first()


def ask(submission: Submission, *, email: str, language: str, now: datetime) -> None:
    """Somebody wants to follow: a letter asks the owner of the address to confirm. Who follows already gets
    none, and the page says the same, so that nobody learns of it. Raises NotAllowed if it is not public."""
    if not public_cases().filter(pk=submission.pk).exists():
        raise NotAllowed(_("This report is not public (any more), so it cannot be followed."))
    with transaction.atomic():
        found = Follower.objects.filter(submission=submission, email__iexact=email).first()
        if found is None:
            found = _new(submission, email, language, now)
        if found is None or found.confirmed_at:
            return
        day = f"{found.pk}:{now:%Y-%m-%d}"
        sent = Notice.objects.filter(key__startswith=f"follow_confirm:{day}:").count()
        if sent >= LETTERS_A_DAY:
            return
        found.asked_at = now
        found.save(update_fields=["asked_at"])
        _write(found, "follow_confirm", f"{day}:{sent}", now=now)


def _new(submission: Submission, email: str, language: str, now: datetime) -> Follower | None:
    try:
        with transaction.atomic():
            return Follower.objects.create(
                submission=submission, email=email, language=language, asked_at=now
            )
    except IntegrityError:  # the same was sent twice at the same moment: the other one writes the letter
        return None


def confirm(follower: Follower, *, now: datetime) -> None:
    """The owner of the address wants the letters. Raises NotAllowed after a week, or if nothing is public."""
    if not public_cases().filter(pk=follower.submission_id).exists():
        raise NotAllowed(_("This report is not public (any more), so it cannot be followed."))
    if follower.confirmed_at is None and now > follower.asked_at + CONFIRM_WITHIN:
        raise NotAllowed(_("This link was valid for a week. Ask to follow the report again."))
    Follower.objects.filter(pk=follower.pk, confirmed_at=None).update(
        confirmed_at=now, told=follower.submission.chain_length
    )


def stop(follower: Follower) -> None:
    """No more letters; the address is forgotten."""
    Follower.objects.filter(pk=follower.pk).delete()


def add_me_too(submission: Submission, *, browser: str, now: datetime) -> bool:
    """Count one more who has the same trouble; False where this browser was counted already. Raises
    NotAllowed where the report is not public."""
    if not public_cases().filter(pk=submission.pk).exists():
        raise NotAllowed(_("This report is not public (any more)."))
    who = hashlib.sha256(f"{submission.pk}:{browser}:{settings.SECRET_KEY}".encode()).hexdigest()
    _row, created = MeToo.objects.get_or_create(submission=submission, who=who, defaults={"at": now})
    return created


def move(gone: Submission, kept: Submission) -> None:
    """The followers and the voices of a merged case go on with the one that stays, each once."""
    known = {row.email.casefold() for row in Follower.objects.filter(submission=kept)}
    theirs = Follower.objects.filter(submission=gone)
    new = [row.pk for row in theirs if row.email.casefold() not in known]
    theirs.filter(pk__in=new).update(submission=kept, told=kept.chain_length)
    theirs.delete()
    MeToo.objects.filter(submission=gone).update(submission=kept)


# -- letters


def write_letters(*, now: datetime) -> int:
    """Write to the followers of every case that moved since they last heard; returns how many letters. Also
    forgets addresses that nobody confirmed within a week."""
    Follower.objects.filter(confirmed_at=None, asked_at__lt=now - CONFIRM_WITHIN).delete()
    written = 0
    while True:
        with transaction.atomic():
            behind = Follower.objects.filter(confirmed_at__isnull=False)
            behind = behind.exclude(told=F("submission__chain_length")).order_by("pk")
            keys = list(behind.values_list("pk", flat=True)[:AT_ONCE])
            rows = Follower.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=keys)
            found = list(rows.select_related("submission__city", "submission__dataset").order_by("pk"))
            written += sum(_tell(row, public, news, now) for row, public, news in _with_news(found))
        if len(keys) < AT_ONCE or not found:
            return written


def _with_news(found: list[Follower]) -> Iterable[tuple[Follower, bool, bool]]:
    """Each follower with whether the case is public, and whether its status changed since the last letter."""
    cases = {row.submission_id for row in found}
    public = set(public_cases().filter(pk__in=cases).values_list("pk", flat=True))
    changed: dict[int, int] = {}
    moved = Event.objects.filter(submission_id__in=cases, public=True, after__has_key="status")
    for case, sequence in moved.order_by("sequence").values_list("submission_id", "sequence"):
        changed[case] = sequence
    for row in found:
        yield row, row.submission_id in public, changed.get(row.submission_id, 0) > row.told


def _tell(follower: Follower, public: bool, news: bool, now: datetime) -> int:
    case = follower.submission
    if not public:
        _write(follower, "follow_ended", str(case.chain_length), now=now)
        follower.delete()
        return 1
    if news:
        answer = None
        if case.determined_at is not None:
            answer = Determination.objects.filter(submission=case, taken_back_at=None).last()
        _write(follower, "follow_news", str(case.chain_length), now=now, answer=answer)
    follower.told = case.chain_length
    follower.save(update_fields=["told"])
    return int(news)


def _write(follower: Follower, kind: str, occasion: str, *, now: datetime, answer: object = None) -> None:
    """A letter to a follower. It hangs on no case, so that no page or file of the case shows the address."""
    case = follower.submission
    with translation.override(follower.language):
        page = reverse("requests_app:public_case", args=[case.city.slug, case.reference])
        context = {
            "case": case,
            "city": case.city,
            "page": settings.SITE_URL + page,
            "link": settings.SITE_URL + reverse("requests_app:following", args=[token_of(follower)]),
            "status": STATES[case.status],
            "answer": answer,
        }
        subject, body = rendered(kind, context)
    notice = Notice(
        city_id=case.city_id,
        email=follower.email,
        kind=kind,
        key=f"{kind}:{follower.pk}:{occasion}" if kind != "follow_confirm" else f"{kind}:{occasion}",
        subject=subject,
        body=body,
        created_at=now,
        next_at=now,
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
