"""A CSV or GeoJSON file becomes the table of a dataset: wholly, or not at all. Sole writer of Table.

The file is read three times, each time in one go and little memory: its bytes (source_file), its cells to
find the columns (file_columns), its cells to write them (table_writing). The new table file gets its name
once it is finished and on disk; then one transaction lets the dataset point to it. Whatever fails before, the
old table stays. Loading the same file again changes nothing but when it was loaded.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portals.models import Dataset, Table
from portals.soda.files.cell_readers import CellReader, TextReader, Unfit
from portals.soda.files.file_columns import Found, Say, Wishes, key_of, look
from portals.soda.files.source_file import CHANGED, LoadError, Progress, SourceFile, inspect
from portals.soda.store import tables
from portals.soda.store.load_report import LoadReport, report_on
from portals.soda.store.table_writing import Plan, worth_an_index, write
from portals.soda.values.shapes import Shape

_CACHED = 20_000
_BETWEEN_CELLS = "\x1f"


def load(
    dataset: Dataset, path: Path, *, now: datetime, wishes: Wishes | None = None, say: Say = lambda text: None
) -> LoadReport:
    """Load `path` as the table of `dataset`. `now` is UTC; `say` is told how far it has come.

    Raises LoadError with one sentence; then everything is as it was.
    """
    wishes = wishes or Wishes()
    former = Table.objects.filter(dataset=dataset).first()
    source = inspect(path, wishes.encoding)
    found = look(dataset, source, wishes, now, say)
    key = key_of(found, wishes.key or (former.row_key if former else ""))
    report = report_on(dataset, found, former)
    if former and _is_same(former, found, source, key):
        report.unchanged, report.sha256, report.size = True, former.sha256, former.size
        _touch(former, found, wishes, now)
        return report
    report.sha256, report.size = _write(dataset, found, former, key, now, say)
    _point(dataset, found, report, key, source, wishes, now)
    return report


def _is_same(former: Table, found: Found, source: SourceFile, key: str) -> bool:
    """Whether this very file was loaded with these very types, and its table is there."""
    wanted = [(one.name, one.type) for one in found.columns]
    path = tables.path_of(former.sha256)
    return (
        former.source_sha256 == source.sha256
        and former.row_key == key
        and [(one.name, one.type) for one in tables.columns_of(former)] == wanted
        and path.is_file()
        and path.stat().st_size == former.size
    )


def _write(
    dataset: Dataset, found: Found, former: Table | None, key: str, now: datetime, say: Say
) -> tuple[str, int]:
    before = tables.path_of(former.sha256) if former else None
    plan = Plan(
        columns=found.columns,
        owner=f"{dataset.city.slug}/{dataset.identifier}",
        moment=f"{now.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z",
        former=before if before and before.is_file() else None,
        keyed=bool(key),
        indexed=tuple(
            column.name
            for column, guess in zip(found.columns, found.guesses, strict=True)
            if worth_an_index(column, different=guess.different, longest=guess.longest)
        ),
    )
    path = tables.incoming()
    try:
        count = write(path, plan, _values(found, key, Progress(found.reading.source.size, say)))
        found.reading.source.demand_unchanged()
        if count != found.rows:
            raise LoadError(CHANGED)
        return tables.keep(path)
    except OSError as error:
        raise LoadError(_("It cannot be read or written: %(why)s.") % {"why": error}) from error
    finally:
        path.unlink(missing_ok=True)


def _values(found: Found, key: str, progress: Progress) -> Iterator[tuple[str, list[Any]]]:
    """Each row: what it is known by, and its values as they are stored."""
    converters = [_converter(verdict.reader) for verdict in found.verdicts]
    width = len(converters)
    place = [one.name for one in found.columns].index(key) if key else None
    for _number, cells in found.reading.rows(progress, _("Writing")):
        whole = [*cells, *[None] * (width - len(cells))]
        identity = _text(whole[place]) if place is not None else _BETWEEN_CELLS.join(map(_text, whole))
        try:
            yield identity, [convert(cell) for convert, cell in zip(converters, whole, strict=True)]
        except Unfit as unfit:  # it fitted when it was looked at
            raise LoadError(CHANGED) from unfit


def _text(cell: Any) -> str:
    if type(cell) is str:
        return cell
    if cell is None:
        return ""
    return cell.stored() if isinstance(cell, Shape) else str(cell)


def _converter(reader: CellReader) -> Callable[[Any], Any]:
    """The reader, with what it read last at hand: most cells repeat."""
    if isinstance(reader, TextReader):
        return lambda cell: cell if cell is None or type(cell) is str else _text(cell)
    known: dict[Any, Any] = {None: None}

    def convert(cell: Any) -> Any:
        if isinstance(cell, Shape):
            return reader.read(cell)
        if cell in known:
            return known[cell]
        value = reader.read(cell)
        if len(known) < _CACHED:
            known[cell] = value
        return value

    return convert


def _touch(former: Table, found: Found, wishes: Wishes, now: datetime) -> None:
    """The same file again: when, and what the catalogue now says of its columns."""
    former.loaded_at, former.columns = now, tables.as_stored(found.columns)
    former.note = wishes.note or former.note
    former.save(update_fields=["loaded_at", "columns", "note"])


def _point(
    dataset: Dataset,
    found: Found,
    report: LoadReport,
    key: str,
    source: SourceFile,
    wishes: Wishes,
    now: datetime,
) -> None:
    """Let the dataset point to the new file; the former one is let go once that is certain."""
    with transaction.atomic():
        Dataset.objects.select_for_update(no_key=True).only("pk").get(pk=dataset.pk)
        before = Table.objects.filter(dataset=dataset).first()
        values: dict[str, Any] = {
            "sha256": report.sha256,
            "size": report.size,
            "row_count": report.rows,
            "columns": tables.as_stored(found.columns),
            "row_key": key,
            "loaded_at": now,
            "changed_at": now,
            "source": source.path.name[:255],
            "source_sha256": source.sha256,
            "note": wishes.note or (before.note if before else ""),
        }
        Table.objects.update_or_create(dataset=dataset, defaults=values)
    if before and before.sha256 != report.sha256:
        tables.retire(before.sha256)
