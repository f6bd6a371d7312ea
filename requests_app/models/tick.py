"""When the clock last ticked: what /healthz reads."""

from django.db import models


class Tick(models.Model):
    """The last successful run of a periodic job, by the database's clock."""

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
