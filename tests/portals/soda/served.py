"""A table that is served, for tests that read it through HTTP."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from django.http.response import HttpResponseBase

from portals.models import Dataset, Table
from portals.soda.store.loading import load
from tests.portals.soda.conftest import NOW

CANARY = "canary-5e1d"
TREES = [
    # kind, height, planted, protected, zip, place
    ("Oak", "12.5", "2020-03-01T00:00:00", "true", "04412", "POINT (-122.5 47.25)"),
    ("Elm", "8", "2019-05-02T00:00:00", "false", "04413", "POINT (-122.25 47.5)"),
    ("Élan", "", "2021-01-03T00:00:00", "", "04414", ""),
    ('Oak, "old"', "30", "", "true", "04412", "POINT (-122 47)"),
]
COLUMNS = ["Kind", "Height (ft)", "Planted", "Protected", "ZIP", "Place"]
FIELDS = ["kind", "height_ft", "planted", "protected", "zip", "place"]
TYPES = ["text", "number", "floating_timestamp", "boolean", "text", "point"]


def written(rows: list[tuple[str, ...]], columns: list[str] = COLUMNS) -> str:
    """Rows as the text of a CSV file."""
    file = io.StringIO()
    csv.writer(file).writerows([columns, *rows])
    return file.getvalue()


def table_of(dataset: Dataset, folder: Path, text: str = written(TREES)) -> Table:
    """Load the text of a CSV file as the table of a dataset."""
    path = folder / f"{dataset.identifier}.csv"
    path.write_text(text, encoding="utf-8")
    load(dataset, path, now=NOW)
    return Table.objects.get(dataset=dataset)


def body_of(response: HttpResponseBase) -> bytes:
    """All of an answer, streamed or not."""
    if response.streaming:
        return b"".join(response)  # type: ignore[arg-type]
    return response.content  # type: ignore[attr-defined,no-any-return]


def json_of(response: HttpResponseBase) -> Any:
    """The document that an answer holds."""
    return json.loads(body_of(response))
