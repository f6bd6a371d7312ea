"""Counts tries in the cache and says when there were too many. Filing a submission never asks here."""

from django.core.cache import cache

from portals.visitors import address_of

__all__ = ["address_of", "allowed"]

HOUR, QUARTER = 3600, 15 * 60
"""Seconds."""
TRIES_AN_ADDRESS, TRIES_A_REFERENCE = 30, 10
"""Tries of codes within a quarter of an hour, on the pages and by the API together."""


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


def used_up(what: str, who: str, *, limit: int) -> bool:
    """Whether `who` has no tries left at `what`; counts none."""
    return (cache.get(f"throttle:{what}:{who}") or 0) >= limit
