"""A CSV file as rows of text: each row as wide as the header, or refused with its line.

Alone responsible for what may stand in a CSV file (RFC 4180, with semicolons or tabs too), and for finding
out the delimiter. Nothing is repaired in silence: a quote in the wrong place would move cells into the wrong
column. Reads row by row.
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, TextIO

from django.utils.translation import gettext as _

from portals.soda.files.source_file import LoadError, Progress, SourceFile

DELIMITERS = (",", ";", "\t")
COLUMNS_LIMIT = 1000
LONGEST_CELL = 4 * 1024 * 1024
LONGEST_ROW = 2 * LONGEST_CELL
"""Letters; well below what the engine can hold in one row."""
_SAMPLE_ROWS = 100
_ROWS_BETWEEN_LOOKS = 20_000
_OFFENDERS = 3


class CsvReading:
    """The rows of a CSV file; `headers` are its titles as they are written, blanks around them left out."""

    form = "csv"
    unit = "line"

    def __init__(self, source: SourceFile, delimiter: str = "") -> None:
        """Raises LoadError where there is no header. `delimiter` overrules what is found."""
        self.source = source
        csv.field_size_limit(LONGEST_CELL)
        self.delimiter = delimiter or _sniffed(source)
        self.blank_lines = 0
        with source.open() as file:
            header = next(self._records(file), None)
        if header is None:
            raise LoadError(_("The file has no header row."))
        self.headers = [" ".join(title.split()) for title in header[1]]
        if len(self.headers) > COLUMNS_LIMIT:
            raise LoadError(
                _("The header has %(count)d columns; at most %(limit)d are taken.")
                % {"count": len(self.headers), "limit": COLUMNS_LIMIT}
            )

    def rows(self, progress: Progress | None = None, what: str = "") -> Iterator[tuple[int, Sequence[Any]]]:
        """Each row with the line on which it ends. A cell is text, or None where nothing stands.

        Raises LoadError where rows are not as wide as the header, with the first few of them.
        """
        self.blank_lines = 0
        with self.source.open() as file:
            records = self._records(file)
            next(records)
            for number, (line, cells) in enumerate(records, 1):
                if len(cells) != len(self.headers):
                    raise self._ragged(line, cells, records)
                yield line, [cell or None for cell in cells]
                if progress and number % _ROWS_BETWEEN_LOOKS == 0:
                    progress.at(file, what, number)

    def _records(self, file: TextIO) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(_lines(file), delimiter=self.delimiter, strict=True)
        begins = 1
        try:
            for cells in reader:
                if cells:
                    yield reader.line_num, cells
                else:
                    self.blank_lines += 1
                begins = reader.line_num + 1
        except csv.Error as error:
            raise _broken(error, begins, reader.line_num) from error

    def _ragged(self, line: int, cells: list[str], rest: Iterator[tuple[int, list[str]]]) -> LoadError:
        wrong = [(line, len(cells))]
        more = ((at, len(found)) for at, found in islice(rest, 10_000) if len(found) != len(self.headers))
        wrong += list(islice(more, _OFFENDERS - 1))
        told = ", ".join(
            _("line %(line)d has %(count)d") % {"line": at, "count": count} for at, count in wrong
        )
        return LoadError(
            _(
                "Rows do not fit the header, which has %(width)d cells: %(told)s. A cell that holds the "
                "delimiter %(delimiter)r or a line break must stand in quotes; export the table again or "
                "mend these lines."
            )
            % {"width": len(self.headers), "told": told, "delimiter": self.delimiter}
        )


def _lines(file: TextIO) -> Iterator[str]:
    """The lines of a file, none of them larger than a row may be."""
    number = 0
    while line := file.readline(LONGEST_ROW):
        number += 1
        if len(line) >= LONGEST_ROW:
            raise LoadError(
                _("Line %(line)d is longer than %(limit)d million letters: this is no table.")
                % {"line": number, "limit": LONGEST_ROW // 1024 // 1024}
            )
        yield line


def _broken(error: csv.Error, begins: int, line: int) -> LoadError:
    text = str(error)
    if "field larger than" in text:
        return LoadError(
            _(
                "A cell of the row that begins on line %(line)d is larger than %(limit)d million letters: "
                "probably a quote is opened there and never closed."
            )
            % {"line": begins, "limit": LONGEST_CELL // 1024 // 1024}
        )
    if "unexpected end of data" in text:
        return LoadError(
            _("A quote is opened in the row that begins on line %(line)d and never closed.")
            % {"line": begins}
        )
    return LoadError(
        _(
            "Line %(line)d: a closing quote is followed by more text (%(error)s). A quote inside a cell "
            "must be doubled."
        )
        % {"line": line, "error": text}
    )


def _sniffed(source: SourceFile) -> str:
    """The delimiter by which the first rows are equally wide; the comma where none makes columns."""
    best, best_score = ",", (0, 0)
    for delimiter in DELIMITERS:
        with source.open() as file:
            widths = _widths(file, delimiter)
        if not widths or widths[0] < 2:
            continue
        even = sum(width == widths[0] for width in widths)
        score = (even * 100 // len(widths), widths[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(file: TextIO, delimiter: str) -> list[int]:
    widths: list[int] = []
    try:
        for cells in islice(csv.reader(_lines(file), delimiter=delimiter, strict=True), _SAMPLE_ROWS):
            if cells:
                widths.append(len(cells))
    except csv.Error:  # what is wrong is told when it is read
        pass
    return widths
