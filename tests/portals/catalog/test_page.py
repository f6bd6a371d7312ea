from datetime import date

import pytest
from django.template.loader import render_to_string

from portals.catalog.api_examples import examples, first_rows
from portals.catalog.cadence import cadence_words
from portals.catalog.page import Here, Missing, dataset_context
from portals.models import Citation, City, Dataset, Distribution, Provision

TODAY = date(2026, 6, 1)


@pytest.fixture
def guide(city: City) -> Citation:
    cited = Citation.objects.create(city=city, key="g", label="[1]", title="The guide", layer="guide")
    for key, topic, status in [("use", "licensing", "stated"), ("terms", "licensing", "not_specified")]:
        Provision.objects.create(
            city=city,
            key=key,
            topic=topic,
            status=status,
            layer="guide",
            citation=cited,
            statement=f"Rule {key}.",
            confirm_with=None if status == "stated" else city.offices.get(key="works"),
        )
    return cited


def dataset(city: City, **values: object) -> Dataset:
    return Dataset.objects.create(city=city, identifier="a-1", name="Trees", **values)


def missing(row: Dataset) -> dict[str, Missing]:
    facts = dataset_context(row, today=TODAY)["facts"]
    return {fact.key: fact.missing for fact in facts if fact.missing is not None}


def test_an_empty_entry_says_of_each_item_that_it_is_not_specified_and_whom_to_ask(
    city: City, guide: Citation
) -> None:
    gaps = missing(dataset(city))
    assert set(gaps) == {"publisher", "updated", "cadence", "license", "attribution", "contact"}
    assert gaps["license"].ask == city.offices.get(key="works"), "whom the guide names"
    assert gaps["license"].citation == guide
    assert gaps["contact"].ask == city.offices.get(key="clerk"), "the intake office where no guide says"


def test_the_publishing_office_is_asked_first(city: City, guide: Citation) -> None:
    office = city.offices.get(key="works")
    assert {gap.ask for gap in missing(dataset(city, office=office)).values()} == {office}


def test_a_rule_that_is_not_in_force_is_not_cited(city: City, guide: Citation) -> None:
    Provision.objects.update(effective_from=date(2026, 6, 2))
    assert missing(dataset(city))["license"].citation is None


def test_a_full_entry_leaves_nothing_open(city: City) -> None:
    row = dataset(
        city,
        department="Parks",
        last_updated=TODAY,
        cadence="R/P1D",
        license="CC0",
        license_url="https://example.gov/cc0",
        attribution="Parks",
        contact_email="ada@example.gov",
        api_endpoint="https://example.gov/resource/abcd-1234.json",
    )
    row.fields.create(position=0, name="height", description="In <feet>")
    row.distributions.create(position=0, url="https://example.gov/a.csv", format="CSV")
    context = dataset_context(row, today=TODAY)
    html = render_to_string("portals/dataset_detail.html", context)
    assert missing(row) == {}
    assert context["fields_missing"] is context["downloads_missing"] is context["endpoint_missing"] is None
    for text in ("Once a day", "In &lt;feet&gt;", "Download CSV", "mailto:ada@example.gov", "$limit=5"):
        assert text in html
    assert "Not specified on the cited page" not in html


def test_the_page_of_an_empty_entry_names_every_gap(city: City, guide: Citation) -> None:
    html = render_to_string("portals/dataset_detail.html", dataset_context(dataset(city), today=TODAY))
    assert html.count("Not specified on the cited page") >= 9
    assert "Rule use." in html


def test_this_services_own_api_goes_before_the_catalogues(city: City) -> None:
    row = dataset(city, api_endpoint="https://example.gov/api")
    download = Distribution(title="All rows as CSV", url="http://here/rows.csv")
    here = Here("http://here/resource/a-1.json", (download,))
    context = dataset_context(row, today=TODAY, here=here)
    assert context["endpoint"] == "http://here/resource/a-1.json"
    assert context["other_endpoints"] == ["https://example.gov/api"]
    assert context["downloads"][0] is download and context["downloads_missing"] is None
    html = render_to_string("portals/dataset_detail.html", context)
    assert 'href="http://here/rows.csv">' in html and 'href="/developers/"' in html


def test_examples_exist_in_four_languages_and_ask_for_few_rows() -> None:
    found = examples("https://example.gov/resource/abcd-1234.json")
    assert [example.language for example in found] == ["curl", "Python", "R", "JavaScript"]
    assert all("?$limit=5" in example.code for example in found)
    assert "'" in found[0].code, "the dollar sign is not for the shell"
    compile(found[1].code, "example", "exec")
    assert examples("") == []


def test_an_address_cannot_break_out_of_an_example() -> None:
    curl = examples("https://example.gov/';rm -rf ~'")[0].code
    assert """'"'"';rm""" in curl


@pytest.mark.parametrize(
    ("endpoint", "asked"),
    [
        ("https://x.gov/a/FeatureServer/0", "/FeatureServer/0/query?where=1%3D1"),
        ("https://x.gov/anything", "https://x.gov/anything"),
    ],
)
def test_the_first_rows_are_asked_as_the_kind_of_api_wants(endpoint: str, asked: str) -> None:
    assert asked in first_rows(endpoint)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("R/P1W", "Once a week"),
        ("http://publications.europa.eu/resource/authority/frequency/MONTHLY", "Once a month"),
        ("R/P10D", "Every 10 days"),
        ("When needed", "When needed"),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_codes_of_cadence_are_put_into_words(code: str, said: str) -> None:
    assert cadence_words(code) == said
