"""The case: what was asked, by when, and what became of it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from requests_app.append_only import check_after_migrate


class RequestsConfig(AppConfig):
    name = "requests_app"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Submissions"

    def ready(self) -> None:
        post_migrate.connect(check_after_migrate, sender=self, dispatch_uid="event_log_is_append_only")
