"""From typed words to datasets."""

from portals.models import City
from requests_app.related.suggestions import likely_datasets, resolve_dataset, significant
from tests.requests_app.factories import DatasetFactory


def test_short_and_common_words_say_nothing() -> None:
    assert significant("What is wrong with the data of our inspections?") == ["inspections"]


def test_the_dataset_with_most_of_the_words_comes_first(cities: dict[str, City]) -> None:
    kent = cities["kent"]
    trees = DatasetFactory(city=kent, name="Trees", description="Every tree of a street")
    both = DatasetFactory(city=kent, name="Street tree inspections")
    found = likely_datasets(kent, "I miss inspections of a tree on my street from last winter")
    assert found == [both, trees]


def test_what_is_gone_or_restricted_or_of_another_city_is_not_offered(cities: dict[str, City]) -> None:
    kent = cities["kent"]
    DatasetFactory(city=kent, name="Elephants", missing_since="2026-01-01T00:00:00Z")
    DatasetFactory(city=kent, name="Elephants", public=False)
    DatasetFactory(city=cities["portland"], name="Elephants")
    assert likely_datasets(kent, "where do the elephants live") == []


def test_an_identifier_wins_over_a_name(cities: dict[str, City]) -> None:
    by_key = DatasetFactory(city=cities["kent"], identifier="trees", name="Other")
    DatasetFactory(city=cities["kent"], name="trees")
    assert resolve_dataset(cities["kent"], " TREES ") == (by_key, [])
