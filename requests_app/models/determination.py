"""What was decided, by whom, and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models import Office
from portals.vocabulary import AppealOutcome, Outcome
from requests_app.models.submission import Submission

OUTCOMES = (*Outcome.choices, *AppealOutcome.choices)
"""An appeal has words of its own."""


def outcome_label(value: str) -> str:
    """The words of an outcome, of an answer or of a decision on an appeal."""
    return str(dict(OUTCOMES).get(value, value))


class Determination(models.Model):
    """An answer, or the decision on an appeal. The latest that was not taken back is the one in force."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="determinations")
    outcome = models.CharField(max_length=20, choices=OUTCOMES)
    reasons = models.TextField()
    exemption = models.CharField(
        max_length=300, blank=True, help_text=_("Citation of the law that withholds.")
    )
    explanation = models.TextField(blank=True, help_text=_("How the exemption applies."))
    responsible = models.TextField(blank=True, help_text=_("Names and titles of those responsible."))
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True, help_text=_("Undone, or reopened."))

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.outcome}"
