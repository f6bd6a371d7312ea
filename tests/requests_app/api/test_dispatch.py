"""Around every operation: problems, limits, keys, caches, other sites; and nothing of a browser's session."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from portals.access import issue, open_key, set_status
from portals.vocabulary import KeyStatus
from requests_app.api.dispatch import KEY_HEADER
from requests_app.api.table import HOME, OPERATIONS
from requests_app.models import Submission
from tests.requests_app.api.callers import BY_NAME, address, call, content, described, filed, wrong_with
from tests.requests_app.factories import Staff

VARIABLES = {"city": "kent", "identifier": "x", "answer": 1, "reference": "KNT-222222222", "file": 1}
READS = [name for name, operation in BY_NAME.items() if operation.reads]
WRITES = [name for name, operation in BY_NAME.items() if not operation.reads]


def problem(answer, status: int, name: str) -> dict[str, object]:
    """The document of a problem, which must be the one that is meant."""
    assert answer.status_code == status and answer["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert wrong_with(found, "Problem") == [] and found["type"] == f"/{HOME}#problem-{name}"
    assert found["status"] == status and answer["Cache-Control"] == "no-store"
    return found


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_a_method_that_is_not_documented_is_refused(client: Client, method: str) -> None:
    for name, operation in BY_NAME.items():
        answer = client.generic(method, address(name, **VARIABLES))
        problem(answer, 405, "wrong-method")
        assert operation.method in answer["Allow"]


@pytest.mark.parametrize(
    "path", ["nothing", "cities/", "cities/kent/", "openapi.yaml", "%00", "cases", "../x"]
)
def test_an_address_that_is_not_there_is_a_problem(client: Client, path: str) -> None:
    if path == "%00":
        assert client.get(f"/{HOME}{path}").status_code == 404
        return
    for method in ("GET", "POST", "DELETE"):
        answer = client.generic(method, f"/{HOME}{path}")
        assert answer.status_code == 404


def test_whoever_wants_no_json_is_told_what_there_is(client: Client, kent: Staff) -> None:
    answer = client.get(address("cities"), headers={"Accept": "application/xml"})
    problem(answer, 406, "not-acceptable")
    for accept in ("*/*", "application/*", "text/html, */*;q=0.1", "application/json"):
        assert client.get(address("cities"), headers={"Accept": accept}).status_code == 200


# -- other sites and sessions


def test_pages_of_other_sites_may_read(client: Client, kent: Staff) -> None:
    for name in READS:
        before = client.options(address(name, **VARIABLES))
        assert before.status_code == 204 and before["Access-Control-Allow-Methods"] == "GET, HEAD"
        assert before["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in before
    assert call(client, "cities")["Access-Control-Allow-Origin"] == "*"


def test_pages_of_other_sites_may_not_send(client: Client, kent: Staff) -> None:
    for name in WRITES:
        before = client.options(address(name, **VARIABLES))
        assert before.status_code == 204 and "Access-Control-Allow-Origin" not in before
        answer = client.post(address(name, **VARIABLES), headers={"Sec-Fetch-Site": "cross-site"})
        problem(answer, 403, "cross-site")
    assert "Access-Control-Allow-Origin" not in call(
        client, "submit_error_report", city="kent", sent=content("error_report")
    )


def test_a_call_needs_no_token_against_forgery_and_leaves_no_cookie(kent: Staff) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(kent.clerk)
    filed(strict, "kent", "error_report")
    assert Submission.objects.get().entered_by is None


# -- caches


@pytest.mark.parametrize("name", [name for name in READS if BY_NAME[name].path.startswith("cities")])
def test_what_is_public_is_kept_for_a_minute_and_asked_for_again_by_its_tag(
    client: Client, kent: Staff, name: str
) -> None:
    query = {
        "explain_route": {"kind": "appeal"},
        "explain_deadlines": {"kind": "appeal", "event": "received=2026-06-01"},
    }
    at = {**VARIABLES, "identifier": kent.dataset.identifier}
    if name in ("published_answer", "report"):
        return
    first = call(client, name, query=query.get(name), **at)
    assert first["Cache-Control"] == "public, max-age=60" and "Accept-Language" in first["Vary"]
    again = client.get(address(name, **at), query.get(name), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and not again.content and again["ETag"] == first["ETag"]
    assert again["Access-Control-Allow-Origin"] == "*"
    other = client.get(address(name, **at), query.get(name), headers={"If-None-Match": '"x"'})
    assert other.status_code == 200


def test_a_case_is_kept_by_nobody(client: Client, kent: Staff) -> None:
    made = filed(client, "kent", "error_report")
    own = call(client, "case", reference=made["reference"], code=made["code"])
    assert own["Cache-Control"] == "private, no-store"
    answer = call(client, "submit_error_report", city="kent", sent=content("error_report"))
    assert answer["Cache-Control"] == "private, no-store" and "ETag" not in answer


def test_head_says_the_same_without_the_words(client: Client, kent: Staff) -> None:
    answer = client.head(address("cities"))
    assert answer.status_code == 200 and not answer.content and answer["ETag"]


# -- limits and keys


@pytest.fixture
def few(settings) -> int:
    settings.API_LIMIT = 3
    return 3


def test_reads_of_an_address_have_a_generous_limit(client: Client, kent: Staff, few: int) -> None:
    for _time in range(few):
        assert call(client, "cities").status_code == 200
    answer = client.get(address("offices", city="kent"))
    assert "3 calls an hour" in str(problem(answer, 429, "too-many")["detail"])
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert call(Client(REMOTE_ADDR="203.0.113.9"), "cities").status_code == 200
    filed(client, "kent", "error_report")


def key(kent: Staff, **more: object) -> tuple[object, str]:
    row = issue(
        kent.city, case="", holder_name="Dev", holder_email="", purpose="x", now=timezone.now(), **more
    )
    return row, open_key(row, now=timezone.now())


def test_reads_with_a_key_count_by_the_key(client: Client, kent: Staff, few: int) -> None:
    _row, mine = key(kent, limit=5)
    for _time in range(5):
        assert call(client, "cities", key=mine).status_code == 200
    assert call(client, "cities", key=mine).status_code == 429
    assert call(client, "cities").status_code == 200


def test_a_key_that_is_not_good_is_refused_with_why(client: Client, kent: Staff) -> None:
    row, mine = key(kent)
    _late, over = key(kent, expires_at=timezone.now() - dt.timedelta(seconds=1))
    set_status(row, KeyStatus.SUSPENDED, now=timezone.now())
    for typed, told in (
        (mine, "suspended"),
        (over, "run out"),
        ("x", "not a valid"),
        ("cdk_a_b", "not a valid"),
    ):
        answer = client.get(address("cities"), headers={KEY_HEADER: typed})
        assert told in str(problem(answer, 403, "key-refused")["detail"])


def test_every_kind_of_problem_that_an_operation_can_end_in_is_documented() -> None:
    for operation in OPERATIONS:
        method = described()["paths"][f"/{HOME}{operation.path}"][operation.method.lower()]
        expected = {"401", "404", "429"} if operation.code == "required" else set()
        expected |= {"404"} if "{" in operation.path else set()
        expected |= {"403", "429"} if operation.reads else {"403", "413", "415"}
        assert {"400", "406", "422", *expected} <= set(method["responses"])
