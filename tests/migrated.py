"""A migrated SQLite database to copy: all migrations together take ten seconds, a copy takes none.

The first process that needs one migrates it, the others wait and copy. It is kept in pytest's cache under a
name that tells what it was made from, so that a change of a migration, or of what a migration calls, makes it
anew. What starts from a copy runs `migrate` all the same, which then has nothing left to apply.
"""

import fcntl
import hashlib
import importlib.util
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections

ROOT = Path(__file__).resolve().parent.parent
OURS = ("portals", "requests_app")
A_DAY = 86_400
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 5,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;",
}
_IMPORTS = re.compile(rf"^from ((?:{'|'.join(OURS)})[\w.]*) import (.+)$", re.M)


@contextmanager
def default_is(settings: dict[str, Any]) -> Iterator[None]:
    """The alias "default" is another database, which is closed afterwards."""
    outside, usual = connections["default"], connections.databases["default"]
    configured = connections.configure_settings({**connections.databases, "default": settings})
    connections.databases["default"] = configured["default"]
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.databases["default"], connections["default"] = usual, outside


def sqlite_file(path: Path) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path, "OPTIONS": dict(SQLITE)}


def migrated_file(folder: Path) -> Path:
    """The migrated database in `folder`, made where there is none of these migrations yet."""
    file = folder / f"{fingerprint()}.sqlite3"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            for old in folder.glob("*.sqlite3"):
                if old.stat().st_mtime < time.time() - A_DAY:  # another branch may be at work with it
                    old.unlink()
            with tempfile.TemporaryDirectory() as place:
                made = Path(place) / "migrated.sqlite3"
                with default_is(sqlite_file(made)):
                    call_command("migrate", verbosity=0)
                ContentType.objects.clear_cache()
                with closing(sqlite3.connect(made)) as alone:
                    alone.execute("PRAGMA journal_mode=DELETE")  # whoever reads it leaves no files beside it
                shutil.copyfile(made, folder / "half")
            (folder / "half").replace(file)
    return file


def fingerprint() -> str:
    """Of all that decides what migrations make: their text, our modules they import, and who applies them."""
    written = [file for app in OURS for file in sorted((ROOT / app / "migrations").glob("*.py"))]
    called = {module for file in written for module in imported(file.read_text(encoding="utf-8"))}
    digest = hashlib.sha256(
        f"{version('Django')} {version('django-allauth')} {sqlite3.sqlite_version}".encode()
    )
    for file in [*written, *sorted(called)]:
        digest.update(f"{file.name}\n{file.read_text(encoding='utf-8')}".encode())
    return digest.hexdigest()[:16]


def imported(source: str) -> Iterator[Path]:
    """The files of our own modules that a migration imports."""
    for package, names in _IMPORTS.findall(source):
        for module in [package, *(f"{package}.{name.strip(' ()')}" for name in names.split(","))]:
            try:
                found = importlib.util.find_spec(module)
            except ModuleNotFoundError:  # a function, not a module
                continue
            if found and found.origin:
                yield Path(found.origin)


def fill_the_test_database(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have Django's next test database on SQLite, which it makes empty, start as a copy of `file`."""
    create = connection.creation._create_test_db

    def create_and_fill(*arguments: Any, **named: Any) -> str:
        name = create(*arguments, **named)
        kept.append(sqlite3.connect(name, uri=True))  # a database in memory lives while one is connected
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as source:
            source.backup(kept[0])
        return str(name)

    kept: list[sqlite3.Connection] = []
    monkeypatch.setattr(connection.creation, "_create_test_db", create_and_fill)
