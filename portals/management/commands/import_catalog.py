"""`import_catalog --city SLUG FILE|URL`: a city's datasets from its catalogue."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portals.catalog.entry import CatalogError
from portals.catalog.importing import ImportResult, bring_in
from portals.catalog.reading import is_address, read_catalog
from portals.catalog.refresh import record
from portals.models import CatalogRun, City


class Command(BaseCommand):
    """Reads, checks, imports, reports. A catalogue that cannot be read changes nothing (exit 2)."""

    help = "Brings a city's datasets in line with a DCAT-US, Socrata or CKAN catalogue. Repeatable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--city", required=True, metavar="SLUG")
        parser.add_argument("source", metavar="FILE|URL")
        parser.add_argument("--json", action="store_true", help="print one JSON document")
        parser.add_argument(
            "--partial", action="store_true", help="the source is a part: mark nothing as missing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        city = City.objects.filter(slug=options["city"]).first()
        if city is None:
            raise CommandError(f"{options['city']}: no such city is loaded", returncode=2)
        source, now = options["source"], timezone.now()
        try:
            catalog = read_catalog(source, city.zone)
        except CatalogError as error:
            raise CommandError(f"{error}", returncode=2) from error
        origin = source if is_address(source) else Path(source).name
        complete = False if options["partial"] else None
        result = bring_in(city, catalog, now=now, source_url=origin, complete=complete)
        record(CatalogRun(city=city, at=now, source=origin[:1_000]), result)
        if options["json"]:
            self.stdout.write(json.dumps(result.as_json(), ensure_ascii=False))
        else:
            self._tell(city, result)

    def _tell(self, city: City, result: ImportResult) -> None:
        self.stdout.write(
            f"{city.slug}: {result.created} created, {result.updated} updated, {result.unchanged} unchanged, "
            f"{result.missing} missing, {len(result.skipped)} skipped"
        )
        for skip in result.skipped:
            self.stderr.write(f"skipped: entry {skip.index} {skip.identifier}: {skip.reason}")
        for warning in result.warnings:
            self.stderr.write(f"warning: {warning}")
