"""Which type a column is of, from every one of its cells, and why it stays text where it does.

Alone responsible for the choice. What the catalogue says wins where every cell fits it; otherwise a type is
guessed only if nothing is lost by it: codes that look like numbers (ZIP codes, parcel numbers) stay text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portals.soda.files import cell_readers as cells
from portals.soda.files.cell_readers import Cell, CellReader, Unfit
from portals.soda.values.shapes import MULTI, Shape
from portals.soda.values.types import GEOMETRIES, SodaType

_CODES = frozenset(
    {"zip", "zipcode", "zip4", "postal", "postcode", "postalcode", "parcel", "apn", "pin", "fips", "geoid"}
    | {"phone", "telephone", "fax", "vin"}
)
"""Words in a name that say: these digits are a code, nobody counts with them."""
REMEMBERED = 10_000
"""So many different cells of a column are remembered: most repeat, and the others are looked at again."""
_REMEMBERED_LETTERS = 200
_SHOWN_LETTERS = 60

_CATALOGUE = {
    SodaType.TEXT: "text string varchar char character html email phone document photo blob "
    "esrifieldtypestring esrifieldtypeguid esrifieldtypeglobalid",
    SodaType.NUMBER: "number numeric integer int bigint smallint float decimal money percent currency real "
    "stars esrifieldtypeinteger esrifieldtypesmallinteger esrifieldtypedouble esrifieldtypesingle "
    "esrifieldtypeoid",
    SodaType.DOUBLE: "double",
    SodaType.BOOLEAN: "boolean bool checkbox flag",
    SodaType.FLOATING_TIMESTAMP: "calendar_date floating_timestamp date datetime timestamp esrifieldtypedate",
    SodaType.FIXED_TIMESTAMP: "fixed_timestamp timestamptz",
    SodaType.LOCATION: "location",
    SodaType.URL: "url uri",
    SodaType.POINT: "point geo_point geopoint",
    SodaType.MULTIPOINT: "multipoint",
    SodaType.LINE: "line linestring",
    SodaType.MULTILINE: "multiline multilinestring polyline",
    SodaType.POLYGON: "polygon",
    SodaType.MULTIPOLYGON: "multipolygon",
    SodaType.JSON: "json array object",
}
_BY_WORD = {word: kind for kind, words in _CATALOGUE.items() for word in words.split()}


def catalogue_type(word: str) -> SodaType | None:
    """What a catalogue means by a type; None where it says nothing that is known."""
    return _BY_WORD.get(word.strip().lower())


@dataclass(frozen=True)
class Verdict:
    """The type of a column, the reader that turns its cells into values, and what the steward should know."""

    reader: CellReader
    note: str = ""
    from_catalogue: bool = False

    @property
    def type(self) -> SodaType:
        return self.reader.type

    @property
    def rounded(self) -> bool:
        """Whether numbers have more figures than are given out."""
        reader = self.reader.reader if isinstance(self.reader, cells.Only) else self.reader
        return isinstance(reader, cells.NumberReader) and reader.rounded


@dataclass(slots=True)
class _Candidate:
    reader: CellReader
    taken: int = 0
    """How many cells it took before it failed."""
    failed: str = ""
    at: int = 0
    why: str = ""


class ColumnGuess:
    """Looks at each cell of one column. `unit` is what a place in the file is called."""

    def __init__(
        self,
        title: str,
        readers: Sequence[CellReader],
        wanted: Sequence[CellReader] = (),
        *,
        unit: str = "line",
        remembered: int = REMEMBERED,
    ) -> None:
        self.title = title
        self._unit = unit
        self._remembered = remembered
        self._wanted = [_Candidate(reader) for reader in wanted]
        self._guessed = [_Candidate(reader) for reader in readers]
        self._alive = [*self._wanted, *self._guessed]
        self._seen: set[Any] = set()
        self.filled = 0
        self.longest = 0
        self.formula = ""
        """Where the first cell stands that a spreadsheet program may run; "" where there is none."""

    @property
    def different(self) -> int:
        """How many different cells there are; no more than are remembered."""
        return len(self._seen)

    def look(self, place: int, cell: Cell) -> None:
        """One cell that is not empty."""
        self.filled += 1
        if isinstance(cell, str):
            known = cell if type(cell) is str else (type(cell), cell)  # "1" and 1 of a JSON file differ
            if known in self._seen:
                return
            if len(self._seen) < self._remembered and len(cell) <= _REMEMBERED_LETTERS:
                self._seen.add(known)
            self.longest = max(self.longest, len(cell))
            if not self.formula and _FORMULA.match(cell):
                self.formula = f"{self._unit} {place}: “{_shown(cell)}”"
        for candidate in list(self._alive):
            try:
                candidate.reader.read(cell)
                candidate.taken += 1
            except Unfit as unfit:
                candidate.failed, candidate.at, candidate.why = _shown(cell), place, str(unfit)
                self._alive.remove(candidate)

    def verdict(self) -> Verdict:
        """The choice, after the last cell."""
        if not self.filled:
            wanted = self._wanted[0].reader if self._wanted else cells.TextReader()
            return Verdict(wanted, _("Every cell is empty."), from_catalogue=bool(self._wanted))
        told = [one for one in self._wanted if one in self._alive]
        if told:
            return Verdict(told[0].reader, from_catalogue=True)
        against = self._against()
        for candidate in self._guessed:
            if candidate in self._alive:
                doubt = candidate.reader.doubt() or self._is_code(candidate.reader)
                if doubt:
                    note = _("Kept as text: it looks like %(type)s, but %(why)s.")
                    return self._text(note % {"type": candidate.reader.type, "why": doubt}, against)
                return Verdict(candidate.reader, against)
        return self._text(self._nearest(), against)

    def _text(self, why: str, against: str) -> Verdict:
        return Verdict(cells.TextReader(), " ".join(part for part in (against, why) if part))

    def _is_code(self, reader: CellReader) -> str:
        words = set(re.split(r"[^a-z0-9]+", self.title.lower()))
        in_json = isinstance(reader, cells.Only)  # there digits are a number because somebody said so
        if reader.type == SodaType.NUMBER and not in_json and words & _CODES:
            return _("its name says that it is a code")
        return ""

    def _against(self) -> str:
        """Where the catalogue's type does not fit."""
        if not self._wanted:
            return ""
        last = max(self._wanted, key=lambda one: one.taken)
        return _("The catalogue says %(type)s, but %(where)s.") % {
            "type": last.reader.type,
            "where": self._failure(last),
        }

    def _nearest(self) -> str:
        """Why it is none of the types that it nearly was."""
        almost = [one for one in self._guessed if one.taken or one.why]
        if not almost:
            return ""
        last = max(almost, key=lambda one: (one.taken, bool(one.why)))
        if last.taken:
            note = _("Kept as text: it looked like %(type)s, but %(where)s.")
        else:
            note = _("Kept as text, not %(type)s: %(where)s.")
        return note % {"type": last.reader.type, "where": self._failure(last)}

    def _failure(self, one: _Candidate) -> str:
        where = f"{self._unit} {one.at}: “{one.failed}”"
        return f"{where} {one.why}" if one.why else where


