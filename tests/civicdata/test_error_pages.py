"""An error of ours is told as a page to people and as a problem to programs, and never in detail."""

import pytest
from django.test import Client

from portals.models import City

SECRET = "secret-of-the-stack"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, db: None) -> Client:
    def fails(*_arguments: object, **_more: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(City.objects, "all", fails)
    return Client(raise_request_exception=False)


def test_a_person_gets_a_page(broken: Client) -> None:
    answer = broken.get("/")
    assert answer.status_code == 500 and answer["Content-Type"].startswith("text/html")
    assert SECRET not in answer.content.decode()


def test_a_program_gets_a_problem(broken: Client) -> None:
    answer = broken.get("/api/v1/cities")
    assert answer.status_code == 500 and answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("#problem-server-error") and SECRET not in answer.content.decode()
