"""Who follows a public case, and who has the same trouble. None of them needs an account."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from requests_app.models.submission import Submission


class Follower(models.Model):
    """An address that wants news of a public case. It counts only once its owner has confirmed it by the link
    in a letter. `told` is the number of the last event of the case of which the follower knows."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="followers")
    email = models.EmailField()
    language = models.CharField(max_length=10, default="en")
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    told = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("submission", Lower("email"), name="followed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.email}"


class MeToo(models.Model):
    """Somebody has the same trouble. `who` is a hash that says only that it is the same browser."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="me_toos")
    who = models.CharField(max_length=64)
    at = models.DateTimeField(help_text=_("Only counted, never shown with a name."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "who"], name="me_too_once")]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.at}"
