"""The benchmark works on databases of its own and takes them away again."""

import sqlite3
from pathlib import Path

import pytest

from bench.scratch import scratch, twin


def test_a_process_is_told_of_nothing_but_the_scratch_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@db.example/real")
    monkeypatch.setenv("CIVICDATA_HOME", "/srv/real")
    monkeypatch.setenv("EMAIL_URL", "smtp://mail.example")
    with scratch("sqlite") as place:
        environment = place.environment
    assert environment["DATABASE_URL"] == ""
    assert environment["CIVICDATA_HOME"] == str(place.home) != "/srv/real"
    assert "EMAIL_URL" not in environment


def test_a_twin_changes_without_its_original_and_both_are_taken_away() -> None:
    with scratch("sqlite") as place:
        write(place.home, "CREATE TABLE t (n); INSERT INTO t VALUES (1)")
        (place.home / "uploads").mkdir()
        (place.home / "uploads" / "a").write_text("a")
        with twin(place) as copy:
            write(copy.home, "INSERT INTO t VALUES (2)")
            assert count(copy.home) == 2
            assert (copy.home / "uploads" / "a").read_text() == "a"
        assert count(place.home) == 1
        assert not copy.home.exists()
    assert not place.home.exists()


def write(home: Path, script: str) -> None:
    connection = sqlite3.connect(home / "civicdata.sqlite3")
    connection.executescript(script)
    connection.close()


def count(home: Path) -> int:
    connection = sqlite3.connect(home / "civicdata.sqlite3")
    (found,) = connection.execute("SELECT count(*) FROM t").fetchone()
    connection.close()
    return int(found)
