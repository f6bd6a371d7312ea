"""What an archive brings back, to which database, and what never happens: half a restore, a second letter."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from portals.models import City, Dataset
from portals.text_search import matching
from requests_app.correspondence.delivery import deliver, write_digests
from requests_app.escalation import sweep
from requests_app.models import Escalation, Notice, Submission
from requests_app.preservation import backup as module
from requests_app.preservation import table_copy
from requests_app.preservation.archive import BackupError
from requests_app.preservation.backup import Report, backup, drop_held, release_held, restore
from requests_app.preservation.verification import verify
from tests.requests_app.factories import file_case
from tests.requests_app.homes import BACKED_UP, DAY, LATER, Home, at, contents, new_home, stored_files

BOTH = ["sqlite", "postgresql"]
NEXT_DAY = BACKED_UP + DAY
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def rows(origin: Home) -> dict[str, list[tuple[Any, ...]]]:
    with at(origin):
        return contents()


@pytest.fixture(params=BOTH)
def empty(request: pytest.FixtureRequest, unblocked: None, tmp_path: Path) -> Iterator[Home]:
    """A home without a database, or with an empty one."""
    with new_home(request.param, tmp_path / "empty") as home:
        yield home


@pytest.fixture(scope="module", params=BOTH)
def pattern(
    request: pytest.FixtureRequest, archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Home, Report]]:
    """A home into which the archive was restored; others are made after it."""
    with new_home(request.param, tmp_path_factory.mktemp("pattern") / "home") as home:
        with at(home):
            report = restore(archive)
            assert list(verify()) == []
        yield home, report


@pytest.fixture
def after(pattern: tuple[Home, Report], tmp_path: Path) -> Iterator[Report]:
    """What a restore told, in the home into which it restored."""
    with new_home("", tmp_path / "after", like=pattern[0]) as home, at(home):
        yield pattern[1]


@pytest.fixture
def used(pattern: tuple[Home, Report], tmp_path: Path) -> Iterator[tuple[Home, dict[str, Any]]]:
    """A home with cases of its own, and its rows."""
    with new_home("", tmp_path / "used", like=pattern[0]) as home, at(home):
        file_case(City.objects.get(), title="Only here")
        before = contents()
        yield home, before
        assert list(verify()) == []


def without_letters(rows: dict[str, Any]) -> dict[str, Any]:
    return {table: found for table, found in rows.items() if table != "requests_app.Notice"}


def restored(home: Home, archive: Path) -> Report:
    """Restore in another home; call inside `at`."""
    report = restore(archive)
    assert list(verify()) == []
    return report


# -- Round trips


@pytest.mark.parametrize("source", BOTH)
def test_every_row_and_file_comes_back_whatever_database_it_came_from(
    source: str, empty: Home, origin: Home, archive: Path, rows: dict[str, Any], tmp_path: Path
) -> None:
    if source == "postgresql":
        with new_home(source, tmp_path / "source") as other, at(other):
            restore(archive)
            archive = tmp_path / "b.tar.gz"
            assert backup(archive, now=BACKED_UP).vendor == "postgresql"
    with at(origin):
        files = stored_files()
    with at(empty):
        report = restored(empty, archive)
        found = contents()
        assert report.cases == 4
        assert report.rows == sum(len(table) for table in found.values())
        assert without_letters(found) == without_letters(rows)
        assert len(found["requests_app.Notice"]) == len(rows["requests_app.Notice"])
        assert stored_files() == files != {}
        assert connection.vendor == ("postgresql" if empty.url else "sqlite")


def test_work_goes_on_after_a_restore(after: Report) -> None:
    case = file_case(City.objects.get(), dataset=Dataset.objects.get(), title="Zweiundvierzig")
    assert case.pk > after.cases
    assert list(matching(Submission.objects.all(), "zweiundvierzig")) == [case]
    assert matching(Submission.objects.all(), "baume").count() == 1
    assert list(verify()) == []


def test_sessions_are_not_in_the_archive(origin: Home, after: Report, archive: Path, tmp_path: Path) -> None:
    subprocess.run(["tar", "xzf", archive, "-C", tmp_path], check=True)
    assert b"secret-session" not in (tmp_path / "database.sqlite3").read_bytes()
    assert not Session.objects.exists()
    with at(origin):
        assert Session.objects.exists()


def test_an_archive_is_for_its_owner_only(archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600


def test_an_archive_of_an_older_version_is_brought_up_to_date(origin: Home, empty: Home) -> None:
    old = Home(empty.folder / "old")
    old.folder.mkdir()
    with closing(sqlite3.connect(origin.file)) as source, closing(sqlite3.connect(old.file)) as target:
        source.backup(target)
    for files in ("uploads", "tables"):
        shutil.copytree(origin.folder / files, old.folder / files)
    with at(old):
        call_command("migrate", "requests_app", "0003", verbosity=0)
        backup(old.folder / "old.tar.gz", now=BACKED_UP)
    with at(empty):
        restored(empty, old.folder / "old.tar.gz")
        with connection.cursor() as cursor:
            table = Submission._meta.db_table
            found = connection.introspection.get_constraints(cursor, table)
        assert {index.name for index in Submission._meta.indexes} <= found.keys()


# -- Nothing twice, nothing lost


@pytest.fixture
def mailed() -> Iterator[list[Any]]:
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        mail.outbox = []
        yield mail.outbox


def test_what_may_have_left_waits_until_a_person_lets_it_go(after: Report, mailed: list[Any]) -> None:
    held = after.held
    waiting = Notice.objects.filter(maybe_duplicate=True, state="queued", next_at=None)
    assert waiting.count() == held > 3
    assert write_digests(now=NEXT_DAY) == 0
    assert deliver(now=NEXT_DAY).sent == 0
    items = Notice.objects.filter(claim_token="held:item").count()
    assert items > 0
    assert release_held(now=NEXT_DAY) == held
    digests = write_digests(now=NEXT_DAY)
    assert digests > 0
    assert deliver(now=NEXT_DAY).sent == held - items + digests == len(mailed)
    assert not Notice.objects.filter(state__in=["queued", "sending", "digest_item"]).exists()


def test_what_a_person_gives_up_never_leaves(after: Report) -> None:
    assert drop_held() == after.held
    assert write_digests(now=NEXT_DAY) == 0
    assert deliver(now=NEXT_DAY).sent == 0
    assert Notice.objects.filter(state="dead").count() == after.held


def test_letters_that_are_held_stay_held_over_a_second_restore(
    used: tuple[Home, Any], tmp_path: Path
) -> None:
    _home, before = used
    items = Notice.objects.filter(claim_token="held:item").count()
    backup(tmp_path / "again.tar.gz", now=BACKED_UP)
    held = restore(tmp_path / "again.tar.gz", replace=True).held
    assert held == Notice.objects.filter(claim_token__startswith="held:").count()
    assert Notice.objects.filter(claim_token="held:item").count() >= items
    assert len(contents()["requests_app.Notice"]) == len(before["requests_app.Notice"])


def test_no_step_of_the_clock_is_taken_twice(after: Report) -> None:
    steps = list(Escalation.objects.order_by("pk").values_list("deadline", "step", "cycle"))
    assert steps
    assert sweep(now=LATER).taken.total() == 0
    assert list(Escalation.objects.order_by("pk").values_list("deadline", "step", "cycle")) == steps
    assert sweep(now=LATER + 30 * DAY).taken.total() > 0


# -- Wholly or not at all


def test_cases_are_given_up_only_when_that_is_said(
    used: tuple[Home, dict[str, Any]], archive: Path, rows: dict[str, Any]
) -> None:
    _home, before = used
    with pytest.raises(BackupError, match="--replace"):
        restore(archive)
    assert contents() == before
    restore(archive, replace=True)
    assert without_letters(contents()) == without_letters(rows)


def test_a_restore_that_fails_in_the_middle_leaves_what_was_there(
    used: tuple[Home, dict[str, Any]], archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, before = used
    steps = iter(range(1000))

    def fails_at_the_third(*args: Any) -> None:
        if next(steps) == 2:
            raise OSError("the disk is gone")
        if home.url:
            copied(*args)

    copied = table_copy._copy_table
    monkeypatch.setattr(table_copy, "_copy_table", fails_at_the_third)
    monkeypatch.setattr(module, "PAGES", 5)
    monkeypatch.setattr(module, "_patience", lambda: fails_at_the_third)
    with pytest.raises(BackupError, match="the disk is gone"):
        restore(archive, replace=True)
    assert next(steps) == 3
    assert contents() == before
    assert [path.name for path in home.folder.iterdir() if path.name.startswith(".restore")] == []


KILLED = """
import os, signal, sys, django
django.setup()
from pathlib import Path
from requests_app.preservation import backup, table_copy
steps, copied = iter(range(1000)), table_copy._copy_table
def dies(*args):
    if next(steps) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    if os.environ["DATABASE_URL"]:
        copied(*args)
