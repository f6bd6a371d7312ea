"""The clock of a machine without Redis: `python -m civicdata.clock NAME ...` runs these ticks itself.

`manage.py up` starts two of them, so that a mail server that hangs cannot delay the sweep of the deadlines.
"""

import os
import sys
from collections.abc import Sequence

import django
from celery.apps.beat import Beat
from django.conf import settings

from civicdata.celery import app


def main(names: Sequence[str]) -> None:
    """Ticks until SIGTERM; a tick that fails is logged, and the next one comes at its time."""
    django.setup()
    app.conf.task_always_eager = True
    app.conf.beat_schedule = {name: settings.CELERY_BEAT_SCHEDULE[name] for name in names}
    Beat(app=app, loglevel="WARNING", quiet=True).run()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civicdata.settings")
    main(sys.argv[1:])
