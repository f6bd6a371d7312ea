"""Kent and its people, and a case of its own in the API."""

import pytest

from tests.requests_app.factories import Staff


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]
