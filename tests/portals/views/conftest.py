"""The five shipped cities, loaded once a module and taken away again."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from portals import rulebook
from portals.city_file import load
from portals.city_toml.schema import check_file
from portals.models import City
from tests.portals.loading import NOW, SHIPPED
from tests.portals.views.pages import Page


@pytest.fixture(scope="module")
def shipped(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[int, Any]]:
    """Every shipped city, in a transaction around all tests of the module; yields their rules as read."""
    with django_db_blocker.unblock(), transaction.atomic():
        kept = {}
        for path in SHIPPED:
            city = load(check_file(path, NOW.date()), now=NOW).city
            stamp = (city.version, city.loaded_at, city.file_digest)
            kept[city.pk] = (stamp, rulebook.rulebook_for(city))
        yield kept
        transaction.set_rollback(True)


@pytest.fixture
def cities(shipped: dict[int, Any], db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, City]:
    """The loaded cities by slug, their rules read as in a process that has served them before."""
    monkeypatch.setattr(rulebook, "_books", dict(shipped))
    return {city.slug: city for city in City.objects.all()}


@pytest.fixture
def page(cities: dict[str, City], client: Client) -> Callable[..., Page]:
    """Opens an address and reads the page, which must be well-formed."""

    def read(address: str, status: int = 200, **data: str) -> Page:
        response = client.get(address, data or None)
        assert response.status_code == status, address
        return Page(response)

    return read
