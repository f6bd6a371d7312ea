"""Who calls, how often he may, and what he is told when it was too often."""

import base64
import datetime as dt

import pytest
from django.core.cache import cache
from django.http import HttpRequest
from django.test import RequestFactory
from redis.exceptions import ConnectionError as RedisGone

from portals import access
from portals.models import ApiKey, City
from portals.soda import limits
from portals.soda.errors import SodaError
from portals.soda.limits import LimitReached, caller_of, count, key_text, limit_of
from portals.vocabulary import KeyStatus
from tests.portals.loading import NOW, load_text, riverbend

BY = RequestFactory()


@pytest.fixture
def city(db: None) -> City:
    return load_text(riverbend()).city


def asked(address: str = "203.0.113.7", query: str = "", **headers: str) -> HttpRequest:
    return BY.get(f"/resource/abcd-1234.json{query}", headers=headers, REMOTE_ADDR=address)


def basic(user: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:password".encode()).decode()


def test_the_key_is_found_in_each_place_where_clients_put_it(secret: str) -> None:
    assert key_text(asked(**{"X-App-Token": f" {secret} "})) == secret
    assert key_text(asked(query=f"?$$app_token={secret}")) == secret
    assert key_text(asked(Authorization=basic(secret))) == secret
    assert key_text(asked(query="?$$app_token=other", **{"X-App-Token": secret})) == secret
    assert key_text(asked(**{"X-App-Token": ""}, Authorization=basic(secret))) == secret
    assert key_text(asked(Authorization="Bearer abc")) == key_text(asked()) == ""


def test_whoever_has_a_good_key_is_known_by_it_and_not_by_his_address(secret: str, key: ApiKey) -> None:
    caller = caller_of(asked(**{"X-App-Token": secret}), now=NOW)
    assert (caller.name, caller.key, caller.limit) == (f"key:{key.pk}", key, 10_000)
    assert caller.ask == "http://testserver/riverbend/submit/access_request/"


def test_a_limit_that_the_office_gave_holds_instead_of_the_usual_one(secret: str, key: ApiKey) -> None:
    ApiKey.objects.update(limit=25)
    assert caller_of(asked(**{"X-App-Token": secret}), now=NOW).limit == 25
    ApiKey.objects.update(limit=500_000)
    assert caller_of(asked(**{"X-App-Token": secret}), now=NOW).limit == 500_000
    assert limit_of(None) == 1_000


@pytest.mark.parametrize("status", [KeyStatus.SUSPENDED, KeyStatus.REVOKED])
def test_a_key_that_was_taken_away_is_refused_from_the_next_call_on(
    secret: str, key: ApiKey, status: KeyStatus
) -> None:
    assert caller_of(asked(**{"X-App-Token": secret}), now=NOW)
    access.set_status(key, status, now=NOW)
    with pytest.raises(SodaError) as refused:
        caller_of(asked(**{"X-App-Token": secret}), now=NOW)
    assert refused.value.status == 403
    body = refused.value.as_json()
    assert body["code"] == "permission_denied" and body["error"] is True
    assert body["message"].startswith("Invalid app_token specified. This API key ")
    assert str(status) in body["message"]


def test_a_key_that_has_run_out_or_is_none_is_refused(secret: str, key: ApiKey) -> None:
    ApiKey.objects.update(expires_at=NOW)
    for text in (secret, "TOK", "x" * 100_000, "cdk_aaaaaaaa_" + "B" * 32, "\x00", "cdk_\ud800"):
        with pytest.raises(SodaError) as refused:
            caller_of(asked(query=f"?$$app_token={text}" if text.isascii() else "?$$app_token=ÿ"), now=NOW)
        assert refused.value.status == 403
    assert "run out" in str(_refusal(asked(**{"X-App-Token": secret})))


@pytest.mark.parametrize("header", ["Basic ", "Basic !!!", "Basic /w==", "basic " + "A" * 9])
def test_broken_credentials_are_no_reason_to_fail(db: None, header: str) -> None:
    request = asked(Authorization=header)
    if header == "Basic ":
        assert caller_of(request, now=NOW).key is None
    else:
        assert _refusal(request).status == 403


def _refusal(request: HttpRequest) -> SodaError:
    with pytest.raises(SodaError) as refused:
        caller_of(request, now=NOW)
    return refused.value


# -- counting


def reached(request: HttpRequest, now: dt.datetime = NOW) -> LimitReached | None:
    try:
        count(caller_of(request, now=now), now=now)
    except LimitReached as error:
        return error
    return None


def test_an_address_has_its_hour_and_then_is_told_when_it_starts_again(settings) -> None:
    settings.API_LIMIT = 3
    half_past = NOW.replace(minute=30)
    assert [reached(asked(), half_past) for _call in range(3)] == [None] * 3
    error = reached(asked(), half_past)
    assert error is not None and (error.status, error.wait) == (429, 1800)
    assert "3 calls an hour" in error.message and "19:00 UTC" in error.message
    assert "http://testserver/developers/#keys" in error.message
    assert error.as_json()["data"]["limit"] == 3
    assert reached(asked("203.0.113.8"), half_past) is None
    assert reached(asked(), half_past + dt.timedelta(minutes=30)) is None


def test_a_key_has_its_own_count_and_is_told_the_form_of_its_city(settings, secret: str) -> None:
    settings.API_LIMIT, settings.API_KEY_LIMIT = 1, 2
    with_key = {"X-App-Token": secret}
    assert reached(asked()) is None and reached(asked()) is not None
    assert [reached(asked(address, **with_key)) for address in ("203.0.113.7", "203.0.113.9")] == [None, None]
    error = reached(asked("203.0.113.10", **with_key))
    assert error is not None and "2 calls an hour" in error.message
    assert "http://testserver/riverbend/submit/access_request/" in error.message


def test_trying_keys_counts_for_the_address_that_tries(settings, db: None) -> None:
    settings.API_LIMIT = 2
    assert [_refusal(asked(**{"X-App-Token": "TOK"})).status for _call in range(3)] == [403, 403, 429]


def test_one_subscriber_with_many_addresses_of_the_new_kind_is_one_caller(settings) -> None:
    settings.API_LIMIT = 1
    assert reached(asked("2001:db8:1:2::1")) is None
    assert reached(asked("2001:db8:1:2:ffff::9")) is not None
    assert reached(asked("2001:db8:1:3::1")) is None
    assert reached(asked("::ffff:203.0.113.7")) is None
    assert reached(asked("203.0.113.7")) is not None


def test_only_our_own_proxies_say_where_a_call_comes_from(settings) -> None:
    settings.API_LIMIT = 1
    forged = {"X-Forwarded-For": "198.51.100.1"}
    assert reached(asked(**forged)) is None
    assert reached(asked(**{"X-Forwarded-For": "198.51.100.2"})) is not None
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert reached(asked(**forged)) is None
    assert reached(asked(**{"X-Forwarded-For": "x, 198.51.100.1"})) is not None


def test_without_a_cache_everybody_may_read(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    def gone(*args: object, **kwargs: object) -> None:
        raise RedisGone("no route")

    settings.API_LIMIT = 1
    monkeypatch.setattr(cache, "incr", gone)
    assert [reached(asked()) for _call in range(3)] == [None] * 3


def test_a_count_that_was_thrown_out_starts_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "add", lambda *args, **kwargs: False)
    assert limits._counted("soda:x:1") == 1
