"""Databases of the benchmark's own, made and taken away again: never the user's data."""

import contextlib
import os
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


@dataclass(frozen=True)
class Scratch:
    """A database and a home of our own. `url` is "" for SQLite, whose file lies in the home."""

    name: str
    home: Path
    url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to work on this database and on nothing else."""
        kept = {key: value for key, value in os.environ.items() if key in _KEPT}
        return kept | {
            "CIVICDATA_ENV": "local",
            "CIVICDATA_HOME": str(self.home),
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
        }


FILES = ("uploads", "tables")
"""What lies beside the database in a home."""
_KEPT = frozenset({"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH"})


@contextlib.contextmanager
def scratch(name: str, server: str = "") -> Iterator[Scratch]:
    """An empty database: a file in a new folder, or a new database on `server` (a URL)."""
    home = Path(tempfile.mkdtemp(prefix="civicdata-bench-"))
    url = _created(server) if server else ""
    try:
        yield Scratch(name, home, url)
    finally:
        if url:
            _drop(server, url)
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def twin(original: Scratch) -> Iterator[Scratch]:
    """A copy of a database that nobody is connected to, for what changes everything: the sweep."""
    home = Path(tempfile.mkdtemp(prefix="civicdata-bench-"))
    url = ""
    try:
        for files in FILES:
            if (original.home / files).exists():
                shutil.copytree(original.home / files, home / files)
        if original.url:
            url = _created(original.url, template=_database(original.url))
        else:
            _copy_sqlite(original.home, home)
        yield Scratch(original.name, home, url)
    finally:
        if url:
            _drop(original.url, url)
        shutil.rmtree(home, ignore_errors=True)


def _copy_sqlite(source: Path, target: Path) -> None:
    name = "civicdata.sqlite3"
    with (
        contextlib.closing(sqlite3.connect(source / name)) as old,
        contextlib.closing(sqlite3.connect(target / name)) as new,
    ):
        old.backup(new)


def _database(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _on_server(url: str) -> psycopg.Connection[tuple[object, ...]]:
    parts = urlsplit(url)
    plain = urlunsplit(("postgresql", parts.netloc, "/postgres", "", ""))
    return psycopg.connect(plain, autocommit=True)


def _created(url: str, template: str = "template1") -> str:
    name = f"civicdata_bench_{secrets.token_hex(6)}"
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    with _on_server(url) as connection:
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _drop(server: str, url: str) -> None:
    name = _database(url)
    assert name.startswith("civicdata_bench_")
    with _on_server(server) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
