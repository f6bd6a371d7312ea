"""API keys, and datasets that are taken down. Written by `portals.access` alone."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models.city import City
from portals.models.dataset import Dataset
from portals.vocabulary import KeyStatus


class ApiKey(models.Model):
    """A key to the read API. Its secret was shown once and is stored as a hash; until its holder has opened
    the key there is none, and nothing can be read with it. Moments are UTC."""

    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="api_keys")
    prefix = models.CharField(max_length=12, unique=True, help_text=_("Not secret: what the key is called."))
    secret_hash = models.CharField(max_length=64, blank=True, editable=False)
    holder_name = models.CharField(max_length=200, blank=True)
    holder_email = models.EmailField(blank=True)
    purpose = models.TextField(blank=True)
    limit = models.PositiveIntegerField(
        null=True, blank=True, help_text=_("Calls an hour; empty: the limit that every key has.")
    )
    status = models.CharField(max_length=10, choices=KeyStatus.choices, default=KeyStatus.ACTIVE)
    status_since = models.DateTimeField()
    issued_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True, help_text=_("When the secret was last shown."))
    expires_at = models.DateTimeField(null=True, blank=True)
    case = models.CharField(
        max_length=20, blank=True, db_index=True, help_text=_("Reference of the case by which it was issued.")
    )

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=~models.Q(case=""), name="one_api_key_a_case"),
        ]
        indexes = [models.Index(fields=["city", "holder_email"], name="keys_of_a_holder")]

    def __str__(self) -> str:
        return self.prefix


class DatasetTakedown(models.Model):
    """A time during which the data of a dataset is neither shown nor served. Several may overlap: the data
    comes back when the last one has ended."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="takedowns")
    notice = models.TextField(help_text=_("Why, as everybody reads it on the page of the dataset."))
    since = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    case = models.CharField(max_length=20, blank=True, help_text=_("Reference of the case; not public."))
    restored_at = models.DateTimeField(null=True, blank=True)
    restored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    restored_notice = models.TextField(blank=True, help_text=_("Why it came back; public."))

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(restored_at__isnull=True) | models.Q(restored_at__gte=models.F("since")),
                name="takedown_ends_after_it_began",
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.since}"


class KeyUse(models.Model):
    """How often a key was used on one day of its city. Written by `portals.soda.usage` alone."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="uses")
    on = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["-on"]
        constraints = [models.UniqueConstraint(fields=["key", "on"], name="key_use_once_a_day")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.on}: {self.calls}"
