"""What a load tells the steward: rows, columns with their types, what stayed text and why. Words only."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portals.models import Dataset, Table
from portals.soda.files.cell_readers import TextReader
from portals.soda.files.file_columns import Found
from portals.soda.files.geojson_reading import GeoJsonReading
from portals.soda.files.source_file import NAMES
from portals.soda.values.types import SodaType


@dataclass
class LoadReport:
    """What a load did, as `load_table --json` prints it. `kept_as_text` and `notes` are for the steward."""

    dataset: str
    city: str
    file: str
    format: str
    encoding: str
    delimiter: str
    rows: int
    rows_before: int | None
    unchanged: bool
    columns: list[dict[str, Any]]
    kept_as_text: list[dict[str, str]]
    notes: list[str]
    sha256: str = ""
    size: int = 0

    def as_json(self) -> dict[str, Any]:
        return vars(self).copy()


def report_on(dataset: Dataset, found: Found, former: Table | None) -> LoadReport:
    """The report of a file that was looked through; `former` is the table that it replaces."""
    reading, source = found.reading, found.reading.source
    columns = [
        {
            "name": column.name,
            "title": column.title,
            "type": column.type.value,
            "from_catalogue": verdict.from_catalogue,
            "note": verdict.note,
        }
        for column, verdict in zip(found.columns, found.verdicts, strict=True)
    ]
    kept = [
        {"column": column.name, "why": verdict.note}
        for column, verdict in zip(found.columns, found.verdicts, strict=True)
        if verdict.note and isinstance(verdict.reader, TextReader)
    ]
    return LoadReport(
        dataset=dataset.identifier,
        city=dataset.city.slug,
        file=source.path.name,
        format=reading.form,
        encoding=NAMES.get(source.encoding, source.encoding),
        delimiter=reading.delimiter,
        rows=found.rows,
        rows_before=former.row_count if former else None,
        unchanged=False,
        columns=columns,
        kept_as_text=kept,
        notes=_notes(found),
    )


def _notes(found: Found) -> list[str]:
    reading, notes = found.reading, []
    if reading.source.encoding == "cp1252":
        notes.append(_("The file is not UTF-8 and was read as Windows-1252: look at letters with accents."))
    if reading.blank_lines:
        notes.append(_("%(count)d blank lines were passed over.") % {"count": reading.blank_lines})
    if isinstance(reading, GeoJsonReading) and reading.flattened:
        notes.append(
            _("A third coordinate was dropped, first in feature %(number)d.") % {"number": reading.flattened}
        )
    for column, verdict in zip(found.columns, found.verdicts, strict=True):
        if verdict.rounded:
            notes.append(
                _("Column %(name)s has numbers of more figures than are kept; they are rounded.")
                % {"name": column.name}
            )
    for column, guess in zip(found.columns, found.guesses, strict=True):
        if guess.formula and column.type == SodaType.TEXT:
            notes.append(
                _(
                    "Column %(name)s has cells that a spreadsheet program may run as a formula, first in "
                    "%(where)s. They are given out as they are."
                )
                % {"name": column.name, "where": guess.formula}
            )
    if found.absent:
        notes.append(
            _("The catalogue lists columns that the file does not have: %(names)s.")
            % {"names": ", ".join(found.absent)}
        )
    return notes
