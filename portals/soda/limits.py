"""Whose call it is, and how many he may make in an hour. Every address of the read API asks here first.

Calls are counted in the cache in fixed hours of UTC: with Redis for all processes together, without it for
each process by itself. When the cache cannot be reached nothing is refused: the data is public.
"""

import base64
import binascii
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from portals import access
from portals.addresses import submit_address
from portals.models import ApiKey
from portals.soda.errors import SodaError, invalid_app_token
from portals.visitors import address_of, network_of
from portals.vocabulary import SubmissionKind

logger = logging.getLogger(__name__)

HOUR = 3600
KEY_LETTERS = 200
"""No key is nearly as long; what is longer is not even looked up."""


@dataclass(frozen=True)
class Caller:
    """Whoever calls: the holder of a key, or (None) anybody at an address. `limit` is calls an hour, `ask`
    the address of the page where one may ask for more."""

    name: str
    limit: int
    ask: str
    key: ApiKey | None = None


@dataclass(frozen=True)
class Allowance:
    """What is left of an hour after a call. `ends_at` is UTC: then counting starts again."""

    limit: int
    used: int
    ends_at: datetime

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


class LimitReached(SodaError):
    """Too many calls in this hour; `wait` is the number of seconds until counting starts again."""

    def __init__(self, caller: Caller, allowance: Allowance, *, wait: int) -> None:
        told = {"limit": allowance.limit, "at": f"{allowance.ends_at:%H:%M} UTC", "ask": caller.ask}
        if caller.key is None:
            text = _(
                "Without an API key, %(limit)d calls an hour may be made from one address. Counting starts "
                "again at %(at)s. With a key you may make more: ask for one at %(ask)s"
            )
        else:
            text = _(
                "With this API key, %(limit)d calls an hour may be made. Counting starts again at %(at)s. If "
                "you need more, ask for it at %(ask)s"
            )
        super().__init__(
            text % told,
            code="too-many-requests",
            status=HTTPStatus.TOO_MANY_REQUESTS,
            data={"limit": allowance.limit, "resetsAt": allowance.ends_at.isoformat(), "ask": caller.ask},
        )
        self.wait = wait


def limit_of(key: ApiKey | None) -> int:
    """Calls an hour: what the office gave this key, else what every key has; without a key, an address."""
    if key is None:
        return int(settings.API_LIMIT)
    return settings.API_KEY_LIMIT if key.limit is None else key.limit


def caller_of(request: HttpRequest, *, now: datetime) -> Caller:
    """Who calls. Raises SodaError (403) for a key that is none, or not in force.

    A bad key is refused, and not overlooked as if there was none: Socrata does so, and a program that lost
    its key should learn of it. Such calls count for their address.
    """
    keys = request.build_absolute_uri(reverse("portals:api_docs")) + "#keys"
    anybody = Caller(f"address:{network_of(address_of(request.META))}", limit_of(None), keys)
    text = key_text(request)
    if not text:
        return anybody
    found = access.check(text[:KEY_LETTERS], now=now)
    if not found.is_good or found.key is None:
        count(anybody, now=now)
        raise invalid_app_token(found.sentence)
    form = request.build_absolute_uri(submit_address(found.key.city.slug, SubmissionKind.ACCESS_REQUEST))
    return Caller(f"key:{found.key.pk}", limit_of(found.key), form, found.key)


def key_text(request: HttpRequest) -> str:
    """The key as it was sent: in its header, in the address, or as the user of basic authentication."""
    sent = request.headers.get("X-App-Token", "") or request.GET.get("$$app_token", "")
    return sent.strip() or _basic_user(request.headers.get("Authorization", ""))


def _basic_user(header: str) -> str:
    scheme, _space, credentials = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0].strip()
    except (binascii.Error, UnicodeDecodeError):
        return "unreadable"  # something was meant as a key; none of ours looks so


def count(caller: Caller, *, now: datetime) -> Allowance:
    """Counts a call; raises LimitReached (429) where it was one too many."""
    hour = int(now.timestamp()) // HOUR
    ends_at = datetime.fromtimestamp((hour + 1) * HOUR, UTC)
    allowance = Allowance(caller.limit, _counted(f"soda:{caller.name}:{hour}"), ends_at)
    if allowance.used > caller.limit:
        wait = -(-(ends_at - now) // timedelta(seconds=1))
        raise LimitReached(caller, allowance, wait=max(1, wait))
    return allowance


def _counted(name: str) -> int:
    """One more of `name`; atomic. 0 where the cache does not answer."""
    try:
        cache.add(name, 0, timeout=HOUR)
        return int(cache.incr(name))
    except ValueError:  # it was thrown out between the two
        return 1
    except (RedisError, OSError) as error:
        logger.warning("Calls are not counted, the cache does not answer: %s", error)
        return 0
