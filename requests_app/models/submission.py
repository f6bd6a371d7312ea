"""The submission: one thing asked of a city, and the offices it is with."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portals.models import City, Dataset, Office
from portals.vocabulary import Relation, SubmissionKind
from requests_app.models.words import Channel, Status

OPEN = models.Q(determined_at__isnull=True, closed_at__isnull=True)
"""At work. Said without a parameter, so that SQLite too can use the indexes of open cases."""


class Submission(models.Model):
    """What all seven kinds share. What a kind adds stands in its own model (models/kinds.py).

    `status` is written by lifecycle.py alone, `office` by routing.py alone. `chain_length` counts the
    events of the case and is its revision: an act that finds another length than it read is refused.
    """

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="submissions", db_index=False)
    kind = models.CharField(max_length=20, choices=SubmissionKind.choices)
    reference = models.CharField(max_length=20, unique=True)
    code_hash = models.CharField(max_length=64, editable=False)
    submission_key = models.CharField(
        max_length=64,
        unique=True,
        editable=False,
        help_text=_("From the form; a resent form makes one case."),
    )
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.RECEIVED)
    cycle = models.PositiveSmallIntegerField(default=1, help_text=_("Grows with every reopening."))
    title = models.CharField(max_length=300)
    description = models.TextField()
    flags = models.JSONField(default=list, help_text=_("Circumstances that the city's guide names."))
    dataset = models.ForeignKey(
        Dataset, null=True, blank=True, on_delete=models.PROTECT, related_name="submissions", db_index=False
    )
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="led_submissions", db_index=False
    )
    climbs_from = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The office that led when the ladder began; a referral by the clock does not change it."),
        db_index=False,
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="assigned",
        db_index=False,
    )
    requester_name = models.CharField(max_length=200, blank=True)
    requester_email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="en")
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.WEB)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    submitted_at = models.DateTimeField(help_text=_("When it entered this system."))
    received_at = models.DateTimeField(
        help_text=_("When the city received it; a referral never changes it, a merge may.")
    )
    received_on = models.DateField(help_text=_("The same as a date of the city; decides which rules hold."))
    is_public = models.BooleanField(default=False, help_text=_("Stands on the dataset's page."))
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    determined_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    requester_wrote_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Set while a word of the requester waits for staff.")
    )
    referral_waits_since = models.DateTimeField(
        null=True, blank=True, help_text=_("Set while a referral waits for its office to accept it.")
    )
    unclaimed_since = models.DateTimeField(
        null=True,
        blank=True,
        help_text=_("Since when nobody of its office has it; empty once somebody has."),
    )
    unclaimed_raised = models.PositiveSmallIntegerField(
        default=0, help_text=_("How many times it was raised since then; counted by unclaimed.py.")
    )
    next_due_on = models.DateField(
        null=True, blank=True, help_text=_("Earliest open deadline; written by deadlines.py.")
    )
    urgency = models.DateField(
        help_text=_("next_due_on, or a far date where nothing is due: what queues sort by.")
    )
    chain_length = models.PositiveIntegerField(default=0, editable=False)
    chain_head = models.CharField(max_length=64, default="", blank=True, editable=False)
    search_text = models.TextField(blank=True, editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["office", "status", "urgency", "id"], name="queue_of_an_office"),
            models.Index(fields=["city", "status", "urgency", "id"], name="queue_of_a_city"),
            models.Index(
                fields=["assigned_to", "urgency", "id"],
                condition=models.Q(assigned_to__isnull=False),
                name="cases_of_a_person",
            ),
            models.Index(fields=["office", "urgency", "id"], condition=OPEN, name="open_of_an_office"),
            models.Index(fields=["city", "urgency", "id"], condition=OPEN, name="open_of_a_city"),
            models.Index(
                fields=["office", "requester_wrote_at", "id"],
                condition=models.Q(requester_wrote_at__isnull=False),
                name="words_that_wait",
            ),
            models.Index(
                fields=["city", "requester_wrote_at", "id"],
                condition=models.Q(requester_wrote_at__isnull=False),
                name="words_that_wait_in_a_city",
            ),
            models.Index(fields=["dataset", "is_public", "id"], name="reports_about_a_dataset"),
            models.Index(Lower("requester_email"), "id", name="cases_of_an_address"),
            models.Index(
                fields=["city", "-id"], condition=models.Q(is_public=True), name="public_reports_of_a_city"
            ),
            models.Index(
                fields=["office", "referral_waits_since", "id"],
                condition=models.Q(referral_waits_since__isnull=False),
                name="referrals_that_wait",
            ),
            models.Index(
                fields=["city", "unclaimed_raised", "unclaimed_since"],
                condition=OPEN & models.Q(unclaimed_since__isnull=False),
                name="unclaimed_in_a_city",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Involvement(models.Model):
    """An office beside the lead: acting together, an alternative that staff may choose, or informed."""

    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="involvements", db_index=False
    )
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="involvements", db_index=False)
    relation = models.CharField(max_length=15, choices=Relation.choices)
    because = models.JSONField(default=dict, help_text=_("Route key and reason codes, told when shown."))
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "office"], name="office_involved_once"),
        ]
        indexes = [
            models.Index(fields=["office", "relation", "submission"], name="involvements_of_an_office"),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.office_id} {self.relation}"


class Referral(models.Model):
    """A case handed from one office to another. The filing date stays what it was."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="referrals")
    from_office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    is_return = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.from_office_id} -> {self.to_office_id}"
