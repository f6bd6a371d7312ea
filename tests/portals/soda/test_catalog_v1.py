"""Searching the catalogue as clients of Socrata's discovery API do."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from portals.catalog.entry import CatalogEntry, EntryField
from portals.catalog.importing import search_text
from portals.catalog.reading import recognise
from portals.models import City, Dataset, Table
from tests.portals.loading import NOW, load_text, riverbend

AT = "/api/catalog/v1"


@pytest.fixture
def city(db: None) -> City:
    return load_text(riverbend()).city


def add(city: City, identifier: str, name: str, **values: Any) -> Dataset:
    keywords = values.pop("keywords", ())
    entry = CatalogEntry(
        identifier, name, keywords=tuple(keywords), description=values.get("description", "")
    )
    return Dataset.objects.create(
        city=city,
        identifier=identifier,
        name=name,
        keywords=list(keywords),
        search_text=search_text(entry),
        imported_at=NOW,
        **values,
    )


def load(dataset: Dataset) -> Table:
    columns = [
        {"name": "opened", "type": "floating_timestamp", "title": "Opened on", "description": "Local time"},
        {"name": "place", "type": "multipolygon", "title": ""},
        {"name": "n", "type": "number", "title": "N"},
    ]
    return Table.objects.create(
        dataset=dataset, sha256="0" * 64, size=1, row_count=1, columns=columns, loaded_at=NOW, changed_at=NOW
    )


@pytest.fixture
def datasets(city: City) -> dict[str, Dataset]:
    rows = [
        add(city, "aaaa-1111", "Trees", category="Nature", keywords=["Street Tree", "park"]),
        add(city, "bbbb-2222", "Permits", license="PDDL", attribution="Planning", description="tree removal"),
        add(city, "cccc-3333", "Benches", category="Nature", last_updated=dt.date(2026, 1, 2)),
        add(city, "dddd-4444", "Hidden", public=False),
        add(city, "eeee-5555", "Gone", missing_since=NOW),
    ]
    load(rows[0])
    rows[1].fields.create(position=0, name="permit_no", title="Number", data_type="text")
    return {row.name: row for row in rows}


def asked(client: Client, query: str = "", status: int = 200) -> Any:
    response = client.get(f"{AT}?{query}")
    assert response.status_code == status, query
    return json.loads(b"".join(response) if response.streaming else response.content)


def names(client: Client, query: str = "") -> list[str]:
    found = asked(client, query)
    return [one["resource"]["name"] for one in found["results"]]


def test_all_that_is_listed_is_found_by_name_and_nothing_else(client: Client, datasets: Any) -> None:
    assert names(client) == ["Benches", "Permits", "Trees"]
    found = asked(client)
    assert found["resultSetSize"] == 3 and found.keys() == {"results", "resultSetSize", "timings"}
    assert "Hidden" not in json.dumps(found)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ids=aaaa-1111", "Trees"),
        ("ids=aaaa-1111,bbbb-2222", "Permits Trees"),
        ("ids=aaaa-1111&ids=cccc-3333", "Benches Trees"),
        ("ids=dddd-4444", ""),
        ("domains=testserver", "Benches Permits Trees"),
        ("domains=data.riverbend.example", "Benches Permits Trees"),
        ("domains=data.elsewhere.example", ""),
        ("names=trees", "Trees"),
        ("categories=nature", "Benches Trees"),
        ("categories=Nature&categories=Other", "Benches Trees"),
        ("tags=street%20tree", "Trees"),
        ("tags=street", ""),
        ("tags=x&tags=PARK", "Trees"),
        ("only=dataset", "Trees"),
        ("only=datasets", "Trees"),
        ("only=href", "Benches Permits"),
        ("only=dataset,href", "Benches Permits Trees"),
        ("only=map", ""),
        ("attribution=planning", "Permits"),
        ("license=pddl", "Permits"),
        ("column_names=permit_no", "Permits"),
        ("column_names=number", "Permits"),
        ("q=tree", "Trees Permits"),
        ("q=tree removal", "Permits"),
        ("q=zeppelin", ""),
        ("q=", "Benches Permits Trees"),
        ("public=true&published=true&derived=false&provenance=official", "Benches Permits Trees"),
        ("public=false", ""),
        ("for_user=abcd-1234", ""),
        ("search_context=testserver&min_should_match=3<60%25", "Benches Permits Trees"),
        ("$$app_token=", "Benches Permits Trees"),
        ("order=name%20DESC", "Trees Permits Benches"),
        ("order=dataset_id", "Trees Permits Benches"),
        ("order=updatedAt", "Benches Trees Permits"),
        ("order=domain_category%20DESC&categories=Nature", "Trees Benches"),
        ("limit=2", "Benches Permits"),
        ("limit=2&offset=2", "Trees"),
        ("limit=0", ""),
        ("offset=999999999", ""),
        ("scroll_id=&limit=2", "Trees Permits"),
        ("scroll_id=bbbb-2222&limit=2", "Benches"),
    ],
)
def test_each_parameter_narrows_as_it_says(client: Client, datasets: Any, query: str, found: str) -> None:
    city = City.objects.get()
    City.objects.filter(pk=city.pk).update(portal_url="https://data.riverbend.example/browse")
    shown = names(client, query)
    assert (shown if "=" in query else sorted(shown)) == found.split()


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("limit=10001", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("limit=" + "9" * 5_000, "limit"),
        ("offset=-1", "offset"),
        ("limit=²", "limit"),
        ("order=colour", "order"),
        ("order=name%20upwards", "order"),
        ("order=name&scroll_id=x", "scroll_id"),
        ("limti=3", "Unrecognized arguments [limti]"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(
    client: Client, datasets: Any, query: str, word: str
) -> None:
    body = asked(client, query, status=400)
    assert body["error"] is True and word in body["message"]


ODD = ("%00", "%FF", "%ED%A0%80", "'\"--", "a*", "NEAR(", "x" * 20_000, "%25", "(", "²")


@pytest.mark.parametrize(
    "name", ["q", "ids", "tags", "names", "domains", "only", "column_names", "scroll_id"]
)
def test_no_value_breaks_the_search(client: Client, datasets: Any, name: str) -> None:
    for odd in ODD:
        assert asked(client, f"{name}={odd}")["resultSetSize"] >= 0


def test_a_result_has_the_shape_that_clients_know(client: Client, datasets: dict[str, Dataset]) -> None:
    (found,) = asked(client, "ids=aaaa-1111")["results"]
    assert found["resource"]["type"] == "dataset"
    assert found["resource"]["columns_field_name"] == ["opened", "place", "n"]
    assert found["resource"]["columns_name"] == ["Opened on", "place", "N"]
    assert found["resource"]["columns_datatype"] == ["Calendar date", "MultiPolygon", "Number"]
    assert found["resource"]["columns_description"] == ["Local time", "", ""]
    assert found["resource"]["columns_format"] == [{}, {}, {}]
    assert found["resource"]["updatedAt"] == "2026-03-02T18:00:00.000Z"
    assert found["resource"]["download_count"] is None
    assert found["classification"]["domain_category"] == "Nature"
    assert found["classification"]["domain_tags"] == ["Street Tree", "park"]
    assert {"key": "City", "value": "Riverbend"} in found["classification"]["domain_metadata"]
    assert found["metadata"] == {"domain": "testserver", "license": None}
    assert found["permalink"] == "http://testserver/d/aaaa-1111"
    assert found["link"] == "http://testserver/riverbend/datasets/aaaa-1111/"


def test_what_is_taken_down_is_found_as_a_link_to_its_page(client: Client, datasets: Any) -> None:
    Dataset.objects.filter(name="Trees").update(withheld_since=NOW)
    assert names(client, "only=dataset") == []
    (found,) = asked(client, "ids=aaaa-1111")["results"]
    assert found["resource"]["type"] == "href"


def test_whoever_scrolls_meets_every_dataset_once_though_cities_share_identifiers(
    client: Client, datasets: Any
) -> None:
    other = City.objects.get()
    other.pk, other.slug, other.prefix = None, "lakeside", "LKS"
    other.save(force_insert=True)
    for identifier, name in (("aaaa-1111", "Lake trees"), ("bbbb-2222", "Lake permits")):
        add(other, identifier, name)
    met: list[str] = []
    last = ""
    while page := asked(client, f"scroll_id={last}&limit=1")["results"]:
        met += [one["resource"]["name"] for one in page]
        last = page[-1]["resource"]["id"]
    assert sorted(met) == ["Benches", "Lake permits", "Lake trees", "Permits", "Trees"]
    (one, two) = asked(client, "ids=aaaa-1111")["results"]
    assert one["permalink"] == one["link"] != two["link"]


def test_our_own_importer_reads_it_back(client: Client, datasets: Any) -> None:
    catalog = recognise(asked(client), "catalog")
    by_name = {entry.name: entry for entry in catalog.entries}
    assert by_name.keys() == {"Trees", "Permits", "Benches"} and catalog.complete
    assert by_name["Trees"].api_endpoint == "https://testserver/resource/aaaa-1111.json"
    assert by_name["Permits"].api_endpoint == ""  # its rows are not here
    assert by_name["Permits"].fields == (EntryField("permit_no", "Number", "text"),)
    assert by_name["Benches"].last_updated == dt.date(2026, 1, 2)


def test_many_results_cost_no_more_queries_than_one(
    client: Client, city: City, django_assert_max_num_queries
) -> None:
    for number in range(30):
        add(city, f"many-{number:04}", f"Number {number}")
    with django_assert_max_num_queries(9):
        assert len(asked(client, "q=number&limit=30&domains=testserver")["results"]) == 30