table_copy._copy_table = dies
backup.PAGES, backup._patience = 5, lambda: dies
backup.restore(Path(sys.argv[1]), replace=True)
"""


def test_a_restore_that_is_killed_in_the_middle_leaves_what_was_there(
    used: tuple[Home, dict[str, Any]], archive: Path
) -> None:
    home, before = used
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": home.url}
    environment |= {"DJANGO_SETTINGS_MODULE": "civicdata.settings", "CIVICDATA_HOME": str(home.folder)}
    killed = subprocess.run([sys.executable, "-c", KILLED, archive], env=environment, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert contents() == before
    restore(archive, replace=True)


def test_a_database_that_others_write_to_is_left_alone(
    used: tuple[Home, dict[str, Any]], archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, before = used
    if home.url:
        pytest.skip("PostgreSQL waits for its lock_timeout of twenty seconds")
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    with closing(sqlite3.connect(home.file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(BackupError, match="stop the service"):
            restore(archive, replace=True)
    assert contents() == before


def test_a_backup_that_fails_leaves_the_archive_that_was_there(
    origin: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any) -> None:
        raise OSError("no space left")

    target = tmp_path / "a.tar.gz"
    target.write_bytes(b"the one before")
    monkeypatch.setattr(module, "unpack", fails)
    with at(origin), pytest.raises(BackupError, match=r"a\.tar\.gz: no space left"):
        backup(target, now=BACKED_UP)
    assert target.read_bytes() == b"the one before"
    assert list(tmp_path.iterdir()) == [target]


def test_a_backup_holds_only_what_was_committed_while_others_write(origin: Home, tmp_path: Path) -> None:
    with closing(sqlite3.connect(origin.file)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE requests_app_submission SET title = 'half an act'")
        with at(origin):
            assert backup(tmp_path / "now.tar.gz", now=BACKED_UP).cases == 4
    with new_home("sqlite", tmp_path / "other") as home, at(home):
        restored(home, tmp_path / "now.tar.gz")
        assert not Submission.objects.filter(title="half an act").exists()


# -- Files and the demo


def test_a_file_that_was_spoilt_at_backup_replaces_no_sound_one(
    origin: Home, unblocked: None, tmp_path: Path
) -> None:
    with new_home("sqlite", tmp_path / "home") as home, at(home):
        restore(origin.folder / "a.tar.gz")
        (name,) = sound = stored_files()
        path = home.folder / "uploads" / name
        path.write_bytes(b"spoilt")
        backup(tmp_path / "spoilt.tar.gz", now=BACKED_UP)
        path.write_bytes(sound[name])
        restore(tmp_path / "spoilt.tar.gz", replace=True)
        assert stored_files() == sound
        assert list(verify()) == []


def test_the_mark_of_the_demo_goes_with_its_people(
    origin: Home, unblocked: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_home("sqlite", tmp_path / "demo") as demo, at(demo):
        restore(origin.folder / "a.tar.gz")
        assert not (demo.folder / "demo").exists()
        (demo.folder / "demo").touch()
        assert backup(tmp_path / "demo.tar.gz", now=BACKED_UP).demo
    with new_home("sqlite", tmp_path / "home") as home, at(home):
        with monkeypatch.context() as patched, pytest.raises(BackupError):
            patched.setattr(module, "PAGES", 5)
            patched.setattr(module, "_patience", lambda: lambda *args: (_ for _ in ()).throw(OSError("gone")))
            restore(tmp_path / "demo.tar.gz")
        assert not (home.folder / "demo").exists()
        restored(home, tmp_path / "demo.tar.gz")
        assert (home.folder / "demo").exists()
