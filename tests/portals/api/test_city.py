"""The city's things in the API: as on the pages and in the commands, with a fixed number of queries."""

import datetime as dt
import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portals.access import take_down
from portals.api import documents
from portals.models import City, Dataset, Distribution
from portals.vocabulary import ProvisionStatus, SubmissionKind, Topic
from tests.requests_app.api.callers import call
from tests.requests_app.factories import DatasetFactory, Staff, UserFactory

SLUGS = ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"]


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


def command(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("explain", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("kind", SubmissionKind.values)
def test_who_acts_is_the_document_of_the_command(
    client: Client, people: dict[str, Staff], slug: str, kind: str
) -> None:
    query = {"kind": kind, "on": "2026-06-04"}
    asked = command("route", "--city", slug, "--kind", kind, "--on", "2026-06-04")
    assert call(client, "explain_route", city=slug, query=query).json() == asked
    dataset = people[slug].dataset.identifier
    asked = command("route", "--city", slug, "--kind", kind, "--on", "2026-06-04", "--dataset", dataset)
    assert call(client, "explain_route", city=slug, query={**query, "dataset": dataset}).json() == asked


@pytest.mark.parametrize("slug", SLUGS)
def test_by_when_is_the_document_of_the_command(client: Client, people: dict[str, Staff], slug: str) -> None:
    events = [
        "received=2026-03-02T09:00:00-08:00",
        "clarification_asked=2026-03-04",
        "fee_notified=2026-03-05",
    ]
    query = {"kind": "records_request", "event": events, "fee": "120.50"}
    asked = command(
        *("deadlines", "--city", slug, "--kind", "records_request", "--fee", "120.50"),
        *(part for event in events for part in ("--event", event)),
    )
    assert call(client, "explain_deadlines", city=slug, query=query).json() == asked


@pytest.mark.parametrize("slug", SLUGS)
def test_every_statement_says_where_it_is_written_or_whom_to_ask(
    client: Client, people: dict[str, Staff], slug: str
) -> None:
    found = call(client, "rules", city=slug).json()
    assert found["provisions"] and found["time_limits"] and found["appeals"]
    for rule in (*found["provisions"], *found["time_limits"], *found["appeals"]):
        assert (rule["not_specified"] is None) == (rule["status"] == ProvisionStatus.STATED)
        if rule["confirm_with"] and rule["not_specified"]:
            assert rule["confirm_with"] in rule["not_specified"]
    assert all(one["citation"]["label"] for one in found["provisions"])
    assert {one["status"] for one in found["provisions"]} > {"stated"}


def test_statements_are_narrowed_and_the_rest_stays(client: Client, kent: Staff) -> None:
    whole = call(client, "rules", city="kent").json()
    some = call(client, "rules", city="kent", query={"topic": "time_limits", "layer": "statute"}).json()
    assert some["provisions"] == [
        one for one in whole["provisions"] if one["topic"] == Topic.TIME_LIMITS and one["layer"] == "statute"
    ]
    assert some["time_limits"] == whole["time_limits"]


def test_a_withdrawn_closed_day_is_none(client: Client, kent: Staff) -> None:
    found = call(client, "closed_days", city="kent", query={"year": "2026"}).json()["years"]
    assert [one["year"] for one in found] == [2026]
    days = {one["on"] for one in found[0]["days"]}
    assert "2026-07-03" in days or "2026-07-04" in days
    gone = kent.city.closed_days.get(on=min(days))
    kent.city.closed_days.filter(pk=gone.pk).update(withdrawn=True)
    later = call(client, "closed_days", city="kent", query={"year": "2026"}).json()["years"]
    assert {one["on"] for one in later[0]["days"]} == days - {min(days)}


def test_the_catalogue_is_read_page_by_page_and_each_row_once(client: Client, kent: Staff) -> None:
    for number in range(60):
        name = f"Same name {number % 3}"
        DatasetFactory(city=kent.city, name=name, search_text=name.lower())
    first = call(client, "datasets", city="kent").json()
    seen, page = [one["identifier"] for one in first["items"]], first
    while page["next"]:
        answer = client.get(page["next"])
        page = answer.json()
        seen += [one["identifier"] for one in page["items"]]
    assert len(seen) == len(set(seen)) == first["total"] == kent.city.datasets.count()
    narrowed = call(client, "datasets", city="kent", query={"q": "name 2"}).json()
    assert narrowed["total"] == 20 and narrowed["next"] is None
    answer = call(client, "datasets", city="kent", query={"q": "same"})
    assert answer["Link"] == f'<{answer.json()["next"]}>; rel="next"' and "q=same" in answer.json()["next"]


def test_what_is_not_public_is_not_there_and_what_is_taken_down_gives_no_address(
    client: Client, kent: Staff, time_machine
) -> None:
    hidden = DatasetFactory(city=kent.city, public=False, name="Hidden rows")
    assert call(client, "dataset", city="kent", identifier=hidden.identifier).status_code == 404
    assert "Hidden rows" not in call(client, "datasets", city="kent").content.decode()
    shown = kent.dataset
    Dataset.objects.filter(pk=shown.pk).update(api_endpoint="https://data.example.org/resource/x.json")
    Distribution.objects.create(
        dataset=shown, position=1, url="https://data.example.org/x.csv", format="CSV", title="CSV"
    )
    assert len(call(client, "dataset", city="kent", identifier=shown.identifier).json()["distributions"]) == 1
    now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    take_down(Dataset.objects.get(pk=shown.pk), notice="Names.", case="", by=UserFactory(), now=now)
    found = call(client, "dataset", city="kent", identifier=shown.identifier).json()
    assert found["withheld"] and found["distributions"] == [] and found["api_endpoint"] is None
    assert [one["notice"] for one in found["takedowns"]] == ["Names."]


@pytest.mark.parametrize("identifier", ["a/b c?d#e", "https://data.example.org/d/ünï", "..", "%41"])
def test_an_identifier_of_any_signs_has_an_address(client: Client, kent: Staff, identifier: str) -> None:
    row = DatasetFactory(city=kent.city, identifier=identifier, name="Odd one", search_text="odd one")
    (item,) = call(client, "datasets", city="kent", query={"q": "odd one"}).json()["items"]
    answer = client.get(item["url"])
    assert answer.status_code == 200 and answer.json()["identifier"] == row.identifier


def test_what_the_catalogue_leaves_out_names_whom_to_ask(client: Client, kent: Staff) -> None:
    found = call(client, "dataset", city="kent", identifier=kent.dataset.identifier).json()
    left_out = {one["key"]: one for one in found["not_specified"]}
    assert {"cadence", "license", "fields", "downloads", "endpoint"} <= set(left_out)
    assert left_out["cadence"]["ask"] == kent.steward.name


READS: dict[str, Callable[[Client], object]] = {
    name: lambda client, name=name: call(client, name, city="kent")
    for name in ("cities", "offices", "rules", "closed_days", "datasets", "forms", "answers", "reports")
}


@pytest.mark.parametrize("name", READS)
def test_the_number_of_queries_does_not_grow(client: Client, kent: Staff, name: str) -> None:
    READS[name](client)
    with CaptureQueriesContext(connection) as few:
        READS[name](client)
    for _number in range(10):
        DatasetFactory(city=kent.city, office=kent.steward)
    City.objects.filter(slug="portland").update(introduction="More")
    with CaptureQueriesContext(connection) as many:
        READS[name](client)
    assert len(many) == len(few) <= 16


def test_a_dataset_whose_table_is_loaded_tells_where_its_rows_are(
    client: Client, kent: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = {"city": "kent", "identifier": kent.dataset.identifier}
    assert call(client, "dataset", **at).json()["rows"] is None
    monkeypatch.setattr(documents, "table_of", lambda dataset: object())
    rows = call(client, "dataset", **at).json()["rows"]
    assert rows.endswith(f"/resource/{kent.dataset.identifier}.json")
