"""From a file to a table, wholly or not at all: types, names, reports, reloads."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portals.models import Dataset, Table
from portals.soda.encodings import encode
from portals.soda.files.file_columns import Wishes
from portals.soda.files.source_file import LoadError
from portals.soda.store import engine, loading, tables
from portals.soda.store.loading import load
from portals.soda.values.types import OutputColumn
from tests.portals.loading import make_city
from tests.portals.soda.conftest import NOW

Write = Callable[..., Path]
TREES = "Name,Height\nOak,12\nElm,7.5\nOak,12\n"


class Query:
    """What portals.soda.language.sql gives, written by hand."""

    def __init__(self, sql: str, *parameters: Any) -> None:
        self.sql, self.parameters = sql, parameters


def rows(dataset: Dataset, sql: str = "SELECT * FROM rows ORDER BY _id", *parameters: Any) -> list[Any]:
    table = Table.objects.get(dataset=dataset)
    return list(engine.run(tables.path_of(table.sha256), Query(sql, *parameters)))


def types(dataset: Dataset) -> dict[str, str]:
    return {one.name: one.type.value for one in tables.columns_of(Table.objects.get(dataset=dataset))}


def test_a_file_becomes_rows_with_identifiers_and_moments(dataset: Dataset, file: Write) -> None:
    report = load(dataset, file(TREES), now=NOW)
    assert (report.rows, report.rows_before, report.unchanged) == (3, None, False)
    assert types(dataset) == {"name": "text", "height": "number"}
    found = rows(dataset)
    assert [row[4:] for row in found] == [("Oak", 12), ("Elm", 7.5), ("Oak", 12)]
    assert {row[2:4] for row in found} == {("2026-06-01T15:00:00.000Z",) * 2}
    assert len({row[1] for row in found}) == 3, "rows that are alike have identifiers of their own"
    assert all(len(row[1]) == 18 and row[1].startswith("row-") for row in found)
    table = Table.objects.get()
    assert (table.row_count, table.source, table.loaded_at) == (3, "trees.csv", NOW)
    assert table.size == tables.path_of(table.sha256).stat().st_size == report.size


def test_the_same_file_again_changes_nothing_but_when_it_was_loaded(dataset: Dataset, file: Write) -> None:
    load(dataset, file(TREES), now=NOW)
    before = Table.objects.get()
    report = load(dataset, file(TREES), now=NOW + timedelta(days=1))
    after = Table.objects.get()
    assert report.unchanged
    assert (after.sha256, after.changed_at) == (before.sha256, NOW)
    assert after.loaded_at == NOW + timedelta(days=1)
    assert len(list(tables.folder().iterdir())) == 1


def test_a_table_file_that_is_lost_comes_back_by_loading_again(dataset: Dataset, file: Write) -> None:
    load(dataset, file(TREES), now=NOW)
    path = tables.path_of(Table.objects.get().sha256)
    path.unlink()
    assert not load(dataset, file(TREES), now=NOW).unchanged
    assert list(tables.wrong()) == []


def test_a_row_that_stays_keeps_its_identifier_and_its_moments(dataset: Dataset, file: Write) -> None:
    load(dataset, file(TREES), now=NOW)
    before = {row[4:]: row[1:4] for row in rows(dataset)}
    load(dataset, file("Name,Height\nFir,3\nElm,7.5\nOak,12\n"), now=NOW + timedelta(days=1))
    after = {row[4:]: row[1:4] for row in rows(dataset)}
    assert after["Elm", 7.5] == before["Elm", 7.5]
    assert after["Fir", 3][1:] == ("2026-06-02T15:00:00.000Z",) * 2
    assert Table.objects.get().changed_at == NOW + timedelta(days=1)


def test_a_row_with_a_key_is_the_same_row_when_it_changes(dataset: Dataset, file: Write) -> None:
    wishes = Wishes(key="Tag")
    load(dataset, file("tag,height\nT1,12\nT2,7\n"), now=NOW, wishes=wishes)
    before = {row[4]: row[1:4] for row in rows(dataset)}
    later = NOW + timedelta(days=1)
    load(dataset, file("tag,height\nT2,7\nT1,13\n"), now=later)
    after = {row[4]: row[1:4] for row in rows(dataset)}
    assert after["T2"] == before["T2"]
    assert after["T1"] == (before["T1"][0], before["T1"][1], "2026-06-02T15:00:00.000Z")
    load(dataset, file("tag,height,kind\nT2,7,x\n"), now=later + timedelta(days=1))
    assert rows(dataset)[0][3] == "2026-06-03T15:00:00.000Z", "a column more is a change"


@pytest.mark.parametrize(
    ("content", "key", "why"),
    [
        ("tag\nT1\nT2\nT1\n", "tag", "not unique: row 3 has that of a row before it"),
        ("tag,a\nT1,1\n,2\n", "tag", "some of its cells are empty"),
        ("tag\nT1\n", "number", "no column number to be the key; there are: tag"),
    ],
)
def test_a_key_that_is_none_is_refused(
    dataset: Dataset, file: Write, content: str, key: str, why: str
) -> None:
    with pytest.raises(LoadError, match=why):
        load(dataset, file(content), now=NOW, wishes=Wishes(key=key))
    assert not Table.objects.exists()
    assert list(tables.folder().glob("*")) == []


def test_identifiers_differ_from_dataset_to_dataset(dataset: Dataset, file: Write) -> None:
    other = Dataset.objects.create(city=make_city("riverton"), identifier="abcd-1234", name="Trees")
    for one in (dataset, other):
        load(one, file(TREES), now=NOW)
    assert not {row[1] for row in rows(dataset)} & {row[1] for row in rows(other)}


def test_the_catalogue_names_a_column_by_its_title_and_tells_what_is_absent(
    dataset: Dataset, file: Write
) -> None:
    dataset.fields.create(position=0, name="tree_name", title="Name of the tree")
    dataset.fields.create(position=1, name="gone")
    report = load(dataset, file("NAME OF THE TREE,x\nOak,1\n"), now=NOW)
    assert [one["name"] for one in report.columns] == ["tree_name", "x"]
    assert [one["title"] for one in report.columns] == ["NAME OF THE TREE", "x"]
    assert report.notes == ["The catalogue lists columns that the file does not have: gone."]


def test_titles_that_are_empty_or_twice_there_become_names(dataset: Dataset, file: Write) -> None:
    load(dataset, file("A,a,,30 Days\n1,2,3,4\n"), now=NOW)
    assert list(types(dataset)) == ["a", "a_1", "column_3", "_30_days"]
    assert rows(dataset)[0][4:] == (1, 2, 3, 4)


def test_the_steward_is_told_of_doubtful_things(dataset: Dataset, file: Write) -> None:
    report = load(dataset, file("a,b\n=HYPERLINK(1),é\n\n-1,+x\n".encode("cp1252")), now=NOW)
    assert report.encoding == "Windows-1252"
    text = " ".join(report.notes)
    for part in ("read as Windows-1252", "1 blank lines", "Column a has cells", "line 2: “=HYPERLINK(1)”"):
        assert part in text
    assert rows(dataset)[0][4] == "=HYPERLINK(1)", "data stays as it is"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("Name,Height\nFir,3\nElm\n", "Rows do not fit the header"),
        ('Name,Height\nFir,"3\n', "never closed"),
        ("Name,Height\n", "no rows"),
        ("", "is empty"),
        (b"Name\n\x81\n", "not Windows-1252"),
        (
            '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{}},',
            "no JSON",
        ),
    ],
)
def test_a_file_that_is_broken_leaves_the_old_table(
    dataset: Dataset, file: Write, content: str | bytes, why: str
) -> None:
    load(dataset, file(TREES), now=NOW)
    before = Table.objects.values().get()
    with pytest.raises(LoadError, match=why):
        load(dataset, file(content), now=NOW + timedelta(days=1))
    assert Table.objects.values().get() == before
    assert len(list(tables.folder().iterdir())) == 1
    assert len(rows(dataset)) == 3


def test_a_load_that_dies_while_writing_leaves_the_old_table(
    dataset: Dataset, file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(dataset, file(TREES), now=NOW)
    for name in ("write", "tables.keep"):
        with monkeypatch.context() as patch:
            patch.setattr(f"portals.soda.store.loading.{name}", fail)
            with pytest.raises(LoadError, match="No space left"):
                load(dataset, file("Name\nFir\n"), now=NOW)
    assert len(rows(dataset)) == 3
    assert len(list(tables.folder().iterdir())) == 1


def fail(*args: Any) -> None:
    raise OSError(28, "No space left on device")


def test_a_file_that_changes_while_it_is_read_is_refused(
    dataset: Dataset, file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file(TREES)
    real = loading.look

    def look(*args: Any) -> Any:
        found = real(*args)
        path.write_text(TREES.replace("7.5", "x"))
        return found

    monkeypatch.setattr(loading, "look", look)
    with pytest.raises(LoadError, match="changed while it was read"):
        load(dataset, path, now=NOW)
    assert not Table.objects.exists()


def test_an_empty_table_must_be_meant(dataset: Dataset, file: Write) -> None:
    load(dataset, file("Name,Height\n"), now=NOW, wishes=Wishes(allow_empty=True))
    assert rows(dataset) == []
    assert types(dataset) == {"name": "text", "height": "text"}


def test_every_word_of_a_row_is_found(dataset: Dataset, file: Write) -> None:
    content = 'a,place,link,n,d\nCafé potholes,"7 Elm St\nKent, WA 98032\n(1, 2)",https://x.gov/zebra,2020002530,2020-01-31\n'
    load(dataset, file(content), now=NOW)
    sql = "SELECT count(*) FROM rows WHERE _id IN (SELECT rowid FROM search WHERE search MATCH ?)"
    for word in ("cafe", "pothole", "elm", "98032", "zebra", "2020002530"):
        assert rows(dataset, sql, f'"{word}"') == [(1,)], word
    for word in ("latitude", "address", "url"):
        assert rows(dataset, sql, f'"{word}"') == [(0,)], word


def test_a_large_table_has_indexes_for_what_people_filter_by(dataset: Dataset, file: Write) -> None:
    text = "d,kind,long\n" + "".join(
        f"2020-01-{n % 28 + 1:02},k{n % 7},{'x' * 300}{n}\n" for n in range(1_500)
    )
    load(dataset, file(text), now=NOW)
    connection = tables.opened(tables.path_of(Table.objects.get().sha256))
    for name, has_index in (("d", True), ("kind", True), ("long", False), ("_row", True)):
        plan = connection.execute(
            f'EXPLAIN QUERY PLAN SELECT 1 FROM rows WHERE "{name}" = ?', ["x"]
        ).fetchall()
        assert ("USING" in str(plan)) == has_index, (name, plan)
    connection.close()


def geojson(*features: tuple[Any, dict[str, Any]], **more: Any) -> str:
    listed = [{"type": "Feature", "geometry": shape, "properties": values} for shape, values in features]
    return json.dumps({"type": "FeatureCollection", "features": listed, **more})


RING = [[0, 0], [0, 1], [1, 1], [0, 0]]
POLYGON, MULTI = {"type": "Polygon", "coordinates": [RING]}, {"type": "MultiPolygon", "coordinates": [[RING]]}


def test_geojson_becomes_a_table_and_comes_back(dataset: Dataset, file: Write) -> None:
    values: list[dict[str, Any]] = [
        {
            "name": "A",
            "n": 1,
            "ok": True,
            "at": "2013-02-19T05:56:39.266Z",
            "zip": 98032,
            "more": {"a": [1.50]},
        },
        {"name": "B", "n": 2.5, "ok": False, "code": "007", "digits": "12"},
    ]
    report = load(dataset, file(geojson((POLYGON, values[0]), (MULTI, values[1]), (None, {}))), now=NOW)
    assert {one["name"]: one["type"] for one in report.columns} == {
        **{"the_geom": "multipolygon", "name": "text", "n": "number", "ok": "boolean"},
        **{"at": "fixed_timestamp", "zip": "number", "more": "json", "code": "text", "digits": "text"},
    }
    columns = [
        OutputColumn(name, kind)
        for name, kind in ((c.name, c.type) for c in tables.columns_of(Table.objects.get()))
    ]
    back = json.loads(b"".join(encode("geojson", columns, (row[4:] for row in rows(dataset)))))
    assert [one["geometry"] for one in back["features"]] == [MULTI, MULTI, None]
    first = back["features"][0]["properties"]
    assert first == {**values[0], "n": "1", "zip": "98032", "code": None, "digits": None}
    assert json.dumps(first["more"]) == '{"a": [1.5]}'


def test_shapes_of_different_kinds_are_refused(dataset: Dataset, file: Write) -> None:
    with pytest.raises(LoadError, match=r"different kinds: .*feature 2: “point” is a point\. Make a file"):
        load(dataset, file(geojson((POLYGON, {}), ({"type": "Point", "coordinates": [1, 2]}, {}))), now=NOW)


def test_the_geometry_takes_the_name_that_the_catalogue_has_for_it(dataset: Dataset, file: Write) -> None:
    dataset.fields.create(position=0, name="shape", data_type="polygon")
    report = load(dataset, file(geojson((POLYGON, {}), (POLYGON, {}))), now=NOW)
    assert (report.columns[0]["name"], report.columns[0]["type"]) == ("shape", "polygon")
