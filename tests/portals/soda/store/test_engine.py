"""A statement reads its table and nothing else, within its time, a portion at a time."""

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from portals.soda.errors import QueryError
from portals.soda.store import engine

COUNT = 2_000


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table file in the layout of the store, made by hand."""
    path = tmp_path_factory.mktemp("tables") / "a 'quoted'?#%.sqlite3"
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE rows (_id INTEGER PRIMARY KEY, _row, _created, _updated, name TEXT, height)")
    made.execute("CREATE TABLE secret (word)")
    made.execute(
        "CREATE VIRTUAL TABLE search USING fts5(text, content='', columnsize=0, "
        "tokenize='porter unicode61 remove_diacritics 2')"
    )
    rows = [(n, f"row-{n}", "", "", f"Café oaks {n}", n) for n in range(1, COUNT + 1)]
    made.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", rows)
    made.executemany("INSERT INTO search (rowid, text) VALUES (?, ?)", ((row[0], row[4]) for row in rows))
    made.commit()
    made.close()
    return path


def statement(sql: str, parameters: Any = ()) -> SimpleNamespace:
    return SimpleNamespace(sql=sql, parameters=parameters)


def run(table: Path, sql: str, parameters: Any = (), timeout: float = engine.SECONDS) -> engine.Rows:
    return engine.run(table, statement(sql, parameters), timeout)


def test_all_rows_come_in_portions(table: Path) -> None:
    rows = run(table, "SELECT height FROM rows ORDER BY _id")
    assert [row[0] for row in rows] == list(range(1, COUNT + 1))
    assert list(rows) == [], "and then it is closed"


def test_parameters_are_given_by_place_or_by_name(table: Path) -> None:
    assert list(run(table, "SELECT height FROM rows WHERE _id = ?", [7])) == [(7,)]
    assert list(run(table, "SELECT height FROM rows WHERE _id = :id", {"id": 8})) == [(8,)]


def test_words_are_found_without_accents_and_by_their_stem(table: Path) -> None:
    found = run(
        table,
        "SELECT _id FROM rows WHERE _id IN (SELECT rowid FROM search WHERE search MATCH ?)",
        ['"cafe" "oak" "12"'],
    )
    assert list(found) == [(12,)]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM rows",
        "UPDATE rows SET name = ''",
        "INSERT INTO rows DEFAULT VALUES",
        "CREATE TABLE t (a)",
        "CREATE TEMP TABLE t (a)",
        "DROP TABLE rows",
        "ATTACH ':memory:' AS other",
        "PRAGMA table_info(rows)",
        "PRAGMA writable_schema=ON",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM secret",
        "SELECT * FROM pragma_table_info('rows')",
        "SELECT * FROM json_each('[1]')",
        "SELECT load_extension('x')",
        "VACUUM",
        "REINDEX",
        "ANALYZE",
        "SAVEPOINT a",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    ],
)
def test_nothing_but_reading_the_table_is_allowed(table: Path, sql: str) -> None:
    before = table.read_bytes()
    with pytest.raises(sqlite3.Error):
        list(run(table, sql))
    assert table.read_bytes() == before


def test_two_statements_at_once_are_refused(table: Path) -> None:
    with pytest.raises(sqlite3.Error):
        run(table, "SELECT 1 FROM rows; DELETE FROM rows")


SLOW = "SELECT count(*) FROM rows a, rows b, rows c WHERE a.height + b.height + c.height = -1"


def test_what_takes_too_long_is_stopped_before_an_answer_begins(table: Path) -> None:
    with pytest.raises(QueryError) as refused:
        run(table, SLOW, timeout=0.05)
    assert (refused.value.status, refused.value.code) == (408, "request-timeout")


def test_the_time_of_a_slow_reader_does_not_count(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 10_000_000, 1))
    rows = run(table, "SELECT height FROM rows", timeout=1e6)
    monkeypatch.setattr("portals.soda.store.engine.time.monotonic", lambda: float(next(moments)))
    clock = rows._clock
    clock.allowed, clock.spent = 100.0, 0.0
    for _ in range(500):
        next(rows)
    for _ in range(1_000):
        next(moments)  # the reader is away for a long while
    assert len(list(rows)) == COUNT - 500


def test_a_value_that_grows_too_large_is_refused(table: Path) -> None:
    with pytest.raises(QueryError) as refused:
        list(run(table, "SELECT hex(zeroblob(200000000)) FROM rows"))
    assert refused.value.status == 400
    with pytest.raises(QueryError):
        list(run(table, f"SELECT replace(hex(zeroblob(1000000)), '0', '{'x' * 100}') FROM rows LIMIT 1"))


def test_a_broken_statement_is_our_mistake_and_lets_the_file_go(table: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        run(table, "SELECT nothing FROM rows")


def test_a_file_that_is_gone_is_an_error_that_names_no_row(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        run(tmp_path / "gone.sqlite3", "SELECT 1 FROM rows")


def test_a_reader_that_began_keeps_its_file_when_it_is_removed(table: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(table.read_bytes())
    rows = run(copy, "SELECT height FROM rows")
    next(rows)
    copy.unlink()
    assert len(list(rows)) == COUNT - 1


def test_rows_that_nobody_reads_let_the_file_go(table: Path) -> None:
    def open_files() -> int:
        return sum(str(table) in os.readlink(f"/proc/self/fd/{fd}") for fd in open_fds())

    def open_fds() -> list[str]:
        return [fd for fd in os.listdir("/proc/self/fd") if os.path.islink(f"/proc/self/fd/{fd}")]

    if not Path("/proc/self/fd").exists():
        pytest.skip("no /proc here")
    before = open_files()
    rows = run(table, "SELECT height FROM rows")
    assert open_files() == before + 1
    rows.close()
    rows.close()
    abandoned = run(table, "SELECT height FROM rows")
    del abandoned
    assert open_files() == before


def together(count: int, work: Callable[[int], None]) -> list[BaseException]:
    wrong: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_many_threads_read_at_once(table: Path) -> None:
    def work(number: int) -> None:
        for step in range(10):
            wanted = number * 100 + step + 1
            assert list(run(table, "SELECT height FROM rows WHERE _id = ?", [wanted])) == [(wanted,)]

    assert together(16, work) == []


def test_rows_may_be_read_on_in_another_thread(table: Path) -> None:
    rows = run(table, "SELECT height FROM rows")
    counted: list[int] = []
    assert together(1, lambda number: counted.append(len(list(rows)))) == []
    assert counted == [COUNT]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_process_that_forked_reads_with_connections_of_its_own(table: Path) -> None:
    rows = run(table, "SELECT height FROM rows")
    next(rows)
    child = os.fork()
    if child == 0:
        fine = list(run(table, "SELECT count(*) FROM rows")) == [(COUNT,)]
        os._exit(0 if fine else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert len(list(rows)) == COUNT - 1
