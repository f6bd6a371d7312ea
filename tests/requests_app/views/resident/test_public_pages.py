"""Choosing, suggestions and the page of a dataset."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portals import access
from portals.models import Dataset
from portals.vocabulary import Outcome
from requests_app import determinations
from requests_app.related.suggestions import resolve_dataset
from tests.requests_app.factories import FILED, DatasetFactory, Staff, file_case
from tests.requests_app.homes import load_trees
from tests.requests_app.pages import main_of, text_of
from tests.requests_app.views.desk.test_staff import signed_in


@pytest.fixture
def kent(people: dict[str, Staff]) -> Staff:
    return people["kent"]


@pytest.mark.parametrize("slug", ["kansas-city", "kent", "oklahoma-city", "portland", "bakersfield"])
def test_all_seven_kinds_are_offered_in_every_city(client: Client, cities: dict, slug: str) -> None:
    page = client.get(f"/{slug}/submit/")
    assert text_of(page).count(f'href="/{slug}/submit/') == 8  # the menu leads here too
    assert "What the city's guide says" in main_of(page)


def test_likely_datasets_are_offered_while_typing(client: Client, kent: Staff) -> None:
    row = DatasetFactory(city=kent.city, name="Restaurant inspections", search_text="restaurant inspections")
    DatasetFactory(city=kent.city, name="Street trees", search_text="street trees")
    asked = {
        "q": "I would like the results of all inspections of a restaurant since 2019",
        "kind": "records_request",
    }
    page = client.get("/kent/suggest/", asked)
    assert "Restaurant inspections" in text_of(page) and "Street trees" not in text_of(page)
    assert f'name="use_dataset" value="{row.identifier}"' in text_of(page)
    assert "<html" not in text_of(page)


@pytest.mark.parametrize(
    "text", ["", "a", "\x00\x00\x00", "the and of", "😀😀😀", "%' OR 1=1 --", "x" * 9000, '"*"']
)
def test_a_question_that_names_nothing_offers_nothing(client: Client, kent: Staff, text: str) -> None:
    page = client.get("/kent/suggest/", {"q": text, "kind": "error_report"})
    assert page.status_code == 200 and not text_of(page).strip()


def test_only_public_cases_are_offered_and_never_by_the_name_of_who_asked(
    client: Client, kent: Staff
) -> None:
    file_case(kent.city, title="Private elephants", description="Private elephants", dataset=kent.dataset)
    file_case(kent.city, title="Public elephants", dataset=kent.dataset, is_public=True)
    assert "Public elephants" in text_of(client.get("/kent/suggest/", {"q": "elephants"}))
    assert "Private elephants" not in text_of(client.get("/kent/suggest/", {"q": "elephants"}))
    assert "elephants" not in text_of(client.get("/kent/suggest/", {"q": "Rita Resident"}))


def test_a_dataset_shows_public_reports_with_the_answer(client: Client, kent: Staff) -> None:
    case = file_case(kent.city, title="Trees in the river", dataset=kent.dataset, is_public=True)
    file_case(kent.city, title="A private report", dataset=kent.dataset)
    answer = determinations.Answer(Outcome.CORRECTED, "The trees are out of the river.")
    determinations.determine(case, answer, by=kent.alice, now=FILED)
    words = main_of(client.get(f"/kent/datasets/{kent.dataset.identifier}/"))
    assert "Trees in the river" in words and "The trees are out of the river." in words
    assert "Corrected" in words and "A private report" not in words and "Rita" not in words


def test_a_dataset_leads_to_the_forms(client: Client, kent: Staff) -> None:
    page = text_of(client.get(f"/kent/datasets/{kent.dataset.identifier}/"))
    assert f"/kent/submit/error_report/?dataset={kent.dataset.identifier}" in page


@pytest.fixture
def trees(kent: Staff, tmp_path: Path, settings: Any) -> Dataset:
    """A dataset with a table."""
    settings.CIVICDATA_HOME = tmp_path
    kent.dataset.fields.create(position=0, name="height", data_type="text", description="In feet.")
    load_trees(kent)
    return kent.dataset


def test_a_dataset_with_a_table_shows_its_first_rows_and_its_own_types(
    client: Client, trees: Dataset, django_assert_max_num_queries: Any
) -> None:
    address = f"/kent/datasets/{trees.identifier}/"
    client.get(address)
    with django_assert_max_num_queries(16):
        page = text_of(client.get(address))
    assert "<td>Oak</td>" in page and "1 row · 2 columns · loaded" in page
    assert 'role="region"' in page and "In feet." in page
    assert 'data-label="Type">Text</td>' in page  # the name that programs use, only where it is another
    assert "Report an error in this dataset" in page


def test_nothing_of_a_table_stands_on_the_page_while_it_is_taken_down(
    client: Client, kent: Staff, trees: Dataset
) -> None:
    access.take_down(trees, notice="Names in it.", case="", by=kent.alice, now=FILED)
    page = text_of(client.get(f"/kent/datasets/{trees.identifier}/"))
    assert "Names in it." in page
    assert "Oak" not in page and "First rows" not in page


def test_more_reports_stand_on_the_next_page_and_none_twice(
    client: Client, kent: Staff, django_assert_max_num_queries
) -> None:
    for number in range(13):
        file_case(kent.city, title=f"Report {number:02}", dataset=kent.dataset, is_public=True)
    address = f"/kent/datasets/{kent.dataset.identifier}/"
    with django_assert_max_num_queries(10):
        first = client.get(address)
    older = text_of(first).split('href="?before=')[1].split("#")[0]
    second = client.get(address, {"before": older})
    shown = [f"Report {number:02}" for number in range(13)]
    on_first, on_second = ({title for title in shown if title in main_of(page)} for page in (first, second))
    assert len(on_first) == 10 and on_first | on_second == set(shown) and not on_first & on_second


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "%00"])
def test_a_broken_page_number_starts_at_the_front(client: Client, kent: Staff, before: str) -> None:
    assert client.get(f"/kent/datasets/{kent.dataset.identifier}/", {"before": before}).status_code == 200


@pytest.mark.parametrize("path", ["/kent/datasets/none/", "/atlantis/datasets/a/", "/atlantis/suggest/"])
def test_an_unknown_dataset_is_not_found(client: Client, cities: dict, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_dataset_of_another_city_is_not_found_here(client: Client, kent: Staff, cities: dict) -> None:
    row = DatasetFactory(city=cities["portland"], identifier="only-in-portland")
    assert client.get(f"/kent/datasets/{row.identifier}/").status_code == 404


def test_a_dataset_that_is_not_public_has_a_page_for_the_staff_of_its_city_alone(
    client: Client, people: dict[str, Staff]
) -> None:
    row = DatasetFactory(
        city=people["kent"].city, identifier="kept-in", name="Homes of witnesses", public=False
    )
    page = f"/kent/datasets/{row.identifier}/"
    assert client.get(page).status_code == 404
    assert signed_in(people["portland"].clerk).get(page).status_code == 404
    seen = signed_in(people["kent"].alice).get(page)
    assert seen.status_code == 200 and "Not a public dataset" in main_of(seen)


def test_no_public_form_knows_a_dataset_that_is_not_public(client: Client, people: dict[str, Staff]) -> None:
    kent = people["kent"]
    DatasetFactory(city=kent.city, identifier="kept-in", name="Homes of witnesses", public=False)
    form = client.get("/kent/submit/error_report/", {"dataset": "kept-in"})
    assert "Homes of witnesses" not in form.content.decode()
    assert resolve_dataset(kent.city, "kept-in") == (None, [])
    assert resolve_dataset(kent.city, "kept-in", hidden_too=True)[0]


def test_a_public_report_does_not_name_a_dataset_that_is_not_public(client: Client, kent: Staff) -> None:
    case = file_case(kent.city, dataset=kent.dataset, is_public=True)
    page = f"/kent/reports/{case.reference}/"
    assert kent.dataset.name in main_of(client.get(page))
    Dataset.objects.filter(pk=kent.dataset.pk).update(public=False)
    assert kent.dataset.name not in main_of(client.get(page))


def test_an_identifier_that_is_an_address_has_a_page(client: Client, kent: Staff) -> None:
    DatasetFactory(city=kent.city, identifier="https://data.example/d/ab-12", name="Parks")
    page = client.get("/kent/datasets/https%3A//data.example/d/ab-12/")
    assert page.status_code == 200 and "Parks" in main_of(page)
