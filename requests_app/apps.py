"""The case: what was asked, by when, and what became of it."""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "requests_app"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Submissions"
