"""Counts tries in the cache and says when there were too many. Filing a submission never asks here."""

from django.conf import settings
from django.core.cache import cache


def allowed(what: str, who: str, *, limit: int, seconds: int) -> bool:
    """Counts a try of `who` at `what`; False once there were more than `limit` within `seconds`.

    The time runs from the first try. Without a cache nothing is refused.
    """
    key = f"throttle:{what}:{who}"
    if cache.add(key, 1, timeout=seconds):
        return True
    try:
        return cache.incr(key) <= limit
    except ValueError:  # it ran out between the two calls
        return True


def address_of(meta: dict[str, str]) -> str:
    """The address that a request came from: as the server saw it, or as its own TRUSTED_PROXIES say.

    What stands further left in X-Forwarded-For was written by whoever asks, so it is never looked at.
    """
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies and len(told) >= proxies:
        return told[-proxies][:64]
    return meta.get("REMOTE_ADDR", "") or "unknown"
