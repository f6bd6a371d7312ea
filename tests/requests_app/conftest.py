"""Cities and people for case tests.

The shipped cities are loaded once a module inside a transaction that is undone when the module is done, so
that no other test ever sees them. Tests that need real commits stand in modules of their own and ask for
`committed_cities`: after each of them the tables are emptied.
"""

from collections.abc import Callable, Iterator

import pytest
from django.db import transaction

from portals import rulebook
from portals.models import City
from tests.requests_app.factories import Staff, load_shipped, staff_of
from tests.requests_app.homes import archive, origin, unblocked  # noqa: F401


@pytest.fixture(scope="module")
def shipped(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[dict[str, City]]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_shipped()
        transaction.set_rollback(True)
    rulebook._books.clear()


@pytest.fixture(scope="module")
def shipped_staff(shipped: dict[str, City], django_db_blocker: pytest.FixtureRequest) -> dict[str, Staff]:
    with django_db_blocker.unblock():
        return {slug: staff_of(city) for slug, city in shipped.items()}


@pytest.fixture
def cities(shipped: dict[str, City], db: None) -> dict[str, City]:
    """The five shipped cities by slug, without people."""
    return shipped


@pytest.fixture
def people(cities: dict[str, City], shipped_staff: dict[str, Staff]) -> dict[str, Staff]:
    """The people of the five cities by slug."""
    return shipped_staff


@pytest.fixture
def committed_city(transactional_db: None) -> Iterator[Callable[[str], Staff]]:
    """Loads a city with its people for a test that commits: `committed_city("kent")`."""
    yield lambda slug: staff_of(load_shipped(slug)[slug])
    rulebook._books.clear()
