"""Database and files as one archive, and back: on SQLite and PostgreSQL, and from one to the other.

The archive is a `.tar.gz` of `manifest.json`, `database.sqlite3`, `uploads/` and `tables/`. The database in
it is always an SQLite file with our own tables: a copy by SQLite's backup interface, or, from PostgreSQL, the
rows of one snapshot. Both ways back end in one step that either happens wholly or not at all. Sessions are
left out (everybody signs in again), and so are the letters that were written as files, and the secret key.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from portals.lasting import sync_folder
from portals.models import Table
from portals.soda.store import tables
from requests_app.attachments.files import path_of
from requests_app.models import Attachment, Notice, Submission
from requests_app.preservation.archive import (
    DATABASE,
    TABLES,
    UPLOADS,
    BackupError,
    pack,
    told_in_one_line,
    unpack,
)
from requests_app.preservation.table_copy import COPY, LIVE, PATIENCE, copy_rows, opened, our_models

PAGES = 2000
HELD_LETTER, HELD_ITEM = "held:letter", "held:item"
"""What stands in `claim_token` of a letter, or of a line of a daily letter, that waits for a person."""
TROUBLE = (DatabaseError, sqlite3.Error)


@dataclass
class Report:
    """What stands in an archive, or what was read back from it."""

    created_at: str
    vendor: str
    demo: bool
    cases: int
    rows: int
    files: int
    held: int = 0
    missing: list[str] = field(default_factory=list)


# -- Making an archive


def backup(target: Path, *, now: datetime) -> Report:
    """Write database and files to `target`, and read the archive back before it gets that name.

    `now` (UTC) is told in the manifest. The service may run on. Raises BackupError; then `target` is as it
    was. A file that is there already is replaced once the new one is whole.
    """
    if not target.parent.is_dir() or target.is_dir():
        raise BackupError(_("%(path)s: no such folder, or a folder itself.") % {"path": target})
    with (
        told_in_one_line(target, *TROUBLE),
        tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder,
    ):
        copy, partial = Path(folder) / DATABASE, Path(folder) / "partial"
        _copy_database(copy)
        with closing(sqlite3.connect(copy)) as database:
            # After the rows: every file that a row speaks of is there by now.
            files = {**dict(_stored_files()), **dict(_table_files(database))}
            report, manifest = _described(database, files, now)
        pack(partial, manifest, {DATABASE: copy, **files})
        unpack(partial)
        os.replace(partial, target)
        sync_folder(target.parent)
    return report


def _copy_database(copy: Path) -> None:
    live = connections[LIVE]
    if live.vendor == "sqlite":
        live.ensure_connection()
        with closing(sqlite3.connect(copy)) as target:
            live.connection.backup(target)
    else:
        _demand_current(live)
        with opened(copy):
            call_command("migrate", database=COPY, interactive=False, verbosity=0)
            copy_rows(LIVE, COPY)
    with closing(sqlite3.connect(copy)) as target:
        target.execute("PRAGMA journal_mode=DELETE")
        target.execute("PRAGMA secure_delete=ON")
        target.execute(f"DELETE FROM {Session._meta.db_table}")  # noqa: S608
        target.commit()
        _demand_sound(target)


def _demand_sound(database: sqlite3.Connection) -> None:
    (found,) = database.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise BackupError(_("The database itself is damaged: %(what)s") % {"what": found})


def _stored_files() -> Iterator[tuple[str, Path]]:
    """All files of the store by their name in the archive; what is just coming in is passed over."""
    for path in sorted(Path(settings.MEDIA_ROOT).glob("??/*")):
        if path == path_of(path.name) and path.is_file():
            yield f"{UPLOADS}/{path.parent.name}/{path.name}", path


def _table_files(database: sqlite3.Connection) -> Iterator[tuple[str, Path]]:
    """The table files of which the copied rows speak; others may vanish while the archive is written."""
    for sha256 in _column(database, Table, "sha256"):
        if (path := tables.path_of(sha256)).is_file():
            yield f"{TABLES}/{path.name}", path


def _column(database: sqlite3.Connection, model: Any, name: str) -> list[str]:
    """The different values of a column; none where the database is older than its table."""
    table = model._meta.db_table
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone():
        return []
    return [row[0] for row in database.execute(f"SELECT DISTINCT {name} FROM {table} ORDER BY 1")]  # noqa: S608


def _described(
    database: sqlite3.Connection, files: dict[str, Path], now: datetime
) -> tuple[Report, dict[str, Any]]:
    there = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    ours = {model._meta.db_table for model in our_models()}
    counts = {
        name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for name in sorted(ours.intersection(there))
    }
    missing = [name for name in _column(database, Attachment, "sha256") if not path_of(name).exists()]
    missing += [name for name in _column(database, Table, "sha256") if not tables.path_of(name).is_file()]
    report = Report(
        created_at=now.isoformat(timespec="seconds"),
        vendor=connections[LIVE].vendor,
        demo=settings.DEMO_MARK.exists(),
        cases=counts[Submission._meta.db_table],
        rows=sum(counts.values()),
        files=len(files),
        missing=sorted(missing),
    )
    manifest = {
        "created_at": report.created_at,
        "vendor": report.vendor,
        "demo": report.demo,
        "migrations": sorted(_applied(database)),
        "counts": counts,
    }
    return report, manifest


# -- Reading it back


def restore(source: Path, *, replace: bool = False) -> Report:
    """Put the archive in the place of the database, and its files into the store. Stop the service first.

    Letters that had not left when the archive was made are held until `release_held` or `drop_held`. Raises
    BackupError; then the database is as it was. With `replace` a database that holds cases is given up.
    """
    home = Path(settings.MEDIA_ROOT).parent
    with (
        told_in_one_line(source, *TROUBLE),
        tempfile.TemporaryDirectory(prefix=".restore-", dir=home) as folder,
    ):
        copy = Path(folder) / DATABASE
        if not replace:
            _demand_no_cases()
        manifest = unpack(source, Path(folder))
        held = _prepare(copy)
        _keep_files(Path(folder), manifest["members"])
        with _demo_mark(manifest["demo"]):
            _take_over(copy, replace)
        tables.retire_unused()
    counts = manifest["counts"]
    return Report(
        created_at=manifest["created_at"],
        vendor=manifest["vendor"],
        demo=manifest["demo"],
        cases=counts[Submission._meta.db_table],
        rows=sum(counts.values()),
        files=len(manifest["members"]) - 1,
        held=held,
    )


def _prepare(copy: Path) -> int:
    """Bring the database of the archive up to our migrations and hold its letters; how many are held."""
    with closing(sqlite3.connect(copy)) as database:
        _demand_sound(database)
        current = _demand_known(_applied(database))
    with opened(copy):
        if not current:
            call_command("migrate", database=COPY, interactive=False, verbosity=0)
        return _hold_letters()


@contextmanager
def _demo_mark(wanted: bool) -> Iterator[None]:
    """Invented people get no mail: their home is marked before they come, unless they do not come at all."""
    fresh = wanted and not settings.DEMO_MARK.exists()
    if fresh:
        settings.DEMO_MARK.touch()
    try:
        yield
    except BaseException:
        if fresh:
            settings.DEMO_MARK.unlink(missing_ok=True)
        raise


def _demand_no_cases() -> None:
    live = connections[LIVE]
    if live.vendor == "sqlite" and not Path(live.settings_dict["NAME"]).exists():
        return
    if Submission._meta.db_table in live.introspection.table_names() and Submission.objects.exists():
        raise BackupError(_("This database holds cases already. With --replace they are given up."))


def _applied(database: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(database.execute("SELECT app, name FROM django_migrations"))


def _demand_known(applied: set[tuple[str, str]]) -> bool:
    """Whether this archive is of exactly our migrations; raises BackupError if it is of newer ones."""
    loader = MigrationLoader(None)
    known = set(loader.disk_migrations)
    for migration in loader.disk_migrations.values():
        known.update(migration.replaces)
    if newer := sorted(applied - known):
        raise BackupError(
            _("The archive was made by a newer version (it has %(name)s): install that version first.")
            % {"name": ".".join(newer[0])}
        )
    return set(loader.disk_migrations) <= applied


def _demand_current(live: BaseDatabaseWrapper) -> None:
    loader = MigrationLoader(live)
    if set(loader.graph.leaf_nodes()) - set(loader.applied_migrations):
        raise BackupError(_("The database is not up to date: run `manage.py migrate` first."))


def _keep_files(folder: Path, said: Mapping[str, Any]) -> None:
    """Into the store, before any row speaks of them. A file that was spoilt at backup replaces none."""
    for staged in sorted((folder / UPLOADS).glob("??/*")):
        final = path_of(staged.name)
        name = staged.relative_to(folder).as_posix()
        if final.exists() and said[name]["sha256"] != staged.name:
            continue
        final.parent.mkdir(parents=True, exist_ok=True)
        staged.chmod(0o600)
        os.replace(staged, final)
        sync_folder(final.parent)
    for staged in sorted((folder / TABLES).glob("*")):
        if said[f"{TABLES}/{staged.name}"]["sha256"] == staged.stem:
            tables.keep(staged)


def _take_over(copy: Path, replace: bool) -> None:
    """The one step that changes the database: wholly or not at all."""
    live = connections[LIVE]
    if live.vendor == "sqlite":
        live.close()
        with (
            closing(sqlite3.connect(copy)) as source,
            closing(sqlite3.connect(live.settings_dict["NAME"], timeout=1)) as target,
        ):
            target.execute("PRAGMA synchronous=FULL")
            source.backup(target, pages=PAGES, progress=_patience())
    else:
        if Submission._meta.db_table not in live.introspection.table_names():
            call_command("migrate", interactive=False, verbosity=0)
        _demand_current(live)
        with opened(copy):
            copy_rows(COPY, LIVE, before=None if replace else _demand_no_cases)
    live.close()
    ContentType.objects.clear_cache()


def _patience() -> Callable[[int, int, int], None]:
    """For SQLite's backup: it asks for ever whether a busy database is free; we ask for a while."""
    last, since = -1, time.monotonic()

    def progress(status: int, remaining: int, total: int) -> None:
        nonlocal last, since
        if remaining != last:
            last, since = remaining, time.monotonic()
        elif time.monotonic() - since > PATIENCE:
            raise BackupError(_("The database is in use: stop the service first."))

    return progress


