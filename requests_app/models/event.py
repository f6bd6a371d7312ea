"""The append-only log of a case: who did what, when, and what changed. Deadlines are computed from it.

Events of a case form a chain: each carries the hash of the one before, and the submission carries the
hash and number of the last, so that a change, a gap or a cut-off end is found by `manage.py verify`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.vocabulary import ClockEvent
from requests_app.models.submission import Submission
from requests_app.models.words import Action, Actor


def occasion_of(sequence: int) -> str:
    """`Event.occasion` of an event that is not a row yet."""
    return f"event:{sequence}"


class Event(models.Model):
    """One act. `happening` names what it means for the clocks; `happened_at` when that counts (UTC).

    `happened_at` differs from `at` where staff enter what came earlier by phone, mail or counter.
    """

    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    sequence = models.PositiveIntegerField()
    action = models.CharField(max_length=20, choices=Action.choices)
    happening = models.CharField(max_length=30, choices=ClockEvent.choices, blank=True)
    happened_at = models.DateTimeField()
    until = models.DateField(
        null=True, blank=True, help_text=_("The promised date of an extension or estimate.")
    )
    at = models.DateTimeField()
    actor = models.CharField(max_length=10, choices=Actor.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    by_name = models.CharField(max_length=200, blank=True, help_text=_("As it was then."))
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    data = models.JSONField(default=dict)
    public = models.BooleanField(default=True, help_text=_("Shown to the requester."))
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["submission_id", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "sequence"], name="event_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}#{self.sequence} {self.action}"

    @property
    def occasion(self) -> str:
        """By what letters know the act that causes them: none is written twice for one occasion."""
        return occasion_of(self.sequence)

    def hashed(self) -> dict[str, Any]:
        """What the hash covers, as it stands in JSON, in the order in which it is hashed."""
        return hashed_columns(vars(self))

    def computed_hash(self) -> str:
        """The hash that this event must carry."""
        return chain_hash(self.previous_hash, list(self.hashed().values()))


def hashed_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the hash covers, from the columns of an event."""
    return {
        "case": row["submission_id"],
        "sequence": row["sequence"],
        "action": row["action"],
        "happening": row["happening"],
        "happened_at": _in_utc(row["happened_at"]),
        "until": row["until"].isoformat() if row["until"] else None,
        "at": _in_utc(row["at"]),
        "actor": row["actor"],
        "by_name": row["by_name"],
        "before": row["before"],
        "after": row["after"],
        "data": row["data"],
        "public": row["public"],
    }


@lru_cache(maxsize=64)
def _in_utc(moment: datetime) -> str:
    """The sweep writes thousands of events of one moment."""
    return moment.astimezone(UTC).isoformat()


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def chain_hash(previous_hash: str, content: Sequence[Any]) -> str:
    """SHA-256 over the hash of the event before and the content of an event, as canonical JSON."""
    return hashlib.sha256(f"{previous_hash}\n{_canonical(content)}".encode()).hexdigest()


def next_values(
    submission: Submission,
    action: Action,
    *,
    at: datetime,
    actor: Actor,
    by: Any = None,
    happening: ClockEvent | str = "",
    happened_at: datetime | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    until: Any = None,
    public: bool = True,
) -> dict[str, Any]:
    """The columns of the next event of the case as it was read; moves chain_length and chain_head in memory.

    The caller writes the event and both columns in one transaction that holds the row.
    """
    values = {
        "submission_id": submission.pk,
        "sequence": submission.chain_length + 1,
        "action": action,
        "happening": happening,
        "happened_at": happened_at or at,
        "until": until,
        "at": at,
        "actor": actor,
        "by_id": by.pk if by else None,
        "by_name": str(by)[:200] if by else "",
        "before": before or {},
        "after": after or {},
        "data": data or {},
        "public": public,
        "previous_hash": submission.chain_head,
    }
    values["hash"] = chain_hash(submission.chain_head, list(hashed_columns(values).values()))
    submission.chain_length = values["sequence"]
    submission.chain_head = values["hash"]
    return values


def next_event(submission: Submission, action: Action, **given: Any) -> Event:
    """The next, unsaved event of the case; takes what `next_values` takes."""
    return Event(**next_values(submission, action, **given))
