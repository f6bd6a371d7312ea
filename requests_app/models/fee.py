"""Estimates of what an answer costs, requests to waive it, and the money that came in.

The sums that decide stand in the events of the case (`fee_stand`); these rows keep the details as they were
told: lines with their rules, the reasons of a waiver, each payment with its receipt.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.vocabulary import Layer, PaymentTime
from requests_app.models.submission import Submission
from requests_app.models.words import Actor


class FeeEstimate(models.Model):
    """An estimate as it was told. A later one replaces it; the one with the highest number counts."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="fee_estimates")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    pay = models.CharField(max_length=10, choices=PaymentTime.choices)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    asked = models.DecimalField(
        max_digits=12, decimal_places=2, help_text=_("What must be paid for the work to go on.")
    )
    circumstances = models.JSONField(default=dict, help_text=_("What holds, and why."))
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="estimate_number_once"),
            models.CheckConstraint(
                condition=models.Q(total__gt=0, asked__gte=0, asked__lte=models.F("total")),
                name="estimate_asks_no_more_than_its_total",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.number}: {self.total}"


class FeeLine(models.Model):
    """One charge with its rule, as the rule was worded then."""

    estimate = models.ForeignKey(FeeEstimate, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=80)
    item = models.CharField(max_length=200)
    per = models.CharField(max_length=100, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    rate = models.DecimalField(max_digits=12, decimal_places=2)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    highest = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, help_text=_("Highest rate of the rule, if any.")
    )
    note = models.CharField(max_length=300, blank=True)
    statement = models.TextField()
    citation = models.CharField(max_length=200)
    layer = models.CharField(max_length=20, choices=Layer.choices)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["estimate", "position"], name="fee_line_once")]

    def __str__(self) -> str:
        return f"{self.item}: {self.amount}"


class WaiverRequest(models.Model):
    """A request to waive or lower a fee, and what was decided. At most one is open."""

    class Decision(models.TextChoices):
        GRANTED = "granted", _("The fee is waived")
        REDUCED = "reduced", _("The fee is lowered")
        DENIED = "denied", _("The fee stands")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="waiver_requests")
    at = models.DateTimeField()
    actor = models.CharField(max_length=10, choices=Actor.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reasons = models.TextField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decision_reasons = models.TextField(blank=True)
    amount = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, help_text=_("The fee that is left.")
    )

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission"], condition=models.Q(decision=""), name="one_open_waiver_request"
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.decision or 'open'}"


class Payment(models.Model):
    """Money that was received or given back, written down by staff. No card is ever charged here."""

    class Method(models.TextChoices):
        CASH = "cash", _("Cash")
        CHECK = "check", _("Check")
        MONEY_ORDER = "money_order", _("Money order")
        TRANSFER = "transfer", _("Bank transfer")
        CASHIER = "cashier", _("At the city's cashier or payment service")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="payments")
    receipt = models.CharField(max_length=40, unique=True)
    is_refund = models.BooleanField(default=False)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    method = models.CharField(max_length=15, choices=Method.choices)
    received_on = models.DateField(help_text=_("City date on which the money came or went."))
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True, help_text=_("As it was then."))
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_is_more_than_nothing")
        ]

    def __str__(self) -> str:
        return self.receipt
