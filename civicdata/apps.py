"""What every process of the project does once it has started."""

import gc

from django.apps import AppConfig

YOUNG = 5_000
"""Objects that may be made before the collector looks for cycles among them. Python's 700 make it look
several times a page and hundreds of times a sweep. Every request is such a cycle, and what it was sent, up to
2.5 MB, stays until then: with ten times as many, large forms fill 700 MB before any is let go."""


class CivicdataConfig(AppConfig):
    name = "civicdata"

    def ready(self) -> None:
        gc.set_threshold(YOUNG, 10, 10)
        gc.freeze()  # what is loaded by now stays: it is never looked through again
