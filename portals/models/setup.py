"""What the city itself decided beside its file: confirmations, its own targets; and the log of every change.

No loading of a city file touches these rows. Dates in `_on`, `_from` are city dates, `at` a UTC moment.
"""

import hashlib
import json
from datetime import UTC

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models.city import City
from portals.models.office import Office
from portals.vocabulary import DayUnit, Roll, SetupAct


class Signed(models.Model):
    """Who entered it and when; the name as it was then."""

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    by_name = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True


class SetupEvent(Signed):
    """One change of a city's setup. Append-only and chained by hashes, as the events of a case are.

    `subject` is the key of what was changed ("clock:records-response", "closed_days", "member:7"), `label`
    what it was called then. The city row carries number and hash of the last event.
    """

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="setup_events")
    sequence = models.PositiveIntegerField()
    what = models.CharField(max_length=30, choices=SetupAct.choices)
    subject = models.CharField(max_length=200)
    label = models.CharField(max_length=300)
    reason = models.TextField(blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["city_id", "sequence"]
        constraints = [models.UniqueConstraint(fields=["city", "sequence"], name="setup_event_number_once")]
        indexes = [models.Index(fields=["city", "subject", "sequence"], name="setup_events_of_a_subject")]

    def __str__(self) -> str:
        return f"{self.city_id}#{self.sequence} {self.what}"

    def computed_hash(self) -> str:
        """SHA-256 over the previous hash and the content, as canonical JSON."""
        content = json.dumps(
            [
                *(self.city_id, self.sequence, self.what, self.subject, self.label, self.reason),
                *(self.before, self.after, self.at.astimezone(UTC).isoformat(), self.by_name),
            ],
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        return hashlib.sha256(f"{self.previous_hash}\n{content}".encode()).hexdigest()


class Confirmation(Signed):
    """What an office answered where the cited page does not specify something.

    It never edits the rule. `rule` is "clock:<key>", "provision:<key>", ...; for a clock `count` and `unit`
    give the time limit, for all others `words` say it. The newest (`number`) counts from its `effective_from`
    on (a day of receipt); a `withdrawn` one means: not specified again.
    """

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="confirmations")
    rule = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    withdrawn = models.BooleanField(default=False)
    count = models.PositiveSmallIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=10, choices=DayUnit.choices, blank=True)
    roll = models.CharField(max_length=15, choices=Roll.choices, default=Roll.NONE)
    words = models.TextField(blank=True)
    citation_label = models.CharField(max_length=200, blank=True)
    citation_url = models.URLField(max_length=500, blank=True)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.CharField(max_length=200, help_text=_("The person of the office who said so."))
    confirmed_on = models.DateField()
    effective_from = models.DateField()

    class Meta:
        ordering = ["city_id", "rule", "number"]
        constraints = [
            models.UniqueConstraint(fields=["city", "rule", "number"], name="confirmation_number_once"),
            models.CheckConstraint(
                condition=models.Q(withdrawn=True) | ~models.Q(citation_label=""),
                name="confirmation_has_a_citation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} no. {self.number}"


class OfficeTarget(Signed):
    """A target that the city set for itself, instead of the one in its file; never a legal deadline.

    `name` is "acknowledge_within", "remind_lead_after", "unclaimed_after", "undo_hours" or "<step>.after",
    "<step>.clock_after", "<step>.repeat_every" for a step of the ladder. In business days, for what is
    received from `effective_from` on ("undo_hours": in hours, for what is answered from then on); the newest
    (`number`) counts. Without a value the file's holds again.
    """

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="office_targets")
    name = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    value = models.PositiveSmallIntegerField(null=True, blank=True)
    effective_from = models.DateField()
    reason = models.TextField()

    class Meta:
        ordering = ["city_id", "name", "number"]
        constraints = [
            models.UniqueConstraint(fields=["city", "name", "number"], name="office_target_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class Recount(Signed):
    """A change that open cases still have to follow. The clock works it off in batches.

    `reached` is the key of the last case that was looked at; `left` are cases that raised and wait.
    `data` says what changed: {"added": [...], "withdrawn": [...]} days or {"rule": ..., "number": ...}.
    """

    class What(models.TextChoices):
        CLOSED_DAYS = "closed_days", _("Closed days changed")
        CONFIRMATION = "confirmation", _("A confirmed time limit is applied")

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="recounts")
    what = models.CharField(max_length=15, choices=What.choices)
    first_on = models.DateField(help_text=_("The earliest closed day that changed, a city date."))
    data = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    reached = models.BigIntegerField(default=0)
    looked_at = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    letters = models.PositiveIntegerField(default=0)
    left = models.JSONField(default=list)
    next_at = models.DateTimeField(null=True, blank=True, help_text=_("NULL once it is done."))
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                condition=models.Q(next_at__isnull=False),
                name="recounts_to_do",
            )
        ]

    def __str__(self) -> str:
        return f"{self.city_id} {self.what} {self.pk}"
