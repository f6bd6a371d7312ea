"""Whether the service works: the database answers, the clock ticks, letters flow."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from requests_app.models import Notice, Tick

TICK_LIMITS = {"sweep": timedelta(minutes=5), "deliver": timedelta(minutes=5)}
LETTER_LIMIT = timedelta(minutes=15)
STARTING = timedelta(minutes=3)  # after a stop of any length the first ticks come within this time

_started_at = time.monotonic()


def uptime() -> timedelta:
    """How long this process has been running."""
    return timedelta(seconds=time.monotonic() - _started_at)


def clock_problem(now: datetime, limits: Mapping[str, timedelta]) -> str:
    """Which of the periodic jobs in `limits` has not run for that long at the UTC moment `now`, or ""."""
    ticks = dict(Tick.objects.filter(name__in=limits).values_list("name", "at"))
    for name, limit in limits.items():
        if name not in ticks:
            return f"{name} has never run"
        if now - ticks[name] > limit:
            return f"{name} last ran at {ticks[name].isoformat(timespec='seconds')}"
    return ""


def letters_problem(now: datetime) -> str:
    """How many letters wait longer than they should at the UTC moment `now`, or ""."""
    limit = now - LETTER_LIMIT
    due = Q(next_at__lt=limit) | Q(next_at__isnull=True, created_at__lt=limit)
    waiting = Notice.objects.filter(Q(state=Notice.State.QUEUED) & due)
    stranded = Notice.objects.filter(state=Notice.State.SENDING, lease_until__lt=limit)
    count = (waiting | stranded).count()
    return f"{count} letters wait longer than {LETTER_LIMIT}" if count else ""


def report(now: datetime, running_for: timedelta) -> dict[str, str]:
    """Each part with "ok" or what is wrong. A service that has just started waits for its first ticks."""
    try:
        clock, letters = clock_problem(now, TICK_LIMITS), letters_problem(now)
    except DatabaseError as error:
        return {
            "database": f"does not answer ({type(error).__name__})",
            "clock": "unknown",
            "letters": "unknown",
        }
    if running_for < STARTING:
        clock = letters = ""
    return {"database": "ok", "clock": clock or "ok", "letters": letters or "ok"}


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while all parts work, else 503; the body says which part fails and why."""
    parts = report(timezone.now(), uptime())
    failing = [name for name, state in parts.items() if state != "ok"]
    body = {"status": "failing" if failing else "ok", "failing": failing, **parts}
    return JsonResponse(body, status=503 if failing else 200)
