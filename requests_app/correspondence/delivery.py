"""Sends the letters that stand as rows, and gathers the items of staff into one letter a day.

A row is claimed and committed before a byte goes out, so a crash never loses a letter. What the mail server
surely refused is tried again later; what it may have taken (a broken connection after the data) keeps its
claim until the lease ends, is then sent again under the same Message-ID and marked `maybe_duplicate`.
"""

import hashlib
import logging
import secrets
import smtplib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from portals.explain import long_date
from portals.models import City, User
from portals.vocabulary import SubmissionKind
from requests_app.models import Notice, Submission, Tick
from requests_app.notices import rendered

logger = logging.getLogger(__name__)

AT_ONCE = 50
LEASE = timedelta(minutes=10)  # longer than any send: settings.EMAIL_TIMEOUT is seconds
MOST_TRIES = 12
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=12)
ITEMS_SHOWN = 100
KEPT_OUT_OF_LETTERS = frozenset({SubmissionKind.PRIVACY_CONCERN, SubmissionKind.MISUSE_REPORT})
KEYS_AT_ONCE = 5000


@dataclass
class Delivered:
    """What one run did with the letters it claimed."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    unclear: int = 0
    digests: int = 0
    away: str = ""

    @property
    def tried(self) -> int:
        return self.sent + self.retried + self.dead + self.unclear

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


class ServerAway(Exception):
    """The mail server cannot be reached or does not let us in: no letter is at fault."""


def message_id(key: str) -> str:
    """The same letter has the same Message-ID however often it is tried."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@civicdata>"


class Stopwatch:
    """The moment that a run was given (UTC) and the seconds since: leases must not start in the past."""

    def __init__(self, now: datetime) -> None:
        self._given, self._started = now, time.monotonic()

    def now(self) -> datetime:
        return self._given + timedelta(seconds=time.monotonic() - self._started)


def deliver(*, now: datetime, most: int = 1000) -> Delivered:
    """Send what is due at `now` (UTC), at most `most` letters; then note that letters flow.

    Where the mail server cannot be reached the letters wait, uncharged, and `away` says why.
    """
    done = Delivered()
    _release_expired(now)
    watch = Stopwatch(now)
    server = get_connection()
    try:
        while done.tried < most and (claimed := _claim(watch.now(), min(AT_ONCE, most - done.tried))):
            _send_all(claimed, server, watch, done)
    except ServerAway as error:
        logger.warning("Letters wait, the mail server cannot be reached: %s", error)
        done.away = str(error)
        return done
    finally:
        server.close()
    Tick.objects.update_or_create(name="deliver", defaults={"at": now, "detail": done.as_json()})
    return done


def _release_expired(now: datetime) -> None:
    """Letters whose sender died, or never learned what became of them, go out again, marked."""
    expired = Notice.objects.filter(state=Notice.State.SENDING, lease_until__lt=now)
    expired.filter(attempts__gte=MOST_TRIES).update(state=Notice.State.DEAD, claim_token="")
    expired.update(state=Notice.State.QUEUED, maybe_duplicate=True, next_at=now, claim_token="")


def _claim(now: datetime, most: int) -> list[Notice]:
    token = secrets.token_hex(16)
    with transaction.atomic():
        due = list(
            Notice.objects.select_for_update(skip_locked=True)
            .filter(state=Notice.State.QUEUED, next_at__lte=now)
            .order_by("next_at", "id")
            .values_list("pk", flat=True)[:most]
        )
        Notice.objects.filter(pk__in=due, state=Notice.State.QUEUED).update(
            state=Notice.State.SENDING,
            claim_token=token,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
        )
    claimed = Notice.objects.filter(claim_token=token, state=Notice.State.SENDING)
    return list(claimed.select_related("user").order_by("id"))


def _send_all(claimed: Sequence[Notice], server: BaseEmailBackend, watch: Stopwatch, done: Delivered) -> None:
    """Send these letters while the lease is young; what is left untried goes back as it was."""
    for place, notice in enumerate(claimed):
        assert notice.lease_until is not None
        if notice.lease_until - watch.now() < LEASE / 2:
            _give_back(claimed[place:])
            return
        try:
            _connect(server)
        except OSError as error:  # every smtplib error is one
            _give_back(claimed[place:])
            raise ServerAway(str(error)) from error
        _send(notice, server, watch.now(), done)


def _give_back(notices: Sequence[Notice]) -> None:
    for notice in notices:
        Notice.objects.filter(pk=notice.pk, claim_token=notice.claim_token).update(
            state=Notice.State.QUEUED, claim_token="", attempts=F("attempts") - 1
        )


def _connect(server: BaseEmailBackend) -> None:
    """Open the connection; one that the server has ended is opened anew, before a letter is risked on it."""
    connection = getattr(server, "connection", None)
    if connection is not None and connection.sock is None:
        server.close()
    server.open()


