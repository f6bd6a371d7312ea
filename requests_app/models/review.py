"""Reviews of an answer by somebody outside the city, as far as the city hears of them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from requests_app.models.submission import Submission


class OutsideReview(models.Model):
    """A petition, complaint or suit before a body that is no office of ours. All dates are city dates.

    `route` is the key of the city's appeal route, `body` who decides, as it was worded then. What the law
    counts from it stands in the events of the case and in its deadlines, not here.
    """

    class Result(models.TextChoices):
        FOR_REQUESTER = "for_requester", _("For the requester")
        PARTLY = "partly", _("For the requester in part")
        FOR_CITY = "for_city", _("For the city")
        ENDED = "ended", _("Ended without a decision")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveSmallIntegerField()
    route = models.CharField(max_length=80)
    body = models.CharField(max_length=300)
    filed_on = models.DateField(null=True, blank=True, help_text=_("As the petition says."))
    received_on = models.DateField(help_text=_("When the reviewer received it."))
    last_day = models.DateField(null=True, blank=True, help_text=_("Last day to file, as it stood."))
    note = models.TextField(blank=True)
    result = models.CharField(max_length=15, choices=Result.choices, blank=True)
    order_on = models.DateField(null=True, blank=True)
    order_note = models.TextField(blank=True)
    complied_on = models.DateField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="review_number_once"),
            models.UniqueConstraint(
                fields=["submission", "route"],
                condition=models.Q(result=""),
                name="one_open_review_a_route",
            ),
            models.CheckConstraint(
                condition=models.Q(result="") | models.Q(order_on__isnull=False),
                name="review_result_has_a_date",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_on", "id"], condition=models.Q(result=""), name="reviews_that_are_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id} {self.number}: {self.route}"

    @property
    def is_late(self) -> bool:
        """Filed after the last day, as far as it is known; the reviewer decides what follows."""
        return self.last_day is not None and (self.filed_on or self.received_on) > self.last_day
