"""Enforcement against misuse of data: who is concerned, evidence, findings, measures.

They belong to a misuse report or a privacy concern, which is the case of enforcement itself. The person
concerned has a reference and code of their own, so that nothing leads from them to whoever reported.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models import ApiKey, City, DatasetTakedown
from portals.vocabulary import Layer, MeasureEffect, Offense
from requests_app.models.correspondence import Message
from requests_app.models.submission import Submission


class ConcernedParty(models.Model):
    """A person or company whom a report concerns. `told_at` is when they first heard of it."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="parties")
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True, help_text=_("Their own; not that of the case."))
    code_hash = models.CharField(max_length=64, blank=True, editable=False)
    name = models.CharField(max_length=200)
    folded = models.CharField(max_length=200, help_text=_("The name as it is compared."))
    email = models.EmailField(blank=True)
    key = models.ForeignKey(ApiKey, null=True, blank=True, on_delete=models.PROTECT, related_name="parties")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "folded", "email"], name="party_named_once_a_case"),
        ]
        indexes = [
            models.Index(fields=["city", "folded"], name="parties_of_a_name"),
            models.Index(fields=["city", "email"], name="parties_of_an_address"),
        ]

    def __str__(self) -> str:
        return self.name


class PartyWord(models.Model):
    """Words to the person concerned, or from them; a message that the reporter never sees."""

    party = models.ForeignKey(ConcernedParty, on_delete=models.CASCADE, related_name="words")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="party_word")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.party_id} {self.message_id}"


class Evidence(models.Model):
    """Something that shows what happened. Words and files are those of its internal message."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="evidence")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="evidence")
    number = models.PositiveSmallIntegerField()
    found_at = models.CharField(max_length=500, blank=True, help_text=_("Where it was found."))
    seen_on = models.DateField(null=True, blank=True, help_text=_("City date."))

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["submission", "number"], name="evidence_number_once")]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.number}"


class Finding(models.Model):
    """What the office found, with reasons. The latest about a party counts; without a party it is about the
    case as a whole."""

    class Outcome(models.TextChoices):
        SUBSTANTIATED = "substantiated", _("Substantiated")
        NOT_SUBSTANTIATED = "not_substantiated", _("Not substantiated")
        INCONCLUSIVE = "inconclusive", _("Inconclusive")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="findings")
    party = models.ForeignKey(
        ConcernedParty, null=True, blank=True, on_delete=models.CASCADE, related_name="findings"
    )
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    violation = models.CharField(max_length=80, blank=True, help_text=_("Key in the city's own list."))
    violation_name = models.CharField(max_length=200, blank=True, help_text=_("As it was called then."))
    reasons = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True, help_text=_("As it was then."))

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.outcome}"


class MeasureTaken(models.Model):
    """A measure of the city's own list, as it was worded then; in force until it is lifted.

    A row without `measure` is no measure against anybody: the office took a dataset down to protect people.
    """

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="measures_taken")
    number = models.PositiveSmallIntegerField()
    party = models.ForeignKey(
        ConcernedParty, null=True, blank=True, on_delete=models.CASCADE, related_name="measures"
    )
    measure = models.CharField(max_length=80, blank=True)
    name = models.CharField(max_length=200)
    statement = models.TextField(blank=True)
    citation = models.CharField(max_length=200, blank=True)
    layer = models.CharField(max_length=20, choices=Layer.choices, blank=True)
    acts = models.CharField(max_length=12, choices=MeasureEffect.choices, default=MeasureEffect.NONE)
    offense = models.CharField(max_length=12, choices=Offense.choices, blank=True)
    reasons = models.TextField()
    comply_by = models.DateField(
        null=True, blank=True, help_text=_("The office's own date (city); the guides give none.")
    )
    key = models.ForeignKey(ApiKey, null=True, blank=True, on_delete=models.PROTECT, related_name="measures")
    takedown = models.OneToOneField(
        DatasetTakedown, null=True, blank=True, on_delete=models.PROTECT, related_name="measure"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True, help_text=_("As it was then."))
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    lifted_by_name = models.CharField(max_length=200, blank=True)
    lift_reasons = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="measure_number_once"),
            models.UniqueConstraint(
                fields=["party", "measure"],
                condition=models.Q(lifted_at__isnull=True),
                name="measure_in_force_once_a_party",
            ),
            models.CheckConstraint(
                condition=models.Q(party__isnull=False) | models.Q(measure=""),
                name="measure_is_against_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["key"], condition=models.Q(lifted_at__isnull=True), name="measures_that_hold_a_key"
            ),
            models.Index(
                fields=["submission"],
                condition=models.Q(lifted_at__isnull=True),
                name="measures_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_force(self) -> bool:
        return self.lifted_at is None
