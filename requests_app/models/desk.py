"""How an office works: its views of the queue, acts on many cases, mentions in notes, its letters."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models import City, Office
from requests_app.models.correspondence import Message
from requests_app.models.submission import Submission
from requests_app.models.words import Action


class SavedView(models.Model):
    """Filters of the queue under a name: of one person, or of an office for all who work there."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="saved_views"
    )
    office = models.ForeignKey(
        Office, null=True, blank=True, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, help_text=_("As it stands in the address of the queue."))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(office__isnull=True),
                name="view_of_a_person_or_an_office",
            ),
            models.UniqueConstraint(
                fields=["user", "name"], condition=models.Q(user__isnull=False), name="view_once_a_person"
            ),
            models.UniqueConstraint(
                fields=["office", "name"],
                condition=models.Q(office__isnull=False),
                name="view_once_an_office",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BulkRun(models.Model):
    """One act on many cases. Its key comes with the form: sent twice, it is done once."""

    key = models.CharField(max_length=64, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bulk_runs")
    action = models.CharField(max_length=20, choices=Action.choices)
    cases = models.JSONField(default=list, help_text=_("Reference and revision of each, as chosen."))
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.action} {self.key[:8]}"


class BulkResult(models.Model):
    """What became of one case in a run: written in the transaction of the act, so never twice."""

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="results")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    done = models.BooleanField()
    why_not = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "submission"], name="case_once_a_run")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.submission_id}"


class Mention(models.Model):
    """Somebody whom an internal note asks to look; open until that person has seen it."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions")
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "user"], name="mentioned_once_a_note")]
        indexes = [
            models.Index(
                fields=["user", "submission"],
                condition=models.Q(seen_at__isnull=True),
                name="mentions_not_seen",
            )
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.user_id}"


class LetterTemplate(models.Model):
    """A text of the city for one kind of act, with the `{{ fields }}` of correspondence/letter_fields.py."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="letter_templates")
    action = models.CharField(max_length=20, choices=Action.choices)
    name = models.CharField(max_length=100)
    body = models.TextField()
    version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True, help_text=_("Offered in the forms."))

    class Meta:
        ordering = ["action", "name"]
        constraints = [
            models.UniqueConstraint(fields=["city", "action", "name"], name="letter_once_a_city_and_act")
        ]

    def __str__(self) -> str:
        return self.name


class LetterVersion(models.Model):
    """A letter as it stood: who wrote it, and when."""

    template = models.ForeignKey(LetterTemplate, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    body = models.TextField()
    active = models.BooleanField(default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True, help_text=_("As it was then."))
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="letter_version_once")]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"
