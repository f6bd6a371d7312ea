"""Counting tries."""

from django.core.cache import cache

from requests_app.doors.throttle import address_of, allowed, used_up


def test_tries_are_counted_for_each_and_each_thing() -> None:
    assert [allowed("code", "a", limit=2, seconds=60) for _try in range(3)] == [True, True, False]
    assert allowed("code", "b", limit=2, seconds=60)
    assert allowed("mail", "a", limit=2, seconds=60)


def test_a_count_that_ran_out_starts_anew() -> None:
    allowed("code", "a", limit=1, seconds=60)
    cache.delete("throttle:code:a")
    assert allowed("code", "a", limit=1, seconds=60)


def test_looking_whether_tries_are_left_takes_none() -> None:
    for _look in range(5):
        assert not used_up("code", "a", limit=2)
    allowed("code", "a", limit=2, seconds=60)
    assert not used_up("code", "a", limit=2)
    allowed("code", "a", limit=2, seconds=60)
    assert used_up("code", "a", limit=2) and not used_up("code", "b", limit=2)


def test_a_request_without_an_address_still_has_a_counter() -> None:
    assert address_of({}) == "unknown"
    assert address_of({"REMOTE_ADDR": "127.0.0.1"}) == "127.0.0.1"
