"""Cases that have to do with each other: the same thing asked twice, or only related."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models import City
from requests_app.models.determination import Determination
from requests_app.models.submission import Submission
from requests_app.models.words import Status


class CaseLink(models.Model):
    """A tie between two cases of a city.

    `duplicate_of`: `source` was merged into `target`, which is worked on for both. `gathered_in`: the request
    `source` is one of those that the dataset request `target` was proposed from. `related`: stored once, from
    the older to the newer case. `told` is the chain length of the target that the source's requester knows.
    """

    class Tie(models.TextChoices):
        DUPLICATE_OF = "duplicate_of", _("Merged into")
        GATHERED_IN = "gathered_in", _("Gathered in the proposal")
        RELATED = "related", _("Related to")

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="links")
    target = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="links_here")
    tie = models.CharField(max_length=15, choices=Tie.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    told = models.PositiveIntegerField(default=0)
    told_status = models.CharField(max_length=20, choices=Status.choices, blank=True)
    told_due_on = models.DateField(null=True, blank=True)
    passed_on = models.ForeignKey(
        Determination,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The answer of the target as the source got it."),
    )

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="no_link_to_itself"),
            models.UniqueConstraint(fields=["source", "target"], name="two_cases_linked_once"),
            models.UniqueConstraint(
                fields=["source"], condition=models.Q(tie="duplicate_of"), name="merged_into_one_case"
            ),
            models.CheckConstraint(
                condition=~models.Q(tie="related") | models.Q(source__lt=models.F("target")),
                name="related_cases_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.tie} {self.target_id}"
