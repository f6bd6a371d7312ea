"""A city and the days on which its offices are closed."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _


class City(models.Model):
    """One city, as its file describes it. `slug` is its address and its key everywhere."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=2)
    state_name = models.CharField(max_length=50)
    time_zone = models.CharField(max_length=50)
    prefix = models.CharField(max_length=3, unique=True, help_text=_("Starts every reference of this city."))
    accent = models.CharField(max_length=7)
    accent_dark = models.CharField(max_length=7)
    portal_name = models.CharField(max_length=200)
    portal_url = models.URLField(blank=True)
    catalog_url = models.URLField(blank=True, max_length=500)
    introduction = models.TextField(blank=True)
    closing_time = models.CharField(max_length=5, blank=True)
    acknowledge_within = models.PositiveSmallIntegerField(
        default=3, help_text=_("Business days; the office's own target, not a legal deadline.")
    )
    remind_lead_after = models.PositiveSmallIntegerField(default=2, help_text=_("Business days."))
    undo_hours = models.PositiveSmallIntegerField(
        default=24, help_text=_("How long an answer can be undone; the office's own target. 0: never.")
    )
    unclaimed_after = models.PositiveSmallIntegerField(
        default=3,
        help_text=_("Business days; the office's own target: then what nobody has claimed is raised."),
    )
    targets_citation = models.ForeignKey(
        "portals.Citation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    paragraphs = models.JSONField(default=dict, help_text=_("The city's own words in letters."))
    clearances = models.JSONField(
        default=list, blank=True, help_text=_("Answers that a second person clears before they are sent.")
    )
    checked_on = models.DateField()
    version = models.PositiveIntegerField(
        default=1, help_text=_("Grows with every change of the rules; caches are keyed by it.")
    )
    file_digest = models.CharField(max_length=64, blank=True)
    loaded_at = models.DateTimeField(null=True)
    setup_length = models.PositiveIntegerField(default=0, editable=False)
    setup_head = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = _("cities")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the dates of this city are meant."""
        return ZoneInfo(self.time_zone)

    def date_at(self, moment: datetime) -> date:
        """The date in this city at an aware moment."""
        return moment.astimezone(self.zone).date()


class ClosedYear(models.Model):
    """A year whose closed days are entered. Counting never leaves the entered years."""

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="closed_years")
    year = models.PositiveSmallIntegerField()
    complete = models.BooleanField(default=True)
    note = models.TextField(blank=True)
    citation = models.ForeignKey("portals.Citation", null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=200, blank=True, help_text=_("Where staff who entered it read it."))
    source_url = models.URLField(max_length=500, blank=True)

    class Meta:
        ordering = ["year"]
        constraints = [models.UniqueConstraint(fields=["city", "year"], name="closed_year_once_a_city")]

    def __str__(self) -> str:
        return f"{self.city} {self.year}"


class ClosedDay(models.Model):
    """A weekday on which the offices of a city are closed, with where that is written.

    What staff enter has no citation row but a `source`. A `withdrawn` day is kept and not counted: the office
    is open on it after all, also when the city file is loaded again. `reason` says why staff changed it.
    """

    city = models.ForeignKey(City, on_delete=models.CASCADE, related_name="closed_days")
    on = models.DateField()
    name = models.CharField(max_length=100)
    citation = models.ForeignKey("portals.Citation", null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    withdrawn = models.BooleanField(default=False)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["city", "on"], name="closed_day_once_a_city")]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"
