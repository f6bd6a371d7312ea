"""What every test may rely on. Fixtures of one area stand in that area's own conftest."""

import secrets
from collections.abc import Iterator

import pytest
from django.core.cache import cache, caches


@pytest.fixture(autouse=True)
def own_cache() -> Iterator[None]:
    """Rate limits of one test must not reach the next; a shared Redis is not emptied for it."""
    prefix = secrets.token_hex(8)
    caches.settings["default"]["KEY_PREFIX"] = prefix
    cache.key_prefix = prefix
    yield
