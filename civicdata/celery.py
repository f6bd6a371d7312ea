"""The Celery application: it carries ticks and nothing else. What is due stands in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civicdata.settings")

app = Celery("civicdata")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
