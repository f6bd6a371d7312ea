"""What every call has in common: methods, keys, limits, other pages' scripts, cookies, errors."""

from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from portals import access
from portals.models import ApiKey, City, Dataset, Table
from portals.soda.usage import LEDGER, use_of
from portals.vocabulary import KeyStatus
from tests.portals.soda.conftest import NOW
from tests.portals.soda.served import body_of, json_of, table_of

AT = "/resource/abcd-1234.json"
ADDRESSES = (
    *(AT, "/resource/abcd-1234", "/resource/zzzz-9999.json", "/resource/abcd-1234/row-2222.json"),
    *("/api/views/abcd-1234.json", "/api/views.json", "/api/views/metadata/v1/abcd-1234", "/data.json"),
    *(
        "/api/views/abcd-1234/rows.csv",
        "/api/catalog/v1",
        "/millbrook/data.json",
        "/resource/",
        "/api/views/",
    ),
)


@pytest.fixture
def trees(dataset: Dataset, tmp_path: Path) -> Table:
    return table_of(dataset, tmp_path)


def test_it_is_only_read_and_says_so_to_whoever_would_write(client: Client, trees: Table) -> None:
    strict = Client(enforce_csrf_checks=True)
    for address in ADDRESSES:
        for method in ("POST", "PUT", "PATCH", "DELETE", "QUERY"):
            response = strict.generic(method, address, b'{"query":"SELECT *"}', "application/json")
            assert response.status_code == 405 and response["Allow"] == "GET, HEAD, OPTIONS", address
            assert json_of(response)["code"] == "method-not-allowed"


def test_scripts_of_other_pages_may_call_with_a_key_and_read_what_they_need(
    client: Client, trees: Table
) -> None:
    asked = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-app-token",
    }
    for address in ADDRESSES:
        allowed = client.options(address, headers=asked)
        assert allowed.status_code == 204 and allowed["Access-Control-Allow-Origin"] == "*"
        assert "X-App-Token" in allowed["Access-Control-Allow-Headers"]
        response = client.get(address)
        assert response["Access-Control-Allow-Origin"] == "*", address
        assert "X-SODA2-Fields" in response["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in response


def test_head_tells_the_same_headers_and_sends_nothing(client: Client, trees: Table) -> None:
    for address in ADDRESSES:
        get, head = client.get(address), client.head(address)
        assert head.status_code == get.status_code or "row-" in address
        assert body_of(head) == b"" and head["Content-Type"] == get["Content-Type"], address
        assert head.get("ETag") == get.get("ETag")
    assert client.head(AT)["X-SODA2-Fields"] == client.get(AT)["X-SODA2-Fields"]


def test_no_session_is_looked_at_and_no_cookie_is_set(
    client: Client, trees: Table, django_assert_max_num_queries
) -> None:
    client.force_login(get_user_model().objects.create(username="x", email="x@example.org"))
    for address in ADDRESSES:
        with django_assert_max_num_queries(10) as captured:
            response = client.get(address)
            body_of(response)
        assert not any("session" in query["sql"] for query in captured), address
        assert not response.cookies and "Cookie" not in response["Vary"], address


def test_every_answer_carries_the_number_that_the_log_has(client: Client, trees: Table) -> None:
    for address in ADDRESSES:
        response = client.get(address, headers={"X-Request-ID": "abcdef-123456"})
        assert response["X-Socrata-RequestId"] == response["X-Request-ID"] == "abcdef-123456"
    forged = client.get(AT, headers={"X-Request-ID": "a\tb"})
    assert forged["X-Socrata-RequestId"] == forged["X-Request-ID"] != "a\tb"


def test_nothing_below_these_addresses_answers_with_a_page(client: Client, trees: Table, settings) -> None:
    odd = ("/resource/a/b/c", "/resource/x%00.json", "/api/views/a/b/c", "/api/catalog/v2")
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    many = AT + "?" + "&".join(f"a{number}=1" for number in range(9))
    for address in (*ADDRESSES, *odd, many, "/nowhere/data.json", "/nowhere/resource/a.json"):
        response = client.get(address)
        assert not response["Content-Type"].startswith("text/html"), address
        if response.status_code >= 400:
            assert json_of(response).keys() & {"error", "errorCode"}, address
    assert client.get(many).status_code == 400


# -- Keys and limits


def test_a_good_key_reads_and_a_bad_one_is_refused_everywhere(
    client: Client, trees: Table, key: ApiKey, secret: str
) -> None:
    assert client.get(AT, headers={"X-App-Token": secret}).status_code == 200
    assert client.get(f"{AT}?$$app_token={secret}").status_code == 200
    access.set_status(key, KeyStatus.SUSPENDED, now=NOW)
    for address in ADDRESSES:
        response = client.get(address, headers={"X-App-Token": secret})
        assert response.status_code == 403 and json_of(response)["code"] == "permission_denied", address
        assert "suspended" in json_of(response)["message"]
    assert client.get(AT).status_code == 200


def test_a_suspension_holds_for_kept_copies_too(
    client: Client, trees: Table, key: ApiKey, secret: str
) -> None:
    etag = client.get(AT, headers={"X-App-Token": secret})["ETag"]
    kept = {"X-App-Token": secret, "If-None-Match": etag}
    assert client.get(AT, headers=kept).status_code == 304
    access.set_status(key, KeyStatus.REVOKED, now=NOW)
    assert client.get(AT, headers=kept).status_code == 403


def test_the_key_is_no_part_of_what_is_asked(client: Client, trees: Table, secret: str) -> None:
    assert client.get(f"{AT}?$$app_token={secret}")["ETag"] == client.get(AT)["ETag"]


def test_too_many_calls_are_told_when_to_go_on(client: Client, trees: Table, settings, secret: str) -> None:
    settings.API_LIMIT = 2
    assert [client.get(AT)["X-RateLimit-Remaining"] for _call in range(2)] == ["1", "0"]
    for address in ADDRESSES:
        response = client.get(address)
        assert response.status_code == 429 and 1 <= int(response["Retry-After"]) <= 3600, address
        assert json_of(response)["code"] == "too-many-requests"
    assert "http://testserver/developers/#keys" in json_of(client.get(AT))["message"]
    assert client.options(AT).status_code == 204
    with_key = client.get(AT, headers={"X-App-Token": secret})
    assert with_key.status_code == 200 and with_key["X-RateLimit-Limit"] == "10000"


def test_calls_with_a_key_are_noted_for_its_holder_without_a_write(
    client: Client, trees: Table, key: ApiKey, secret: str
) -> None:
    for _call in range(3):
        client.get(AT, headers={"X-App-Token": secret})
    client.get(AT)
    assert use_of(key, now=NOW).last_at is None
    LEDGER.write_down()
    assert key.uses.get().calls == 3


def test_the_page_for_programmers_tells_the_limits(client: Client, city: City, settings) -> None:
    settings.API_LIMIT, settings.API_KEY_LIMIT = 1_234, 56_789
    page = client.get(reverse("portals:api_docs")).content.decode()
    assert "1,234 calls an hour" in page and "56,789" in page
    assert 'href="/millbrook/submit/access_request/"' in page
