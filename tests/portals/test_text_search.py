from collections.abc import Iterator

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portals import text_search
from portals.models import City, Dataset
from portals.text_search import create_index, drop_index, ensure_index, matching, searchable, words
from tests.portals.loading import make_city


@pytest.fixture
def city(db: None) -> City:
    return make_city("millbrook")


def add(city: City, identifier: str, *parts: str) -> Dataset:
    return Dataset.objects.create(
        city=city, identifier=identifier, name=identifier, search_text=searchable(*parts)
    )


def names(text: str, **how: bool) -> list[str]:
    return [row.identifier for row in matching(Dataset.objects.order_by("identifier"), text, **how)]


@pytest.fixture
def rows(city: City) -> list[Dataset]:
    return [
        add(city, "a", "Street trees", "abcd-1234", "Café"),
        add(city, "b", "Street lights"),
        add(city, "c", "Treetops of 東京 and Straße"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("street", ["a", "b"]),
        ("STREET trees", ["a"]),
        ("trees street", ["a"]),
        ("street tre", ["a"]),
        ("tre", ["a", "c"]),
        ("tre street", []),
        ("abcd-1234", ["a"]),
        ("ABCD 1234", ["a"]),
        ("cafe", ["a"]),
        ("CAFÉ", ["a"]),
        ("strasse", ["c"]),
        ("東", []),
        ("東京", ["c"]),
        ("s", []),
        ("reet", []),
        ("", ["a", "b", "c"]),
        ("  \t", ["a", "b", "c"]),
    ],
)
@pytest.mark.parametrize("common", [0, 2_000])
def test_all_words_must_stand_and_the_last_may_be_a_beginning(
    rows: list[Dataset], text: str, found: list[str], common: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_search, "COMMON", common)
    assert names(text) == names(text, beside_others=True) == found


@pytest.mark.parametrize(
    "text",
    [
        *('"', "''", "street OR", "NEAR(street trees", "street*", "-street", "NOT", "a:b", "(", "^x"),
        *("🎉", "%", "_", "street & | ! <-> :*", "\\", ";--", "{street}", "search_text: x", "street\0trees"),
        *("x" * 5_000, "é" * 900, "1e5 0x1f -3 1.5"),
    ],
)
def test_no_input_is_a_syntax_error(rows: list[Dataset], text: str) -> None:
    assert isinstance(names(text), list)


def test_signs_alone_find_nothing_and_operators_are_words(rows: list[Dataset]) -> None:
    assert names("🎉 !!") == []
    assert names("street OR lights") == []
    assert names('"street" (trees)*') == ["a"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_what_is_written_down_is_found_by_its_own_words(city: City, text: str) -> None:
    row = add(city, "own", text)
    try:
        looked_for = " ".join(word[:64] for word in words(text)[:12])
        assert names(looked_for) == names(looked_for, beside_others=True) == ["own"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(text_search, "COMMON", 0)
            assert names(looked_for, beside_others=True) == ["own"]
    finally:
        row.delete()


def test_the_index_follows_every_change_of_the_rows(rows: list[Dataset]) -> None:
    Dataset.objects.filter(identifier="a").update(search_text="bridges")
    Dataset.objects.filter(identifier="b").delete()
    assert (names("bridges"), names("street"), names("lights")) == (["a"], [], [])


def test_other_conditions_and_the_newest_only(rows: list[Dataset]) -> None:
    street = Dataset.objects.exclude(identifier="b")
    assert matching(street, "street").count() == 1
    assert [row.identifier for row in matching(Dataset.objects.all(), "street", newest=1)] == ["b"]


@pytest.fixture
def sqlite() -> Iterator[None]:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite drops triggers when it rebuilds a table")
    yield


def test_triggers_lost_when_a_table_is_rebuilt_are_put_back_with_what_was_missed(
    rows: list[Dataset], city: City, sqlite: None
) -> None:
    with connection.cursor() as cursor:
        for act in ("insert", "delete", "update"):
            cursor.execute(f"DROP TRIGGER portals_dataset_fts_{act}")
    add(city, "d", "Street benches")
    assert names("benches") == []
    assert ensure_index(connection, "portals_dataset") is True
    assert names("benches") == ["d"]
    add(city, "e", "Benches again")
    assert names("benches") == ["d", "e"]
    assert ensure_index(connection, "portals_dataset") is False


def test_the_index_can_be_taken_away_and_made_again(rows: list[Dataset]) -> None:
    connection.check_constraints()  # PostgreSQL alters no table whose checks are still to come
    editor = connection.schema_editor()
    drop_index(editor, "portals_dataset")
    create_index(editor, "portals_dataset")
    assert names("street") == ["a", "b"]


def test_a_name_that_is_not_plain_is_refused() -> None:
    with pytest.raises(ValueError, match="not a plain name"):
        create_index(connection.schema_editor(), "x; DROP TABLE y")
