"""The store of table files, and which table an address means."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portals import access
from portals.models import City, Dataset, Table, User
from portals.soda.store import tables
from portals.soda.store.loading import load
from portals.soda.values.types import SodaType
from tests.portals.loading import make_city
from tests.portals.soda.conftest import NOW

Write = Callable[..., Path]


@pytest.fixture
def table(dataset: Dataset, file: Write) -> Table:
    load(dataset, file("name,height\nOak,12\n"), now=NOW)
    return Table.objects.get()


def test_an_identifier_means_the_table_of_its_dataset(table: Table) -> None:
    found = tables.resolve("abcd-1234")
    assert found == table
    assert found.dataset.city.slug == "millbrook"
    assert [(one.name, one.type) for one in tables.columns_of(found)] == [
        ("name", SodaType.TEXT),
        ("height", SodaType.NUMBER),
    ]


@pytest.mark.parametrize("identifier", ["zzzz-zzzz", "", "\0", "x" * 5000, "ä%'", "ABCD-1234"])
def test_an_unknown_identifier_means_none(table: Table, identifier: str) -> None:
    assert tables.resolve(identifier) is None


def test_a_dataset_without_a_table_is_not_served(dataset: Dataset) -> None:
    assert tables.resolve(dataset.identifier) is None
    assert tables.served_table(dataset) is None


def test_nothing_is_served_of_a_dataset_that_is_not_public_or_taken_down(table: Table) -> None:
    dataset = table.dataset
    assert tables.served_table(dataset) == table
    user = User.objects.create(username="u", email="u@example.gov")
    takedown = access.take_down(dataset, notice="Names in it.", case="", by=user, now=NOW)
    dataset.refresh_from_db()
    assert tables.served_table(dataset) is tables.resolve(dataset.identifier) is None
    access.restore(takedown, notice="", by=user, now=NOW)
    assert tables.resolve(dataset.identifier) == table
    Dataset.objects.update(public=False)
    dataset.refresh_from_db()
    assert tables.served_table(dataset) is tables.resolve(dataset.identifier) is None


def test_an_identifier_of_two_cities_names_both_unless_the_city_is_given(table: Table, file: Write) -> None:
    other = Dataset.objects.create(city=make_city("riverton"), identifier="abcd-1234", name="Trees")
    assert tables.resolve("abcd-1234") == table, "one without a table does not count"
    load(other, file("name\nElm\n"), now=NOW)
    with pytest.raises(tables.Ambiguous) as refused:
        tables.resolve("abcd-1234")
    assert str(refused.value) == "/millbrook/datasets/abcd-1234/, /riverton/datasets/abcd-1234/"
    assert tables.resolve("abcd-1234", city="millbrook") == table


def test_a_replaced_file_stays_for_an_hour_and_is_then_removed(table: Table, file: Write) -> None:
    load(table.dataset, file("name,height\nOak,13\n"), now=NOW)
    old, new = tables.path_of(table.sha256), tables.path_of(Table.objects.get().sha256)
    assert old.exists()
    replaced = NOW.timestamp()
    os.utime(old, (replaced, replaced))
    os.utime(new, (0, 0))
    assert tables.remove_unused(now=NOW + timedelta(minutes=59)) == 0
    assert tables.remove_unused(now=NOW + timedelta(minutes=61)) == 1
    assert (old.exists(), new.exists()) == (False, True)


def test_what_a_killed_load_left_is_removed(home: Path, city: City) -> None:
    left = tables.incoming()
    left.touch()
    os.utime(left, (0, 0))
    assert tables.remove_unused(now=NOW) == 1
    assert not left.exists()


def test_a_sound_store_is_quiet_and_each_damage_is_named(table: Table) -> None:
    later = datetime.now(UTC) + timedelta(hours=2)
    assert list(tables.wrong(now=later)) == []
    path = tables.path_of(table.sha256)
    stray = path.with_name(f"{'0' * 64}.sqlite3")
    stray.write_bytes(b"x")
    ((name, sentence),) = tables.wrong(now=later)
    assert (name, "No dataset speaks of this file" in sentence) == (stray.name, True)
    stray.unlink()
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    ((name, sentence),) = tables.wrong()
    assert (name, "was changed" in sentence) == ("abcd-1234", True)
    path.unlink()
    ((name, sentence),) = tables.wrong()
    assert (name, "is missing" in sentence) == ("abcd-1234", True)


def test_what_was_replaced_just_now_is_no_stray(table: Table, file: Write) -> None:
    load(table.dataset, file("name\nOak\n"), now=NOW)
    just_now = tables.path_of(table.sha256).stat().st_mtime
    moment = NOW.fromtimestamp(just_now, tz=NOW.tzinfo)
    assert list(tables.wrong(now=moment + timedelta(minutes=1))) == []
    assert len(list(tables.wrong(now=moment + timedelta(hours=2)))) == 1


def test_a_table_file_can_only_be_read(table: Table) -> None:
    path = tables.path_of(table.sha256)
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.parent.stat().st_mode & 0o077 == 0
    connection = tables.opened(path)
    with pytest.raises(Exception, match="readonly"):
        connection.execute("DELETE FROM rows")
    connection.close()