# -- Letters that wait for a person


def _hold_letters() -> int:
    """Nothing that may have left after the archive was made goes out by itself again; how many are held."""
    letters = Notice.objects.using(COPY)
    waiting = Notice.State.QUEUED, Notice.State.SENDING
    held: dict[str, Any] = {"state": Notice.State.QUEUED, "next_at": None, "lease_until": None}
    held |= {
        "maybe_duplicate": True,
        "last_error": "Held after a restore; see manage.py restore --send-held.",
    }
    fresh = letters.exclude(claim_token__in=[HELD_LETTER, HELD_ITEM])
    # Letters first: a held line of a daily letter would else be taken for a letter of its own.
    fresh.filter(state__in=waiting).update(**held, claim_token=HELD_LETTER)
    fresh.filter(state=Notice.State.DIGEST_ITEM).update(**held, claim_token=HELD_ITEM)
    return letters.filter(claim_token__in=[HELD_LETTER, HELD_ITEM]).count()


def release_held(*, now: datetime) -> int:
    """Let the held letters go (`now` is UTC); lines of a daily letter go into the next one. How many."""
    with transaction.atomic():
        count = Notice.objects.filter(claim_token=HELD_ITEM).update(
            state=Notice.State.DIGEST_ITEM, claim_token="", last_error=""
        )
        return count + Notice.objects.filter(claim_token=HELD_LETTER).update(
            next_at=now, claim_token="", last_error=""
        )


def drop_held() -> int:
    """Give the held letters up: they stay as rows that were not sent. How many."""
    return Notice.objects.filter(claim_token__in=[HELD_LETTER, HELD_ITEM]).update(
        state=Notice.State.DEAD, claim_token="", last_error="Given up after a restore."
    )
