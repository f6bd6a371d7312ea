"""The table behind a dataset: which file of the store holds its rows.

Sole writer: portals.soda.store.loading.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portals.models.dataset import Dataset


class Table(models.Model):
    """What was loaded for a dataset; a dataset that has one is served here. Moments are UTC.

    The rows lie in a file of their own, `portals.soda.store.tables.path_of(sha256)`, which is never
    changed: a new load writes a new file, and this row then speaks of that.
    """

    dataset = models.OneToOneField(Dataset, on_delete=models.CASCADE, related_name="table")
    sha256 = models.CharField(max_length=64, db_index=True, help_text=_("Of the file that holds the rows."))
    size = models.PositiveBigIntegerField(help_text=_("Of that file, in bytes."))
    row_count = models.PositiveBigIntegerField()
    columns = models.JSONField(help_text=_("Name, type and title of each column, in their order."))
    row_key = models.CharField(
        max_length=63, blank=True, help_text=_("The column by which a row is known; blank: its content.")
    )
    loaded_at = models.DateTimeField(help_text=_("When a file was last loaded, also one without changes."))
    changed_at = models.DateTimeField(help_text=_("When the rows last changed."))
    source = models.CharField(max_length=255, blank=True, help_text=_("Name of the file that was loaded."))
    source_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    note = models.CharField(
        max_length=500,
        blank=True,
        help_text=_("Where the rows come from; shown on the page."),
    )

    class Meta:
        ordering = ["dataset_id"]

    def __str__(self) -> str:
        return f"{self.source} ({self.row_count})"
