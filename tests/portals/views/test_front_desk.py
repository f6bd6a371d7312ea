"""The way in: home, front desk, colours, statements, and a city that is not there."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from portals.models import City, Dataset, User
from portals.text_search import searchable
from portals.views.front_desk import NEEDS
from portals.vocabulary import SubmissionKind
from tests.portals.loading import SHIPPED

SLUGS = [path.stem for path in SHIPPED]


def dataset(city: City, name: str, **more) -> Dataset:
    identifier = more.pop("identifier", name.lower().replace(" ", "-"))
    return Dataset.objects.create(
        city=city, identifier=identifier, name=name, search_text=searchable(name), **more
    )


def test_the_first_page_leads_to_every_city_and_says_that_it_is_no_legal_advice(page) -> None:
    home = page("/")
    assert {f"/{slug}/" for slug in SLUGS} <= set(home.values("href"))
    assert "This is not legal advice." in home.text
    for need in NEEDS:
        assert str(need.wish) in home.text


def test_every_kind_of_submission_is_a_need_in_plain_words() -> None:
    assert [need.kind for need in NEEDS] == list(SubmissionKind)


def test_a_need_and_a_city_lead_to_the_form(page, client: Client) -> None:
    answer = client.get("/", {"need": "misuse_report", "city": "portland"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/portland/submit/misuse_report/")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"need": "", "city": "kent"}, "Choose what you need."),
        ({"need": "error_report", "city": ""}, "Choose a city."),
        ({"need": "error_report", "city": "atlantis"}, "Choose one of the cities."),
        ({"need": "a_pony", "city": "kent"}, "Choose one of the needs in the list."),
    ],
)
def test_half_a_choice_is_told_and_kept(page, given, told) -> None:
    home = page("/", **given)
    assert told in home.text
    if given["city"] == "kent":
        assert '<option value="kent" selected>' in home.source


def test_a_search_finds_datasets_of_every_city_and_leads_to_each(
    page, cities, django_assert_num_queries
) -> None:
    for number in range(7):
        dataset(cities["kent"], f"Trees {number}")
    dataset(cities["portland"], "Street trees")
    dataset(cities["portland"], "Trees kept back", public=False)
    dataset(cities["bakersfield"], "Trees that are gone", missing_since=timezone.now())
    dataset(cities["bakersfield"], "Budget")
    with django_assert_num_queries(3):
        found = page("/", q="trees")
    assert "Kent 7 datasets" in found.text and "Portland 1 dataset" in found.text
    assert "Trees 4" in found.text and "Trees 5" not in found.text  # the first five, then the city's own page
    assert "/kent/datasets/?q=trees" in found.values("href")
    for hidden in ("kept back", "that are gone", "Budget"):
        assert hidden not in found.text
    assert "No dataset of any city has “dragons”" in page("/", q="dragons").text


def test_what_was_searched_for_cannot_become_markup(page) -> None:
    found = page("/", q='"><script>alert(1)</script>')
    assert "<script>alert" not in found.source


@pytest.mark.parametrize("slug", SLUGS)
def test_a_front_desk_offers_the_seven_kinds_and_says_who_is_who(page, cities, slug) -> None:
    desk, city = page(f"/{slug}/"), cities[slug]
    addresses = set(desk.values("href"))
    assert {f"/{slug}/submit/{kind}/" for kind in SubmissionKind} <= addresses
    assert {f"/{slug}/rules/", f"/{slug}/calculator/", f"/{slug}/datasets/"} & addresses >= {
        f"/{slug}/rules/",
        f"/{slug}/calculator/",
    }
    for office in city.offices.all():
        assert office.name in desk.text or not (office.roles or office.publishes)
    for empty in city.empty_roles.all():
        assert empty.because in desk.text
    assert (city.portal_url in addresses) if city.portal_url else ("address is not specified" in desk.text)
    assert "Not specified here" in desk.text


def test_kents_empty_roles_are_told(page) -> None:
    desk = page("/kent/")
    assert "The guide names no IT or open-data office for the city" in desk.text
    assert "Time limits Ask: City Clerk" in desk.text


@pytest.mark.parametrize("slug", SLUGS)
def test_the_colours_of_a_city_are_those_of_its_file_and_kept_for_long(client, cities, slug) -> None:
    city = cities[slug]
    answer = client.get(f"/{slug}/theme.css", {"v": city.version})
    assert answer.content.decode() == f":root{{--accent:{city.accent};--accent-dark:{city.accent_dark}}}\n"
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in client.get(f"/{slug}/theme.css", {"v": "999"}).headers["Cache-Control"]


def test_a_colour_that_is_none_is_left_out(client, cities) -> None:
    City.objects.filter(slug="kent").update(accent="red}b{x")
    body = client.get("/kent/theme.css").content.decode()
    assert body == f":root{{--accent-dark:{cities['kent'].accent_dark}}}\n"


def test_a_page_asks_for_the_colours_of_its_version(page, cities) -> None:
    assert f"/kent/theme.css?v={cities['kent'].version}" in page("/kent/").files


@pytest.mark.parametrize("part", ["", "rules/", "calculator/", "theme.css"])
def test_an_unknown_city_is_404_and_the_page_lists_the_cities(page, part) -> None:
    lost = page(f"/atlantis/{part}", status=404)
    assert {f"/{slug}/" for slug in SLUGS} <= set(lost.values("href"))


@pytest.mark.parametrize(
    ("address", "told"),
    [("/accessibility/", "Nobody outside the project has audited"), ("/privacy/", "There are no trackers")],
)
def test_the_statements_stand_in_the_foot_of_every_page(page, address, told) -> None:
    assert told in page(address).text
    assert address in page("/kent/").values("href")


@pytest.mark.parametrize("address", ["/", "/kent/", "/kent/rules/", "/kent/calculator/", "/privacy/"])
def test_a_public_page_may_be_kept_a_minute_but_not_one_drawn_for_a_person(client, cities, address) -> None:
    assert client.get(address).headers["Cache-Control"] == "public, max-age=60"
    assert not client.get(address).cookies
    client.force_login(User.objects.create(username="ana", email="ana@example.org"))
    assert client.get(address).headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("address", ["/", "/kent/", "/kent/rules/", "/kent/calculator/", "/accessibility/"])
def test_a_public_page_is_only_read(client, cities, address) -> None:
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("part", ["", "rules/", "calculator/?kind=appeal&received=2026-06-04"])
def test_a_page_is_light_whole_and_from_here(page, slug, part) -> None:
    drawn = page(f"/{slug}/{part}")
    assert len(drawn.source.encode()) < (150_000 if part == "rules/" else 60_000)
    assert len([file for file in drawn.files if "icon" not in file]) <= 3
    assert all(file.startswith("/") and not file.startswith("//") for file in drawn.files)
    assert drawn.dead_anchors() == set()
    assert "style=" not in drawn.source and "<style" not in drawn.source and "onclick" not in drawn.source
    assert drawn.values("lang", "html") == ["en"]
    assert len([tag for tag, _attrs in drawn.tags if tag == "h1"]) == 1


def test_the_front_desk_asks_the_database_no_more_for_more_offices(
    client, cities, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(6):
        client.get("/kansas-city/")


def test_the_day_on_which_the_rules_were_checked_is_told(page, cities) -> None:
    assert cities["kent"].checked_on == dt.date(2026, 11, 21)
    assert "last checked against their sources on Nov. 21, 2026" in page("/kent/").text
