"""Parts of a submission, each answered by itself; releases; and the log of what was withheld.

Which of it the requester may see is decided by `release`: what was told with none yet is the office's own.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.vocabulary import Outcome
from requests_app.models.correspondence import Attachment, Message
from requests_app.models.determination import Determination
from requests_app.models.submission import Submission


class Release(models.Model):
    """One release to the requester: an instalment (with its message) or the final answer (with its
    determination)."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="+")
    determination = models.ForeignKey(
        Determination, null=True, on_delete=models.SET_NULL, related_name="releases"
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="release_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.number}"


class Part(models.Model):
    """A numbered part of a submission and what was decided on it. Parts belong to a cycle: after a reopening
    the case is split anew. `whole` stands for all of it, where an answer waits for clearance."""

    class Clearance(models.TextChoices):
        ASKED = "asked", _("Waits for clearance")
        CLEARED = "cleared", _("Cleared")
        RETURNED = "returned", _("Returned by whoever clears")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="parts")
    cycle = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    whole = models.BooleanField(default=False)
    title = models.CharField(max_length=300)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    reasons = models.TextField(blank=True)
    responsible = models.TextField(blank=True, help_text=_("Names and titles of those responsible."))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by_name = models.CharField(max_length=200, blank=True, help_text=_("As it was then."))
    decided_at = models.DateTimeField(null=True)
    clearance = models.CharField(max_length=10, choices=Clearance.choices, blank=True)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    cleared_by_name = models.CharField(max_length=200, blank=True, help_text=_("As it was then."))
    cleared_at = models.DateTimeField(null=True)
    clearance_note = models.TextField(blank=True)
    release = models.ForeignKey(
        Release, null=True, on_delete=models.SET_NULL, related_name="parts", help_text=_("Told with it.")
    )

    class Meta:
        ordering = ["cycle", "number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "cycle", "number"], name="part_number_once"),
            models.CheckConstraint(
                condition=models.Q(outcome="", decided_at=None)
                | (~models.Q(outcome="") & models.Q(decided_at__isnull=False)),
                name="part_is_decided_at_a_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(release=None) | (~models.Q(outcome="") & ~models.Q(clearance="asked")),
                name="part_is_told_when_it_is_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.number}: {self.outcome or 'open'}"


class PartExemption(models.Model):
    """Law by which something of a part is withheld, and how it applies."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="exemptions")
    position = models.PositiveSmallIntegerField()
    law = models.CharField(max_length=300, help_text=_("With its citation."))
    explanation = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["part", "position"], name="exemption_once_a_place")]

    def __str__(self) -> str:
        return self.law


class PartFile(models.Model):
    """A file that belongs to a part; it is internal until the part is told."""

    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="files")
    attachment = models.OneToOneField(Attachment, on_delete=models.CASCADE, related_name="of_part")

    def __str__(self) -> str:
        return f"{self.part_id}: {self.attachment_id}"


class Withheld(models.Model):
    """One row of the redaction log: what was withheld where, and by which law."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="withheld")
    part = models.ForeignKey(Part, null=True, on_delete=models.SET_NULL, related_name="withheld")
    document = models.CharField(max_length=300, help_text=_("File or document."))
    place = models.CharField(max_length=200, help_text=_("Page, cell, or the whole document."))
    law = models.CharField(max_length=300, help_text=_("Exemption with its citation."))
    why = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True, help_text=_("As it was then."))
    release = models.ForeignKey(
        Release, null=True, on_delete=models.SET_NULL, related_name="withheld", help_text=_("Told with it.")
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("withheld")

    def __str__(self) -> str:
        return f"{self.document}, {self.place}"
