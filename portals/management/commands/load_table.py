"""`manage.py load_table DATASET FILE [--json]`: a CSV or GeoJSON file becomes a dataset's table."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils import timezone

from portals.management.command import PlainCommand
from portals.models import Dataset
from portals.soda.files.csv_reading import DELIMITERS
from portals.soda.files.file_columns import Wishes
from portals.soda.files.source_file import LoadError
from portals.soda.store.load_report import LoadReport
from portals.soda.store.loading import load

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", **{sign: sign for sign in DELIMITERS}}


class Command(PlainCommand):
    help = (
        "Load a CSV or GeoJSON file as the table of a dataset. A file that is wrong changes nothing (exit 2)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dataset", metavar="DATASET", help="identifier of a dataset of the catalogue")
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV or GeoJSON, known by its content")
        parser.add_argument("--city", metavar="SLUG", help="where several cities have this identifier")
        parser.add_argument(
            "--delimiter",
            choices=sorted(_DELIMITERS),
            metavar="SIGN",
            help="comma, semicolon or tab (default: found out)",
        )
        parser.add_argument("--encoding", default="", metavar="NAME", help="like utf-8 or cp1252")
        parser.add_argument(
            "--key", default="", metavar="COLUMN", help="the column by which a row is known (kept)"
        )
        parser.add_argument("--note", default="", metavar="TEXT", help="where the rows come from, in public")
        parser.add_argument("--allow-empty", action="store_true", help="a file without rows is meant so")
        parser.add_argument("--json", action="store_true", help="one JSON document on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        dataset = self._dataset(options["dataset"], options["city"])
        path: Path = options["file"]
        wishes = Wishes(
            delimiter=_DELIMITERS.get(options["delimiter"], ""),
            encoding=options["encoding"],
            key=options["key"],
            note=" ".join(options["note"].split())[:500],
            allow_empty=options["allow_empty"],
        )
        try:
            report = load(dataset, path, now=timezone.now(), wishes=wishes, say=self._say)
        except LoadError as error:
            self.fail(f"{path}: {error}")
        if options["json"]:
            self.print_json(report.as_json())
        else:
            self.stdout.write("\n".join(_lines(report)))

    def _say(self, text: str) -> None:
        self.stderr.write(text, style_func=str)

    def _dataset(self, identifier: str, city: str | None) -> Dataset:
        rows = Dataset.objects.select_related("city").filter(identifier=identifier).order_by("city__slug")
        found = list(rows.filter(city__slug=city) if city else rows)
        if not found:
            where = f" in {city}" if city else ""
            self.fail(f"{identifier}: no dataset of the catalogue has this identifier{where}")
        if len(found) > 1:
            slugs = ", ".join(row.city.slug for row in found)
            self.fail(f"{identifier}: several cities have such a dataset; give --city, one of {slugs}")
        return found[0]


def _lines(report: LoadReport) -> list[str]:
    before = "" if report.rows_before is None else f" (before: {report.rows_before})"
    state = "unchanged" if report.unchanged else "loaded"
    lines = [f"{report.city}/{report.dataset}: {state}, {report.rows} rows{before}"]
    width = max((len(column["name"]) for column in report.columns), default=0)
    for column in report.columns:
        source = "  (catalogue)" if column["from_catalogue"] else ""
        lines.append(f"  {column['name']:<{width}}  {column['type']}{source}")
        lines += [f"  {'':<{width}}  {column['note']}"] if column["note"] else []
    return [*lines, *(f"note: {note}" for note in report.notes)]
