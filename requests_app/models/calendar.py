"""Secret links to calendars of deadlines."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models import Office


class CalendarLink(models.Model):
    """A secret address under which a person's calendar program reads deadlines: the person's own cases, or
    those of one office. Only the hash of the secret is kept. It shows what its owner may see at that moment.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_links"
    )
    office = models.ForeignKey(
        Office,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Empty: the cases assigned to the person."),
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "office"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_calendar_link_an_office",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(revoked_at__isnull=True, office__isnull=True),
                name="one_calendar_link_a_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.office_id or 'own'}"