_FORMULA = re.compile(r"[=@\t\r]|[-+][A-Za-z(]")
"""What spreadsheet programs may take for a formula."""


def _shown(cell: Cell) -> str:
    text = f"{cell.type}" if isinstance(cell, Shape) else str(cell)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS]}…"


# -- Candidates


def csv_readers(this_year: int) -> list[CellReader]:
    """What a column of a CSV file may be, the most particular first."""
    return [
        cells.TruthReader(),
        cells.NumberReader(),
        cells.IsoReader(),
        cells.ZonedReader(),
        cells.UsReader(this_year=this_year),
        cells.PairReader(),
        cells.LocationReader(),
        *shape_readers(),
        cells.UrlReader(),
    ]


def json_readers(this_year: int) -> list[CellReader]:
    """What a property of a GeoJSON file may be: JSON tells numbers and texts apart itself."""
    return [
        cells.Only(cells.JsonTruth, cells.TruthReader()),
        cells.Only(cells.JsonNumber, cells.NumberReader()),
        cells.NestedReader(),
        cells.Only(str, cells.IsoReader()),
        cells.Only(str, cells.ZonedReader()),
        cells.Only(str, cells.UsReader(this_year=this_year)),
        cells.Only(str, cells.UrlReader()),
    ]


def shape_readers() -> list[CellReader]:
    """One for each kind of geometry; single ones first, so that those of several are taken only if needed."""
    singles = [cells.ShapeReader(kind) for kind in MULTI]
    return [*singles, *(cells.ShapeReader(kind) for kind in MULTI.values())]


_TOLD: dict[SodaType, Callable[[int], list[CellReader]]] = {
    SodaType.TEXT: lambda year: [cells.TextReader(told=True)],
    SodaType.NUMBER: lambda year: [cells.NumberReader(told=True)],
    SodaType.DOUBLE: lambda year: [_double()],
    SodaType.BOOLEAN: lambda year: [cells.TruthReader(told=True)],
    SodaType.FLOATING_TIMESTAMP: lambda year: [
        cells.IsoReader(told=True),
        cells.UsReader(this_year=year, told=True),
    ],
    SodaType.FIXED_TIMESTAMP: lambda year: [cells.ZonedReader(told=True)],
    SodaType.LOCATION: lambda year: [cells.LocationReader(told=True)],
    SodaType.URL: lambda year: [cells.UrlReader(told=True)],
    SodaType.JSON: lambda year: [cells.NestedReader(told=True)],
}


def _double() -> CellReader:
    reader = cells.NumberReader(told=True)
    reader.type = SodaType.DOUBLE
    return reader


def told_readers(kind: SodaType, this_year: int) -> list[CellReader]:
    """For a column of which the catalogue says that it is of `kind`."""
    if kind in GEOMETRIES:
        pair = [cells.PairReader(told=True)] if kind == SodaType.POINT else []
        return [*pair, cells.ShapeReader(kind, told=True)]
    return _TOLD[kind](this_year) if kind in _TOLD else []
