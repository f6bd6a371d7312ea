"""Datasets as the city's catalogue describes them, and the runs that brought them in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models.city import City
from portals.models.office import Office


class Dataset(models.Model):
    """One dataset of a catalogue. Blank means that the catalogue does not specify it."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="datasets")
    identifier = models.CharField(max_length=200)
    name = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    department = models.CharField(max_length=300, blank=True, help_text=_("As the catalogue writes it."))
    office = models.ForeignKey(
        Office,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="datasets",
        help_text=_("The publishing office."),
    )
    category = models.CharField(max_length=200, blank=True)
    keywords = models.JSONField(default=list)
    cadence = models.CharField(max_length=100, blank=True)
    last_updated = models.DateField(null=True, blank=True)
    license = models.CharField(max_length=300, blank=True)
    license_url = models.URLField(blank=True, max_length=500)
    attribution = models.CharField(max_length=300, blank=True)
    contact_name = models.CharField(max_length=300, blank=True)
    contact_email = models.CharField(max_length=254, blank=True)
    landing_page = models.URLField(blank=True, max_length=1000)
    api_endpoint = models.URLField(blank=True, max_length=1000)
    public = models.BooleanField(default=True)
    search_text = models.TextField(blank=True, editable=False)
    source = models.CharField(max_length=20, default="manual")
    source_url = models.CharField(max_length=1000, blank=True)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    imported_at = models.DateTimeField(null=True, blank=True)
    missing_since = models.DateTimeField(
        null=True, blank=True, help_text=_("When the catalogue first came without it.")
    )
    withheld_since = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("While it is set, no data is served; written by portals.access alone, by no import."),
    )

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["city", "identifier"], name="dataset_once_a_city")]
        indexes = [
            models.Index(fields=["city", "name", "id"], name="dataset_by_name"),
            models.Index(fields=["city", "office"], name="dataset_by_office"),
            models.Index(fields=["city", "category"], name="dataset_by_category"),
            models.Index(fields=["identifier"], name="dataset_by_identifier"),
        ]

    def __str__(self) -> str:
        return self.name


class Field(models.Model):
    """A column of a dataset."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="fields")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    title = models.CharField(max_length=300, blank=True)
    data_type = models.CharField(max_length=50, blank=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["dataset", "position"], name="field_position_once")]

    def __str__(self) -> str:
        return self.name


class Distribution(models.Model):
    """A form in which a dataset can be had: a download or an API."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="distributions")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=300, blank=True)
    media_type = models.CharField(max_length=150, blank=True)
    format = models.CharField(max_length=50, blank=True)
    url = models.URLField(max_length=2000)
    is_api = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "position"], name="distribution_position_once")
        ]

    def __str__(self) -> str:
        return self.title or self.format or self.url


class CatalogRun(models.Model):
    """One try to bring a catalogue in: what came of it, and what to tell the steward."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="catalog_runs")
    at = models.DateTimeField()
    source = models.CharField(max_length=1000)
    ok = models.BooleanField()
    message = models.TextField(blank=True)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["city", "-at"], name="catalog_run_latest")]

    def __str__(self) -> str:
        return f"{self.city} {self.at}"
