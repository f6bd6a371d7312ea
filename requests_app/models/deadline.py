"""Deadlines of a case, and the steps that the clock has taken because of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models import Office
from portals.vocabulary import ClockState, Layer, Milestone
from requests_app.models.submission import Submission

AFTER_AN_ANSWER = (
    Milestone.DENIAL_STATEMENT.value,
    Milestone.INTERNAL_REVIEW.value,
    Milestone.APPEAL_FILING.value,
    Milestone.REVIEWER_DECISION.value,
    Milestone.COMPLIANCE.value,
    Milestone.COURT_FILING.value,
)
"""What an answer, a petition or an order sets running: it goes on while the case itself has ended."""


class Deadline(models.Model):
    """A date that a rule gives to a case. Always recomputed from the events; due_on has one writer.

    `due_on` is a date of the city and NULL where the rule does not specify one or the clock is stopped.
    `next_step_at` is the UTC moment at which the sweep must look again; NULL when nothing is left to do.
    """

    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="deadlines", db_index=False
    )
    cycle = models.PositiveSmallIntegerField(default=1)
    clock_key = models.CharField(max_length=80)
    milestone = models.CharField(max_length=30, choices=Milestone.choices)
    layer = models.CharField(max_length=20, choices=Layer.choices)
    citation = models.CharField(max_length=200, blank=True)
    route = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=15, choices=ClockState.choices)
    started_on = models.DateField(null=True)
    due_on = models.DateField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    acts_on = models.DateField(null=True, blank=True)
    extendable_to = models.DateField(null=True, blank=True)
    because = models.JSONField(default=list, help_text=_("Reason codes with parameters, told when shown."))
    next_step = models.CharField(max_length=20, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "clock_key", "cycle"], name="deadline_once_a_cycle"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="open") | models.Q(due_on__isnull=False),
                name="open_deadline_has_a_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_step_at", "id"],
                condition=models.Q(next_step_at__isnull=False),
                name="deadlines_with_a_step",
            ),
            models.Index(fields=["submission", "state"], name="deadlines_of_a_submission"),
            models.Index(
                fields=["due_on", "id"],
                condition=models.Q(state="open", milestone__in=AFTER_AN_ANSWER),
                name="remedies_that_run",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.milestone} {self.due_on}"


class Escalation(models.Model):
    """A step that the clock took. At most once a step and cycle, by constraint."""

    deadline = models.ForeignKey(
        Deadline, on_delete=models.CASCADE, related_name="escalations", db_index=False
    )
    step = models.CharField(max_length=20)
    cycle = models.PositiveSmallIntegerField(default=1)
    action = models.CharField(max_length=15)
    office = models.ForeignKey(Office, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["deadline", "step", "cycle"], name="each_step_once")]

    def __str__(self) -> str:
        return f"{self.deadline_id} {self.step}"
