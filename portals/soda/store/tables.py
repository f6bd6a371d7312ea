"""Which table stands behind a dataset, and the store of table files under `CIVICDATA_HOME/tables`.

Alone responsible for where table files lie, for what may be read of them (`resolve`, `served_table`), and for
removing those that nothing speaks of any more.

A table file is an SQLite database that is never changed once it has its name, the SHA-256 of its content:

- `rows`: `_id` 1..n in the order of the loaded file, `_row` the identifier that clients see, `_created` and
  `_updated` (UTC), and a column for each field under its own name;
- `search`: all words of a row, for `$q` (FTS5 without content; its rowid is `_id`).

A new load writes a new file, then the row in the main database points to it. The former file stays for a
while: somebody may have looked up its name and not opened it yet. Whoever has it open keeps it in any case.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext as _

from portals import access
from portals.lasting import make_lasting, sync_folder
from portals.models import Dataset, Table
from portals.soda.values.types import Column, SodaType

ROWS, SEARCH = "rows", "search"
KEPT_SECONDS = 3600
"""How long a file stays after nothing speaks of it any more; an unfinished one after its last change."""
_ENDING, _INCOMING = ".sqlite3", "incoming-"


class Ambiguous(Exception):
    """Several cities serve a dataset under this identifier; `datasets` are they, with their cities."""

    def __init__(self, datasets: list[Dataset]) -> None:
        super().__init__(", ".join(f"/{row.city.slug}/datasets/{row.identifier}/" for row in datasets))
        self.datasets = datasets


# -- Which table


def resolve(identifier: str, city: str = "") -> Table | None:
    """The table that `/resource/<identifier>` means, with its dataset and city; None where none is served.

    `city` is a slug and narrows it. Raises Ambiguous. Nothing that is withheld or not public is ever given.
    """
    wanted = access.served(Dataset.objects.filter(identifier=identifier.replace("\0", "")))
    found = wanted.filter(table__isnull=False).select_related("table", "city", "office")
    rows = list((found.filter(city__slug=city) if city else found).order_by("city__slug")[:10])
    if len(rows) > 1:
        raise Ambiguous(rows)
    return rows[0].table if rows else None


def served_table(dataset: Dataset) -> Table | None:
    """The table of a dataset as it was just read, where it has one and its data may be given out."""
    return getattr(dataset, "table", None) if access.is_served(dataset) else None


def columns_of(table: Table) -> tuple[Column, ...]:
    """The columns of a loaded table in their order, without the system columns."""
    return tuple(
        Column(
            name=column["name"],
            type=SodaType(column["type"]),
            title=column.get("title", ""),
            description=column.get("description", ""),
            position=position,
        )
        for position, column in enumerate(table.columns)
    )


def as_stored(columns: tuple[Column, ...]) -> list[dict[str, Any]]:
    """Columns as the row of a table keeps them."""
    return [
        {"name": one.name, "type": one.type.value, "title": one.title, "description": one.description}
        for one in columns
    ]


# -- The store


def folder() -> Path:
    """Where the files of all tables lie."""
    return Path(settings.CIVICDATA_HOME) / "tables"


def path_of(sha256: str) -> Path:
    """The file of a table."""
    return folder() / f"{sha256}{_ENDING}"


def incoming() -> Path:
    """A name for a file that is being written; the folder is there afterwards."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder() / f"{_INCOMING}{os.urandom(8).hex()}{_ENDING}"


def opened(path: Path) -> sqlite3.Connection:
    """A connection that only reads, for one thread at a time. Raises sqlite3.OperationalError.

    Each call opens its own: that takes less than a millisecond, and nothing is inherited over a fork.
    """
    address = f"file:{quote(str(path))}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)


def keep(written: Path) -> tuple[str, int]:
    """Give a finished file its name, on disk for good when this returns; its SHA-256 and size."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    sha256 = hash_of(written)
    size = written.stat().st_size
    with written.open("rb") as file:
        make_lasting(file)
    written.chmod(0o400)
    os.replace(written, path_of(sha256))
    sync_folder(folder())
    return sha256, size


def hash_of(path: Path) -> str:
    """The SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def retire(sha256: str) -> None:
    """From now on nothing points to this file: its time until removal begins."""
    path = path_of(sha256)
    if path.exists():
        os.utime(path)


def retire_unused() -> None:
    """The same for all that no row speaks of, after the rows themselves were replaced."""
    for path in _unused(None):
        os.utime(path)


def remove_unused(*, now: datetime) -> int:
    """Remove what nothing has spoken of for an hour before `now` (UTC); how many files."""
    gone = list(_unused(now))
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _unused(now: datetime | None) -> Iterator[Path]:
    """Files that no row speaks of; with `now` only those that have been so for a while."""
    if not folder().is_dir():
        return
    old = [
        path
        for path in sorted(folder().iterdir())
        if now is None or _modified(path) < now.timestamp() - KEPT_SECONDS
    ]
    spoken = {f"{sha256}{_ENDING}" for sha256 in Table.objects.values_list("sha256", flat=True)}
    yield from (path for path in old if path.name not in spoken)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process just gave it its name, or removed it
        return float("inf")


# -- Whether all belongs together


def wrong(*, now: datetime | None = None) -> Iterator[tuple[str, str]]:
    """What is wrong with the store: the dataset or file, and a sentence. Files that no row speaks of are
    named where `now` (UTC) is given, unless they were replaced just now."""
    checked: dict[str, str] = {}
    for table in Table.objects.select_related("dataset").order_by("sha256").iterator(chunk_size=500):
        if table.sha256 not in checked:
            checked[table.sha256] = _wrong_with(table)
        if checked[table.sha256]:
            yield table.dataset.identifier, checked[table.sha256]
    for path in _unused(now) if now else ():
        yield path.name, _("No dataset speaks of this file of the store of tables.")


def _wrong_with(table: Table) -> str:
    path = path_of(table.sha256)
    if not path.is_file():
        return _("Its table file %(name)s is missing: load the table again.") % {"name": table.sha256[:12]}
    if hash_of(path) != table.sha256:
        return _("The content of its table file %(name)s was changed: load the table again.") % {
            "name": table.sha256[:12]
        }
    return ""
