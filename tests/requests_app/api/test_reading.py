"""What a hostile or careless hand sends: always a sentence and the right status, never an error of ours."""

import json
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from requests_app.api.reading import query_of
from requests_app.models import Submission
from tests.requests_app.api.callers import BY_NAME, address, call, content
from tests.requests_app.api.test_dispatch import READS, VARIABLES, WRITES, problem
from tests.requests_app.factories import Staff

FILE_IT = address("submit_error_report", city="kent")
JSON = "application/json"


@pytest.mark.parametrize(
    "body",
    [
        *(b" ", b"{", b"\xff\xfe", b"nonsense", b'{"description": "\xff"}', b"[" * 50_000, b'{"a":' * 50_000),
        *(b'{"description": NaN}', b'{"description": Infinity}', b'{"revision": ' + b"9" * 5_000 + b"}"),
        *(b"[]", b'"text"', b"1", b"null", b"true"),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_object_is_malformed(client: Client, kent: Staff, body: bytes) -> None:
    problem(client.post(FILE_IT, body, content_type=JSON), 400, "malformed")


def test_a_very_long_body_is_too_large(client: Client, kent: Staff) -> None:
    body = json.dumps(content("error_report", description="x" * 3_000_000))
    problem(client.post(FILE_IT, body, content_type=JSON), 413, "too-large")
    long = json.dumps(content("error_report", description="x" * 20_001))
    assert list(problem(client.post(FILE_IT, long, content_type=JSON), 422, "invalid")["errors"]) == [
        "description"
    ]


@pytest.mark.parametrize(
    "sent",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "",
        "x",
        "multipart/mixed; boundary=x",
    ],
)
def test_another_media_type_is_refused_with_those_that_are_taken(
    client: Client, kent: Staff, sent: str
) -> None:
    answer = client.generic("POST", FILE_IT, b"description=x", content_type=sent)
    problem(answer, 415, "wrong-media-type")
    assert answer["Accept-Post"].startswith(JSON)


@pytest.mark.parametrize(
    "sent", ["multipart/form-data", "multipart/form-data; boundary=ä", "multipart/form-data; boundary="]
)
def test_a_form_that_cannot_be_read_is_malformed(client: Client, kent: Staff, sent: str) -> None:
    answer = client.generic("POST", FILE_IT, b"--x\r\nnonsense", content_type=sent)
    problem(answer, 400, "malformed")


def test_a_form_with_endless_fields_is_malformed(client: Client, kent: Staff) -> None:
    answer = client.post(FILE_IT, {f"field-{number}": "x" for number in range(1_100)})
    problem(answer, 400, "malformed")


def test_a_field_that_stands_twice_is_refused(client: Client, kent: Staff) -> None:
    answer = client.post(FILE_IT, {**content("error_report"), "description": ["one", "two"]})
    assert list(problem(answer, 422, "invalid")["errors"]) == ["description"]


@pytest.mark.parametrize(
    ("name", "query", "wrong"),
    [
        ("datasets", {"dept": "Parks"}, "dept"),
        ("datasets", {"after": "x"}, "after"),
        ("datasets", {"after": "9" * 19}, "after"),
        ("datasets", {"q": "x" * 301}, "q"),
        ("datasets", {"q": ["a", "b"]}, "q"),
        ("rules", {"topic": "weather"}, "topic"),
        ("rules", {"layer": ""}, "layer"),
        ("closed_days", {"year": "20x6"}, "year"),
        ("closed_days", {"year": "0"}, "year"),
        ("closed_days", {"year": "9" * 400}, "year"),
        ("closed_days", {"year": "２０２６"}, "year"),
        ("explain_route", {}, "kind"),
        ("explain_route", {"kind": "wish"}, "kind"),
        ("explain_route", {"kind": "appeal", "no_dataset": "maybe"}, "no_dataset"),
        ("explain_route", {"kind": "appeal", "on": "2026-02-30"}, "on"),
        ("explain_route", {"kind": "appeal", "flag": "urgent"}, "flag"),
        ("explain_route", {"kind": "appeal", "dataset": "none"}, "dataset"),
        ("explain_deadlines", {"kind": "appeal"}, "event"),
        ("explain_deadlines", {"kind": "appeal", "event": "received"}, "event"),
        ("explain_deadlines", {"kind": "appeal", "event": "received=9999-12-31"}, "event"),
        ("explain_deadlines", {"kind": "appeal", "event": "received=2026-06-01", "fee": "dear"}, "fee"),
        ("reports", {"after": "-1"}, "after"),
        ("answers", {"kind": "wish"}, "kind"),
        ("performance", {"period": "for-ever"}, "period"),
        ("cities", {"x": "1"}, "x"),
    ],
)
def test_a_parameter_that_is_not_right_is_named(
    client: Client, kent: Staff, name: str, query: dict[str, str], wrong: str
) -> None:
    answer = call(client, name, query=query, **VARIABLES)
    assert list(problem(answer, 422, "invalid")["errors"]) == [wrong]


def test_endless_parameters_are_malformed(client: Client, kent: Staff) -> None:
    answer = client.get(f"{address('cities')}?{'&'.join(['x=1'] * 1_100)}")
    problem(answer, 400, "malformed")


ODD = st.text(max_size=60) | st.sampled_from(
    ["\x00", "%00", "'", '"; --', "..", "😀" * 40, "\ud800", "9" * 40]
)
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | ODD | st.lists(ODD, max_size=2)


@given(
    sent=st.dictionaries(
        st.sampled_from([*sorted(content("error_report")), "row", "is_public", "x"]) | ODD, VALUES
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_object_is_sent_it_is_filed_or_told_what_is_wrong(
    client: Client, kent: Staff, sent: dict[str, object]
) -> None:
    before = Submission.objects.count()
    answer = client.post(FILE_IT, json.dumps(sent), content_type=JSON)
    assert answer.status_code in (201, 200, 400, 409, 422), (sent, answer.content)
    assert Submission.objects.count() == before + (answer.status_code == 201)


@given(name=st.sampled_from(READS), odd=ODD)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_an_address_it_is_no_error_of_ours(
    client: Client, kent: Staff, name: str, odd: str
) -> None:
    sent = odd.encode("utf-8", "replace")
    variables = dict.fromkeys(VARIABLES, quote(sent, safe="") or "x")
    assert client.get(address(name, **variables), {"q": sent}).status_code < 500


def test_every_operation_that_takes_a_body_refuses_an_empty_one(client: Client, kent: Staff) -> None:
    for name in WRITES:
        answer = client.post(address(name, **VARIABLES), " ", content_type=JSON)
        assert answer.status_code in (400, 404)


def test_a_parameter_is_read_as_what_it_is(rf) -> None:
    query = {"kind": "appeal", "no_dataset": "false", "flag": ["a", "b"]}
    found = query_of(rf.get("/", query), BY_NAME["explain_route"])
    assert found == {"kind": "appeal", "no_dataset": False, "flag": ["a", "b"]}
    assert query_of(rf.get("/", {"year": "2026"}), BY_NAME["closed_days"]) == {"year": 2026}
