"""Some batches at a time where the database can, and what each gives in the order of the batches."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from portals.models import User
from requests_app.pathway.batches import AT_ONCE, alike, side_by_side
from tests.requests_app.factories import UserFactory


def numbers(most: int, drawn: list[int]) -> Iterator[int]:
    for number in range(most):
        drawn.append(number)
        yield number


@pytest.mark.parametrize("most", [0, 1, 2, 7])
def test_each_batch_gives_its_result_in_order(most: int, transactional_db: None) -> None:
    assert list(side_by_side(numbers(most, []), lambda number: number * 2)) == [2 * n for n in range(most)]


def test_inside_a_transaction_all_is_done_by_its_own_connection(db: None) -> None:
    person = UserFactory()

    def seen(_batch: int) -> bool:
        return User.objects.filter(pk=person.pk).exists()

    assert list(side_by_side(range(4), seen)) == [True] * 4


def test_what_one_raises_reaches_the_caller(transactional_db: None) -> None:
    def take(number: int) -> int:
        if number == 2:
            raise ValueError("number 2")
        return number

    results = side_by_side(range(6), take)
    with pytest.raises(ValueError, match="number 2"):
        list(results)


def test_no_more_batches_are_drawn_than_are_worked_on(transactional_db: None) -> None:
    drawn: list[int] = []
    results = side_by_side(numbers(50, drawn), lambda number: number)
    next(results)
    assert len(drawn) <= 4
    results.close()  # type: ignore[attr-defined]


@given(st.lists(st.integers(), unique=True, max_size=2_000), st.integers(1, 600))
def test_batches_hold_every_key_once_in_order_and_are_alike(keys: list[int], most: int) -> None:
    parts = list(alike(keys, at_most=most))
    assert [key for part in parts for key in part] == keys
    assert all(0 < len(part) <= most for part in parts)
    full = parts[:-1]
    assert len({len(part) for part in full}) <= 1  # only the last may be smaller


def test_what_fits_is_shared_out_among_those_who_work_at_once() -> None:
    assert [len(part) for part in alike(list(range(600)), at_most=500)] == [600 // AT_ONCE] * AT_ONCE
    assert [len(part) for part in alike(list(range(40)), at_most=500)] == [40]
    assert list(alike([], at_most=500)) == []


def test_on_postgresql_two_meet_each_with_its_own_connection(transactional_db: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer; its batches follow each other")
    meeting = threading.Barrier(2, timeout=20)

    def take(_batch: int) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            meeting.wait()
            cursor.execute("SELECT pg_backend_pid()")
            return int(cursor.fetchone()[0])

    first, second = side_by_side(range(2), take)
    assert first != second


def test_where_the_pool_has_one_connection_beside_the_own_batches_follow_each_other(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would wait for it in turns, and after half a minute the pool gives up."""
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict["OPTIONS"], "pool", {"max_size": 2})
        names = set(side_by_side(range(12), lambda _batch: threading.current_thread().name))
    assert names == {threading.current_thread().name}
