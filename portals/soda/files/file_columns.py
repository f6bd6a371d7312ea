"""What a file holds, found by reading all of its cells once: how many rows, which columns, of which types.

Alone responsible for bringing together what the file says and what the catalogue says of a column: its name,
its type and its meaning.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portals.models import Dataset
from portals.soda.files.column_names import field_name, is_field_name, unique_names
from portals.soda.files.csv_reading import CsvReading
from portals.soda.files.geojson_reading import GEOMETRY, GeoJsonReading, looks_like
from portals.soda.files.source_file import LoadError, Progress, SourceFile
from portals.soda.files.type_guessing import (
    REMEMBERED,
    ColumnGuess,
    Verdict,
    catalogue_type,
    csv_readers,
    json_readers,
    shape_readers,
    told_readers,
)
from portals.soda.values.types import GEOMETRIES, Column

Reading = CsvReading | GeoJsonReading
Say = Callable[[str], None]
_REMEMBERED_IN_ALL = 500_000


@dataclass(frozen=True)
class Wishes:
    """What somebody says about a file beside naming it; blank: found out, or as it was. `note` is public."""

    delimiter: str = ""
    encoding: str = ""
    key: str = ""
    note: str = ""
    allow_empty: bool = False


@dataclass
class Found:
    """What the first reading of the cells found. `absent`: columns that only the catalogue has."""

    reading: Reading
    guesses: list[ColumnGuess]
    rows: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    columns: tuple[Column, ...] = ()
    absent: list[str] = field(default_factory=list)


def look(dataset: Dataset, source: SourceFile, wishes: Wishes, now: datetime, say: Say) -> Found:
    """Read every cell once and say which columns there are. Raises LoadError. `now` (UTC) gives the year."""
    with source.open() as file:
        is_json = looks_like(file.read(4096))
    reading: Reading = GeoJsonReading(source) if is_json else CsvReading(source, wishes.delimiter)
    catalogue = _Catalogue(dataset, now.year)
    found = Found(reading, [])
    for number, (place, cells) in enumerate(reading.rows(Progress(source.size, say), _("Looking")), 1):
        found.rows = number
        while len(found.guesses) < len(reading.headers):
            found.guesses.append(catalogue.guess(reading, len(found.guesses)))
        for guess, cell in zip(found.guesses, cells, strict=False):
            if cell is not None:
                guess.look(place, cell)
    while len(found.guesses) < len(reading.headers):  # a file without rows
        found.guesses.append(catalogue.guess(reading, len(found.guesses)))
    if not found.rows and not wishes.allow_empty:
        raise LoadError(_("The file has no rows. If that is right, say so with --allow-empty."))
    found.verdicts = [guess.verdict() for guess in found.guesses]
    if isinstance(reading, GeoJsonReading) and found.guesses and found.guesses[0].filled:
        _demand_one_kind(found.verdicts[0])
    found.columns = catalogue.columns(reading.headers, found.verdicts)
    found.absent = catalogue.absent(found.columns)
    return found


def _demand_one_kind(verdict: Verdict) -> None:
    if verdict.type not in GEOMETRIES:
        raise LoadError(
            _("The features are shapes of different kinds: %(why)s Make a file of each kind.")
            % {"why": verdict.note}
        )


class _Catalogue:
    """What the catalogue says about the columns of a dataset: type, name and meaning, by name or title."""

    def __init__(self, dataset: Dataset, this_year: int) -> None:
        self._fields = list(dataset.fields.all())
        self._by_name = {field_name(one.title): one for one in self._fields if one.title}
        self._by_name |= {field_name(one.name): one for one in self._fields}
        self._year = this_year

    def of(self, title: str) -> Any:
        """The Field row of a column, or None."""
        described = self._by_name.get(field_name(title))
        if described is None and title == GEOMETRY:
            shapes = [one for one in self._fields if catalogue_type(one.data_type) in GEOMETRIES]
            return shapes[0] if len(shapes) == 1 else None
        return described

    def guess(self, reading: Reading, place: int) -> ColumnGuess:
        title = reading.headers[place]
        described = self.of(title)
        kind = catalogue_type(described.data_type) if described else None
        if isinstance(reading, CsvReading):
            readers = csv_readers(self._year)
        else:
            readers = json_readers(self._year) if place else shape_readers()
        return ColumnGuess(
            title,
            readers,
            told_readers(kind, self._year) if kind else (),
            unit=reading.unit,
            remembered=min(REMEMBERED, _REMEMBERED_IN_ALL // max(1, len(reading.headers))),
        )

    def columns(self, titles: Sequence[str], verdicts: Sequence[Verdict]) -> tuple[Column, ...]:
        described = [self.of(title) for title in titles]
        wanted = [
            one.name.lower() if one and is_field_name(one.name.lower()) else title
            for one, title in zip(described, titles, strict=True)
        ]
        return tuple(
            Column(name, verdict.type, title, one.description if one else "", place)
            for place, (name, verdict, title, one) in enumerate(
                zip(unique_names(wanted), verdicts, titles, described, strict=True)
            )
        )

    def absent(self, columns: Sequence[Column]) -> list[str]:
        """What the catalogue lists and the file does not have."""
        there = {one.name for one in columns} | {field_name(one.title) for one in columns}
        return [one.name for one in self._fields if not {one.name.lower(), field_name(one.title)} & there]


def key_of(found: Found, wanted: str) -> str:
    """The column by which rows are known. Raises LoadError where there is none, or a cell of it is empty."""
    if not wanted:
        return ""
    names = [one.name for one in found.columns]
    name = wanted if wanted in names else field_name(wanted)
    if name not in names:
        raise LoadError(
            _("There is no column %(name)s to be the key; there are: %(names)s.")
            % {"name": wanted, "names": ", ".join(names)[:300]}
        )
    if found.guesses[names.index(name)].filled < found.rows:
        raise LoadError(
            _("The column %(name)s cannot be the key: some of its cells are empty.") % {"name": name}
        )
    return name
