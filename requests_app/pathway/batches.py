"""Batches of cases: some side by side where the database can, and one that fails is halved until what is at
fault stands alone, so that it holds up nothing else."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from math import ceil
from threading import Lock
from typing import TypeVar

from django.db import OperationalError, connection, transaction

Batch = TypeVar("Batch")
Result = TypeVar("Result")

AT_ONCE = 3
"""One batch is worked out while the database writes the others."""

WORKING_OUT = Lock()
"""Held while a batch is worked out. Without it batches side by side are all worked out at the same time, by
turns, and then all wait for the database at the same time."""


WORTH_SPLITTING = 100
"""Fewer keys are one batch: what a batch costs whatever its size is more than what a second one saves."""


def alike(keys: list[int], *, at_most: int) -> Iterator[list[int]]:
    """The keys in batches of about one size, as many as are taken side by side."""
    parts = AT_ONCE if len(keys) > WORTH_SPLITTING else 1
    size = min(at_most, ceil(len(keys) / parts))
    for start in range(0, len(keys), size or 1):
        yield keys[start : start + size]


def side_by_side(batches: Iterable[Batch], take: Callable[[Batch], Result]) -> Iterator[Result]:
    """`take` of each batch, in their order; on PostgreSQL some at a time, each on a connection of its own.

    The batches must not depend on each other: a row that one holds is passed over by the other. What one
    raises is raised here. Inside a transaction, which no other connection sees, and on SQLite, which has one
    writer, they are taken one after the other.
    """
    waiting, at_once = iter(batches), _at_once()
    first = list(islice(waiting, at_once))
    if len(first) < 2:
        yield from map(take, chain(first, waiting))
        return
    running: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(at_once) as pool:
        for batch in chain(first, waiting):
            if len(running) == at_once:
                yield running.popleft().result()
            running.append(pool.submit(_on_a_connection_of_its_own, take, batch))
        while running:
            yield running.popleft().result()


def _at_once() -> int:
    """How many batches can be taken side by side: each needs a connection beside that of the caller."""
    if connection.vendor == "sqlite" or connection.in_atomic_block:
        return 1
    pool = connection.settings_dict["OPTIONS"].get("pool")
    return min(AT_ONCE, pool["max_size"] - 1) if isinstance(pool, dict) else AT_ONCE


def _on_a_connection_of_its_own(take: Callable[[Batch], Result], batch: Batch) -> Result:
    try:
        return take(batch)
    finally:
        connection.close()


def in_halves(
    keys: Sequence[int], take: Callable[[Sequence[int]], None], give_up: Callable[[int], None]
) -> None:
    """`take(keys)` in a transaction; where it raises, its halves; `give_up(key)` for one that fails alone."""
    try:
        with transaction.atomic():
            take(keys)
    except OperationalError:
        raise  # the database is away or busy: no key is at fault, the next run does it
    except Exception:
        if len(keys) == 1:
            give_up(keys[0])
            return
        middle = len(keys) // 2
        in_halves(keys[:middle], take, give_up)
        in_halves(keys[middle:], take, give_up)
