"""Databases and stores of their own for tests of backup and restore, on SQLite files and on PostgreSQL.

Inside `at(home)` the alias "default" is that home's database; nothing of it reaches other tests.
"""

import datetime as dt
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import environ
import psycopg
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import override_settings

from portals import rulebook
from portals.soda.store.loading import load
from portals.vocabulary import Outcome
from requests_app import intake
from requests_app.attachments.files import attach_files, store
from requests_app.correspondence import conversation
from requests_app.determinations import Answer, determine
from requests_app.escalation import sweep
from requests_app.models import Actor, Notice
from requests_app.preservation.backup import backup
from requests_app.preservation.table_copy import our_models
from tests.migrated import default_is, sqlite_file
from tests.requests_app.factories import FILED, Staff, file_case, load_shipped, staff_of

DAY = dt.timedelta(days=1)
LATER = FILED + 9 * DAY
BACKED_UP = LATER + dt.timedelta(hours=1)


@dataclass(frozen=True)
class Home:
    """A place for a service: its folder, and its database (blank: a file in the folder)."""

    folder: Path
    url: str = ""

    @property
    def file(self) -> Path:
        return self.folder / "civicdata.sqlite3"

    def database(self) -> dict[str, Any]:
        if self.url:
            return dict(environ.Env.db_url_config(self.url))
        return sqlite_file(self.file)


@contextmanager
def at(home: Home) -> Iterator[None]:
    places = {"MEDIA_ROOT": home.folder / "uploads", "DEMO_MARK": home.folder / "demo"}
    places["CIVICDATA_HOME"] = home.folder
    rulebook._books.clear()
    try:
        with default_is(home.database()), override_settings(**places):
            yield
    finally:
        rulebook._books.clear()


@contextmanager
def new_home(vendor: str, folder: Path, *, like: Home | None = None) -> Iterator[Home]:
    """An empty home, or a copy of one that nobody is connected to."""
    if like:
        shutil.copytree(like.folder, folder)
    else:
        folder.mkdir()
    if not (like.url if like else vendor == "postgresql"):
        yield Home(folder)
        return
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        pytest.skip("DATABASE_URL names no PostgreSQL; .ci/run does this there")
    server, name = url.rsplit("/", 1)[0], f"civicdata_backup_{uuid.uuid4().hex[:12]}"
    template = f'TEMPLATE "{like.url.rsplit("/", 1)[1]}"' if like else ""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" {template}')
        try:
            yield Home(folder, f"{server}/{name}")
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def fill() -> Staff:
    """A city at work: cases of several kinds, a file, steps of the clock, letters in every state."""
    with transaction.atomic():
        kent = staff_of(load_shipped("kent")["kent"])
        file_case(kent.city, "error_report", dataset=kent.dataset, title="Bäume fehlen \\ \t „Süd“ \n 🌳")
        records = file_case(kent.city, "records_request", details={"fee_limit": "25.50"})
        file_case(kent.city, "appeal", details={"ground": "denial", "against": records})
        answered = file_case(kent.city, "dataset_request")
        later = FILED + dt.timedelta(hours=1)
        intake.acknowledge(answered, by=kent.clerk, now=later)
        conversation.message(answered, body="We look at it.", by=kent.clerk, now=later)
        answer = Answer(outcome=Outcome.PUBLISHED, reasons="It is published now.")
        determine(answered, answer, by=kent.clerk, now=later)
        stored = store(SimpleUploadedFile("trees.txt", b"Oak, elm\n"))
        attach_files(records, [stored], actor=Actor.REQUESTER, now=FILED)
        load_trees(kent)
        sweep(now=LATER)
    letters = list(Notice.objects.filter(state=Notice.State.QUEUED).order_by("pk")[:2])
    Notice.objects.filter(pk=letters[0].pk).update(state="sent", sent_at=LATER, next_at=None)
    lease = {"claim_token": "abc", "lease_until": LATER, "attempts": 1}
    Notice.objects.filter(pk=letters[1].pk).update(state="sending", **lease)
    return kent


def load_trees(kent: Staff) -> None:
    """A table behind the dataset, from a file that is gone afterwards."""
    source = Path(settings.CIVICDATA_HOME) / "trees.csv"
    source.write_text("name,height\nOak,12\n")
    load(kent.dataset, source, now=FILED)
    source.unlink()


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, in the order of their keys."""
    return {
        model._meta.label: list(
            model._base_manager.order_by("pk").values_list(*(f.attname for f in model._meta.concrete_fields))
        )
        for model in our_models()
    }


def stored_files() -> dict[str, bytes]:
    root = Path(settings.MEDIA_ROOT)
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# -- Fixtures, known to all tests of this folder by conftest.py


@pytest.fixture(scope="module")
def unblocked(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def origin(unblocked: None, migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A city at work on SQLite, and `a.tar.gz` of it."""
    home = Home(tmp_path_factory.mktemp("origin"))
    shutil.copyfile(migrated, home.file)
    with at(home):
        fill()
        Session.objects.create(session_key="k" * 32, session_data="secret-session", expire_date=LATER)
        backup(home.folder / "a.tar.gz", now=BACKED_UP)
    return home


@pytest.fixture(scope="module")
def archive(origin: Home) -> Path:
    return origin.folder / "a.tar.gz"
