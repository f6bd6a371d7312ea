"""Calls as the libraries make them that people have: sodapy, RSocrata, soda-js. What they read of an answer
is held here; the libraries themselves are tried by hand (docs/soda.md)."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from portals.models import Dataset, Table
from tests.portals.soda.served import body_of, json_of, table_of, written

AT = "/resource/abcd-1234"
ROWS = [
    (f"{number}", f"Street {number % 7}", f"2026-01-{number % 28 + 1:02}T00:00:00") for number in range(2_300)
]


@pytest.fixture
def streets(dataset: Dataset, tmp_path: Path) -> Table:
    return table_of(dataset, tmp_path, written(ROWS, ["number", "street", "opened"]))


def test_sodapy_gets_all_rows_by_pages_of_the_default_size(client: Client, streets: Table) -> None:
    met, offset = [], 0
    while True:
        response = client.get(f"{AT}.json", {"$offset": offset})
        assert re.match(r"application/(vnd\.geo\+)?json", response["Content-Type"])
        page = json_of(response)
        met += [row["number"] for row in page]
        if len(page) < 1_000:
            break
        offset += 1_000
    assert met == [number for number, _street, _opened in ROWS]


def test_sodapy_gets_datasets_until_it_has_as_many_as_were_counted(client: Client, streets: Table) -> None:
    city = streets.dataset.city
    for number in range(12):
        Dataset.objects.create(city=city, identifier=f"more-{number:04}", name=f"More {number}")
    met: list[str] = []
    while True:
        page = json_of(
            client.get("/api/catalog/v1", {"domains": "testserver", "offset": len(met), "limit": 5})
        )
        met += [one["resource"]["id"] for one in page["results"]]
        if len(met) == page["resultSetSize"]:
            break
    assert len(met) == len(set(met)) == 13


def test_sodapy_shows_the_message_of_an_error(client: Client, streets: Table) -> None:
    response = client.get(f"{AT}.json", {"$where": "nosuch = 1"})
    assert response.status_code == 400 and "No such column: nosuch" in json_of(response)["message"]
    written_to = client.post(f"{AT}.json", "[]", content_type="application/json")
    assert written_to.status_code == 405 and json_of(written_to)["message"]


def test_rsocrata_reads_csv_by_pages_in_the_order_of_rows_with_types_from_headers(
    client: Client, streets: Table
) -> None:
    query = {"$order": ":id", "$limit": 1_500, "$$app_token": ""}
    pages = [client.get(f"{AT}.csv", query | {"$offset": offset}) for offset in (0, 1_500)]
    assert json.loads(pages[0]["X-SODA2-Fields"]) == ["number", "street", "opened"]
    assert json.loads(pages[0]["X-SODA2-Types"]) == ["number", "text", "floating_timestamp"]
    met = [row for page in pages for row in csv.DictReader(io.StringIO(body_of(page).decode()))]
    assert sorted(int(row["number"]) for row in met) == list(range(2_300))
    assert met[0]["opened"].endswith("T00:00:00.000")
    assert json_of(client.get(f"{AT}.json", {"$select": "count(number)"})) == [{"count_number": "2300"}]


def test_rsocrata_lists_a_portal_by_its_data_json(client: Client, streets: Table) -> None:
    document = json_of(client.get("/data.json"))
    assert document["conformsTo"] and document["describedBy"]
    (entry,) = document["dataset"]
    core = {"landingPage", "title", "accessLevel", "distribution", "description", "identifier", "publisher"}
    assert core | {"contactPoint"} <= entry.keys()
    assert re.search(r"[a-z0-9]{4}-[a-z0-9]{4}", entry["identifier"])


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"$where": "(number = 1) and (street = 'Street 1')"}, 1),
        ({"$where": "street like 'Street%' and number < 10", "$order": "street asc, number desc"}, 10),
        ({"$select": "street, count(*) as n", "$group": "street", "$having": "n > 328"}, 4),
        ({"street": "Street 3", "$limit": "5", "$offset": "2"}, 5),
        ({"$where": "opened between '2026-01-01T00:00:00' and '2026-01-01T23:59:59'"}, 83),
        ({"$q": "street 6", "$limit": "2000"}, 328),
        ({"$query": "SELECT street WHERE number > 2297 ORDER BY number"}, 2),
    ],
)
def test_queries_as_soda_js_and_people_write_them(
    client: Client, streets: Table, query: dict[str, str], count: int
) -> None:
    assert len(json_of(client.get(f"{AT}.json", query))) == count
