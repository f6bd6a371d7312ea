"""Answers that are published for everybody, after a review."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models import City, Dataset, Office
from portals.vocabulary import Outcome, SubmissionKind
from requests_app.models.correspondence import Attachment
from requests_app.models.submission import Submission


class PublishedAnswer(models.Model):
    """An answer as everybody may read it, in words of its own: nothing of the case itself is shown, its title
    neither. `confirmed` are the keys of the findings of the check that somebody looked at; `revision` counts
    the changes, so that nobody reviews other words than those he saw."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEWED = "reviewed", _("Reviewed")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Taken off the web")

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="published_answers")
    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="publication")
    kind = models.CharField(max_length=20, choices=SubmissionKind.choices)
    dataset = models.ForeignKey(
        Dataset, null=True, blank=True, on_delete=models.PROTECT, related_name="published_answers"
    )
    answered_by = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    answered_on = models.DateField()
    title = models.CharField(max_length=200)
    question = models.TextField()
    answer = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    confirmed = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    search_text = models.TextField(blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="published")
                | models.Q(published_at__isnull=False, reviewed_at__isnull=False),
                name="published_only_after_review",
            ),
        ]
        indexes = [
            models.Index(
                fields=["city", "-published_at", "-id"],
                condition=models.Q(state="published"),
                name="answers_of_a_city",
            ),
            models.Index(
                fields=["dataset", "-published_at", "-id"],
                condition=models.Q(state="published"),
                name="answers_about_a_dataset",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PublishedFile(models.Model):
    """A released file that stands with a published answer."""

    answer = models.ForeignKey(PublishedAnswer, on_delete=models.CASCADE, related_name="files")
    attachment = models.ForeignKey(Attachment, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "attachment"], name="file_published_once"),
        ]

    def __str__(self) -> str:
        return str(self.attachment)
