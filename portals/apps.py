"""The city: what the law, the offices and the datasets are. Knows nothing of cases."""

from django.apps import AppConfig


class PortalsConfig(AppConfig):
    name = "portals"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "City, rules and datasets"
