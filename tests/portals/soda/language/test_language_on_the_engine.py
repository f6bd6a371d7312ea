"""Every kind of statement passes the guard of the engine: the language needs nothing that is forbidden."""

import sqlite3
from pathlib import Path

import pytest

from portals.soda.errors import QueryError
from portals.soda.store import engine
from tests.portals.soda.small_tables import statement, table


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small table as a file."""
    found = tmp_path_factory.mktemp("language") / "table.sqlite3"
    source, target = table(), sqlite3.connect(found)
    source.commit()
    source.backup(target)
    target.close()
    source.close()
    return found


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("select :*, *", 5),
        ("select name where name like 'B%' or caseless_eq(name, 'BOB')", 2),
        ("select name search 'bob'", 2),
        ("select name, amount order by amount desc limit 3 |> select amount, count(*) group by amount", 2),
        ("select distinct amount |> select amount |> select max(amount)", 1),
        ("select name where :id > 'row-aaaa.bbbb.0002' order by :id desc", 3),
        ("select rank() over (partition by open order by amount) as r, name |> select name where r = 1", 3),
        ("select median(amount), stddev_pop(ratio), regr_r2(amount, ratio), convex_hull(place)", 1),
        (
            "select distance_in_meters(place, 'POINT (1 2)') as d where within_circle(place, 39, -94, 99999)",
            1,
        ),
        ("select date_trunc_ym(seen, 'America/Chicago') as m, count(*) group by m having m is not null", 2),
        ("select more.a[1], link.url, home.latitude, round(amount / 3, 2), upper(name) || '!' limit 1", 1),
    ],
)
def test_what_the_language_says_is_allowed_to_read(path: Path, query: str, count: int) -> None:
    assert len(list(engine.run(path, statement(query)))) == count


def test_what_sqlite_refuses_is_an_answer_and_not_a_fault(path: Path) -> None:
    with pytest.raises(QueryError) as caught:
        engine.run(path, statement("select ntile(0) over (order by name)"))
    assert (caught.value.status, caught.value.code) == (400, "query.soql.not-computable")


def test_a_query_that_works_too_long_is_stopped(path: Path) -> None:
    slow = "select " + ", ".join(
        f"count(*) over (order by amount + {number}) as c{number}" for number in range(200)
    )
    with pytest.raises(QueryError) as caught:
        list(engine.run(path, statement(slow), timeout=0.0))
    assert caught.value.status == 408
