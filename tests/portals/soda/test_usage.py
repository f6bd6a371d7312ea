"""What is known of how often a key is used."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import DatabaseError

from portals.models import ApiKey, City, KeyUse
from portals.soda import usage
from portals.soda.usage import Ledger, Use, use_of
from tests.portals.loading import NOW, load_text, riverbend

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def city(db: None) -> City:
    return load_text(riverbend()).city


@pytest.fixture
def asked_for() -> list[Callable[[], None]]:
    return []


@pytest.fixture
def ledger(asked_for: list[Callable[[], None]]) -> Ledger:
    return Ledger(asked_for.append)


def test_calls_are_written_down_together_and_not_before(
    key: ApiKey, ledger: Ledger, asked_for: list[Callable[[], None]], django_assert_num_queries
) -> None:
    with django_assert_num_queries(0):
        for minute in range(3):
            ledger.note(key, now=NOW + minute * MINUTE)
    assert len(asked_for) == 1 and use_of(key, now=NOW) == Use(0, None)
    asked_for[0]()
    assert use_of(key, now=NOW) == Use(3, NOW + 2 * MINUTE)
    ledger.note(key, now=NOW + 3 * MINUTE)
    assert len(asked_for) == 2
    with django_assert_num_queries(1):
        asked_for[1]()
    assert use_of(key, now=NOW) == Use(4, NOW + 3 * MINUTE)
    with django_assert_num_queries(0):
        ledger.write_down()


def test_the_day_is_that_of_the_city(key: ApiKey, ledger: Ledger) -> None:
    before, after = (dt.datetime(2026, 3, 3, hour, tzinfo=dt.UTC) for hour in (5, 12))
    assert key.city.date_at(before) == dt.date(2026, 3, 2)
    ledger.note(key, now=before)
    ledger.note(key, now=after)
    ledger.write_down()
    assert dict(KeyUse.objects.values_list("on", "calls")) == {
        dt.date(2026, 3, 2): 1,
        dt.date(2026, 3, 3): 1,
    }
    assert use_of(key, now=before + dt.timedelta(days=3)) == Use(0, after)


def test_a_later_call_that_is_written_first_stays_the_last_one(key: ApiKey) -> None:
    first, second = Ledger(lambda act: None), Ledger(lambda act: None)
    second.note(key, now=NOW + MINUTE)
    second.write_down()
    first.note(key, now=NOW)
    first.write_down()
    assert use_of(key, now=NOW) == Use(2, NOW + MINUTE)


def test_what_the_database_does_not_take_is_written_with_the_next(
    key: ApiKey, ledger: Ledger, asked_for: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*args: object) -> None:
        raise DatabaseError("database is locked")

    ledger.note(key, now=NOW)
    with monkeypatch.context() as patched:
        patched.setattr(usage, "_add", locked)
        asked_for.pop()()
    assert use_of(key, now=NOW) == Use(0, None)
    ledger.note(key, now=NOW + MINUTE)
    asked_for.pop()()
    assert use_of(key, now=NOW) == Use(2, NOW + MINUTE)


def test_the_first_line_of_a_day_may_be_written_by_another_process_meanwhile(
    key: ApiKey, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = KeyUse(key=key, on=key.city.date_at(NOW), calls=5, last_at=NOW)
    monkeypatch.setattr(usage.transaction, "atomic", _after(other.save, usage.transaction.atomic))
    ledger.note(key, now=NOW)
    ledger.write_down()
    assert use_of(key, now=NOW).today == 6


def _after(act: Callable[[], None], made: Callable[..., object]) -> Callable[..., object]:
    """`made`, before whose first result `act` is done."""
    waiting = [act]

    def maker(*args: object, **kwargs: object) -> object:
        if waiting:
            waiting.pop()()
        return made(*args, **kwargs)

    return maker
