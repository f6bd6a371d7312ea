"""What tests of the city's side share. `city` is given by the area or the module that asks for a key."""

import pytest

from portals import access
from portals.models import ApiKey, City
from tests.portals.loading import NOW


@pytest.fixture
def key(city: City) -> ApiKey:
    """A key of the city that was issued and that nobody has opened yet."""
    return access.issue(
        city, case="RVB-1", holder_name="Rita", holder_email="r@example.org", purpose="A map", now=NOW
    )


@pytest.fixture
def secret(key: ApiKey) -> str:
    """The text of this key, which is open then."""
    text = access.open_key(key, now=NOW)
    assert text
    return text
