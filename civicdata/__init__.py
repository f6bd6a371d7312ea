"""The project: wiring only. The city lives in `portals`, the case in `requests_app`."""

from civicdata.celery import app as celery_app

__all__ = ["celery_app"]