def _send(notice: Notice, server: BaseEmailBackend, now: datetime, done: Delivered) -> None:
    if notice.user and not notice.user.is_active:
        _settle(notice, done, "dead", state=Notice.State.DEAD, last_error="The account is not active.")
        return
    try:
        if not _letter(notice, server).send(fail_silently=False):
            raise ValueError("There is no address.")
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        _refused(notice, now, done, error, final=_is_final(error))
    except OSError as error:
        done.unclear += 1  # it may have been taken: the claim stays until the lease ends
        ours = Notice.objects.filter(pk=notice.pk, claim_token=notice.claim_token)
        ours.update(last_error=str(error)[:500])
        server.close()
    except ValueError as error:  # an address or a header that can never be sent
        _refused(notice, now, done, error, final=True)
    except Exception as error:
        logger.exception("Letter %s could not be sent", notice.pk)
        _refused(notice, now, done, error, final=False)
    else:
        sent = {"sent_at": now, "message_id": message_id(notice.key), "next_at": None, "last_error": ""}
        _settle(notice, done, "sent", state=Notice.State.SENT, **sent)


def _letter(notice: Notice, server: BaseEmailBackend) -> EmailMessage:
    return EmailMessage(
        subject=" ".join(notice.subject.split()),
        body=notice.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[notice.email],
        headers={"Message-ID": message_id(notice.key), "Auto-Submitted": "auto-generated"},
        connection=server,
    )


def _is_final(error: smtplib.SMTPException) -> bool:
    """A 5xx answer to this letter. One to our own address is a mistake of the settings: it is tried again."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _text in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def _refused(notice: Notice, now: datetime, done: Delivered, error: Exception, *, final: bool) -> None:
    """It was surely not taken: later again, at growing intervals, or never."""
    told = str(error)[:500]
    if final or notice.attempts >= MOST_TRIES:
        _settle(notice, done, "dead", state=Notice.State.DEAD, last_error=told)
        return
    wait = min(FIRST_WAIT * 2 ** (notice.attempts - 1), LONGEST_WAIT)
    _settle(notice, done, "retried", state=Notice.State.QUEUED, next_at=now + wait, last_error=told)


def _settle(notice: Notice, done: Delivered, count: str, **columns: Any) -> None:
    """Write what became of a letter, if the claim is still ours."""
    if Notice.objects.filter(pk=notice.pk, claim_token=notice.claim_token).update(claim_token="", **columns):
        setattr(done, count, getattr(done, count) + 1)


# -- one letter a day for a member of staff


def write_digests(*, now: datetime) -> int:
    """Gather the waiting items of each member into a letter, at most one a person, city and city date.

    The first items of a day go out at once; what comes later that day stands in the letter of the next.
    """
    waiting = Notice.objects.filter(state=Notice.State.DIGEST_ITEM, user__isnull=False).order_by()
    cities = {city.pk: city for city in City.objects.all()}
    people = list(waiting.values_list("user_id", "city_id").distinct())
    written = 0
    for user_id, city_id in people:
        try:
            written += _digest(cities[city_id], user_id, now)
        except Exception:
            logger.exception("The daily letter of user %s in city %s could not be written", user_id, city_id)
    Tick.objects.update_or_create(name="digest", defaults={"at": now, "detail": {"letters": written}})
    return written


def _digest(city: City, user_id: int, now: datetime) -> int:
    today = city.date_at(now)
    key = f"digest:{city.pk}:{user_id}:{today}"
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user_id)
        if Notice.objects.filter(key=key).exists():
            return 0
        waiting = Notice.objects.filter(state=Notice.State.DIGEST_ITEM, user_id=user_id, city=city)
        keys = list(waiting.order_by("-id").values_list("pk", flat=True))
        # By key, not by range: an item may be committed late under a lower number.
        for start in range(0, len(keys), KEYS_AT_ONCE):
            part = Notice.objects.filter(pk__in=keys[start : start + KEYS_AT_ONCE])
            part.update(state=Notice.State.DIGESTED)
        if not keys or not user.is_active:
            return 0
        _write_digest(city, user, keys, key, now)
    return 1


def _about(case: Submission | None, today: date) -> str:
    """What the case is, and what is due next and when: so that nobody must open each to know what is urgent.
    The words of a concern about privacy or of a report of misuse name people, and stand in no letter."""
    if case is None:
        return ""
    title = str(case.get_kind_display()) if case.kind in KEPT_OUT_OF_LETTERS else one_line(case.title)
    if case.next_due_on is None:
        return title
    words = (
        _("%(title)s (was due on %(due)s)") if case.next_due_on < today else _("%(title)s (due on %(due)s)")
    )
    return words % {"title": title, "due": long_date(case.next_due_on)}


def one_line(title: str) -> str:
    """A title as it can stand in a letter: on one line, and not too long."""
    return Truncator(" ".join(title.split())).chars(80)


def _write_digest(city: City, user: User, keys: Sequence[int], key: str, now: datetime) -> None:
    items = Notice.objects.filter(pk__in=keys[:ITEMS_SHOWN]).select_related("submission").order_by("-id")
    shown = [{"body": item.body, "about": _about(item.submission, city.date_at(now))} for item in items]
    with translation.override(settings.LANGUAGE_CODE):
        subject, body = rendered(
            "digest",
            {
                "city": city,
                "user": user,
                "items": shown,
                "more": len(keys) > ITEMS_SHOWN,
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
