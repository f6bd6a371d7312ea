"""The page of the API: every operation, for people, and the same list for programs."""

from django.test import Client

from requests_app.api.table import HOME, OPERATIONS
from tests.portals.views.pages import Page
from tests.requests_app.factories import Staff


def test_the_page_lists_every_operation_and_every_field(client: Client, db: None) -> None:
    page = Page(client.get(f"/{HOME}"))
    for operation in OPERATIONS:
        assert operation.name in page.values("id") and f"/{HOME}{operation.path}" in page.text
        assert str(operation.summary) in page.text
    assert not page.dead_anchors()
    assert "submission_key" in page.text and "application/problem+json" in page.text
    assert all(address.startswith("/static/") or address.endswith(".css") for address in page.files)


def test_every_kind_of_problem_can_be_looked_up_where_its_type_says(client: Client, db: None) -> None:
    page = Page(client.get(f"/{HOME}"))
    answer = client.get(f"/{HOME}nothing")
    assert answer.json()["type"].partition("#")[2] in page.values("id")


def test_a_program_gets_the_list_as_json(client: Client, db: None) -> None:
    answer = client.get(f"/{HOME}", headers={"Accept": "application/json"})
    assert answer["Content-Type"] == "application/json" and "Accept" in answer["Vary"]
    found = answer.json()
    assert [one["name"] for one in found["operations"]] == [operation.name for operation in OPERATIONS]
    assert client.get(found["openapi"]).json()["openapi"] == "3.1.0"
    assert client.get(f"/{HOME}", headers={"Accept": "text/html,*/*;q=0.8"})["Content-Type"].startswith(
        "text/html"
    )


def test_every_page_leads_to_it(client: Client, kent: Staff) -> None:
    assert f"/{HOME}" in Page(client.get("/kent/")).values("href", "a")
    assert client.get("/api/v1").status_code == 301
