"""The type of a column follows from every one of its cells, and from what the catalogue says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from portals.models import Dataset, Table
from portals.soda.store import tables
from portals.soda.store.loading import load
from tests.portals.soda.conftest import NOW

Write = Callable[..., Path]


def column(values: list[str], title: str = "a") -> str:
    quoted = [value.replace('"', '""') for value in values]
    return f"{title},n\n" + "".join(f'"{value}",{n}\n' for n, value in enumerate(quoted))


@pytest.mark.parametrize(
    ("values", "kind", "note"),
    [
        (["1", "-2.5", ""], "number", ""),
        (
            ["64130", "07030"],
            "text",
            "Kept as text: it looked like number, but line 3: “07030” begins with a zero.",
        ),
        (["1", "N/A"], "text", "Kept as text: it looked like number, but line 3: “N/A”."),
        (
            ["12345678901234567890"],
            "text",
            "Kept as text, not number: line 2: “12345678901234567890” has more",
        ),
        (["true", "FALSE", ""], "boolean", ""),
        (["Y", "N"], "text", ""),
        (["2020-01-31", "2020-02-01 10:00"], "floating_timestamp", ""),
        (["2020-01-31T00:00:00Z"], "fixed_timestamp", ""),
        (["1/31/20", "2/1/20"], "floating_timestamp", ""),
        (["1/2/2020", "2/1/2020"], "text", "no day above 12 proves that the month stands first"),
        (["1/31/2020", "31/1/2020"], "text", "the order of day and month is not clear"),
        (["1/31/2020", "2020-02-01"], "text", "it looked like floating_timestamp"),
        (["2020-01-31", "2020-02-01T00:00:00Z"], "text", "has a time zone"),
        (["1/31/45"], "text", "1945 or 2045"),
        (["(39.1, -94.5)", ""], "point", ""),
        (["(39.1, -94.5)", "4900 E 63rd St\n(39.0, -94.5)"], "location", ""),
        (["POINT (-94.5 39)", "POINT (1 2)"], "point", ""),
        (["POLYGON ((0 0, 0 1, 1 1, 0 0))", "MULTIPOLYGON (((0 0, 0 1, 1 1, 0 0)))"], "multipolygon", ""),
        (["POINT (-94.5 39)", "LINESTRING (1 2, 3 4)"], "text", "is a line"),
        (["https://a.gov", "Form (https://a.gov/f)"], "url", ""),
        (["", ""], "text", "Every cell is empty."),
        (["Oak", "Elm"], "text", ""),
    ],
)
def test_a_type_is_guessed_over_every_cell(
    dataset: Dataset, file: Write, values: list[str], kind: str, note: str
) -> None:
    report = load(dataset, file(column(values)), now=NOW)
    assert report.columns[0]["type"] == kind
    assert (note in report.columns[0]["note"]) if note else report.columns[0]["note"] == ""
    assert bool(report.kept_as_text) == (kind == "text" and bool(note))


def test_the_last_of_many_cells_counts_as_well(dataset: Dataset, file: Write) -> None:
    report = load(dataset, file(column([*map(str, range(11_000)), "00"])), now=NOW)
    assert report.columns[0]["type"] == "text"
    assert "line 11002: “00” begins with a zero" in report.columns[0]["note"]


@pytest.mark.parametrize("title", ["ZIP CODE", "Parcel ID No", "phone", "APN"])
def test_codes_that_look_like_numbers_stay_text(dataset: Dataset, file: Write, title: str) -> None:
    report = load(dataset, file(column(["64130", "64131"], title)), now=NOW)
    assert report.columns[0]["type"] == "text"
    assert "its name says that it is a code" in report.columns[0]["note"]


CATALOGUED = [
    ("number", ["1,234", "$5"], "number", ""),
    ("money", ["1e3"], "number", ""),
    ("text", ["1", "2"], "text", ""),
    ("checkbox", ["Y", "no"], "boolean", ""),
    ("calendar_date", ["1/2/2020"], "floating_timestamp", ""),
    (
        "calendar_date",
        ["2020-01-31T00:00:00Z"],
        "fixed_timestamp",
        "The catalogue says floating_timestamp, but line 2",
    ),
    ("number", ["1", "none"], "text", "The catalogue says number, but line 3: “none”."),
    ("number", ["07030"], "text", "begins with a zero"),
    ("location", ["4900 E 63rd St"], "location", ""),
    ("point", ["(39.1, -94.5)"], "point", ""),
    ("esriFieldTypeDouble", ["1.5"], "number", ""),
    ("something else", ["1"], "number", ""),
]


@pytest.mark.parametrize(("said", "values", "kind", "note"), CATALOGUED)
def test_what_the_catalogue_says_wins_where_every_cell_fits(
    dataset: Dataset, file: Write, said: str, values: list[str], kind: str, note: str
) -> None:
    dataset.fields.create(position=0, name="a", data_type=said, description="What it is.")
    found = load(dataset, file(column(values)), now=NOW).columns[0]
    assert found["type"] == kind
    assert (note in found["note"]) if note else found["note"] == ""
    assert found["from_catalogue"] == (not note and said != "something else")
    assert tables.columns_of(Table.objects.get())[0].description == "What it is."
