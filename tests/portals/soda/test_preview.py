"""What people see of a table: its first rows, and its columns in the words of the catalogue."""

from collections.abc import Callable
from pathlib import Path

import pytest

from portals import access
from portals.models import Dataset, Table, User
from portals.soda import preview
from portals.soda.preview import Cell, preview_context
from portals.soda.store import tables
from portals.soda.store.loading import load
from tests.portals.soda.conftest import NOW

Write = Callable[..., Path]


def first_row(dataset: Dataset, path: Path) -> dict[str, Cell]:
    load(dataset, path, now=NOW)
    shown = preview_context(dataset)["preview"]
    return dict(zip([column.name for column in shown.columns], shown.rows[0], strict=True))


def test_each_value_is_written_for_people(dataset: Dataset, file: Write) -> None:
    content = (
        "name,height,ok,on,at,zoned,place,address,link,area,none\n"
        'Oak <b>,1234.50,true,2020-01-31,2020-01-31 09:05,2020-07-01T20:30:00Z,"(39.1, -94.5)",'
        '"7 Elm St\nKent, WA 98032\n(1, 2)",Form (https://a.gov/f),"POLYGON ((0 0, 0 1, 1 1, 0 0))",\n'
    )
    assert first_row(dataset, file(content)) == {
        "name": Cell("Oak <b>"),
        "height": Cell("1234.5", num=True),
        "ok": Cell("yes"),
        "on": Cell("Jan. 31, 2020"),
        "at": Cell("Jan. 31, 2020, 9:05 a.m."),
        "zoned": Cell("July 1, 2020, 1:30 p.m."),
        "place": Cell("39.1, -94.5"),
        "address": Cell("7 Elm St, Kent, WA 98032, (1, 2)"),
        "link": Cell("Form (https://a.gov/f)", url="https://a.gov/f"),
        "area": Cell("shape of 4 positions"),
        "none": Cell(""),
    }


def test_only_the_first_rows_and_the_beginning_of_long_texts_are_shown(dataset: Dataset, file: Write) -> None:
    load(dataset, file("a\n" + ("x" * 500 + "\n") * 50), now=NOW)
    rows = preview_context(dataset)["preview"].rows
    assert len(rows) == preview.ROWS
    assert len(rows[0][0].text) < 130


def test_shapes_stand_behind_what_people_can_read(dataset: Dataset, file: Write) -> None:
    load(dataset, file('where,name\n"(39.1, -94.5)",Oak\n'), now=NOW)
    shown = preview_context(dataset)["preview"]
    assert [column.name for column in shown.columns] == ["name", "where"]
    assert shown.rows == [[Cell("Oak"), Cell("39.1, -94.5")]]


def test_a_table_of_many_columns_says_how_many_are_not_shown(dataset: Dataset, file: Write) -> None:
    names = ",".join(f"c{number}" for number in range(60))
    load(dataset, file(f"{names}\n{'1,' * 59}1\n"), now=NOW)
    shown = preview_context(dataset)["preview"]
    assert (len(shown.columns), shown.hidden, len(shown.rows[0])) == (40, 20, 40)
    assert len(preview_context(dataset)["fields"]) == 60


def test_the_data_dictionary_has_the_types_of_the_table_and_the_words_of_the_catalogue(
    dataset: Dataset, file: Write
) -> None:
    dataset.fields.create(position=0, name="HEIGHT", data_type="text", description="Old.")
    load(dataset, file("height,Kind of Tree\n12,Oak\n"), now=NOW)
    dataset.fields.update(title="Height (ft)", description="In feet.", data_type="number")
    height, kind = preview_context(dataset)["fields"]
    assert (height.name, height.title, height.description) == ("height", "Height (ft)", "In feet.")
    assert (height.data_type, str(height.kind)) == ("text", "Text"), "as the table has it"
    assert (kind.name, kind.title, kind.description) == ("kind_of_tree", "Kind of Tree", "")


@pytest.mark.parametrize("state", ["no table", "not public", "withheld"])
def test_nothing_is_shown_of_what_is_not_served(dataset: Dataset, file: Write, state: str) -> None:
    if state != "no table":
        load(dataset, file("a\nsecret\n"), now=NOW)
    if state == "not public":
        Dataset.objects.update(public=False)
    if state == "withheld":
        user = User.objects.create(username="u", email="u@example.gov")
        access.take_down(dataset, notice="Names.", case="", by=user, now=NOW)
    dataset.refresh_from_db()
    assert preview_context(dataset) == {}


def test_a_table_file_that_is_lost_costs_the_preview_only(dataset: Dataset, file: Write) -> None:
    load(dataset, file("a\n1\n"), now=NOW)
    tables.path_of(Table.objects.get().sha256).unlink()
    context = preview_context(dataset)
    assert "preview" not in context
    assert [field.name for field in context["fields"]] == ["a"]
