"""The case: what was asked, by when, and what became of it."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from portals.text_search import ensure_index
from requests_app.preservation.append_only import check_after_migrate


class RequestsConfig(AppConfig):
    name = "requests_app"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Submissions"

    def ready(self) -> None:
        post_migrate.connect(check_after_migrate, sender=self, dispatch_uid="event_log_is_append_only")
        post_migrate.connect(search_stays_whole, sender=self, dispatch_uid="case_search_is_whole")


def search_stays_whole(**kwargs: Any) -> None:
    """SQLite drops the triggers of the full-text index when a migration rebuilds the table."""
    for table in ("requests_app_submission", "requests_app_publishedanswer"):
        ensure_index(connections[kwargs["using"]], table)
