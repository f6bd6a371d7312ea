"""`explain`: the documents that were promised, readable text, and every mistake in one line with exit 2."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portals.models import City, Dataset
from portals.vocabulary import SubmissionKind
from tests.portals.loading import load_text, riverbend

KEYS = [
    "milestone",
    "due_on",
    "ends_at",
    "acts_on",
    "extendable_to",
    "state",
    "layer",
    "citation",
    "route",
    "because",
]
RECORDS = ("deadlines", "--city", "riverbend", "--kind", "records_request")
ERROR = ("route", "--city", "riverbend", "--kind", "error_report")


def run(*arguments: str) -> tuple[int, str, list[str]]:
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("explain", *arguments, stdout=out, stderr=err)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return code, out.getvalue(), err.getvalue().splitlines()


def document(*arguments: str) -> dict[str, Any]:
    code, out, err = run(*arguments, "--json")
    assert (code, err) == (0, [])
    return json.loads(out)


def mistake(*arguments: str) -> str:
    code, out, err = run(*arguments)
    assert (code, out, len(err)) == (2, "", 1)
    return err[0]


@pytest.fixture
def city(db: None) -> City:
    return load_text(riverbend()).city


def test_the_document_of_deadlines_has_the_promised_keys(city: City) -> None:
    found = document(*RECORDS, "--event", "received=2026-06-29")
    assert list(found) == ["city", "kind", "deadlines"]
    assert (found["city"], found["kind"]) == ("riverbend", "records_request")
    assert [list(deadline) for deadline in found["deadlines"]] == [KEYS, KEYS]
    first, second = sorted(found["deadlines"], key=lambda deadline: deadline["due_on"])
    assert (first["milestone"], first["due_on"], first["ends_at"]) == (
        *("determination", "2026-07-09", "2026-07-10T05:59:59Z"),
    )
    assert (first["state"], first["layer"], first["citation"], first["route"]) == (
        "open",
        "city_code",
        "RB 10-4",
        None,
    )
    assert first["extendable_to"] == "2026-07-16"
    assert any("Independence Day" in sentence for sentence in first["because"])
    assert second["due_on"] == "2026-08-11"


def test_a_deadline_that_is_not_specified_has_no_date_and_says_who_must_confirm(city: City) -> None:
    found = document(
        "deadlines", "--city", "riverbend", "--kind", "dataset_request", "--event", "received=2026-06-29"
    )
    answer = next(deadline for deadline in found["deadlines"] if deadline["milestone"] == "response")
    assert (answer["state"], answer["due_on"], answer["ends_at"]) == ("not_specified", None, None)
    told = " ".join(answer["because"])
    assert "not specified on the cited page" in told
    assert "Data Office" in told


def test_a_route_stands_beside_a_deadline_in_court(city: City) -> None:
    found = document(*RECORDS, "--event", "denied=2026-06-29")
    assert [(d["milestone"], d["due_on"], d["route"]) for d in found["deadlines"]] == [
        ("court_filing", "2027-06-29", "county-court")
    ]


def test_a_moment_counts_on_its_own_date_in_the_city(city: City) -> None:
    late = document(*RECORDS, "--event", "received=2026-06-30T05:30:00Z")  # 23:30 on 29 June in Denver
    assert {"2026-07-09", "2026-08-11"} == {deadline["due_on"] for deadline in late["deadlines"]}


def test_a_promised_date_extends_the_deadline(city: City) -> None:
    events = ("--event", "received=2026-06-29", "--event", "extension_notified=2026-07-06/2026-07-14")
    found = document(*RECORDS, *events)
    assert next(d for d in found["deadlines"] if d["milestone"] == "determination")["due_on"] == "2026-07-14"


def test_the_document_of_a_route_has_the_promised_keys(city: City) -> None:
    found = document(*ERROR)
    assert list(found) == ["city", "kind", "acts", "informed", "escalation", "legal"]
    assert found["acts"][0]["office"] == "the department listed on the dataset"
    assert (found["acts"][0]["role"], found["acts"][0]["relation"]) == ("data_steward", "lead")
    assert [(step["step"], step["after"]) for step in found["escalation"]] == [
        *((1, "3 business days"), (2, "6 business days"), (3, "9 business days")),
    ]
    assert found["legal"]["office"] is None
    assert "not specified on the cited page" in found["legal"]["because"]


def test_a_dataset_names_its_office_and_a_flag_its_circumstance(city: City) -> None:
    Dataset.objects.create(
        city=city, identifier="abcd-1234", name="Trees", office=city.offices.get(key="parks")
    )
    found = document(*ERROR, "--dataset", "abcd-1234", "--flag", "personal_data")
    assert found["acts"][0]["office"] == "Parks Bureau"
    assert [part["office"] for part in found["informed"]] == ["City Archive"]
    assert document(*ERROR, "--no-dataset")["acts"][0]["office"] == "Data Office"


def test_the_text_says_the_same(city: City) -> None:
    _code, text, _err = run(*RECORDS, "--event", "received=2026-06-29")
    assert "determination: 2026-07-09 (open)" in text
    assert "RB 10-4 [city_code]" in text
    _code, text, _err = run(*ERROR)
    assert "lead: the department listed on the dataset (data_steward)" in text
    assert "1. after 3 business days, follow_up" in text


@pytest.mark.parametrize("kind", SubmissionKind.values)
def test_every_kind_has_a_route_and_an_office(city: City, kind: str) -> None:
    found = document("route", "--city", "riverbend", "--kind", kind)
    assert [part["relation"] for part in found["acts"]].count("lead") == 1
    assert found["acts"][0]["because"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("deadlines", "--city", "atlantis", "--kind", "appeal"), "unknown city; known: riverbend"),
        (
            ("route", "--city", "riverbend", "--kind", "wish"),
            "unknown kind; known: error_report, dataset_request",
        ),
        (RECORDS, "--event is missing"),
        ((*RECORDS, "--event", "received"), "write NAME=ISO"),
        ((*RECORDS, "--event", "recieved=2026-06-29"), "did you mean received?"),
        ((*RECORDS, "--event", "received=29.6.2026"), "received=29.6.2026: is not an ISO date"),
        ((*RECORDS, "--event", "received=2026-02-30"), "there is no such day"),
        ((*RECORDS, "--event", "received=2026-06-29T10:00"), "a date-time needs its offset from UTC"),
        ((*RECORDS, "--event", "received=2026-06-29Tnoon"), "is not an ISO date-time"),
        ((*RECORDS, "--event", "received=2026-06-29/2026-07-01"), "can promise a date"),
        ((*RECORDS, "--event", "received=2028-06-29"), "the closed days of 2028 are not entered yet"),
        ((*RECORDS, "--event", "received=2027-12-20"), "the closed days of 2028 are not entered yet"),
        ((*RECORDS, "--event", "received=2026-06-29", "--fee", "dear"), "--fee dear: is not an amount"),
        ((*RECORDS, "--event", "received=2026-06-29", "--fee", "-1"), "--fee -1: is not an amount"),
        ((*RECORDS, "--event", "received=2026-06-29", "--fee", "NaN"), "--fee NaN: is not an amount"),
        (
            (*ERROR, "--flag", "urgent"),
            "--flag urgent: unknown for error_report here; known: personal_data",
        ),
        ((*ERROR, "--dataset", "none"), "--dataset none: Riverbend has no dataset with this identifier"),
        ((*ERROR, "--dataset", "x", "--no-dataset"), "only one of them"),
        ((*ERROR, "--on", "today"), "--on today: is not an ISO date"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(city: City, arguments: tuple[str, ...], told: str) -> None:
    assert told in mistake(*arguments)


def test_empty_tables_say_what_to_run(db: None) -> None:
    assert "run manage.py load_city" in mistake(*RECORDS, "--event", "received=2026-06-29")


def test_a_missing_argument_is_told(city: City) -> None:
    with pytest.raises(CommandError, match="--kind"):
        run("route", "--city", "riverbend")


def test_it_reads_and_changes_nothing(city: City, django_assert_max_num_queries: Any) -> None:
    before = list(City.objects.values())
    with django_assert_max_num_queries(20) as queries:
        run(*RECORDS, "--event", "received=2026-06-29")
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)
    assert list(City.objects.values()) == before
