"""A small city with a dataset, and files and tables written for these tests."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portals.models import City, Dataset
from tests.portals.loading import make_city
from tests.portals.soda.small_tables import table

NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    """A place of its own for the table files of one test."""
    settings.CIVICDATA_HOME = tmp_path / "home"
    settings.CIVICDATA_HOME.mkdir()
    return settings.CIVICDATA_HOME


@pytest.fixture
def city(db: None) -> City:
    return make_city("millbrook")


@pytest.fixture
def dataset(city: City, home: Path) -> Dataset:
    return Dataset.objects.create(city=city, identifier="abcd-1234", name="Trees")


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file and gives its path."""

    def write(content: str | bytes, name: str = "trees.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture(scope="module")
def small() -> Iterator[sqlite3.Connection]:
    """The table of `small_tables.ROWS`; nothing writes to it."""
    connection = table()
    yield connection
    connection.close()
