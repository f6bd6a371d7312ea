"""The Celery application: it carries ticks and nothing else. What is due stands in the database."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun
from django.conf import settings
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civicdata.settings")

app = Celery("civicdata")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def use_the_logs_of_the_project(**_kwargs: Any) -> None:
    """Celery would install its own handlers; our processes all log alike."""
    logging.config.dictConfig(settings.LOGGING)


@task_prerun.connect
@task_postrun.connect
def drop_broken_connections(**_kwargs: Any) -> None:
    """Celery does this in a worker only; a clock that ticks inline must survive a database restart too."""
    close_old_connections()
