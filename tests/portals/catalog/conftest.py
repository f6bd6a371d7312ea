"""A small city with two publishing offices, and catalogues written for these tests."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portals.models import City, Office
from tests.portals.loading import make_city

NOW = datetime(2026, 6, 1, 15, 0, tzinfo=UTC)


@pytest.fixture
def city(db: None) -> City:
    city = make_city("millbrook")
    Office.objects.create(
        city=city, key="works", name="Public Works", publishes=True, aliases=["Streets & Roads Dept."]
    )
    Office.objects.create(city=city, key="clerk", name="City Clerk", roles=["intake"])
    return city


def dcat(*datasets: dict[str, Any]) -> dict[str, Any]:
    return {
        "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
        "dataset": [
            {"title": f"Title of {item.get('identifier')}", "accessLevel": "public", **item}
            for item in datasets
        ],
    }


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], str]:
    """Writes a document to a file and gives its path."""

    def write(document: Any, name: str = "catalog.json") -> str:
        path = tmp_path / name
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        path.write_bytes(content)
        return f"{path}"

    return write
