"""The table on which the read API is measured, and the calls."""

import csv
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from portals.models import Dataset, Table
from portals.soda.store.loading import load

ROWS = 20_000
SOURCE = "bench-calls.csv"
_DEPARTMENTS = ("Public Works", "Parks", "Water", "Police", "Fire", "Planning", "Health")


def load_table(*, now: datetime) -> None:
    """Load the same invented table for a dataset that has none, unless it was loaded before. `now` is UTC."""
    if Table.objects.filter(source=SOURCE).exists():
        return
    dataset = Dataset.objects.filter(public=True, withheld_since=None, table=None).order_by("pk")[0]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / SOURCE
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["case_id", "department", "opened", "days", "street", "done"])
            writer.writerows(_row(number) for number in range(ROWS))
        load(dataset, path, now=now)


def _row(number: int) -> tuple[str, ...]:
    opened = date(2024, 1, 1) + timedelta(days=number % 800)
    return (
        f"C-{number:06}",
        _DEPARTMENTS[number % len(_DEPARTMENTS)],
        f"{opened}T00:00:00",
        str(number % 90),
        f"{number % 9_000} Elm Street",
        "true" if number % 3 else "false",
    )


def table() -> Table | None:
    """The table that was loaded."""
    return Table.objects.select_related("dataset").filter(source=SOURCE).first()


def first_rows(found: Table) -> str:
    """The call that clients make when they ask for nothing in particular."""
    return f"/resource/{found.dataset.identifier}.json"


def filtered(found: Table) -> str:
    """A hundred rows of one department since a day, the newest first."""
    where = "department = 'Parks' and opened > '2025-06-01'"
    query = urlencode({"$where": where, "$order": "opened DESC", "$limit": 100})
    return f"{first_rows(found)}?{query}"
