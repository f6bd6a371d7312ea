"""Reads the catalogue of each city again once a day, and writes down what came of it for the steward.

A run is written down before the address is read, so two clocks do not both read it and a process that
dies leaves a row that says so. Off unless `CATALOG_REFRESH=1`.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from portals.catalog.entry import CatalogError
from portals.catalog.importing import ImportResult, bring_in
from portals.catalog.reading import read_catalog
from portals.models import CatalogRun, City

EVERY = timedelta(days=1)
NOT_FINISHED = "the run did not finish"
logger = logging.getLogger(__name__)


def refresh_catalogs(now: datetime) -> list[CatalogRun]:
    """Imports the catalogue of every city whose last try is a day old; `now` is a UTC moment.

    A failure keeps what the city had. May take minutes where portals are slow: run it in a task of its own.
    """
    if not settings.CATALOG_REFRESH:
        return []
    runs = [run for city in City.objects.exclude(catalog_url="") if (run := _claimed(city, now)) is not None]
    for run in runs:
        _refresh(run, now)
    return runs


def _claimed(city: City, now: datetime) -> CatalogRun | None:
    with transaction.atomic():
        City.objects.select_for_update(no_key=True).get(pk=city.pk)
        tried = city.catalog_runs.filter(source=city.catalog_url, at__gt=now - EVERY).exists()
        if tried:
            return None
        return CatalogRun.objects.create(
            city=city, at=now, source=city.catalog_url, ok=False, message=NOT_FINISHED
        )


def _refresh(run: CatalogRun, now: datetime) -> None:
    try:
        catalog = read_catalog(run.source, run.city.zone)
        result = bring_in(run.city, catalog, now=now, source_url=run.source)
    except CatalogError as error:
        run.message = f"{error}"
        logger.warning("catalogue of %s not refreshed: %s", run.city.slug, error)
        run.save(update_fields=["message"])
        return
    record(run, result)


def record(run: CatalogRun, result: ImportResult) -> None:
    """Writes down that a run went well, with what it did and what the steward should look at."""
    run.ok = True
    run.created, run.updated, run.unchanged = result.created, result.updated, result.unchanged
    run.missing, run.skipped = result.missing, len(result.skipped)
    told = [f"entry {skip.index} {skip.identifier}: {skip.reason}" for skip in result.skipped[:20]]
    run.message = "\n".join([*result.warnings[:20], *told])
    run.save()
