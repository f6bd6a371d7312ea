import pytest
from django.test import Client

from portals.catalog import dcat_us, search
from portals.catalog.importing import bring_in
from portals.catalog.search import DatasetQuery
from portals.models import City, Dataset
from tests.portals.catalog.conftest import NOW, dcat

CSV = {"downloadURL": "https://example.gov/a.csv"}
PDF = {"downloadURL": "https://example.gov/a.pdf"}


@pytest.fixture
def filled(city: City) -> City:
    entries = [
        {"identifier": "t-1", "title": "Street trees", "publisher": "Parks", "theme": "Nature"}
        | {"distribution": [CSV, PDF], "license": "Public Domain"},
        {"identifier": "t-2", "title": "Potholes", "description": "Holes near trees", "publisher": "Works"}
        | {"distribution": [CSV], "theme": "Roads"},
        {"identifier": "t-3", "title": "Budget", "publisher": "Finance", "distribution": [PDF, PDF]},
    ]
    bring_in(city, dcat_us.read(dcat(*entries)), now=NOW)
    return city


def found(city: City, **query: str) -> list[str]:
    return [row.identifier for row in search.page(city, DatasetQuery(**query)).datasets]


@pytest.mark.parametrize(
    ("query", "identifiers"),
    [
        ({}, ["t-3", "t-2", "t-1"]),
        ({"text": "trees"}, ["t-1", "t-2"]),
        ({"text": "finance"}, ["t-3"]),
        ({"text": "t-2"}, ["t-2"]),
        ({"department": "Parks"}, ["t-1"]),
        ({"category": "Roads"}, ["t-2"]),
        ({"format": "PDF"}, ["t-3", "t-1"]),
        ({"license": "Public Domain"}, ["t-1"]),
        ({"format": "CSV", "text": "holes"}, ["t-2"]),
        ({"format": "GIF"}, []),
    ],
)
def test_datasets_are_found_by_word_department_id_and_facet(
    filled: City, query: dict[str, str], identifiers: list[str]
) -> None:
    assert found(filled, **query) == identifiers


def test_a_dataset_with_the_word_in_its_name_comes_first(filled: City) -> None:
    Dataset.objects.filter(identifier="t-2").update(name="A first name")
    assert found(filled, text="trees") == ["t-1", "t-2"]


def test_a_facet_counts_datasets_once_and_ignores_its_own_choice(filled: City) -> None:
    facets = {f"{facet.title}": facet.options for facet in search.facets(filled, DatasetQuery(format="CSV"))}
    assert [(one.label, one.count, one.selected) for one in facets["Format"]] == [
        ("CSV", 2, True),
        ("PDF", 2, False),
    ]
    assert {one.label for one in facets["Department"]} == {"Parks", "Works"}
    assert facets["Format"][0].query == DatasetQuery(), "choosing again lets it go"


def test_what_vanished_is_found_by_its_number_only(filled: City) -> None:
    Dataset.objects.filter(identifier="t-3").update(missing_since=NOW)
    assert found(filled, text="budget") == []
    assert found(filled, text="T-3") == ["t-3"]


def test_what_the_catalogue_calls_not_public_is_never_listed(filled: City) -> None:
    Dataset.objects.filter(identifier="t-3").update(public=False)
    assert found(filled) == ["t-2", "t-1"]
    assert found(filled, text="t-3") == []
    assert {option.label for option in search.facets(filled, DatasetQuery())[0].options} == {"Parks", "Works"}


def test_pages_by_key_show_everything_once_in_both_directions(city: City) -> None:
    entries = [{"identifier": f"d{n}", "title": f"Name {n % 7}"} for n in range(60)]
    bring_in(city, dcat_us.read(dcat(*entries)), now=NOW)
    pages = [search.page(city, DatasetQuery())]
    while pages[-1].following:
        pages.append(search.page(city, DatasetQuery(), after=pages[-1].following))
    seen = [row.pk for page in pages for row in page.datasets]
    assert [len(page.datasets) for page in pages] == [25, 25, 10]
    assert len(set(seen)) == 60 and pages[0].previous is None
    assert pages[2].previous is not None and pages[1].previous is not None
    back = search.page(city, DatasetQuery(), before=pages[2].previous)
    assert [row.pk for row in back.datasets] == [row.pk for row in pages[1].datasets]
    front = search.page(city, DatasetQuery(), before=pages[1].previous)
    assert [row.pk for row in front.datasets] == [row.pk for row in pages[0].datasets]
    assert front.previous is None


def test_the_page_works_by_plain_addresses(filled: City, client: Client) -> None:
    answer = client.get("/millbrook/datasets/", {"q": "trees", "format": "CSV"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Street trees" in html and "Potholes" in html and "Budget" not in html
    assert 'href="/millbrook/datasets/t-1/"' in html
    assert 'name="format" value="CSV"' in html, "a new search keeps the filter"


def test_the_page_says_what_to_do_where_nothing_fits(filled: City, client: Client) -> None:
    assert "No dataset fits" in client.get("/millbrook/datasets/?q=zeppelin").content.decode()
    Dataset.objects.all().delete()
    assert "not loaded yet" in client.get("/millbrook/datasets/").content.decode()


@pytest.mark.parametrize(
    "query", ["after=x", "after=99999999999999999999", "q=%00%22*", "category=%00", "before=0"]
)
def test_a_strange_address_is_answered_all_the_same(filled: City, client: Client, query: str) -> None:
    assert client.get(f"/millbrook/datasets/?{query}").status_code == 200


def test_an_unknown_city_is_not_found(client: Client, db: None) -> None:
    assert client.get("/atlantis/datasets/").status_code == 404


def test_the_page_needs_few_queries(
    filled: City, client: Client, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        client.get("/millbrook/datasets/?q=trees&format=CSV")
