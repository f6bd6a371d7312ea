"""The city: what the law, the offices and the datasets are. Knows nothing of cases."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from portals.text_search import ensure_index


class PortalsConfig(AppConfig):
    name = "portals"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "City, rules and datasets"

    def ready(self) -> None:
        post_migrate.connect(search_stays_whole, sender=self, dispatch_uid="dataset_search_is_whole")


def search_stays_whole(**kwargs: Any) -> None:
    """SQLite drops the triggers of the full-text index when a migration rebuilds the table."""
    ensure_index(connections[kwargs["using"]], "portals_dataset")
