"""Sends the letters that stand as rows, and gathers the items of staff into one letter a day.

A row is claimed and committed before a byte goes out, so a crash never loses a letter. What the mail server
surely refused is tried again later; what it may have taken (a broken connection after the data) keeps its
claim until the lease ends, is then sent again under the same Message-ID and marked `maybe_duplicate`.
"""

import hashlib
import logging
import secrets
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation

from portals.models import City, User
from requests_app.models import Notice, Tick
from requests_app.notices import rendered

logger = logging.getLogger(__name__)

AT_ONCE = 50
LEASE = timedelta(minutes=10)  # longer than any send: settings.EMAIL_TIMEOUT is seconds
MOST_TRIES = 12
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=12)
ITEMS_SHOWN = 100


@dataclass
class Delivered:
    """What one run did with the letters it claimed."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    unclear: int = 0
    digests: int = 0

    def as_json(self) -> dict[str, int]:
        return dict(vars(self))


def message_id(key: str) -> str:
    """The same letter has the same Message-ID however often it is tried."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@civicdata>"


def deliver(*, now: datetime, most: int = 1000) -> Delivered:
    """Send what is due at `now` (UTC), at most `most` letters; then note that letters flow."""
    done = Delivered()
    _release_expired(now)
    with get_connection() as server:
        while done.sent + done.retried + done.dead + done.unclear < most:
            claimed = _claim(now)
            if not claimed:
                break
            for notice in claimed:
                _send(notice, server, now, done)
    Tick.objects.update_or_create(name="deliver", defaults={"at": now, "detail": done.as_json()})
    return done


def _release_expired(now: datetime) -> None:
    """Letters whose sender died, or never learned what became of them, go out again, marked."""
    Notice.objects.filter(state=Notice.State.SENDING, lease_until__lt=now).update(
        state=Notice.State.QUEUED, maybe_duplicate=True, next_at=now, claim_token=""
    )


def _claim(now: datetime) -> list[Notice]:
    token = secrets.token_hex(16)
    with transaction.atomic():
        due = list(
            Notice.objects.select_for_update(skip_locked=True)
            .filter(state=Notice.State.QUEUED, next_at__lte=now)
            .order_by("next_at", "id")
            .values_list("pk", flat=True)[:AT_ONCE]
        )
        Notice.objects.filter(pk__in=due, state=Notice.State.QUEUED).update(
            state=Notice.State.SENDING,
            claim_token=token,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
        )
    return list(Notice.objects.filter(claim_token=token, state=Notice.State.SENDING).order_by("id"))


def _send(notice: Notice, server: BaseEmailBackend, now: datetime, done: Delivered) -> None:
    identity = message_id(notice.key)
    letter = EmailMessage(
        subject=" ".join(notice.subject.split()),
        body=notice.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[notice.email],
        headers={"Message-ID": identity, "Auto-Submitted": "auto-generated"},
        connection=server,
    )
    try:
        letter.send(fail_silently=False)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        if _is_final(error) or notice.attempts >= MOST_TRIES:
            _settle(notice, done, "dead", state=Notice.State.DEAD, last_error=str(error)[:500])
        else:
            _again(notice, now, done, error)
    except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
        done.unclear += 1  # it may have been taken: the claim stays until the lease ends
        Notice.objects.filter(pk=notice.pk, claim_token=notice.claim_token).update(
            last_error=str(error)[:500]
        )
        server.close()
    except Exception as error:
        logger.exception("Letter %s could not be sent", notice.pk)
        if notice.attempts >= MOST_TRIES:
            _settle(notice, done, "dead", state=Notice.State.DEAD, last_error=str(error)[:500])
        else:
            _again(notice, now, done, error)
    else:
        _settle(
            notice,
            done,
            "sent",
            state=Notice.State.SENT,
            sent_at=now,
            message_id=identity,
            next_at=None,
            last_error="",
        )


def _is_final(error: smtplib.SMTPException) -> bool:
    """A 5xx answer: the server will never take it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= 500


def _again(notice: Notice, now: datetime, done: Delivered, error: Exception) -> None:
    wait = min(FIRST_WAIT * 2 ** (notice.attempts - 1), LONGEST_WAIT)
    _settle(
        notice, done, "retried", state=Notice.State.QUEUED, next_at=now + wait, last_error=str(error)[:500]
    )


def _settle(notice: Notice, done: Delivered, count: str, **columns: Any) -> None:
    """Write what became of a letter, if the claim is still ours."""
    if Notice.objects.filter(pk=notice.pk, claim_token=notice.claim_token).update(claim_token="", **columns):
        setattr(done, count, getattr(done, count) + 1)


# -- one letter a day for a member of staff


def write_digests(*, now: datetime) -> int:
    """Gather the waiting items of each member into a letter, at most one a person, city and city date.

    The first items of a day go out at once; what comes later that day stands in the letter of the next.
    """
    waiting = Notice.objects.filter(state=Notice.State.DIGEST_ITEM).order_by()
    cities = {city.pk: city for city in City.objects.all()}
    people = list(waiting.values_list("user_id", "city_id").distinct())
    written = sum(_digest(cities[city_id], user_id, now) for user_id, city_id in people if user_id)
    Tick.objects.update_or_create(name="digest", defaults={"at": now, "detail": {"letters": written}})
    return written


def _digest(city: City, user_id: int, now: datetime) -> int:
    today = now.astimezone(city.zone).date()
    key = f"digest:{city.pk}:{user_id}:{today}"
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        if Notice.objects.filter(key=key).exists():
            return 0
        waiting = Notice.objects.filter(Q(state=Notice.State.DIGEST_ITEM), user_id=user_id, city=city)
        items = list(waiting.order_by("-id")[: ITEMS_SHOWN + 1])
        if not items:
            return 0
        Notice.objects.filter(pk__lte=items[0].pk, user_id=user_id, city=city).filter(
            state=Notice.State.DIGEST_ITEM
        ).update(state=Notice.State.DIGESTED)
        if user.is_active:
            _write_digest(city, user, items, key, now)
    return 1


def _write_digest(city: City, user: User, items: Iterable[Notice], key: str, now: datetime) -> None:
    shown = list(items)
    with translation.override(settings.LANGUAGE_CODE):
        subject, body = rendered(
            "digest",
            {
                "city": city,
                "user": user,
                "items": shown[:ITEMS_SHOWN],
                "more": len(shown) > ITEMS_SHOWN,
                "link": f"{settings.SITE_URL}/desk/",
            },
        )
    Notice.objects.create(
        city=city,
        user=user,
        email=user.email,
        kind="digest",
        key=key,
        subject=subject,
        body=body,
        created_at=now,
        next_at=now,
    )
