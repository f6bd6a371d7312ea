"""What every test may rely on. Fixtures of one area stand in that area's own conftest."""

import importlib.util
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache, caches
from django.db import connection
from hypothesis import HealthCheck, settings

from portals.soda.usage import LEDGER
from requests_app.preservation import append_only
from tests.migrated import fill_the_test_database, migrated_file

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # a machine that has other work is no mistake of the code


@pytest.fixture(scope="session")
def migrated(
    pytestconfig: pytest.Config, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A file of SQLite to copy in which all migrations were applied, and nothing else was done."""
    keeper, own = getattr(pytestconfig, "cache", None), tmp_path_factory.getbasetemp()
    common = own.parent if hasattr(pytestconfig, "workerinput") else own
    folder = keeper.mkdir("migrated") if keeper else common
    with django_db_blocker.unblock():
        return migrated_file(folder)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_use_migrations: bool, request: pytest.FixtureRequest
) -> Iterator[None]:
    """On SQLite the test database starts as a copy of the migrated one."""
    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite" and django_db_use_migrations:
            fill_the_test_database(request.getfixturevalue("migrated"), patch)
        yield


@pytest.fixture(autouse=True)
def own_cache() -> Iterator[None]:
    """Rate limits of one test must not reach the next; a shared Redis is not emptied for it."""
    prefix = secrets.token_hex(8)
    caches.settings["default"]["KEY_PREFIX"] = prefix
    cache.key_prefix = prefix
    caches["template_fragments"].clear()
    yield


@pytest.fixture(autouse=True)
def no_thread_writes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls with a key are written down by a thread a minute later, when another test has the database."""
    monkeypatch.setattr(LEDGER, "later", lambda act: None)
    monkeypatch.setattr(LEDGER, "_noted", {})


@pytest.fixture(autouse=True)
def event_log_can_be_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that commit end by emptying all tables; the event log's triggers would refuse that on SQLite.
    They are taken away after the test, and the migrate signal after the emptying puts them back."""
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames)
    if not commits and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    append_only.drop(connection)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a browser run where there is one; elsewhere the summary says what was missing."""
    chromium = any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    missing = [
        name for name, there in (("Chromium", chromium), ("playwright", has("playwright"))) if not there
    ]
    for item in items:
        if missing and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=f"not on this machine: {' and '.join(missing)}"))


def has(package: str) -> bool:
    return importlib.util.find_spec(package) is not None
