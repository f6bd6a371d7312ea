"""A batch that fails is halved until what is at fault stands alone, so that it holds up nothing else."""

from collections.abc import Callable, Sequence

from django.db import OperationalError, transaction


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
