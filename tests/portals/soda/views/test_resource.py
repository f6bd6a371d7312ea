"""Reading rows over HTTP: forms, headers, kept copies, single rows, downloads, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portals import access
from portals.models import Dataset, Table, User
from portals.soda.errors import timed_out
from portals.soda.store import engine
from tests.portals.loading import make_city
from tests.portals.soda.conftest import NOW
from tests.portals.soda.served import (
    CANARY,
    COLUMNS,
    FIELDS,
    TREES,
    TYPES,
    body_of,
    json_of,
    table_of,
    written,
)

AT = "/resource/abcd-1234"


@pytest.fixture
def trees(dataset: Dataset, tmp_path: Path) -> Table:
    return table_of(dataset, tmp_path)


@pytest.fixture
def clerk(db: None) -> User:
    return User.objects.create(username="clerk", email="clerk@example.org")


def get(client: Client, address: str, status: int = 200, **query: str) -> Any:
    response = client.get(address, query, headers={"Origin": "https://elsewhere.example"})
    assert response.status_code == status, body_of(response)
    return response


# -- Forms


def test_rows_come_as_json_with_their_fields_and_types(client: Client, trees: Table) -> None:
    response = get(client, f"{AT}.json")
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(response["X-SODA2-Fields"]) == FIELDS
    assert json.loads(response["X-SODA2-Types"]) == TYPES
    first, *_others, last = json_of(response)
    assert first == {
        "kind": "Oak",
        "height_ft": "12.5",
        "planted": "2020-03-01T00:00:00.000",
        "protected": True,
        "zip": "04412",
        "place": {"type": "Point", "coordinates": [-122.5, 47.25]},
    }
    assert last["kind"] == 'Oak, "old"' and "planted" not in last


def test_each_ending_gives_its_form(client: Client, trees: Table) -> None:
    lines = body_of(get(client, f"{AT}.csv")).decode().split("\n")
    assert lines[0] == ",".join(f'"{field}"' for field in FIELDS)
    assert lines[1].startswith('"Oak","12.5","2020-03-01T00:00:00.000","true","04412","POINT (')
    assert body_of(get(client, f"{AT}.tsv")).decode().startswith('"kind"\t"height_ft"')
    geojson = get(client, f"{AT}.geojson")
    assert geojson["Content-Type"] == "application/vnd.geo+json; charset=utf-8"
    assert "X-SODA2-Fields" not in geojson
    assert json_of(geojson)["features"][0]["geometry"]["coordinates"] == [-122.5, 47.25]
    assert json_of(get(client, f"{AT}.cjson"))[1][:2] == ["12.5", "Oak"]
    assert body_of(get(client, f"{AT}.csv", **{"$$bom": "true"})).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/json", "application/json"),
        ("text/csv;q=0.9, application/json;q=0.1", "text/csv"),
        ("application/geo+json", "application/vnd.geo+json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("", "application/json"),
    ],
)
def test_without_an_ending_the_caller_says_what_he_accepts(
    client: Client, trees: Table, accept: str, kind: str
) -> None:
    response = client.get(AT, headers={"Accept": accept} if accept else {})
    assert response.status_code == 200 and response["Content-Type"].startswith(kind)
    assert "Accept" in response["Vary"]


@pytest.mark.parametrize("ending", ["xml", "rdf", "xlsx", "html"])
def test_a_form_that_is_not_served_is_refused_in_words(client: Client, trees: Table, ending: str) -> None:
    body = json_of(get(client, f"{AT}.{ending}", status=406))
    assert body["code"] == "not_acceptable" and "geojson" in body["message"]
    assert client.get(AT, headers={"Accept": "image/png"}).status_code == 406


def test_an_identifier_may_hold_dots(client: Client, trees: Table) -> None:
    Dataset.objects.update(identifier="city.trees.2026")
    assert len(json_of(get(client, "/resource/city.trees.2026.json"))) == 4
    assert len(json_of(get(client, "/resource/city.trees.2026"))) == 4


# -- Queries


def test_a_query_narrows_and_counts(client: Client, trees: Table) -> None:
    oaks = get(client, f"{AT}.json", **{"$where": "starts_with(kind, 'Oak')", "$order": "height_ft DESC"})
    assert [row["height_ft"] for row in json_of(oaks)] == ["30", "12.5"]
    assert json_of(get(client, f"{AT}.json", zip="04412", protected="true", **{"$select": "count(*)"})) == [
        {"count": "2"}
    ]
    assert [row["kind"] for row in json_of(get(client, f"{AT}.json", **{"$q": "elan"}))] == ["Élan"]
    assert json_of(get(client, f"{AT}.json", **{"$limit": "0"})) == []
    assert len(json_of(get(client, f"{AT}.json", **{"$limit": "2", "$offset": "3"}))) == 1
    assert json_of(get(client, f"{AT}.json", **{"$query": "SELECT max(height_ft)"})) == [
        {"max_height_ft": "30"}
    ]


def test_a_thousand_rows_come_unless_more_are_asked_for(
    client: Client, dataset: Dataset, tmp_path: Path
) -> None:
    table_of(dataset, tmp_path, written([(f"{number}",) for number in range(1_203)], ["n"]))
    assert len(json_of(get(client, f"{AT}.json"))) == 1_000
    assert len(json_of(get(client, f"{AT}.json", **{"$offset": "1000", "$order": ":id"}))) == 203
    assert len(json_of(get(client, f"{AT}.json", **{"$limit": "100000"}))) == 1_203


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ({"limit": "5"}, None, "Unrecognized arguments [limit]"),
        ({"$select": "nosuch"}, "query.soql.no-such-column", "No such column: nosuch"),
        ({"$where": "zip > 5"}, "query.soql.type-mismatch", "ype mismatch"),
        ({"$where": "nosuch("}, "query.soql", ""),
        ({"$limit": "-1"}, "req.bad-parameter", "$limit"),
        ({"$limit": "1e9"}, "req.bad-parameter", "$limit"),
        ({"$offset": "9" * 400}, "req.bad-parameter", "$offset"),
    ],
)
def test_a_wrong_query_is_told_as_socrata_tells_it(
    client: Client, trees: Table, query: dict[str, str], code: str | None, words: str
) -> None:
    response = get(client, f"{AT}.json", status=400, **query)
    assert response["Content-Type"].startswith("application/json")
    body = json_of(response)
    assert words in body["message"]
    if code is None:
        assert body == {"error": True, "message": words}
    else:
        assert body["errorCode"].startswith(code) and "data" in body


def test_a_query_that_takes_too_long_is_told_before_a_row_is_sent(
    client: Client, trees: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*args: object) -> None:
        raise timed_out(10)

    monkeypatch.setattr(engine, "run", slow)
    body = json_of(get(client, f"{AT}.json", status=408))
    assert body["errorCode"] == "request-timeout" and "10 seconds" in body["message"]


def test_what_fails_here_is_told_with_a_number_and_no_more(
    client: Client, trees: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(engine, "run", broken)
    response = get(client, f"{AT}.json", status=500)
    body = json_of(response)
    assert body["code"] == "internal-error" and response["X-Socrata-RequestId"] in body["message"]
    assert CANARY not in json.dumps(body)


def test_headers_that_are_too_long_are_left_out(client: Client, dataset: Dataset, tmp_path: Path) -> None:
    names = [f"a_rather_long_name_of_a_column_{number}" for number in range(120)]
    table_of(dataset, tmp_path, written([("1",) * 120], names))
    assert "X-SODA2-Fields" not in get(client, f"{AT}.json")
    assert "X-SODA2-Fields" in get(client, f"{AT}.json", **{"$select": names[0]})


# -- Kept copies


def test_whoever_has_the_newest_copy_gets_no_rows(client: Client, trees: Table) -> None:
    first = get(client, f"{AT}.json", zip="04412")
    etag, changed = first["ETag"], first["Last-Modified"]
    for headers in ({"If-None-Match": etag}, {"If-Modified-Since": changed}):
        again = client.get(f"{AT}.json", {"zip": "04412"}, headers=headers)
        assert again.status_code == 304 and again.content == b"" and again["ETag"] == etag
    for other in ({"zip": "04413"}, {}, {"zip": "04412", "$limit": "1"}):
        assert client.get(f"{AT}.json", other, headers={"If-None-Match": etag}).status_code == 200
    assert client.get(f"{AT}.csv", {"zip": "04412"}, headers={"If-None-Match": etag}).status_code == 200
    assert first["Cache-Control"] == "public, no-cache"


def test_rows_that_changed_are_another_copy(
    client: Client, trees: Table, dataset: Dataset, tmp_path: Path
) -> None:
    etag = get(client, f"{AT}.json")["ETag"]
    table_of(dataset, tmp_path, written([*TREES, ("Fir", "1", "", "", "1", "")]))
    again = client.get(f"{AT}.json", headers={"If-None-Match": etag})
    assert again.status_code == 200 and len(json_of(again)) == 5


def test_a_takedown_holds_from_the_next_call_on_also_for_kept_copies(
    client: Client, trees: Table, dataset: Dataset, clerk: User
) -> None:
    etag = get(client, f"{AT}.json")["ETag"]
    row = json_of(get(client, f"{AT}.json", **{"$select": ":id", "$limit": "1"}))[0][":id"]
    taken = access.take_down(dataset, notice="It shows homes.", case=CANARY, by=clerk, now=NOW)
    for address in (f"{AT}.json", f"{AT}.csv", AT, f"{AT}/{row}.json", "/api/views/abcd-1234/rows.csv"):
        response = client.get(address, headers={"If-None-Match": etag})
        body = json_of(response)
        assert response.status_code == 404 and body["code"] == "dataset.missing"
        assert "It shows homes." in body["message"] and CANARY not in json.dumps(body)
        assert response["Cache-Control"] == "no-store"
    access.restore(taken, notice="", by=clerk, now=NOW)
    assert client.get(f"{AT}.json", headers={"If-None-Match": etag}).status_code == 304


# -- Which dataset


def test_a_dataset_that_is_not_public_is_one_that_does_not_exist(
    client: Client, dataset: Dataset, tmp_path: Path
) -> None:
    table_of(dataset, tmp_path, written([(CANARY,)], [CANARY]))
    Dataset.objects.update(public=False, name=CANARY, description=CANARY)
    for address in (f"{AT}.json", f"{AT}/row-aaaa-aaaa-aaaa.json", "/api/views/abcd-1234/rows.json"):
        response = client.get(address)
        unknown = client.get(address.replace("abcd-1234", "zzzz-9999"))
        assert response.status_code == unknown.status_code == 404
        assert json_of(response)["message"] == json_of(unknown)["message"] == "Not found"
        assert json_of(response)["data"] == {"id": "abcd-1234"}
    everything = ("/data.json", "/millbrook/data.json", "/api/views.json", "/api/catalog/v1?q=canary")
    for address in (
        *everything,
        "/api/views/abcd-1234.json",
        "/api/views/metadata/v1/abcd-1234",
        "/d/abcd-1234",
    ):
        assert CANARY.encode() not in body_of(client.get(address)), address


def test_a_dataset_without_a_table_names_where_the_publisher_has_it(client: Client, dataset: Dataset) -> None:
    body = json_of(get(client, f"{AT}.json", status=404))
    assert body["code"] == "dataset.missing" and "its table is not loaded here" in body["message"]
    Dataset.objects.update(api_endpoint="https://data.example/resource/abcd-1234.json")
    body = json_of(get(client, f"{AT}.json", status=404))
    assert body["message"].endswith("https://data.example/resource/abcd-1234.json")
    assert body["data"]["publisher"] == "https://data.example/resource/abcd-1234.json"


def test_where_cities_share_an_identifier_each_has_its_own_address(
    client: Client, trees: Table, tmp_path: Path
) -> None:
    other = Dataset.objects.create(city=make_city("brookton"), identifier="abcd-1234", name="Lakes")
    table_of(other, tmp_path, written([("Blue",)], ["lake"]))
    body = json_of(get(client, f"{AT}.json", status=404))
    assert body["data"]["addresses"] == [
        f"/{slug}/resource/abcd-1234.json" for slug in ("brookton", "millbrook")
    ]
    assert json_of(get(client, "/brookton/resource/abcd-1234.json")) == [{"lake": "Blue"}]
    assert len(json_of(get(client, "/millbrook/resource/abcd-1234.json"))) == 4
    assert body_of(get(client, "/brookton/api/views/abcd-1234/rows.csv")).startswith(b'"lake"')


# -- One row, all rows


def test_one_row_is_read_by_its_identifier(client: Client, trees: Table) -> None:
    rows = json_of(get(client, f"{AT}.json", **{"$select": ":id, kind"}))
    for row in rows:
        assert json_of(get(client, f"{AT}/{row[':id']}.json"))["kind"] == row["kind"]
    response = get(client, f"{AT}/{rows[0][':id']}")
    assert (
        client.get(f"{AT}/{rows[0][':id']}.json", headers={"If-None-Match": response["ETag"]}).status_code
        == 304
    )
    assert body_of(get(client, f"{AT}/{rows[0][':id']}.csv")).count(b"\n") == 2


@pytest.mark.parametrize("name", ["row-aaaa.aaaa~aaaa", "1", "x'--", "%22", "row-", "a" * 3_000, "..json"])
def test_a_row_that_is_not_there_is_told(client: Client, trees: Table, name: str) -> None:
    body = json_of(get(client, f"{AT}/{name}.json", status=404))
    assert body["errorCode"] == "soda.row.not-found"


def test_a_download_has_all_rows_under_their_titles(client: Client, trees: Table) -> None:
    at = "/api/views/abcd-1234/rows"
    response = get(client, f"{at}.csv", accessType="DOWNLOAD", bom="true", date="20260101", format="true")
    lines = body_of(response).decode("utf-8-sig").split("\n")
    assert lines[0] == ",".join(f'"{title}"' for title in COLUMNS) and len(lines) == len(TREES) + 2
    assert response["Content-Disposition"] == 'attachment; filename="trees.csv"'
    assert len(json_of(get(client, f"{at}.geojson"))["features"]) == 4
    assert body_of(get(client, f"{at}.csv", max_rows="1")).count(b"\n") == 2
    assert json_of(get(client, f"{at}.csv", status=400, odd="1"))["message"] == "Unrecognized arguments [odd]"
    assert get(client, f"{at}.xml", status=406)


def test_a_download_as_json_tells_of_its_columns_first(client: Client, trees: Table) -> None:
    found = json_of(get(client, "/api/views/abcd-1234/rows.json", accessType="DOWNLOAD"))
    columns = found["meta"]["view"]["columns"]
    assert [column["fieldName"] for column in columns][:3] == [":sid", ":id", ":position"]
    assert [column["fieldName"] for column in columns][8:] == FIELDS
    assert all(len(row) == len(columns) for row in found["data"])
    sid, number, place, created, *_rest = found["data"][0]
    assert sid.startswith("row-") and number is None and place == 0 and created == int(NOW.timestamp())
    assert found["data"][0][8:] == [
        "Oak",
        "12.5",
        "2020-03-01T00:00:00.000",
        True,
        "04412",
        "POINT (-122.5 47.25)",
    ]
    assert found["data"][3][8:] == ['Oak, "old"', "30", None, True, "04412", "POINT (-122 47)"]


def test_a_title_that_changed_is_another_copy_of_a_download(client: Client, trees: Table) -> None:
    etag = get(client, "/api/views/abcd-1234/rows.csv")["ETag"]
    columns = Table.objects.get().columns
    columns[0]["title"] = "Species"
    Table.objects.update(columns=columns)
    again = client.get("/api/views/abcd-1234/rows.csv", headers={"If-None-Match": etag})
    assert again.status_code == 200 and body_of(again).startswith(b'"Species"')
