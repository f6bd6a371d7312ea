"""What was said and sent: messages, files, letters."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models import City
from requests_app.models.submission import Submission
from requests_app.models.words import Actor


class Message(models.Model):
    """A word between requester and staff, or a note that only staff see."""

    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    actor = models.CharField(max_length=10, choices=Actor.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    at = models.DateTimeField()
    body = models.TextField()
    internal = models.BooleanField(default=False)
    is_question = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["submission", "at"], name="messages_of_a_submission")]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.at}"


class Attachment(models.Model):
    """A file, stored under the SHA-256 of its content outside the web root."""

    submission = models.ForeignKey(
        Submission, on_delete=models.CASCADE, related_name="attachments", db_index=False
    )
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    actor = models.CharField(max_length=10, choices=Actor.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    at = models.DateTimeField()
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    internal = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["submission", "at"], name="files_of_a_submission")]

    def __str__(self) -> str:
        return self.name


class OneTimeCode(models.Model):
    """A code mailed to the requester to open the case page, or to the `party` concerned to open theirs:
    short-lived, single use, stored as a hash. Neither opens the page of the other."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="one_time_codes")
    party = models.ForeignKey(
        "requests_app.ConcernedParty", null=True, on_delete=models.CASCADE, related_name="one_time_codes"
    )
    code_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["submission", "-created_at"], name="codes_of_a_submission")]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.created_at}"


class Notice(models.Model):
    """A letter, written as a row in the transaction that causes it, and sent later.

    `digest_item` rows are never sent by themselves: they are gathered into one letter a day for a member.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DEAD = "dead", _("Cannot be delivered")
        DIGEST_ITEM = "digest_item", _("Waits for the daily letter")
        DIGESTED = "digested", _("Stood in a daily letter")

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="notices", db_index=False)
    submission = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.CASCADE, related_name="notices", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="notices",
        db_index=False,
    )
    email = models.EmailField()
    kind = models.CharField(max_length=40, help_text=_("Which text of templates/emails."))
    key = models.CharField(
        max_length=200, unique=True, help_text=_("Makes a second letter of the same act impossible.")
    )
    subject = models.CharField(max_length=300)
    body = models.TextField()
    state = models.CharField(max_length=15, choices=State.choices, default=State.QUEUED)
    created_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim_token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=200, blank=True)
    maybe_duplicate = models.BooleanField(default=False)
    last_error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                condition=models.Q(state__in=["queued", "sending"]),
                name="letters_to_send",
            ),
            models.Index(
                fields=["user", "id"], condition=models.Q(state="digest_item"), name="items_of_a_digest"
            ),
            models.Index(fields=["submission", "id"], name="letters_of_a_submission"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
